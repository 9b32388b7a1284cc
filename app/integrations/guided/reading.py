"""The guide's answers about reading: lists, contents, matches, versions, differences. Pure.

Names and contents are data: they are marked as code and can never act as Markdown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.integrations.guided.abstaining import offers
from app.integrations.guided.intents import (
    CompareVersions,
    FindText,
    ListFiles,
    ReadFile,
    RestoreVersion,
    ShowVersions,
)
from app.integrations.guided.markdown import (
    bullets,
    code,
    fence,
    plain,
    quote,
)
from app.integrations.guided.steps import Outcome, Reply

MAX_ROWS: Final = 100
MAX_LINES: Final = 200
MAX_CHARACTERS: Final = 10_000

# How ``files.read`` says that a page is not the last one.
_PAGE_NOTE: Final = re.compile(r"\n?\[Characters [\d,]+ to [\d,]+ of [^\n\]]*\]\Z")


def listed(intent: ListFiles, outcome: Outcome) -> Reply:
    """The entries of a folder."""
    where = "the folders you granted" if intent.path is None else code(intent.path)
    rows = outcome.rows("entries")
    if rows is None:
        return Reply(f"In {where}:\n\n{_bounded(outcome.text, 'lines')}")
    if not rows:
        return Reply(f"There is nothing in {where}.")
    items, files = [], []
    for row in rows[:MAX_ROWS]:
        path = str(row.get("path", ""))
        if row.get("is_dir"):
            items.append(code(path.rstrip("/") + "/"))
            continue
        files.append(path)
        kind = row.get("kind")
        what = f" ({plain(kind)})" if isinstance(kind, str) else _size(row.get("size"))
        items.append(code(path) + what)
    text = f"In {where}:\n\n{bullets(items)}"
    total = max(outcome.integer("total") or 0, len(rows))
    if total > len(items):
        text += f"\n\nand {total - len(items)} more. `/files FOLDER` lists one folder."
    return Reply(text, offers(*(ReadFile(path) for path in files[:3])))


def _size(size: object) -> str:
    if not isinstance(size, int):
        return ""
    if size < 1000:
        return f" ({size} bytes)" if size != 1 else " (1 byte)"
    units = ("KB", "MB", "GB", "TB")
    power = min((len(str(size)) - 1) // 3, len(units))
    return f" ({size / 1000**power:.1f} {units[power - 1]})"


def read(intent: ReadFile, outcome: Outcome) -> Reply:
    """A file's content, bounded."""
    path = outcome.string("path") or intent.path
    content = outcome.text
    if outcome.metadata.get("truncated"):
        content = _PAGE_NOTE.sub("", content)
    if not content.strip():
        return Reply(f"{code(path)} is empty.", offers(ShowVersions(intent.path)))
    is_text = outcome.string("format") in (None, "text")
    language = posixpath.splitext(path)[1].removeprefix(".").lower() if is_text else ""
    shown, is_cut = cut(content)
    first = intent.line or 1
    from_line = f" from line {first}" if first > 1 else ""
    text = f"{code(path)}{from_line}:\n\n{fence(shown, language)}"
    if not is_cut and not outcome.metadata.get("truncated"):
        return Reply(text, offers(ShowVersions(intent.path)))
    last = first + shown.count("\n") - shown.endswith("\n")
    total = outcome.integer("total_lines")
    of = f" of {total}" if total is not None and total > last else ""
    text += f"\n\nThat is up to line {last}{of}. The rest is not shown."
    if not shown.endswith("\n"):  # the cut is inside a line
        return Reply(text, offers(ShowVersions(intent.path)))
    more = offers(ReadFile(intent.path, last + 1))
    return Reply(
        f"{text} {' '.join(code(command) for command in more)} goes on." if more else text,
        (*more, *offers(ShowVersions(intent.path))),
    )


def cut(text: str) -> tuple[str, bool]:
    """The beginning of ``text`` within our bounds, and whether something is missing.

    It ends at the end of a line, unless that line alone is too long.
    """
    lines = text.split("\n", MAX_LINES)
    shown = "\n".join([*lines[:MAX_LINES], ""]) if len(lines) > MAX_LINES else text
    if len(shown) > MAX_CHARACTERS:
        shown = shown[:MAX_CHARACTERS]
        shown = shown[: shown.rfind("\n") + 1] or shown
    return shown, len(shown) < len(text)


