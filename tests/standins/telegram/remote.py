"""A stand-in that runs in another process, with the same methods."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.standins.telegram.phone import Bench

SECONDS = 20.0


class RemoteTelegram(Bench):
    """``python -m tests.standins.telegram`` at this address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._address = urlsplit(url)

    def act(self, action: str, **arguments: Any) -> Any:
        host, port = self._address.hostname or "", self._address.port
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            connection.request("POST", f"/control/{action}", json.dumps(arguments))
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        assert response.status == 200, body
        return json.loads(body)
