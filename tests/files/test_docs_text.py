"""A Google Doc as text and back: edits in place make just the text that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drive import DriveError, DriveLossyError
from app.files.docs_text import OBJECT, DocText, doc_text, edits

WORDS = st.text(alphabet="ab \N{GRINNING FACE}é", min_size=1, max_size=6)


@dataclass(frozen=True)
class Slot:
    """One index of a document: a UTF-16 unit of text, or a thing; ``stays``: no edit removes it."""

    unit: bytes | None = None
    stays: bool = False


class Model:
    """A document of the Docs API, as far as edits go; it refuses what Docs refuses."""

    def __init__(self, blocks: Sequence[Any]) -> None:
        self.slots: list[Slot] = [Slot(stays=True)]  # index 0: a body begins with a section
        self.content = self._container(blocks)

    @property
    def document(self) -> dict[str, Any]:
        return {"revisionId": "r1", "body": {"content": [{"sectionBreak": {}}, *self.content]}}

    def _text(self, text: str, *, stays: bool = False) -> int:
        start = len(self.slots)
        data = text.encode("utf-16-le")
        self.slots += [Slot(data[at : at + 2], stays) for at in range(0, len(data), 2)]
        return start

    def _container(self, blocks: Sequence[Any]) -> list[dict[str, Any]]:
        content = []
        for number, block in enumerate(blocks):
            last = number + 1 == len(blocks) or isinstance(blocks[number + 1], tuple)
            if isinstance(block, tuple):
                content.append({"table": self._table(block)})
            else:
                content.append({"paragraph": {"elements": self._elements(block, last=last)}})
        return content

    def _elements(self, runs: Sequence[str], *, last: bool) -> list[dict[str, Any]]:
        elements: list[dict[str, Any]] = []
        for run in runs:
            if run == OBJECT:
                elements.append({"startIndex": len(self.slots), "inlineObjectElement": {}})
                self.slots.append(Slot(stays=True))
            elif run.startswith("?"):
                start = self._text(run, stays=True)
                text = {"content": run, "suggestedInsertionIds": ["s"]}
                elements.append({"startIndex": start, "textRun": text})
            else:
                start = self._text(run)
                elements.append({"startIndex": start, "textRun": {"content": run}})
        start = self._text("\n", stays=last)
        elements.append({"startIndex": start, "textRun": {"content": "\n"}})
        return elements

    def _table(self, rows: Sequence[Any]) -> dict[str, Any]:
        self.slots.append(Slot(stays=True))
        made = []
        for row in rows:
            self.slots.append(Slot(stays=True))
            cells = []
            for cell in row:
                self.slots.append(Slot(stays=True))
                cells.append({"content": self._container(cell)})
            made.append({"tableCells": cells})
        return {"tableRows": made}

    def apply(self, requests: Sequence[Mapping[str, Any]]) -> None:
        for request in requests:
            if "insertText" in request:
                index = request["insertText"]["location"]["index"]
                assert 0 < index < len(self.slots), "outside every paragraph"
                data = request["insertText"]["text"].encode("utf-16-le")
                self.slots[index:index] = [Slot(data[at : at + 2]) for at in range(0, len(data), 2)]
            else:
                span = request["deleteContentRange"]["range"]
                gone = self.slots[span["startIndex"] : span["endIndex"]]
                assert gone
                assert not any(slot.stays for slot in gone)
                del self.slots[span["startIndex"] : span["endIndex"]]

    @property
    def plain(self) -> str:
        """The text alone."""
        return b"".join(slot.unit for slot in self.slots if slot.unit).decode("utf-16-le")


def plain(text: str) -> str:
    """The text without our marks."""
    for mark in ("⟦table⟧\n", "⟦row⟧\n", "⟦cell⟧ ", "⟦end of table⟧\n", OBJECT):
        text = text.replace(mark, "")
    return text


RUNS = st.lists(st.one_of(WORDS, st.just(OBJECT), WORDS.map(lambda text: f"?{text}")), max_size=4)
CELLS = st.lists(RUNS, min_size=1, max_size=2)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=2), min_size=1, max_size=2).map(tuple)
BLOCKS = st.lists(st.one_of(RUNS, RUNS, TABLES), min_size=1, max_size=4).map(
    lambda blocks: [[], *blocks, []]
)


def read(model: Model) -> DocText:
    return doc_text(model.document)


@given(BLOCKS, st.data())
def test_edits_make_the_text_that_was_asked_for(blocks: list[Any], data: st.DataObject) -> None:
    model = Model(blocks)
    before = read(model)
    pieces = []
    for piece in before.pieces:
        if piece.fixed or data.draw(st.booleans()):
            pieces.append(piece.text)
        else:
            pieces.append(data.draw(st.text(alphabet="abc \n\N{GRINNING FACE}", max_size=6)))
    after = "".join(pieces)
    try:
        requests = edits(before, after)
    except DriveLossyError:
        return  # refused, and nothing is done; what must not be refused has tests of its own
    model.apply(requests)
    assert model.plain == plain(after)


@given(BLOCKS, st.text(max_size=30))
def test_any_text_is_made_or_refused(blocks: list[Any], after: str) -> None:
    model = Model(blocks)
    try:
        requests = edits(read(model), after)
    except DriveLossyError:
        return
    model.apply(requests)
    assert model.plain == plain(after)


@given(BLOCKS)
def test_the_same_text_needs_no_edit(blocks: list[Any]) -> None:
    before = read(Model(blocks))
    assert edits(before, before.text) == []


def test_a_word_is_changed_where_it_stands_and_gets_the_style_of_what_it_replaces() -> None:
    model = Model([["We meet on ", "Monday", " at noon."], ["Bring cake."]])
    before = read(model)
    assert before.text == "We meet on Monday at noon.\nBring cake.\n"
    requests = edits(before, before.text.replace("Monday", "Friday"))
    assert requests == [
        {"insertText": {"text": "Friday", "location": {"index": 18}}},
        {"deleteContentRange": {"range": {"startIndex": 12, "endIndex": 18}}},
    ]


def test_text_goes_at_the_end_before_the_beginning_and_into_a_cell() -> None:
    model = Model([["Total"], ([[["1"]], [["2"]]],), ["End"]])
    before = read(model)
    after = "Sum and " + before.text.replace("⟦cell⟧ 2", "⟦cell⟧ 23") + "More\nand more\n"
    model.apply(edits(before, after))
    assert model.plain == "Sum and Total\n1\n23\nEnd\nMore\nand more\n"


@pytest.mark.parametrize("cut", [OBJECT, "⟦table⟧\n", "⟦row⟧\n", "⟦cell⟧ ", "?new"])
def test_what_is_no_text_is_never_taken_away(cut: str) -> None:
    before = read(Model([["A ", OBJECT, "?new", " b"], ([[["1"]]],), []]))
    assert cut in before.text
    with pytest.raises(DriveLossyError):
        edits(before, before.text.replace(cut, "", 1))


def test_a_mark_cannot_be_made() -> None:
    before = read(Model([["A"]]))
    for mark in (OBJECT, "⟦table⟧\n", "⟦cell⟧ "):
        with pytest.raises(DriveLossyError):
            edits(before, f"A {mark}\n")


def test_each_tab_is_edited_in_its_own() -> None:
    one, two = Model([["First"]]).document["body"], Model([["Second"]]).document["body"]
    tabs = [
        {
            "tabProperties": {"tabId": f"t.{number}", "title": f"T{number}"},
            "documentTab": {"body": body},
        }
        for number, body in enumerate((one, two))
    ]
    before = doc_text({"revisionId": "r", "tabs": tabs})
    assert before.text == "⟦tab: T0⟧\nFirst\n\n⟦tab: T1⟧\nSecond\n"
    (insert, _) = edits(before, before.text.replace("Second", "Other"))
    assert cast("Any", insert)["insertText"]["location"]["tabId"] == "t.1"


@pytest.mark.parametrize(
    "document", [{}, {"revisionId": "r", "body": 3}, {"revisionId": "r", "tabs": [1]}]
)
def test_an_answer_that_is_no_document_is_said_to_be_one(document: dict[str, Any]) -> None:
    with pytest.raises(DriveError):
        doc_text(document)