def _bounded(text: str, what: str) -> str:
    shown, is_cut = cut(text)
    return fence(shown) + (f"\n\nThere are more {what}; they are not shown." if is_cut else "")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def found(intent: FindText, outcome: Outcome) -> Reply:
    """Where a text was found."""
    what = quote(intent.text)
    where = f" in {code(intent.path)}" if intent.path is not None else ""
    rows = outcome.rows("matches")
    if rows is None:
        return Reply(f"{what}{where}:\n\n{_bounded(outcome.text, 'matches')}")
    if not rows:
        return Reply(f"I did not find {what}{where}.", offers(ListFiles()))
    items, paths = [], []
    for row in rows[:MAX_ROWS]:
        path, line = str(row.get("path", "")), row.get("line")
        paths.append(path)
        place = code(f"{path}:{line}" if isinstance(line, int) and line > 0 else path)
        words = str(row.get("text") or "").strip()
        items.append(f"{place} {code(_short(words))}" if words else f"{place} (its name)")
    text = f"{what} stands{where} here:\n\n{bullets(items)}"
    if len(rows) > MAX_ROWS or outcome.metadata.get("truncated"):
        text += "\n\nThere are more; they are not shown."
    return Reply(text, offers(*(ReadFile(path) for path in list(dict.fromkeys(paths))[:3])))


def found_in_drive(intent: FindText, outcome: Outcome) -> Reply:
    """Files of a folder of Drive that have a text in them, as Drive's own search says."""
    what, where = quote(intent.text), code(intent.path or "Google Drive")
    rows = outcome.rows("files")
    if not rows:
        return Reply(f"Drive did not find {what} in {where}.", offers(ListFiles(intent.path)))
    paths = [str(row.get("path", "")) for row in rows[:MAX_ROWS]]
    names = [str(row.get("name", "")) for row in rows[:MAX_ROWS]]
    items = [f"{code(path)} {code(name)}" for path, name in zip(paths, names, strict=True)]
    text = f"{what} stands in these files in {where}, or in their names:\n\n{bullets(items)}"
    if len(rows) > MAX_ROWS or outcome.string("next_page") is not None:
        text += "\n\nThere are more; they are not shown."
    return Reply(text, offers(*(ReadFile(path) for path in paths[:3])))


def _short(text: str, size: int = 160) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def versions(intent: ShowVersions, outcome: Outcome) -> Reply:
    """A file's history, newest first."""
    path = outcome.string("path") or intent.path
    rows = outcome.rows("versions")
    if rows is None:
        return Reply(f"Versions of {code(path)}:\n\n{_bounded(outcome.text, 'versions')}")
    if not rows:
        return Reply(
            f"{code(path)} has no versions yet: Steward has not changed it.",
            offers(ReadFile(intent.path)),
        )
    newest_first = list(reversed(rows))
    items = [_version(row) for row in newest_first[:MAX_ROWS]]
    text = f"Versions of {code(path)}, newest first:\n\n{bullets(items)}"
    if len(rows) > MAX_ROWS:
        text += f"\n\nand {len(rows) - MAX_ROWS} older ones."
    numbers = [number for row in rows if isinstance(number := row.get("version"), int)]
    if len(numbers) < 2:
        return Reply(text, offers(ReadFile(intent.path)))
    # A version without a hash is a removal: there is nothing in it to bring back.
    kept = [row.get("version") for row in rows[:-1] if row.get("hash", "") is not None]
    back = [RestoreVersion(intent.path, n) for n in kept[-1:] if isinstance(n, int)]
    return Reply(text, offers(*back, CompareVersions(intent.path, numbers[-2], numbers[-1])))


_ACTIONS: Final[Mapping[str, str]] = {
    "create": "created",
    "edit": "changed",
    "move": "moved",
    "remove": "removed",
    "restore": "restored",
    "seen": "as first seen",
}
_OPERATIONS: Final[Mapping[str, str]] = {"external": "changed outside Steward"}


def _version(row: Mapping[str, object]) -> str:
    action, operation = str(row.get("action") or ""), str(row.get("operation") or "")
    what = _OPERATIONS.get(operation) or _ACTIONS.get(action) or plain(operation)
    by = "" if action == "seen" else str(row.get("by") or "")
    parts = [_when(row.get("at")), what, f"by {by if by == 'you' else code(by)}" if by else ""]
    facts = " ".join(part for part in parts if part)
    number = row.get("version")
    return f"**Version {number if isinstance(number, int) else '?'}** {facts}".rstrip()


def _when(at: object) -> str:
    """A time in the person's own zone."""
    if not isinstance(at, str):
        return ""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S},"
    except (ValueError, OverflowError, OSError):
        return ""


def compared(intent: CompareVersions, outcome: Outcome) -> Reply:
    """The difference between two versions."""
    path = code(outcome.string("path") or intent.path)
    before = outcome.integer("a") or intent.before
    after = outcome.integer("b") or intent.after
    which = f"versions {before} and {after}" if before and after else "the last two versions"
    if not outcome.text.strip():
        return Reply(
            f"There is no difference between {which} of {path}.",
            offers(ShowVersions(intent.path)),
        )
    shown, is_cut = cut(outcome.text)
    text = f"The difference between {which} of {path}:\n\n{fence(shown, 'diff')}"
    if is_cut or outcome.metadata.get("truncated"):
        text += "\n\nThat is the beginning; the rest is not shown."
    back = offers(RestoreVersion(intent.path, before)) if before else ()
    return Reply(text, (*back, *offers(ShowVersions(intent.path))))
