"""The one slash command that means exactly a given request. Pure; the parser reads it back."""

from __future__ import annotations

from app.integrations.guided.intents import (
    AppendText,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    ReadFile,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
)
from app.integrations.guided.quoting import as_quoted, as_word


def as_command(intent: Intent) -> str | None:
    """The command that means exactly ``intent``; ``None`` where it cannot be written down."""
    parts = _parts(intent)
    whole = [part for part in parts if part is not None]
    return " ".join(whole) if len(whole) == len(parts) else None


def _parts(intent: Intent) -> list[str | None]:
    match intent:
        case ListFiles(path):
            return ["/files"] if path is None else ["/files", as_word(path)]
        case ReadFile(path, line):
            return ["/read", as_word(path), *([] if line is None else [str(line)])]
        case FindText(text, path):
            return ["/find", as_quoted(text), *([] if path is None else ["in", as_word(path)])]
        case CreateFile(path, content):
            return ["/create", as_word(path), *([as_quoted(content)] if content else [])]
        case EditFile(path, text):
            return ["/edit", as_word(path), as_quoted(text)]
        case AppendText(path, text):
            return ["/append", as_word(path), as_quoted(text)]
        case ReplaceText(path, old, new, everywhere):
            every = ["all"] if everywhere else []
            return ["/replace", as_quoted(old), as_quoted(new), "in", as_word(path), *every]
        case RenameFile(path, new):
            return ["/rename", as_word(path), as_word(new)]
        case RemoveFile(path):
            return ["/remove", as_word(path)]
        case ShowVersions(path):
            return ["/versions", as_word(path)]
        case CompareVersions(path, before, after):
            numbers = [] if before is None or after is None else [str(before), str(after)]
            return ["/diff", as_word(path), *numbers]
        case UndoLast():
            return ["/undo"]
        case UndoVersion(path, version):
            return ["/undo", as_word(path), str(version)]
        case RestoreVersion(path, version):
            return ["/restore", as_word(path), str(version)]
        case ShowHelp(command):
            return ["/help"] if command is None else ["/help", command]
