"""The guide's answers: help, and what really happened to files. Pure.

Names and contents are data: they are marked as code and can never act as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.integrations.guided.abstaining import CONNECT, can_do, offers
from app.integrations.guided.commands import COMMANDS, Command
from app.integrations.guided.intents import (
    CompareVersions,
    CreateFile,
    Intent,
    Occasion,
    ReadFile,
    RemoveFile,
    RenameFile,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
)
from app.integrations.guided.markdown import (
    bullets,
    code,
    is_plain_name,
    joined,
    said,
)
from app.integrations.guided.sentence import names_file
from app.integrations.guided.spelling import as_command
from app.integrations.guided.steps import Outcome, Reply

# -- help --------------------------------------------------------------------------------

_OPENINGS: Final[Mapping[Occasion, str]] = {
    Occasion.ASKED: "",
    Occasion.GREETING: "Hello. No model is connected, so I follow commands and clear sentences. ",
    Occasion.THANKS: "You are welcome. ",
}


def help_text(intent: ShowHelp, command: Command | None) -> Reply:
    """All commands, or one explained."""
    if command is not None:
        text = f"{code(command.usage)} {command.summary[0].lower()}{command.summary[1:]}"
        text += f"\n\nFor instance: {code(command.example)}"
        if command.sentence:
            text += f", or just say: {code(command.sentence)}"
        return Reply(text, ("/files", "/help"))
    if intent.occasion is Occasion.THANKS:
        return Reply(_OPENINGS[intent.occasion].strip(), ("/files", "/help"))
    sentences = [code(command.sentence) for command in COMMANDS if command.sentence]
    text = (
        f"{_OPENINGS[intent.occasion]}{can_do()}\n\n"
        f"Clear sentences work too: {', '.join(sentences)}.\n\n"
        "A file of Google Drive is `drive:` and its id, wherever a file is named; "
        "`/files drive:root` shows what is in My Drive.\n\n"
        "Every change shows what it does and asks you first; the versions before it are kept. "
        f"{CONNECT}"
    )
    return Reply(text, ("/files", "/help replace", "/help restore"))


# -- changing ----------------------------------------------------------------------------


def changed(intent: Intent, outcome: Outcome, path: str, did: str) -> Reply:
    """A change of a file that stands there still. ``did`` begins the sentence: “Changed”."""
    version = outcome.integer("version")
    shown = code(outcome.string("path") or path)
    text = f"{did} {shown}: version {version}." if version else f"{did} {shown}."
    if isinstance(intent, CreateFile) or (version is not None and version < 2):
        return Reply(f"{text} `/undo` takes it away again.", offers(ReadFile(path), UndoLast()))
    return _reversible(text, path, None if version is None else version - 1)


def _reversible(text: str, path: str, before: int | None) -> Reply:
    if before is None:
        return Reply(
            f"{text} What was there before is kept; say `/undo` to go back.",
            offers(UndoLast(), ShowVersions(path)),
        )
    return Reply(
        f"{text} Version {before} is kept; say {_how_to_restore(path, before)} or `/undo` to go "
        "back.",
        offers(UndoLast(), ShowVersions(path), CompareVersions(path, before, before + 1)),
    )


def _how_to_restore(path: str, version: int) -> str:
    if names_file(path) and is_plain_name(path):
        return f"“restore version {version} of {path}”"
    command = as_command(RestoreVersion(path, version))
    return code(command) if command else "`/restore PATH N`"


def removed(intent: RemoveFile, outcome: Outcome) -> Reply:
    """A file was taken out of its folder."""
    version = outcome.integer("version")
    text = f"Removed {code(intent.path)}. Its content is kept"
    if version is None or version < 2:
        return Reply(f"{text}; say `/undo` to get it back.", offers(UndoLast()))
    restore = _how_to_restore(intent.path, version - 1)
    return Reply(
        f"{text} as version {version - 1}; say {restore} or `/undo` to get it back.",
        offers(UndoLast(), ShowVersions(intent.path)),
    )


def renamed(intent: RenameFile, outcome: Outcome, target: str) -> Reply:
    """A file stands under another name; ``target`` is the one asked for."""
    target = outcome.string("path") or target
    before = outcome.string("moved_from") or intent.path
    files = outcome.integer("files")
    if files is not None:
        went = "1 file" if files == 1 else f"{files:,} files"
        return Reply(
            f"Renamed the folder {code(before)} to {code(target)} with {went} in it. "
            "The versions went along; say `/undo` to go back.",
            offers(UndoLast()),
        )
    did = f"Renamed {code(before)} to {code(target)}"
    if before == target:  # in Drive a file is named by its id, and not by its folder
        did = f"Moved {code(target)} to {code(intent.new)}"
    return Reply(
        f"{did}. Its versions went along; say `/undo` to go back.",
        offers(UndoLast(), ShowVersions(target)),
    )


def restored(intent: RestoreVersion, outcome: Outcome) -> Reply:
    """An earlier version is back."""
    version = outcome.integer("version")
    now = f"; that is now version {version}" if version is not None else ""
    # The version before may be a removal, so none is named to go back to.
    return _reversible(
        f"Restored version {intent.version} of {code(intent.path)}{now}.", intent.path, None
    )


def undone(outcome: Outcome) -> Reply:
    """The last answer's changes were taken back."""
    names = _file_names(outcome.metadata.get("files"))
    what = joined([code(name) for name in names[:20]]) if names else "the last changes"
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    text = (
        f"Took back the last answer's changes: {what}{more}. What was taken back is kept as a "
        "version too."
        if names
        else "Took back the last answer's changes. What was taken back is kept as a version too."
    )
    return Reply(text, offers(*(ShowVersions(name) for name in names[:3])))


def undone_singly(intent: UndoVersion, outcome: Outcome) -> Reply:
    """What one version did was taken back."""
    stay = " What came after it stays." if outcome.metadata.get("kept_versions") else ""
    return _reversible(
        f"Took back what version {intent.version} of {code(intent.path)} did.{stay}",
        intent.path,
        None,
    )


def _file_names(files: object) -> list[str]:
    if not isinstance(files, list | tuple):
        return []
    names = [row.get("path") if isinstance(row, Mapping) else row for row in files]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name))


# -- stopped -----------------------------------------------------------------------------


def unfinished(outcomes: Sequence[Outcome]) -> Reply:
    """What was done in a turn that ends before its plan does."""
    if not outcomes:
        return Reply("Nothing was done: no step was left for it.")
    items = [f"{code(outcome.name)}: {_end(outcome)}" for outcome in outcomes]
    return Reply(f"I stopped here. What was done:\n\n{bullets(items)}")


def _end(outcome: Outcome) -> str:
    words = said(_first_line(outcome.text))
    if outcome.ok:
        return f"done. {words}".rstrip()
    return f"not done ({outcome.status.value}). {words}".rstrip()


def _first_line(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 160 else line[:159] + "…"
