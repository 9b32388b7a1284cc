"""The window looks as it looked: pictures of its panes and states, in each theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.ui.references import (
    RESULTS,
    SHOWN,
    difference,
    differing_blocks,
    draw,
    kept,
    reference,
    repeatable,
)

_SMOOTH = Qt.TransformationMode.SmoothTransformation
_TWO_DOWN = QPoint(0, 2)


@pytest.fixture
def _repeatable(application: QApplication) -> Iterator[None]:
    with repeatable():
        yield


@pytest.mark.usefixtures("_repeatable")
@pytest.mark.parametrize("name", SHOWN)
async def test_a_scene_looks_as_its_pictures(
    application: QApplication, steward_home: Path, name: str
) -> None:
    wrong = []
    for look, actual in (await draw(application, steward_home, name)).items():
        expected = QImage(str(reference(name, look)))
        if blocks := differing_blocks(actual, expected):
            kept(actual, RESULTS / f"{name}-{look}.png")
            kept(difference(actual, expected, blocks), RESULTS / f"{name}-{look}-differs.png")
            wrong.append(f"{name}-{look}: {len(blocks)} blocks, the first at {blocks[0]}")
    assert not wrong, f"see {RESULTS}, or `make pictures` where it is meant: {wrong}"


@pytest.fixture
def picture() -> QImage:
    """One of the references."""
    return QImage(str(reference("asked", "light")))


def test_a_picture_is_like_itself(picture: QImage) -> None:
    assert differing_blocks(picture, picture.copy()) == []


def test_what_is_smoothed_otherwise_is_alike(picture: QImage) -> None:
    wide = picture.scaledToWidth(picture.width() * 2, _SMOOTH)
    softer = picture.copy()
    painter = QPainter(softer)
    painter.setOpacity(0.2)
    painter.drawImage(0, 0, wide.scaled(picture.size(), mode=_SMOOTH))
    painter.end()

    assert differing_blocks(softer, picture) == []


def test_a_control_that_is_moved_or_recoloured_is_noticed(picture: QImage) -> None:
    moved = picture.copy()
    painter = QPainter(moved)
    box = QRect(0, 0, picture.width(), picture.height() // 2)
    painter.drawImage(box.topLeft() + _TWO_DOWN, picture.copy(box))
    painter.end()
    red = picture.copy()
    painter = QPainter(red)
    painter.fillRect(QRect(100, 100, 12, 12), QColor("#c04040"))
    painter.end()

    assert differing_blocks(moved, picture)
    assert differing_blocks(red, picture)
