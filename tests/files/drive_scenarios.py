"""Every request of every operation in Drive, with everything that can go wrong there.

A scenario is an operation, a request of it (by number), what goes wrong at that request, and a
request before which a colleague does something. After it a new process recovers, and what must hold
is checked against what the stand-in has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import pairwise

from app.domain.errors import FileMissingError, StewardError
from app.domain.files import FileVersion, OperationType
from app.files.blobs import hash_of
from tests.files.drive_disturbing import Disturbing
from tests.files.drive_operations import (
    ONE,
    OPERATIONS,
    THEIRS,
    Case,
    Colleague,
    Operation,
)
from tests.files.drive_place import DrivePlace
from tests.files.faults import Crash
from tests.standins.google_drive import ME, StoredFile


class Runs:
    """Runs scenarios, one after the other, each with a file of its own in one Drive."""

    def __init__(self, place: DrivePlace) -> None:
        self._place = place
        self._disturbing = Disturbing(place.server)
        self.done = 0

    async def run(
        self,
        operation: str,
        *,
        fault: object = None,
        at: int = 0,
        lasting: bool = False,
        crash_after: bool | None = None,
        crash_again: int | None = None,
        meanwhile: Colleague | None = None,
        meanwhile_at: int = 0,
    ) -> tuple[int, list[str]]:
        """Run one. Returns how many requests the operation made, and what does not hold.

        Args:
            operation: of ``OPERATIONS``.
            fault, at, lasting, crash_after, crash_again: see ``Disturbing.begin``.
            meanwhile: what a colleague does before request ``meanwhile_at``; those of the recovery
                are counted on.
        """
        place, disturbing, one = self._place, self._disturbing, OPERATIONS[operation]
        file, path = place.add(f"file {self.done}.txt", ONE)
        case = Case(place, file, path, place.state.add_folder(f"folder {self.done}"), [ONE])
        await one.before(case)
        self.done += 1
        disturbing.begin(
            fault=fault,
            at=at,
            lasting=lasting,
            crash_after=crash_after,
            crash_again=crash_again,
            meanwhile=None if meanwhile is None else lambda: _come(case, one, meanwhile),
            meanwhile_at=meanwhile_at,
        )
        made = False
        with disturbing.within():
            try:
                await one.act(case)
                made = True
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
        if one.makes:
            problems = [problem async for problem in _problems_of_made(case, one, made=made)]
        else:
            problems = [problem async for problem in _problems(case, one, made=made)]
        if crash_after is None and meanwhile is None and not lasting and not made:
            problems.append("failed, and nothing was in its way for good")
        return requests, problems

    async def verified(self) -> list[str]:
        """What is wrong with the history of all that was done so far."""
        report = await self._place.manager.verify()
        return [f"{one.subject}: {one.message}" for one in report.problems]


def _come(case: Case, operation: Operation, colleague: Colleague) -> None:
    """To the file, or the one that is made, once it is there; else to the one it is made of."""
    case.theirs = True
    files = case.made if operation.makes else []
    colleague(case, files[0] if files else case.alive)


async def _problems(case: Case, operation: Operation, *, made: bool) -> AsyncIterator[str]:
    """What must hold and does not."""
    place, file = case.place, case.alive
    versions = await _versions(case, case.path)
    kept = {one.hash_after for one in versions}
    trashed = place.state.is_trashed(file)
    head = hash_of(file.content)
    copies = _copies(case, file)
    # Drive looks at the condition of an upload in pieces when it begins: who saves just before the
    # last one is overwritten and put back, and what went up stays in the vault, for the conflict.
    crossed = case.theirs and operation is OPERATIONS["edit in pieces"]
    for old, new in pairwise(file.revisions):
        is_kept = hash_of(old.content) in kept
        if crossed or (operation.was_trashed and old.content == THEIRS):
            is_kept = place.has_bytes(old.content)
        if new.by == ME and not is_kept:
            yield f"{old.content[:9]!r} was replaced by {new.content[:9]!r} and is in no version"
        if new.by == ME and old.content not in copies and not (crossed and old.content != ONE):
            yield f"{old.content[:9]!r} was replaced and not copied in Drive"
    if trashed and operation.trashed and head not in kept and not case.theirs:
        yield f"{file.content[:9]!r} went to the trash and is in no version"
    if case.saved[-1] == THEIRS and file.content != THEIRS:
        # Only on top of it, knowingly: their bytes are then the version before.
        before = [one.hash_before for one in versions if one.hash_after == head]
        if hash_of(THEIRS) not in before and not operation.was_trashed:
            yield f"their content was overwritten by {file.content[:9]!r}"
    ours = [one.content for one in file.revisions if one.by == ME].count(operation.wanted)
    if ours > case.saved.count(operation.wanted) + 1:
        yield f"uploaded {ours} times"
    if versions and not case.theirs and versions[-1].hash_after != (None if trashed else head):
        yield f"the newest version is not what stands in Drive (trashed: {trashed})"
    external = [one for one in versions if one.operation is OperationType.EXTERNAL]
    if external and not case.theirs:
        yield "a version of someone else, and nobody was there"
    if made and not case.theirs:
        if file.content != operation.wanted or trashed != operation.trashed:
            yield f"said to be done, but holds {file.content[:9]!r}, trashed: {trashed}"
        if operation.named not in (None, file.name):
            yield f"said to be renamed, but is called {file.name}"
        if (file.parents == [case.folder.id]) != operation.moved:
            yield f"said to be done, but is in {file.parents}"
    if len(copies) != len(set(copies)):
        yield "the same bytes were archived twice"
    if trashed and not case.theirs and file.content not in copies:
        yield f"{file.content[:9]!r} went to the trash and was not copied in Drive"
    # What someone did is noted sooner or later; then all agrees.
    await place.manager.note(versions[-1].path if versions else f"{case.path}/-/-")


async def _problems_of_made(case: Case, operation: Operation, *, made: bool) -> AsyncIterator[str]:
    found = case.made
    if len(found) > 1:
        yield f"made {len(found)} times"
    if made and not found:
        yield "said to be made, and is not there"
    for one in found:
        for problem in _of_made(case, operation, one):
            yield problem
        if not await _versions(case, f"drive:{one.id}"):
            yield "made, and no version tells of it"
    if [one.by for one in case.alive.revisions].count(ME) != 1:
        yield "what it was made of was changed"
    if not case.theirs and (case.alive.explicitly_trashed or not case.alive.name.startswith("fil")):
        yield "what it was made of was moved"


def _of_made(case: Case, operation: Operation, file: StoredFile) -> Iterator[str]:
    first = file.revisions[0].content
    may_be = {operation.wanted, THEIRS} if case.theirs else {operation.wanted}
    if first not in may_be:
        yield f"made with {first!r}"
    if [one.by for one in file.revisions].count(ME) != 1:
        yield f"given bytes {len(file.revisions)} times"
    if not case.theirs and (file.explicitly_trashed or file.name != "new.txt"):
        yield f"made as {file.name}, trashed: {file.explicitly_trashed}"


async def _versions(case: Case, path: str) -> Sequence[FileVersion]:
    try:
        return await case.place.work.versions(path)
    except FileMissingError:
        return ()  # someone took it away before anything was done


def _copies(case: Case, file: StoredFile) -> list[bytes]:
    return [
        one.content
        for one in case.place.archived()
        if one.noted.get("steward.apps", {}).get("steward_source") == file.id
    ]
