"""Every operation on a file in Drive, and what colleagues do to the file meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from app.domain.files import FileVersion
from app.integrations.google.uploads import UNIT
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive import COLLEAGUE, StoredFile

ONE, TWO, THREE, THEIRS = b"one\n", b"ONE\n", b"two\n", b"theirs\n"
LARGE: Final = TWO * (UNIT // len(TWO)) + THREE
"""Goes up in two pieces, where each has ``UNIT`` bytes."""


@dataclass
class Case:
    """One file in a scenario, and what was ever saved in it.

    Attributes:
        folder: another than the file is in; what is made or moved goes there.
        saved: contents that the operation found, in order, and what a colleague saved.
        theirs: whether a colleague did something.
    """

    place: DrivePlace
    file: StoredFile
    path: str
    folder: StoredFile
    saved: list[bytes]
    theirs: bool = False
    versions: list[FileVersion] = field(default_factory=list)

    @property
    def alive(self) -> StoredFile:
        return self.place.state.files[self.file.id]

    @property
    def made(self) -> list[StoredFile]:
        """What is in the folder."""
        files = self.place.state.files.values()
        return [one for one in files if one.parents == [self.folder.id]]


Act = Callable[[Case], Awaitable[object]]


async def _nothing(_: Case) -> None:
    return None


@dataclass(frozen=True)
class Operation:
    """An operation, and how things are after it where nothing was in its way.

    Attributes:
        act: does it.
        before: what is done first, undisturbed.
        wanted: what the file holds afterwards; of one that is made, what that holds.
        trashed: whether it is in the trash then.
        was_trashed: whether it was there before.
        named: its new name.
        moved: whether it is in the other folder.
        makes: a new file there.
    """

    act: Act
    before: Act = _nothing
    wanted: bytes = ONE
    trashed: bool = False
    was_trashed: bool = False
    named: str | None = None
    moved: bool = False
    makes: bool = False


async def _edit(case: Case) -> None:
    case.versions.append(await case.place.work.edit(case.path, lambda _: TWO))


async def _edited(case: Case) -> None:
    await _edit(case)
    case.saved.append(TWO)


async def _edit_again(case: Case) -> None:
    await case.place.work.edit(case.path, lambda _: THREE)


async def _edit_in_pieces(case: Case) -> None:
    await case.place.work.edit(case.path, lambda _: LARGE)


async def _remove(case: Case) -> None:
    case.versions.append(await case.place.work.remove(case.path))


async def _edited_removed(case: Case) -> None:
    await _edited(case)
    await _remove(case)


async def _rename(case: Case) -> None:
    case.versions.append(await case.place.work.move(case.path, "renamed.txt"))


async def _move(case: Case) -> None:
    await case.place.work.move(case.path, f"drive:{case.folder.id}")


async def _restore(case: Case) -> None:
    case.versions.append(await case.place.work.restore(case.path, 1))


async def _restored(case: Case) -> None:
    await _edited(case)
    await _restore(case)
    case.saved.append(ONE)


async def _undo(case: Case) -> None:
    await case.place.work.undo_version(case.path, case.versions[-1].version)


async def _create(case: Case) -> None:
    case.versions.append(await case.place.work.create(f"drive:{case.folder.id}/new.txt", TWO))


async def _created(case: Case) -> None:
    await _create(case)
    (case.file,) = case.made
    case.path, case.saved = f"drive:{case.file.id}", [TWO]


async def _copy(case: Case) -> None:  # as drive.copy does it
    content = await case.place.work.read(case.path)
    await case.place.work.entry(case.path)
    await case.place.work.create(f"drive:{case.folder.id}/new.txt", content)


OPERATIONS: Final[dict[str, Operation]] = {
    "edit": Operation(_edit, wanted=TWO),
    "edit again": Operation(_edit_again, _edited, wanted=THREE),
    "edit in pieces": Operation(_edit_in_pieces, wanted=LARGE),
    "edit undone": Operation(_undo, _edited),
    "remove": Operation(_remove, trashed=True),
    "removal undone": Operation(_undo, _remove, was_trashed=True),
    "rename": Operation(_rename, named="renamed.txt"),
    "rename undone": Operation(_undo, _rename),
    "move": Operation(_move, moved=True),
    "restore": Operation(_restore, _edited),
    "restore undone": Operation(_undo, _restored, wanted=TWO),
    "restore from the trash": Operation(_restore, _remove, was_trashed=True),
    "restore other bytes from the trash": Operation(_restore, _edited_removed, was_trashed=True),
    "create": Operation(_create, wanted=TWO, makes=True),
    "creation undone": Operation(_undo, _created, wanted=TWO, trashed=True, moved=True),
    "copy": Operation(_copy, makes=True),
}


def _save(case: Case, file: StoredFile) -> None:
    case.place.state.edit(file.id, THEIRS)
    case.saved.append(THEIRS)


def _rename_theirs(case: Case, file: StoredFile) -> None:
    case.place.state.rename(file.id, "their name.txt")


def _trash(case: Case, file: StoredFile) -> None:
    """Into the trash, or out of it."""
    case.place.state.set_trashed(file, not file.explicitly_trashed, COLLEAGUE)


Colleague = Callable[[Case, StoredFile], None]
COLLEAGUES: Final[dict[str, Colleague]] = {
    "saves": _save,
    "renames": _rename_theirs,
    "trashes": _trash,
}
