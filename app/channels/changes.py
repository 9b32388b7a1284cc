"""What a turn changed in files: one message a turn, with an Undo for each change.

A message a change would be a flood where a turn renames fifty files; so a turn has one message,
which names each change and has a button for each of the first ``MOST_SINGLE``, and one for all.
It is made from the history each time, so it is true after a restart, and after an undo elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.channels.shift import OwnTurn, Row, Shift
from app.channels.words import block, code, counted, explained, plain, shortened
from app.domain.channels import Chat
from app.domain.errors import StewardError
from app.domain.events import FileVersionEvent
from app.domain.files import FileAction, FileVersion, OperationType
from app.domain.names import shown
from app.domain.workspace import Workspace
from app.storage.channel_buttons import MANY
from app.storage.file_history import FileHistory

CARD: Final = "changes:"
MOST_SINGLE: Final = 8
"""Changes with a button of their own; with two more a message has ten buttons."""
_MOST_LINES: Final = 30
_MOST_DIFF: Final = 1_500
"""Characters of a difference beside a change that was allowed without a card."""
_MOST_COMPARED: Final = 2_000_000
"""Bytes of a file whose difference is worked out for a message."""
_DID: Final = {
    FileAction.CREATE: "Made",
    FileAction.REMOVE: "Removed",
    FileAction.MOVE: "Moved",
    FileAction.RESTORE: "Restored",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a turn: what it made, the version that stands for it now, and whether that is
    the way back.
    """

    made: FileVersion
    now: FileVersion
    undone: bool


