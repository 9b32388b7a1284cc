"""Serves the webhook on this machine's own address, within the loop of whoever runs it.

Never listens on another address than 127.0.0.1: a web server with a certificate stands before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Final

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.lifespan import off as _found_by_name  # noqa: F401 - so that a package has it
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import Server

from app.domain.errors import ConfigurationError
from app.resilience.supervision import Ready

HOST: Final = "127.0.0.1"
_CONNECTIONS: Final = 200
"""Telegram opens 40 by default (``max_connections``), 100 at most."""
_CLOSING_SECONDS: Final = 1
_KEEP_ALIVE_SECONDS: Final = 15


class WebhookServer:
    """One port. Taken when this is made; ``run`` is the supervisor's child.

    Raises ``ConfigurationError`` where the port is not to be had.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = _listening(port)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._port}"

    async def run(self, app: ASGIApp, ready: Ready) -> None:
        """Serve until cancelled. After a crash the port is taken anew."""
        listening = self._socket or _listening(self._port)
        self._socket = None
        server = _Server(
            Config(
                app,
                http=H11Protocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_CLOSING_SECONDS,
            ),
            ready,
        )
        serving = asyncio.create_task(server.serve([listening]), name="webhook server")
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            with listening:
                await asyncio.wait([serving])

    def close(self) -> None:
        """Let go of a port that was never served."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _Server(Server):
    """uvicorn's server as a part of a program: the signals stay with the program."""

    def __init__(self, config: Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        self._ready()


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(128)
        made.setblocking(False)
    except OSError as error:
        made.close()
        taken = error.errno == errno.EADDRINUSE
        why = "another program uses it" if taken else error.strerror or str(error)
        raise ConfigurationError(
            f"The webhook's port {port} cannot be used: {why}.",
            hint="End that program, or choose another port." if taken else "Choose another port.",
            details={"settings": ["webhook_port"]},
        ) from error
    return made
