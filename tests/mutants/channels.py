"""Every line that keeps a channel from answering strangers, repeating or losing, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

ACCESS: Final = ("tests/channels/test_access.py",)
ASKED: Final = ("tests/channels/test_approving.py",)
CRASHES: Final = ("tests/channels/test_crashes.py",)
CHANGED: Final = ("tests/channels/test_changes.py",)
COMMANDS: Final = ("tests/channels/test_commands.py",)
SPOKEN: Final = ("tests/channels/test_desk.py",)
ATTACHED: Final = ("tests/channels/test_attaching.py",)
TOLD: Final = ("tests/channels/test_telling.py",)
PRESSED: Final = ("tests/storage/test_channel_buttons.py",)
INBOX: Final = ("tests/storage/test_channel_inbox.py",)
PEOPLE: Final = ("tests/storage/test_channel_people.py",)

DOOR, DESK, PRESSES = (
    "app/channels/access.py", "app/channels/desk.py", "app/channels/presses.py",
)  # fmt: skip
BUTTONS, ROWS, PAIRED = (
    "app/storage/channel_buttons.py", "app/storage/channel_inbox.py",
    "app/storage/channel_people.py",
)  # fmt: skip
ASKING, APPROVING = "app/channels/asking_again.py", "app/channels/approving.py"

CHANNEL_MUTANTS: Final = (
    # -- who is listened to --------------------------------------------------------------------
    Mutant(
        "channel: whoever writes is listened to",
        DOOR,
        "            self._strangers.came(message.sender.id)\n            return False\n",
        "            self._strangers.came(message.sender.id)\n",
        ACCESS,
    ),
    Mutant(
        "channel: any private chat is a paired person's",
        DOOR,
        "person is not None and (not chat.private or person.chat_id == chat.id)",
        "person is not None",
        ACCESS,
    ),
    Mutant(
        "channel: a group need not be allowed",
        DOOR,
        "message.mentioned and await self._shift.parts.people.is_allowed(message.chat)",
        "message.mentioned",
        ACCESS,
    ),
    Mutant(
        "channel: in a group everything is for Steward",
        DOOR,
        "return message.mentioned and await",
        "return await",
        ACCESS,
    ),
    Mutant(
        "channel: a stranger's press is looked at",
        DOOR,
        "        if not await self.is_paired(press.chat, press.sender):\n"
        "            return False\n",
        "",
        ACCESS,
    ),
    Mutant(
        "channel: who was removed is answered what waits",
        DESK,
        "            if await self._access.is_paired(asked.chat, asked.sender):  # still\n",
        "            if True:\n",
        ACCESS,
    ),
    Mutant(
        "channel: who was removed reads on",
        "app/channels/shift.py",
        "        if await self._is_open(chat):\n",
        "        if True:\n",
        ACCESS,
    ),
    Mutant(
        "channel: a code pairs in a group",
        "app/channels/pairing.py",
        "if not message.chat.private or not code:",
        "if not code:",
        ACCESS,
    ),
    Mutant(
        "channel: codes may be guessed for ever",
        "app/channels/pairing.py",
        "        await self._people.withdraw_codes(self._channel)\n",
        "",
        ACCESS,
    ),
    Mutant(
        "channel: a code pairs twice",
        PAIRED,
        "            if not ChannelCode.delete().where(good).execute():\n",
        "            if not ChannelCode.select().where(good).count():\n",
        PEOPLE,
    ),
    Mutant(
        "channel: a code is good for ever",
        PAIRED,
        "                & (ChannelCode.code_hash == _hash(code))\n"
        "                & (ChannelCode.expires_at > now)\n",
        "                & (ChannelCode.code_hash == _hash(code))\n",
        PEOPLE,
    ),
    # -- buttons -------------------------------------------------------------------------------
    Mutant(
        "channel: a button is anybody's",
        BUTTONS,
        "            if (row.chat_id, row.user_id) != (press.chat.id, press.sender.id):\n"
        "                return Refusal.NOT_YOURS\n",
        "",
        PRESSED,
    ),
    Mutant(
        "channel: a button works again and again",
        BUTTONS,
        "                return action if mine else Refusal.USED\n",
        "                return action\n",
        PRESSED,
    ),
    Mutant(
        "channel: a button works for ever",
        BUTTONS,
        "            if row.expires_at is not None and row.expires_at <= now:\n"
        "                return Refusal.EXPIRED\n",
        "",
        PRESSED,
    ),
    Mutant(
        "channel: a press that a crash cut off is lost",
        PRESSES,
        "await self._shift.parts.buttons.use(press, by=item.id)",
        "await self._shift.parts.buttons.use(press)",
        CRASHES,
    ),
    Mutant(
        "channel: an old press acts",
        PRESSES,
        "        if await self._asking.is_stale(item, press):\n",
        "        if False:\n",
        SPOKEN,
    ),
    # -- once, and never lost ------------------------------------------------------------------
    Mutant(
        "channel: an update that comes twice is kept twice",
        ROWS,
        "ChannelInbox.insert(row).on_conflict_ignore()",
        "ChannelInbox.insert({**row, 'update_id': f\"{row['update_id']}{now}\"})",
        INBOX,
    ),
    Mutant(
        "channel: a turn that was cut off is run again",
        DESK,
        "        if item.begun is not None:\n"
        "            await self._asking.after_a_crash(item, message)\n"
        "            return False\n",
        "",
        CRASHES,
    ),
    Mutant(
        "channel: a press that acted is acted on again",
        PRESSES,
        "            await self._shift.parts.inbox.begin(item.id)\n",
        "",
        ("tests/channels/test_crashes.py", "tests/channels/test_presses.py"),
    ),
    Mutant(
        "channel: a turn does not say what began it",
        "app/channels/conversing.py",
        "                received=asked.item.ids,\n",
        "",
        CRASHES,
    ),
    Mutant(
        "channel: an answer that was ready is asked about",
        ASKING,
        "        if turns and turns[0].state in _ENDED:\n",
        "        if False:\n",
        CRASHES,
    ),
    Mutant(
        "channel: a bug is met for ever",
        DESK,
        "                await self.shift.parts.inbox.begin(*item.ids)\n\n    async def _failed",
        "                pass\n\n    async def _failed",
        CRASHES,
    ),
    Mutant(
        "channel: what is closed upon counts as handled",
        DESK,
        "        except asyncio.CancelledError:\n            is_bug = False\n            raise\n",
        "        except asyncio.CancelledError:\n"
        "            is_bug = False\n"
        "            await self.shift.parts.inbox.end(*item.ids)\n"
        "            raise\n",
        CRASHES,
    ),
    Mutant(
        "channel: the inbox is taken up by who stands by",
        DESK,
        "                await self._until_this_process_listens()\n",
        "",
        CRASHES,
    ),
    Mutant(
        "channel: what could not be told counts as handled",
        DESK,
        "            return  # nobody knows: the next run shows what came of it, or does it\n",
        "            pass\n",
        SPOKEN,
    ),
    Mutant(
        "channel: an old message is done without asking",
        ASKING,
        "        if item.confirmed:\n            return False\n",
        "        return False\n",
        SPOKEN,
    ),
    Mutant(
        "channel: what was confirmed is asked about again",
        ASKING,
        "        if item.confirmed:\n            return False\n",
        "",
        SPOKEN,
    ),
    Mutant(
        "channel: messages of a chat are answered beside each other",
        "app/channels/conversing.py",
        '    return f"turns {chat.id}"\n',
        '    return f"turns {uuid.uuid4()}"\n',
        SPOKEN,
    ),
    Mutant(
        "channel: /new moves what was sent before it",
        DESK,
        '                    line = f"chat {incoming.chat.id}"\n',
        '                    line = f"chat {item.id}"\n',
        COMMANDS,
    ),
    # -- approvals, changes, data --------------------------------------------------------------
    Mutant(
        "channel: a button allows what was not shown",
        APPROVING,
        'if asked is None or _bound(asked) != action.get("bound"):',
        "if asked is None:",
        ASKED,
    ),
    Mutant(
        "channel: a card stays open when it was decided elsewhere",
        APPROVING,
        "            self._shift.lines.add(line, lambda: self._guarded(turn, event, self._end))\n",
        "            pass\n",
        ASKED,
    ),
    Mutant(
        "channel: cards of the last run stay open",
        DESK,
        "            await self._approving.end_what_was_left()\n",
        "            pass\n",
        ASKED,
    ),
    Mutant(
        "channel: an undo that failed is used up",
        "app/channels/changes.py",
        "            await self.show(chat, user_id, turn_id, said=said)\n",
        "            await self._shift.say(chat, CARD + turn_id, said)\n",
        CHANGED,
    ),
    Mutant(
        "channel: what is passed on is what the person says",
        "app/channels/attaching.py",
        '            text = ""\n',
        "            pass\n",
        ATTACHED,
    ),
    Mutant(
        "channel: a command that is passed on is obeyed",
        DESK,
        "own_words = message.forwarded_from is None",
        "own_words = True",
        ("tests/channels/test_attaching.py", "tests/channels/test_access.py"),
    ),
    Mutant(
        "channel: trouble of a channel is sent over it",
        "app/channels/phone_sink.py",
        "        if notification.source in _ABOUT_CHANNELS:\n            return\n",
        "",
        TOLD,
    ),
    Mutant(
        "channel: each stranger is told of",
        "app/channels/strangers.py",
        "        if self._timer is None and not is_quiet:\n",
        "        if self._timer is None:\n",
        TOLD,
    ),
)
