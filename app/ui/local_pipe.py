"""As ``local_line``, by QtNetwork: for systems where Python has no sockets in files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_CONNECT_MS: Final = 500


class PipeListener(QObject):
    """Hands each line that comes to ``hear`` and sends back what it returns, until ``close``."""

    def __init__(
        self, name: str, hear: Callable[[bytes], bytes], longest: int, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._hear = hear
        self._longest = longest
        QLocalServer.removeServer(name)  # left over from a crash: nobody else listens
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come)
        self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _come(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.readyRead.connect(lambda one=caller: self._take(one))
            self._take(caller)

    def _take(self, caller: QLocalSocket) -> None:
        if caller.canReadLine():
            caller.write(self._hear(bytes(caller.readLine(self._longest).data())))
            caller.flush()
        elif caller.bytesAvailable() > self._longest:
            caller.abort()


def ask(name: str, line: bytes, seconds: float) -> bool | None:
    """Send a line to who listens. Blocking, up to ``seconds``.

    Whether an answer came; ``None`` where nobody listens.
    """
    called = QLocalSocket()
    called.connectToServer(name)
    if not called.waitForConnected(_CONNECT_MS):
        return None
    called.write(line)
    called.waitForBytesWritten(_CONNECT_MS)
    # The answer may have come while the line was still being written.
    answered = called.bytesAvailable() > 0 or bool(called.waitForReadyRead(round(seconds * 1000)))
    called.disconnectFromServer()
    return answered
