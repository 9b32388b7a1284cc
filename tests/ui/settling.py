"""Waits until a window shows all that was begun, however long that takes on this machine."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractAnimation, QTimer
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QDialog, QWidget

from app.ui.main_window import MainWindow
from app.ui.model_picker import ModelPicker
from tests.ui.driving import until

_SHORT_MS: Final = 800
"""A timer of so long puts something off; a longer one is a clock, or takes something away."""
_FOR_SOMEONE: Final = frozenset(
    {
        "desktop notifications",
        "listen to desktop notifications",
        "read the session bus",
        "try to connect",
        "turn from the window",
    }
)
"""Tasks that may wait for the person, or for another program."""


def picture(window: MainWindow) -> QPixmap:
    """The window with the dialogs that stand on it."""
    whole = window.grab()
    painter = QPainter(whole)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            at = window.rect().center() - dialog.rect().center()
            painter.drawPixmap(at, dialog.grab())
            painter.drawRect(dialog.rect().translated(at))
    for picker in window.findChildren(ModelPicker):
        if picker.isVisible():
            painter.drawPixmap(window.mapFromGlobal(picker.pos()), picker.grab())
    if window.quick is not None and window.quick.isVisible():
        across = (window.width() - window.quick.width()) // 2
        painter.drawPixmap(across, window.height() // 6, window.quick.grab())
    painter.end()
    return whole


async def still(window: MainWindow) -> None:
    """Wait until nothing is begun and not shown, and the window looks alike twice in a row."""
    before = QImage()

    def is_alike() -> bool:
        nonlocal before
        if put_off(window) or moving(window) or working(window):
            before = QImage()
            return False
        now = picture(window).toImage()
        alike, before = now == before, now
        return alike

    await until(is_alike, "the window to stand still", seconds=20)


def put_off(window: MainWindow, longest: int = _SHORT_MS) -> list[QTimer]:
    """What will be done in a moment."""
    return [
        timer
        for part in _parts(window)
        for timer in part.findChildren(QTimer)
        if timer.isActive() and timer.interval() <= longest
    ]


def moving(window: MainWindow) -> bool:
    """Whether something is still on its way to its place."""
    return any(
        one.state() is QAbstractAnimation.State.Running
        for part in _parts(window)
        for one in part.findChildren(QAbstractAnimation)
    )


def working(window: MainWindow) -> set[str]:
    """What is being read or done and ends by itself."""
    session = window.session
    running = session.tasks._running if session is not None else ()
    return {task.get_name() for task in running} - _FOR_SOMEONE


def _parts(window: MainWindow) -> list[QWidget]:
    return [window] if window.quick is None else [window, window.quick]
