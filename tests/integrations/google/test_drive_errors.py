"""Each refusal of Drive becomes an error that says what happened, what is safe and what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drive import (
    DriveBusyError,
    DriveError,
    DriveForbiddenError,
    DriveFullError,
    DriveMissingError,
    DriveOfflineError,
    DriveStaleError,
)
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.drive_errors import Deed, drive_error
from app.integrations.google.failures import refusal
from tests.integrations.google.asking import Time
from tests.integrations.google.conftest import MakeDrive
from tests.standins.google_drive import Answer, DriveServer

REFUSALS = [
    (400, "badRequest", DriveError, "refused the request (400, badRequest)"),
    (400, "invalid", DriveError, "refused"),
    (403, "storageQuotaExceeded", DriveFullError, "storage of this Google account is full"),
    (403, "insufficientFilePermissions", DriveForbiddenError, "may not do that"),
    (403, "insufficientPermissions", DriveForbiddenError, "access that was given"),
    (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", DriveForbiddenError, "access that was given"),
    (403, "appNotAuthorizedToFile", DriveForbiddenError, "not given access to this file"),
    (403, "cannotTrashFile", DriveForbiddenError, "may not do that"),
    (403, "domainPolicy", DriveForbiddenError, "organisation"),
    (403, "accessNotConfigured", DriveForbiddenError, "not switched on"),
    (403, "cannotDownloadAbusiveFile", DriveForbiddenError, "may not do that"),
    (403, "dailyLimitExceeded", DriveBusyError, "no more requests"),
    (404, "notFound", DriveMissingError, "no such file"),
    (409, "conflict", DriveError, "refused the request (409"),
    (410, "gone", DriveError, "refused"),
    (412, "conditionNotMet", DriveStaleError, "changed since"),
    (413, "uploadTooLarge", DriveError, "refused"),
    (418, "teapot", DriveError, "refused"),
]


@pytest.mark.parametrize(("status", "reason", "kind", "words"), REFUSALS)
def test_a_refusal_is_told_at_once_in_words(
    drive: GoogleDrive,
    server: DriveServer,
    time: Time,
    status: int,
    reason: str,
    kind: type[DriveError],
    words: str,
) -> None:
    server.fail(Answer(status, reason, "Google's own words."))

    with pytest.raises(DriveError) as caught:
        drive.get("any")

    assert type(caught.value) is kind
    assert words in caught.value.message
    assert "Nothing was" in caught.value.hint
    assert caught.value.details["status"] == status
    assert caught.value.details["reason"] == reason
    assert caught.value.details["said"] == "Google's own words."
    assert len(server.asked()) == 1
    assert time.waited == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sign in to the hotel's network</body></html>",
        b"[]",
        b"null",
        b'"error"',
        b'{"error": "access_denied"}',
        b'{"error": {"message": 5, "errors": "none"}}',
        b'{"error": {"message": null, "errors": [null, 3, {"reason": 4}]}}',
        b'{"error": {"errors": [{"reason": "a b\\nc"}], "details": [{"reason": ["x"]}]}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("status", [400, 403, 404])
def test_whatever_the_body_says_the_status_is_understood(
    drive: GoogleDrive, server: DriveServer, status: int, body: bytes
) -> None:
    server.fail(Answer(status, body=body))
    kinds = {400: DriveError, 403: DriveForbiddenError, 404: DriveMissingError}

    with pytest.raises(DriveError) as caught:
        drive.get("any")

    assert type(caught.value) is kinds[status]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html></html>",
        b'{"name": "no id"}',
        b'{"id": 5}',
        b"\xff",
        b'{"id"',
        b"[" * 99_999,
    ],
)
def test_an_answer_that_makes_no_sense_says_so(
    drive: GoogleDrive, server: DriveServer, body: bytes
) -> None:
    server.fail(Answer(200, body=body), times=9)

    for ask in (drive.get, drive.tag):
        with pytest.raises(DriveOfflineError, match="no sense"):
            ask("any")
    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.account()
    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.new_ids(1)
    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.changes_start()
    with pytest.raises(DriveOfflineError, match="no sense"):
        drive.changes("1000")


def test_a_redirect_is_not_followed_with_the_token(drive: GoogleDrive, server: DriveServer) -> None:
    place = {"location": f"{server.root_url}elsewhere"}
    server.fail(Answer(302, headers=place, body=b""), times=99)

    with pytest.raises(DriveError):
        drive.get("any")

    followed = server.asked("GET", "/elsewhere")
    assert followed
    assert not any("authorization" in one.headers for one in followed)


def test_nobody_listening_is_offline(make_drive: MakeDrive) -> None:
    drive = make_drive(root_url="http://127.0.0.1:1/")

    with pytest.raises(DriveOfflineError) as caught:
        drive.get("any")

    assert "broke off" in caught.value.message
    assert "Try again when the connection is back" in caught.value.hint


@given(
    status=st.integers(300, 599),
    headers=st.dictionaries(st.just("retry-after"), st.text(max_size=12)),
    body=st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["error", "errors", "message", "reason", "details", "status"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
    deed=st.sampled_from(Deed),
)
def test_any_refusal_becomes_an_error(
    status: int, headers: dict[str, str], body: bytes, deed: Deed
) -> None:
    failure = refusal(status, headers, body)

    error = drive_error(failure, deed)

    assert error.message
    assert error.hint
    assert json.dumps(error.details)
    assert failure.retry_after is None or 0 <= failure.retry_after <= 86_400
