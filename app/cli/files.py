"""``steward files``: the person's files and every version they had. None of it prompts."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from app.cli import file_blame, file_care, file_conflicts, file_export, file_history
from app.cli.options import folder_option, json_option
from app.cli.run import Run
from app.domain.errors import UsageError
from app.domain.files import ConflictChoice

_MOST: Final = 2**31 - 1

_version = click.IntRange(1, _MOST)
_NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)


def _absolute(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    return None if path is None else Path.cwd() / path


def _with_zone(_: click.Context, __: click.Parameter, at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        return at.astimezone()
    except (ValueError, OverflowError) as error:  # the first and last year there is
        raise click.BadParameter(f"{at:%Y-%m-%d} is too far away.") from error


_archive_argument = click.argument("archive", type=_NEW_FILE, callback=_absolute)
_path_option = click.option(
    "--path", "paths", multiple=True, help="Only this file, or the files below it; repeatable."
)
_path_argument = click.argument("path", metavar="PATH")


@click.group(short_help="Files and their versions: look, compare, restore, undo.")
def files() -> None:
    """Files in your folders, and every version Steward knows of them.

    PATH is absolute, or relative to the first folder that has it. Looking at a history needs no
    folder; restore, undo and resolve work inside the folders only.
    """


@files.command(name="list")
@folder_option
@json_option
@click.pass_obj
def list_command(run: Run, *, folders: tuple[Path, ...], as_json: bool) -> int:
    """Files and how many versions each has.

    Every file in the folders, and those that were removed from them.
    """
    return run.until_done(file_history.list_files(run.output, folders))


@files.command()
@_path_argument
@folder_option
@json_option
@click.pass_obj
def versions(run: Run, *, path: str, folders: tuple[Path, ...], as_json: bool) -> int:
    """The history of a file.

    Oldest first; version 1 is what was first seen.
    """
    return run.until_done(file_history.list_versions(run.output, folders, path))


@files.command()
@click.argument("what", metavar="PATH@N")
@folder_option
@click.pass_obj
def show(run: Run, *, what: str, folders: tuple[Path, ...]) -> int:
    """Print a version's exact bytes.

    PATH@N is version N of a file, for instance report.md@1.
    """
    path, version = parse_version(what)
    return run.until_done(file_history.show_version(run.output, folders, path, version))


@files.command()
@_path_argument
@click.argument("first", metavar="A", type=_version)
@click.argument("second", metavar="B", type=_version)
@folder_option
@json_option
@click.pass_obj
def diff(
    run: Run, *, path: str, first: int, second: int, folders: tuple[Path, ...], as_json: bool
) -> int:
    """Compare two versions of a file.

    What changed from version A to version B.
    """
    return run.until_done(file_history.show_diff(run.output, folders, path, first, second))


@files.command()
@_path_argument
@click.argument("version", metavar="N", type=_version)
@folder_option
@json_option
@click.pass_obj
def restore(run: Run, *, path: str, version: int, folders: tuple[Path, ...], as_json: bool) -> int:
    """Bring an earlier version back.

    Version N becomes a new version; a removed file comes back too.
    """
    return run.until_done(file_history.restore(run.output, folders, path, version))


@files.command()
@click.argument("what", required=False, metavar="[TURN | PATH@N]")
@folder_option
@json_option
@click.pass_obj
def undo(run: Run, *, what: str | None, folders: tuple[Path, ...], as_json: bool) -> int:
    """Take a turn's changes back, or one version's.

    TURN is one that log shows; without it, the newest that is not undone yet. PATH@N takes back
    what version N did to a file, and that alone: what came after it stays.
    """
    if what is not None and "@" in what:
        path, version = parse_version(what)
        return run.until_done(file_history.undo_version(run.output, folders, path, version))
    return run.until_done(file_history.undo(run.output, folders, what))


@files.command()
@click.argument("what", metavar="PATH[@N]")
@folder_option
@json_option
@click.pass_obj
def blame(run: Run, *, what: str, folders: tuple[Path, ...], as_json: bool) -> int:
    """Say of each line where it comes from.

    The version that brought it in, who made that, and the words that asked for it.
    """
    return run.until_done(file_blame.blame(run.output, folders, what))


@files.command()
@folder_option
@json_option
@click.pass_obj
def conflicts(run: Run, *, folders: tuple[Path, ...], as_json: bool) -> int:
    """Changes that someone else's came before.

    Nothing was overwritten: both versions are kept, and resolve decides.
    """
    return run.until_done(file_conflicts.list_conflicts(run.output, folders))


@files.command()
@_path_argument
@click.argument("choice", type=click.Choice([one.value for one in ConflictChoice]))
@click.option("--diff", is_flag=True, help="Only show what it would change.")
@folder_option
@json_option
@click.pass_obj
def resolve(
    run: Run, *, path: str, choice: str, diff: bool, folders: tuple[Path, ...], as_json: bool
) -> int:
    """Decide a file's newest conflict.

    theirs leaves the file as they have it; ours makes the change that was held back; merge
    takes both changes, where they do not touch the same lines. The other version stays in the
    history.
    """
    chosen = ConflictChoice(choice)
    return run.until_done(file_conflicts.resolve(run.output, folders, path, chosen, diff=diff))


@files.command()
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    metavar="N",
    help="So many changes.",
)
@folder_option
@json_option
@click.pass_obj
def log(run: Run, *, limit: int, folders: tuple[Path, ...], as_json: bool) -> int:
    """Changes of all files, newest first."""
    return run.until_done(file_history.show_log(run.output, folders, limit))


@files.command()
@json_option
@click.pass_obj
def verify(run: Run, *, as_json: bool) -> int:
    """Check the history against the disk.

    Every invariant is checked. Exit code 1: one is broken. Notes are no fault.
    """
    return run.until_done(file_care.verify(run.output))


@files.command()
@json_option
@click.pass_obj
def recover(run: Run, *, as_json: bool) -> int:
    """End what a crash left open.

    Each change is finished or taken back. Every start does this too.
    """
    return run.until_done(file_care.recover(run.output))


@files.command()
@_archive_argument
@_path_option
@folder_option
@json_option
@click.pass_obj
def export(
    run: Run, *, archive: Path, paths: tuple[str, ...], folders: tuple[Path, ...], as_json: bool
) -> int:
    """Write all versions into one archive.

    ARCHIVE is a new ZIP file that needs no Steward to be read; it is read back before it gets
    its name. Nothing in the vault changes.
    """
    return run.until_done(file_export.export(run.output, folders, archive, paths))


@files.command()
@click.argument("archive", required=False, type=_NEW_FILE, callback=_absolute)
@_path_option
@click.option("--keep", type=_version, metavar="N", help="Keep the newest N versions of a file.")
@click.option(
    "--before",
    type=click.DateTime(),
    callback=_with_zone,
    metavar="DATE",
    help="Only versions older than this.",
)
@click.option("--yes", is_flag=True, help="Do it. Without it, only say what would go.")
@folder_option
@json_option
@click.pass_obj
def prune(
    run: Run,
    *,
    archive: Path | None,
    paths: tuple[str, ...],
    keep: int | None,
    before: datetime | None,
    yes: bool,
    folders: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Let go of old versions' bytes.

    They are exported to ARCHIVE first (by default a new one beside the vault), and read back.
    The newest version of a file stays in any case, and the history still tells of all.
    """
    return run.until_done(
        file_export.prune(
            run.output,
            folders,
            archive,
            paths,
            keep=keep,
            before=before,
            yes=yes,
        )
    )


@files.command(name="import")
@_archive_argument
@json_option
@click.pass_obj
def import_command(run: Run, *, archive: Path, as_json: bool) -> int:
    """Bring pruned bytes back.

    ARCHIVE is one that prune or export wrote. Files and versions stay as they are.
    """
    return run.until_done(file_export.bring_back(run.output, archive))


def parse_version(what: str) -> tuple[str, int]:
    """Path and number of ``PATH@N``. Raises ``UsageError``."""
    found = re.fullmatch(r"(.+)@([0-9]{1,10})", what, re.DOTALL)
    if found is None or not 1 <= int(found[2]) <= _MOST:
        raise UsageError(
            f"{what} names no version.", hint="Write PATH@N, for instance report.md@1."
        )
    return found[1], int(found[2])
