"""Names, folders and the trash; and the feed that tells of changes."""

from __future__ import annotations

import pytest

from app.domain.drive import DriveError, DriveForbiddenError
from app.integrations.google.drive import GoogleDrive
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import COLLEAGUE, ME, Answer, CutAfter, DriveServer
from tests.standins.google_drive.faults import to
from tests.standins.google_drive.rights import READ_ONLY


def test_a_file_gets_another_name_and_notes(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"one")

    changed = drive.change(file.id, name="ü.txt", app_properties={"k": "v"})

    assert (changed.name, changed.app_properties) == ("ü.txt", {"k": "v"})
    assert drive.get(file.id) == changed
    assert len(drive.revisions(file.id)) == 1


def test_a_file_moves_to_another_folder(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Work")
    file = server.state.add("a.txt", b"one")

    moved = drive.change(file.id, to_folder=folder.id, from_folder=server.state.root)

    assert moved.parents == (folder.id,)


@pytest.mark.parametrize("fault", [CutAfter(), Answer(503)])
def test_a_move_can_be_repeated(
    drive: GoogleDrive, server: DriveServer, fault: CutAfter | Answer
) -> None:
    """Drive refuses to put a file where it is, so a move whose answer was lost looks first."""
    folder = server.state.add_folder("Work")
    file = server.state.add("a.txt", b"one")
    server.fail(fault, on=to("PATCH", file.id))

    moved = drive.change(file.id, to_folder=folder.id, from_folder=server.state.root)
    again = drive.change(file.id, to_folder=folder.id, from_folder=server.state.root)

    assert moved.parents == again.parents == (folder.id,)


def test_a_file_goes_into_the_trash_and_comes_back(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"one")

    assert drive.change(file.id, trashed=True).trashed
    assert drive.change(file.id, trashed=True).trashed
    assert not drive.change(file.id, trashed=False).trashed
    assert file.content == b"one"


def test_only_the_owner_may_trash(server: DriveServer, make_drive: MakeDrive) -> None:
    file = server.state.add("a.txt", b"one", by=COLLEAGUE, roles={ME: "writer"})
    drive = make_drive()

    with pytest.raises(DriveForbiddenError, match="may not do that"):
        drive.change(file.id, trashed=True)
    assert drive.change(file.id, name="b.txt").name == "b.txt"


def test_access_that_only_reads_says_how_to_get_more(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    file = server.state.add("a.txt", b"one")
    drive = make_drive(scope=READ_ONLY)

    with pytest.raises(DriveForbiddenError) as caught:
        drive.change(file.id, name="b.txt")

    assert "Connect Google Drive again" in caught.value.hint


def test_the_feed_tells_what_changed_since(drive: GoogleDrive, server: DriveServer) -> None:
    server.state.add("before.txt", b"one")
    start = drive.changes_start()
    assert drive.changes(start).changes == ()
    edited = server.state.add("a.txt", b"one")
    gone = server.state.add("b.txt", b"one", by=COLLEAGUE, roles={ME: "reader"})
    server.state.edit(edited.id, b"two")
    server.state.share(gone.id, ME, "")

    page = drive.changes(start)

    assert {one.file_id: one.file for one in page.changes} == {
        edited.id: drive.get(edited.id),
        gone.id: None,
    }
    assert page.next_page is None
    assert page.next_start is not None
    assert drive.changes(page.next_start).changes == ()


def test_trashing_a_folder_tells_of_what_is_below(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Work")
    file = server.state.add("a.txt", b"one", folder=folder.id)
    start = drive.changes_start()

    drive.change(folder.id, trashed=True)

    told = {one.file_id: one.file for one in drive.changes(start).changes}
    assert set(told) == {folder.id, file.id}
    assert all(one is not None and one.trashed for one in told.values())


def test_a_long_feed_comes_in_pages(drive: GoogleDrive, server: DriveServer) -> None:
    start: str | None = drive.changes_start()
    ids = [server.state.add(f"{number}.txt").id for number in range(130)]
    server.state.rename(ids[0], "renamed.txt")
    seen, end = [], None
    while start is not None:
        page = drive.changes(start)
        assert len(page.changes) <= 100
        assert (page.next_page is None) != (page.next_start is None)
        seen += [one.file_id for one in page.changes]
        start, end = page.next_page, page.next_start

    # What changed again is told once, where it changed last.
    assert seen == [*ids[1:], ids[0]]
    assert end is not None


def test_a_shared_drive_has_a_feed_of_its_own(drive: GoogleDrive, server: DriveServer) -> None:
    team = server.state.add_drive("Team")
    start = drive.changes_start(team)
    server.state.add("mine.txt")
    ours = server.state.add("ours.txt", folder=team)

    assert [one.file_id for one in drive.changes(start, team).changes] == [ours.id]


def test_a_token_that_is_none_is_refused(drive: GoogleDrive) -> None:
    with pytest.raises(DriveError, match="400"):
        drive.changes("nonsense")
