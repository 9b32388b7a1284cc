"""Every line that keeps an album together, and what is to be said from being lost, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

TESTS: Final = ("tests/channels/test_albums.py",)
TROUBLE: Final = ("tests/channels/telegram/test_bridge_trouble.py",)
OUT: Final = ("tests/storage/test_channel_outbox.py",)
TOLD: Final = ("tests/channels/test_telling.py",)
SENDING, OUTBOX = "app/channels/telegram_sending.py", "app/storage/channel_outbox.py"
GATHERING, ASKING = "app/channels/albums.py", "app/channels/asking_again.py"

ALBUM_MUTANTS: Final = (
    Mutant(
        "album: each part is a message",
        GATHERING,
        "        bool(message.album)\n",
        "        False\n",
        TESTS,
    ),
    Mutant(
        "album: only the first part's turn is noted",
        "app/channels/conversing.py",
        "received=asked.item.ids,",
        "received=(asked.item.id,),",
        TESTS,
    ),
    Mutant(
        "album: only the first part is ended",
        "app/channels/desk.py",
        "if await work():\n                await self.shift.parts.inbox.end(*item.ids)\n",
        "if await work():\n                await self.shift.parts.inbox.end(item.id)\n",
        TESTS,
    ),
    Mutant(
        "album: only the first part is held while the person is asked",
        ASKING,
        "        await self._shift.parts.inbox.hold(*item.ids)  # only now: else nobody",
        "        await self._shift.parts.inbox.hold(item.id)  # only now: else nobody",
        TESTS,
    ),
    Mutant(
        "album: after a crash only the first part is held",
        ASKING,
        "item.begun)\n        await self._shift.parts.inbox.hold(*item.ids)\n",
        "item.begun)\n        await self._shift.parts.inbox.hold(item.id)\n",
        TESTS,
    ),
    Mutant(
        "album: a yes is for the first part",
        ASKING,
        '"items": list(item.ids)',
        '"items": [item.id]',
        TESTS,
    ),
    Mutant(
        "album: a yes is taken up by the press and by the start",
        ASKING,
        "for number in numbers] if held else []",
        "for number in numbers]",
        TESTS,
    ),
    Mutant(
        "album: a part that waited is asked about with those that were begun",
        GATHERING,
        "        and (item.begun, item.confirmed) == (other_item.begun, other_item.confirmed)\n",
        "",
        TESTS,
    ),
    Mutant(
        "album: forwarded words become the person's own",
        GATHERING,
        "        and message.forwarded_from == other_message.forwarded_from\n",
        "",
        TESTS,
    ),
    Mutant(
        "album: one that goes on and on is never whole",
        GATHERING,
        "min(self.last + QUIET, self.began + LONGEST)",
        "self.last + QUIET",
        TESTS,
    ),
    Mutant(
        "album: the next message does not end it",
        GATHERING,
        "                return None\n            self._close(open_one)\n",
        "                return None\n",
        TESTS,
    ),
    Mutant(
        "album: a yes waits for more",
        "app/channels/desk.py",
        "                self._albums.no_more(incoming)\n",
        "                pass\n",
        TESTS,
    ),
    Mutant(
        "album: in a group only its first part's mention counts",
        GATHERING,
        "        mentioned=any(one.mentioned for one in parts),\n",
        "",
        TESTS,
    ),
    Mutant(
        "album: people's albums are mixed",
        GATHERING,
        "    return message.chat.id, message.sender.id\n",
        '    return message.chat.id, ""\n',
        TESTS,
    ),
    Mutant(
        "album: an end while a file is kept is a bug of the desk",
        "app/channels/attaching.py",
        "        if task is not None and task.cancelling():\n",
        "        if False:\n",
        ("tests/channels/test_attaching.py",),
    ),
    Mutant(
        "anew: an answer is not worth a new message",
        "app/channels/turn_view.py",
        "text, buttons, anew=True)",
        "text, buttons)",
        ("tests/channels/test_desk.py",),
    ),
    Mutant(
        "anew: what has buttons is not worth a new message",
        "app/channels/telegram_parts.py",
        '        anew = message.anew or bool(body["buttons"])\n',
        "        anew = message.anew\n",
        ("tests/channels/test_telegram_parts.py",),
    ),
    Mutant(
        "anew: what is gone is given up",
        SENDING,
        "elif error.is_gone and _comes_anew(row):",
        "elif False:",
        TROUBLE,
    ),
    Mutant(
        "anew: whatever is gone comes anew",
        SENDING,
        "elif error.is_gone and _comes_anew(row):",
        "elif error.is_gone:",
        TROUBLE,
    ),
    Mutant(
        "anew: words that were refused keep later ones back",
        OUTBOX,
        ", **_revived(row)}, now)",
        "}, now)",
        TROUBLE,
    ),
    Mutant(
        "anew: a refusal is of words that were not sent yet",
        OUTBOX,
        "            refused = mine & (ChannelOutbox.revision == revision)\n",
        "            refused = mine\n",
        OUT,
    ),
    Mutant(
        "anew: the mark is forgotten where the words stay",
        OUTBOX,
        "                elif row.body != body:\n",
        "                elif False:\n",
        OUT,
    ),
    Mutant(
        "anew: the mark is a change to be shown",
        OUTBOX,
        " for name in body if name != ANEW}",
        " for name in body}",
        OUT,
    ),
    Mutant(
        "unsure: what an end came upon is never told",
        "app/channels/desk.py",
        "            await self.unsure.tell_what_was_not_told()\n",
        "",
        TOLD,
    ),
    Mutant(
        "unsure: what was told is told at each start",
        "app/channels/unsure.py",
        "            if once and await",
        "            if False and await",
        TOLD,
    ),
    Mutant(
        "unsure: what may be sent twice may not have arrived",
        OUTBOX,
        "_UNSENT if send_again else unsure",
        "unsure",
        OUT,
    ),
    Mutant(
        "album: Telegram's number of it is not read",
        "app/channels/telegram_updates.py",
        '        album=_text(message.get("media_group_id")),\n',
        "",
        ("tests/channels/test_telegram_updates.py",),
    ),
)
