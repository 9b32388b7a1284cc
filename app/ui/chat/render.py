"""Draws one Markdown block into one ``QTextDocument``, in the theme's colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextOption,
    QTextTableFormat,
)

from app.ui.chat.highlight import Highlighter
from app.ui.chat.inline import Inline
from app.ui.chat.markdown import Block, BlockKind
from app.ui.direction import LEFT, LTR, has_rtl, is_rtl
from app.ui.theme import Theme

if TYPE_CHECKING:
    from markdown_it.token import Token

_HEADING_SCALE: Final = {"h1": 1.35, "h2": 1.2, "h3": 1.08}
_LINE_HEIGHT: Final = 125
_PARAGRAPH_GAP: Final = 6
_BULLETS: Final = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


def new_document(font: QFont) -> QTextDocument:
    """An empty document that takes no room of its own."""
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setIndentWidth(22)
    document.setDefaultFont(font)
    return document


def plain_document(theme: Theme, text: str, *, colour: str = "text") -> QTextDocument:
    """``text`` as it is, wrapped; for what a person wrote."""
    document = new_document(theme.font)
    wrapping = document.defaultTextOption()
    wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(wrapping)
    cursor = QTextCursor(document)
    cursor.setBlockFormat(_spaced(QTextBlockFormat()))
    form = QTextCharFormat()
    form.setForeground(theme.colour(colour))
    cursor.insertText(text, form)
    return document


def render(block: Block, theme: Theme, highlighter: Highlighter) -> QTextDocument:
    """The block as a document; its width is for the caller to set."""
    if block.kind is BlockKind.CODE:
        return _code(block, theme, highlighter)
    document = new_document(theme.font)
    _Writer(document, theme, highlighter).write(block.tokens)
    return document


def _code(block: Block, theme: Theme, highlighter: Highlighter) -> QTextDocument:
    document = new_document(theme.code_font)
    wrapping = document.defaultTextOption()
    wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(wrapping)
    cursor = QTextCursor(document)
    cursor.setBlockFormat(_as_code(_spaced(QTextBlockFormat(), 118)))
    pieces = highlighter.pieces(block.code, block.language)
    _write_code(cursor, pieces, theme, QTextCharFormat())
    return document


def _write_code(
    cursor: QTextCursor,
    pieces: Iterable[tuple[str, str | None]],
    theme: Theme,
    base: QTextCharFormat,
) -> None:
    cursor.beginEditBlock()
    for text, token in pieces:
        form = QTextCharFormat(base)
        form.setForeground(theme.colour(token or "text"))
        # One document block for all lines: U+2028 is Qt's line break within a block.
        cursor.insertText(text.replace("\n", "\u2028"), form)
    cursor.endEditBlock()


def _as_code(form: QTextBlockFormat) -> QTextBlockFormat:
    """From left to right, in whatever language the rest is."""
    form.setLayoutDirection(LTR)
    form.setAlignment(LEFT)
    return form


def _spaced(form: QTextBlockFormat, percent: int = _LINE_HEIGHT) -> QTextBlockFormat:
    form.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    return form


@dataclass(slots=True)
class _Level:
    """A list that is open: its look, and Qt's list once its first item is written."""

    form: QTextListFormat
    made: QTextList | None = None


