"""Bytes come down whole, from one revision, in spite of a bad connection."""

from __future__ import annotations

import threading

import pytest

from app.domain.drive import (
    DriveForbiddenError,
    DriveMissingError,
    DriveOfflineError,
    DriveStaleError,
)
from app.integrations.google.drive import GoogleDrive
from tests.integrations.google.asking import Cancel, StopError, Time, downloaded, some_bytes
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import (
    COLLEAGUE,
    ME,
    Answer,
    CutAfter,
    CutBefore,
    CutMiddle,
    DriveServer,
    Hold,
)
from tests.standins.google_drive.faults import Fault, to
from tests.standins.google_drive.requests import Request


@pytest.mark.parametrize("size", [0, 1, 999, 1_000, 1_001, 5_500])
def test_any_size_comes_whole(drive: GoogleDrive, server: DriveServer, size: int) -> None:
    file = server.state.add("a.bin", some_bytes(size))

    with drive.download(file.id, file.head.revision_id) as chunks:
        found = list(chunks)

    assert b"".join(found) == some_bytes(size)
    assert all(0 < len(one) <= 1_000 for one in found)


def test_an_earlier_revision_comes_as_it_was(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", some_bytes(3_000))
    first = file.head.revision_id
    seen = 0

    def meanwhile(request: Request) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            server.state.edit(file.id, b"theirs")

    server.before = meanwhile

    assert downloaded(drive, file.id, first) == some_bytes(3_000)


def test_a_revision_that_was_purged_is_missing(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.txt", b"one")
    first = file.head.revision_id
    server.state.edit(file.id, b"two")
    server.state.purge(file.id)

    with pytest.raises(DriveMissingError):
        downloaded(drive, file.id, first)


@pytest.mark.parametrize("where", [0, 1, 4])
@pytest.mark.parametrize(
    "fault",
    [
        CutBefore(),
        CutAfter(),
        CutMiddle(),
        Answer(500),
        Answer(503, body=b"<html></html>"),
        Answer(429),
        Answer(403, "userRateLimitExceeded"),
    ],
)
def test_a_download_goes_on_where_it_broke_off(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Fault, where: int
) -> None:
    file = server.state.add("a.bin", some_bytes(4_500))
    server.fail(fault, on=to("GET", "alt=media"), skip=where)

    assert downloaded(drive, file.id, file.head.revision_id) == some_bytes(4_500)

    asked = [one.headers["range"] for one in server.asked("GET", "alt=media")]
    begins = [f"bytes={start}-{start + 999}" for start in range(0, 5_000, 1_000)]
    assert asked == sorted([*begins, begins[where]])
    assert time.waited == 1.5


def test_a_download_that_makes_no_way_ends(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.bin", some_bytes(4_500))
    server.fail(CutMiddle(), on=to("GET", "alt=media"), skip=2, times=99)

    with pytest.raises(DriveOfflineError) as caught:
        downloaded(drive, file.id, file.head.revision_id)

    assert "Nothing was changed" in caught.value.hint
    assert len(server.asked("GET", "alt=media")) == 2 + 4


def test_cancel_is_heard_between_pieces(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.bin", some_bytes(9_500))
    cancel = Cancel()

    with drive.download(file.id, file.head.revision_id, check=cancel) as chunks:
        got = [next(chunks) for _ in range(3)]
        cancel.now = True
        with pytest.raises(StopError):
            next(chunks)

    assert b"".join(got) == some_bytes(3_000)
    assert len(server.asked("GET", "alt=media")) == 3


def test_cancel_is_heard_while_waiting(drive: GoogleDrive, server: DriveServer, time: Time) -> None:
    file = server.state.add("a.bin", some_bytes(100))
    server.fail(Answer(503, headers={"retry-after": "60"}), on=to("GET", "alt=media"))

    with (
        pytest.raises(StopError),
        drive.download(file.id, file.head.revision_id, check=Cancel(at=4)) as chunks,
    ):
        list(chunks)

    assert 0 < time.waited < 2


def test_a_download_that_is_left_early_ends(drive: GoogleDrive, server: DriveServer) -> None:
    file = server.state.add("a.bin", some_bytes(9_500))

    with drive.download(file.id, file.head.revision_id) as chunks:
        next(chunks)

    assert list(chunks) == []
    assert len(server.asked("GET", "alt=media")) == 1


def test_who_may_only_read_gets_the_newest_revision(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    file = server.state.add("a.txt", some_bytes(2_500), by=COLLEAGUE, roles={ME: "reader"})
    first = file.head.revision_id
    drive = make_drive()

    with pytest.raises(DriveForbiddenError):
        drive.revisions(file.id)
    assert downloaded(drive, file.id, first) == some_bytes(2_500)
    server.state.edit(file.id, b"two")
    with pytest.raises(DriveForbiddenError):
        downloaded(drive, file.id, first)


def test_a_reader_is_told_when_the_file_changes_meanwhile(
    server: DriveServer, make_drive: MakeDrive
) -> None:
    file = server.state.add("a.txt", some_bytes(2_500), by=COLLEAGUE, roles={ME: "reader"})
    first = file.head.revision_id

    def meanwhile(request: Request) -> None:
        if "/revisions" not in request.path and request.headers.get("range") == "bytes=1000-1999":
            server.state.edit(file.id, some_bytes(2_500)[::-1])

    server.before = meanwhile

    with pytest.raises(DriveStaleError):
        downloaded(make_drive(), file.id, first)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"content-range": "bytes 5-9/10"}),
        (206, {"content-range": "bytes 0-8/10"}),
        (206, {"content-range": "nonsense"}),
        (206, {}),
        (204, {}),
    ],
)
def test_other_bytes_than_were_asked_for_are_not_taken(
    drive: GoogleDrive, server: DriveServer, status: int, headers: dict[str, str]
) -> None:
    file = server.state.add("a.txt", b"0123456789")
    body = b"" if status == 204 else b"0123456789"
    server.fail(Answer(status, headers=headers, body=body), on=to("GET", "alt=media"), times=9)

    with pytest.raises(DriveOfflineError):
        downloaded(drive, file.id, file.head.revision_id)


def test_a_server_that_gives_no_parts_is_understood(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", some_bytes(2_500))
    server.fail(Answer(200, body=some_bytes(2_500)), on=to("GET", "alt=media"), skip=1)

    assert downloaded(drive, file.id, file.head.revision_id) == some_bytes(2_500)


def test_two_threads_download_at_once(drive: GoogleDrive, server: DriveServer) -> None:
    files = [server.state.add(f"{n}.bin", some_bytes(9_000 + n)) for n in range(4)]
    hold = Hold()
    server.fail(hold, on=to("GET", files[0].id))
    found: dict[int, bytes] = {}

    def fetch(number: int) -> None:
        file = files[number]
        found[number] = downloaded(drive, file.id, file.head.revision_id)

    first = threading.Thread(target=fetch, args=(0,))
    first.start()
    assert hold.arrived.wait(10)
    others = [threading.Thread(target=fetch, args=(n,)) for n in (1, 2, 3)]
    for one in others:
        one.start()
    for one in others:
        one.join()
    assert 0 not in found  # the others did not wait for it
    hold.release()
    first.join()

    assert found == {number: some_bytes(9_000 + number) for number in range(4)}
    assert server.sign_ins.renewals == 1
