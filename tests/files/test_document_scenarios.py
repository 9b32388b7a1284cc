"""No request of an edit of a Doc or a Sheet can fail, be the last one, or meet a colleague, and
cost anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import FileMissingError, StewardError
from app.domain.sheet_text import with_cells
from app.files.blobs import hash_of
from tests.files.drive_place import DrivePlace
from tests.files.drive_scenarios import FAULTS, LASTING, PATIENCE, dying
from tests.files.faults import Crash
from tests.standins.google_drive import COLLEAGUE, StoredFile
from tests.standins.google_drive.documents import Sheet, document, plain, type_in


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


class Runs:
    """Edits of documents, each with one thing that goes wrong."""

    def __init__(self, place: DrivePlace, kind: str, act: str) -> None:
        self.place, self.kind, self.act = place, kind, act
        self.count = 0
        self.crash: tuple[int, bool] | None = None
        self.typed: int | None = None
        self.dead = False
        self.file: StoredFile
        place.server.before = self._before

    def request(self, send: Callable[[], Any]) -> Any:
        if self.dead:
            raise Crash
        number, self.count = self.count, self.count + 1
        if self.crash == (number, False):
            self.dead = True
            raise Crash
        answer = send()
        if self.crash == (number, True):
            self.dead = True
            raise Crash
        return answer

    def _before(self, _: object) -> None:
        if self.typed is not None and self.count - 1 == self.typed:
            self.typed = None
            self._type()

    def _type(self) -> None:
        if self.file.document is not None:
            type_in(self.place.state, self.file, "PS. ", COLLEAGUE)
        else:
            assert self.file.sheets is not None
            self.file.sheets[0].cells[5, 5] = {"stringValue": "PS. "}
            self.place.state.touch(self.file, COLLEAGUE)

    async def run(
        self,
        *,
        at: int = 0,
        fault: Any = None,
        lasting: bool = False,
        crash: bool | None = None,
        typed: int | None = None,
    ) -> int:
        place = self.place
        self.file = file = self._made()
        path = f"drive:{file.id}"
        before = said(file)
        if fault is not None:
            place.server.fail(fault, skip=at, times=LASTING if lasting else 1)
        self.count, self.typed = 0, typed
        self.crash = None if crash is None else (at, crash)
        done = False
        try:
            with dying(self):
                await self._act(path)
            done = True
        except (StewardError, Crash):
            pass
        requests = self.count
        self.crash, self.dead = None, False
        has_typed, self.typed = typed is not None and self.typed is None, None
        place.server.heal()
        await place.restart()
        await self._require_all_kept(path, before, done=done, typed=has_typed)
        return requests

    def _made(self) -> StoredFile:
        if self.kind == "doc":
            return self.place.state.add_document("Letter", document("We meet on Monday.", "Bye"))
        cells: dict[tuple[int, int], dict[str, Any]] = {
            (0, 0): {"stringValue": "Monday"},
            (1, 1): {"numberValue": 2},
        }
        return self.place.state.add_sheets("Plan", Sheet(7, "May", cells=cells))

    def _act(self, path: str) -> Awaitable[object]:
        work = self.place.work
        if self.act == "remove":
            return work.remove(path)
        if self.kind == "doc":
            return work.edit(path, lambda old: old.replace(b"Monday", b"Friday"))
        return work.edit(
            path, lambda old: with_cells(old.decode(), None, 0, 0, [["Friday"]]).encode()
        )

    async def _require_all_kept(self, path: str, before: str, *, done: bool, typed: bool) -> None:
        place, file = self.place, self.file
        now = said(file)
        assert now.count("Friday") <= 1
        assert ("Friday" in now) != ("Monday" in now)
        assert ("PS. " in now) == typed
        try:
            versions = await place.work.versions(path)
        except FileMissingError:
            versions = []
        copies = [
            said(one)
            for one in place.archived()
            if one.noted["steward.apps"]["steward_source"] == file.id
        ]
        if "Friday" in now or (file.explicitly_trashed and not typed):
            assert before in copies or (typed and any("Monday" in one for one in copies))
            assert versions
        if file.explicitly_trashed:
            assert self.act == "remove"
            assert done or not typed  # what nobody here has seen comes out again
        if done and not typed:
            assert file.explicitly_trashed == (self.act == "remove")
            assert ("Friday" in now) == (self.act == "edit")
        if versions and not typed:
            standing = None if file.explicitly_trashed else hash_of(await place.work.read(path))
            assert versions[-1].hash_after == standing
            assert all(one.operation.value != "external" for one in versions)
        if versions and typed and not file.explicitly_trashed:
            await place.manager.note(versions[-1].path)
            versions = await place.work.versions(path)
            assert versions[-1].hash_after == hash_of(await place.work.read(path))


def said(file: StoredFile) -> str:
    if file.document is not None:
        return plain(file.document.body)
    assert file.sheets is not None
    return str(sorted(file.sheets[0].cells.items()))


KINDS = pytest.mark.parametrize(
    ("kind", "act"), [("doc", "edit"), ("doc", "remove"), ("sheet", "edit")]
)


@KINDS
async def test_a_crash_before_or_after_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = Runs(place, kind, act)
    requests = await runs.run()
    assert requests > 3
    for at in range(requests):
        for after in (False, True):
            await runs.run(at=at, crash=after)


@KINDS
async def test_a_failure_of_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = Runs(place, kind, act)
    requests = await runs.run()
    for name in ("lost before", "lost after"):
        for at in range(requests):
            await runs.run(at=at, fault=FAULTS[name], lasting=name == "lost before")


@KINDS
async def test_a_colleague_types_before_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = Runs(place, kind, act)
    requests = await runs.run()
    for at in range(requests):
        await runs.run(typed=at)
        if act == "edit":
            await runs.run(typed=at, at=at, fault=FAULTS["lost after"])
