"""Contents that this process has decoded and checked lately, so that it need not do so again.

An entry counts only for the very records it was decoded from: whoever uses it reads them from
disk once more, checks their checksums and compares. So a place that rots meanwhile is noticed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from app.files.blob_record import Header, Record

_LONGEST: Final = 1024 * 1024
_ALL: Final = 8 * 1024 * 1024
"""Bytes of memory for all contents together."""


class Proven:
    """A few contents, each with the headers of its line: its own record, and all it is built on.

    Safe from any thread.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[tuple[Header, ...], bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def add(self, line: Sequence[Record], content: bytes) -> None:
        """``content`` is what ``line`` was decoded to, checked against its hash."""
        if len(content) > _LONGEST:
            return
        with self._lock:
            self._drop(line[0].header.key)
            self._known[line[0].header.key] = (_headers(line), content)
            self._size += len(content)
            while self._size > _ALL:
                self._drop(next(iter(self._known)))

    def has(self, key: bytes) -> bool:
        """Whether it is worth asking for."""
        return key in self._known

    def get(self, line: Sequence[Record]) -> bytes | None:
        """What ``line``, just read, decodes to; ``None`` where that is not known."""
        with self._lock:
            headers, content = self._known.get(line[0].header.key, ((), None))
            if content is None or headers != _headers(line):
                return None
            self._known.move_to_end(line[0].header.key)
            return content

    def _drop(self, key: bytes) -> None:
        known = self._known.pop(key, None)
        if known is not None:
            self._size -= len(known[1])


def _headers(line: Sequence[Record]) -> tuple[Header, ...]:
    return tuple(record.header for record in line)
