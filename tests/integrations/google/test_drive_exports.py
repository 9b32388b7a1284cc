"""Workspace files in other formats, also those that are too large for the short way."""

from __future__ import annotations

import pytest

from app.domain.drive import DriveError, DriveForbiddenError, DriveOfflineError
from app.integrations.google.drive import GoogleDrive
from tests.integrations.google.asking import Cancel, StopError, Time, some_bytes
from tests.standins.google_drive import Answer, CutAfter, CutMiddle, DriveServer
from tests.standins.google_drive.faults import to
from tests.standins.google_drive.state import DOCUMENT, EXPORTED, StoredFile

MARKDOWN = "text/markdown"


@pytest.fixture
def document(server: DriveServer) -> StoredFile:
    return server.state.add("Notes", mime_type=DOCUMENT, exports={MARKDOWN: b"# Notes"})


@pytest.fixture
def large(server: DriveServer, monkeypatch: pytest.MonkeyPatch) -> StoredFile:
    monkeypatch.setattr("tests.standins.google_drive.reading_v3.EXPORTED", 1_000)
    exports = {MARKDOWN: some_bytes(9_000)}
    return server.state.add("Book", mime_type=DOCUMENT, exports=exports)


def test_a_document_is_exported(drive: GoogleDrive, document: StoredFile) -> None:
    assert drive.export(document.id, MARKDOWN) == b"# Notes"


def test_an_empty_document_is_exported(drive: GoogleDrive, document: StoredFile) -> None:
    document.exports[MARKDOWN] = b""

    assert drive.export(document.id, MARKDOWN) == b""


def test_a_format_that_there_is_not_is_refused(drive: GoogleDrive, document: StoredFile) -> None:
    with pytest.raises(DriveError, match="400"):
        drive.export(document.id, "application/x-nonsense")


def test_a_file_with_bytes_of_its_own_is_not_exported(
    drive: GoogleDrive, server: DriveServer
) -> None:
    file = server.state.add("a.txt", b"one")

    with pytest.raises(DriveForbiddenError):
        drive.export(file.id, MARKDOWN)


def test_above_10_mb_the_long_way_is_taken(drive: GoogleDrive, document: StoredFile) -> None:
    document.exports[MARKDOWN] = some_bytes(EXPORTED + 1)

    assert drive.export(document.id, MARKDOWN) == some_bytes(EXPORTED + 1)


@pytest.mark.parametrize("polls", [0, 1, 5])
def test_a_long_export_is_waited_for(
    drive: GoogleDrive, server: DriveServer, time: Time, large: StoredFile, polls: int
) -> None:
    server.router.operations.polls = polls

    assert drive.export(large.id, MARKDOWN) == some_bytes(9_000)

    assert len(server.asked("GET", "/operations/")) == polls
    assert time.waited == sum(0.5 + 2**n for n in range(polls))


def test_an_export_that_never_ends_is_given_up(
    drive: GoogleDrive, server: DriveServer, time: Time, large: StoredFile
) -> None:
    server.router.operations.polls = 10_000

    with pytest.raises(DriveOfflineError, match="too long"):
        drive.export(large.id, MARKDOWN)

    assert 500 < time.waited <= 600


def test_an_export_that_fails_says_so(
    drive: GoogleDrive, server: DriveServer, large: StoredFile
) -> None:
    server.router.operations.error = "Internal"

    with pytest.raises(DriveError, match="could not make this export"):
        drive.export(large.id, MARKDOWN)


def test_cancel_is_heard_while_an_export_is_made(
    drive: GoogleDrive, server: DriveServer, time: Time, large: StoredFile
) -> None:
    server.router.operations.polls = 1_000

    with pytest.raises(StopError):
        drive.export(large.id, MARKDOWN, check=Cancel(at=8))

    assert time.waited < 3


@pytest.mark.parametrize("part", ["/download", "/operations/", "/exported/", "/export?"])
@pytest.mark.parametrize("fault", [CutAfter(), CutMiddle(), Answer(503)])
def test_each_step_of_an_export_is_tried_again(
    drive: GoogleDrive,
    server: DriveServer,
    large: StoredFile,
    part: str,
    fault: CutAfter | CutMiddle | Answer,
) -> None:
    server.fail(fault, on=lambda request: part in request.target)

    assert drive.export(large.id, MARKDOWN) == some_bytes(9_000)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/file",
        "https://evilgoogleapis.com/file",
        "http://drive.googleapis.com/file",
        "https://google.com.evil.example/file",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_the_token_goes_to_google_only(
    drive: GoogleDrive, server: DriveServer, large: StoredFile, address: str
) -> None:
    answer = b'{"name": "op", "done": true, "response": {"downloadUri": "%s"}}'
    server.fail(Answer(200, body=answer % address.encode()), on=to("POST", "/download"))

    with pytest.raises(DriveOfflineError, match="not Google's"):
        drive.export(large.id, MARKDOWN)
