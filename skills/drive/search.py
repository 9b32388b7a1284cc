"""``drive.search``: files of Google Drive by words, folder, kind and time.

Arguments: ``words`` (in the name or the text), ``folder``, ``kind``, ``modified_after`` (a day or
an RFC 3339 time, UTC where no offset is given), ``page`` (``next_page`` of the page before).
Content: one line a file, changed last first; a last line in square brackets where there are more.
Metadata: ``files``: objects with ``path``, ``name``, ``kind``, ``size`` (``null`` for Workspace
files), ``modified_at``, ``modified_by``, ``link``; ``next_page`` (``null``: no more).
Errors: ``drive_signed_out``, ``drive_offline``; ``not_a_file`` where ``folder`` is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from app.domain.drive import DriveFile
from app.domain.errors import InvalidArgumentsError
from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from skills.drive._definitions import DOMAIN, FOLDER, KINDS, TIMEOUT, definition, kind_of
from skills.files._definitions import maybe_text

_SIZES: Final = ("bytes", "KB", "MB", "GB", "TB")


class SearchDrive(ReadSkill):
    """Finds files in Drive."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "search",
        "Find files in Google Drive: by words in the name or text, by folder, kind and time of "
        "the last change. Without arguments: the files changed last. Answers drive:FILE_ID/name, "
        "to be given to the other drive skills.",
        {
            "words": {"type": "string", "minLength": 1, "description": "In the name or the text."},
            "folder": FOLDER,
            "kind": {"type": "string", "enum": list(KINDS), "description": "Only of this kind."},
            "modified_after": {
                "type": "string",
                "description": "Changed since then: 2026-11-30, or 2026-11-30T14:00:00Z.",
            },
            "page": {"type": "string", "description": "next_page of the page before."},
        },
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Search."""
        kind = maybe_text(params, "kind")
        found = await context.workspace.drive.search(
            words=maybe_text(params, "words"),
            folder=maybe_text(params, "folder"),
            mime_type=None if kind is None else KINDS[kind],
            modified_after=_time(maybe_text(params, "modified_after")),
            page=maybe_text(params, "page"),
        )
        lines = [_line(file) for file in found.files] or ["Nothing found."]
        if found.next_page is not None:
            lines.append(f"[There are more. For them: page {found.next_page}]")
        return SkillResult.ok(
            "\n".join(lines),
            metadata={
                "files": [_facts(file) for file in found.files],
                "next_page": found.next_page,
            },
        )


def _time(words: str | None) -> datetime | None:
    if words is None:
        return None
    try:
        read = datetime.fromisoformat(words)
    except ValueError as error:
        raise InvalidArgumentsError(
            f"{words} is no time.", hint="Write it as 2026-11-30 or 2026-11-30T14:00:00Z."
        ) from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _path(file: DriveFile) -> str:
    return f"drive:{file.file_id}"


def _line(file: DriveFile) -> str:
    facts = [kind_of(file)]
    if file.size is not None:
        facts.append(_size(file.size))
    if file.modified_at is not None:
        facts.append(f"changed {file.modified_at:%Y-%m-%d %H:%M}")
    if file.modified_by:
        facts.append(f"by {file.modified_by}")
    line = f"{_path(file)} {file.name}{'/' if file.is_folder else ''} ({', '.join(facts)})"
    # Whatever others wrote stays on its line, and turns nothing round.
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def _size(count: int) -> str:
    size, unit = float(count), 0
    while size >= 1000 and unit + 1 < len(_SIZES):
        size, unit = size / 1000, unit + 1
    return f"{count:,} bytes" if unit == 0 else f"{size:.1f} {_SIZES[unit]}"


def _facts(file: DriveFile) -> dict[str, object]:
    at = file.modified_at
    return {
        "path": _path(file),
        "name": file.name,
        "kind": kind_of(file),
        "size": file.size,
        "modified_at": None if at is None else at.isoformat(timespec="seconds"),
        "modified_by": file.modified_by,
        "link": file.link,
    }


skill: Skill = SearchDrive()
