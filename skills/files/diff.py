"""``files.diff``: the unified difference between two versions of a file.

Arguments: ``path``, ``a``, ``b`` (version numbers). Neither: the last two versions. Only ``a``:
that version against the file as it is now.
Content: the difference itself; nothing at all where both are the same.
Metadata: ``path``, ``a``, ``b`` (``null``: the file as it is now), ``same``.
Errors: ``not_found`` for a version there never was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.diff import unified_diff
from app.domain.errors import FileMissingError, InvalidArgumentsError, NotFoundError
from app.domain.files import FileVersion
from app.domain.skills import ReadSkill, Skill, SkillContext, SkillResult
from app.domain.workspace import Workspace
from skills.files._definitions import DOMAIN, PATH, definition, drive_timeout, maybe_number, text

_VERSION: Final = {"type": "integer", "minimum": 1}


class DiffVersions(ReadSkill):
    """Compares versions."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "diff",
        "Show the difference between two versions of a file as a unified diff. Without a and b: "
        "the last two versions. With a alone: that version against the file as it is now. An "
        "empty result means that they are the same.",
        {
            "path": PATH,
            "a": {**_VERSION, "description": "The earlier version."},
            "b": {**_VERSION, "description": "The later version."},
        },
        ["path"],
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Compare."""
        workspace, path = context.workspace, text(params, "path")
        a, b = maybe_number(params, "a"), maybe_number(params, "b")
        if a is None and b is not None:
            raise InvalidArgumentsError(
                "b is given without a.", hint="Give both versions, or only a, or neither."
            )
        versions = await workspace.versions(path)
        if a is None:
            a, b = _last_two(versions, path)
        before = await _content(workspace, path, _version(versions, a, path))
        if b is None:
            after = await _now(workspace, path)
        else:
            after = await _content(workspace, path, _version(versions, b, path))
        shown = workspace.display(versions[-1].path)
        now = "now" if b is None else f"version {b}"
        diff = await asyncio.to_thread(
            unified_diff, before, after, shown, labels=(f"version {a}", now)
        )
        return SkillResult.ok(
            diff,
            metadata={"path": shown, "a": a, "b": b, "same": not diff},
        )


def _last_two(versions: Sequence[FileVersion], path: str) -> tuple[int, int]:
    if len(versions) < 2:
        has = "only one version" if versions else "no versions"
        raise NotFoundError(
            f"{path} has {has}, so there is nothing to compare.",
            details={"path": path, "versions": len(versions)},
        )
    return versions[-2].version, versions[-1].version


def _version(versions: Sequence[FileVersion], number: int, path: str) -> FileVersion:
    for one in versions:
        if one.version == number:
            return one
    last = f"Its last version is {versions[-1].version}." if versions else "It has no versions."
    raise NotFoundError(
        f"{path} has no version {number}.", hint=last, details={"path": path, "version": number}
    )


async def _content(workspace: Workspace, path: str, version: FileVersion) -> bytes | None:
    if version.hash_after is None:  # its removal
        return None
    return await workspace.version_content(path, version.version)


async def _now(workspace: Workspace, path: str) -> bytes | None:
    try:
        return await workspace.read(path)
    except FileMissingError:
        return None


skill: Skill = DiffVersions()
