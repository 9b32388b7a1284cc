"""Other people's text inside our Markdown: names and contents that cannot break out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_QUOTE: Final = 60

_BACKTICKS: Final = re.compile("`+")
# An underscore between letters or digits emphasises nothing.
_SPECIAL: Final = re.compile(r"[\\`*\[\]<>&|~#!]|(?<![^\W_])_|_(?![^\W_])")
_IN_BACKTICKS: Final = "(?<!`)`([^`]+)`(?!`)"
# What would begin a list or a heading at the start of a line.
_BLOCK_START: Final = re.compile(r"^([0-9]*)([-+=.)])")
_HARMLESS: Final = re.compile(r"[^\W_](?:(?:[^\W_]|[ .,:'/%+-])*[^\W_])?")
_PLAIN_NAME: Final = re.compile(r"[^\W_](?:(?:[^\W_]|[./-]|(?<=[^\W_])_(?=[^\W_]))*[^\W_])?")
_LANGUAGE: Final = re.compile(r"[a-z0-9+#-]{1,15}")
# Characters that turn the direction of text around, and could make a name read as another.
_TURNING: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str, *, lines: bool = False) -> str:
    """``text`` with control characters as pictures; with ``lines``, breaks and tabs stay."""
    if lines:
        text = text.replace("\r\n", "\n")
    kept = "\n\t" if lines else ""
    shown = "".join(
        character if character in kept or not _is_control(character) else _picture(character)
        for character in text
    )
    if lines:
        return shown
    return _TURNING.sub(lambda match: f"\\u{ord(match.group()):04x}", shown)


def _is_control(character: str) -> bool:
    code = ord(character)
    return code < 32 or 127 <= code < 160 or character in "\u2028\u2029"


def _picture(character: str) -> str:
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    return "\u2421" if code == 127 else "\ufffd"


def code(text: str) -> str:
    """``text`` as inline code, on one line, whatever is in it."""
    shown = visible(text) or " "
    ticks = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    padded = shown.startswith(("`", " ")) or shown.endswith(("`", " "))
    return f"{ticks} {shown} {ticks}" if padded else f"{ticks}{shown}{ticks}"


def quote(text: str) -> str:
    """``text`` as something that was said: “draft”; as code where it is not plain words."""
    cut = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…"
    return f"“{cut}”" if _HARMLESS.fullmatch(cut) else code(cut)


def plain(text: str) -> str:
    """``text`` as words of one paragraph: nothing in it is Markdown."""
    return _begun(_escaped(" ".join(text.split())))


def said(text: str, names: Iterable[str] = ()) -> str:
    """A sentence of ours as ``plain``, but what it has in backticks stays code, to be typed.

    So becomes each of ``names`` that cannot stand in it unmarked.
    """
    line = " ".join(text.split())
    marked = [
        rf"(?<!\S){re.escape(name)}(?!\w)"
        for name in sorted(names, key=len, reverse=True)  # one may be the beginning of another
        if name.strip() and not is_plain_name(name)
    ]
    parts, last = [], 0
    for match in re.finditer("|".join([_IN_BACKTICKS, *marked]), line):
        parts += [_escaped(line[last : match.start()]), code(match[1] or match.group())]
        last = match.end()
    return _begun("".join([*parts, _escaped(line[last:])]))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match.group(), visible(text))


def _begun(paragraph: str) -> str:
    return _BLOCK_START.sub(r"\1\\\2", paragraph)


def is_plain_name(text: str) -> bool:
    """Whether a name can stand in a sentence without being marked."""
    return _PLAIN_NAME.fullmatch(text) is not None


def fence(text: str, language: str = "") -> str:
    """``text`` as a block of code that nothing in it can close."""
    shown = visible(text, lines=True)
    ticks = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    label = language if _LANGUAGE.fullmatch(language) else ""
    end = "" if shown.endswith("\n") else "\n"
    return f"{ticks}{label}\n{shown}{end}{ticks}"


def bullets(items: list[str]) -> str:
    """A list; each item is Markdown on one line."""
    return "\n".join(f"- {item}" for item in items)


def joined(parts: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
