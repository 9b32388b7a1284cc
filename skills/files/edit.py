"""``files.edit``: replaces exact text in a file, or its whole content.

Arguments: ``path`` and either ``old`` and ``new`` (``expected_count``: how many places, 1 unless
said) or ``content``. Encoding, byte order mark and line endings of the file are kept.
Metadata: ``path``, ``version``, ``operation``, ``hash_after``, and ``count``, the places changed.
Errors: ``match_count`` with ``count``, ``expected``, ``path``, ``lines`` (where it stands) or
``near_lines`` (where it nearly does); ``not_text``; ``not_encodable`` with ``encoding`` and
``characters``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import InvalidArgumentsError
from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.files import _large, _writing
from skills.files._definitions import (
    DOMAIN,
    LARGE_FILE_TIMEOUT,
    PATH,
    definition,
    maybe_number,
    maybe_text,
    text,
)
from skills.files._edits import replace_exact, replace_whole


class EditFile(_writing.OneFileSkill):
    """Changes a text file that exists."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "edit",
        "Change a text file. Either replace exact text: give old (copied exactly from files.read, "
        "enough of it to be unique) and new; expected_count says how many places it must stand "
        "in (1 unless said), else nothing is changed. Or replace the whole content: give content. "
        "The file's encoding and line endings are kept, and every earlier version.",
        {
            "path": PATH,
            "old": {"type": "string", "minLength": 1, "description": "Exact text to replace."},
            "new": {"type": "string", "description": "Text to put there; may be empty."},
            "expected_count": {
                "type": "integer",
                "minimum": 1,
                "description": "In how many places old stands; all are replaced. 1 unless said.",
            },
            "content": {
                "type": "string",
                "description": "Instead of old and new: the whole new content.",
            },
        },
        ["path"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The difference it would make."""
        plan = await _large.plan(context.workspace, *_change(params))
        return await _writing.preview(f"Change {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Change the file."""
        version = await _large.edit(context.workspace, *_change(params))
        shown = context.workspace.display(version.path)
        count = None if "content" in params else maybe_number(params, "expected_count") or 1
        places = f" in {count} places" if count and count > 1 else ""
        return _writing.changed(
            f"Changed {shown}{places}: version {version.version}.",
            version,
            context,
            {} if count is None else {"count": count},
        )


def _change(params: Mapping[str, object]) -> tuple[str, _large.Small, _large.Large]:
    path = text(params, "path")
    old, new, content = (maybe_text(params, name) for name in ("old", "new", "content"))
    if content is not None:
        if old is not None or new is not None:
            raise _unclear("content stands alone: it replaces everything.", "content")
        whole = content
        return (
            path,
            lambda data: replace_whole(data, path, whole),
            _large.replace_whole(path, whole),
        )
    if old is None or new is None:
        missing = "old" if old is None else "new"
        raise _unclear(f"{missing} is missing.", missing)
    if old == new:
        raise _unclear("old and new are the same: there is nothing to change.", "new")
    exact, instead, expected = old, new, maybe_number(params, "expected_count") or 1
    return (
        path,
        lambda data: replace_exact(data, path, exact, instead, expected),
        _large.replace_exact(path, exact, instead, expected),
    )


def _unclear(problem: str, argument: str) -> InvalidArgumentsError:
    return InvalidArgumentsError(
        f"The arguments of files.edit do not fit: {problem}",
        hint="Give path with old and new, or path with content.",
        details={"problems": [{"argument": argument, "rule": "either", "message": problem}]},
    )


skill: Skill = EditFile()
