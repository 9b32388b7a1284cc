"""The program's own pictures can be made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.ui.tokens import DARK, LIGHT

CODE = """
import sys
from pathlib import Path
from tests.ui.screens import render_screenshot
render_screenshot(Path(sys.argv[1]), theme=sys.argv[2])
"""


@pytest.mark.parametrize(("theme", "panel"), [("light", LIGHT.panel), ("dark", DARK.panel)])
def test_the_readme_picture_shows_the_main_job_done(tmp_path: Path, theme: str, panel: str) -> None:
    path = tmp_path / "window.png"

    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path), theme],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1360, 860)
    assert picture.pixelColor(600, 500).name() == panel
