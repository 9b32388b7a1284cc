"""Every request of every change of a Doc or a Sheet, with everything that can go wrong there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.errors import FileMissingError, StewardError
from app.domain.files import FileVersion, OperationType
from app.domain.sheet_text import with_cells
from app.files.blobs import hash_of
from tests.files.drive_disturbing import Disturbing
from tests.files.drive_place import DrivePlace
from tests.files.faults import Crash
from tests.standins.google_drive import COLLEAGUE, StoredFile
from tests.standins.google_drive.documents import Sheet, document, plain, type_in

BEFORE, AFTER, THEIRS = "Monday", "Friday", "PS. "
KINDS: Final = ("doc", "sheet")


@dataclass
class Case:
    """One document in a scenario: ``typed`` tells whether a colleague wrote in it."""

    place: DrivePlace
    file: StoredFile
    typed: bool = False

    @property
    def path(self) -> str:
        return f"drive:{self.file.id}"


Act = Callable[[Case], Awaitable[object]]


async def _nothing(_: Case) -> None:
    return None


async def _edit(case: Case) -> None:
    def changed(old: bytes) -> bytes:
        if case.file.sheets is None:
            return old.replace(BEFORE.encode(), AFTER.encode())
        return with_cells(old.decode(), None, 0, 0, [[AFTER]]).encode()

    await case.place.work.edit(case.path, changed)


async def _remove(case: Case) -> None:
    await case.place.work.remove(case.path)


async def _rename(case: Case) -> None:
    await case.place.work.move(case.path, "Renamed")


async def _restore(case: Case) -> None:
    await case.place.work.restore(case.path, 1)


async def _undo(case: Case) -> None:
    versions = await case.place.work.versions(case.path)
    await case.place.work.undo_version(case.path, versions[-1].version)


def _after(*acts: Act) -> Act:
    async def all_of_them(case: Case) -> None:
        for act in acts:
            await act(case)

    return all_of_them


@dataclass(frozen=True)
class Operation:
    """An operation, and how the document is before and after it."""

    act: Act
    before: Act = _nothing
    found: str = BEFORE
    wanted: str = BEFORE
    trashed: bool = False
    was_trashed: bool = False
    named: str | None = None


OPERATIONS: Final[dict[str, Operation]] = {
    "edit": Operation(_edit, wanted=AFTER),
    "edit undone": Operation(_undo, _edit, found=AFTER),
    "remove": Operation(_remove, trashed=True),
    "removal undone": Operation(_undo, _remove, was_trashed=True),
    "rename": Operation(_rename, named="Renamed"),
    "restore": Operation(_restore, _edit, found=AFTER),
    "restore undone": Operation(_undo, _after(_edit, _restore), wanted=AFTER),
    "restore from the trash": Operation(
        _restore, _after(_edit, _remove), found=AFTER, was_trashed=True
    ),
}


class DocumentRuns:
    """Runs scenarios, one after the other, each with a document of its own in one Drive."""

    def __init__(self, place: DrivePlace, kind: str) -> None:
        self._place = place
        self._kind = kind
        self._disturbing = Disturbing(place.server)

    async def run(
        self, operation: str, *, typed: int | None = None, **disturbances: Any
    ) -> tuple[int, list[str]]:
        """Run one. Returns how many requests the operation made, and what does not hold.

        Args:
            operation: of ``OPERATIONS``.
            typed: before this request, or one of the recovery, a colleague writes something.
            disturbances: see ``Disturbing.begin``.
        """
        place, disturbing, one = self._place, self._disturbing, OPERATIONS[operation]
        case = Case(place, self._made())
        await one.before(case)
        found = said(case.file)
        come = None if typed is None else lambda: _type(case)
        disturbing.begin(meanwhile=come, meanwhile_at=typed or 0, **disturbances)
        done = False
        with disturbing.within():
            try:
                await one.act(case)
                done = True
            except (StewardError, Crash):
                pass
            requests = disturbing.count
            disturbing.new_process()
            try:
                await place.restart()
            except Crash:
                disturbing.new_process()
                await place.restart()
        disturbing.end()
        problems = [problem async for problem in _problems(case, one, found, done=done)]
        if not disturbances and typed is None and not done:
            problems.append("failed, and nothing was in its way")
        return requests, problems

    async def verified(self) -> list[str]:
        """What is wrong with the history of all that was done so far."""
        report = await self._place.manager.verify()
        return [f"{one.subject}: {one.message}" for one in report.problems]

    def _made(self) -> StoredFile:
        if self._kind == "doc":
            text = document(f"We meet on {BEFORE}.", "Bye")
            return self._place.state.add_document("Letter", text)
        cells: dict[tuple[int, int], dict[str, Any]] = {
            (0, 0): {"stringValue": BEFORE},
            (1, 1): {"numberValue": 2},
        }
        return self._place.state.add_sheets("Plan", Sheet(7, "May", cells=cells))


def said(file: StoredFile) -> str:
    if file.document is not None:
        return plain(file.document.body)
    assert file.sheets is not None
    return str(sorted(file.sheets[0].cells.items()))


def _type(case: Case) -> None:
    case.typed = True
    if case.file.document is not None:
        type_in(case.place.state, case.file, THEIRS, COLLEAGUE)
    else:
        assert case.file.sheets is not None
        case.file.sheets[0].cells[5, 5] = {"stringValue": THEIRS}
        case.place.state.touch(case.file, COLLEAGUE)


async def _is_kept(case: Case, operation: Operation, versions: Sequence[FileVersion]) -> bool:
    """Whether what a colleague wrote is in a copy in Drive, and in a version.

    What they wrote in the trash is in no version, but in the vault.
    """
    for one in case.place.archived():
        if THEIRS in said(one) and one.noted["steward.apps"]["steward_source"] == case.file.id:
            content = await case.place.work.read(f"drive:{one.id}")
            if operation.was_trashed:
                return case.place.has_bytes(content)
            return hash_of(content) in [version.hash_after for version in versions]
    return False


async def _problems(
    case: Case, operation: Operation, found: str, *, done: bool
) -> AsyncIterator[str]:
    """What must hold and does not."""
    place, file, typed = case.place, case.file, case.typed
    now, trashed = said(file), file.explicitly_trashed
    if now.count(BEFORE) + now.count(AFTER) != 1:
        yield f"is neither as before nor as after: {now!r}"
    if THEIRS in now and not typed:
        yield f"what a colleague wrote is there from nowhere: {now!r}"
    try:
        versions: Sequence[FileVersion] = await place.work.versions(case.path)
    except FileMissingError:
        versions = ()
    goes_back = operation.was_trashed or operation.act is _restore  # over theirs, knowingly
    is_kept = goes_back and await _is_kept(case, operation, versions)
    if typed and THEIRS not in now and not is_kept:
        yield f"what a colleague wrote is lost: {now!r}"
    copies = [
        said(one)
        for one in place.archived()
        if one.noted["steward.apps"]["steward_source"] == file.id
    ]
    was_edited = operation.wanted != operation.found and operation.wanted in now
    was_removed = trashed and not operation.was_trashed
    if was_edited or was_removed:
        if found not in copies and not (typed and any(operation.found in one for one in copies)):
            yield "changed without a copy"
        if not versions:
            yield "changed, and no version tells of it"
    if was_removed and not operation.trashed:
        yield "went to the trash"
    if was_removed and typed and not done and not await _is_kept(case, operation, versions):
        yield "what nobody here has seen is in the trash"
    if typed:
        if versions and not trashed:
            await place.manager.note(versions[-1].path)
            versions = await place.work.versions(case.path)
            if versions[-1].hash_after != hash_of(await place.work.read(case.path)):
                yield "the newest version is not what it says"
        return
    if done:
        if trashed != operation.trashed or operation.wanted not in now:
            yield f"said to be done, but says {now!r}, trashed: {trashed}"
        if operation.named not in (None, file.name):
            yield f"said to be renamed, but is called {file.name}"
    if versions:
        standing = None if trashed else hash_of(await place.work.read(case.path))
        if versions[-1].hash_after != standing:
            yield f"the newest version is not what it says (trashed: {trashed})"
        if any(one.operation is OperationType.EXTERNAL for one in versions):
            yield "a version of someone else, and nobody was there"
