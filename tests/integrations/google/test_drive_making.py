"""Files, folders and copies are made once, with ids that are known before."""

from __future__ import annotations

import pytest

from app.domain.drive import (
    FOLDER_TYPE,
    DriveError,
    DriveExistsError,
    DriveForbiddenError,
    DriveFullError,
    DriveMissingError,
    DriveOfflineError,
)
from app.files.drive_client import DriveQuery, Upload
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.uploads import UNIT
from tests.integrations.google.asking import downloaded, some_bytes, upload
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import COLLEAGUE, ME, CutAfter, CutBefore, DriveServer
from tests.standins.google_drive.faults import to
from tests.standins.google_drive.state import DOCUMENT

ODD = [
    b"",
    b"\n",
    b"\r\n--",
    b"From here on\nFrom there\r\n\r\n",
    bytes(range(256)),
    b"\n--===============0==--\n",
    "grün".encode(),
]


def test_new_ids_are_new_each_time(drive: GoogleDrive) -> None:
    first, second = drive.new_ids(3), drive.new_ids(3)

    assert len({*first, *second}) == 6


@pytest.mark.parametrize("content", ODD)
def test_any_bytes_arrive_as_they_are(drive: GoogleDrive, content: bytes) -> None:
    (file_id,) = drive.new_ids(1)
    told: list[tuple[int, int | None]] = []

    file = drive.create(
        file_id, "a.bin", None, upload(content), progress=lambda *done: told.append(done)
    )

    assert file.file_id == file_id
    assert file.size == len(content)
    assert file.head_revision is not None
    assert downloaded(drive, file_id, file.head_revision) == content
    assert told[-1] == (len(content), len(content))


