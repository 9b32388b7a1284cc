"""What the guide says when something was not done: refused, failed, not understood. Pure.

Each answer says what stands now and what can be done next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.domain.tool_calls import ToolStatus
from app.integrations.guided.commands import COMMANDS, find_command
from app.integrations.guided.intents import (
    WRITES,
    Ambiguous,
    BadUsage,
    CreateFile,
    Doubt,
    Intent,
    ListFiles,
    ReadFile,
    Reason,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
    Unknown,
)
from app.integrations.guided.markdown import bullets, code, joined, plain, quote, said
from app.integrations.guided.spelling import as_command
from app.integrations.guided.steps import Outcome, Reply

UNCHANGED: Final = "Nothing was changed."

CONNECT: Final = (
    "To ask in your own words, connect a model: in the window **Settings → Connect a model**; for "
    "the terminal set `OPENROUTER_API_KEY` or `STEWARD_LLM_BASE_URL`."
)

_MOST_LINES: Final = 10
_GENERAL: Final = ("/files", "/help")


def offers(*intents: Intent) -> tuple[str, ...]:
    """The commands for ``intents``, to be offered as buttons; each once."""
    commands = (as_command(intent) for intent in intents)
    return tuple(dict.fromkeys(command for command in commands if command is not None))


# -- not understood ----------------------------------------------------------------------


def can_do() -> str:
    """The commands, as a list."""
    return "I can do these offline:\n\n" + bullets(
        [f"{code(command.usage)} {_lower(command.summary)}" for command in COMMANDS]
    )


def can_do_briefly() -> str:
    """The commands' names, on one line."""
    names = ", ".join(code(f"/{command.name}") for command in COMMANDS)
    return f"I can do these offline: {names}. `/help` explains them."


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


_REASONS: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN: "I did not understand that.",
    Reason.NO_SUCH_COMMAND: "I did not understand that: there is no such command.",
    Reason.NEGATED: "I did not understand that: it reads like something not to do.",
    Reason.QUESTION: (
        "I did not understand that: it reads like a question, and without a model I cannot "
        "answer it. If it is something to do, say it as a request."
    ),
    Reason.SEVERAL: (
        "I did not understand that: it reads like more than one request, and I take one at a time."
    ),
    Reason.QUOTES: "I did not understand that: the quotation marks do not work out.",
}


def not_understood(unknown: Unknown) -> Reply:
    """Abstain: nothing was done, what can be done, and how to connect a model."""
    opening = _REASONS[unknown.reason]
    if unknown.near:
        opening += f" Did you mean {' or '.join(code('/' + name) for name in unknown.near)}?"
    text = f"{opening} {UNCHANGED}\n\n{can_do_briefly()}\n\n{CONNECT}"
    return Reply(text, (*offers(*unknown.readings), *_GENERAL))


_DOUBTS: Final[Mapping[Doubt, str]] = {
    Doubt.EXACT_TEXT: (
        "I take text exactly as it stands, so put it in quotes: "
        "`replace 'draft' with 'final' in report.md`."
    ),
    Doubt.WHICH_FILE: "Which file? Say it with its full name, for instance `report.md`.",
    Doubt.WHICH_VERSION: ("Which version? Say it by its number: `restore version 1 of report.md`."),
    Doubt.ONE_VERSION: (
        "I cannot show a single version here. I can list and compare versions; in the terminal, "
        "`steward files show PATH@N` prints one."
    ),
    Doubt.WHERE_TO_PUT: "Where should the text go?",
    Doubt.TEXT_TO_REMOVE: "Text is removed from a file by replacing it with nothing.",
    Doubt.NEW_NAME: "I am not sure which new place you mean.",
    Doubt.TWO_READINGS: "That can mean more than one thing.",
}


def unclear(ambiguous: Ambiguous) -> Reply:
    """Ask back: offer what may be meant, do nothing."""
    commands = offers(*ambiguous.readings)
    text = f"{_DOUBTS[ambiguous.doubt]} {UNCHANGED}"
    if commands:
        opening = "Did you mean this?" if len(commands) == 1 else "Did you mean one of these?"
        text += f"\n\n{opening}\n\n{bullets([code(command) for command in commands])}"
    return Reply(text, (*commands, *_GENERAL))


