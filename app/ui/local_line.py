"""One line from another process of the same person, and one back, over a socket in a file.

Python's sockets, with Qt's loop looking after them: QtNetwork takes 3 MB of memory for it. Only
where Python has no such sockets (Windows) it is QtNetwork's ``QLocalServer``: ``local_pipe``.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDir, QObject, QSocketNotifier

logger = logging.getLogger(__name__)

_CONNECT_SECONDS: Final = 0.5
_AT_ONCE: Final = 65_536


class LineListener(QObject):
    """Hands each line that comes to ``hear`` and sends back what it returns, until ``close``."""

    def __init__(
        self, name: str, hear: Callable[[bytes], bytes], longest: int, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._path = _path(name)
        self._hear = hear
        self._longest = longest
        self._callers: set[_Caller] = set()
        self._server = socket.socket(socket.AF_UNIX)
        try:
            self._path.unlink(missing_ok=True)  # left over from a crash: nobody else listens
            self._server.bind(str(self._path))
            self._path.chmod(0o600)
            self._server.listen()
        except OSError:
            logger.warning("a second start will not be heard", exc_info=True)
            self._server.close()
            return
        self._server.setblocking(False)
        self._notifier = _reading(self._server, self)
        self._notifier.activated.connect(self._come)

    def close(self) -> None:
        """Listen no more."""
        for caller in tuple(self._callers):
            self._leave(caller)
        if self._server.fileno() != -1:
            self._notifier.setEnabled(False)
            self._server.close()
            self._path.unlink(missing_ok=True)

    def _come(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:  # it has left again
            return
        self._callers.add(_Caller(connection, self._take, self))

    def _take(self, caller: _Caller) -> None:
        line, ended, _ = caller.heard.partition(b"\n")
        if ended:
            caller.tell(self._hear(bytes(line)))
        if ended or caller.has_left or len(caller.heard) > self._longest:
            self._leave(caller)

    def _leave(self, caller: _Caller) -> None:
        self._callers.discard(caller)
        caller.close()


class _Caller(QObject):
    """One connection, and what came over it."""

    def __init__(
        self, connection: socket.socket, take: Callable[[_Caller], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.heard = bytearray()
        self.has_left = False
        self._take = take
        self._connection = connection
        self._connection.setblocking(False)
        self._notifier = _reading(connection, self)
        self._notifier.activated.connect(self._read)

    def tell(self, line: bytes) -> None:
        """Send a short line back."""
        try:
            self._connection.send(line)
        except OSError:  # nobody waits for it any more
            self.has_left = True

    def close(self) -> None:
        """The end of it."""
        self._notifier.setEnabled(False)
        self._connection.close()
        self.deleteLater()

    def _read(self) -> None:
        try:
            came = self._connection.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            came = b""
        self.has_left = not came
        self.heard += came
        self._take(self)


def _reading(of: socket.socket, parent: QObject) -> QSocketNotifier:
    return QSocketNotifier(of.fileno(), QSocketNotifier.Type.Read, parent)


def ask(name: str, line: bytes, seconds: float) -> bool | None:
    """Send a line to who listens. Blocking, up to ``seconds``.

    Whether an answer came; ``None`` where nobody listens.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_CONNECT_SECONDS)
        try:
            connection.connect(str(_path(name)))
        except OSError:
            return None
        connection.settimeout(seconds)
        try:
            connection.sendall(line)
            return bool(connection.recv(_AT_ONCE))
        except OSError:
            return False


def _path(name: str) -> Path:
    """Short, as the address of a socket has to be: the data directory may lie deep."""
    return Path(QDir.tempPath()) / name
