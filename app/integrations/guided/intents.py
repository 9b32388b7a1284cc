"""What a message can mean to the guide: a closed union of requests, and the ways to abstain.

Pure data. A request holds exactly what the person wrote; nothing in it is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ListFiles:
    """List a folder; ``None``: everything granted."""

    path: str | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Show a file's content, from its beginning or from a line."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FindText:
    """Find text, everywhere or below ``path``."""

    text: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class CreateFile:
    """Make a new file."""

    path: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class EditFile:
    """Give a file a whole new content."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class AppendText:
    """Add text at a file's end."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Replace exact text: in its one place, or with ``everywhere`` in all of them."""

    path: str
    old: str
    new: str
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class RenameFile:
    """Rename; ``new`` without a slash stays in the file's folder."""

    path: str
    new: str


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Take a file out of its folder."""

    path: str


@dataclass(frozen=True, slots=True)
class ShowVersions:
    """List a file's versions."""

    path: str


@dataclass(frozen=True, slots=True)
class CompareVersions:
    """Compare two versions; both ``None``: the last two."""

    path: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class UndoLast:
    """Take back the changes of the last answer that changed files."""


@dataclass(frozen=True, slots=True)
class UndoVersion:
    """Take back what one version did to its file, and that alone."""

    path: str
    version: int


@dataclass(frozen=True, slots=True)
class RestoreVersion:
    """Bring an earlier version back."""

    path: str
    version: int


class Occasion(StrEnum):
    """Why help is shown."""

    ASKED = "asked"
    GREETING = "greeting"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Say what can be done, or explain one command (its name without the slash)."""

    command: str | None = None
    occasion: Occasion = Occasion.ASKED


Read = ListFiles | ReadFile | FindText | ShowVersions | CompareVersions
Write = (
    CreateFile
    | EditFile
    | AppendText
    | ReplaceText
    | RenameFile
    | RemoveFile
    | UndoLast
    | UndoVersion
    | RestoreVersion
)
Intent = Read | Write | ShowHelp

WRITES = (
    CreateFile,
    EditFile,
    AppendText,
    ReplaceText,
    RenameFile,
    RemoveFile,
    UndoLast,
    UndoVersion,
    RestoreVersion,
)
"""The same as ``Write``, for ``isinstance``."""


class Doubt(StrEnum):
    """What is unclear in a message that is nearly understood."""

    EXACT_TEXT = "exact_text"
    WHICH_FILE = "which_file"
    WHICH_VERSION = "which_version"
    ONE_VERSION = "one_version"
    WHERE_TO_PUT = "where_to_put"
    TEXT_TO_REMOVE = "text_to_remove"
    NEW_NAME = "new_name"
    TWO_READINGS = "two_readings"


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nearly understood: the person chooses. ``readings`` are offered, never done."""

    doubt: Doubt
    readings: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class BadUsage:
    """A command whose arguments do not fit.

    ``command`` is its name, ``problem`` one sentence of ours, in Markdown.
    """

    command: str
    problem: str
    readings: tuple[Intent, ...] = ()


class Reason(StrEnum):
    """Why a message is not understood, as far as that can be told."""

    UNKNOWN = "unknown"
    NO_SUCH_COMMAND = "no_such_command"
    NEGATED = "negated"
    QUESTION = "question"
    SEVERAL = "several"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood. ``readings`` are harmless offers; ``near`` names commands."""

    reason: Reason = Reason.UNKNOWN
    readings: tuple[Intent, ...] = ()
    near: tuple[str, ...] = ()


Parsed = Intent | Ambiguous | BadUsage | Unknown
