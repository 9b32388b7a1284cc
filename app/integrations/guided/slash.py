"""Slash commands: from ``/replace "draft" "final" in report.md`` to a request. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from app.integrations.guided import quoting
from app.integrations.guided.commands import find_command, near_commands
from app.integrations.guided.intents import (
    AppendText,
    BadUsage,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    ReadFile,
    Reason,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
    Unknown,
)
from app.integrations.guided.quoting import Word, split_words, take_word

_VERSION: Final = re.compile(r"v?([1-9][0-9]{0,8})", re.IGNORECASE | re.ASCII)
_LINE: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_LINKING: Final = ("with", "by", "to")
_BLOCK: Final = re.compile(r"[ \t]*\r?\n")

_BAD_QUOTES: Final = "The quotes do not work out: each must be closed, with a space after it."
_NO_PATH: Final = "The path of the file is missing."
_ONE_PATH: Final = "That is more than one path. A path with spaces needs quotes."
_BAD_PATH: Final = "A path cannot be empty or hold line breaks or control characters."
_BAD_VERSION: Final = "A version is a whole number; versions count from 1."
_PART_QUOTED: Final = "Only a part of the text is in quotes."


def parse_command(text: str) -> Intent | BadUsage | Unknown:
    """What a message that begins with a slash asks for."""
    name = text.split(maxsplit=1)[0]
    command = find_command(name)
    if command is None:
        near = tuple(candidate.name for candidate in near_commands(name))
        return Unknown(Reason.NO_SUCH_COMMAND, near=near)
    return _PARSERS[command.name](text[len(name) :])


def _words(command: str, body: str) -> list[Word] | BadUsage:
    words = split_words(body)
    return BadUsage(command, _BAD_QUOTES) if words is None else words


def in_drive(path: str) -> bool:
    """Whether it names a file of Google Drive."""
    return path.startswith("drive:")


def is_path(text: str) -> bool:
    """Whether ``text`` can be a path at all."""
    return bool(text.strip()) and all(ord(c) >= 32 and ord(c) != 127 for c in text)


def _one_path(command: str, body: str, make: Callable[[str], Intent]) -> Intent | BadUsage:
    words = _words(command, body)
    if isinstance(words, BadUsage):
        return words
    if not words:
        return BadUsage(command, _NO_PATH)
    if len(words) > 1:
        joined = body.strip()
        whole = () if any(w.quoted for w in words) or not is_path(joined) else (make(joined),)
        return BadUsage(command, _ONE_PATH, whole)
    return make(words[0].text) if is_path(words[0].text) else BadUsage(command, _BAD_PATH)


def _files(body: str) -> Intent | BadUsage:
    return _one_path("files", body, ListFiles) if body.strip() else ListFiles()


def _read(body: str) -> Intent | BadUsage:
    words = split_words(body)
    if words is None or len(words) != 2 or not _LINE.fullmatch(words[1].text):
        return _one_path("read", body, ReadFile)
    path, line = words[0].text, int(words[1].text)
    return ReadFile(path, line) if is_path(path) else _bad_path("read")


def _remove(body: str) -> Intent | BadUsage:
    return _one_path("remove", body, RemoveFile)


def _versions(body: str) -> Intent | BadUsage:
    return _one_path("versions", body, ShowVersions)


def _find(body: str) -> Intent | BadUsage:
    words = _words("find", body)
    if isinstance(words, BadUsage):
        return words
    path = None
    if len(words) >= 3 and words[-2] == Word("in"):
        path = words[-1].text
        words = words[:-2]
        if not is_path(path):
            return BadUsage("find", _BAD_PATH)
    if not words:
        return BadUsage("find", "The text to find is missing.")
    if len(words) > 1 and any(word.quoted for word in words):
        return BadUsage("find", _PART_QUOTED)
    text = " ".join(word.text for word in words)
    return FindText(text, path) if text.strip() else BadUsage("find", "The text to find is empty.")


def _with_text(
    command: str, body: str, make: Callable[[str, str], Intent]
) -> Intent | BadUsage | str:
    """A path and the text after it; where there is no text, the path alone."""
    start = quoting.skip_blanks(body, 0)
    if start >= len(body):
        return BadUsage(command, _NO_PATH)
    taken = take_word(body, start)
    if taken is None:
        return BadUsage(command, _BAD_QUOTES)
    path, rest = taken[0].text, body[taken[1] :]
    if not is_path(path):
        return BadUsage(command, _BAD_PATH)
    if block := _BLOCK.match(rest):
        lines = rest[block.end() :]
        if lines.strip():
            # What stands under the command is lines, and a line ends with a line break.
            return make(path, lines if lines.endswith("\n") else lines + "\n")
        return path
    raw = rest.strip()
    if not raw:
        return path
    if not quoting.opens_quote(raw, 0):
        return make(path, raw)
    text = take_word(raw, 0)
    if text is None or text[1] != len(raw):
        return BadUsage(command, _PART_QUOTED, (make(path, raw),))
    return make(path, text[0].text)


def _create(body: str) -> Intent | BadUsage:
    parsed = _with_text("create", body, CreateFile)
    return CreateFile(parsed) if isinstance(parsed, str) else parsed


def _edit(body: str) -> Intent | BadUsage:
    parsed = _with_text("edit", body, EditFile)
    if isinstance(parsed, str):
        return BadUsage(
            "edit", "The new content is missing: put it in quotes or in the lines under."
        )
    return parsed


def _append(body: str) -> Intent | BadUsage:
    parsed = _with_text("append", body, AppendText)
    if isinstance(parsed, str) or (isinstance(parsed, AppendText) and not parsed.text):
        return BadUsage("append", "The text to add is missing.")
    return parsed


def _replace(body: str) -> Intent | BadUsage:
    words = _words("replace", body)
    if isinstance(words, BadUsage):
        return words
    everywhere = len(words) > 3 and _is_keyword(words[-1], "all")
    if everywhere:
        words = words[:-1]
    if len(words) == 5 and _is_keyword(words[1], *_LINKING):
        words = [words[0], *words[2:]]
    if len(words) == 4 and _is_keyword(words[2], "in"):
        words = [*words[:2], words[3]]
    if len(words) != 3 or any(_is_keyword(word, *_LINKING, "in", "all") for word in words[1:]):
        return BadUsage(
            "replace", "It takes the old text, the new text and one path; quote what has spaces."
        )
    old, new, path = (word.text for word in words)
    if not old:
        return BadUsage("replace", "The text to replace is empty.")
    if not is_path(path):
        return BadUsage("replace", _BAD_PATH)
    return ReplaceText(path, old, new, everywhere)


def _is_keyword(word: Word, *keywords: str) -> bool:
    return not word.quoted and word.text.lower() in keywords


def _rename(body: str) -> Intent | BadUsage:
    words = _words("rename", body)
    if isinstance(words, BadUsage):
        return words
    if len(words) == 3 and _is_keyword(words[1], "to"):
        words = [words[0], words[2]]
    if len(words) != 2 or _is_keyword(words[1], *_LINKING):
        return BadUsage("rename", "It takes a path and a new name; quote what has spaces.")
    path, new = (word.text for word in words)
    return RenameFile(path, new) if is_path(path) and is_path(new) else _bad_path("rename")


def _bad_path(command: str) -> BadUsage:
    return BadUsage(command, _BAD_PATH)


def version_number(text: str) -> int | None:
    """The version that ``1`` or ``v1`` names."""
    match = _VERSION.fullmatch(text)
    return int(match[1]) if match else None


def _diff(body: str) -> Intent | BadUsage:
    words = _words("diff", body)
    if isinstance(words, BadUsage):
        return words
    if len(words) not in (1, 3):
        return BadUsage("diff", "It takes a path, and two versions or none.")
    path, *numbers = (word.text for word in words)
    if not is_path(path):
        return _bad_path("diff")
    if not numbers:
        return CompareVersions(path)
    before, after = (version_number(number) for number in numbers)
    if before is None or after is None:
        return BadUsage("diff", _BAD_VERSION)
    return CompareVersions(path, before, after)


def _restore(body: str) -> Intent | BadUsage:
    words = _words("restore", body)
    if isinstance(words, BadUsage):
        return words
    if len(words) == 1 and is_path(words[0].text):
        return BadUsage("restore", "The version is missing.", (ShowVersions(words[0].text),))
    if len(words) != 2:
        return BadUsage("restore", "It takes a path and a version.")
    version = version_number(words[1].text)
    if version is None:
        return BadUsage("restore", _BAD_VERSION)
    path = words[0].text
    return RestoreVersion(path, version) if is_path(path) else _bad_path("restore")


def _undo(body: str) -> Intent | BadUsage:
    if not body.strip():
        return UndoLast()
    words = _words("undo", body)
    if isinstance(words, BadUsage):
        return words
    if len(words) != 2:
        return BadUsage("undo", "It takes nothing, or a path and a version.")
    version = version_number(words[1].text)
    if version is None:
        return BadUsage("undo", _BAD_VERSION)
    path = words[0].text
    return UndoVersion(path, version) if is_path(path) else _bad_path("undo")


def _help(body: str) -> Intent | BadUsage:
    words = body.split()
    if not words:
        return ShowHelp()
    command = find_command(words[0]) if len(words) == 1 else None
    return ShowHelp(command.name) if command else BadUsage("help", "There is no such command.")


_PARSERS: Final[Mapping[str, Callable[[str], Intent | BadUsage]]] = {
    "files": _files,
    "read": _read,
    "find": _find,
    "create": _create,
    "edit": _edit,
    "append": _append,
    "replace": _replace,
    "rename": _rename,
    "remove": _remove,
    "versions": _versions,
    "diff": _diff,
    "undo": _undo,
    "restore": _restore,
    "help": _help,
}
