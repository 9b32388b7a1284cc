"""Server-sent events out of raw bytes, however they are cut.

Lines end at CR, LF and CRLF only: ``str.splitlines``, and with it httpx's own line iterator,
also cuts at U+2028 and U+0085, which may stand inside JSON (openai-python issue 1230).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SseData:
    """One event's data, its lines joined."""

    data: str


@dataclass(frozen=True, slots=True)
class SseComment:
    """A line that begins with a colon: a sign of life."""

    text: str


SseItem = SseData | SseComment


class SseParser:
    """Feed it bytes; it gives back what is complete."""

    def __init__(self) -> None:
        # Not public names of httpx-sse, hence its upper bound in pyproject.toml; imported here
        # because the package loads httpx.
        from httpx_sse._decoders import SSEDecoder, SSELineDecoder

        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines = SSELineDecoder()
        self._events = SSEDecoder()
        self._begun = False
        self._after_cr = False

    def feed(self, data: bytes) -> list[SseItem]:
        """Items that ``data`` completes."""
        text = self._text.decode(data)
        if not text:
            return []
        if not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        text = self._with_line_feeds(text)
        # The line decoder cannot take an empty text: a lone byte order mark leaves one.
        return self._items(self._lines.decode(text)) if text else []

    def finish(self) -> list[SseItem]:
        """Items left at the end of the stream, also without their final blank line."""
        lines = self._lines.decode(rest) if (rest := self._text.decode(b"", final=True)) else []
        return self._items([*lines, *self._lines.flush(), ""])

    def _with_line_feeds(self, text: str) -> str:
        """The text with one kind of line end.

        The line decoder would hold a CR back until it sees what follows, and with it the event
        that the CR ends. A line feed that follows one is left out when it comes.
        """
        if self._after_cr and text.startswith("\n"):
            text = text[1:]
            self._after_cr = False
        if text:
            self._after_cr = text.endswith("\r")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _items(self, lines: Iterable[str]) -> list[SseItem]:
        found: list[SseItem] = []
        for line in lines:
            if line.startswith(":"):
                found.append(SseComment(line[1:].strip()))
                continue
            event = self._events.decode(line)
            if event is not None and event.data:
                found.append(SseData(event.data))
        return found
