"""The stand-in's sockets: HTTP/1.1 with connections that stay open, each in a thread."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from app.integrations.google.access import GoogleAccess
from app.redaction import Secret
from tests.standins.google_drive.faults import (
    Answer,
    CutAfter,
    CutBefore,
    CutMiddle,
    Fault,
    Faults,
    Hold,
    KeepOnly,
    When,
    anything,
)
from tests.standins.google_drive.requests import Request, Response
from tests.standins.google_drive.rights import SCOPES
from tests.standins.google_drive.router import Router
from tests.standins.google_drive.sign_in import SignIns
from tests.standins.google_drive.state import ME, DriveState


class DriveServer:
    """Drive on loopback.

    Attributes:
        state: the files.
        sign_ins: who may come in.
        router: uploads and operations under way.
        requests: all that came, oldest first, those for a token too.
        page_limit: no page of a list is longer (discovery: "may return fewer than this value").
        before: called before each request is carried out, for what someone else does meanwhile.
    """

    def __init__(self) -> None:
        self.state = DriveState()
        self.sign_ins = SignIns()
        self.router = Router(self.state, self.sign_ins)
        self.requests: list[Request] = []
        self.before: Callable[[Request], None] = lambda request: None
        self._faults = Faults()
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._http = _Server(self)
        self.root_url = f"http://127.0.0.1:{self._http.server_port}/"
        self.router.sessions.root_url = self.root_url
        self.router.operations.root_url = self.root_url
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, name="drive-server"
        )

    @property
    def page_limit(self) -> int:
        return self.state.page_limit

    @page_limit.setter
    def page_limit(self, entries: int) -> None:
        self.state.page_limit = entries

    # -- what a test uses ----------------------------------------------------------------------

    def sign_in(
        self, user: str = ME, *, client: str = "steward.apps", scope: str = SCOPES
    ) -> GoogleAccess:
        """What a sign-in of ``user`` gives."""
        token, grant = self.sign_ins.allow(user, client, scope)
        return GoogleAccess(
            client_id=client,
            client_secret=Secret(grant.secret),
            refresh_token=Secret(token),
            token_url=f"{self.root_url}token",
        )

    def fail(self, fault: Fault, *, on: When = anything, skip: int = 0, times: int = 1) -> None:
        """Let ``fault`` happen to the next ``times`` requests like ``on``, after ``skip`` more."""
        with self._lock:
            self._faults.plan(fault, on=on, skip=skip, times=times)

    def heal(self) -> None:
        """Nothing more goes wrong."""
        with self._lock:
            self._faults.clear()

    def hang_up(self) -> None:
        """End all connections that clients keep open."""
        self._http.hang_up()

    def asked(self, method: str = "", part: str = "") -> list[Request]:
        """Requests so far, but those for a token, with this method and part of the address."""
        with self._lock:
            return [
                one
                for one in self.requests
                if one.path != "/token" and method in ("", one.method) and part in one.target
            ]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()

    # -- the threads ---------------------------------------------------------------------------

    def handle(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[Response | None, bool]:
        """The answer, if there is one, and whether it is cut in its middle."""
        request = Request(next(self._numbers), method, target, headers, body)
        with self._lock:
            self.requests.append(request)
            fault = self._faults.for_request(request)
        if isinstance(fault, Hold):
            fault.wait()
        if isinstance(fault, CutBefore):
            return None, False
        if isinstance(fault, Answer):
            request.status = fault.status
            return fault.response, False
        with self._lock:
            if request.path != "/token":
                self.before(request)
            keep = fault.size if isinstance(fault, KeepOnly) else None
            response = self.router.answer(request, keep)
        if isinstance(fault, CutAfter):
            return None, False
        request.status = response.status
        return response, isinstance(fault, CutMiddle)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 32

    def __init__(self, drive: DriveServer) -> None:
        self.drive = drive
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def ended(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """End the connections that clients keep open, so that their threads end."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client hung up first


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.ended(self.connection)
        super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client left
            super().handle()

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        response, cut = self.server.drive.handle(self.command, self.path, headers, body)
        if response is None:
            self.close_connection = True
            return
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unnamed')}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines.append(f"content-length: {len(response.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if cut:
            self.wfile.write(head + response.body[: len(response.body) // 2])
            self.close_connection = True
            return
        self.wfile.write(head + response.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the server keeps its requests."""
