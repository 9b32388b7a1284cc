"""What the guide says when something was asked for and not done: refused, or failed. Pure.

Each answer says what stands now and what can be done next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.domain.tool_calls import ToolStatus
from app.integrations.guided.abstaining import UNCHANGED, offers
from app.integrations.guided.intents import (
    WRITES,
    CreateFile,
    Intent,
    ListFiles,
    ReadFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
)
from app.integrations.guided.markdown import code, joined, plain, quote, said
from app.integrations.guided.slash import in_drive
from app.integrations.guided.spelling import as_command
from app.integrations.guided.steps import Outcome, Reply

_MOST_LINES: Final = 10

# Kinds of errors after which the files are known to be as they were.
_HARMLESS_KINDS: Final = """
    usage not_found file_error path_outside no_folder file_missing file_exists not_a_file
    file_too_large not_text not_encodable stopped file_changed disk_full match_count
    blob_damaged pruned skill_error unknown_skill invalid_arguments placeholder_write
    drive_error drive_signed_out drive_busy drive_full drive_forbidden drive_missing drive_exists
    drive_stale drive_lossy
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
_SAID_OF_FOLDERS: Final = frozenset({"file_missing", "no_folder", "not_text", "path_outside"})
_SAID_HERE: Final = frozenset({"no_folder", "path_outside", "crash"})


def _error(intent: Intent, outcome: Outcome) -> Reply:
    kind = outcome.error_type
    if kind == "match_count" and isinstance(intent, ReplaceText):
        return several_places(intent, outcome)
    words = None if _is_said_better(intent, outcome) else _ERRORS.get(kind)
    text = words(_named(intent, outcome)) if words else _in_its_words(intent, outcome)
    if outcome.metadata.get("unfinished"):
        return Reply(text, offers(*_versions_of(intent)))
    if words and kind == "not_text" and (what := outcome.string("is")):
        text = f"{text} It is {plain(what)}."
    if isinstance(intent, WRITES) and kind in _HARMLESS_ERRORS:
        text = text if UNCHANGED in text else f"{text} {UNCHANGED}"
    elif isinstance(intent, WRITES) and kind != "conflict" and UNCHANGED not in text:
        unsure = _unsure(intent, text)
        return Reply(unsure.text, unsure.suggestions)
    return Reply(text, _after_error(intent, kind))


def _is_said_better(intent: Intent, outcome: Outcome) -> bool:
    """Whether the skill's own words fit better than ours."""
    kind = outcome.error_type
    if outcome.string("document") is not None:  # its text can be read, and it is not changed
        return True
    path = getattr(intent, "path", None)
    if kind in _SAID_OF_FOLDERS and isinstance(path, str) and in_drive(path):
        return True
    match intent:
        case UndoLast() | UndoVersion():  # of several files
            return kind not in _SAID_HERE
        case RestoreVersion():  # the file may be there, and only have no versions
            return kind == "file_missing"
        case CreateFile():  # there is no file yet
            return kind == "not_text"
        case _:
            return False


def _versions_of(intent: Intent) -> list[Intent]:
    path = getattr(intent, "path", None)
    return [ShowVersions(path)] if isinstance(path, str) else []


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
