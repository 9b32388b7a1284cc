"""From the event bus to the window: every event in order, an answer's words 30 times a second."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.domain.events import Delta, Event, Reasoning
from app.event_bus import EventBus

FRAME_MS: Final = 33


class Bridge(QObject):
    """Emits ``happened(Event)``, in order.

    Words and thoughts that come within a frame are joined, each with their like.
    """

    happened = Signal(object)

    def __init__(self, bus: EventBus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._delta: Delta | Reasoning | None = None
        self._pieces: list[str] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._flush)
        self._unsubscribe: Callable[[], None] | None = bus.subscribe(self._take)

    def close(self) -> None:
        """Hand out what is held back, then listen no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._flush()

    def _take(self, event: Event) -> None:
        if not isinstance(event, Delta | Reasoning):
            self._flush()
            self.happened.emit(event)
            return
        held = self._delta
        if held is not None and (type(held), held.turn_id) != (type(event), event.turn_id):
            self._flush()
            held = None
        if held is None:
            self._delta = event
        self._pieces.append(event.text)
        if not self._timer.isActive():
            self._timer.start()

    def _flush(self) -> None:
        self._timer.stop()
        held, self._delta = self._delta, None
        if held is not None:
            text, self._pieces = "".join(self._pieces), []
            self.happened.emit(dataclasses.replace(held, text=text))
