"""``files.list``: what is in a folder.

Arguments: ``path`` (a folder; unless given, every granted folder), ``offset`` (entries to pass
over, for a folder with more than a page of them).
Content: one line an entry, folders first with ``/`` at the end, files with their size.
Metadata: ``path`` (``null``: all granted folders), ``entries``: objects with ``path``,
``is_dir``, ``size`` (bytes; ``null``, and a ``kind``, for what has none); ``total``, ``truncated``,
``next_offset`` (``null``: no more).
Errors: ``file_missing``, ``not_a_file`` where ``path`` is no folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from app.domain.workspace import FileEntry
from skills.files._definitions import DOMAIN, definition, drive_timeout, maybe_number, maybe_text

PAGE: Final = 500


class ListFiles(ReadSkill):
    """Lists a folder."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "list",
        "List the files and folders in a folder, with sizes. Without path: in every granted "
        "folder. A long list comes in pages; the result says how to get the next one.",
        {
            "path": {
                "type": "string",
                "minLength": 1,
                "description": "A folder: relative to a granted folder, or absolute.",
            },
            "offset": {"type": "integer", "minimum": 0, "description": "Entries to pass over."},
        },
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """List the folder."""
        path, offset = maybe_text(params, "path"), maybe_number(params, "offset") or 0
        entries = await context.workspace.list(path)
        page, end = entries[offset : offset + PAGE], offset + PAGE
        more = end < len(entries)
        lines = [_line(entry) for entry in page] or ["Nothing here."]
        if more:
            lines.append(f"[{end:,} of {len(entries):,} entries. For more: offset {end}.]")
        return SkillResult.ok(
            "\n".join(lines),
            metadata={
                "path": None if path is None else (await context.workspace.entry(path)).display,
                "entries": [_facts(entry) for entry in page],
                "total": len(entries),
                "truncated": more,
                "next_offset": end if more else None,
            },
        )


def _line(entry: FileEntry) -> str:
    if entry.is_dir:
        return f"{entry.display}/"
    if entry.kind:
        return f"{entry.display} ({entry.kind})"
    return f"{entry.display} ({entry.size:,} {'byte' if entry.size == 1 else 'bytes'})"


def _facts(entry: FileEntry) -> dict[str, object]:
    facts: dict[str, object] = {"path": entry.display, "is_dir": entry.is_dir, "size": entry.size}
    return {**facts, "size": None, "kind": entry.kind} if entry.kind else facts


skill: Skill = ListFiles()
