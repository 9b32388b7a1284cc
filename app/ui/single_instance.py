"""One window for one data directory: a second start brings the first window to the front."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from app.ui.local_line import LineListener
    from app.ui.local_pipe import PipeListener

_PATIENCE_SECONDS: Final = 10.0
_COMING: Final = b"coming\n"
_MOST_BYTES: Final = 1_000_000
"""Of a question; it came on a command line."""


class SingleInstance(QObject):
    """``claim`` first; the first window then listens, a second one asks and ends.

    In the first window, when a second was started: ``wanted(token)`` where it is to come to the
    front, ``asked(text, token)`` where the small window for a question is. ``token`` is the
    desktop's leave to take the focus, or empty.
    """

    wanted = Signal(str)
    asked = Signal(str, str)

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self._lock: QLockFile | None = None
        self._listener: LineListener | PipeListener | None = None

    @property
    def _name(self) -> str:
        import hashlib

        return f"steward-{hashlib.sha256(str(self._home.resolve()).encode()).hexdigest()[:16]}"

    def claim(self) -> bool:
        """Whether this is the first window on the data directory.

        Also where the directory cannot be written: opening it will say so.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            return True
        lock = QLockFile(str(self._home / "window.lock"))
        lock.setStaleLockTime(0)  # never by age: only where the process is gone
        if lock.tryLock(0):
            self._lock = lock
            return True
        return lock.error() != QLockFile.LockError.LockFailedError

    def listen(self) -> None:
        """Wait for second starts."""
        import socket

        if hasattr(socket, "AF_UNIX"):
            from app.ui.local_line import LineListener

            self._listener = LineListener(self._name, self._hear, _MOST_BYTES, self)
        else:
            from app.ui.local_pipe import PipeListener

            self._listener = PipeListener(self._name, self._hear, _MOST_BYTES, self)

    def ask_to_come(self, question: str | None = None) -> bool:
        """Ask the first window to come to the front; whether it answered. Blocking, up to 10 s.

        ``question``: the small window is wanted, with this in it; it may be empty.
        """
        import socket

        if hasattr(socket, "AF_UNIX"):
            from app.ui.local_line import ask
        else:
            from app.ui.local_pipe import ask

        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            left = max(0.5, deadline - time.monotonic())
            answered = ask(self._name, _wish(question), left)
            if answered is not None:
                return answered
            time.sleep(0.1)  # the first window may be starting at this very moment
        return False

    def close(self) -> None:
        """Let another window be the first."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _hear(self, line: bytes) -> bytes:
        wish = _read_wish(line)
        token = str(wish.get("token", ""))
        if "question" in wish:
            self.asked.emit(str(wish["question"]), token)
        else:
            self.wanted.emit(token)
        return _COMING


def _wish(question: str | None) -> bytes:
    import json

    wish = {"token": os.environ.get("XDG_ACTIVATION_TOKEN", "")}
    if question is not None:
        wish["question"] = question
    return json.dumps(wish).encode() + b"\n"


def _read_wish(line: bytes) -> dict[str, object]:
    """What is not understood asks for nothing but to come to the front."""
    import json

    try:
        wish = json.loads(line)
    except ValueError:
        return {}
    return wish if isinstance(wish, dict) else {}
