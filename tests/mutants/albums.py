"""Every line that keeps an album together and each of its parts answered once, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

TESTS: Final = ("tests/channels/test_albums.py",)
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
        "album: Telegram's number of it is not read",
        "app/channels/telegram_updates.py",
        '        album=_text(message.get("media_group_id")),\n',
        "",
        ("tests/channels/test_telegram_updates.py",),
    ),
)
