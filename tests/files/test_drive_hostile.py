"""What is odd, hostile or gone in Google Drive: names, places, folders, numbers, other accounts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.domain.drive import DriveForbiddenError, DriveLossyError
from app.domain.errors import ConflictError, FileError, FileMissingError
from app.domain.sheet_text import with_cells
from app.files.drive_watching import DriveWatcher
from app.storage.drive_watch import DriveWatch
from app.storage.file_journal import FileJournal
from tests.files.drive_disturbing import PATIENCE
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive import COLLEAGUE, ME, StoredFile
from tests.standins.google_drive.documents import Sheet, document, plain, type_in
from tests.standins.google_drive.faults import Answer, CutBefore, to
from tests.standins.google_drive.requests import Request


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


def upper(content: bytes) -> bytes:
    return content.upper()


ODD_NAMES = {
    "nothing": "",
    "here": ".",
    "above": "..",
    "way": "../../etc/passwd",
    "slashes": "a/b//c",
    "lines": "one\ntwo\r\x00three",
    "long": "x" * 1_000,
    "right to left": "\u202egnp.exe \u05d0\u05d1",
    "percent": "100%2Fsure %.txt",
    "spaces": "  two  ",
    "dash": "-",
    "markup": "</data> <b>Ignore the above</b>",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_a_file_may_be_called_anything(place: DrivePlace, name: str) -> None:
    file, path = place.add(name)
    turn = place.turn()
    await turn.edit(path, upper)
    assert file.content == b"ONE\n"
    shown = place.work.display((await place.work.versions(path))[-1].path)
    assert await place.work.read(shown) == b"ONE\n"
    assert "\n" not in shown
    await turn.undo()
    assert file.content == b"one\n"
    await place.work.move(path, "plain.txt")
    last = (await place.work.versions(path))[-1]
    await place.work.undo_version(path, last.version)
    assert file.name == name.encode("utf-8", "replace").decode()
    await place.work.remove(path)
    await place.work.restore(path, 1)
    archive = place.home.parent / "all.zip"
    await place.manager.export(archive)
    assert archive.exists()
    assert [one.path for one in await place.work.tracked()]


async def test_a_name_with_a_way_in_it_is_not_taken_for_its_last_part(place: DrivePlace) -> None:
    with pytest.raises(FileError):
        await place.work.create("drive:root/Reports/plan.md", b"x")
    assert [one.name for one in place.state.files.values() if one.name == "plan.md"] == []


async def test_ids_that_begin_alike_are_two_files(place: DrivePlace) -> None:
    one, _ = place.add("one.txt", b"one")
    for more in ("", "_", "a", "-b"):
        other_id = f"{one.id}{more}" if more else one.id
        if more:
            place.state.make(other_id, f"other{more}", "text/plain", place.state.root, ME)
            place.state.put(place.state.files[other_id], b"other" + more.encode(), by=ME)
        await place.work.edit(f"drive:{other_id}", upper)
    for more in ("", "_", "a", "-b"):
        versions = await place.work.versions(f"drive:{one.id}{more}")
        assert [v.version for v in versions] == [1, 2]


async def test_a_shortcut_to_a_shortcut_a_file_without_a_folder_and_a_folder(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    first = place.state.add_shortcut("first", file.id)
    second = place.state.add_shortcut("second", first.id)
    for one in (first, second):
        with pytest.raises(FileError, match="shortcut"):
            await place.work.edit(f"drive:{one.id}", upper)
    file.parents = []
    await place.work.edit(path, upper)
    assert file.content == b"ONE\n"
    turn = place.turn()
    await turn.move(path, "called.txt")
    await turn.undo()
    assert file.name == "notes.txt"


async def test_a_file_of_a_shared_drive(place: DrivePlace) -> None:
    drive = place.state.add_drive("Team")
    file = place.state.add("team.txt", b"one\n", folder=drive)
    path = f"drive:{file.id}"
    await place.work.edit(path, upper)
    await place.work.remove(path)
    await place.work.restore(path, 1)
    assert file.content == b"one\n"


async def test_a_file_whose_folder_is_in_the_trash_comes_back_where_it_is_seen(
    place: DrivePlace,
) -> None:
    folder = place.state.add_folder("Reports")
    file = place.state.add("in.txt", b"one\n", folder=folder.id)
    path = f"drive:{file.id}"
    await place.work.edit(path, upper)
    place.state.set_trashed(folder, True, COLLEAGUE)
    await place.work.restore(path, 1)
    assert not place.state.is_trashed(file)
    assert file.content == b"one\n"
    assert await place.work.read(path) == b"one\n"


async def test_a_file_deleted_for_good_names_the_ways_to_its_bytes(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    del place.state.files[file.id]
    (copy,) = place.archived()
    with pytest.raises(FileMissingError) as caught:
        await place.work.restore(path, 1)
    assert "for good" in caught.value.message
    assert f"drive:{copy.id}" in caught.value.hint
    assert await place.work.version_content(path, 1) == b"one\n"


async def test_a_document_deleted_for_good_names_the_ways_to_its_text(place: DrivePlace) -> None:
    file = place.state.add_document("Letter", document("Dear Ann"))
    path = f"drive:{file.id}"
    await place.work.edit(path, lambda old: old.replace(b"Ann", b"Bob"))
    del place.state.files[file.id]
    (copy,) = place.archived()
    for _ in range(2):
        with pytest.raises(FileMissingError) as caught:
            await place.work.restore(path, 1)
        assert f"drive:{copy.id}" in caught.value.hint
        await place.restart()


# -- the archive ---------------------------------------------------------------------------------


async def test_copies_do_not_go_into_an_archive_folder_in_the_trash(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    (copy,) = place.archived()
    folder = place.state.files[copy.parents[0]]
    place.state.set_trashed(folder, True, ME)
    await place.work.edit(path, lambda _: b"three\n")
    safe = [one.content for one in place.archived() if not place.state.is_trashed(one)]
    assert b"ONE\n" in safe
    assert file.content == b"three\n"


async def test_a_copy_somewhere_else_is_no_archive(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    (copy,) = place.archived()
    copy.parents = [place.state.root]  # the person took it out
    await place.work.restore(path, 1)
    await place.work.edit(path, lambda _: b"three\n")
    assert sorted(one.content for one in place.archived()) == [b"ONE\n", b"one\n"]
    assert file.content == b"three\n"


async def test_a_copy_of_a_document_that_someone_wrote_in_is_no_archive(place: DrivePlace) -> None:
    file = place.state.add_document("Letter", document("Dear Ann"))
    path = f"drive:{file.id}"
    place.server.fail(Answer(400, "failedPrecondition"), on=to("POST", "batchUpdate"))
    with pytest.raises(FileError):
        await place.work.edit(path, lambda old: old.replace(b"Ann", b"Bob"))
    (copy,) = place.archived()
    type_in(place.state, copy, "Scribbled. ", ME)
    await place.work.edit(path, lambda old: old.replace(b"Ann", b"Eve"))
    assert said(file).startswith("Dear Eve")
    assert sorted(map(said, place.archived())) == ["Dear Ann\n", "Scribbled. Dear Ann\n"]


async def test_a_document_with_other_looks_is_copied_again(place: DrivePlace) -> None:
    file = place.state.add_document("Letter", document("Dear Ann"))
    path = f"drive:{file.id}"
    await place.work.edit(path, lambda old: old.replace(b"Ann", b"Bob"))
    await place.work.restore(path, 1)
    assert file.document is not None
    file.document.body.items[0].style = "bold"  # type: ignore[union-attr]
    place.state.touch(file, COLLEAGUE)
    await place.work.edit(path, lambda old: old.replace(b"Ann", b"Eve"))
    styles = [one.document.body.items[0].style for one in place.archived() if one.document]  # type: ignore[union-attr]
    assert "bold" in styles


async def test_a_document_that_changes_as_it_is_copied_is_left_alone(place: DrivePlace) -> None:
    """Someone types just before the copy, and takes that back just after it."""
    file = place.state.add_document("Letter", document("Dear Ann"))
    assert file.document is not None
    was = file.document
    done: list[str] = []

    def meanwhile(request: Request) -> None:
        if "/copy" in request.target and not done:
            done.append("typed")
            file.document = document("PS. Dear Ann")
        elif done == ["typed"] and "/copy" not in request.target:
            done.append("taken back")
            file.document = was

    place.server.before = meanwhile
    with pytest.raises(FileError):
        await place.work.edit(f"drive:{file.id}", lambda old: old.replace(b"Ann", b"Bob"))
    assert said(file) == "Dear Ann\n"


def said(file: StoredFile) -> str:
    assert file.document is not None
    return plain(file.document.body)


# -- documents and sheets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["'007", "=", "'=a", 1.0, 10**17, 1e20, "", "x", True, -0.0], ids=repr
)
async def test_whatever_is_entered_in_a_cell_is_no_conflict(
    place: DrivePlace, value: str | float
) -> None:
    file = place.state.add_sheets("Costs", Sheet(7, "May", cells={(0, 0): {"stringValue": "a"}}))
    path = f"drive:{file.id}"

    def change(old: bytes) -> bytes:
        return with_cells(old.decode(), None, 0, 0, [["b", value, "end"]]).encode()

    version = await place.work.edit(path, change)
    assert version.version == 2
    assert await place.work.read(path) == await place.work.version_content(path, 2)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), float("-inf"), 10**400])
async def test_a_number_that_is_none_is_refused(place: DrivePlace, value: float) -> None:
    file = place.state.add_sheets("Costs", Sheet(7, "May"))
    with pytest.raises(DriveLossyError):
        await place.work.edit(
            f"drive:{file.id}",
            lambda old: with_cells(old.decode(), None, 0, 0, [[value]]).encode(),
        )
    assert place.server.asked("POST", "batchUpdate") == []


@pytest.mark.parametrize("said_by_google", ["1e400", "NaN", "-Infinity", "9" * 400])
async def test_odd_numbers_in_an_answer_are_an_error_or_a_cell(
    place: DrivePlace, said_by_google: str
) -> None:
    file = place.state.add_sheets("Costs", Sheet(7, "May"))
    answer = {
        "sheets": [
            {
                "properties": {"sheetId": 7, "title": "May", "gridProperties": {"rowCount": 5}},
                "data": [{"rowData": [{"values": [{"userEnteredValue": {"numberValue": 123}}]}]}],
            }
        ]
    }
    body = json.dumps(answer).replace("123", said_by_google).encode()
    place.server.fail(Answer(200, body=body), on=to("GET", "spreadsheets"), times=3)
    with pytest.raises(FileError):
        await place.work.read(f"drive:{file.id}")


async def test_a_text_that_is_written_otherwise_is_refused_before_anything_is_done(
    place: DrivePlace,
) -> None:
    file = place.state.add_sheets("Costs", Sheet(7, "May", cells={(0, 0): {"stringValue": "a"}}))
    with pytest.raises(DriveLossyError):
        await place.work.edit(f"drive:{file.id}", lambda _: b'{"May": [["b"]]}')
    assert place.server.asked("POST", "batchUpdate") == []


@pytest.mark.parametrize("odd", ["\r\n", "\x00", "\x1b[2J", "\ue000"], ids=repr)
async def test_what_docs_would_strip_is_refused_before_anything_is_done(
    place: DrivePlace, odd: str
) -> None:
    file = place.state.add_document("Letter", document("Dear Ann"))
    with pytest.raises(DriveLossyError):
        await place.work.edit(
            f"drive:{file.id}", lambda old: old.replace(b"Ann", f"A{odd}n".encode())
        )
    assert place.server.asked("POST", "batchUpdate") == []


async def test_ten_thousand_rows(place: DrivePlace) -> None:
    cells: dict[tuple[int, int], dict[str, Any]] = {
        (row, 0): {"numberValue": row} for row in range(10_000)
    }
    file = place.state.add_sheets("Costs", Sheet(7, "May", rows=10_000, cells=cells))
    path = f"drive:{file.id}"
    await place.work.edit(
        path, lambda old: with_cells(old.decode(), None, 9_999, 1, [["end"]]).encode()
    )
    assert file.sheets is not None
    assert file.sheets[0].cells[9_999, 1] == {"stringValue": "end"}


# -- moved meanwhile -----------------------------------------------------------------------------


async def test_a_colleagues_new_name_is_not_overwritten(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        is_noted = any(one.path.endswith("/revisions") for one in place.server.requests[:-1])
        if is_noted and not done:
            done.append(True)
            place.state.rename(file.id, "theirs.txt")

    place.server.before = meanwhile
    with pytest.raises(FileError):
        await place.work.move(path, "ours.txt")
    assert done
    assert file.name == "theirs.txt"


async def test_a_colleague_takes_it_to_another_folder_at_any_request(place: DrivePlace) -> None:
    goal = place.state.add_folder("Goal")
    for at in range(16):
        file, path = place.add(f"n{at}.txt")
        elsewhere = place.state.add_folder(f"Elsewhere {at}")
        count = 0

        def meanwhile(
            _: object, at: int = at, file: StoredFile = file, folder: StoredFile = elsewhere
        ) -> None:
            nonlocal count
            if count == at:
                file.parents = [folder.id]
                place.state.touch(file, COLLEAGUE)
            count += 1

        place.server.before = meanwhile
        with suppress(FileError):
            await place.work.move(path, f"drive:{goal.id}")
        place.server.before = lambda _: None
        assert len(file.parents) == 1
        assert file.parents[0] in (goal.id, elsewhere.id)
        assert file.content == b"one\n"


async def test_an_undo_after_a_colleagues_new_name(place: DrivePlace) -> None:
    file, path = place.add()
    turn = place.turn()
    await turn.edit(path, upper)
    place.state.rename(file.id, "theirs.txt")
    await turn.undo()
    assert (file.content, file.name) == (b"one\n", "theirs.txt")


async def test_an_undo_after_a_colleagues_new_name_that_was_noted(place: DrivePlace) -> None:
    file, path = place.add()
    await watcher(place).look()
    turn = place.turn()
    await turn.edit(path, upper)
    await turn.edit(path, lambda old: old + b"two\n")
    place.state.rename(file.id, "theirs.txt")
    assert await watcher(place).look() == 1
    await turn.undo()
    assert (file.content, file.name) == (b"one\n", "theirs.txt")
    last = (await place.work.versions(path))[-1]
    assert place.work.display(last.path) == f"{path}/theirs.txt"
    place.state.rename(file.id, "again.txt")
    await watcher(place).look()
    place.state.edit(file.id, b"theirs\n")
    await watcher(place).look()
    with pytest.raises(FileError):
        await place.turn().undo(last.turn_id)
    assert file.content == b"theirs\n"


async def test_where_drive_allows_no_copy_the_vault_has_it_and_a_document_stays(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    letter = place.state.add_document("Letter", document("Dear Ann"))
    refused = Answer(403, "insufficientFilePermissions", "No.")
    place.server.fail(refused, on=to("POST", "/copy"), times=2)
    await place.work.edit(path, upper)
    assert file.content == b"ONE\n"
    assert await place.work.version_content(path, 1) == b"one\n"
    with pytest.raises(DriveForbiddenError):
        await place.work.edit(f"drive:{letter.id}", lambda old: old.replace(b"Ann", b"Bob"))
    assert said(letter) == "Dear Ann\n"


async def test_an_undo_of_files_here_and_in_drive(place: DrivePlace) -> None:
    file, path = place.add()
    (place.folder / "here.txt").write_bytes(b"here\n")
    turn = place.turn()
    await turn.edit(path, upper)
    await turn.edit("here.txt", upper)
    await turn.move("here.txt", "there.txt")
    await turn.move(path, "in drive.txt")
    await turn.undo()
    assert (file.content, file.name) == (b"one\n", "notes.txt")
    assert (place.folder / "here.txt").read_bytes() == b"here\n"


async def test_what_drive_overwrote_all_the_same_goes_back_on_top(place: DrivePlace) -> None:
    """A Drive that does not keep its condition: what a colleague saved is what stands there."""
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: Request) -> None:
        if request.method == "PUT" and "/upload/" in request.target and not done:
            done.append(True)
            assert isinstance(request.headers, dict)
            request.headers.pop("if-match", None)
            place.state.edit(file.id, b"theirs\n")

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.edit(path, upper)
    assert file.content == b"theirs\n"
    assert [one.content for one in file.revisions] == [
        b"one\n",
        b"theirs\n",
        b"ONE\n",
        b"theirs\n",
    ]
    assert await place.work.version_content(path, 2) == b"theirs\n"


async def test_what_a_colleague_saved_as_it_was_is_no_conflict(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: Request) -> None:
        if request.method == "PUT" and "/upload/" in request.target and not done:
            done.append(True)
            place.state.edit(file.id, b"one\n")

    place.server.before = meanwhile
    await place.work.edit(path, upper)
    assert file.content == b"ONE\n"


async def test_what_was_saved_as_it_was_goes_to_the_trash_all_the_same(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: Request) -> None:
        if request.method == "PATCH" and not done:
            done.append(True)
            place.state.edit(file.id, b"one\n")

    place.server.before = meanwhile
    await place.work.remove(path)
    assert file.explicitly_trashed


async def test_what_was_saved_in_the_trash_is_kept_before_it_is_replaced(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    await place.work.remove(path)
    place.state.edit(file.id, b"theirs, in the trash\n")
    await place.work.restore(path, 1)
    assert file.content == b"one\n"
    assert place.has_bytes(b"theirs, in the trash\n")
    assert b"theirs, in the trash\n" in [one.content for one in place.archived()]


async def test_revisions_that_drive_purged_are_not_taken_for_new(place: DrivePlace) -> None:
    file, path = place.add()
    place.state.edit(file.id, b"first\n", by=ME)
    place.state.edit(file.id, b"second\n", by=ME)

    def meanwhile(request: Request) -> None:
        if request.method == "PUT" and "/upload/" in request.target:
            place.server.before = after

    def after(_: Request) -> None:
        place.state.purge(file.id, file.revisions[-2].revision_id)  # what ours was made from

    place.server.before = meanwhile
    await place.work.edit(path, upper)
    assert file.content == b"SECOND\n"
    assert [one.version for one in await place.work.versions(path)] == [1, 2]


async def test_someone_takes_it_out_of_the_trash_first(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    await place.work.remove(path)
    for at in range(12):
        count = 0

        def meanwhile(_: object, at: int = at) -> None:
            nonlocal count
            if count == at:
                place.state.set_trashed(file, False, COLLEAGUE)
                place.state.edit(file.id, b"theirs\n")
            count += 1

        place.server.before = meanwhile
        with suppress(FileError):
            await place.work.restore(path, 1)
        place.server.before = lambda _: None
        if count > at and file.content != b"theirs\n":
            last = (await place.work.versions(path))[-1]
            assert await place.work.version_content(path, last.version - 1) == b"theirs\n"
        await place.manager.note((await place.work.versions(path))[-1].path)
        await place.work.remove(path)


async def test_bytes_that_arrive_otherwise_than_drive_says_are_not_taken(place: DrivePlace) -> None:
    file, path = place.add("one.txt", b"0123456789")
    torn = Answer(206, body=b"0123", headers={"content-range": "bytes 0-3/4"})
    place.server.fail(torn, on=to("GET", "alt=media"), times=20)
    for act in (place.work.read(path), place.work.edit(path, upper)):
        with pytest.raises(FileError):
            await act
    assert file.content == b"0123456789"


# -- the feed ------------------------------------------------------------------------------------


def watcher(place: DrivePlace) -> DriveWatcher:
    return DriveWatcher(
        versions=place.manager,
        drives=place.drives,
        feeds=DriveWatch(place.database, place.clock),
    )


@pytest.mark.parametrize("token", ["1", "gone", ""])
async def test_a_feed_that_drive_does_not_know_any_more_is_begun_anew(
    place: DrivePlace, token: str
) -> None:
    file, path = place.add()
    await watcher(place).look()
    await place.work.edit(path, upper)
    DriveWatch(place.database, place.clock).keep(ME, token)
    place.state.edit(file.id, b"theirs\n")
    assert await watcher(place).look() == 1
    assert (await place.work.version_content(path, 3)) == b"theirs\n"
    place.state.edit(file.id, b"theirs again\n")
    assert await watcher(place).look() == 1


async def test_what_happened_before_the_first_look_is_noted(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    place.state.edit(file.id, b"theirs\n")
    assert await watcher(place).look() == 1


async def test_a_thousand_changes_and_files_that_are_gone(place: DrivePlace) -> None:
    kept = [place.add(f"{number}.txt", b"%d" % number) for number in range(3)]
    await watcher(place).look()
    for _, path in kept:
        await place.work.edit(path, lambda old: old + b"!")
    for number in range(1_000):
        place.state.add(f"other {number}.txt", b"x")
    place.state.edit(kept[1][0].id, b"theirs")
    kept[2][0].parents = []
    place.state.share(kept[2][0].id, ME, "")
    assert await watcher(place).look() == 2
    versions = await place.work.versions(kept[2][1])
    assert versions[-1].hash_after is None
    place.state.share(kept[2][0].id, ME, "owner")


async def test_what_was_left_open_is_ended_as_soon_as_drive_is_back(place: DrivePlace) -> None:
    file, path = place.add()
    looks = watcher(place)
    await looks.look()

    def gone(request: object) -> None:
        if "/upload/" in getattr(request, "target", ""):
            place.server.fail(CutBefore(), times=1_000)

    place.server.before = gone
    with pytest.raises(FileError):
        await place.work.edit(path, upper)
    with pytest.raises(FileError):
        await looks.look()
    await looks.settle()
    assert len(open_changes(place)) == 1
    place.server.before = lambda _: None
    place.server.heal()
    await looks.settle()
    assert open_changes(place) == []
    assert file.content == b"ONE\n"  # its answer was lost, not the deed
    assert (await place.work.versions(path))[-1].version == 2


def open_changes(place: DrivePlace) -> list[object]:
    return list(FileJournal(place.database, place.clock).open_operations())


async def test_what_cannot_be_noted_just_now_is_not_passed_over(place: DrivePlace) -> None:
    file, path = place.add()
    await watcher(place).look()
    await place.work.edit(path, upper)
    await watcher(place).look()
    place.state.edit(file.id, b"theirs\n")
    real = place.manager.note

    async def busy(path: str, *, first_seen: bool = False) -> None:
        raise FileError("Another Steward is busy changing files.", details={"busy": True})

    place.manager.note = busy  # type: ignore[method-assign]
    with pytest.raises(FileError):
        await watcher(place).look()
    place.manager.note = real  # type: ignore[method-assign]
    assert await watcher(place).look() == 1


# -- the check of the history --------------------------------------------------------------------


async def test_a_check_asks_drive_once_where_it_is_away(place: DrivePlace) -> None:
    for number in range(20):
        _, path = place.add(f"{number}.txt")
        await place.work.edit(path, upper)
    before = len(place.server.requests)
    place.server.fail(CutBefore(), times=10_000)
    report = await place.manager.verify()
    place.server.heal()
    assert report.problems == ()
    assert [(one.kind, one.subject) for one in report.notes] == [("unreadable", "Google Drive")]
    assert "20 files" in report.notes[0].message
    assert len(place.server.requests) - before <= 2 * PATIENCE.unreached_tries


async def test_a_check_asks_drive_little_of_each_file(place: DrivePlace) -> None:
    for number in range(20):
        _, path = place.add(f"{number}.txt")
        await place.work.edit(path, upper)
    before = len(place.server.requests)
    report = await place.manager.verify()
    assert (report.problems, report.notes) == ((), ())
    assert len(place.server.requests) - before == 20
