"""Every line that keeps the bridge to Telegram from losing, repeating or telling, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

CLIENT: Final = ("tests/integrations/telegram/test_bot_client.py",)
BRIDGE: Final = ("tests/channels/telegram/test_bridge.py",)
TROUBLE: Final = ("tests/channels/telegram/test_bridge_trouble.py",)
KILLS: Final = ("tests/channels/telegram/test_kills.py",)
PACED: Final = ("tests/channels/telegram/test_pace.py",)
OUTBOX: Final = ("tests/storage/test_channel_outbox.py",)

TRANSPORT, ANSWERS = (
    "app/integrations/telegram/transport.py", "app/integrations/telegram/answers.py",
)  # fmt: skip
POLLING, SENDING, PACE = (
    "app/channels/telegram_polling.py", "app/channels/telegram_sending.py", "app/channels/pace.py",
)  # fmt: skip
THREAD, ROWS = "app/channels/telegram_thread.py", "app/storage/channel_outbox.py"

BRIDGE_MUTANTS: Final = (
    # -- the token -----------------------------------------------------------------------------
    Mutant(
        "bridge: the libraries log the token",
        TRANSPORT,
        "logging.getLogger(name).addFilter(self._guard)",
        "pass",
        CLIENT,
    ),
    Mutant(
        "bridge: an error carries the request",
        TRANSPORT,
        "            failed = self._failure(error)\n        # Out here",
        "            raise self._failure(error)\n        # Out here",
        CLIENT,
    ),
    Mutant(
        "bridge: a server's words are passed on as they are",
        ANSWERS,
        "safe(words)[:_WORDS]",
        "words[:_WORDS]",
        CLIENT,
    ),
    Mutant(
        "bridge: Telegram opens links of an answer",
        "app/integrations/telegram/bot_client.py",
        '{"link_preview_options": {"is_disabled": True}}',
        "{}",
        CLIENT,
    ),
    # -- coming in -----------------------------------------------------------------------------
    Mutant(
        "bridge: Telegram may forget what is not on disk",
        POLLING,
        "        named: list[Update] = [\n",
        "        await self._inbox.take_in(self._channel, [], cursor=cursor)\n"
        "        named: list[Update] = [\n",
        TROUBLE,
    ),
    Mutant(
        "bridge: two bots' updates count as the same",
        POLLING,
        '(f"{self._account}:{number}", good[number])',
        '(f"{number}", good[number])',
        TROUBLE,
    ),
    Mutant(
        "bridge: a bot goes on where another one ended",
        POLLING,
        "account != self._account or ",
        "",
        TROUBLE,
    ),
    Mutant(
        "bridge: an old offset is used",
        POLLING,
        " or clock.now() - at > limits.cursor",
        "",
        TROUBLE,
    ),
    Mutant(
        "bridge: what cannot be stored comes for ever",
        POLLING,
        "        except (ValueError, TypeError, RecursionError):\n            # One",
        "        except ZeroDivisionError:\n            # One",
        TROUBLE,
    ),
    Mutant(
        "bridge: what has no id is asked for again at once",
        POLLING,
        "        return self._limits.wait(self._malformed)\n",
        "        return 0.0\n",
        TROUBLE,
    ),
    Mutant(
        "bridge: a poll may hang for ever",
        POLLING,
        "asyncio.timeout(seconds + self._limits.stall)",
        "asyncio.timeout(None)",
        TROUBLE,
    ),
    Mutant(
        "bridge: two of one home poll",
        "app/channels/lease.py",
        "        except Timeout:\n            return False\n",
        "        except Timeout:\n            return True\n",
        TROUBLE,
    ),
    # -- going out -----------------------------------------------------------------------------
    Mutant(
        "bridge: a message whose answer was lost is sent again",
        SENDING,
        "self._outbox.unsure(row.id, NO_WORD)",
        "self._outbox.put_back(row.id)",
        TROUBLE,
    ),
    Mutant(
        "bridge: it is not noted that a message is being sent",
        SENDING,
        "        await self._outbox.sending(row.id)\n",
        "",
        KILLS,
    ),
    Mutant(
        "bridge: what was cut off is not told",
        THREAD,
        "Leads(await self._parts.outbox.recover(CHANNEL))",
        "Leads(())",
        TROUBLE,
    ),
    Mutant(
        "bridge: a server that ends counts as one that refused",
        ANSWERS,
        '_ABORTED: Final = ("restart", "aborted")',
        '_ABORTED: Final = ("never said",)',
        CLIENT,
    ),
    Mutant(
        "bridge: messages of a chat overtake each other",
        SENDING,
        "            if row.message_id is None:\n                return row, ready\n",
        "            if row.message_id is None:\n                return rows[-1], ready\n",
        BRIDGE,
    ),
    Mutant(
        "bridge: what is being sent at the end is cut off",
        THREAD,
        "                await sender.finish()\n",
        "                pass\n",
        BRIDGE,
    ),
    Mutant(
        "bridge: 429 is not heeded",
        PACE,
        "        self._paused[chat] = max(now + seconds, self._paused.get(chat, now))\n",
        "",
        TROUBLE,
    ),
    Mutant(
        "bridge: a chat is written to as fast as can be",
        PACE,
        "            self._bucket(chat, now).ready_at(now),\n",
        "",
        PACED,
    ),
    Mutant(
        "bridge: edits come as fast as can be",
        PACE,
        "return self._edited.get(row, 0.0)",
        "return 0.0",
        PACED,
    ),
    Mutant(
        "bridge: a press is acknowledged again and again",
        "app/channels/telegram_bridge.py",
        "        if press.query in self._pressed:\n            return\n",
        "",
        BRIDGE,
    ),
    Mutant(
        "bridge: a message that was taken back is edited",
        ROWS,
        "                ChannelOutbox.update(fresh).where(mine).execute()\n",
        "                pass\n",
        OUTBOX,
    ),
    Mutant(
        "bridge: a text is edited into a file",
        ROWS,
        "_is_file(row.body) != _is_file(body)",
        "False",
        OUTBOX,
    ),
)