class Changes:
    """The messages about changes of one run of a desk."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift

    def event(self, turn: OwnTurn, event: FileVersionEvent) -> None:
        """A file got a version in a turn of this desk."""
        line = CARD + turn.id
        if self._shift.lines.length(line) > 1:  # the one that waits will see this, too
            return
        self._shift.lines.add(line, lambda: self._guarded(turn))

    async def show(
        self,
        chat: Chat,
        user_id: str,
        turn_id: str,
        *,
        said: str = "",
        seen: Sequence[str] | None = None,
    ) -> bool:
        """Show what ``turn_id`` changed, as it stands now; whether it changed anything.

        ``said``: Markdown below it. ``seen``: the differences the person was shown; with it, a
        single change that is not among them is shown with its difference. Raises ``StewardError``.
        """
        history = self._shift.parts.versions.history
        found = await self._shift.parts.versions.in_worker(lambda: changes_of(history, turn_id))
        if not found:
            return False
        lines = [self._line(change) for change in found[:_MOST_LINES]]
        if len(found) == 1:
            parts = [f"{lines[0]}."]
            if seen is not None and not found[0].undone:
                parts.append(await self._diff(found[0], seen))
        else:
            if more := len(found) - len(lines):
                lines.append(f"and {more:,} more")
            listed = "\n".join(f"- {line}" for line in lines)
            parts = [f"{counted(len(found), 'change')}:\n\n{listed}"]
        text = "\n\n".join(part for part in (*parts, said) if part)
        rows = await self._buttons(chat, user_id, turn_id, found)
        await self._shift.say(chat, CARD + turn_id, text, rows)
        return True

    async def is_shown(self, chat: Chat, turn_id: str) -> bool:
        """Whether the chat has a message about a turn's changes. Raises ``StorageError``."""
        cards = await self._shift.parts.buttons.open(chat.channel, f"{CARD}{turn_id}:")
        return any(card.chat_id == chat.id for card in cards)

    # -- pressed ---------------------------------------------------------------------------

    async def undo(self, chat: Chat, user_id: str, action: Mapping[str, object]) -> str:
        """Take one change back, or all of the turn; in a few words what came of it.

        What stands in the way is said in the message; nothing is lost by it.
        """
        turn_id, file_id = str(action.get("turn")), action.get("file")
        where = action.get("conversation")
        workspace = self._shift.workspace(None if where is None else str(where))
        try:
            if file_id is None:
                await workspace.undo(turn_id)
            else:
                path = await self._path_of(str(file_id))
                await workspace.undo_version(path, int(str(action.get("version"))))
        except StewardError as error:
            said = f"⚠ Not undone: {explained(error)}"
            await self.show(chat, user_id, turn_id, said=said)
            return "Not undone."
        await self.show(chat, user_id, turn_id)
        return "Done."

    async def _path_of(self, file_id: str) -> str:
        versions = self._shift.parts.versions
        return await versions.in_worker(lambda: versions.history.record(file_id).locator)

    # -- inside ----------------------------------------------------------------------------

    async def _guarded(self, turn: OwnTurn) -> None:
        try:
            await self.show(turn.chat, turn.user_id, turn.id, seen=turn.shown)
        except StewardError as error:
            await self._shift.failed(turn.chat, f"failed:{CARD}{turn.id}", error)

    def _line(self, change: Change) -> str:
        made, now = change.made, change.now
        name = code(self._name(now if change.undone else made))
        if change.undone:
            how = "as before" if now.hash_after is not None else "gone again"
            return f"Undone: {name} is {how} (version {now.version})"
        version = f" (version {now.version})"
        if made.action is FileAction.MOVE and (before := made.metadata.get("moved_from")):
            return f"Moved {code(self._display(str(before)))} to {name}{version}"
        return f"{_DID.get(made.action, 'Changed')} {name}{version}"

    def _name(self, version: FileVersion) -> str:
        return self._display(version.path)

    def _display(self, path: str) -> str:
        return self._shift.workspace().display(path)

    async def _diff(self, change: Change, seen: Sequence[str]) -> str:
        made = change.made
        if any(shown(made.filename) in one for one in seen) or made.action is FileAction.MOVE:
            return ""
        if max(made.size or 0, 0) > _MOST_COMPARED:
            return ""
        from app.domain.diff import unified_diff

        plans, name = self._shift.parts.versions.plans, shown(made.filename)
        diff = await self._shift.parts.versions.in_worker(
            lambda: unified_diff(
                plans.content(made.hash_before) if made.hash_before else None,
                plans.content(made.hash_after) if made.hash_after else None,
                name,
            )
        )
        if not diff:
            return ""
        if len(diff) > _MOST_DIFF:
            return plain("The difference is long: Versions has it.")
        return block(diff, "diff")

    async def _buttons(
        self, chat: Chat, user_id: str, turn_id: str, found: Sequence[Change]
    ) -> list[Row]:
        rows: list[Row] = []
        where = found[0].made.conversation_id
        whole: dict[str, object] = {"do": "undo", "turn": turn_id, "conversation": where}
        for change in found[:MOST_SINGLE]:
            now = change.now
            label = "Undo the undo" if change.undone else "Undo"
            if len(found) > 1:
                label += f" {shortened(shown(now.filename), 24)} ({now.version})"
            action = {**whole, "file": now.file_id, "version": now.version}
            # Cards of their own: one that is pressed leaves the others as they are.
            card = f"{CARD}{turn_id}:{now.file_id}:{now.version}"
            rows.append(await self._shift.offer(chat, user_id, card, {label: action}))
        last: list[Row] = []
        if len(found) > 1 and not any(change.undone for change in found):
            card = f"{CARD}{turn_id}:all"
            last.append(await self._shift.offer(chat, user_id, card, {"Undo all": whole}))
        files = {change.now.file_id for change in found}
        looks = {"do": "versions", "file": files.pop()} if len(files) == 1 else {"do": "files"}
        action = {**looks, MANY: True}
        card = f"{CARD}{turn_id}:versions"
        last.append(await self._shift.offer(chat, user_id, card, {"Versions": action}))
        both = [button for row in last for button in row]
        return [[*rows[0], *both]] if len(rows) == 1 else [*rows, both]


def changes_of(history: FileHistory, turn_id: str) -> list[Change]:
    """What a turn changed, in order, and what became of each; blocking."""
    found = []
    for made in reversed(history.turn_changes(turn_id)):
        if made.operation is OperationType.EXTERNAL or made.action is FileAction.SEEN:
            continue
        now, undone = made, False
        for later in history.versions(made.file_id):
            if later.version > now.version and _takes_back(later, now):
                now, undone = later, not undone
        found.append(Change(made, now, undone))
    return found


def _takes_back(later: FileVersion, now: FileVersion) -> bool:
    if later.metadata.get("undo_of_version") == now.version:
        return True
    return now.turn_id is not None and later.metadata.get("undo_of") == now.turn_id


def change_lines(made: Sequence[FileVersion], workspace: Workspace) -> list[str]:
    """What an undo brought about, a line a file."""
    lines = []
    for one in made:
        name = code(workspace.display(one.path))
        if one.hash_after is None:
            lines.append(f"{name} is removed (version {one.version})")
        elif before := one.metadata.get("moved_from"):
            lines.append(f"{code(workspace.display(str(before)))} is {name} again")
        else:
            lines.append(f"{name} is as before (version {one.version})")
    return lines
