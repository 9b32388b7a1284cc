"""What is told of the account, of files and of shared drives."""

from __future__ import annotations

import hashlib
from datetime import UTC

import pytest

from app.domain.drive import FOLDER_TYPE, DriveMissingError
from app.integrations.google.drive import GoogleDrive
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import COLLEAGUE, ME, DriveServer
from tests.standins.google_drive.rights import ONLY_CHOSEN
from tests.standins.google_drive.state import DOCUMENT


def test_an_account_is_named_with_its_room(drive: GoogleDrive, server: DriveServer) -> None:
    server.state.add("a.txt", b"12345")

    account = drive.account()

    assert (account.email, account.name) == (ME, "Me Myself")
    assert (account.used, account.limit) == (5, 15 * 2**30)


def test_an_account_without_a_limit_has_none(drive: GoogleDrive, server: DriveServer) -> None:
    server.state.limit = None

    assert drive.account().limit is None


def test_a_file_is_told_whole(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Work")
    stored = server.state.add("Plan · Übersicht.txt", b"one", folder=folder.id)
    server.state.edit(stored.id, b"two")

    file = drive.get(stored.id)

    assert file.file_id == stored.id
    assert file.name == "Plan · Übersicht.txt"
    assert (file.mime_type, file.parents, file.size) == ("text/plain", (folder.id,), 3)
    assert file.md5 == hashlib.md5(b"two").hexdigest()
    assert file.sha256 == hashlib.sha256(b"two").hexdigest()
    assert file.head_revision == stored.head.revision_id
    assert file.version == stored.version
    assert file.modified_at == stored.modified
    assert file.modified_at.tzinfo is UTC
    assert file.modified_by == "A Colleague"
    assert (file.trashed, file.drive_id, file.shortcut_to) == (False, None, None)
    assert (file.can_edit, file.can_trash, file.can_copy) == (True, True, True)
    assert stored.id in file.link


def test_a_workspace_file_has_no_bytes_of_its_own(drive: GoogleDrive, server: DriveServer) -> None:
    stored = server.state.add("Notes", mime_type=DOCUMENT, exports={"text/markdown": b"# Notes"})

    file = drive.get(stored.id)

    assert file.is_workspace
    assert (file.md5, file.sha256, file.head_revision) == (None, None, None)


def test_a_shortcut_is_not_followed(drive: GoogleDrive, server: DriveServer) -> None:
    target = server.state.add("a.txt", b"one")
    shortcut = server.state.add_shortcut("to a", target.id)

    assert drive.get(shortcut.id).shortcut_to == target.id


def test_what_lies_in_a_trashed_folder_is_told_as_trashed(
    drive: GoogleDrive, server: DriveServer
) -> None:
    folder = server.state.add_folder("Old")
    file = server.state.add("a.txt", b"one", folder=folder.id)
    drive.change(folder.id, trashed=True)

    assert drive.get(file.id).trashed


def test_what_this_account_may_do_is_told(server: DriveServer, make_drive: MakeDrive) -> None:
    read = server.state.add("read.txt", b"one", by=COLLEAGUE, roles={ME: "reader"})
    written = server.state.add("write.txt", b"one", by=COLLEAGUE, roles={ME: "writer"})
    locked = server.state.add("locked.txt", b"one")
    locked.locked = True
    drive = make_drive()

    assert [drive.get(one.id).can_edit for one in (read, written, locked)] == [False, True, False]
    # Only the owner may trash a file.
    assert not drive.get(written.id).can_trash
    # The folder it lies in is someone else's.
    assert drive.get(read.id).parents == ()


def test_a_file_that_is_not_there_is_missing(drive: GoogleDrive) -> None:
    with pytest.raises(DriveMissingError) as caught:
        drive.get("no-such-file")

    assert "Nothing was changed" in caught.value.hint


def test_another_persons_file_is_missing(drive: GoogleDrive, server: DriveServer) -> None:
    private = server.state.add("private.txt", b"secret")
    private.roles = {COLLEAGUE: "owner"}
    private.parents = []

    with pytest.raises(DriveMissingError):
        drive.get(private.id)


def test_with_access_to_chosen_files_others_are_missing(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    mine, other = server.state.add("a.txt", b"one"), server.state.add("b.txt", b"two")
    mine.apps.add("steward.apps")
    drive = make_drive(scope=ONLY_CHOSEN)

    assert drive.get(mine.id).name == "a.txt"
    with pytest.raises(DriveMissingError):
        drive.get(other.id)


def test_files_of_shared_drives_are_found_and_the_drives_named(
    drive: GoogleDrive, server: DriveServer
) -> None:
    drives = {server.state.add_drive(f"Team {number}"): f"Team {number}" for number in range(12)}
    first = next(iter(drives))
    file = server.state.add("a.txt", b"one", folder=first)

    assert drive.shared_drives() == drives
    assert drive.get(file.id).drive_id == first
    assert drive.tag(file.id).file.drive_id == first


def test_a_tag_tells_the_same_as_the_file(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Work")
    (file_id,) = drive.new_ids(1)
    stored = server.state.add("a.txt", b"one", folder=folder.id)
    drive.copy(stored.id, file_id, "copy.txt", folder.id, {"source": stored.id})

    for one in (file_id, stored.id, folder.id):
        assert drive.tag(one).file == drive.get(one)
    assert drive.get(folder.id).mime_type == FOLDER_TYPE


@pytest.mark.parametrize("change", ["edit", "rename", "share", "stir"])
def test_any_change_gives_another_etag(
    drive: GoogleDrive, server: DriveServer, change: str
) -> None:
    file = server.state.add("a.txt", b"one")
    before = drive.tag(file.id)
    assert drive.tag(file.id).etag == before.etag
    changes = {
        "edit": lambda: server.state.edit(file.id, b"two"),
        "rename": lambda: server.state.rename(file.id, "b.txt"),
        "share": lambda: server.state.share(file.id, COLLEAGUE),
        "stir": lambda: server.state.stir(file.id),
    }
    changes[change]()

    after = drive.tag(file.id)

    assert after.etag != before.etag
    assert after.file.version > before.file.version + 1
    assert (after.file.head_revision != before.file.head_revision) == (change == "edit")


def test_revisions_come_oldest_first(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"one")
    server.state.edit(file.id, b"two")
    server.state.edit(file.id, b"three")

    revisions = drive.revisions(file.id)

    assert [one.size for one in revisions] == [3, 3, 5]
    assert [one.modified_by for one in revisions] == ["Me Myself", "A Colleague", "A Colleague"]
    assert revisions[-1].revision_id == drive.get(file.id).head_revision
    assert revisions[0].md5 == hashlib.md5(b"one").hexdigest()


def test_a_pinned_revision_outlives_a_purge(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"one")
    server.state.edit(file.id, b"two")
    server.state.edit(file.id, b"three")
    first = drive.revisions(file.id)[0].revision_id

    drive.pin(file.id, first)
    drive.pin(file.id, first)
    server.state.purge(file.id)

    assert [one.kept_forever for one in drive.revisions(file.id)] == [True, False]
    assert drive.revisions(file.id)[0].revision_id == first


def test_revisions_on_many_pages_come_whole(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"0")
    for number in range(1, 60):
        server.state.edit(file.id, str(number).encode())
    server.page_limit = 25

    assert len(drive.revisions(file.id)) == 60
    assert len(server.asked("GET", "/revisions")) == 3
