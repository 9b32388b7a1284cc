"""``files.move``: moves or renames a file or a whole folder; the versions go along.

Arguments: ``path``, ``target`` (the new path; a folder that exists, or a target that ends with
``/``, keeps the name). A relative target is in the granted folder the file is in.
Metadata of a file: ``path`` (the new one), ``version``, ``operation``, ``hash_after``,
``moved_from``. Of a folder: ``path``, ``moved_from``, ``files`` (how many).
Errors: ``file_exists``, ``file_missing``, ``path_outside``; ``file_error`` for a folder that is
granted itself, is to go to another disk, or holds too many files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from app.domain.names import shown as printable
from app.domain.skills import (
    Preview,
    SideEffect,
    Skill,
    SkillContext,
    SkillResult,
)
from app.domain.workspace import FileEntry, PlannedFolder
from skills.files import _writing
from skills.files._definitions import DOMAIN, LARGE_FILE_TIMEOUT, definition, text

_MOST_NAMES: Final = 5


class MoveFile(_writing.OneFileSkill):
    """Gives a file or a folder another name or place."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "move",
        "Move or rename a file, or a folder with all that is in it. Nothing may stand at the "
        "target; missing folders are made. The versions go along.",
        {
            "path": {
                "type": "string",
                "minLength": 1,
                "description": "A file or a folder: relative to a granted folder, or absolute.",
            },
            "target": {
                "type": "string",
                "minLength": 1,
                "description": "The new path, in the same granted folder unless it is absolute. "
                "With a / at the end: a folder to put it into.",
            },
        },
        ["path", "target"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """What would be called what."""
        entry = await context.workspace.entry(text(params, "path"))
        target = _target(params, entry)
        if entry.is_dir:
            plan = await context.workspace.plan_move_folder(text(params, "path"), target)
            shown = context.workspace.display(plan.target or target)
            assert plan.folder is not None
            return await _writing.preview(
                f"Move the folder {plan.display} to {shown}: {_moves(plan.folder)}", plan
            )
        plan = await context.workspace.plan_move(text(params, "path"), target)
        goal = _goal(context.workspace.display(plan.target or target), plan.display, target)
        return await _writing.preview(f"Move {plan.display} to {goal}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Move the file."""
        workspace = context.workspace
        entry = await workspace.entry(text(params, "path"))
        before = entry.display
        if entry.is_dir:
            return await _move_folder(params, entry, context)
        version = await workspace.move(text(params, "path"), _target(params, entry))
        after = workspace.display(version.path)
        goal = _goal(after, before, text(params, "target"))
        return _writing.changed(
            f"Moved {before} to {goal}: version {version.version}.",
            version,
            context,
            {"moved_from": before},
        )


def _goal(after: str, before: str, target: str) -> str:
    """Where a file goes; one of Drive has its id for a place, so that its folder does not show."""
    return printable(target) if after == before else after


def _moves(folder: PlannedFolder) -> str:
    """``moves 14 files (a.md, b.md and 12 more)`` and what else goes along."""
    names = list(folder.files[:_MOST_NAMES])
    if len(folder.files) > len(names):
        names.append(f"{len(folder.files) - len(names):,} more")
    named = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    count = f"moves {_count(len(folder.files), 'file')}"
    others = f", and {_count(folder.others, 'other thing')} as they are" if folder.others else ""
    return f"{count} ({named}){others}" if named else f"{count}{others}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


async def _move_folder(
    params: Mapping[str, object], entry: FileEntry, context: SkillContext
) -> SkillResult:
    workspace, before, target = context.workspace, entry.display, _target(params, entry)
    plan = await workspace.plan_move_folder(text(params, "path"), target)
    versions = await workspace.move_folder(text(params, "path"), target)
    path = plan.target or target
    after = workspace.display(path)
    return SkillResult.ok(
        f"Moved the folder {before} to {after} with {_count(len(versions), 'file')}.",
        side_effects=(SideEffect("folder_move", path, {"files": len(versions)}),),
        metadata={"path": after, "moved_from": before, "files": len(versions)},
    )


def _target(params: Mapping[str, object], entry: FileEntry) -> str:
    # The name as it is, which may have been given as it is shown.
    target = text(params, "target")
    return target + PurePath(entry.path).name if target.endswith("/") else target


skill: Skill = MoveFile()