def test_a_file_is_made_with_all_that_was_said(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Work")
    (file_id,) = drive.new_ids(1)
    content = upload(b"| a |", "text/markdown; charset=utf-8")

    file = drive.create(
        file_id, "Tabelle · ä.md", folder.id, content, app_properties={"operation": "42"}
    )

    assert (file.name, file.parents) == ("Tabelle · ä.md", (folder.id,))
    assert file.mime_type == "text/markdown; charset=utf-8"
    assert file.app_properties == {"operation": "42"}
    assert drive.get(file_id) == file


def test_a_file_without_a_folder_goes_to_my_drive(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)

    assert drive.create(file_id, "a", None, upload(b"1")).parents == (server.state.root,)


@pytest.mark.parametrize("kind", ["", "nonsense", "a/b/c", "text/", "tëxt/plain", "text/x\nb: c"])
def test_a_kind_that_is_none_becomes_bytes(drive: GoogleDrive, kind: str) -> None:
    (file_id,) = drive.new_ids(1)

    made = drive.create(file_id, "a", None, upload(b"1", kind))

    assert made.mime_type == "application/octet-stream"


@pytest.mark.parametrize("size", [10, 3 * UNIT + 7])
def test_the_same_id_makes_one_file(drive: GoogleDrive, server: DriveServer, size: int) -> None:
    (file_id,) = drive.new_ids(1)
    drive.create(file_id, "a", None, upload(some_bytes(size)))

    with pytest.raises(DriveExistsError):
        drive.create(file_id, "b", None, upload(some_bytes(size)))

    assert server.state.files[file_id].name == "a"
    assert len(server.state.files[file_id].revisions) == 1


@pytest.mark.parametrize("size", [10, UNIT, 3 * UNIT + 7])
def test_a_file_whose_answer_was_lost_is_given(
    drive: GoogleDrive, server: DriveServer, size: int
) -> None:
    (file_id,) = drive.new_ids(1)
    last = to("POST" if size < UNIT else "PUT", "upload")
    server.fail(CutAfter(), on=last, skip=0 if size < UNIT else size // UNIT)

    file = drive.create(file_id, "a", None, upload(some_bytes(size)))

    assert file.file_id == file_id
    assert len(server.state.files[file_id].revisions) == 1
    assert len(drive.search(DriveQuery(name="a")).files) == 1


def test_an_id_that_is_not_drives_is_refused(drive: GoogleDrive) -> None:
    with pytest.raises(DriveError, match="fileIdNotUsable"):
        drive.create("my-own-id", "a", None, upload(b"1"))


def test_folders_are_made_once(drive: GoogleDrive, server: DriveServer) -> None:
    (folder_id,) = drive.new_ids(1)

    folder = drive.create_folder(folder_id, "Archive", None, {"role": "archive"})

    assert (folder.mime_type, folder.name) == (FOLDER_TYPE, "Archive")
    assert folder.app_properties == {"role": "archive"}
    with pytest.raises(DriveExistsError):
        drive.create_folder(folder_id, "Archive", None, {})
    (again,) = drive.new_ids(1)
    server.fail(CutAfter(), on=to("POST", "/files?"))
    assert drive.create_folder(again, "Second", folder_id, {}).file_id == again


def test_a_copy_is_made_once_and_is_a_file_of_its_own(
    drive: GoogleDrive, server: DriveServer
) -> None:
    source = server.state.add("a.txt", b"one", roles={COLLEAGUE: "writer"})
    source.comments.append("Nice.")
    server.state.edit(source.id, b"two")
    folder = server.state.add_folder("Archive")
    (copy_id,) = drive.new_ids(1)

    copy = drive.copy(source.id, copy_id, "a (1).txt", folder.id, {"source": source.id})

    assert (copy.name, copy.parents) == ("a (1).txt", (folder.id,))
    assert copy.md5 == drive.get(source.id).md5
    assert copy.mime_type == "text/plain"
    assert copy.app_properties == {"source": source.id}
    assert len(drive.revisions(copy_id)) == 1
    assert server.state.files[copy_id].roles == {ME: "owner"}
    with pytest.raises(DriveExistsError):
        drive.copy(source.id, copy_id, "a (1).txt", folder.id, {})


def test_a_copy_keeps_what_was_noted_on_its_source(drive: GoogleDrive) -> None:
    source, copy = drive.new_ids(2)
    drive.create(source, "a", None, upload(b"1"), app_properties={"a": "1", "b": "2"})

    assert drive.copy(source, copy, "b", None, {"b": "3"}).app_properties == {"a": "1", "b": "3"}


def test_a_copy_whose_answer_was_lost_is_given(drive: GoogleDrive, server: DriveServer) -> None:
    source = server.state.add("a.txt", b"one")
    (copy_id,) = drive.new_ids(1)
    server.fail(CutAfter(), on=to("POST", "/copy"))

    assert drive.copy(source.id, copy_id, "b", None, {}).file_id == copy_id
    assert len(server.asked("POST", "/copy")) == 2


def test_a_workspace_file_is_copied_without_an_id_of_ours(
    drive: GoogleDrive, server: DriveServer
) -> None:
    source = server.state.add("Notes", mime_type=DOCUMENT, exports={"text/markdown": b"# Hi"})

    copy = drive.copy(source.id, None, "Notes (archive)", None, {"operation": "7"})

    assert copy.mime_type == DOCUMENT
    assert drive.export(copy.file_id, "text/markdown") == b"# Hi"
    with pytest.raises(DriveError, match="400"):
        drive.copy(source.id, drive.new_ids(1)[0], "x", None, {})


@pytest.mark.parametrize("fault", [CutAfter(), CutBefore()])
def test_a_copy_without_an_id_of_ours_is_asked_for_once(
    drive: GoogleDrive, server: DriveServer, fault: CutAfter | CutBefore
) -> None:
    source = server.state.add("Notes", mime_type=DOCUMENT, exports={"text/markdown": b"# Hi"})
    server.fail(fault, on=to("POST", "/copy"))

    with pytest.raises(DriveOfflineError):
        drive.copy(source.id, None, "Notes (archive)", None, {"operation": "7"})

    assert len(server.asked("POST", "/copy")) == 1
    made = drive.search(DriveQuery(app_property=("operation", "7"))).files
    assert len(made) == (1 if isinstance(fault, CutAfter) else 0)


def test_a_full_account_says_so(drive: GoogleDrive, server: DriveServer) -> None:
    source = server.state.add("a.txt", b"one")
    server.state.limit = 3
    ids = drive.new_ids(3)

    for make in (
        lambda: drive.create(ids[0], "a", None, upload(b"1")),
        lambda: drive.create(ids[1], "a", None, upload(some_bytes(2 * UNIT))),
        lambda: drive.copy(source.id, ids[2], "a", None, {}),
        lambda: drive.replace(source.id, drive.tag(source.id).etag, upload(b"12")),
    ):
        with pytest.raises(DriveFullError) as caught:
            make()
        assert "Nothing was changed" in caught.value.hint
    assert not any(one in server.state.files for one in ids)


def test_a_folder_that_may_not_be_written_to_is_refused(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    folder = server.state.add_folder("Theirs")
    folder.roles = {COLLEAGUE: "owner", ME: "reader"}
    folder.parents = []
    drive = make_drive()
    first, second = drive.new_ids(2)

    with pytest.raises(DriveForbiddenError):
        drive.create(first, "a", folder.id, upload(b"1"))
    with pytest.raises(DriveMissingError):
        drive.create(second, "a", "no-such-folder", upload(b"1"))


@pytest.mark.parametrize("size", [500, 2 * UNIT])
@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_that_change_while_they_are_read_are_not_sent(
    drive: GoogleDrive, server: DriveServer, size: int, change: int
) -> None:
    (file_id,) = drive.new_ids(1)
    content = some_bytes(size + change)

    with pytest.raises(DriveError, match="changed while it was read"):
        drive.create(file_id, "a", None, Upload(size, lambda: iter([content])))

    assert file_id not in server.state.files


def test_a_note_that_is_too_long_is_refused(drive: GoogleDrive) -> None:
    (file_id,) = drive.new_ids(1)

    with pytest.raises(DriveError, match="limitExceeded"):
        drive.create(file_id, "a", None, upload(b"1"), app_properties={"k": "ä" * 62})
    drive.create(file_id, "a", None, upload(b"1"), app_properties={"k": "x" * 123})


def test_what_one_program_notes_another_does_not_see(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    ours, theirs = make_drive(), make_drive(client="other.apps")
    (file_id,) = ours.new_ids(1)
    ours.create(file_id, "a", None, upload(b"1"), app_properties={"k": "v"})

    assert theirs.get(file_id).app_properties == {}
    assert ours.get(file_id).app_properties == {"k": "v"}
