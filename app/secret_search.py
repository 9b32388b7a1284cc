"""Finds known forms of secrets in texts, however their letters are cased or interrupted. Pure.

A text is looked at folded: in small letters, without characters that cannot be seen and without
the breaks that long lines are wrapped at. So a key is found in capitals, with a zero-width space
in it, and in base64 of which each line is 76 characters long.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.unseen import UNSEEN

MIN_FOLDED: Final = 12
"""Shorter forms are not looked for: see ``redaction.MIN_SECRET_LENGTH``."""

_BLOCK: Final = 6
"""Any run of ``2 * _BLOCK - 1`` letters or more holds a whole block that begins at a multiple."""

_MANY: Final = 8_000
"""Letters from which on one search for each form costs less than a look at every block."""

# Unseen, or İ: the one letter whose small form is two.
_NO_LETTER: Final = f"\0\u0130{UNSEEN}"
_NO_LETTERS: Final = re.compile(f"[{_NO_LETTER}]+")
_BREAKS: Final = "\r\v\f\x85\u2028\u2029"
_SKIPPED: Final = re.compile(f"[\n{_BREAKS}][ \t{_NO_LETTER}]*|[{_NO_LETTER}]+")


def fold(text: str) -> str:
    """``text`` as it is searched: without ``_SKIPPED``, and one small letter for each other."""
    is_ascii = text.isascii()
    if not is_ascii:
        text = _NO_LETTERS.sub("", text)
    elif "\0" in text:
        text = text.replace("\0", "")
    for one in _BREAKS[:3] if is_ascii else _BREAKS:
        if one in text:
            text = text.replace(one, "\n")
    if "\n" in text:
        first, *rest = text.split("\n")
        text = first + "".join([line.lstrip(" \t") for line in rest])
    small = text.lower()
    # Which small sigma it is depends on what stands beside it; here they are one.
    return small if is_ascii else small.replace("\u03c2", "\u03c3")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a secret stands in a text, and what takes its place."""

    start: int
    end: int
    placeholder: str


class SecretSearch:
    """Knows forms and their placeholders. Never changed, so it may be used from any thread.

    Args:
        forms: form → placeholder.
    """

    def __init__(self, forms: Mapping[str, str]) -> None:
        folded = {fold(form): placeholder for form, placeholder in forms.items()}
        known = {form: one for form, one in folded.items() if len(form) >= MIN_FOLDED}
        # Longest first: one secret may be part of another.
        self._forms = dict(sorted(known.items(), key=lambda pair: -len(pair[0])))
        self._sorted = sorted(known)
        self._longest = max(map(len, known), default=0)
        self._blocks = frozenset(
            form[at : at + _BLOCK] for form in known for at in range(len(form) - _BLOCK + 1)
        )

    def __bool__(self) -> bool:
        return bool(self._forms)

    @property
    def longest(self) -> int:
        """Letters of the longest form."""
        return self._longest

    def is_in(self, text: str) -> bool:
        """Whether a form stands in ``text``."""
        return bool(self._hits(fold(text)))

    def spans(self, text: str) -> list[Span]:
        """Where forms stand in ``text``, in order; those that overlap are one."""
        if len(text) < MIN_FOLDED:
            return []
        folded = fold(text)
        hits = self._hits(folded)
        if not hits:
            return []
        place = _Places(text, folded)
        spans: list[Span] = []
        end_before = 0
        for start, end, placeholder in hits:
            if spans and start < end_before:
                spans[-1] = Span(spans[-1].start, place.after(max(end, end_before)),
                                 spans[-1].placeholder)  # fmt: skip
            else:
                spans.append(Span(place.of(start), place.after(end), placeholder))
            end_before = max(end, end_before)
        return spans

    def safe_cut(self, text: str) -> int:
        """Where ``text`` may be cut so that no form is torn, whatever comes after it."""
        folded = fold(text)
        cut = len(folded) - self.held_back(folded)
        if cut == len(folded):
            return len(text)
        # A whole form across the cut belongs to what is held back.
        for start, end, _ in reversed(self._hits(folded)):
            if start < cut < end:
                cut = start
        # Where nothing was skipped, both are counted alike.
        return cut if len(folded) == len(text) else _Places(text, folded).of(cut)

    def half_at_end(self, text: str) -> tuple[int, int]:
        """Where the beginning of a form stands at the end of ``text``, and its letters (or 0)."""
        folded = fold(text)
        half = self.held_back(folded)
        return (_Places(text, folded).of(len(folded) - half), half) if half else (len(text), 0)

    def held_back(self, folded: str) -> int:
        """How many letters at the end of a folded text may be the start of a form."""
        for start in range(max(0, len(folded) - self._longest + 1), len(folded)):
            if next(self.beginning_with(folded[start:]), None) is not None:
                return len(folded) - start
        return 0

    def beginning_with(self, begun: str) -> Iterator[str]:
        """The forms that begin with ``begun`` (folded) and go on."""
        forms = self._sorted
        for at in range(bisect_left(forms, begun), len(forms)):
            form = forms[at]
            if not form.startswith(begun):
                return
            if len(form) > len(begun):
                yield form

    def _hits(self, folded: str) -> list[tuple[int, int, str]]:
        """Start, end and placeholder of each form in a folded text, in order."""
        if len(folded) < MIN_FOLDED or not self._may_hold(folded):
            return []
        hits = []
        for form, placeholder in self._forms.items():
            at = folded.find(form)
            while at >= 0:
                hits.append((at, at + len(form), placeholder))
                at = folded.find(form, at + len(form))
        return sorted(hits, key=lambda hit: (hit[0], -hit[1]))

    def _may_hold(self, folded: str) -> bool:
        if len(folded) > _MANY:
            return True
        blocks = [folded[at : at + _BLOCK] for at in range(0, len(folded), _BLOCK)]
        return not self._blocks.isdisjoint(blocks)


class _Places:
    """Where the letters of a folded text stand in the text itself."""

    def __init__(self, text: str, folded: str) -> None:
        self._starts = [0]
        """Of each run without a skipped character: in the folded text …"""
        self._places = [0]
        """… and in the text."""
        kept = 0
        at = 0
        for found in _SKIPPED.finditer(text):
            kept += found.start() - at
            at = found.end()
            if self._starts[-1] == kept:
                self._places[-1] = at
            else:
                self._starts.append(kept)
                self._places.append(at)
        assert kept + len(text) - at == len(folded)

    def of(self, letter: int) -> int:
        """The place of a letter of the folded text."""
        run = bisect_right(self._starts, letter) - 1
        return self._places[run] + letter - self._starts[run]

    def after(self, end: int) -> int:
        """The place right after the letter before ``end``."""
        return self.of(end - 1) + 1
