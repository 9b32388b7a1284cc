r"""Words and quoted text: how the guide splits what a person types. Pure.

Quoted text is taken exactly as it stands; the one escape is ``\"`` between double quotes. An
apostrophe between two letters does not end text in single quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CLOSERS: Final = {
    '"': '"',
    "'": "'",
    "`": "`",
    "“": "”",
    "”": "”",
    "„": "“”",
    "‘": "’",  # noqa: RUF001
    "‚": "‘’",  # noqa: RUF001 - the German opening quote
    "«": "»",
    "‹": "›",  # noqa: RUF001
}
_APOSTROPHES: Final = "'’"  # noqa: RUF001
_MARKS: Final = frozenset("".join(_CLOSERS) + "".join(_CLOSERS.values()))
_PLAIN: Final = re.compile(r"[\w./~:@%+=-]+")
_UNQUOTED: Final = re.compile(r"(?:\\[ \t]|\S)+")
_KEYWORDS: Final = frozenset({"in", "with", "by", "to", "all"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or quoted text without its quotes."""

    text: str
    quoted: bool = False


def opens_quote(text: str, at: int) -> bool:
    """Whether quoted text begins at ``at``."""
    return at < len(text) and text[at] in _CLOSERS


def take_quoted(text: str, at: int) -> tuple[str, int] | None:
    """The quoted text that opens at ``at``, and where it ends; ``None`` if it never closes."""
    opener = text[at]
    closers = _CLOSERS[opener]
    taken: list[str] = []
    position = at + 1
    while position < len(text):
        character = text[position]
        if opener == '"' and text.startswith('\\"', position):
            taken.append('"')
            position += 2
            continue
        if character in closers and not _is_apostrophe(text, position):
            return "".join(taken), position + 1
        taken.append(character)
        position += 1
    return None


def _is_apostrophe(text: str, at: int) -> bool:
    return (
        text[at] in _APOSTROPHES
        and 0 < at < len(text) - 1
        and text[at - 1].isalnum()
        and text[at + 1].isalnum()
    )


def has_stray_quote(word: str) -> bool:
    """Whether an unquoted word holds a quotation mark that is no apostrophe."""
    return any(
        character in _MARKS and not _is_apostrophe(word, at) for at, character in enumerate(word)
    )


def take_word(text: str, at: int) -> tuple[Word, int] | None:
    """The word of a command at ``at`` (no blank stands there), and where it ends.

    A blank after a backslash belongs to the word, as in a shell. ``None`` where quoted text
    does not close, or something sticks to its closing quote.
    """
    if opens_quote(text, at):
        taken = take_quoted(text, at)
        if taken is None or not _is_boundary(text, taken[1]):
            return None
        return Word(taken[0], quoted=True), taken[1]
    match = _UNQUOTED.match(text, at)
    if match is None:
        return None
    return Word(re.sub(r"\\([ \t])", r"\1", match.group())), match.end()


def _is_boundary(text: str, at: int) -> bool:
    return at >= len(text) or text[at].isspace()


def split_words(text: str) -> list[Word] | None:
    """All words of a command's arguments; ``None`` where the quoting does not work out."""
    words: list[Word] = []
    position = skip_blanks(text, 0)
    while position < len(text):
        taken = take_word(text, position)
        if taken is None:
            return None
        words.append(taken[0])
        position = skip_blanks(text, taken[1])
    return words


def skip_blanks(text: str, at: int) -> int:
    """The first position from ``at`` that is not white space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def as_word(text: str) -> str | None:
    """``text`` as one word of a command, quoted where it must be."""
    if _PLAIN.fullmatch(text) and text.lower() not in _KEYWORDS:
        return text
    return as_quoted(text)


def as_quoted(text: str) -> str | None:
    """``text`` in quotes that give exactly it back; ``None`` where no quotes can."""
    for opener, closers in _CLOSERS.items():
        inner = text.replace('"', '\\"') if opener == '"' else text
        candidate = f"{opener}{inner}{closers[-1]}"
        if take_word(candidate, 0) == (Word(text, quoted=True), len(candidate)):
            return candidate
    return None
