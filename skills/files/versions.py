"""``files.versions``: the history of a file, oldest first; works for a removed file, too.

Arguments: ``path``.
Metadata: ``path``, ``versions``: one object a version with ``version``, ``operation``,
``action``, ``at`` (UTC, RFC 3339), ``by``, ``hash`` (``null``: removed) and ``size``.
Content: a Markdown table of version, when, what, by. A file never changed has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.files import FileAction, FileVersion, OperationType
from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from skills.files._definitions import DOMAIN, PATH, definition, drive_timeout, text

_WHAT: Final = {
    FileAction.CREATE: "created",
    FileAction.EDIT: "changed",
    FileAction.MOVE: "moved",
    FileAction.REMOVE: "removed",
    FileAction.RESTORE: "restored",
    FileAction.SEEN: "as first seen",
}


class ListVersions(ReadSkill):
    """Shows what became of a file."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "versions",
        "List the versions of a file, oldest first: number, time (UTC), what was done, by whom. "
        "Works for removed files. A file that Steward never changed has none.",
        {"path": PATH},
        ["path"],
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """List the versions."""
        path = text(params, "path")
        versions = await context.workspace.versions(path)
        if not versions:
            shown = (await context.workspace.entry(path)).display
            return SkillResult.ok(
                f"{shown} has no versions yet: Steward has not changed it.",
                metadata={"path": shown, "versions": []},
            )
        rows = [
            f"| {one.version} | {one.at:%Y-%m-%d %H:%M:%S} | {_cell(what)} | {_cell(one.by)} |"
            for one, what in ((one, _what(one, context)) for one in versions)
        ]
        return SkillResult.ok(
            "\n".join(["| version | when (UTC) | what | by |", "|---|---|---|---|", *rows]),
            metadata={
                "path": context.workspace.display(versions[-1].path),
                "versions": [_facts(one) for one in versions],
            },
        )


def _what(version: FileVersion, context: SkillContext) -> str:
    if version.operation is OperationType.EXTERNAL:
        return "changed outside Steward"
    undone = version.metadata.get("undo_of_version")
    if undone is not None:
        return f"undid version {undone}"
    restored_from = version.metadata.get("restored_from")
    if version.action is FileAction.RESTORE and restored_from:
        return f"restored from version {restored_from}"
    if version.action is FileAction.MOVE:
        return f"moved to {context.workspace.display(version.path)}"
    return _WHAT[version.action]


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _facts(version: FileVersion) -> dict[str, object]:
    return {
        "version": version.version,
        "operation": version.operation.value,
        "action": version.action.value,
        "at": version.at.isoformat(timespec="microseconds"),
        "by": version.by,
        "hash": version.hash_after,
        "size": version.size,
    }


skill: Skill = ListVersions()
