"""Merges two changes of one text by lines, to the byte: line ends and encoding stay. Pure.

What cannot be merged cleanly is refused; no marks of a conflict are ever written into a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import AnyStr, Final, Generic

from app.domain.errors import FileTooLargeError, NotTextError, UncleanMergeError
from app.domain.text import TextFile, decode, encode
from app.files.line_matching import Block, matching_blocks

MERGE_BYTES: Final = 16 * 1024 * 1024
"""Largest content that is merged."""

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def merged(base: bytes, ours: bytes, theirs: bytes, name: str) -> bytes:
    """``base`` with the changes of both sides.

    Raises ``UncleanMergeError`` where both changed the same lines, ``NotTextError``,
    ``FileTooLargeError``.
    """
    if base in (ours, theirs) or ours == theirs:
        return theirs if base == ours else ours
    sides = (base, ours, theirs)
    require_mergeable_size(max(map(len, sides)), name)
    texts = [decode(side, name) for side in sides]
    if all(_is_wide(text) for text in texts):
        return _merged_wide(texts, sides, name)
    if any(_is_wide(text) for text in texts):
        raise _unclean(name, "they are in different encodings")
    # In every other encoding a line's end is the same bytes, so the bytes need no decoding.
    return b"".join(_merged([side.splitlines(keepends=True) for side in sides], name))


def merged_if_clean(base: bytes, ours: bytes, theirs: bytes, name: str) -> bytes | None:
    """As ``merged``; ``None`` where it raises."""
    try:
        return merged(base, ours, theirs, name)
    except (UncleanMergeError, NotTextError, FileTooLargeError):
        return None


def require_mergeable_size(size: int, name: str) -> None:
    """Raises ``FileTooLargeError`` above ``MERGE_BYTES``."""
    if size > MERGE_BYTES:
        raise FileTooLargeError(
            f"{name} has {size:,} bytes; up to {MERGE_BYTES:,} can be merged.",
            hint="Take one of the two versions.",
            details={"path": name, "size": size, "limit": MERGE_BYTES},
        )


def _merged_wide(texts: Sequence[TextFile], sides: Sequence[bytes], name: str) -> bytes:
    """UTF-16 or UTF-32: line ends are no single bytes."""
    like = texts[0]
    if any((text.encoding, text.bom) != (like.encoding, like.bom) for text in texts):
        raise _unclean(name, "they are in different encodings")
    if any(encode(text.text, like) != side for text, side in zip(texts, sides, strict=True)):
        raise NotTextError(f"{name} is not text that can be merged.", details={"path": name})
    return encode("".join(_merged([_LINE.findall(text.text) for text in texts], name)), like)


def _merged(sides: Sequence[list[AnyStr]], name: str) -> list[AnyStr]:
    from merge3 import Merge3

    base, ours, theirs = sides
    lines: list[AnyStr] = []
    for group in Merge3(base, ours, theirs, sequence_matcher=_Matcher).merge_groups():
        if group[0] == "conflict":
            raise _unclean(name, "both changed the same lines")
        lines += group[1]
    if any(len(line.splitlines()[0]) == len(line) for line in lines[:-1]):
        raise _unclean(name, "both changed how the text ends")
    return lines


class _Matcher(Generic[AnyStr]):
    """What ``Merge3`` asks of ``difflib``, without its worst cases."""

    def __init__(
        self,
        isjunk: Callable[[AnyStr], bool] | None = None,
        a: Sequence[AnyStr] = (),
        b: Sequence[AnyStr] = (),
        autojunk: bool = False,
    ) -> None:
        self._sides: tuple[Sequence[AnyStr], Sequence[AnyStr]] = (a, b)

    def get_matching_blocks(self) -> list[Block]:
        return matching_blocks(*self._sides)


def _is_wide(text: TextFile) -> bool:
    return text.encoding.startswith(("utf-16", "utf-32"))


def _unclean(name: str, why: str) -> UncleanMergeError:
    return UncleanMergeError(
        f"The two versions of {name} cannot be merged: {why}. Nothing was written.",
        hint="Take theirs or ours, or write a new version from both.",
        details={"path": name},
    )
