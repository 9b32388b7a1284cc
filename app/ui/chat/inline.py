"""Words within a paragraph: emphasis, code, links, and pictures that are only named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor

from app.ui.direction import isolated_path
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from markdown_it.token import Token


class Inline:
    """Writes markdown-it's inline tokens at a cursor."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def write(
        self,
        cursor: QTextCursor,
        children: Sequence[Token],
        base: QTextCharFormat,
        *,
        isolate: bool = False,
    ) -> None:
        """All of ``children``, in ``base`` and what they add to it.

        ``isolate``: code keeps its order in a sentence that is read from right to left.
        """
        forms = [base]
        for child in children:
            match child.type:
                case "text":
                    cursor.insertText(child.content, forms[-1])
                case "softbreak":
                    cursor.insertText(" ", forms[-1])
                case "hardbreak":
                    cursor.insertText("\u2028", forms[-1])
                case "code_inline":
                    code = isolated_path(child.content, always=isolate)
                    cursor.insertText(code, self._code_form(forms[-1]))
                case "strong_open" | "em_open" | "s_open" | "link_open":
                    forms.append(self._opened(child, forms[-1]))
                case "strong_close" | "em_close" | "s_close" | "link_close":
                    if len(forms) > 1:
                        forms.pop()
                case "image":
                    self._picture(cursor, child, forms[-1])
                case _:
                    cursor.insertText(child.content, forms[-1])

    def _opened(self, token: Token, outer: QTextCharFormat) -> QTextCharFormat:
        form = QTextCharFormat(outer)
        match token.type:
            case "strong_open":
                form.setFontWeight(QFont.Weight.DemiBold)
            case "em_open":
                form.setFontItalic(True)
            case "s_open":
                form.setFontStrikeOut(True)
            case "link_open":
                self._make_link(form, str(token.attrGet("href") or ""))
        return form

    def _make_link(self, form: QTextCharFormat, address: str) -> None:
        form.setAnchor(True)
        form.setAnchorHref(address)
        form.setForeground(self._theme.colour("accent"))
        form.setFontUnderline(True)

    def _picture(self, cursor: QTextCursor, token: Token, outer: QTextCharFormat) -> None:
        # Never loaded: an address in a model's text must not be asked for anything.
        form = QTextCharFormat(outer)
        self._make_link(form, str(token.attrGet("src") or ""))
        what = token.content or translate("Transcript", "no description")
        cursor.insertText(translate("Transcript", "[picture: {what}]").format(what=what), form)

    def _code_form(self, outer: QTextCharFormat) -> QTextCharFormat:
        form = QTextCharFormat(outer)
        form.setFontFamilies([self._theme.code_font.family()])
        form.setFontFixedPitch(True)
        form.setFontPointSize(self._theme.code_font.pointSizeF())
        form.setBackground(self._theme.colour("code"))
        return form
