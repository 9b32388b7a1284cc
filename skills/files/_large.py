"""Text files too large to be held in memory: changed and read in pieces, byte for byte.

What is decided of a small file from all of it (encoding, line endings, whether it is text) is
decided here from its beginning.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from app.domain.errors import FileTooLargeError, MatchCountError, NotTextError
from app.domain.files import FileVersion
from app.domain.text import TextFile, check_encodable, decode, with_newlines
from app.domain.workspace import PlannedChange, Workspace

Small = Callable[[bytes], bytes]
Large = Callable[[BinaryIO, BinaryIO], None]

_PIECE: Final = 1024 * 1024
_MOST_LINES: Final = 20
_ONE_BYTE: Final = re.compile(r"utf-8|ascii|cp125\d|koi8_r")
_TORN: Final = 4
"""Bytes at the end of a piece that may be the beginning of a character."""


async def plan(workspace: Workspace, path: str, small: Small, large: Large) -> PlannedChange:
    """What ``edit`` would do, whatever the size."""
    try:
        return await workspace.plan_edit(path, small)
    except FileTooLargeError:
        return await workspace.plan_rewrite(path, large)


async def edit(workspace: Workspace, path: str, small: Small, large: Large) -> FileVersion:
    """Change a file of any size: ``small`` in memory where that can be, else ``large``."""
    try:
        return await workspace.edit(path, small)
    except FileTooLargeError:
        return await workspace.rewrite(path, large)


def append_text(name: str, text: str) -> Large:
    """``text`` after the rest, on a line of its own; as ``_edits.append_text``."""

    def change(old: BinaryIO, new: BinaryIO) -> None:
        file = beginning(old, name)
        newline = file.newline or ("\r\n" if "\r\n" in file.text else "\n")
        added = _like(text, file)
        _require_fitting(added, file, old, name)
        last = b""
        while piece := old.read(_PIECE):
            new.write(piece)
            last = piece[-1:]
        before = newline if last not in (b"", b"\n", b"\r") else ""
        after = newline if not before and not added.endswith(("\n", "\r")) else ""
        new.write(f"{before}{added}{after}".encode(file.encoding))

    return change


def replace_whole(name: str, content: str) -> Large:
    """``content`` instead of everything, spelled as the file is."""

    def change(old: BinaryIO, new: BinaryIO) -> None:
        file = beginning(old, name)
        text = _like(content, file)
        check_encodable(text, file)
        new.write(file.bom + text.encode(file.encoding))

    return change


def replace_exact(name: str, old_text: str, new_text: str, expected: int) -> Large:
    """Every ``old_text`` made ``new_text``, if there are ``expected`` of them.

    As ``_edits.replace_exact``, but with the line endings that the file begins with.
    """

    def change(old: BinaryIO, new: BinaryIO) -> None:
        file = beginning(old, name)
        was, instead = _like(old_text, file), _like(new_text, file)
        _require_fitting(instead, file, old, name)
        try:
            sought = was.encode(file.encoding)
        except UnicodeEncodeError:
            raise _miscounted(name, 0, [], expected) from None
        count, lines = _replace(old, new, sought, instead.encode(file.encoding))
        if count != expected:
            raise _miscounted(name, count, lines, expected)

    return change


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a large file's text. ``start`` is ``None`` where the file ends before it."""

    text: str
    start: int | None
    encoding: str
    total_characters: int
    total_lines: int


def page(name: str, line: int | None, offset: int | None, limit: int) -> Callable[[BinaryIO], Page]:
    """From a line, or after so many characters: at most ``limit`` of them.

    All of the file is gone through, so that the page can say how much there is.
    """

    def look(stream: BinaryIO) -> Page:
        head = stream.read(_PIECE)
        file = _decoded(head, name)
        stream.seek(len(file.bom))
        plain = codecs.getincrementaldecoder(file.encoding)("replace")
        decoder = io.IncrementalNewlineDecoder(plain, translate=file.newline not in (None, "\n"))
        start = offset or 0 if line is None else None
        if line == 1:
            start = 0
        total = newlines = 0
        found: list[str] = []
        missing = limit
        last = ""
        while True:
            piece = stream.read(_PIECE)
            text = decoder.decode(piece, final=not piece)
            count = text.count("\n")
            if line is not None and start is None and newlines + count >= line - 1:
                at = -1
                for _ in range(line - 1 - newlines):
                    at = text.index("\n", at + 1)
                start = total + at + 1
            if start is not None and missing and total + len(text) > start:
                begin = max(0, start - total)
                found.append(text[begin : begin + missing])
                missing -= len(found[-1])
            total, newlines, last = total + len(text), newlines + count, text[-1:] or last
            if not piece:
                break
        lines = newlines + (last not in ("", "\n"))
        if start is not None and start and start >= total:
            start = None
        return Page("".join(found), start, file.encoding, total, lines)

    return look


