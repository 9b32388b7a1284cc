"""Work that a thread does for a widget, without the thread ever touching anything of Qt.

A signal emitted by a thread while its object is deleted ends the program; so results wait in a
queue, and a timer that runs only meanwhile takes them out on the window's own thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, QTimer

T = TypeVar("T")

_LOOK_MS: Final = 25


class OffThread(QObject):
    """Dies with its parent; what its threads still find out is then nobody's."""

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._found: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        # Here, and not with the thread: what it lets go of last it would take apart.
        self._done: dict[int, Callable[[Any], None]] = {}
        self._started = 0
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._take)

    def start(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Do ``work`` in a thread of its own, then ``done`` with what came of it, on this one.

        ``work`` must not raise, and must hold nothing of Qt.
        """
        self._started += 1
        number, found = self._started, self._found
        self._done[number] = done
        self._look.start()

        def run() -> None:
            found.put((number, work()))

        threading.Thread(target=run, name=self._name, daemon=True).start()

    def _take(self) -> None:
        while not self._found.empty():
            number, result = self._found.get_nowait()
            done = self._done.pop(number)
            if not self._done:
                self._look.stop()
            done(result)
