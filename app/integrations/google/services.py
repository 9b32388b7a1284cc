"""The parts of Google's client library that describe requests to Drive, made when first needed."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from typing import Any, Final

GOOGLE: Final = "https://www.googleapis.com/"


class Services:
    """Drive as version 3 and version 2 of its interface describe it; safe for several threads.

    Both come from the descriptions that the library brings along: nothing is asked for over the
    network. A different ``root_url`` is written into them, since the library's own option for that
    leaves uploads at Google's address.
    """

    def __init__(self, root_url: str = GOOGLE) -> None:
        self._root_url = root_url
        self._lock = threading.Lock()

    @property
    def v3(self) -> Any:
        """What almost everything is asked of."""
        with self._lock:
            return self._v3

    @property
    def v2(self) -> Any:
        """What alone has ``etag``: to change a file only if it is as it was."""
        with self._lock:
            return self._v2

    @cached_property
    def _v3(self) -> Any:
        return self._made("v3")

    @cached_property
    def _v2(self) -> Any:
        return self._made("v2")

    def _made(self, version: str) -> Any:
        import httplib2
        from googleapiclient.discovery import build_from_document
        from googleapiclient.discovery_cache import get_static_doc

        document = json.loads(get_static_doc("drive", version))
        document["rootUrl"] = self._root_url
        # Each request is given the connection that it is sent by; this one is never opened.
        return build_from_document(document, http=httplib2.Http())