class _Writer:
    """Walks markdown-it's tokens once and writes what they say."""

    def __init__(self, document: QTextDocument, theme: Theme, highlighter: Highlighter) -> None:
        self._document = document
        self._theme = theme
        self._highlighter = highlighter
        self._words = Inline(theme)
        self._cursor = QTextCursor(document)
        self._levels: list[_Level] = []
        self._quotes = 0
        self._heading = ""
        self._empty = True
        self._at_item = False

    def write(self, tokens: Sequence[Token]) -> None:
        """Everything in ``tokens``."""
        self._cursor.beginEditBlock()
        position = 0
        while position < len(tokens):
            if tokens[position].type == "table_open":
                position = self._table(tokens, position)
            else:
                self._token(tokens[position])
                position += 1
        self._cursor.endEditBlock()

    def _token(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._paragraph(token)
            case "heading_open":
                self._heading = token.tag
            case "heading_close":
                self._heading = ""
            case "bullet_list_open":
                form = QTextListFormat()
                form.setStyle(_BULLETS[min(len(self._levels), len(_BULLETS) - 1)])
                self._levels.append(_Level(form))
            case "ordered_list_open":
                form = QTextListFormat()
                form.setStyle(QTextListFormat.Style.ListDecimal)
                form.setStart(int(token.attrGet("start") or 1))
                self._levels.append(_Level(form))
            case "bullet_list_close" | "ordered_list_close":
                self._levels.pop()
            case "list_item_open":
                level = self._levels[-1]
                if token.info.isdigit() and level.made is None:
                    level.form.setStart(int(token.info))
                self._at_item = True
            case "list_item_close":
                if self._at_item:
                    self._new_block(QTextBlockFormat())
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "fence" | "code_block":
                self._nested_code(token)
            case "hr":
                self._new_block(QTextBlockFormat())
                self._cursor.insertText("―" * 3, self._form("muted"))

    def _new_block(self, form: QTextBlockFormat, *, rtl: bool = False) -> None:
        """Start a block (the document's first one is there already)."""
        depth = len(self._levels)
        if not self._empty:
            form.setTopMargin(3 if self._at_item else _PARAGRAPH_GAP)
        if depth and not self._at_item:
            form.setIndent(depth)
        if self._quotes and rtl:
            form.setRightMargin(14 * self._quotes)
        elif self._quotes:
            form.setLeftMargin(14 * self._quotes)
        _spaced(form)
        if self._empty:
            self._cursor.setBlockFormat(form)
        else:
            self._cursor.insertBlock(form, QTextCharFormat())
        self._empty = False
        if self._at_item:
            self._at_item = False
            level = self._levels[-1]
            if level.made is None:
                level.form.setIndent(depth)
                level.made = self._cursor.createList(level.form)
            else:
                level.made.add(self._cursor.block())

    def _form(self, colour: str = "text") -> QTextCharFormat:
        form = QTextCharFormat()
        form.setForeground(self._theme.colour(colour))
        return form

    def _paragraph(self, token: Token) -> None:
        children = list(token.children or ())
        form = QTextBlockFormat()
        base = self._form("muted" if self._quotes else "text")
        if self._heading:
            scale = _HEADING_SCALE.get(self._heading, 1.0)
            base.setFontPointSize(self._theme.font.pointSizeF() * scale)
            base.setFontWeight(QFont.Weight.DemiBold)
            form.setHeadingLevel(int(self._heading[1]))
        checked = _task_mark(children) if self._at_item else None
        if checked is not None:
            # Qt draws its own tick boxes with the style's colours, which may not show on ours.
            self._levels[-1].form.setStyle(QTextListFormat.Style.ListStyleUndefined)
        self._new_block(form, rtl=is_rtl(token.content))
        if checked is not None:
            self._cursor.insertText("☑ " if checked else "☐ ", base)
        self._words.write(self._cursor, children, base, isolate=has_rtl(token.content))

    def _nested_code(self, token: Token) -> None:
        """A fence in a list item or a quote."""
        form = QTextBlockFormat()
        form.setBackground(self._theme.colour("code"))
        self._new_block(_as_code(form))
        base = QTextCharFormat()
        base.setFontFamilies([self._theme.code_font.family()])
        base.setFontPointSize(self._theme.code_font.pointSizeF())
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        code = token.content.removesuffix("\n")
        pieces = self._highlighter.pieces(code, language)
        _write_code(self._cursor, pieces, self._theme, base)

    def _table(self, tokens: Sequence[Token], start: int) -> int:
        """Writes one table; returns the position after it."""
        end = start
        while tokens[end].type != "table_close":
            end += 1
        rows: list[list[tuple[Token, Token]]] = []
        for i in range(start, end):
            if tokens[i].type == "tr_open":
                rows.append([])
            elif tokens[i].type in ("th_open", "td_open"):
                rows[-1].append((tokens[i], tokens[i + 1]))
        columns = max((len(row) for row in rows), default=0)
        if columns:
            self._write_table(rows, columns)
        return end + 1

    def _write_table(self, rows: list[list[tuple[Token, Token]]], columns: int) -> None:
        form = QTextTableFormat()
        form.setBorder(1)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QBrush(self._theme.colour("strong_line")))
        form.setBorderCollapse(True)
        form.setCellPadding(5)
        form.setCellSpacing(0)
        rtl = any(is_rtl(inline.content) for _, inline in rows[0])
        if rtl:  # Qt's tables go from left to right
            form.setAlignment(Qt.AlignmentFlag.AlignRight)
        form.setColumnWidthConstraints([QTextLength(QTextLength.Type.VariableLength, 0)] * columns)
        table = self._cursor.insertTable(len(rows), columns, form)
        for i, row in enumerate(rows):
            for j, (cell, inline) in enumerate(row):
                place = columns - 1 - j if rtl else j
                self._cursor = table.cellAt(i, place).firstCursorPosition()
                block = QTextBlockFormat()
                block.setAlignment(_alignment(cell, rtl=rtl))
                self._cursor.setBlockFormat(block)
                base = self._form()
                if cell.type == "th_open":
                    base.setFontWeight(QFont.Weight.DemiBold)
                children = list(inline.children or ())
                self._words.write(self._cursor, children, base, isolate=has_rtl(inline.content))
        self._cursor = QTextCursor(self._document)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        # A document ends with a block of its own after a table: it must not take room.
        last = QTextBlockFormat()
        last.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._cursor.setBlockFormat(last)


def _alignment(cell: Token, *, rtl: bool) -> Qt.AlignmentFlag:
    style = str(cell.attrGet("style") or "")
    if "right" in style:
        return Qt.AlignmentFlag.AlignRight
    if "center" in style:
        return Qt.AlignmentFlag.AlignHCenter
    if rtl and "left" not in style:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
    return Qt.AlignmentFlag.AlignLeft


def _task_mark(children: list[Token]) -> bool | None:
    """Takes ``[ ]`` or ``[x]`` off the first text of a list item, and says which it was."""
    if not children or children[0].type != "text":
        return None
    text = children[0].content
    if text[:4].lower() not in ("[ ] ", "[x] "):
        return None
    from markdown_it.token import Token as NewToken

    rest = NewToken("text", "", 0)
    rest.content = text[4:]
    children[0] = rest
    return text[1] in "xX"
