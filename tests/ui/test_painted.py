"""What measures icons sees those that are too faint, and only those."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QHBoxLayout, QToolButton, QWidget

from app.ui.controls import Dot, IconButton
from app.ui.icons import icon
from app.ui.theme import Theme
from tests.ui.painted import faint_icons, painted_icons

GROUND = "#ffffff"


@pytest.fixture
def ground(application: QApplication) -> Iterator[QWidget]:
    """A white widget that things can be put on."""
    one = QWidget()
    one.setStyleSheet(f"background: {GROUND}; border: none;")
    QHBoxLayout(one)
    yield one
    one.close()
    one.deleteLater()


def put(ground: QWidget, colour: str) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(colour)
    button.setIconSize(QSize(16, 16))
    button.setIcon(icon("close", colour))
    layout = ground.layout()
    assert layout is not None
    layout.addWidget(button)
    return button


def test_an_icon_that_is_too_faint_is_told(ground: QWidget) -> None:
    for colour in ("#999999", "#949494", "#000000"):
        put(ground, colour)
    put(ground, "#dddddd").setEnabled(False)
    ground.show()

    (told,) = faint_icons(ground, 3.0)

    assert "#999999 on #ffffff is 2.8" in told
    assert len(painted_icons(ground)) == 4


def test_a_sign_of_state_is_measured_as_well(ground: QWidget, theme: Theme) -> None:
    layout = ground.layout()
    assert layout is not None
    layout.addWidget(Dot(theme, "ok"))
    ground.show()

    assert faint_icons(ground, 3.0) == []
    ground.setStyleSheet(f"background: {theme.tokens.ok};")
    layout.addWidget(IconButton(theme, "close", "Close"))
    told = faint_icons(ground, 3.0)
    assert any("icon of Dot" in one for one in told)
