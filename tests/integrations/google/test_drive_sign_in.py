"""Tokens for the next hour are got, renewed once, and never shown."""

from __future__ import annotations

import logging
import threading
import traceback

import pytest

from app.domain.drive import DriveError, DriveOfflineError, DriveSignedOutError
from app.files.drive_client import DriveQuery
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.drive_session import DriveSession
from tests.integrations.google.asking import Time, some_bytes, upload
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import Answer, CutAfter, CutBefore, DriveServer, Hold
from tests.standins.google_drive.faults import Fault, to

TOKEN = to("POST", "/token")


def test_one_token_serves_many_requests(drive: GoogleDrive, server: DriveServer) -> None:
    for _ in range(3):
        drive.account()

    assert server.sign_ins.renewals == 1


def test_a_token_is_renewed_before_it_expires(
    drive: GoogleDrive, server: DriveServer, time: Time
) -> None:
    drive.account()
    time.pass_by(3_000)
    drive.account()
    assert server.sign_ins.renewals == 1
    time.pass_by(550)

    drive.account()

    assert server.sign_ins.renewals == 2


@pytest.mark.parametrize("lasts", [1, 59, 61])
def test_a_short_token_is_used_all_the_same(
    drive: GoogleDrive, server: DriveServer, lasts: int
) -> None:
    server.sign_ins.lasts = lasts

    drive.account()
    drive.account()

    assert server.sign_ins.renewals == 1


def test_a_token_that_drive_refuses_is_renewed_at_once(
    drive: GoogleDrive, server: DriveServer, time: Time
) -> None:
    file = server.state.add("a.txt", b"one")
    etag = drive.tag(file.id).etag
    server.sign_ins.expire()

    drive.replace(file.id, etag, upload(b"two"))

    assert file.content == b"two"
    assert server.sign_ins.renewals == 2
    assert time.waited == 0


def test_a_token_that_expires_during_an_upload_is_renewed(
    drive: GoogleDrive, server: DriveServer
) -> None:
    (file_id,) = drive.new_ids(1)
    size = 1 << 20

    def progress(done: int, total: int | None) -> None:
        if 0 < done < size:
            server.sign_ins.expire()

    drive.create(file_id, "a", None, upload(some_bytes(size)), progress=progress)

    assert server.state.files[file_id].content == some_bytes(size)


def test_a_token_that_is_refused_again_and_again_ends(
    drive: GoogleDrive, server: DriveServer
) -> None:
    server.fail(Answer(401, "authError"), times=99)

    with pytest.raises(DriveSignedOutError):
        drive.account()

    assert len(server.asked()) == 2
    assert server.sign_ins.renewals == 2


def test_a_revoked_sign_in_says_so_and_is_not_tried_again(
    drive: GoogleDrive, server: DriveServer, time: Time
) -> None:
    drive.account()
    for grant in server.sign_ins.grants.values():
        grant.revoked = True

    with pytest.raises(DriveSignedOutError, match="expired or was revoked") as caught:
        drive.account()

    assert "Sign in again" in caught.value.hint
    assert time.waited == 0
    assert len([one for one in server.requests if one.path == "/token"]) == 2


def test_a_client_that_google_does_not_know_is_told(
    drive: GoogleDrive, server: DriveServer
) -> None:
    for grant in server.sign_ins.grants.values():
        grant.secret = "another"

    with pytest.raises(DriveSignedOutError, match="does not know the client"):
        drive.account()


@pytest.mark.parametrize("fault", [Answer(503), Answer(500, body=b""), CutAfter(), CutBefore()])
def test_a_renewal_that_fails_is_tried_again(
    drive: GoogleDrive, server: DriveServer, time: Time, fault: Fault
) -> None:
    server.fail(fault, on=TOKEN)

    assert drive.account().name == "Me Myself"
    assert time.waited == 1.5


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token": 5}', b"<html></html>"])
def test_a_token_that_makes_no_sense_is_none(
    drive: GoogleDrive, server: DriveServer, body: bytes
) -> None:
    server.fail(Answer(200, body=body), on=TOKEN, times=99)

    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.account()


def test_a_page_that_wants_a_sign_in_is_not_google_saying_no(
    drive: GoogleDrive, server: DriveServer
) -> None:
    server.fail(Answer(403, body=b"<html>Hotel</html>"), on=TOKEN)

    with pytest.raises(DriveError) as caught:
        drive.account()

    assert not isinstance(caught.value, DriveSignedOutError)


def test_threads_whose_token_expired_get_one_new_one(
    drive: GoogleDrive, server: DriveServer
) -> None:
    drive.account()
    about = to("GET", "about")
    holds = [Hold() for _ in range(4)]
    for number, hold in enumerate(holds):
        server.fail(hold, on=about, skip=number)
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(drive.account().name)) for _ in holds]
    for one in threads:
        one.start()
    for hold in holds:
        assert hold.arrived.wait(10)
    server.sign_ins.expire()
    for hold in holds:
        hold.release()
    for one in threads:
        one.join()

    assert names == ["Me Myself"] * 4
    assert server.sign_ins.renewals == 2


FAULTS: list[Fault] = [
    Answer(401, "authError"),
    Answer(400, "badRequest", "The request with its token was bad."),
    Answer(503),
    CutAfter(),
    CutBefore(),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("on", [TOKEN, to("", "/drive/")], ids=["token", "drive"])
def test_no_secret_is_told(
    drive: GoogleDrive,
    server: DriveServer,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    on: object,
) -> None:
    caplog.set_level(logging.DEBUG)
    where = TOKEN if on is TOKEN else (lambda request: "/drive/" in request.target)
    told: list[str] = []
    for broken in (False, True):
        if broken:
            server.fail(fault, on=where, times=99)
            server.sign_ins.expire()
        try:
            drive.search(DriveQuery(words="x"))
            drive.new_ids(1)
        except DriveError as error:
            told += [repr(error), str(error.details), *traceback.format_exception(error)]
    assert told

    told += [record.getMessage() for record in caplog.records]
    told += [one.target for one in server.requests]
    text = "\n".join(told)
    for secret in ("ya29.", "1//refresh", "GOCSPX"):
        assert secret not in text


def test_what_holds_the_secrets_does_not_show_them(server: DriveServer) -> None:
    access = server.sign_in()

    assert "1//refresh" not in repr(access)
    assert "GOCSPX" not in repr(access)


def test_closing_twice_does_no_harm(server: DriveServer, make_drive: MakeDrive) -> None:
    drive = make_drive()
    drive.account()

    drive.close()
    drive.close()
    # What is still asked is answered; its connection is closed after it.
    assert drive.account().name == "Me Myself"
    assert isinstance(drive._session, DriveSession)
