"""``steward files conflicts`` and ``resolve``: changes that waited for the person's word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.file_access import needs_folder, workspace_of
from app.cli.file_history import facts_of, tell
from app.cli.output import Output, in_utc, local, visible_line
from app.cli.run import DONE, opened
from app.domain.errors import NoFolderError, NotFoundError, PathOutsideError
from app.domain.files import ConflictChoice, FileAction, FileConflict
from app.files.drive_places import id_in, is_drive, place_at

if TYPE_CHECKING:
    from app.assembly import Assembly


async def list_conflicts(output: Output, folders: tuple[Path, ...]) -> int:
    """Conflicts nobody has decided yet; where no folder is granted, of all files."""
    async with opened(folders, offline=True) as assembly:
        granted = bool(assembly.folders.folders)
        found = await (
            workspace_of(assembly).conflicts() if granted else assembly.versions.conflicts()
        )
        for one in found:
            if output.json_lines:
                output.record(_facts(one))
            else:
                shown = visible_line(assembly.folders.display(one.path))
                output.line(f"{local(one.at)}  {shown}: {_told(one)}")
        if not output.json_lines:
            output.note(
                "`steward files resolve PATH theirs|ours|merge` decides one; --diff shows first."
                if found
                else "No conflict is open."
            )
    return DONE


async def resolve(
    output: Output, folders: tuple[Path, ...], path: str, choice: ConflictChoice, *, diff: bool
) -> int:
    """Decide the newest conflict of a file, or with ``diff`` show what that would do."""
    async with opened(folders, offline=True) as assembly:
        try:
            one = await _newest(assembly, path)
            if diff:
                return await _preview(output, assembly, one, choice)
            made = await workspace_of(assembly).resolve(one.op_id, choice)
        except (PathOutsideError, NoFolderError) as error:
            raise needs_folder(error) from error
        if output.json_lines:
            kept = {"file": one.path, "version": one.their_version or None}
            output.record({**kept, **(facts_of(made) if made else {}), "choice": choice.value})
        elif made is not None and made.version != one.their_version:
            tell(output, assembly, made)
        else:
            shown = visible_line(assembly.folders.display(one.path))
            state = f"version {one.their_version}" if one.their_version else "removed"
            output.line(f"{shown}: stays as they have it ({state})")
    return DONE


async def _newest(assembly: Assembly, path: str) -> FileConflict:
    """The newest open conflict of the file that ``path`` names. Raises ``NotFoundError``."""
    is_meant = _meaning(assembly, path)
    for one in await workspace_of(assembly).conflicts():
        if is_meant(one.path):
            return one
    if any(is_meant(one.path) for one in await assembly.versions.conflicts()):
        raise PathOutsideError(f"{path} is outside the folders Steward may work in.")
    raise NotFoundError(
        f"There is no open conflict of {path}.",
        hint="`steward files conflicts` lists those that are open.",
        details={"path": path},
    )


def _meaning(assembly: Assembly, path: str) -> Callable[[str], bool]:
    """Says of a file that the history names whether ``path`` means it. Raises ``FileError``."""
    if is_drive(path):
        file_id, _ = id_in(path)
        return lambda known: is_drive(known) and place_at(known).file_id == file_id
    places = {str(place) for place in assembly.folders.candidates(path)}
    return places.__contains__


async def _preview(
    output: Output, assembly: Assembly, one: FileConflict, choice: ConflictChoice
) -> int:
    from app.domain.diff import unified_diff

    planned = await workspace_of(assembly).plan_resolve(one.op_id, choice)
    diff = await assembly.versions.in_worker(
        lambda: unified_diff(planned.before, planned.after, planned.display)
    )
    if output.json_lines:
        output.record(
            {"file": one.path, "choice": choice.value, "diff": diff, "target": planned.target}
        )
        return DONE
    if planned.target is not None:
        target = visible_line(assembly.folders.display(planned.target))
        output.note(f"It would be moved to {target}.")
    elif not diff:
        output.note("The file would stay as it is.")
    output.whole_diff(diff)
    return DONE


def _told(one: FileConflict) -> str:
    wanted = {FileAction.REMOVE: "to remove it", FileAction.MOVE: "to move it"}.get(
        one.action, "to change it"
    )
    theirs = f"version {one.their_version}" if one.theirs else "removed"
    merges = ", merges cleanly" if one.merges else ""
    return f"{visible_line(one.who)} wanted {wanted}; theirs: {theirs}{merges}"


def _facts(one: FileConflict) -> dict[str, object]:
    return {
        "file": one.path,
        "id": one.op_id,
        "at": in_utc(one.at),
        "by": one.by,
        "action": one.action.value,
        "target": one.target,
        "base": one.base,
        "ours": one.ours,
        "theirs": one.theirs,
        "their_version": one.their_version or None,
        "merges": one.merges,
    }
