"""``files.undo``: takes back every change a turn made to files, or one single version of a file.

Arguments: ``turn`` (id of the turn; unless given, the newest of this conversation that changed
files and is not undone); or ``path`` and ``version``: what that version did, and it alone. Later
changes of the file stay; where they stand in the way, nothing is done.
Metadata: ``files``, one object a change: ``path``, ``version``, ``operation``, ``hash_after``,
or for a folder that was moved back as one ``path`` and ``files`` (how many);
for one version also ``undo_of_version`` and, where later changes were kept, ``kept_versions``.
Errors: ``not_found`` where there is nothing to undo, ``file_changed`` where a file is no longer
as the turn left it or a later version stands in the way (``in_the_way``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import InvalidArgumentsError, NotFoundError
from app.domain.files import FileVersion
from app.domain.skills import Preview, SideEffect, Skill, SkillContext, SkillResult, WriteSkill
from skills.files import _writing
from skills.files._definitions import (
    DOMAIN,
    LARGE_FILE_TIMEOUT,
    PATH,
    definition,
    maybe_number,
    maybe_text,
)

_MOST_NAMES: Final = 5


class UndoTurn(WriteSkill):
    """Takes back what an answer changed, or one version."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "undo",
        "Take back all file changes of the last answer that changed files (or of the turn given). "
        "With path and version: only what that one version did; later changes of the file stay. "
        "Undone changes are kept as versions and can be restored.",
        {
            "turn": {
                "type": "string",
                "minLength": 1,
                "description": "Id of the turn to undo; leave it out for the last one.",
            },
            "path": {**PATH, "description": "To undo a single version: of this file."},
            "version": {
                "type": "integer",
                "minimum": 1,
                "description": "To undo a single version: its number, from files.versions.",
            },
        },
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The differences it would make."""
        step = _single(params)
        if step is not None:
            path, version = step
            plans = await context.workspace.plan_undo_version(path, version)
            shown = plans[0].display
            return await _writing.preview(f"Undo what version {version} of {shown} did", *plans)
        plans = await context.workspace.plan_undo(maybe_text(params, "turn"))
        if not plans:
            raise _nothing()
        names = _listed([plan.display for plan in plans])
        return await _writing.preview(f"Undo the changes of {names}", *plans)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Undo the turn, or the version."""
        step = _single(params)
        if step is not None:
            return await _undo_version(*step, context)
        versions = await context.workspace.undo(maybe_text(params, "turn"))
        if not versions:
            raise _nothing()
        folders: dict[str, list[FileVersion]] = {}
        single = []
        for version in versions:
            folder = version.metadata.get("folder_to")
            if isinstance(folder, str):
                folders.setdefault(folder, []).append(version)
            else:
                single.append(version)
        files = [_writing.facts(version, context) for version in single]
        done = [f"{one['path']} (now version {one['version']})" for one in files]
        shown = {context.workspace.display(path): len(inside) for path, inside in folders.items()}
        moved = [{"path": name, "files": count} for name, count in shown.items()]
        done += [f"the folder {name} (with its files: {count:,})" for name, count in shown.items()]
        effects = [
            SideEffect("folder_move", path, {"files": len(inside)})
            for path, inside in folders.items()
        ]
        return SkillResult.ok(
            f"Took back the changes of {_listed(done)}.",
            files_produced=tuple(one.path for one in single if one.hash_after is not None),
            side_effects=(*map(_writing.side_effect, single), *effects),
            metadata={"files": [*files, *moved]},
        )


def _single(params: Mapping[str, object]) -> tuple[str, int] | None:
    """The file and the version, where a single one is to be undone."""
    path, version = maybe_text(params, "path"), maybe_number(params, "version")
    if path is None and version is None:
        return None
    if params.get("turn") is not None:
        raise _unclear("turn", "turn does not go with path and version.")
    if path is None or version is None:
        missing = "path" if path is None else "version"
        raise _unclear(missing, f"{missing} is missing.")
    return path, version


def _unclear(argument: str, problem: str) -> InvalidArgumentsError:
    return InvalidArgumentsError(
        f"The arguments of files.undo do not fit: {problem}",
        hint="Give path and version to undo one version; give neither to undo a whole turn.",
        details={"problems": [{"argument": argument, "rule": "either", "message": problem}]},
    )


async def _undo_version(path: str, number: int, context: SkillContext) -> SkillResult:
    (version,) = await context.workspace.undo_version(path, number)
    shown = context.workspace.display(version.path)
    kept = version.metadata.get("kept_versions")
    stay = " Its later changes stay." if kept else ""
    more: dict[str, object] = {"undo_of_version": number}
    if kept:
        more["kept_versions"] = kept
    return SkillResult.ok(
        f"Took back what version {number} of {shown} did: version {version.version}.{stay}",
        files_produced=() if version.hash_after is None else (version.path,),
        side_effects=(_writing.side_effect(version),),
        metadata={"files": [_writing.facts(version, context)], **more},
    )


def _nothing() -> NotFoundError:
    return NotFoundError("There is nothing to undo in this conversation.")


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


skill: Skill = UndoTurn()
