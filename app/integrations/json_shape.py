"""Follows JSON text that arrives in pieces, without reading any of it twice."""

from __future__ import annotations

import re
from typing import Final

_OUTSIDE: Final = re.compile(r'["{}\[\]]')
_INSIDE: Final = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BLANKS: Final = " \t\n\r"


class JsonShape:
    """Knows whether the text so far could be one whole object; its values are not looked at.

    Attributes:
        closed: whether exactly one object, and nothing after it, has come so far.
    """

    def __init__(self) -> None:
        self.closed = False
        self._depth = 0
        self._begun = False
        self._spoilt = False
        self._in_string = False
        self._escaped = False

    def feed(self, piece: str) -> None:
        """Take the next piece; costs what the piece is long."""
        if self._spoilt:
            return
        if not self._begun:
            piece = piece.lstrip(_BLANKS)
            if not piece:
                return
            self._begun = True
            self._spoilt = piece[0] != "{"
        elif self.closed and piece.strip(_BLANKS):
            self._spoil()
        at = 0
        while at < len(piece) and not self._spoilt:
            at = self._string(piece, at) if self._in_string else self._structure(piece, at)

    def _string(self, piece: str, at: int) -> int:
        if self._escaped:
            self._escaped = False
            return at + 1
        found = _INSIDE.match(piece, at)
        end = found.end() if found else at
        if end < len(piece):  # at the closing quote, or at a backslash that ends the piece
            self._in_string = piece[end] != '"'
            self._escaped = self._in_string
        return end + 1

    def _structure(self, piece: str, at: int) -> int:
        found = _OUTSIDE.search(piece, at)
        if found is None:
            return len(piece)
        match found[0]:
            case '"':
                self._in_string = True
            case "{" | "[":
                self._depth += 1
            case _:
                self._depth -= 1
                if self._depth <= 0:
                    self.closed = True
                    if piece[found.end() :].strip(_BLANKS):
                        self._spoil()
                    return len(piece)
        return found.end()

    def _spoil(self) -> None:
        self.closed = False
        self._spoilt = True
