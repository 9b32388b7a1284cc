"""Files of Google Drive from the terminal: asked for, changed, compared, restored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Steward
from tests.standins.google_drive import DriveServer, StoredFile


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DriveServer]:
    with DriveServer() as server:
        access = server.sign_in()
        token = tmp_path / "token.json"
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
        monkeypatch.setenv("STEWARD_GOOGLE_API_URL", server.root_url)
        monkeypatch.setenv("STEWARD_GOOGLE_TOKEN_FILE", str(token))
        yield server


@pytest.fixture
def plan(google: DriveServer) -> StoredFile:
    return google.state.add("plan.md", b"We meet on Monday.\n")


def ask(steward: Steward, words: str, *more: str) -> str:
    return steward("ask", *more, words, STEWARD_PROVIDER="guided").out


def test_a_file_is_read_changed_and_restored(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    path = f"drive:{plan.id}"
    assert "We meet on Monday." in ask(steward, f"read {path}")
    ask(steward, f"replace 'Monday' with 'Friday' in {path}", "--approve", "always")
    assert plan.content == b"We meet on Friday.\n"
    assert len(steward("files", "versions", path).out.splitlines()) == 2
    assert steward("files", "show", f"{path}@1").out == "We meet on Monday.\n"
    assert "+We meet on Friday." in steward("files", "diff", path, "1", "2").out
    assert f"{path}/plan.md: version 3" in steward("files", "restore", path, "1").out
    assert plan.content == b"We meet on Monday.\n"
    assert f"{path}/plan.md" in steward("files", "list").out
    steward("files", "restore", path, "2")
    steward("files", "undo")
    assert plan.content == b"We meet on Monday.\n"
    assert steward("files", "verify").out


def test_the_history_is_there_without_drive(
    steward: Steward, google: DriveServer, plan: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"drive:{plan.id}"
    ask(steward, f"replace 'Monday' with 'Friday' in {path}", "--approve", "always")
    monkeypatch.delenv("STEWARD_GOOGLE_TOKEN_FILE")
    assert steward("files", "show", f"{path}@1").out == "We meet on Monday.\n"
    refused = steward("files", "restore", path, "1", code=None)
    assert refused.code != 0
    assert "Google" in refused.err
    assert "Traceback" not in refused.err
    archive = steward.home / "plan.zip"
    steward("files", "export", str(archive), "--path", path)
    assert archive.exists()
