"""A Google Drive on loopback that the window's Steward is connected to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from app.integrations.google import drive_session
from app.integrations.google.attempts import RetryPolicy
from tests.standins.google_drive import DriveServer

ONE_TRY: Final = RetryPolicy(tries=1, unreached_tries=1)


@contextmanager
def connected(patch: pytest.MonkeyPatch, folder: Path) -> Iterator[DriveServer]:
    """One account by a token file; what fails is not tried again for long."""
    with DriveServer() as server:
        access = server.sign_in()
        token = folder / "google-token.json"
        token.write_text(
            json.dumps(
                {
                    "type": "authorized_user",
                    "client_id": access.client_id,
                    "client_secret": access.client_secret.reveal(),
                    "refresh_token": access.refresh_token.reveal(),
                    "token_uri": access.token_url,
                }
            )
        )
        patch.setenv("STEWARD_GOOGLE_API_URL", server.root_url)
        patch.setenv("STEWARD_GOOGLE_TOKEN_FILE", str(token))
        patch.setattr(drive_session, "RetryPolicy", lambda: ONE_TRY)
        yield server
