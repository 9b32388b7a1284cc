"""The parts of Google's client library that describe requests, made when first needed."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from typing import Any, Final

GOOGLE: Final = "https://www.googleapis.com/"


class Services:
    """Drive as versions 3 and 2 of its interface describe it, Docs, Sheets, Chat and Pub/Sub.

    For any thread.

    All come from the descriptions that the library brings along: nothing is asked for over the
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

    @property
    def docs(self) -> Any:
        """What Docs are read by and edited in place."""
        with self._lock:
            return self._docs

    @property
    def sheets(self) -> Any:
        """The same for Sheets."""
        with self._lock:
            return self._sheets

    @property
    def chat(self) -> Any:
        """What a Chat app writes by."""
        with self._lock:
            return self._chat

    @property
    def pubsub(self) -> Any:
        """What its events come by."""
        with self._lock:
            return self._pubsub

    @cached_property
    def _v3(self) -> Any:
        return self._made("drive", "v3")

    @cached_property
    def _v2(self) -> Any:
        return self._made("drive", "v2")

    @cached_property
    def _docs(self) -> Any:
        return self._made("docs", "v1")

    @cached_property
    def _sheets(self) -> Any:
        return self._made("sheets", "v4")

    @cached_property
    def _chat(self) -> Any:
        return self._made("chat", "v1")

    @cached_property
    def _pubsub(self) -> Any:
        return self._made("pubsub", "v1")

    def _made(self, name: str, version: str) -> Any:
        import httplib2
        from googleapiclient.discovery import build_from_document
        from googleapiclient.discovery_cache import get_static_doc

        document = json.loads(get_static_doc(name, version))
        if self._root_url != GOOGLE:  # else each has an address of its own
            document["rootUrl"] = self._root_url
        # Each request is given the connection that it is sent by; this one is never opened.
        return _MadeOnce(build_from_document(document, http=httplib2.Http()))


class _MadeOnce:
    """The collections of a service, each made once: the library makes all methods anew each time.

    That takes 10 ms, more than the request itself. They hold no state of a request.
    """

    def __init__(self, service: Any) -> None:
        self._service = service
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def collection() -> Any:
            if name not in self._made:
                self._made[name] = getattr(self._service, name)()
            return self._made[name]

        return collection
