"""A Google Doc as text, and a new text as edits of it in place.

What is no text (pictures, tables as such, page breaks, chips, suggestions nobody decided) stands in
the text as marks that stay: an edit goes around them or is refused. So styles, comments and links
of all that is not changed survive. Indices of the Docs API count UTF-16 code units
(https://developers.google.com/workspace/docs/api/concepts/structure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from app.domain.drive import DriveError, DriveLossyError

OBJECT: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for one thing that is no text."""
_TABLE, _ROW, _CELL, _END = "⟦table⟧\n", "⟦row⟧\n", "⟦cell⟧ ", "⟦end of table⟧\n"
_MARKS: Final = (OBJECT, _TABLE, _ROW, _CELL, _END)
_WORDS: Final = re.compile(r"\w+|\s|[^\w\s]")
_STRIPPED: Final = re.compile("[\x00-\x08\x0c-\x1f\ud800-\udfff\ue000-\uf8ff]")
"""Docs leaves them out of a text that is inserted (``InsertTextRequest``), or takes none."""
_MOST_WORDS: Final = 20_000
"""Above this a changed passage is replaced as one: comparing word by word would take too long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the text.

    Attributes:
        text: as it stands.
        start: its index in the document; ``None`` for a mark that is only ours.
        tab: the tab it is in; empty for the only one.
        fixed: whether it has to stay.
    """

    text: str
    start: int | None
    tab: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class DocText:
    """A document as text.

    Attributes:
        pieces: all of it, in order.
        revision: what an edit is made to depend on.
    """

    pieces: tuple[Piece, ...]
    revision: str

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(piece.text for piece in self.pieces)


