"""The real command, run as a person or a program runs it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.cli.terminal import Terminal

BEFORE = "# Report\n\nstatus: draft\n"
AFTER = "# Report\n\nstatus: final\n"
FINALISE = "replace 'draft' with 'final' in report.md"


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Stdout as JSON objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, type_: str) -> list[dict[str, Any]]:
        """Events of one type."""
        return [event for event in self.objects if event["type"] == type_]


class Steward:
    """Runs ``steward`` on a folder and a data directory of the test's own.

    Called, it runs the command in this process, which saves half a second of imports; with
    ``process`` in one of its own, as it is installed; ``start`` and ``on_terminal`` leave it
    running, for the test to talk to.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.command = [sys.executable, "-m", "app"]

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = 0, **env: str) -> Done:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"STEWARD_FOLDERS": str(self.folder), **env}.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            ended = main(arguments)
        return _checked(ended, _written(out), _written(err), code)

    def process(self, *arguments: str, stdin: str = "", code: int | None = 0, **env: str) -> Done:
        """Run in a process; ``code`` is the exit code that it must have."""
        done = subprocess.run(
            [*self.command, *arguments],
            env=self.environment(**env),
            cwd=self.folder,
            input=stdin.encode(),
            capture_output=True,
            timeout=40,
        )
        return _checked(done.returncode, done.stdout, done.stderr, code)

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        """Start it with pipes; the test ends it."""
        return subprocess.Popen(
            [*self.command, *arguments],
            env=self.environment(**env),
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def on_terminal(self, *arguments: str, **env: str) -> Terminal:
        """Start it on a terminal of its own."""
        return Terminal([*self.command, *arguments], self.environment(**env), self.folder)

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of its own is given."""
        return {**os.environ, "STEWARD_FOLDERS": str(self.folder), **more}


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def _checked(code: int, out: bytes, err: bytes, wanted: int | None) -> Done:
    done = Done(code, out.decode(), err.decode())
    assert "Traceback" not in done.err + done.out, done.err
    if wanted is not None:
        assert code == wanted, done.err + done.out
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text(BEFORE)
    return folder


@pytest.fixture
def steward(folder: Path, steward_home: Path) -> Steward:
    return Steward(folder, steward_home)