def wrong_usage(bad: BadUsage) -> Reply:
    """Say how the command is written."""
    command = find_command(bad.command)
    assert command is not None, "the parser names only commands of the table"
    text = (
        f"{bad.problem} {UNCHANGED}\n\n"
        f"It is written {code(command.usage)}, for instance {code(command.example)}."
    )
    commands = offers(*bad.readings)
    if commands:
        text += f" Did you mean {' or '.join(code(command) for command in commands)}?"
    return Reply(text, (*commands, f"/help {command.name}"))


# -- not done ----------------------------------------------------------------------------

# Kinds of errors after which the files are known to be as they were.
_HARMLESS_KINDS: Final = """
    usage not_found file_error path_outside no_folder file_missing file_exists not_a_file
    file_too_large not_text not_encodable stopped file_changed disk_full match_count
    blob_damaged pruned skill_error unknown_skill invalid_arguments placeholder_write
"""
_HARMLESS_ERRORS: Final = frozenset(_HARMLESS_KINDS.split())


def not_done(intent: Intent, outcome: Outcome) -> Reply:
    """Say why a call did not do what was asked, and what stands now."""
    writes = isinstance(intent, WRITES)
    match outcome.status:
        case ToolStatus.DENIED:
            return Reply(f"Nothing was changed, because {_denied(outcome)}")
        case ToolStatus.TIMEOUT:
            return _unsure(intent, "That took too long and was stopped.")
        case ToolStatus.INTERRUPTED:
            return _unsure(intent, "That was interrupted before it was done.")
        case ToolStatus.UNAVAILABLE:
            when = outcome.string("retry_at")
            later = f"It may be tried again at {plain(when)}." if when else "Try again later."
            text = f"{code(outcome.name)} has failed too often and is paused. {later}"
            return Reply(f"{text} {UNCHANGED}" if writes else text)
        case _:
            return _error(intent, outcome)


def _denied(outcome: Outcome) -> str:
    by = outcome.string("by") or ""
    if outcome.error_type == "expired":
        return "it needed your approval and nobody decided in time."
    if by == "nobody to ask":
        return (
            "it needs your approval and nobody could be asked here. Ask for it in the window or in "
            "`steward chat`, or allow it with `--approve always`."
        )
    if by == "--approve never":
        return "changes are switched off for this run (`--approve never`)."
    return "you said no."


def _unsure(intent: Intent, opening: str) -> Reply:
    """For an end that may have come after the change itself."""
    if not isinstance(intent, WRITES):
        return Reply(f"{opening} It was only reading: {UNCHANGED[0].lower()}{UNCHANGED[1:]}")
    path = getattr(intent, "path", None)
    if not isinstance(path, str):
        return Reply(f"{opening} The versions of your files show whether anything was changed.")
    command = as_command(ShowVersions(path))
    look = f"{code(command)} shows" if command else "Its versions show"
    return Reply(f"{opening} {look} whether {code(path)} was changed.", offers(ShowVersions(path)))


# What the guide says of an undo itself; the rest the skill says better.
_SAID_HERE: Final = frozenset({"no_folder", "path_outside", "file_missing"})


def _error(intent: Intent, outcome: Outcome) -> Reply:
    kind = outcome.error_type
    if kind == "match_count" and isinstance(intent, ReplaceText):
        return several_places(intent, outcome)
    words = _ERRORS.get(kind)
    if (isinstance(intent, UndoLast | UndoVersion) and kind not in _SAID_HERE) or (
        isinstance(intent, CreateFile) and kind == "not_text"
    ):
        words = None  # about several files, or about no file yet: the skill says it better
    text = words(_named(intent, outcome)) if words else _in_its_words(intent, outcome)
    if words and kind == "not_text" and (what := outcome.string("is")):
        text = f"{text} It is {plain(what)}."
    if isinstance(intent, WRITES) and kind in _HARMLESS_ERRORS:
        text = text if UNCHANGED in text else f"{text} {UNCHANGED}"
    elif isinstance(intent, WRITES) and kind != "conflict":
        unsure = _unsure(intent, text)
        return Reply(unsure.text, unsure.suggestions)
    return Reply(text, _after_error(intent, kind))


