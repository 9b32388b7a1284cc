"""What is tried again, how often and after which pauses; nothing here really waits."""

from __future__ import annotations

import pytest

from app.domain.drive import DriveBusyError, DriveError, DriveOfflineError
from app.integrations.google.attempts import RetryPolicy
from app.integrations.google.drive import GoogleDrive
from tests.integrations.google.asking import Time
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import Answer, CutAfter, CutBefore, CutMiddle, DriveServer
from tests.standins.google_drive.faults import Fault, to

PASSING = [
    Answer(403, "rateLimitExceeded"),
    Answer(403, "userRateLimitExceeded"),
    Answer(429, "rateLimitExceeded"),
    Answer(429, body=b""),
    Answer(500, "internalError"),
    Answer(502, body=b"<html></html>"),
    Answer(503, "backendError"),
    Answer(504),
]
BROKEN = [CutBefore(), CutAfter(), CutMiddle()]


@pytest.mark.parametrize("fault", [*PASSING, *BROKEN])
def test_what_may_pass_is_tried_again(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Fault
) -> None:
    file = server.state.add("a.txt", b"one")
    server.fail(fault, times=2)

    assert drive.get(file.id).name == "a.txt"

    assert len(server.asked()) == 3
    assert time.waited == (1 + 0.5) + (2 + 0.5)


@pytest.mark.parametrize(("fault"), PASSING)
def test_a_drive_that_keeps_refusing_is_asked_six_times(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Answer
) -> None:
    server.fail(fault, times=99)

    with pytest.raises(DriveOfflineError) as caught:
        drive.get("any")

    busy = fault.status in (403, 429)
    assert isinstance(caught.value, DriveBusyError) == busy
    assert len(server.asked()) == 6
    assert time.waited == 1.5 + 2.5 + 4.5 + 8.5 + 16.5


@pytest.mark.parametrize("fault", BROKEN)
def test_a_connection_that_keeps_breaking_is_made_four_times(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Fault
) -> None:
    server.fail(fault, times=99)

    with pytest.raises(DriveOfflineError):
        drive.get("any")

    assert len(server.asked()) == 4
    assert time.waited == 1.5 + 2.5 + 4.5


def test_pauses_grow_up_to_a_bound_and_end_in_time(
    server: DriveServer, make_drive: MakeDrive, time: Time
) -> None:
    drive = make_drive(policy=RetryPolicy(tries=99, longest=4.0, total=30.0))
    server.fail(Answer(503), times=99)

    with pytest.raises(DriveOfflineError):
        drive.get("any")

    assert len(server.asked()) == 9
    assert time.waited == 1.5 + 2.5 + 6 * 4.0


def test_drive_is_given_the_time_that_it_asks_for(
    drive: GoogleDrive, server: DriveServer, time: Time
) -> None:
    file = server.state.add("a.txt", b"one")
    server.fail(Answer(429, headers={"retry-after": "40"}))

    drive.get(file.id)

    assert time.waited == 40


@pytest.mark.parametrize("wish", ["999999999", "3600"])
def test_more_time_than_there_is_is_told_at_once(
    drive: GoogleDrive, server: DriveServer, time: Time, wish: str
) -> None:
    server.fail(Answer(429, headers={"retry-after": wish}))

    with pytest.raises(DriveBusyError) as caught:
        drive.get("any")

    assert time.waited == 0
    assert caught.value.details["retry_after"] == min(float(wish), 86_400.0)


@pytest.mark.parametrize("wish", ["soon", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", "1.5", "²"])
def test_a_wish_that_is_no_number_is_not_heeded(
    drive: GoogleDrive, server: DriveServer, time: Time, wish: str
) -> None:
    file = server.state.add("a.txt", b"one")
    server.fail(Answer(503, headers={"retry-after": wish}))

    drive.get(file.id)

    assert time.waited == 1.5


def test_every_read_and_every_harmless_change_is_tried_again(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")
    start = drive.changes_start()
    revision = file.head.revision_id
    calls = {
        "about": drive.account,
        "drives": drive.shared_drives,
        "revisions": lambda: drive.revisions(file.id),
        "v2": lambda: drive.tag(file.id),
        "startPageToken": drive.changes_start,
        "changes": lambda: drive.changes(start),
        "generateIds": lambda: drive.new_ids(1),
        "PATCH": lambda: drive.change(file.id, name="b.txt"),
        "pin": lambda: drive.pin(file.id, revision),
    }
    for name, call in calls.items():
        before = len(server.asked())
        server.fail(CutAfter())
        server.fail(Answer(503), skip=1)

        call()

        assert len(server.asked()) == before + 3, name


def test_the_library_adds_no_try_of_its_own(drive: GoogleDrive, server: DriveServer) -> None:
    """httplib2 sends a request again by itself when a connection ends before the answer."""
    server.state.add("a.txt", b"one")
    drive.account()
    server.fail(CutBefore(), on=to("GET", "about"), times=99)

    with pytest.raises(DriveError):
        drive.account()

    assert len(server.asked("GET", "about")) == 1 + 4


def test_a_server_that_is_silent_is_given_up(
    server: DriveServer, make_drive: MakeDrive, time: Time
) -> None:
    from tests.standins.google_drive import Hold

    hold = Hold()
    drive = make_drive(timeout=0.2, policy=RetryPolicy(unreached_tries=1))
    drive.account()
    server.fail(hold, on=to("GET", "about"))

    with pytest.raises(DriveOfflineError, match="did not answer in time"):
        drive.account()

    hold.release()
    assert drive.account().name
