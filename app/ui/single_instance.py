"""One window for one data directory: a second start brings the first window to the front."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

_PATIENCE_SECONDS: Final = 10.0
_COME: Final = b"come to the front\n"
_COMING: Final = b"coming\n"


class SingleInstance(QObject):
    """``claim`` first; the first window then listens, a second one asks and ends.

    ``wanted`` is emitted in the first window when a second was started.
    """

    wanted = Signal()

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self._lock: QLockFile | None = None
        self._server: QLocalServer | None = None

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
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)  # left over from a crash: the lock is ours
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come)
        self._server.listen(self._name)

    def ask_to_come(self) -> bool:
        """Ask the first window to come to the front; whether it answered. Blocking, up to 10 s."""
        from PySide6.QtNetwork import QLocalSocket

        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(500):
                socket.write(_COME)
                socket.waitForBytesWritten(500)
                left = max(500, round((deadline - time.monotonic()) * 1000))
                # The answer may have come while the question was still being written.
                answered = socket.bytesAvailable() > 0 or bool(socket.waitForReadyRead(left))
                socket.disconnectFromServer()
                return answered
            time.sleep(0.1)  # the first window may be starting at this very moment
        return False

    def close(self) -> None:
        """Let another window be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _come(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.write(_COMING)
            socket.flush()
            socket.disconnected.connect(socket.deleteLater)
            self.wanted.emit()