def _in_its_words(intent: Intent, outcome: Outcome) -> str:
    display = outcome.string("display")
    names = [*_written(intent), *([display] if display is not None else [])]
    return said(outcome.text, names) or "That failed."


def _written(intent: Intent) -> list[str]:
    """The paths in a request, as the person wrote them."""
    paths = (getattr(intent, key, None) for key in ("path", "new"))
    return [path for path in paths if isinstance(path, str)]


def _named(intent: Intent, outcome: Outcome) -> str:
    """The path an error is about: as the person wrote it, or in its short form."""
    path, display = outcome.string("path"), outcome.string("display")
    for name in _written(intent):
        if path is None or name in (path, display):
            return code(name)
        if display is None and path.endswith("/" + name.removeprefix("./")):
            return code(name)
    return code(display or path) if path is not None else "it"


_ERRORS: Final[Mapping[str, Callable[[str], str]]] = {
    "file_missing": lambda path: f"There is no file {path} in the folders you granted.",
    "file_exists": lambda path: f"There is already something at {path}.",
    "path_outside": lambda path: (
        f"{path} is outside the folders you granted, and I work only inside them."
    ),
    "no_folder": lambda path: (
        "You have not granted a folder yet. In the window, choose one in the settings; in the "
        "terminal, use `--folder DIR` or set `STEWARD_FOLDERS`."
    ),
    "not_text": lambda path: f"{path} is not text that I can show or change.",
    "disk_full": lambda path: f"There is no space left on the disk for {path}.",
    "file_changed": lambda path: (
        f"{path} was changed by someone else in the meantime. Look at it and ask again."
    ),
    "conflict": lambda path: (
        f"Someone else changed {path} at the same moment. Nothing was overwritten: theirs stands, "
        "and my change is kept beside it. Ask again to make it on top of theirs; or decide under "
        "**Versions** in the window, or with `steward files resolve` in the terminal."
    ),
    "crash": lambda path: "That failed inside Steward. The log has the details.",
}


def _after_error(intent: Intent, kind: str) -> tuple[str, ...]:
    path = getattr(intent, "path", None)
    if not isinstance(path, str) or kind in {"file_missing", "path_outside", "no_folder"}:
        return offers(ListFiles(), ShowHelp())
    if isinstance(intent, RestoreVersion | UndoVersion):
        return offers(ShowVersions(path))
    if kind in {"file_exists", "file_changed"}:
        return offers(ReadFile(path), ShowVersions(path))
    return ()


def several_places(intent: ReplaceText, outcome: Outcome) -> Reply:
    """A replacement whose text stands in no place, or in more places than were allowed for."""
    old, path = quote(intent.old), code(intent.path)
    count = outcome.integer("count")
    if count == 0:
        text = f"{old} does not stand in {path}. {UNCHANGED}"
        if near := _lines(outcome, "near_lines"):
            text += f" With other spaces or capital letters it stands on {near}."
        return Reply(text, offers(ReadFile(intent.path)))
    everywhere = ReplaceText(intent.path, intent.old, intent.new, everywhere=True)
    places = f"{count} places" if count else "several places"
    text = f"{old} stands in {places} in {path}; nothing was changed."
    if lines := _lines(outcome, "lines"):
        text += f" It stands on {lines}."
    command = as_command(everywhere)
    if command:
        text += f"\n\nTo replace all of them: {code(command)}"
    return Reply(text, offers(everywhere, ReadFile(intent.path)))


def _lines(outcome: Outcome, key: str) -> str:
    """“line 3”, “lines 3 and 5”, or nothing where it is not known."""
    value = outcome.metadata.get(key)
    numbers = [n for n in value if isinstance(n, int)] if isinstance(value, list | tuple) else []
    words = [str(number) for number in numbers[:_MOST_LINES]]
    if len(numbers) > _MOST_LINES:
        return f"lines {', '.join(words)} and more"
    if not words:
        return ""
    return f"{'line' if len(words) == 1 else 'lines'} {joined(words)}"


def nothing_to_replace(intent: ReplaceText) -> Reply:
    """For a replacement of a text by itself."""
    return Reply(
        f"The old and the new text are the same. {UNCHANGED}", offers(ReadFile(intent.path))
    )
