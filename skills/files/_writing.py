"""What every file-changing skill says: the preview before, the result after."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Mapping, Sequence

from app.domain.diff import unified_diff
from app.domain.files import FileVersion
from app.domain.skills import Preview, SideEffect, SkillContext, SkillResult, WriteSkill
from app.domain.workspace import PlannedChange


class OneFileSkill(WriteSkill):
    """Base for skills that change the file in ``path``, and that in ``target`` where they have it.

    Changes of other files may then run beside them.
    """

    def touches(self, params: Mapping[str, object]) -> Sequence[str]:
        """The files; of one deeper down its folder, for the folder may have to be made."""
        named = [params[name] for name in ("path", "target") if name in params]
        return [posixpath.dirname(str(path)) or str(path) for path in named]


async def preview(summary: str, *changes: PlannedChange) -> Preview:
    """What ``changes`` would do, bound to the bytes they were worked out from."""
    diff = await asyncio.to_thread(_diff, changes)
    if diff.endswith(" not shown\n"):
        summary = f"{summary} (only the beginning of the difference is shown)"
    targets: dict[str, str | None] = {one.target: None for one in changes if one.target}
    # After the names that must be free: one change may leave a file where the next takes it up.
    targets.update({one.path: one.hash_before for one in changes})
    return Preview(summary, diff, targets)


def _diff(changes: Sequence[PlannedChange]) -> str:
    return "".join(
        _too_large(one) if one.too_large else unified_diff(one.before, one.after, one.display)
        for one in changes
        if one.target is None or (one.before, one.size_before) != (one.after, one.size_after)
    )


def _too_large(change: PlannedChange) -> str:
    """In words what a diff would show, for contents that are too large for one."""
    name = "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in change.display
    )
    if change.size_before is None:
        return f"File {name} added ({change.size_after:,} bytes, too large to show)\n"
    if change.size_after is None:
        return f"File {name} removed ({change.size_before:,} bytes, too large to show)\n"
    sizes = f"{change.size_before:,} → {change.size_after:,} bytes"
    return f"File {name} changes ({sizes}, too large to show)\n"


def changed(
    sentence: str,
    version: FileVersion,
    context: SkillContext,
    more: Mapping[str, object] | None = None,
) -> SkillResult:
    """The result of one change. ``metadata``: ``path`` (as displayed), ``version``,
    ``operation``, ``hash_after`` and ``more``.
    """
    return SkillResult.ok(
        sentence,
        files_produced=() if version.hash_after is None else (version.path,),
        side_effects=(side_effect(version),),
        metadata={**facts(version, context), **(more or {})},
    )


def facts(version: FileVersion, context: SkillContext) -> dict[str, object]:
    """A version as JSON, its file as people and models name it."""
    return {
        "path": context.workspace.display(version.path),
        "version": version.version,
        "operation": version.operation.value,
        "hash_after": version.hash_after,
    }


def side_effect(version: FileVersion) -> SideEffect:
    """A version as a thing that was changed outside the skill."""
    return SideEffect(
        "file_version",
        version.path,
        {"version": version.version, "operation": version.operation.value},
    )
