"""The stand-in's sockets: HTTP/1.1 with connections that stay open, each in a thread."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standins.telegram.control import Control
from tests.standins.telegram.faults import Fault
from tests.standins.telegram.methods import Call
from tests.standins.telegram.service import Service
from tests.standins.telegram.state import ApiError

FORM: Final = "application/x-www-form-urlencoded"
HUGE: Final = 64 * 1024 * 1024


class Sockets(ThreadingHTTPServer):
    """Takes connections, and can end them."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, service: Service, control: Control, port: int = 0) -> None:
        self.service = service
        self.control = control
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def ended(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """End the connections that are open."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client hung up first
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no news; anything else is."""
        import sys

        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sockets
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.ended(self.connection)
        with contextlib.suppress(ConnectionError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client left
            super().handle()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        address = urlsplit(self.path)
        parts = unquote(address.path).split("/")
        if parts[1] == "control":
            arguments = json.loads(body or b"{}")
            self._send_json(200, self.server.control.act(parts[2], arguments))
        elif parts[1].startswith("bot") and len(parts) >= 3:
            self._method(parts[1].removeprefix("bot"), parts[2], address.query, body)
        elif parts[1] == "file" and len(parts) >= 4:
            self._file(parts[2].removeprefix("bot"), "/".join(parts[3:]))
        else:
            self._fail(ApiError(404, "Not Found"))

    do_GET = do_POST = _answer  # noqa: N815

    def _method(self, token: str, method: str, query: str, body: bytes) -> None:
        # api "Making requests": "All methods in the Bot API are case-insensitive", and four ways
        # of passing parameters.
        call = _call(method, query, self.headers.get("content-type", ""), body)
        service = self.server.service
        fault = service.fault_for(call)
        if fault is not None and not self._before(fault):
            return
        try:
            service.check(token)
            result = service.answer(call)
        except ApiError as error:
            self._fail(error)
            return
        if fault is None or not self._after(fault, {"ok": True, "result": result}):
            self._send_json(200, {"ok": True, "result": result})

    def _file(self, token: str, path: str) -> None:
        service = self.server.service
        call = Call("file", {"path": path})
        fault = service.fault_for(call)
        if fault is not None and not self._before(fault):
            return
        try:
            service.check(token)
            data = service.file(path)
        except ApiError as error:
            self._fail(error)
            return
        if fault is None or not self._after(fault, None):
            self._send(200, data, "application/octet-stream")

    # -- faults ----------------------------------------------------------------------------

    def _before(self, fault: Fault) -> bool:
        """What goes wrong before the request is carried out; whether it still is."""
        match fault.kind:
            case "before":
                self._hang_up()
            case "hang":
                self.server.service.hang()
                self._hang_up()
            case "slow":
                self.server.service.hang(fault.seconds)
                return True
            case "error":
                self._fail(ApiError(fault.status, fault.description, fault.retry_after))
            case "page":
                self._send(fault.status, b"<html><h1>Bad gateway</h1></html>", "text/html")
            case "redirect":
                self._send(302, b"", "text/html", {"Location": fault.description})
            case _:
                return True
        return False

    def _after(self, fault: Fault, value: Any) -> bool:
        """What goes wrong after it was carried out; whether that was the answer."""
        match fault.kind:
            case "after":
                self._hang_up()
            case "middle":
                self._send(200, json.dumps(value).encode(), "application/json", cut=True)
                self._hang_up()
            case "done_error":
                self._fail(ApiError(fault.status, fault.description, fault.retry_after))
            case "garbage":
                self._send(200, b'{"ok": tru', "application/json")
            case "huge":
                self._huge()
            case _:
                return False
        return True

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _huge(self) -> None:
        self._head(200, {"content-type": "application/json", "content-length": str(HUGE)})
        piece = b" " * 65536
        for _ in range(HUGE // len(piece)):
            self.wfile.write(piece)

    # -- answers ---------------------------------------------------------------------------

    def _fail(self, error: ApiError) -> None:
        # api "Making requests": ok, error_code, description, parameters.
        made: dict[str, Any] = {
            "ok": False,
            "error_code": error.status,
            "description": error.description,
        }
        headers = {}
        if error.retry_after is not None:
            made["parameters"] = {"retry_after": error.retry_after}
            headers["Retry-After"] = str(error.retry_after)  # server, HttpConnection
        self._send(error.status, json.dumps(made).encode(), "application/json", headers)

    def _send_json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        self._head(
            status, {"content-type": kind, "content-length": str(len(body)), **(headers or {})}
        )
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unnamed')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the service keeps its calls."""


def _call(method: str, query: str, kind: str, body: bytes) -> Call:
    given: dict[str, Any] = dict(parse_qsl(query))
    files: dict[str, tuple[str, bytes]] = {}
    plain = kind.partition(";")[0].strip().lower()
    if plain == "application/json" and body:
        decoded = json.loads(body)
        given |= decoded if isinstance(decoded, dict) else {}
    elif plain == FORM:
        given |= dict(parse_qsl(body.decode()))
    elif plain == "multipart/form-data":
        whole: Any = BytesParser(policy=HTTP).parsebytes(
            f"content-type: {kind}\r\n\r\n".encode() + body
        )
        for part in whole.iter_parts():
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True)
            if (file_name := part.get_filename()) is not None:
                files[name] = (file_name, data)
            else:
                given[name] = data.decode()
    return Call(method, given, files)
