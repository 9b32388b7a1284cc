"""One try to connect: what it does now and since when, how to end it, what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import StewardError
from app.ui.connecting import explained
from app.ui.controls import Button, Dot, Label
from app.ui.flow_layout import FlowLayout
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.ui.translation import translate

_SECOND_MS: Final = 1_000


class Attempt(QWidget):
    """Runs one work at a time. ``running_changed(bool)``; ``succeeded`` when it ended well.

    A work returns what the person is told, and raises ``StewardError``; it may say with ``now``
    what it does. It is cancelled with the button, by ``cancel``, and with the window.
    """

    running_changed = Signal(bool)
    succeeded = Signal()
    said = Signal()
    """It says something new, or takes another room."""

    def __init__(self, theme: Theme, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False
        self._doing, self._limit, self._address = "", 0.0, ""
        self._since = 0.0
        self._begun_at: QWidget | None = None
        self._dot = Dot(theme)
        self.words = Label(kind="muted", wrap=True)
        self.cancel_button = Button(
            translate("Connect", "Cance&l"), name=translate("Connect", "Cancel connecting")
        )
        self.copy_button = Button(
            translate("Connect", "Copy the a&ddress"),
            kind="quiet",
            tip=translate("Connect", "To open it in another browser of this computer"),
        )
        self.cancel_button.clicked.connect(self.cancel)
        self.copy_button.clicked.connect(self._copy)
        self._second = QTimer(self)
        self._second.setInterval(_SECOND_MS)
        self._second.timeout.connect(self._tick)
        self._build()

    def _build(self) -> None:
        told = QHBoxLayout()
        told.setSpacing(10)
        told.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignVCenter)
        told.addWidget(self.words, 1)
        self._acts = QWidget()
        acts = FlowLayout(self._acts, spacing=8, margin=(20, 0, 0, 0))
        acts.addWidget(self.cancel_button)
        acts.addWidget(self.copy_button)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addLayout(told)
        page.addWidget(self._acts)
        self._show_running()
        self.hide()

    @property
    def running(self) -> bool:
        """Whether a work is under way."""
        return self._task is not None

    def run(self, work: Callable[[], Coroutine[Any, Any, str]], doing: str) -> None:
        """Begin; ``doing`` says with what. Does nothing while another one is under way."""
        if self.running:
            return
        self._cancelled = False
        self._begun_at = QApplication.focusWidget()
        self.now(doing)
        self._task = self._tasks.run(self._run(work), name="try to connect")
        self._task.add_done_callback(self._done)
        self._second.start()
        self._show_running()
        self.running_changed.emit(True)

    def now(self, doing: str, *, limit: float = 0.0, address: str = "") -> None:
        """Say what is done from now on: for ``limit`` seconds at most, at ``address``."""
        self._doing, self._limit, self._address = doing, limit, address
        self._since = time.monotonic()
        self._tick()
        self._show_running()

    def say(self, state: str, words: str) -> None:
        """Say what came of it. For ``state`` see ``Dot``."""
        self._dot.show_state(state)
        self.words.setText(words)
        self.words.become("trouble" if state == "trouble" else "muted")
        self.show()
        self.said.emit()

    def clear(self) -> None:
        """Forget what came of the last one."""
        if not self.running:
            self.hide()

    def cancel(self) -> None:
        """End what is under way; nothing is changed by it."""
        if self._task is not None:
            self._cancelled = True
            self._task.cancel()

    # -- inside ----------------------------------------------------------------------------

    async def _run(self, work: Callable[[], Coroutine[Any, Any, str]]) -> None:
        state, words = "idle", _cancelled()
        try:
            words = await work()
            state = "ok"
        except StewardError as error:
            state, words = "trouble", explained(error)
        except asyncio.CancelledError:
            if not self._cancelled:  # the window ends
                raise
        finally:
            if isValid(self):
                self._ended()
        if isValid(self):
            self.say(state, words)
            if state == "ok":
                self.succeeded.emit()

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._task is task and isValid(self):  # cancelled before its first step
            self._ended()
            self.say("idle", _cancelled())

    def _ended(self) -> None:
        was_here = self.cancel_button.hasFocus() or self.copy_button.hasFocus()
        self._task = None
        self._second.stop()
        self._show_running()
        self.running_changed.emit(False)
        begun_at = self._begun_at
        if was_here and begun_at is not None and isValid(begun_at):
            begun_at.setFocus()  # where the person was before they could cancel

    def _tick(self) -> None:
        waited = clock_face(time.monotonic() - self._since)
        if self._limit:
            waited = translate("Connect", "{time} of {limit}").format(
                time=waited, limit=clock_face(self._limit)
            )
        self.say(
            "idle",
            translate("Connect", "{doing} ({time}). Nothing has changed yet.").format(
                doing=self._doing, time=waited
            ),
        )

    def _show_running(self) -> None:
        self._acts.setVisible(self.running)
        self.copy_button.setVisible(bool(self._address))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)


def _cancelled() -> str:
    return translate("Connect", "Cancelled. Nothing has changed.")


def clock_face(seconds: float) -> str:
    """``0:12``: minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
