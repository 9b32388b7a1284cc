"""Text from outside made whole: half surrogate pairs cannot be stored, shown or sent."""

from __future__ import annotations


def whole(text: str) -> str:
    """``text`` with surrogate pairs joined to characters and lone halves replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class PieceJoiner:
    """Makes text whole that comes in pieces: a pair may be cut in the middle."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """The text that is whole now; may be empty."""
        if not piece:
            return ""
        text = self._half + piece
        cut = len(text) - 1 if text and "\ud800" <= text[-1] <= "\udbff" else len(text)
        self._half = text[cut:]
        return whole(text[:cut])

    def flush(self) -> str:
        """What was held back, at the end."""
        half, self._half = self._half, ""
        return whole(half)
