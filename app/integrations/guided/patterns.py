"""How a row of the table of sentences is written and matched. Pure.

A pattern must match the whole sentence. ``<name>`` stands for one word or quoted text,
``<name:q>`` for quoted text only, ``<name+>`` for quoted text or some unquoted words, ``<,>`` for
an optional comma or colon. What a slot accepts follows from its name (``_ACCEPTS``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.integrations.guided.intents import Ambiguous, Intent
from app.integrations.guided.quoting import Word
from app.integrations.guided.sentence import (
    PUNCTUATION,
    QUOTED,
    TOKEN,
    Sentence,
    names_file,
    quoted_names_file,
)
from app.integrations.guided.slash import is_path

_SIMPLE: Final = re.compile(r"[^\W_](?:[\w./~-]*[\w/])?")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that point at something else than themselves.
_POINTING: Final = _words("""
    a all an another any anything both content contents document documents each every everything
    file files folder folders directory here him her history it its itself me mine more most my
    nothing one ones other others some something such text that the them there these they thing
    things this those us version versions what which who you your yours commands help
""")
# Words that describe a text instead of being it: “replace tabs with spaces”.
_DESCRIBING: Final = _POINTING | _words("""
    bold italic italics uppercase lowercase capitals title titles heading headings header
    headers name names date dates author authors number numbers digit digits word words line
    lines sentence sentences paragraph paragraphs comma commas semicolon semicolons period
    periods dot dots dash dashes hyphen hyphens quote quotes space spaces tab tabs newline
    newlines whitespace blank blanks empty emptiness placeholder placeholders synonym synonyms
    initials first last beginning end ending start code link links url urls email emails image
    images typo typos error errors mistake mistakes singular plural english german french
""")


# Words that join or bound what stands in a slot of several words.
_JOINING: Final = _words("and then or with by to into in from not but")


class Slots:
    """What stands in the slots of a matched pattern."""

    def __init__(self, sentence: Sentence, match: re.Match[str]) -> None:
        self._words = {
            name: sentence.word(token) for name, token in match.groupdict().items() if token
        }

    def fit(self) -> bool:
        """Whether each slot holds something its name accepts."""
        return all(_ACCEPTS[name](word) for name, word in self._words.items())

    def __getitem__(self, name: str) -> str:
        """The text in a slot."""
        return self._words[name].text

    def is_one_thing(self, name: str) -> bool:
        """Whether a ``<name+>`` slot can be offered as exact text: nothing joined, no pointing."""
        word = self._words[name]
        parts = word.text.lower().split(" ")
        return word.quoted or not (
            _JOINING.intersection(parts) or (len(parts) == 1 and parts[0] in _POINTING)
        )

    def number(self, name: str) -> int:
        """The version number in a slot."""
        return int(self._words[name].text)

    @property
    def path(self) -> str:
        """The file the sentence is about."""
        return (self._words.get("path") or self._words["spot"]).text

    @property
    def place(self) -> str | None:
        """Where to look, if the sentence says it."""
        word = self._words.get("place")
        return word.text if word else None


def _is_file(word: Word) -> bool:
    return quoted_names_file(word.text) if word.quoted else names_file(word.text)


def _is_spot(word: Word) -> bool:
    return is_path(word.text) if word.quoted else names_file(word.text)


def _is_place(word: Word) -> bool:
    return is_path(word.text) if word.quoted else names_file(word.text) or _is_simple(word)


def _is_simple(word: Word) -> bool:
    return bool(_SIMPLE.fullmatch(word.text)) and word.text.lower() not in _POINTING


def _is_sought(word: Word) -> bool:
    return bool(word.text.strip()) and (word.quoted or _is_place(word))


def _is_literal(word: Word) -> bool:
    return word.quoted or (
        word.text.lower() not in _DESCRIBING and not word.text.endswith((".", "?", "…"))
    )


def _is_new_name(word: Word) -> bool:
    if word.quoted:
        return is_path(word.text)
    return names_file(word.text) or _is_simple(word) or names_file(word.text.rstrip("/") + "/x.x")


def _is_version(word: Word) -> bool:
    return not word.quoted and int(word.text) > 0


_ACCEPTS: Final[Mapping[str, Callable[[Word], bool]]] = {
    "path": _is_file,
    "spot": _is_spot,
    "place": _is_place,
    "sought": _is_sought,
    "old": lambda word: bool(word.text) and _is_literal(word),
    "new": _is_literal,
    "text": lambda word: bool(word.text),
    "name": _is_new_name,
    "target": _is_new_name,
    "a": _is_version,
    "b": _is_version,
    "n": _is_version,
    "anything": lambda word: True,
    "more": lambda word: True,
    "many": lambda word: True,
    "others": lambda word: True,
}

Build = Callable[[Slots], "Intent | Ambiguous | None"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern and what it means."""

    pattern: str
    build: Build

    def read(self, sentence: Sentence, text: str) -> Intent | Ambiguous | None:
        """What ``text`` (``sentence`` without its polite frame) means by this rule."""
        match = _compiled(self.pattern).fullmatch(text)
        if match is None:
            return None
        slots = Slots(sentence, match)
        return self.build(slots) if slots.fit() else None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # At the first sentence: compiling the whole table would delay the start of the program.
    expanded = re.sub(r"<([a-z]+|,)(:q|\+)?>", _slot, pattern)
    return re.compile(expanded, re.IGNORECASE | re.ASCII)


def _slot(match: re.Match[str]) -> str:
    name, kind = match[1], match[2]
    if name == ",":
        return f"(?: {PUNCTUATION}[,:])?"
    if kind == ":q":
        return f"(?P<{name}>{QUOTED})"
    if kind == "+":
        return f"(?P<{name}>{QUOTED}|(?:[^ \ue000-\ue002]+ ){{0,7}}[^ \ue000-\ue002]+)"
    if name in ("a", "b", "n"):
        return f"v?(?P<{name}>[0-9]{{1,9}})"
    if name in ("path", "spot"):
        return f"(?:the )?(?:file )?(?P<{name}>{TOKEN})"
    return f"(?P<{name}>{TOKEN})"
