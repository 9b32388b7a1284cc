"""Numbers of things for people: one file, two files."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """``1 file``, ``2 files``, ``12,345 files``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
