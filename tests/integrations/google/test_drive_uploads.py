"""Uploads in pieces: how they are cut, resumed, stopped and begun again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drive import DriveBusyError, DriveError, DriveOfflineError
from app.files.drive_client import Upload
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.uploads import UNIT, UploadSizes, in_pieces
from tests.integrations.google.asking import Cancel, StopError, Time, some_bytes, upload
from tests.standins.google_drive import Answer, CutAfter, CutBefore, DriveServer
from tests.standins.google_drive.faults import Fault, KeepOnly, to

LARGE = 6 * UNIT + 123


@pytest.mark.parametrize("size", [1_000, UNIT - 1, UNIT, UNIT + 1, LARGE])
@pytest.mark.parametrize("piece", [70_001, UNIT, 10 * UNIT])
def test_any_size_goes_up_whole(
    drive: GoogleDrive, server: DriveServer, size: int, piece: int
) -> None:
    (file_id,) = drive.new_ids(1)
    told: list[tuple[int, int | None]] = []

    file = drive.create(
        file_id,
        "a.bin",
        None,
        upload(some_bytes(size), piece=piece),
        app_properties={"k": "v"},
        progress=lambda *done: told.append(done),
    )

    assert server.state.files[file_id].content == some_bytes(size)
    assert (file.app_properties, file.mime_type) == ({"k": "v"}, "text/plain")
    sent = server.asked("PUT", "upload_id")
    assert all(len(one.body) == UNIT for one in sent[:-1])
    assert told == [(min(done, size), size) for done in range(0, size + UNIT, UNIT)]


def test_few_bytes_go_up_in_one_request(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)

    drive.create(file_id, "a.bin", None, upload(some_bytes(999)))

    assert len(server.asked("POST", "uploadType=multipart")) == 1
    assert not server.asked("PUT")


@pytest.mark.parametrize("where", range(7))
@pytest.mark.parametrize(
    "fault", [CutBefore(), CutAfter(), Answer(500), Answer(503), Answer(429), KeepOnly(0)]
)
def test_an_upload_goes_on_where_it_broke_off(
    drive: GoogleDrive, server: DriveServer, fault: Fault, where: int
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(fault, on=to("PUT", "upload_id"), skip=where)

    drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))

    assert server.state.files[file_id].content == some_bytes(LARGE)
    asked_how_far = [
        one
        for one in server.asked("PUT", "upload_id")
        if one.headers.get("content-range", "").startswith("bytes */")
    ]
    assert len(asked_how_far) == (0 if isinstance(fault, KeepOnly) else 1)


def test_a_piece_of_which_drive_keeps_a_part_is_continued(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(KeepOnly(100_000), on=to("PUT", "upload_id"), skip=1)

    drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE), piece=33_333))

    assert server.state.files[file_id].content == some_bytes(LARGE)


def test_a_lost_answer_to_the_last_piece_is_asked_for(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(CutAfter(), on=to("PUT", "upload_id"), skip=6)

    file = drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))

    assert file.size == LARGE
    last = server.asked("PUT", "upload_id")[-1]
    assert last.headers["content-range"] == f"bytes */{LARGE}"
    assert len(server.state.files[file_id].revisions) == 1


def test_an_upload_that_drive_forgot_is_begun_again(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    began = 0

    def chunks() -> Iterator[bytes]:
        nonlocal began
        began += 1
        yield from upload(some_bytes(LARGE)).chunks()

    server.fail(Answer(404, "notFound"), on=to("PUT", "upload_id"), skip=3)

    drive.create(file_id, "a.bin", None, Upload(LARGE, chunks))

    assert server.state.files[file_id].content == some_bytes(LARGE)
    assert began == 2
    assert len(server.asked("POST", "uploadType=resumable")) == 2


def test_an_upload_that_drive_forgets_each_time_ends(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(Answer(410, "gone"), on=to("PUT", "upload_id"), times=99)

    with pytest.raises(DriveOfflineError, match="forgot"):
        drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))

    assert len(server.asked("POST", "uploadType=resumable")) == 3


def test_an_upload_that_makes_no_way_ends(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(Answer(503), on=to("PUT", "upload_id"), skip=2, times=99)

    with pytest.raises(DriveOfflineError):
        drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))

    assert len(server.asked("PUT", "upload_id")) == 2 + 6


def test_a_drive_that_keeps_nothing_is_given_up(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(KeepOnly(0), on=to("PUT", "upload_id"), times=99)

    with pytest.raises(DriveOfflineError, match="takes no more"):
        drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))


def test_trouble_at_each_piece_is_not_added_up(
    drive: GoogleDrive, server: DriveServer, time: Time
) -> None:
    (file_id,) = drive.new_ids(1)
    for piece in range(7):
        server.fail(Answer(403, "userRateLimitExceeded"), on=to("PUT", "upload_id"), skip=3 * piece)

    drive.create(file_id, "a.bin", None, upload(some_bytes(LARGE)))

    assert server.state.files[file_id].content == some_bytes(LARGE)
    assert time.waited == pytest.approx(7 * 1.5)


def test_cancel_stops_an_upload_between_its_pieces(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)
    cancel = Cancel()

    def progress(done: int, total: int | None) -> None:
        cancel.now = done >= 2 * UNIT

    with pytest.raises(StopError):
        drive.create(file_id, "a", None, upload(some_bytes(LARGE)), check=cancel, progress=progress)

    assert file_id not in server.state.files
    assert len(server.asked("PUT", "upload_id")) == 2
    drive.create(file_id, "a", None, upload(some_bytes(LARGE)))


def test_cancel_before_anything_sends_nothing(drive: GoogleDrive, server: DriveServer) -> None:
    (file_id,) = drive.new_ids(1)
    asked = len(server.asked())

    for size in (10, LARGE):
        with pytest.raises(StopError):
            drive.create(file_id, "a", None, upload(some_bytes(size)), check=Cancel(at=1))

    assert len(server.asked()) == asked


def test_an_error_of_whoever_gives_the_bytes_is_theirs(
    drive: GoogleDrive, server: DriveServer
) -> None:
    def chunks() -> Iterator[bytes]:
        yield some_bytes(UNIT)
        raise StopError

    (file_id,) = drive.new_ids(1)
    with pytest.raises(StopError):
        drive.create(file_id, "a", None, Upload(LARGE, chunks))

    assert file_id not in server.state.files


def test_too_many_requests_at_the_beginning_are_waited_for(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(Answer(429), on=to("POST", "resumable"), times=99)

    with pytest.raises(DriveBusyError):
        drive.create(file_id, "a", None, upload(some_bytes(LARGE)))

    assert len(server.asked("POST", "resumable")) == 6


def test_an_answer_without_a_place_to_send_to_makes_no_sense(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    server.fail(Answer(200, body=b"{}"), on=to("POST", "resumable"))

    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.create(file_id, "a", None, upload(some_bytes(LARGE)))


def test_pieces_that_drive_would_refuse_cannot_be_set() -> None:
    with pytest.raises(ValueError, match=re.escape(str(UNIT))):
        UploadSizes(piece=UNIT + 1)
    with pytest.raises(ValueError, match=re.escape(str(UNIT))):
        UploadSizes(piece=0)


@given(
    content=st.binary(min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 9), min_size=1, max_size=8),
    asks=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20)), min_size=1, max_size=12),
)
def test_any_part_is_given_in_any_order(
    content: bytes, cuts: list[int], asks: list[tuple[int, int]]
) -> None:
    """Also empty pieces, parts before those already given, and one asked for again."""

    def chunks() -> Iterator[bytes]:
        at, turn = 0, 0
        while at < len(content):
            size = max(cuts[turn % len(cuts)], 1 if turn % len(cuts) == 0 else 0)
            yield content[at : at + size]
            at, turn = at + size, turn + 1

    media = in_pieces(Upload(len(content), chunks), UploadSizes(piece=UNIT))

    for begin, length in asks:
        begin = min(begin, len(content) - 1)
        assert media.getbytes(begin, length) == content[begin : begin + length]


def test_bytes_that_end_early_are_never_taken_for_the_end() -> None:
    media = in_pieces(Upload(100, lambda: iter([b"x" * 99])), UploadSizes())

    with pytest.raises(DriveError):
        media.getbytes(0, 100)
    assert not media.all_given
