"""A stand-in for Drive on loopback, and clients of it that never really wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.integrations.google.attempts import RetryPolicy
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.drive_session import DriveSession
from app.integrations.google.uploads import UNIT, UploadSizes
from tests.integrations.google.asking import Time
from tests.standins.google_drive import ME, DriveServer
from tests.standins.google_drive.rights import SCOPES

MakeDrive = Callable[..., GoogleDrive]


@pytest.fixture
def server() -> Iterator[DriveServer]:
    with DriveServer() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def make_drive(server: DriveServer, time: Time) -> Iterator[MakeDrive]:
    """Makes clients: of an account, with a scope, with another policy."""
    made: list[GoogleDrive] = []

    def make(
        user: str = ME,
        *,
        scope: str = SCOPES,
        client: str = "steward.apps",
        policy: RetryPolicy | None = None,
        timeout: float = 10.0,
        root_url: str | None = None,
    ) -> GoogleDrive:
        session = DriveSession(
            server.sign_in(user, client=client, scope=scope),
            root_url=root_url or server.root_url,
            timeout=timeout,
            policy=policy,
            wait=time.wait,
            chance=lambda: 0.5,
            monotonic=time.monotonic,
        )
        # Small, so that little data makes many pieces.
        sizes = UploadSizes(small=1_000, piece=UNIT)
        made.append(GoogleDrive(session, sizes=sizes, download_piece=1_000))
        return made[-1]

    yield make
    for drive in made:
        drive.close()


@pytest.fixture
def drive(make_drive: MakeDrive) -> GoogleDrive:
    return make_drive()
