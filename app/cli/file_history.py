"""What ``steward files`` does with histories: shows, compares, restores, undoes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.counting import counted
from app.cli.file_access import needs_folder, no_folder, reading, workspace_of
from app.cli.output import Output, in_utc, local, visible_line
from app.cli.run import DONE, opened
from app.domain.errors import (
    FileError,
    NoFolderError,
    NotFoundError,
    PathOutsideError,
)
from app.domain.events import Event, FileVersionEvent
from app.domain.files import FileVersion, TrackedFile

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.domain.workspace import FileEntry

_SHORTEST_TURN: Final = 6


# -- looking -------------------------------------------------------------------------------


async def list_files(output: Output, folders: tuple[Path, ...]) -> int:
    """Files in the granted folders with their number of versions."""
    async with opened(folders, offline=True) as assembly:
        granted = bool(assembly.folders.folders)
        workspace = workspace_of(assembly)
        there = {entry.path: entry for entry in await workspace.walk()} if granted else {}
        known = await (workspace.tracked() if granted else assembly.versions.tracked())
        # Several files may have stood at one path, one after the other: the newest comes first.
        tracked = {file.path: file for file in reversed(known)}
        for path in sorted({*there, *tracked}):
            _show_file(output, assembly, path, there.get(path), tracked.get(path))
        if not granted:
            output.note("No folder is granted, so these are only the files with a history.", "dim")
    return DONE


async def list_versions(output: Output, folders: tuple[Path, ...], path: str) -> int:
    """The history of a file."""
    async with opened(folders, offline=True) as assembly:
        versions = await reading(assembly, path, lambda files, at: files.versions(at))
        if not versions:
            await no_folder(assembly, path)
        for version in versions:
            if output.json_lines:
                output.record(facts_of(version))
            else:
                output.line(_version_line(assembly, version))
        if not versions:
            output.note(f"{visible_line(path)} has no versions yet: Steward never changed it.")
    return DONE


async def show_version(output: Output, folders: tuple[Path, ...], path: str, version: int) -> int:
    """The bytes of a version."""
    async with opened(folders, offline=True) as assembly:
        await reading(
            assembly, path, lambda files, at: output.exact_pieces(files.version_chunks(at, version))
        )
    return DONE


async def show_diff(
    output: Output, folders: tuple[Path, ...], path: str, first: int, second: int
) -> int:
    """Two versions as a unified diff."""
    from app.domain.diff import unified_diff

    async with opened(folders, offline=True) as assembly:
        before = await _content(assembly, path, first)
        after = await _content(assembly, path, second)
        diff = await assembly.versions.in_worker(lambda: unified_diff(before, after, path))
        history = await reading(assembly, path, lambda files, at: files.versions(at))
    if output.json_lines:
        (file,) = (version.path for version in history if version.version == second)
        output.record({"file": file, "from": first, "to": second, "diff": diff})
    else:
        output.whole_diff(diff)
    return DONE


async def show_log(output: Output, folders: tuple[Path, ...], limit: int) -> int:
    """Changes of all files."""
    async with opened(folders, offline=True) as assembly:
        for version in await assembly.versions.log(limit=limit):
            if output.json_lines:
                output.record(facts_of(version))
            else:
                shown = visible_line(assembly.folders.display(version.path))
                turn = f"  turn {version.turn_id[:12]}" if version.turn_id else ""
                output.line(f"{_version_line(assembly, version)}  {shown}{turn}")
    return DONE


# -- changing ------------------------------------------------------------------------------


async def restore(output: Output, folders: tuple[Path, ...], path: str, version: int) -> int:
    """Make the content that of an earlier version."""
    async with opened(folders, offline=True) as assembly:
        try:
            made = await workspace_of(assembly).restore(path, version)
        except (PathOutsideError, NoFolderError) as error:
            raise needs_folder(error) from error
        except FileError as error:
            if "unchanged" not in error.details:
                raise
            raise FileError(
                f"{visible_line(path)} is as in version {version} already.",
                hint="Nothing was changed.",
                details=error.details,
            ) from error
        tell(output, assembly, made)
    return DONE


async def undo(output: Output, folders: tuple[Path, ...], turn: str | None) -> int:
    """Take back what a turn changed."""
    async with opened(folders, offline=True) as assembly:
        turn_id = None if turn is None else await _whole_turn_id(assembly, turn)
        done: list[FileVersionEvent] = []

        def collect(event: Event) -> None:
            if isinstance(event, FileVersionEvent):
                done.append(event)

        stop = assembly.bus.subscribe(collect)
        try:
            made = await workspace_of(assembly).undo(turn_id)
        except (PathOutsideError, NoFolderError) as error:
            raise needs_folder(error) from error
        except FileError as error:
            for event in done:  # a later file failed: these are back already
                output.note(f"{visible_line(event.file)}: version {event.version}")
            if turn is None and "undone" in error.details:
                hint = "`steward files log` shows the turns; name the one to take back."
                raise FileError(error.message, hint=hint, details=error.details) from error
            raise
        finally:
            stop()
        for version in made:
            tell(output, assembly, version)
    return DONE


async def undo_version(output: Output, folders: tuple[Path, ...], path: str, version: int) -> int:
    """Take back what one version did to its file."""
    async with opened(folders, offline=True) as assembly:
        try:
            made = await workspace_of(assembly).undo_version(path, version)
        except (PathOutsideError, NoFolderError) as error:
            raise needs_folder(error) from error
        for one in made:
            tell(output, assembly, one)
    return DONE


# -- inside --------------------------------------------------------------------------------


async def _content(assembly: Assembly, path: str, version: int) -> bytes:
    return await reading(assembly, path, lambda files, at: files.version_content(at, version))


async def _whole_turn_id(assembly: Assembly, begun: str) -> str:
    """The turn whose id begins so. Raises ``NotFoundError``."""
    history = assembly.versions.history
    fitting = await assembly.versions.in_worker(lambda: history.turns_beginning(begun))
    if begun in fitting:
        return begun
    if len(fitting) != 1 or len(begun) < _SHORTEST_TURN:
        raise NotFoundError(
            f"There is no turn {visible_line(begun)} that changed files.",
            hint="`steward files log` shows the turns. For one version of a file write PATH@N.",
        )
    return fitting[0]


def facts_of(version: FileVersion) -> dict[str, object]:
    """A version for programs."""
    from app.storage.file_contents import PRUNED

    return {
        "version": version.version,
        "operation": version.operation.value,
        "at": in_utc(version.at),
        "hash": version.hash_after,
        "by": version.by,
        "action": version.action.value,
        "file": version.path,
        "size": version.size,
        "skill": version.skill,
        "turn_id": version.turn_id,
        "conversation_id": version.conversation_id,
        "pruned": version.metadata.get(PRUNED),
    }


def _version_line(assembly: Assembly, version: FileVersion) -> str:
    from app.storage.file_contents import PRUNED

    size = "removed" if version.size is None else counted(version.size, "byte")
    pruned = "  (pruned)" if PRUNED in version.metadata else ""
    before = version.metadata.get("moved_from")
    moved = f"  from {visible_line(assembly.folders.display(str(before)))}" if before else ""
    by = f"{visible_line(version.by)}{moved}{pruned}"
    return f"{version.version:>4}  {local(version.at)}  {version.action.value:<8} {size:>16}  {by}"


def _show_file(
    output: Output,
    assembly: Assembly,
    path: str,
    entry: FileEntry | None,
    file: TrackedFile | None,
) -> None:
    shown = assembly.folders.display(path)
    versions = file.versions if file else 0
    present = entry is not None or (file is not None and file.present)
    if output.json_lines:
        output.record(
            {
                "file": path,
                "path": shown,
                "versions": versions,
                "present": present,
                "size": entry.size if entry else None,
                "changed_at": in_utc(file.changed_at) if file else None,
            }
        )
    else:
        removed = "" if present else "  (removed)"
        output.line(f"{versions:>4}  {visible_line(shown)}{removed}")


def tell(output: Output, assembly: Assembly, version: FileVersion) -> None:
    """Say which version a change made."""
    if output.json_lines:
        output.record(facts_of(version))
    else:
        shown = visible_line(assembly.folders.display(version.path))
        removed = " (removed)" if version.hash_after is None else ""
        output.line(f"{shown}: version {version.version}{removed}")
