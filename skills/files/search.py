"""``files.search``: files whose name matches, and lines that do.

Arguments: ``query``, ``path`` (a folder or one file), ``regex``, ``match_case``, ``names_only``.
Names are matched without their folder unless the query has a ``/``; ``*`` and ``?`` stand for
any part of a name. What ``.gitignore`` names, ``.git``, binary files, documents and files over
2 MiB are passed over unless ``path`` names the very file (or the ignored folder).
Content: names first, then ``file:line: text``; a last line in square brackets says what was left
out.
Metadata: ``matches``: objects with ``path``, ``line`` (``null``: the name matches), ``text``;
``truncated``, ``searched`` (files looked into), ``skipped`` (files passed over).
Errors: ``invalid_arguments`` for a wrong pattern, ``skill_error`` for one that takes too long.
"""

from __future__ import annotations

import asyncio
import fnmatch
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from app.domain.errors import FileError
from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from app.domain.workspace import FileEntry, Workspace
from skills.files._definitions import DOMAIN, definition, drive_timeout, flag, maybe_text, text
from skills.files._matching import Line, Matcher, PlainMatcher, pattern_matcher
from skills.files._reading import read_plain, read_text

MOST_MATCHES: Final = 200
MAX_SEARCHED: Final = 2 * 1024 * 1024

_AT_ONCE: Final = 8


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    matches: list[dict[str, object]] = field(default_factory=list)
    searched: int = 0
    skipped: int = 0
    truncated: bool = False

    def add(self, path: str, line: int | None, words: str) -> None:
        if len(self.matches) == MOST_MATCHES:
            self.truncated = True
        else:
            self.matches.append({"path": path, "line": line, "text": words})


class SearchFiles(ReadSkill):
    """Finds files by name and by content."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "search",
        "Find files by name and lines by what they say, in all granted folders or below path. "
        "Capital and small letters are alike unless match_case. Answers file:line: text; pass the "
        "line to files.read.",
        {
            "query": {
                "type": "string",
                "minLength": 1,
                "description": "What to look for, as it stands. In names * and ? match any part.",
            },
            "path": {
                "type": "string",
                "minLength": 1,
                "description": "Look only in this folder, or in this one file.",
            },
            "regex": {
                "type": "boolean",
                "description": "query is a Python regular expression, matched line by line.",
            },
            "match_case": {"type": "boolean", "description": "Tell capital and small apart."},
            "names_only": {"type": "boolean", "description": "Look at names, not into files."},
        },
        ["query"],
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Search."""
        query, path = text(params, "query"), maybe_text(params, "path")
        files, named = await _files(context.workspace, path)
        found = _Found()
        async with _matcher(params) as matcher:
            for file in await _by_name(files, query, matcher, flag(params, "regex")):
                found.add(file.display, None, "")
            if not flag(params, "names_only"):
                await _by_content(context, files, matcher, found, named=named)
        return SkillResult.ok(
            _content(found),
            metadata={
                "matches": found.matches,
                "truncated": found.truncated,
                "searched": found.searched,
                "skipped": found.skipped,
            },
        )


def _matcher(params: Mapping[str, object]) -> AbstractAsyncContextManager[Matcher]:
    query, match_case = text(params, "query"), flag(params, "match_case")
    if flag(params, "regex"):
        return pattern_matcher(query, match_case=match_case)
    return nullcontext(PlainMatcher(query, match_case=match_case))


async def _files(workspace: Workspace, path: str | None) -> tuple[Sequence[FileEntry], bool]:
    """The files to look at, and whether it is one that was named."""
    if path is None:
        return await workspace.walk(), False
    entry = await workspace.entry(path)
    if not entry.is_dir:
        return [entry], True
    return await workspace.walk(path), False


async def _by_name(
    files: Sequence[FileEntry], query: str, matcher: Matcher, regex: bool
) -> Sequence[FileEntry]:
    names = [_name(file, query) for file in files]
    if not regex and ("*" in query or "?" in query):
        glob = re.compile(fnmatch.translate(query), re.IGNORECASE)
        return [file for file, name in zip(files, names, strict=True) if glob.fullmatch(name)]
    return [files[number - 1] for number, _ in await matcher.lines("\n".join(names))]


def _name(file: FileEntry, query: str) -> str:
    name = file.display if "/" in query else file.display.rpartition("/")[2]
    return " ".join(name.split("\n"))


async def _by_content(
    context: SkillContext,
    files: Sequence[FileEntry],
    matcher: Matcher,
    found: _Found,
    *,
    named: bool,
) -> None:
    for start in range(0, len(files), _AT_ONCE):
        group = files[start : start + _AT_ONCE]
        texts = await asyncio.gather(
            *(_open(context.workspace, file, named=named) for file in group)
        )
        for file, content in zip(group, texts, strict=True):
            if content is None:
                found.skipped += 1
                continue
            found.searched += 1
            shown = context.hide_secrets(content)
            lines: Sequence[Line] = await matcher.lines(shown)
            for number, words in lines:
                found.add(file.display, number, words)
        if found.truncated:
            return


async def _open(workspace: Workspace, file: FileEntry, *, named: bool) -> str | None:
    """The file's text; ``None`` where it is passed over. The errors of a named file are raised."""
    if named:
        return (await read_text(await workspace.read(file.path), file.display)).text
    if file.size > MAX_SEARCHED:
        return None
    try:
        data = await workspace.read(file.path, max_bytes=MAX_SEARCHED)
        return (await read_plain(data, file.display)).text
    except FileError:  # binary, grown, gone or forbidden meanwhile
        return None


def _content(found: _Found) -> str:
    rows = [
        f"{one['path']}:{one['line']}: {one['text']}" if one["line"] else str(one["path"])
        for one in found.matches
    ] or ["Nothing found."]
    if found.truncated:
        rows.append(f"[Only the first {MOST_MATCHES} matches. Narrow the query, or give a path.]")
    if found.skipped:
        files = "file was" if found.skipped == 1 else "files were"
        rows.append(f"[{found.skipped} {files} not looked into: no text, too large or unreadable.]")
    return "\n".join(rows)


skill: Skill = SearchFiles()
