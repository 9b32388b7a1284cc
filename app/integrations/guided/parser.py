"""From what a person types to one request, or to an honest “not understood”. Pure.

Never guesses: a change is read from a slash command, or from a sentence that matches one pattern
as a whole. Everything else abstains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.integrations.guided.intents import (
    WRITES,
    Ambiguous,
    Doubt,
    Intent,
    Parsed,
    ReadFile,
    Reason,
    ShowHelp,
    ShowVersions,
    Unknown,
)
from app.integrations.guided.patterns import Rule
from app.integrations.guided.rules import HELPING, NEARLY, READING, WRITING
from app.integrations.guided.sentence import (
    PUNCTUATION,
    Sentence,
    encode,
    names_file,
    quoted_names_file,
)
from app.integrations.guided.slash import parse_command

_PAUSE: Final = f"(?: {PUNCTUATION}[,!:])*"
_POLITE: Final = re.compile(
    f"(?:(?:hi|hello|hey)(?: there| steward)?{_PAUSE} |steward{_PAUSE} )?"
    f"(?:please{_PAUSE} )?"
    "(?P<asked>(?:can|could) you (?:please )?|(?:would|will) you please "
    "|i (?:want|would like) you to |i['’]d like you to )?"  # noqa: RUF001
    "(?:please )?",
    re.IGNORECASE | re.ASCII,
)
_THANKS: Final = re.compile(
    f"(?:{_PAUSE} (?:please|for me|thanks|thank you))+{_PAUSE}", re.IGNORECASE | re.ASCII
)
_NEGATION: Final = re.compile(
    r"\b(?:not|never|no|without|dont|cannot)\b|n['’]t\b",  # noqa: RUF001
    re.IGNORECASE,
)
_ASKING: Final = re.compile(
    r"(?:should|shall|would|could|can|may|must|do|does|did|is|are|was|were|will|have|has"
    r"|why|when|how|who|what if|what happens|what would)\b",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"\b(?:and|then|also|after that|afterwards)\b|;", re.IGNORECASE)


def parse(text: str) -> Parsed:
    """What ``text`` asks for. Never raises, whatever the text is."""
    text = text.strip("\ufeff")
    start = text.lstrip()
    if not start or start.strip() == "?":
        return ShowHelp()
    if start.startswith("/"):
        return parse_command(start)
    sentence = encode(start)
    if sentence is None:
        return Unknown(Reason.QUOTES if _has_quotes(start) else Reason.UNKNOWN)
    return _parse_sentence(sentence)


def _parse_sentence(sentence: Sentence) -> Parsed:
    bare, asked = _without_courtesy(sentence.text)
    # As it stands first: “thanks” is nothing but courtesy.
    helping = _read(HELPING, sentence, sentence.text) or _read(HELPING, sentence, bare)
    requests = _read([*READING, *WRITING], sentence, bare)
    if sentence.question and not asked and any(isinstance(r, WRITES) for r in requests):
        # “Remove report.md?” may ask for it, or ask whether it would be wise.
        return Unknown(Reason.QUESTION, readings=_mentions(sentence))
    clear = [r for r in (*helping, *requests) if not isinstance(r, Ambiguous)]
    if len(clear) == 1:
        return clear[0]
    if clear:
        return Ambiguous(Doubt.TWO_READINGS, tuple(clear))
    unclear = [r for r in (*requests, *_read(NEARLY, sentence, bare)) if isinstance(r, Ambiguous)]
    if unclear and _reason(sentence) is not Reason.NEGATED:
        return unclear[0]
    return Unknown(_reason(sentence), readings=_mentions(sentence))


def _without_courtesy(text: str) -> tuple[str, bool]:
    """``text`` without polite words around it, and whether they were “can you” and the like."""
    match = _POLITE.match(text)
    assert match is not None, "every part of it is optional"
    bare = text[match.end() :]
    tail = _THANKS.search(bare)
    if tail is not None and tail.end() == len(bare):
        bare = bare[: tail.start()]
    return bare, match["asked"] is not None


def _read(rules: Iterable[Rule], sentence: Sentence, text: str) -> tuple[Intent | Ambiguous, ...]:
    """All different readings by these rules, in their order."""
    readings = (rule.read(sentence, text) for rule in rules)
    return tuple(dict.fromkeys(reading for reading in readings if reading is not None))


def _reason(sentence: Sentence) -> Reason:
    words = " ".join(word.text for word in sentence.words if not word.quoted)
    if _NEGATION.search(words):
        return Reason.NEGATED
    if _JOINED.search(words) or f"{PUNCTUATION};" in sentence.text:
        return Reason.SEVERAL
    if sentence.question or _ASKING.match(words):
        return Reason.QUESTION
    return Reason.UNKNOWN


def _mentions(sentence: Sentence) -> tuple[Intent, ...]:
    """Harmless things to do with the one file a sentence names."""
    paths = {
        word.text
        for word in sentence.words
        if (quoted_names_file(word.text) if word.quoted else names_file(word.text))
    }
    if len(paths) != 1:
        return ()
    path = paths.pop()
    return (ReadFile(path), ShowVersions(path))


def _has_quotes(text: str) -> bool:
    return any(mark in text for mark in "\"'`“”„‘«‹")  # noqa: RUF001
