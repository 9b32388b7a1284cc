"""A sentence made ready for matching: quoted text set aside, punctuation apart. Pure.

Quoted text becomes a numbered mark, so that nothing inside quotes can look like a command.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.integrations.guided.quoting import Word, has_stray_quote, opens_quote, take_quoted
from app.integrations.guided.slash import is_path

MAX_WORDS: Final = 40
"""A request is short; what is longer is prose, and not understood."""

# Private-use characters frame our marks; a sentence that holds one itself is not understood.
QUOTED: Final = "\ue000[0-9]+\ue001"
TOKEN: Final = f"(?:{QUOTED}|[^ \ue000-\ue002]+)"
PUNCTUATION: Final = "\ue002"
_MARK: Final = re.compile("\ue000([0-9]+)\ue001")
_RESERVED: Final = re.compile("[\ue000-\ue002]")

_ENDING: Final = re.compile(r"[^.]\.[^\W_][\w+-]{0,11}$")
_DOTFILE: Final = re.compile(r"\.[^\W\d_](?:[\w.-]*\w)?")
_NUMBER: Final = re.compile(r"v?[0-9]+(\.[0-9]+)*", re.IGNORECASE)
_NOT_IN_BARE_PATH: Final = frozenset("*?[]{}<>|\"'`“”„‘’‚«»;,!\\$&^")  # noqa: RUF001
_BARE_NAMES: Final = frozenset(
    {"README", "LICENSE", "LICENCE", "CHANGELOG", "Makefile", "Dockerfile"}
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One message.

    Attributes:
        text: words joined by single spaces; quoted text and punctuation as marks.
        quoted: the quoted texts, by their marks' numbers.
        question: whether it ends with a question mark.
    """

    text: str
    quoted: tuple[str, ...]
    question: bool

    def word(self, token: str) -> Word:
        """What a token of ``text`` stands for."""
        match = _MARK.fullmatch(token)
        return Word(self.quoted[int(match[1])], quoted=True) if match else Word(token)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, without punctuation."""
        return tuple(
            self.word(token) for token in self.text.split(" ") if not token.startswith(PUNCTUATION)
        )


def encode(text: str) -> Sentence | None:
    """``text`` as a sentence; ``None`` where its quotes do not work out, or it is no sentence."""
    text = text.strip()
    if _RESERVED.search(text):
        return None
    body = text.rstrip(".!?")
    if not body or (body[-1].isspace() and not text[len(body) :].strip(".")):
        body = text  # dots alone are a path (`.`, `..`), not punctuation
    tokens: list[str] = []
    quoted: list[str] = []
    position = 0
    while position < len(body):
        if body[position].isspace():
            # A sentence stands in one line; a second line is a second thing.
            if body[position] in "\n\r":
                return None
            position += 1
            continue
        if opens_quote(body, position):
            taken = take_quoted(body, position)
            if taken is None:
                return None
            tokens.append(f"\ue000{len(quoted)}\ue001")
            quoted.append(taken[0])
            word, position = "", taken[1]
            if position < len(body) and not body[position].isspace():
                word, position = _until_space(body, position)
                if word.strip(",:;!"):
                    return None
        else:
            word, position = _until_space(body, position)
            bare = word.rstrip(",:;!") or word
            if has_stray_quote(bare):
                return None
            tokens.append(bare)
            word = word[len(bare) :]
        tokens.extend(PUNCTUATION + mark for mark in word)
    if not tokens or len(tokens) > MAX_WORDS:
        return None
    return Sentence(" ".join(tokens), tuple(quoted), question="?" in text[len(body) :])


def _until_space(text: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[at:end], end


def names_file(text: str) -> bool:
    """Whether unquoted ``text`` is plainly the path of a file: by its ending or a known name."""
    if "://" in text or any(
        character in _NOT_IN_BARE_PATH or unicodedata.category(character)[0] in "CZ"
        for character in text
    ):
        return False
    name = text.rsplit("/", 1)[-1]
    if _NUMBER.fullmatch(name):
        return False
    return (
        name in _BARE_NAMES
        or _ENDING.search(name) is not None
        or _DOTFILE.fullmatch(name) is not None
        or (text.startswith("drive:") and len(text) > len("drive:"))
    )


def quoted_names_file(text: str) -> bool:
    """Whether quoted ``text`` is plainly a path; spaces are allowed here."""
    name = text.rsplit("/", 1)[-1]
    return is_path(text) and (
        name in _BARE_NAMES
        or _ENDING.search(name) is not None
        or _DOTFILE.fullmatch(name) is not None
    )


def has_ending(path: str) -> bool:
    """Whether the last part of a path has an ending (``.md``) or starts with a dot."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith(".") or _ENDING.search(name) is not None