def beginning(stream: BinaryIO, name: str) -> TextFile:
    """The first piece of a file as text; the stream is at its start again.

    Raises ``NotTextError``, also for encodings whose characters may begin anywhere.
    """
    head = stream.read(_PIECE)
    stream.seek(0)
    file = _decoded(head, name)
    if file.damaged or not _ONE_BYTE.fullmatch(file.encoding):
        raise NotTextError(
            f"{name} is too large to be changed in its encoding, {file.encoding}.",
            hint="Nothing was changed. Files of this size can be changed in UTF-8.",
            details={"path": name, "encoding": file.encoding},
        )
    return file


def _decoded(head: bytes, name: str) -> TextFile:
    # A character may be cut in two at the end of the piece.
    cut = len(head) - _TORN if len(head) == _PIECE else len(head)
    while cut < len(head) and head[cut] & 0xC0 == 0x80:
        cut += 1
    return decode(head[:cut], name)


def _require_fitting(added: str, file: TextFile, stream: BinaryIO, name: str) -> None:
    """Whether ``added`` may stand in the file; the stream is at its start again.

    Letters beyond ASCII are never put into a file that turns out to be written otherwise further
    on than at its beginning. Raises ``NotEncodableError``, ``NotTextError``.
    """
    check_encodable(added, file)
    if added.isascii():
        return
    decoder = codecs.getincrementaldecoder(file.encoding)()
    try:
        while piece := stream.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotTextError(
            f"{name} begins as {file.encoding} and goes on otherwise; nothing was changed.",
            hint="Files of this size can be changed with letters beyond ASCII where all of it "
            "is UTF-8.",
            details={"path": name, "encoding": file.encoding},
        ) from error
    stream.seek(0)


def _replace(old: BinaryIO, new: BinaryIO, sought: bytes, instead: bytes) -> tuple[int, list[int]]:
    """Copy with every ``sought`` replaced. Returns how many there were, and the first lines."""
    # The looks around it keep a CR LF from being cut in two.
    before = b"(?<!\r)" if sought[:1] == b"\n" else b""
    after = b"(?!\n)" if sought[-1:] == b"\r" else b""
    pattern = re.compile(before + re.escape(sought) + after)
    count, line = 0, 1
    lines: list[int] = []
    held, done = b"", 0  # of what is held, so much is written; the byte before may be looked at
    while True:
        piece = old.read(_PIECE)
        held, done = held[max(0, done - 1) :] + piece, min(done, 1)
        # A place counts when it, and the byte after it, can be seen whole.
        sure = len(held) - len(sought) if piece else len(held) + 1
        for place in pattern.finditer(held, done):
            if place.start() >= sure:
                break
            line += held.count(b"\n", done, place.start())
            if len(lines) < _MOST_LINES and line not in lines[-1:]:
                lines.append(line)
            line += held.count(b"\n", place.start(), place.end())
            new.write(held[done : place.start()])
            new.write(instead)
            count, done = count + 1, place.end()
        upto = max(done, min(sure, len(held)))
        line += held.count(b"\n", done, upto)
        new.write(held[done:upto])
        done = upto
        if not piece:
            return count, lines


def _like(text: str, file: TextFile) -> str:
    return text if file.newline is None else with_newlines(text, file.newline)


def _miscounted(name: str, count: int, lines: list[int], expected: int) -> MatchCountError:
    details: dict[str, object] = {"count": count, "expected": expected, "path": name}
    if not count:
        return MatchCountError(
            f"The text does not stand in {name}. Nothing was changed.",
            hint="Read the file and copy the text exactly.",
            details=details,
        )
    return MatchCountError(
        f"The text stands in {count} {'place' if count == 1 else 'places'} in {name} "
        f"(first on line {lines[0]}), not in {expected}. Nothing was changed.",
        hint=f"Give more of the text around it, or expected_count {count} to replace all.",
        details={**details, "lines": lines},
    )
