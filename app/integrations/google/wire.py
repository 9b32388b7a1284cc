"""The connections that httplib2 sends by, without two habits that do harm.

- It sends a request again by itself when the connection ends before the answer begins, with any
  method (``Http._conn_request``): a change whose answer was lost would be made twice. It does so
  for ``BadStatusLine`` alone, so that becomes an ordinary broken connection.
- All bytes of a request had to be sent within the time that one wait may take: on a slow line no
  large piece would ever arrive. They are handed over in slices, and each has that time.
"""

from __future__ import annotations

import http.client
from functools import lru_cache
from typing import Any, Final

SLICE: Final = 64 * 1024


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

    def send(self, data: bytes) -> None:
        """Send bytes: what is sent here never comes as a stream."""
        whole = memoryview(data)
        for start in range(0, len(whole), SLICE):
            super().send(whole[start : start + SLICE])  # type: ignore[misc]