def doc_text(document: Mapping[str, object]) -> DocText:
    """Read what ``documents.get`` answered (with ``includeTabsContent``). Raises ``DriveError``."""
    try:
        return DocText(tuple(_pieces(document)), str(document["revisionId"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DriveError(
            "Google Docs answered with a document that cannot be read.",
            hint="Nothing was changed. Export it instead (drive.export).",
        ) from error


def edits(before: DocText, after: str) -> list[dict[str, object]]:
    """Requests of ``documents.batchUpdate`` that make ``after`` of ``before``, the last first.

    Raises ``DriveLossyError`` where something that is no text would go, or would have to be made.
    """
    passages = _passages(before.pieces)
    found = _aligned(passages, after)
    requests: list[dict[str, object]] = []
    for passage, wanted in zip(reversed(passages), reversed(found), strict=True):
        if not passage.fixed:
            requests += _passage_edits(passage, wanted)
    return requests


# -- reading ---------------------------------------------------------------------------------


def _pieces(document: Mapping[str, object]) -> Iterator[Piece]:
    tabs = document.get("tabs")
    if not tabs:
        yield from _body(document["body"], "")
        return
    every = list(_tabs(tabs))
    for number, (properties, tab) in enumerate(every):
        tab_id = str(properties["tabId"])
        if len(every) > 1:
            separator = "\n" if number else ""
            yield Piece(f"{separator}⟦tab: {properties.get('title', '')}⟧\n", None, tab_id, True)
        yield from _body(tab["body"], tab_id)


def _tabs(tabs: object) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    for tab in _list(tabs):
        yield _map(tab["tabProperties"]), _map(tab.get("documentTab") or {"body": {}})
        yield from _tabs(tab.get("childTabs") or [])


def _body(body: object, tab: str) -> Iterator[Piece]:
    yield from _container(_list(_map(body).get("content") or []), tab)


def _container(content: Sequence[Mapping[str, object]], tab: str) -> Iterator[Piece]:
    """A body or a cell: its last paragraph's end, and those before a table, cannot go."""
    for number, element in enumerate(content):
        following = content[number + 1] if number + 1 < len(content) else None
        if "paragraph" in element:
            stays = following is None or "paragraph" not in following
            yield from _paragraph(_map(element["paragraph"]), tab, end_stays=stays)
        elif "table" in element:
            yield from _table(_map(element["table"]), tab)
        elif "tableOfContents" in element:
            yield Piece(f"{OBJECT}\n", None, tab, True)


def _paragraph(paragraph: Mapping[str, object], tab: str, *, end_stays: bool) -> Iterator[Piece]:
    for element in _list(paragraph.get("elements") or []):
        start = element.get("startIndex", 0)
        if not isinstance(start, int):
            raise TypeError("an index is no number")
        if "textRun" not in element:
            yield Piece(OBJECT, start, tab, True)
            continue
        run = _map(element["textRun"])
        text = str(run.get("content", ""))
        if run.get("suggestedInsertionIds") or run.get("suggestedDeletionIds"):
            yield Piece(text, start, tab, True)
        elif end_stays and text.endswith("\n"):
            if text != "\n":
                yield Piece(text[:-1], start, tab, False)
            yield Piece("\n", start + _units(text[:-1]), tab, True)
        else:
            yield Piece(text, start, tab, False)


def _table(table: Mapping[str, object], tab: str) -> Iterator[Piece]:
    yield Piece(_TABLE, None, tab, True)
    for row in _list(table.get("tableRows") or []):
        yield Piece(_ROW, None, tab, True)
        for cell in _list(row.get("tableCells") or []):
            yield Piece(_CELL, None, tab, True)
            yield from _container(_list(cell.get("content") or []), tab)
    yield Piece(_END, None, tab, True)


def _map(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("not an object")
    return value


def _list(value: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise TypeError("not a list of objects")
    return value


# -- editing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passage:
    """Neighbouring pieces that all stay, or may all change."""

    pieces: tuple[Piece, ...]
    fixed: bool
    where: int | None
    tab: str

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def _passages(pieces: Sequence[Piece]) -> list[_Passage]:
    """Alternating: one that may change, perhaps empty, before and after each that stays."""
    passages: list[_Passage] = []
    for fixed, group in groupby(pieces, key=lambda piece: piece.fixed):
        some = tuple(group)
        if fixed:
            for piece in some:
                if not passages or passages[-1].fixed:
                    # Text may be put before a fixed piece that has a place in the document.
                    passages.append(_Passage((), False, piece.start, piece.tab))
                passages.append(_Passage((piece,), True, piece.start, piece.tab))
        else:
            passages.append(_Passage(some, False, some[0].start, some[0].tab))
    return passages


def _aligned(passages: Sequence[_Passage], after: str) -> list[str]:
    """What becomes of each passage; a fixed one stays as it is."""
    found: list[str] = []
    at = 0
    fixed = [passage for passage in passages if passage.fixed]
    left = len(fixed)
    for passage in passages:
        if not passage.fixed:
            following = fixed[len(fixed) - left] if left else None
            end = len(after) if following is None else _next(passages, following, after, at, left)
            found.append(after[at:end])
            at = end
            continue
        if not after.startswith(passage.text, at):
            raise _lossy(passage.text)
        found.append(passage.text)
        at += len(passage.text)
        left -= 1
    if at != len(after):
        found[-1:] = [found[-1] + after[at:]] if not passages[-1].fixed else [found[-1]]
        if passages[-1].fixed:
            raise _lossy(passages[-1].text)
    for passage, wanted in zip(passages, found, strict=True):
        if not passage.fixed and any(mark in wanted for mark in _MARKS):
            raise _lossy(next(mark for mark in _MARKS if mark in wanted))
        if not passage.fixed and wanted != passage.text and passage.where is None:
            raise _lossy("the place between two tables")
    return found


def _next(passages: Sequence[_Passage], following: _Passage, after: str, at: int, left: int) -> int:
    """Where the next fixed passage begins in ``after``."""
    if left == 1 and passages[-1] is following:
        end = len(after) - len(following.text)
        if end < at or not after.endswith(following.text):
            raise _lossy(following.text)
        return end
    # A paragraph's end is like any other: what comes behind it tells which one is meant.
    words = following.text
    behind = list(passages).index(following) + 1
    while words.strip() == "" and behind < len(passages):
        if passages[behind].fixed:
            words += passages[behind].text
        elif passages[behind].text:
            break
        behind += 1
    end = after.find(words, at)
    if end < 0:
        raise _lossy(following.text)
    return end


def _passage_edits(passage: _Passage, wanted: str) -> list[dict[str, object]]:
    """Edits within one passage, the last first."""
    text = passage.text
    requests: list[dict[str, object]] = []
    for begin, end, instead in reversed(_changes(text, wanted)):
        start = _index(passage, begin)
        if odd := _STRIPPED.search(instead):
            raise _unheld(odd.group())
        if instead:
            # Behind what goes: so the new text gets its style.
            place = _index(passage, end)
            requests.append({"insertText": {"text": instead, "location": _at(passage, place)}})
        if end > begin:
            size = _units(text[begin:end])
            span = {**_at(passage, start, "startIndex"), "endIndex": start + size}
            requests.append({"deleteContentRange": {"range": span}})
    return requests


def _changes(before: str, after: str) -> list[tuple[int, int, str]]:
    """What to replace by what: from, to, new text; in order."""
    if before == after:
        return []
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    start = len("".join(old[:head]))
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(old), len(new)) > _MOST_WORDS:
        return [(start, start + len("".join(old)), "".join(new))]
    offsets = [start]
    for word in old:
        offsets.append(offsets[-1] + len(word))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (offsets[i1], offsets[i2], "".join(new[j1:j2]))
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        if kind != "equal"
    ]


def _index(passage: _Passage, offset: int) -> int:
    """The document's index of an offset in the passage's text."""
    left = offset
    for piece in passage.pieces:
        if left < len(piece.text) or (left == len(piece.text) and piece is passage.pieces[-1]):
            assert piece.start is not None
            return piece.start + _units(piece.text[:left])
        left -= len(piece.text)
    assert passage.where is not None
    return passage.where


def _at(passage: _Passage, index: int, name: str = "index") -> dict[str, object]:
    return {name: index, **({"tabId": passage.tab} if passage.tab else {})}


def _units(text: str) -> int:
    """How many UTF-16 code units it has."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def _unheld(char: str) -> DriveLossyError:
    return DriveLossyError(
        f"A Google Doc cannot hold the character U+{ord(char):04X}. Nothing was changed.",
        hint="Leave it out. Lines end in \\n alone.",
        details={"what": f"U+{ord(char):04X}"},
    )


def _lossy(what: str) -> DriveLossyError:
    shown = what.strip() or "the end of a paragraph that a table or the document needs"
    if what == OBJECT:
        shown = "a picture, a chip, a break or the like"
    return DriveLossyError(
        f"This cannot be done to the document in place: {shown} would be lost, or would have to "
        "be made. Nothing was changed.",
        hint="Leave the marks in the text as they are, or save the new text as a new file "
        "(drive.create); drive.export saves the document as it is.",
        details={"what": shown},
    )
