"""Keeps httplib2 from sending a request a second time by itself.

It sends one again when the connection ends before the answer begins, on any connection and with any
method (``Http._conn_request``): a change whose answer was lost would be made twice. It does so for
``BadStatusLine`` alone, so that becomes an ordinary broken connection.
"""

from __future__ import annotations

import http.client
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=2)
def connection_type(scheme: str) -> type:
    """The kind of connection for ``http`` or ``https``."""
    import httplib2

    kinds = {
        "http": httplib2.HTTPConnectionWithTimeout,
        "https": httplib2.HTTPSConnectionWithTimeout,
    }
    return type("SentOnce", (_SentOnce, kinds[scheme]), {})


class _SentOnce:
    def getresponse(self) -> Any:
        """Begin to read the answer."""
        try:
            return super().getresponse()  # type: ignore[misc]
        except (http.client.BadStatusLine, http.client.ResponseNotReady) as error:
            raise ConnectionAbortedError("closed before the answer") from error
