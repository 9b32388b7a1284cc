"""Docs and Sheets of Google Drive: edited in place, every version kept and brought back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.drive import DriveLossyError
from app.domain.errors import ConflictError, FileMissingError
from app.domain.sheet_text import with_cells
from tests.files.drive_disturbing import PATIENCE
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive import COLLEAGUE, CutAfter, CutBefore, StoredFile
from tests.standins.google_drive.documents import THING, Char, Sheet, document, plain, type_in
from tests.standins.google_drive.faults import to


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        report = await made.manager.verify()
        assert report.problems == ()
        await made.stop()


def letter(place: DrivePlace) -> tuple[StoredFile, str]:
    file = place.state.add_document(
        "Letter",
        document(f"Dear Ann, {THING}we meet on Monday.", [["Who", "What"], ["Ann", "cake"]], "Bye"),
    )
    assert file.document is not None
    for item in file.document.body.items[:4]:
        assert isinstance(item, Char)
        item.style = "bold"
    return file, f"drive:{file.id}"


def said(file: StoredFile) -> str:
    assert file.document is not None
    return plain(file.document.body)


def replacing(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old.encode(), new.encode())


async def test_a_document_is_edited_in_place_and_goes_back(place: DrivePlace) -> None:
    file, path = letter(place)
    before = said(file)
    file.comments.append("Nice.")
    turn = place.turn()
    version = await turn.edit(path, replacing("Monday", "Friday"))
    assert said(file) == before.replace("Monday", "Friday")
    assert version.version == 2
    assert file.comments == ["Nice."]
    assert file.document is not None
    bold = file.document.body.items[0]
    assert isinstance(bold, Char)
    assert bold.style == "bold"
    (copy,) = place.archived()
    assert said(copy) == before
    await turn.edit(path, replacing("cake", "two cakes"))
    await place.work.restore(path, 1)
    assert said(file) == before
    assert [one.version for one in await place.work.versions(path)] == [1, 2, 3, 4]
    assert b"Friday" in await place.work.version_content(path, 2)


async def test_what_is_no_text_is_never_lost(place: DrivePlace) -> None:
    file, path = letter(place)
    before = said(file)
    with pytest.raises(DriveLossyError):
        await place.work.edit(path, lambda _: b"All new\n")
    assert said(file) == before
    assert place.archived() == []


async def test_a_colleague_types_meanwhile_and_nothing_of_theirs_is_lost(place: DrivePlace) -> None:
    file, path = letter(place)
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if "batchUpdate" in getattr(request, "target", "") and not done:
            done.append(True)
            type_in(place.state, file, "PS. ", COLLEAGUE)

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.edit(path, replacing("Monday", "Friday"))
    assert said(file).startswith("PS. Dear Ann")
    assert "Monday" in said(file)
    versions = await place.work.versions(path)
    assert b"PS. Dear" in await place.work.version_content(path, versions[-1].version)


@pytest.mark.parametrize("fault", [CutBefore(), CutAfter()], ids=["before", "after"])
@pytest.mark.parametrize("part", ["batchUpdate", "/copy"])
async def test_an_answer_that_is_lost_makes_no_second_edit_and_no_second_copy(
    place: DrivePlace, fault: CutBefore | CutAfter, part: str
) -> None:
    file, path = letter(place)
    before = said(file)
    place.server.fail(fault, on=to("POST", part))
    try:
        await place.work.edit(path, replacing("Bye", "Bye bye"))
    except Exception:  # noqa: BLE001 - a lost copy may end it: then nothing was done
        assert (part, said(file)) == ("/copy", before)
        await place.work.edit(path, replacing("Bye", "Bye bye"))
    assert said(file) == before.replace("Bye", "Bye bye")
    assert [said(copy) for copy in place.archived()] == [before]


async def test_a_removed_document_comes_back(place: DrivePlace) -> None:
    file, path = letter(place)
    before = said(file)
    await place.work.edit(path, replacing("Monday", "Friday"))
    await place.work.remove(path)
    assert file.explicitly_trashed
    with pytest.raises(FileMissingError):
        await place.work.read(path)
    await place.work.restore(path, 1)
    assert not file.explicitly_trashed
    assert said(file) == before


async def test_a_document_is_renamed_and_that_goes_back(place: DrivePlace) -> None:
    file, path = letter(place)
    turn = place.turn()
    await turn.move(path, "Invitation")
    assert file.name == "Invitation"
    await turn.undo()
    assert file.name == "Letter"


async def test_cells_are_changed_and_all_others_stay(place: DrivePlace) -> None:
    cells: dict[tuple[int, int], dict[str, Any]] = {
        (0, 0): {"stringValue": "Item"},
        (0, 1): {"stringValue": "Price"},
        (1, 0): {"stringValue": "007"},
        (1, 1): {"numberValue": 12.5},
        (2, 1): {"formulaValue": "=SUM(B2:B2)"},
    }
    file = place.state.add_sheets("Costs", Sheet(7, "May", cells=dict(cells)), Sheet(8, "June"))
    path = f"drive:{file.id}"
    text = (await place.work.read(path)).decode()
    assert text.splitlines()[1:6] == [
        '"May": [',
        '["Item", "Price"],',
        '["007", 12.5],',
        '[null, "=SUM(B2:B2)"]',
        "],",
    ]
    turn = place.turn()
    await turn.edit(
        path, lambda old: with_cells(old.decode(), "May", 1, 1, [[13], ["=B2*2"]]).encode()
    )
    assert file.sheets is not None
    assert file.sheets[0].cells == {
        **cells,
        (1, 1): {"numberValue": 13},
        (2, 1): {"formulaValue": "=B2*2"},
    }
    (copy,) = place.archived()
    assert copy.sheets is not None
    assert copy.sheets[0].cells == cells
    await turn.undo()
    assert file.sheets[0].cells == cells


async def test_a_sheet_grows_where_it_must(place: DrivePlace) -> None:
    file = place.state.add_sheets("Costs", Sheet(7, "May", rows=2, columns=1))
    await place.work.edit(
        f"drive:{file.id}",
        lambda old: with_cells(old.decode(), None, 3, 2, [["x"]]).encode(),
    )
    assert file.sheets is not None
    assert (file.sheets[0].rows, file.sheets[0].columns) == (4, 3)
    assert file.sheets[0].cells == {(3, 2): {"stringValue": "x"}}
