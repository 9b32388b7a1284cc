"""New bytes for a file: once, and only if it is as it was."""

from __future__ import annotations

import pytest

from app.domain.drive import (
    DriveBusyError,
    DriveForbiddenError,
    DriveMissingError,
    DriveOfflineError,
    DriveStaleError,
)
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.uploads import UNIT
from tests.integrations.google.asking import Time, downloaded, some_bytes, upload
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import (
    COLLEAGUE,
    ME,
    Answer,
    CutAfter,
    CutBefore,
    CutMiddle,
    DriveServer,
)
from tests.standins.google_drive.faults import Fault, to
from tests.standins.google_drive.requests import Request

SIZES = [0, 10, UNIT, 3 * UNIT + 11]


@pytest.mark.parametrize("size", SIZES)
def test_new_bytes_are_a_new_revision_of_the_same_file(
    drive: GoogleDrive, server: DriveServer, size: int
) -> None:
    file = server.state.add("a.txt", b"one", roles={COLLEAGUE: "writer"})
    file.comments.append("Nice.")
    before = drive.get(file.id)
    told: list[tuple[int, int | None]] = []

    drive.replace(
        file.id,
        drive.tag(file.id).etag,
        upload(some_bytes(size)),
        progress=lambda *done: told.append(done),
    )

    after = drive.get(file.id)
    assert after.head_revision is not None
    assert after.head_revision != before.head_revision
    assert after.version > before.version + 1
    assert (after.name, after.parents, after.link) == (before.name, before.parents, before.link)
    assert after.mime_type == "text/plain"
    assert file.roles == {ME: "owner", COLLEAGUE: "writer"}
    assert file.comments == ["Nice."]
    assert [one.size for one in drive.revisions(file.id)] == [3, size]
    assert downloaded(drive, file.id, after.head_revision) == some_bytes(size)
    assert told[-1] == (size, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("change", ["edit", "rename"])
def test_a_file_that_was_changed_meanwhile_stays(
    drive: GoogleDrive, server: DriveServer, size: int, change: str
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    if change == "edit":
        server.state.edit(file.id, b"theirs")
    else:
        server.state.rename(file.id, "b.txt")

    with pytest.raises(DriveStaleError) as caught:
        drive.replace(file.id, etag, upload(some_bytes(size)))

    assert "Nothing was overwritten" in caught.value.hint
    assert file.content == (b"theirs" if change == "edit" else b"one")


def test_a_colleague_who_saves_during_a_long_upload_is_not_overwritten(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag

    def meanwhile(request: Request) -> None:
        if request.headers.get("content-range", "").startswith(f"bytes {UNIT}-"):
            server.state.edit(file.id, b"theirs")

    server.before = meanwhile

    with pytest.raises(DriveStaleError):
        drive.replace(file.id, etag, upload(some_bytes(4 * UNIT)))

    assert file.content == b"theirs"
    assert len(file.revisions) == 2


def test_a_colleague_who_renames_during_a_long_upload_does_not_stop_it(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag

    def meanwhile(request: Request) -> None:
        if request.headers.get("content-range", "").startswith(f"bytes {UNIT}-"):
            server.state.rename(file.id, "b.txt")

    server.before = meanwhile
    drive.replace(file.id, etag, upload(some_bytes(4 * UNIT)))

    assert (file.name, file.content) == ("b.txt", some_bytes(4 * UNIT))


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        (CutAfter(), True),
        (CutMiddle(), True),
        (CutBefore(), False),
        (Answer(500), False),
        (Answer(503), False),
        (Answer(502, body=b"<html>Bad Gateway</html>"), False),
    ],
)
def test_bytes_are_sent_once_whatever_happens(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Fault, happened: bool
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.fail(fault, on=to("PUT", "/upload/drive/v2/"))

    with pytest.raises(DriveOfflineError) as caught:
        drive.replace(file.id, etag, upload(b"two"))

    assert not isinstance(caught.value, DriveBusyError)
    assert "look at the file's revisions" in caught.value.hint
    assert len(server.asked("PUT")) == 1
    assert time.waited == 0
    assert [one.size for one in drive.revisions(file.id)] == [3, 3][: 2 if happened else 1]


@pytest.mark.parametrize(
    "fault", [Answer(403, "userRateLimitExceeded"), Answer(403, "rateLimitExceeded"), Answer(429)]
)
def test_a_replacement_that_came_too_soon_is_not_repeated_either(
    drive: GoogleDrive, server: DriveServer, fault: Answer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.fail(fault, on=to("PUT", "/upload/"))

    with pytest.raises(DriveBusyError) as caught:
        drive.replace(file.id, etag, upload(b"two"))

    assert "Nothing was changed" in caught.value.hint
    assert len(server.asked("PUT")) == 1


def test_a_connection_that_died_while_idle_does_not_spoil_a_replacement(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.hang_up()

    drive.replace(file.id, etag, upload(b"two"))

    assert file.content == b"two"
    assert len(server.asked("PUT")) == 1


@pytest.mark.parametrize("where", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", [CutAfter(), CutBefore(), Answer(503), Answer(429)])
def test_the_pieces_of_one_upload_go_on_where_they_broke_off(
    drive: GoogleDrive, server: DriveServer, fault: Fault, where: int
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.fail(fault, on=to("PUT", "upload"), skip=where)

    drive.replace(file.id, etag, upload(some_bytes(3 * UNIT)))

    assert file.content == some_bytes(3 * UNIT)
    assert len(file.revisions) == 2


def test_an_upload_that_drive_forgot_is_not_begun_again(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.fail(Answer(404, "notFound"), on=to("PUT", "upload_id"), skip=1)

    with pytest.raises(DriveOfflineError) as caught:
        drive.replace(file.id, etag, upload(some_bytes(3 * UNIT)))

    assert "Nothing was changed" in caught.value.hint
    assert file.content == b"one"


def test_an_upload_forgotten_after_its_last_piece_may_have_happened(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.fail(CutAfter(), on=to("PUT", "upload_id"), skip=2)
    server.fail(Answer(404, "notFound"), on=to("PUT", "upload_id"), skip=3)

    with pytest.raises(DriveOfflineError) as caught:
        drive.replace(file.id, etag, upload(some_bytes(3 * UNIT)))

    assert "look at the file's revisions" in caught.value.hint
    assert file.content == some_bytes(3 * UNIT)


def test_who_may_only_read_cannot_replace(server: DriveServer, make_drive: MakeDrive) -> None:
    file = server.state.add("a.txt", b"one", by=COLLEAGUE, roles={ME: "reader"})
    drive = make_drive()
    etag = drive.tag(file.id).etag

    for size in (10, 2 * UNIT):
        with pytest.raises(DriveForbiddenError):
            drive.replace(file.id, etag, upload(some_bytes(size)))
    with pytest.raises(DriveMissingError):
        drive.replace("no-such-file", etag, upload(b"two"))
