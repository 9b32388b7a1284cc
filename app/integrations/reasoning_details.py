"""A model's reasoning as it must be handed back: the same blocks, in order, with signatures.

A block may come in pieces. It is put together again, and nothing else is changed: a provider that
signed a block refuses the next request where it was altered, merged or left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.json_values import sound_value

_WORDS: Final = {"reasoning.text": "text", "reasoning.summary": "summary"}
_SIGNATURE: Final = "signature"


class ReasoningDetails:
    """The blocks of one answer."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def feed(self, details: object, *, whole: bool = False) -> None:
        """Take what one chunk says; ``whole``: these are blocks, not pieces of them."""
        for detail in details if isinstance(details, list) else ():
            if not isinstance(detail, dict):
                continue
            last = self._blocks[-1] if self._blocks else None
            if whole or last is None or not last.takes(detail):
                self._blocks.append(_Block(detail, closed=whole))
            else:
                last.add(detail)

    def blocks(self) -> list[object]:
        """All blocks, each as its provider made it. One that is no sound JSON is left out."""
        found = []
        for block in self._blocks:
            try:
                found.append(sound_value(block.joined()))
            except ValueError:
                continue
        return found


class _Block:
    """One block on its way: of one type and index, up to the piece with its signature."""

    def __init__(self, detail: Mapping[str, object], *, closed: bool) -> None:
        self._fields = dict(detail)
        self._words = _WORDS.get(str(detail.get("type")), "")
        text = detail.get(self._words)
        self._pieces = [text] if isinstance(text, str) else []
        self._closed = closed or not self._words or bool(detail.get(_SIGNATURE))

    def takes(self, detail: Mapping[str, object]) -> bool:
        """Whether a piece belongs to this block: nothing that both say may differ."""
        if self._closed or detail.get("type") != self._fields.get("type"):
            return False
        return detail.get("index") == self._fields.get("index") and not any(
            value is not None and self._fields.get(name) not in (None, value)
            for name, value in detail.items()
            if name != self._words
        )

    def add(self, detail: Mapping[str, object]) -> None:
        """Take one more piece."""
        text = detail.get(self._words)
        if isinstance(text, str):
            self._pieces.append(text)
            self._fields.setdefault(self._words, "")
        for name, value in detail.items():
            if name != self._words and self._fields.get(name) is None:
                self._fields[name] = value
        self._closed = bool(detail.get(_SIGNATURE))

    def joined(self) -> dict[str, object]:
        """The block as it stands."""
        if not self._pieces:
            return self._fields
        return self._fields | {self._words: "".join(self._pieces)}
