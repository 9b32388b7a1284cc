"""Python's garbage collector, kept on the window's thread.

By itself it runs in whichever thread allocates; in a worker it would destroy Qt objects that
belong to the window's thread, which Qt forbids (``Timers cannot be stopped from another
thread``, or a crash).
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 2_000


class Collector(QObject):
    """Switches automatic collection off and collects from a timer instead, when there is need."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    def check(self) -> None:
        """Collect the oldest generation that is due."""
        counts = gc.get_count()
        due = [n for n in range(3) if counts[n] > self._thresholds[n] > 0]
        if due:
            gc.collect(due[-1])

    def close(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        gc.enable()
