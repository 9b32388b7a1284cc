"""``files.read``: the text of a file, in pages.

Arguments: ``path``, ``offset`` (characters to pass over), ``line`` (start at this line instead),
``limit`` (characters at most). A page ends at a line's end where it can.
Content: the text itself, nothing around it, so that it can be copied into ``files.edit``; line
ends are LF where the file uses one kind throughout. Where more follows, one last line in square
brackets says how to get it. Word, Excel, PowerPoint and PDF files are given as their text.
Metadata: ``path``, ``encoding`` (``null`` for documents), ``format`` (``text``, ``docx``,
``xlsx``, ``pptx``, ``pdf``), ``total_lines``, ``total_characters``, ``offset``, ``truncated``,
``next_offset`` (``null``: no more).
Errors: ``not_text`` with ``is`` (what the bytes are), ``file_too_large``, ``file_missing``,
``not_a_file``.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.domain.documents import MAX_CHARACTERS
from app.domain.errors import FileTooLargeError, InvalidArgumentsError
from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from skills.files import _large
from skills.files._definitions import DOMAIN, PATH, definition, drive_timeout, maybe_number, text
from skills.files._reading import ReadableText, read_text

PAGE: Final = 20_000
MAX_PAGE: Final = 100_000

_KEPT: Final = 4


PAGING: Final = {
    "offset": {
        "type": "integer",
        "minimum": 0,
        "description": "Characters to pass over: next_offset of the page before.",
    },
    "line": {
        "type": "integer",
        "minimum": 1,
        "description": "Start at this line, for instance one that files.search found.",
    },
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_PAGE,
        "description": f"Characters at most; {PAGE:,} unless given.",
    },
}
"""The arguments that ask for a page."""


class ReadFile(ReadSkill):
    """Reads a file."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "read",
        "Read a text file, or the text of a Word, Excel, PowerPoint or PDF file. Long files come "
        "in pages; where one ends, the last line in square brackets says how to get the next.",
        {
            "path": PATH,
            **PAGING,
        },
        ["path"],
    )

    def __init__(self) -> None:
        # The documents read last, by the hash of their bytes: working one out can take many
        # seconds, and it is read page by page.
        self._documents: OrderedDict[str, ReadableText] = OrderedDict()

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Read a page."""
        path = text(params, "path")
        try:
            data, shown = await self._content(path, context)
        except FileTooLargeError:
            return await _page_of_large(params, context)
        file = await self._text(data, shown)
        file = replace(file, text=context.hide_secrets(file.text))
        start = _start(params, file.text, shown)
        page = _page(file.text, start, maybe_number(params, "limit") or PAGE)
        end = start + len(page)
        more = end < len(file.text)
        return SkillResult.ok(
            page + _trailer(page, start, end, file),
            metadata={
                "path": shown,
                "encoding": file.encoding,
                "format": file.format,
                "total_lines": _count_lines(file.text),
                "total_characters": len(file.text),
                "offset": start,
                "truncated": more,
                "next_offset": end if more else None,
            },
        )

    async def _content(self, path: str, context: SkillContext) -> tuple[bytes, str]:
        """The bytes, and how the file is shown; the name's ending says what they are."""
        data = await context.workspace.read(path)
        return data, (await context.workspace.entry(path)).display

    async def _text(self, data: bytes, name: str) -> ReadableText:
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._documents:
            self._documents.move_to_end(digest)
            return self._documents[digest]
        file = await read_text(data, name)
        if file.format != "text":
            self._documents[digest] = file
            while len(self._documents) > _KEPT:
                self._documents.popitem(last=False)
        return file


async def _page_of_large(params: Mapping[str, object], context: SkillContext) -> SkillResult:
    path, limit = text(params, "path"), maybe_number(params, "limit") or PAGE
    line, offset = _line_or_offset(params)
    shown = (await context.workspace.entry(path)).display
    page = await context.workspace.read_with(path, _large.page(shown, line, offset, limit))
    if page.start is None:
        raise _past_end(shown, page.total_characters, page.total_lines)
    part = page.text
    if page.start + len(part) < page.total_characters:
        part = part[: part.rfind("\n", limit * 4 // 5) + 1 or len(part)]
    end = page.start + len(part)
    more = end < page.total_characters
    note = f"[Characters {page.start:,} to {end:,} of {page.total_characters:,}. "
    note += f"For more: offset {end}.]"
    part = context.hide_secrets(part)
    return SkillResult.ok(
        part + ("" if not more else note if part.endswith("\n") else f"\n{note}"),
        metadata={
            "path": shown,
            "encoding": page.encoding,
            "format": "text",
            "total_lines": page.total_lines,
            "total_characters": page.total_characters,
            "offset": page.start,
            "truncated": more,
            "next_offset": end if more else None,
        },
    )


def _line_or_offset(params: Mapping[str, object]) -> tuple[int | None, int | None]:
    line, offset = maybe_number(params, "line"), maybe_number(params, "offset")
    if line is not None and offset is not None:
        raise InvalidArgumentsError("offset and line are both given.", hint="Give one of them.")
    return line, offset


def _past_end(name: str, characters: int, lines: int) -> InvalidArgumentsError:
    return InvalidArgumentsError(
        f"{name} ends before that: it has {characters:,} characters in {lines:,} lines.",
        details={"total_characters": characters, "total_lines": lines},
    )


def _start(params: Mapping[str, object], content: str, name: str) -> int:
    line, offset = _line_or_offset(params)
    if line is not None:
        start = 0
        for _ in range(line - 1):
            start = content.find("\n", start) + 1
            if start == 0:
                start = len(content) + 1
                break
    else:
        start = offset or 0
    if start and start >= len(content):
        raise _past_end(name, len(content), _count_lines(content))
    return start


def _page(content: str, start: int, limit: int) -> str:
    end = start + limit
    if end < len(content):
        line_end = content.rfind("\n", start + limit * 4 // 5, end) + 1
        end = line_end or end
    return content[start:end]


def _trailer(page: str, start: int, end: int, file: ReadableText) -> str:
    total = len(file.text)
    if end < total:
        note = f"[Characters {start:,} to {end:,} of {total:,}. For more: offset {end}.]"
    elif not file.complete:
        note = f"[Only the first {MAX_CHARACTERS:,} characters of this document can be read.]"
    else:
        return ""
    return note if page.endswith("\n") else f"\n{note}"


def _count_lines(content: str) -> int:
    return content.count("\n") + (not content.endswith("\n") and bool(content))


skill: Skill = ReadFile()
