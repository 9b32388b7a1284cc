"""What goes over one connection, and how."""

from __future__ import annotations

import http.client

import pytest

from app.integrations.google.wire import SLICE, connection_type
from tests.integrations.google.asking import some_bytes


class SlowSocket:
    """Takes bytes as a socket does: each call has the whole timeout for itself."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.taken.append(bytes(data))

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_large_body_is_sent_in_slices_that_each_have_their_time(scheme: str) -> None:
    connection = connection_type(scheme)("127.0.0.1", timeout=1)
    assert isinstance(connection, http.client.HTTPConnection)
    connection.sock = SlowSocket()
    body = some_bytes(3 * SLICE + 5)

    connection.request("PUT", "/file", body=body, headers={"content-length": str(len(body))})

    assert max(map(len, connection.sock.taken)) == SLICE
    head, _, sent = b"".join(connection.sock.taken).partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /file HTTP/1.1\r\n")
    assert sent == body
