"""Every request of every operation in Drive, with everything that can go wrong there.

A scenario is an operation, a request of it (by number), what goes wrong at that request, and a
request before which a colleague does something. After it a new process recovers, and what must hold
is checked against what the stand-in has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol

from app.domain.errors import FileMissingError, StewardError
from app.domain.files import OperationType
from app.files.blobs import hash_of
from app.integrations.google.attempts import RetryPolicy
from app.integrations.google.connections import Connection
from tests.files.drive_place import DrivePlace
from tests.files.faults import Crash
from tests.standins.google_drive import ME, Answer, CutAfter, CutBefore, StoredFile
from tests.standins.google_drive.requests import Request

ONE, TWO, THEIRS = b"one\n", b"ONE\n", b"theirs\n"
FAULTS: Final[dict[str, Any]] = {
    "403 rate": Answer(403, "userRateLimitExceeded", "Slow down."),
    "429": Answer(429, "rateLimitExceeded", "Slow down."),
    "500": Answer(500),
    "503": Answer(503),
    "lost before": CutBefore(),
    "lost after": CutAfter(),
}
PATIENCE: Final = RetryPolicy(tries=3, unreached_tries=3)
"""How often a request is tried: less often than people would wait, and in the same way."""
LASTING: Final = 40
"""So many times in a row a lasting fault happens: until the process gives up."""


@dataclass
class Case:
    """One file in a scenario, and what was ever saved in it."""

    place: DrivePlace
    file: StoredFile
    path: str
    saved: list[bytes]
    theirs: bool = False

    @property
    def alive(self) -> StoredFile:
        return self.place.state.files[self.file.id]


Operation = Callable[[Case], Awaitable[object]]


async def _edit(case: Case) -> object:
    return await case.place.work.edit(case.path, lambda _: TWO)


async def _remove(case: Case) -> object:
    return await case.place.work.remove(case.path)


async def _rename(case: Case) -> object:
    return await case.place.work.move(case.path, "renamed.txt")


async def _restore(case: Case) -> object:
    return await case.place.work.restore(case.path, 1)


async def _create(case: Case) -> object:
    return await case.place.work.create(f"drive:root/new {case.file.id}.txt", TWO)


async def _nothing(_: Case) -> object:
    return None


async def _edited(case: Case) -> object:
    case.saved.append(TWO)
    return await _edit(case)


async def _removed(case: Case) -> object:
    return await _remove(case)


OPERATIONS: Final[dict[str, tuple[Operation, Operation]]] = {
    "edit": (_nothing, _edit),
    "edit again": (_edited, lambda case: case.place.work.edit(case.path, lambda _: b"two\n")),
    "remove": (_nothing, _remove),
    "rename": (_nothing, _rename),
    "restore": (_edited, _restore),
    "restore from the trash": (_removed, _restore),
    "create": (_nothing, _create),
}
"""What comes before, and the operation itself."""


def _save(case: Case) -> None:
    case.place.state.edit(case.file.id, THEIRS)
    case.saved.append(THEIRS)


def _rename_theirs(case: Case) -> None:
    case.place.state.rename(case.file.id, "their name.txt")


def _trash(case: Case) -> None:
    case.place.state.set_trashed(case.alive, True, "colleague@example.org")


COLLEAGUES: Final[dict[str, Callable[[Case], None]]] = {
    "saves": _save,
    "renames": _rename_theirs,
    "trashes": _trash,
}


class Runs:
    """Runs scenarios, one after the other, each with a file of its own in one Drive."""

    def __init__(self, place: DrivePlace) -> None:
        self._place = place
        self._case: Case | None = None
        self._count = 0
        self._meanwhile: tuple[int, Callable[[Case], None]] | None = None
        self._crash: tuple[int, bool] | None = None
        self._dead = False
        self.done = 0
        place.server.before = self._before

    async def run(
        self,
        operation: str,
        *,
        fault: object = None,
        at: int = 0,
        lasting: bool = False,
        crash_after: bool | None = None,
        meanwhile: Callable[[Case], None] | None = None,
        meanwhile_at: int = 0,
    ) -> tuple[int, list[str]]:
        """Run one. Returns how many requests the operation made, and what does not hold.

        Args:
            operation: of ``OPERATIONS``.
            fault: what happens at request ``at``; ``lasting``: at all later ones, too.
            at: number of the request, from 0.
            crash_after: the process dies at request ``at``, before it is sent or (``True``) after.
            meanwhile: what a colleague does before request ``meanwhile_at`` is carried out.
        """
        place = self._place
        file, path = place.add(f"file {self.done}.txt", ONE)
        self._case = case = Case(place, file, path, [ONE])
        before, act = OPERATIONS[operation]
        await before(case)
        self._count = 0
        if fault is not None:
            place.server.fail(fault, skip=at, times=LASTING if lasting else 1)  # type: ignore[arg-type]
        if crash_after is not None:
            self._crash = (at, crash_after)
        self._meanwhile = None if meanwhile is None else (meanwhile_at, meanwhile)
        made = False
        try:
            with dying(self):
                await act(case)
            made = True
        except (StewardError, Crash):
            made = False
        requests = self._count
        undisturbed = fault is None and crash_after is None and meanwhile is None
        self._meanwhile = self._crash = None
        self._dead = False
        place.server.heal()
        await place.restart()
        self.done += 1
        problems = [problem async for problem in _problems(case, operation, made=made)]
        if undisturbed and not made:
            problems.append("failed, and nothing was in its way")
        return requests, problems

    async def verified(self) -> list[str]:
        """What is wrong with the history of all that was done so far."""
        report = await self._place.manager.verify()
        return [f"{one.subject}: {one.message}" for one in report.problems]

    def _before(self, request: Request) -> None:
        if self._meanwhile is not None and self._count - 1 == self._meanwhile[0]:
            meanwhile, self._meanwhile = self._meanwhile[1], None
            assert self._case is not None
            self._case.theirs = True
            meanwhile(self._case)

    def request(self, send: Callable[[], Any]) -> Any:
        """One request of the client."""
        if self._dead:
            raise Crash
        number, self._count = self._count, self._count + 1
        crash = self._crash if self._crash is not None and self._crash[0] == number else None
        if crash is not None:
            self._dead = True
            if not crash[1]:
                raise Crash
        answer = send()
        if crash is not None:
            raise Crash
        return answer


class Sender(Protocol):
    """Whoever every request passes."""

    def request(self, send: Callable[[], Any]) -> Any:
        """One request of the client."""
        ...


class dying:  # noqa: N801 - reads as the words it stands for
    """Within, every request passes the runs."""

    def __init__(self, runs: Sender) -> None:
        self._runs = runs

    def __enter__(self) -> None:
        self._real = real = Connection._exchange
        runs = self._runs

        def exchange(self: Connection, *args: Any, **more: Any) -> Any:
            return runs.request(lambda: real(self, *args, **more))

        Connection._exchange = exchange  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        Connection._exchange = self._real  # type: ignore[method-assign]


async def _problems(case: Case, operation: str, *, made: bool) -> Any:
    """What must hold and does not."""
    place, work = case.place, case.place.work
    created = operation == "create"
    if created:
        for problem in _created_problems(case, made=made):
            yield problem
        for one in place.state.files.values():
            if one.name == f"new {case.file.id}.txt" and not await work.versions(f"drive:{one.id}"):
                yield "made, and no version tells of it"
        return
    file = case.alive
    try:
        versions = await work.versions(case.path)
    except FileMissingError:
        versions = []  # someone took it away before anything was done
    kept = {one.hash_after for one in versions}
    trashed = place.state.is_trashed(file)
    head = hash_of(file.content)
    copies = [
        one.content
        for one in place.archived()
        if one.noted.get("steward.apps", {}).get("steward_source") == file.id
    ]
    for old, new in pairwise(file.revisions):
        is_kept = hash_of(old.content) in kept
        if operation == "restore from the trash" and old.content == THEIRS:
            is_kept = place.has_bytes(old.content)
        if new.by == ME and not is_kept:
            yield f"{old.content!r} was replaced by {new.content!r} and is in no version"
        if new.by == ME and old.content not in copies:
            yield f"{old.content!r} was replaced and not copied in Drive"
    if trashed and operation == "remove" and head not in kept and not case.theirs:
        yield f"{file.content!r} went to the trash and is in no version"
    if case.saved[-1] == THEIRS and file.content != THEIRS:
        # Only on top of it, knowingly: their bytes are then the version before.
        before = [one.hash_before for one in versions if one.hash_after == head]
        if hash_of(THEIRS) not in before and operation != "restore from the trash":
            yield f"their content was overwritten by {file.content!r}"
    ours = [one for one in file.revisions if one.content not in (*case.saved[:1], THEIRS)]
    if operation == "edit" and len(ours) > 1:
        yield f"uploaded {len(ours)} times"
    if versions and not case.theirs and _last_hash(versions) != (None if trashed else head):
        yield f"the newest version is not what stands in Drive (trashed: {trashed})"
    external = [one for one in versions if one.operation is OperationType.EXTERNAL]
    if external and not case.theirs:
        yield "a version of someone else, and nobody was there"
    if made and not case.theirs:
        wanted = {"edit": TWO, "edit again": b"two\n", "restore": ONE}.get(operation, ONE)
        if file.content != wanted or trashed != (operation == "remove"):
            yield f"said to be done, but holds {file.content!r}, trashed: {trashed}"
        if operation == "rename" and file.name != "renamed.txt":
            yield f"said to be renamed, but is called {file.name}"
    if len(copies) != len(set(copies)):
        yield "the same bytes were archived twice"
    if trashed and not case.theirs and file.content not in copies:
        yield f"{file.content!r} went to the trash and was not copied in Drive"
    # What someone did is noted sooner or later; then all agrees.
    await place.manager.note(versions[-1].path if versions else f"{case.path}/-/-")


def _created_problems(case: Case, *, made: bool) -> Iterator[str]:
    name = f"new {case.file.id}.txt"
    found = [one for one in case.place.state.files.values() if one.name == name]
    if len(found) > 1:
        yield f"made {len(found)} times"
    if made and not found:
        yield "said to be made, and is not there"
    if found and found[0].content != TWO:
        yield f"made with {found[0].content!r}"


def _last_hash(versions: Any) -> str | None:
    found: str | None = versions[-1].hash_after
    return found
