"""What is selected in the transcript, across boxes and rows, and its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from app.ui.chat.boxes import Box
from app.ui.chat.markdown import BlockKind
from app.ui.chat.row_layout import RowLayout
from app.ui.direction import without_marks


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two letters: the row's key, the box in it, the letter in that."""

    key: int
    box: int
    letter: int


class Selection:
    """From ``anchor`` to ``head``. ``index_of`` says where the row of a key stands now."""

    def __init__(self, index_of: Callable[[int], int]) -> None:
        self._index_of = index_of
        self.anchor: Position | None = None
        self.head: Position | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor is None or self.head is None or self.anchor == self.head

    def clear(self) -> None:
        """Select nothing."""
        self.anchor = self.head = None

    def ends(self) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
        """Both ends in order, as (row index, box, letter); ``None`` where nothing is selected."""
        if self.is_empty or self.anchor is None or self.head is None:
            return None
        places = []
        for end in (self.anchor, self.head):
            index = self._index_of(end.key)
            if index < 0:
                return None
            places.append((index, end.box, end.letter))
        first, last = sorted(places)
        return first, last

    def covers(self, row: int, box: int) -> bool:
        """Whether a box lies between both ends."""
        ends = self.ends()
        return ends is not None and ends[0][:2] <= (row, box) <= ends[1][:2]

    def part(self, row: int, box: int, length: int) -> tuple[int, int] | None:
        """The selected letters of a box that holds ``length`` of them."""
        ends = self.ends()
        if ends is None:
            return None
        first, last = ends
        if not first[:2] <= (row, box) <= last[:2]:
            return None
        begin = first[2] if (row, box) == first[:2] else 0
        end = last[2] if (row, box) == last[:2] else length
        return (begin, end) if end > begin else None


def length_of(document: QTextDocument) -> int:
    """Letters in a document, without the end mark Qt counts."""
    return max(0, document.characterCount() - 1)


def selected_text(selection: Selection, layout_of: Callable[[int], RowLayout]) -> str:
    """The selected text, rows apart by an empty line."""
    ends = selection.ends()
    if ends is None:
        return ""
    out: list[str] = []
    for row in range(ends[0][0], ends[1][0] + 1):
        layout = layout_of(row)
        pieces: list[str] = []
        for i, box in enumerate(layout.boxes):
            text = _box_text(selection, row, i, box)
            if text:
                if pieces and not _continues(layout.boxes[i - 1], box):
                    pieces.append("")
                pieces.append(text)
        if pieces:
            out.append("\n".join(pieces))
    return "\n\n".join(out)


def selected_markdown(selection: Selection, layout_of: Callable[[int], RowLayout]) -> str:
    """The selected text as Markdown: blocks that are selected whole as they were written."""
    ends = selection.ends()
    if ends is None:
        return ""
    rows: list[str] = []
    for row in range(ends[0][0], ends[1][0] + 1):
        boxes = layout_of(row).boxes
        pieces: list[str] = []
        for i, box in enumerate(boxes):
            if text := _box_markdown(selection, row, i, box):
                if pieces and not _continues(boxes[i - 1], box):
                    pieces.append("")
                pieces.append(text)
        if pieces:
            rows.append("\n".join(pieces))
    return "\n\n".join(rows)


def _box_markdown(selection: Selection, row: int, index: int, box: Box) -> str:
    block = box.block
    if box.make is None:
        within = block is not None and block.kind is BlockKind.RULE
        return "---" if within and selection.covers(row, index) else ""
    document = box.document or box.make()
    length = length_of(document)
    part = selection.part(row, index, length)
    if part is None:
        return ""
    if block is None:
        return _plain(document, *part)
    if block.kind is BlockKind.CODE:
        whole = part == (0, length)
        fence = block.fence or "```"
        head = f"{fence}{block.language}\n" if block.first else ""
        tail = f"\n{fence}" if block.last else ""
        return f"{head}{block.code}{tail}" if whole else _plain(document, *part)
    return block.source if part == (0, length) else _part_markdown(document, *part)


def _part_markdown(document: QTextDocument, begin: int, end: int) -> str:
    cursor = QTextCursor(document)
    cursor.setPosition(begin)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return without_marks(cursor.selection().toMarkdown().strip())


def _continues(before: Box, box: Box) -> bool:
    if box.block is None or before.block is None:
        return True
    items = before.block.kind is box.block.kind is BlockKind.ITEM
    return items or (box.block.kind is BlockKind.CODE and not box.block.first)


def _box_text(selection: Selection, row: int, index: int, box: Box) -> str:
    if box.make is None:
        return ""
    document = box.document or box.make()
    length = length_of(document)
    part = selection.part(row, index, length)
    if part is None:
        return ""
    if part == (0, length) and box.block is not None and box.block.kind is BlockKind.TABLE:
        return box.block.source
    return _plain(document, *part)


def _plain(document: QTextDocument, begin: int, end: int) -> str:
    """Text between two letters, with the marks of list items that begin in it."""
    lines = []
    block = document.findBlock(begin)
    while block.isValid() and block.position() < max(end, begin + 1):
        start = max(begin, block.position())
        cursor = QTextCursor(document)
        cursor.setPosition(start)
        stop = min(end, block.position() + block.length() - 1)
        cursor.setPosition(max(start, stop), QTextCursor.MoveMode.KeepAnchor)
        text = without_marks(cursor.selectedText().replace("\u2028", "\n"))
        listed = block.textList()
        if _is_item(block) and start == block.position():
            indent = "  " * max(0, listed.format().indent() - 1)
            text = f"{indent}{_mark(listed.itemText(block))} {text}"
        lines.append(text)
        block = block.next()
    return "\n".join(lines)


def _is_item(block: QTextBlock) -> bool:
    return block.blockFormat().objectIndex() >= 0


def _mark(text: str) -> str:
    return text if any(letter.isdigit() for letter in text) else "-"
