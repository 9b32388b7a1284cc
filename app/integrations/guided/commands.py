"""The table of offline commands: what each is called, takes and does. Data only.

The window completes from it, ``/help`` prints it, the parser's tests walk it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ArgumentKind(StrEnum):
    """What stands in an argument's place; a face completes by it."""

    FILE = "file"
    """An existing file."""
    FOLDER = "folder"
    """An existing folder."""
    PLACE = "place"
    """An existing file or folder."""
    NEW_FILE = "new_file"
    """A path where nothing stands yet."""
    TEXT = "text"
    VERSION = "version"
    """The number of one of the file's versions."""
    LINE = "line"
    """The number of a line."""
    COMMAND = "command"
    """The name of a command."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: without the slash.
        usage: as shown, with the slash; optional parts in square brackets.
        summary: one sentence for a list.
        arguments: kinds of what is typed after the name, in order.
        required: how many of ``arguments`` must be given.
        writes: whether it changes files (and so asks first).
        example: something that can be typed as it stands.
        sentence: the same in plain words, where a clear sentence does too.
    """

    name: str
    usage: str
    summary: str
    arguments: tuple[ArgumentKind, ...] = ()
    required: int = 0
    writes: bool = False
    example: str = ""
    sentence: str = ""

    @property
    def typed(self) -> str:
        """What completion puts into the input: the name, and a space where more must follow."""
        return f"/{self.name} " if self.arguments else f"/{self.name}"


_K = ArgumentKind

COMMANDS: Final[tuple[Command, ...]] = (
    Command(
        name="files",
        usage="/files [FOLDER]",
        summary="Lists files and folders.",
        arguments=(_K.FOLDER,),
        example="/files notes",
        sentence="list files",
    ),
    Command(
        name="read",
        usage="/read PATH [LINE]",
        summary="Shows what is in a file, from its beginning or from a line.",
        arguments=(_K.FILE, _K.LINE),
        required=1,
        example="/read notes.md",
        sentence="what is in notes.md",
    ),
    Command(
        name="find",
        usage='/find "TEXT" [in PATH]',
        summary="Finds text in files, and files by name.",
        arguments=(_K.TEXT, _K.PLACE),
        required=1,
        example='/find "draft" in notes',
        sentence="find 'draft' in notes",
    ),
    Command(
        name="create",
        usage='/create PATH ["TEXT"]',
        summary="Makes a new file; lines under the command become its content.",
        arguments=(_K.NEW_FILE, _K.TEXT),
        required=1,
        writes=True,
        example='/create ideas.md "First idea"',
        sentence="create a file ideas.md with 'First idea'",
    ),
    Command(
        name="edit",
        usage='/edit PATH "CONTENT"',
        summary="Gives a file a whole new content, quoted or in the lines under the command.",
        arguments=(_K.FILE, _K.TEXT),
        required=2,
        writes=True,
        example='/edit ideas.md "One idea, rewritten"',
    ),
    Command(
        name="append",
        usage='/append PATH "TEXT"',
        summary="Adds text at the end of a file.",
        arguments=(_K.FILE, _K.TEXT),
        required=2,
        writes=True,
        example='/append ideas.md "Second idea"',
        sentence="append 'Second idea' to ideas.md",
    ),
    Command(
        name="replace",
        usage='/replace "OLD" "NEW" in PATH [all]',
        summary="Replaces exact text that stands in one place; with “all”, in every place.",
        arguments=(_K.TEXT, _K.TEXT, _K.FILE),
        required=3,
        writes=True,
        example='/replace "draft" "final" in report.md',
        sentence="replace 'draft' with 'final' in report.md",
    ),
    Command(
        name="rename",
        usage="/rename PATH NEW",
        summary="Renames a file or a folder; moves it when NEW is a path (archive/report.md).",
        arguments=(_K.FILE, _K.NEW_FILE),
        required=2,
        writes=True,
        example="/rename report.md report-2026.md",
        sentence="rename report.md to report-2026.md",
    ),
    Command(
        name="remove",
        usage="/remove PATH",
        summary="Takes a file out of the folder; its content is kept and can be restored.",
        arguments=(_K.FILE,),
        required=1,
        writes=True,
        example="/remove report.md",
        sentence="remove report.md",
    ),
    Command(
        name="versions",
        usage="/versions PATH",
        summary="Lists the versions of a file.",
        arguments=(_K.FILE,),
        required=1,
        example="/versions report.md",
        sentence="show versions of report.md",
    ),
    Command(
        name="diff",
        usage="/diff PATH [A B]",
        summary="Compares two versions of a file; without numbers, the last two.",
        arguments=(_K.FILE, _K.VERSION, _K.VERSION),
        required=1,
        example="/diff report.md 1 2",
        sentence="compare versions 1 and 2 of report.md",
    ),
    Command(
        name="undo",
        usage="/undo [PATH N]",
        summary=(
            "Takes back the changes of the last answer that changed files; with a path and a "
            "version, only what that version did."
        ),
        arguments=(_K.FILE, _K.VERSION),
        writes=True,
        example="/undo",
        sentence="undo that",
    ),
    Command(
        name="restore",
        usage="/restore PATH N",
        summary="Brings version N of a file back, as a new version.",
        arguments=(_K.FILE, _K.VERSION),
        required=2,
        writes=True,
        example="/restore report.md 1",
        sentence="restore version 1 of report.md",
    ),
    Command(
        name="help",
        usage="/help [COMMAND]",
        summary="Says what can be done here.",
        arguments=(_K.COMMAND,),
        example="/help replace",
        sentence="help",
    ),
)

_BY_NAME: Final = {command.name: command for command in COMMANDS}


def find_command(name: str) -> Command | None:
    """The command of this name, with or without the slash, in any case."""
    return _BY_NAME.get(name.removeprefix("/").lower())


def near_commands(name: str) -> tuple[Command, ...]:
    """Commands whose names look like ``name``, nearest first; often none."""
    import difflib

    wanted = name.removeprefix("/").lower()
    return tuple(_BY_NAME[near] for near in difflib.get_close_matches(wanted, _BY_NAME, n=2))


def complete(text: str) -> tuple[Command, ...]:
    """Commands that may be meant while ``text`` is typed: a slash and the start of a name."""
    if not text.startswith("/") or any(character.isspace() for character in text):
        return ()
    start = text[1:].lower()
    return tuple(command for command in COMMANDS if command.name.startswith(start))
