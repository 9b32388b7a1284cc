"""What a pressed button does. Each press is acknowledged once, and done once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from app.channels.access import Access
from app.channels.approving import Approving
from app.channels.asking_again import AskingAgain
from app.channels.changes import Changes
from app.channels.commands import Commands
from app.channels.file_versions import FileVersions
from app.channels.shift import Shift
from app.channels.words import age
from app.domain.channels import ButtonPress, InboxItem
from app.storage.channel_buttons import Refusal

Action = Mapping[str, object]
Act = Callable[[InboxItem, ButtonPress, Action], Awaitable[str]]

_REFUSED: Final = {
    Refusal.UNKNOWN: "This button does nothing any more.",
    Refusal.NOT_YOURS: "This is for somebody else.",
    Refusal.USED: "This was pressed already.",
    Refusal.EXPIRED: "This is over.",
}
_FAILED: Final = "That did not work."


class Presses:
    """Handles presses of one run of a desk.

    Args:
        say: takes words on a button as a message of the person.
        take: takes up what came in together, and the person wants done.
    """

    def __init__(
        self,
        shift: Shift,
        access: Access,
        *,
        approving: Approving,
        changes: Changes,
        versions: FileVersions,
        commands: Commands,
        asking: AskingAgain,
        say: Callable[[InboxItem, ButtonPress, str], Awaitable[None]],
        take: Callable[[Sequence[InboxItem]], None],
    ) -> None:
        self._shift = shift
        self._access = access
        self._approving = approving
        self._changes = changes
        self._versions = versions
        self._commands = commands
        self._asking = asking
        self._say = say
        self._take = take
        self._acts: dict[str, Act] = {
            "approve": self._approve,
            "undo": self._undo,
            "undo_turn": self._undo_turn,
            "restore": self._restore,
            "unrestore": self._take_back,
        }
        """What must not be done twice."""
        self._looks: dict[str, Act] = {
            "versions": self._list_versions,
            "files": self._list_files,
            "get": self._get,
            "switch": self._switch,
            "again": self._again,
            "confirm": self._confirm,
            "leave": self._leave,
        }

    async def handle(self, item: InboxItem, press: ButtonPress) -> bool:
        """Do what a press is for; whether that is over, and the item with it.

        Raises ``StewardError``; the press is acknowledged all the same.
        """
        if not await self._access.may_press(press):
            self._shift.adapter.pressed(press)
            return True
        if item.begun is not None:
            self._shift.adapter.pressed(press)
            await self._asking.after_a_crash(item, press)
            return False
        if await self._asking.is_stale(item, press):
            span = age(self._shift.parts.clock.now() - item.received_at)
            self._shift.adapter.pressed(press, f"You pressed this {span} ago. Press it again.")
            return True
        words = _FAILED
        try:
            action = await self._shift.parts.buttons.use(press, by=item.id)
            if isinstance(action, Refusal):
                words = _REFUSED[action]
                return True
            if action.get("do") == "say":
                words = ""
                await self._say(item, press, str(action.get("text")))
                return False
            words = await self._do(item, press, action)
        finally:
            self._shift.adapter.pressed(press, words)
        return True

    async def _do(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        name = str(action.get("do"))
        if (act := self._acts.get(name)) is not None:
            await self._shift.parts.inbox.begin(item.id)
            return await act(item, press, action)
        look = self._looks.get(name)
        return await look(item, press, action) if look is not None else _FAILED

    # -- what must not be done twice ---------------------------------------------------------

    async def _approve(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        return self._approving.decide(press, action)

    async def _undo(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        return await self._changes.undo(press.chat, press.sender.id, action)

    async def _undo_turn(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        key = str(action.get("key"))
        return await self._commands.undo_turn(
            press.chat, press.sender, key, _conversation(action), action
        )

    async def _restore(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        key = str(action.get("key"))
        return await self._versions.restore(press.chat, press.sender.id, key, action)

    async def _take_back(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        key = str(action.get("key"))
        return await self._versions.take_back(press.chat, press.sender.id, key, action)

    # -- what may ----------------------------------------------------------------------------

    async def _list_versions(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        file_id, key = str(action.get("file")), f"versions:{item.id}"
        await self._versions.list_of(press.chat, press.sender.id, key, file_id)
        return ""

    async def _list_files(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        await self._versions.list_files(press.chat, press.sender.id, f"versions:{item.id}")
        return ""

    async def _get(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        return await self._versions.send(press.chat, f"sent:{item.id}", action)

    async def _switch(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        return await self._commands.switch(press.chat, action)

    async def _again(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        await self._shift.adapter.send_again(str(action.get("message")))
        key = str(action.get("key"))
        await self._shift.say(press.chat, key, "It is sent again.", quiet=True)
        return "It is sent again."

    async def _confirm(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        self._take(await self._asking.confirm(press.chat, action))
        return ""

    async def _leave(self, item: InboxItem, press: ButtonPress, action: Action) -> str:
        return await self._asking.leave(press.chat, action)


def _conversation(action: Action) -> str | None:
    found = action.get("conversation")
    return None if found is None else str(found)
