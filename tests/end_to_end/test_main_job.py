"""The main job on a real screen: ask, see the difference, allow, restore, with mouse and keys.

The program runs as it is started by a person. What it did is read from the folder and by the
terminal command, never from inside. Pictures of every step lie in ``build/end-to-end``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.tokens import LIGHT
from tests.end_to_end.screen import Screen, missing_tools, screen, shoot, until

PICTURES = Path(__file__).parents[2] / "build" / "end-to-end"
SENTENCE = "replace 'draft' with 'final' in report.md"
TRANSCRIPT = (280, 90, 960, 740)
DETAILS = (975, 130, 1370, 830)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="X11 is the screen here"),
    pytest.mark.skipif(bool(missing_tools()), reason=f"not installed: {missing_tools()}"),
    pytest.mark.xdist_group("screen"),
]


class Home:
    """The folder of a person, and the terminal beside the window."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "notes"
        self.folder.mkdir()
        self.report = self.folder / "report.md"
        self.report.write_text("# Report\n\nstatus: draft\n")
        self.data = root / "home"
        self.environment = {
            "STEWARD_HOME": str(self.data),
            "STEWARD_FOLDERS": str(self.folder),
            "STEWARD_THEME": "light",
        }

    def steward(self, seen: Screen, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env={**seen.environment, **self.environment},
            cwd=Path(__file__).parents[2],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return done.stdout

    def versions(self, seen: Screen) -> list[int]:
        listed = self.steward(seen, "files", "versions", str(self.report), "--json")
        return sorted(json.loads(line)["version"] for line in listed.splitlines())


@pytest.fixture(scope="module")
def seen() -> Iterator[Screen]:
    with screen() as one:
        yield one


@pytest.mark.timeout(180)
def test_ask_approve_see_the_difference_and_restore(seen: Screen, tmp_path: Path) -> None:
    home = Home(tmp_path)
    window = subprocess.Popen(
        [sys.executable, "-m", "app"],
        env={**seen.environment, **home.environment},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        seen.wait_for_window("Steward")
        until((home.data / "steward.db").exists, "the window to be ready")
        seen.press("ctrl+l")
        seen.type(SENTENCE)
        seen.press("Return")
        allow = until(lambda: seen.find(LIGHT.accent, TRANSCRIPT), "the card with its button")
        shoot(seen, "1-asked", PICTURES)
        assert "draft" in home.report.read_text(), "nothing changes before it is allowed"

        seen.click(*allow)
        until(lambda: "final" in home.report.read_text(), "the change")
        until(lambda: home.versions(seen) == [1, 2], "versions 1 and 2")
        seen.press("alt+3")
        restore = until(lambda: seen.find(LIGHT.accent, DETAILS), "the button that restores")
        shoot(seen, "2-changed", PICTURES)

        seen.click(*restore)
        until(lambda: "draft" in home.report.read_text(), "version 1 is back")
        until(lambda: home.versions(seen) == [1, 2, 3], "the restore is a version, too")
        shoot(seen, "3-restored", PICTURES)
        seen.press("ctrl+q")
        output, errors = window.communicate(timeout=30)
    finally:
        window.kill()
        window.wait(timeout=20)
    assert window.returncode == 0, errors
    assert "Traceback" not in output + errors
    home.steward(seen, "files", "verify")  # exit code 0: nothing is broken
