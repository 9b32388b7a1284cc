"""Tables as lines of text whose columns stand below each other. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

WIDEST: Final = 80
"""Columns of characters; a wider table is not aligned: a phone would break its lines anyway."""


def width(text: str) -> int:
    """How many columns ``text`` takes in a fixed-width font (Unicode, UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(_width(letter) for letter in text)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows, the first one being the head, as lines."""
    if not rows:
        return ""
    columns = max(len(row) for row in rows)
    filled = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(width(row[at]) for row in filled) for at in range(columns)]
    if sum(widths) + 3 * (columns - 1) > WIDEST:
        widths = [0] * columns
    lines = [_line(row, widths) for row in filled]
    rule = "-+-".join("-" * max(one, 1) for one in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell + " " * (most - width(cell)) for cell, most in zip(row, widths, strict=True)]
    return " | ".join(cells).rstrip()


def _width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
