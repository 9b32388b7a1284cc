"""Known secrets become placeholders before anything is stored, shown, logged or sent.

One ``Redactor`` is built at start from every secret the settings know; storage, the event
bus, the log and the engine all pass their text through it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Final

MIN_SECRET_LENGTH: Final = 12
"""Shorter values would turn ordinary words into placeholders."""


class Secret:
    """A value that does not show itself: ``repr``, ``str``, logs and JSON give ``***``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class Redactor:
    """Replaces known secrets by ``[secret:NAME]``."""

    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self._placeholders: dict[str, str] = {}
        for name, secret in (secrets or {}).items():
            self.add(name, secret)

    def add(self, name: str, secret: Secret) -> None:
        """Learn one more secret; values shorter than ``MIN_SECRET_LENGTH`` are not known."""
        value = secret.reveal()
        if len(value) >= MIN_SECRET_LENGTH:
            merged = {**self._placeholders, value: f"[secret:{name}]"}
            # Longest first: one secret may be part of another.
            self._placeholders = dict(sorted(merged.items(), key=lambda kv: -len(kv[0])))

    def text(self, text: str) -> str:
        """``text`` without known secrets."""
        for value, placeholder in self._placeholders.items():
            if value in text:
                text = text.replace(value, placeholder)
        return text

    def value(self, value: object) -> object:
        """A JSON-like value with every string in it redacted, keys included."""
        if not self._placeholders:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.value(v) for v in value)
        return value

    def mapping(self, value: Mapping[str, object]) -> dict[str, object]:
        """A JSON object with every string in it redacted, keys included."""
        return {self.text(key): self.value(item) for key, item in value.items()}

    def has_placeholder(self, value: object) -> bool:
        """Whether a JSON-like value contains the placeholder of a known secret."""
        if isinstance(value, str):
            return any(p in value for p in self._placeholders.values())
        if isinstance(value, Mapping):
            return any(self.has_placeholder(v) for kv in value.items() for v in kv)
        if isinstance(value, list | tuple):
            return any(self.has_placeholder(v) for v in value)
        return False

    def safe_cut(self, text: str) -> int:
        """Where ``text`` may be cut so that no secret is torn, whatever comes after it."""
        cut = len(text) - self._held_back(text)
        moved = True
        while moved:  # a whole secret across the cut belongs to what is held back
            moved = False
            for value in self._placeholders:
                at = text.find(value, max(0, cut - len(value) + 1), cut + len(value) - 1)
                if 0 <= at < cut:
                    cut, moved = at, True
        return cut

    def _held_back(self, text: str) -> int:
        """How many characters at the end of ``text`` may be the start of a secret."""
        longest = 0
        for value in self._placeholders:
            for size in range(min(len(value) - 1, len(text)), longest, -1):
                if text.endswith(value[:size]):
                    longest = size
                    break
        return longest


class StreamRedactor:
    """Redacts text that comes in pieces: a secret split over two pieces is still found."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._tail = ""

    def feed(self, piece: str) -> str:
        """The part that is safe to show now; may be empty."""
        text = self._tail + piece
        cut = self._redactor.safe_cut(text)
        self._tail = text[cut:]
        return self._redactor.text(text[:cut])

    def flush(self) -> str:
        """What was held back, at the end of the stream."""
        tail, self._tail = self._tail, ""
        return self._redactor.text(tail)


class RedactingFilter(logging.Filter):
    """Log filter: the finished message, its extras and its traceback lose known secrets."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact in place; never drops a record."""
        record.msg = self._redactor.text(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redactor.text(record.exc_text)
        for key, value in list(_extras(record)):
            record.__dict__[key] = self._redactor.value(value)
        return True


_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__)


def _extras(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    return ((k, v) for k, v in record.__dict__.items() if k not in _STANDARD)
