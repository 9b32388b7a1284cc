"""Where a line begins: in the window, and in a text that may be of another language.

A sentence can hold a name or a path of the other direction. Between the marks of Unicode for that
(U+2066 to U+2069) it keeps its own order and leaves that of the sentence alone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication

RTL: Final = Qt.LayoutDirection.RightToLeft
LTR: Final = Qt.LayoutDirection.LeftToRight
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
"""On the left whatever the direction: for code."""

_LEFT_TO_RIGHT, _OWN_DIRECTION, _END = "\u2066", "\u2068", "\u2069"
_MARKS: Final = {ord(mark): None for mark in (_LEFT_TO_RIGHT, _OWN_DIRECTION, _END)}
_RTL_LETTERS: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_STRONG: Final = {"L": False, "R": True, "AL": True}


def window_is_rtl() -> bool:
    """Whether the window is read from right to left."""
    return bool(QGuiApplication.layoutDirection() == RTL)


def leading() -> Qt.AlignmentFlag:
    """The side on which lines of the window begin, whatever their own language."""
    side = Qt.AlignmentFlag.AlignRight if window_is_rtl() else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute


def trailing() -> Qt.AlignmentFlag:
    """The other side."""
    side = Qt.AlignmentFlag.AlignLeft if window_is_rtl() else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignAbsolute


def is_rtl(text: str) -> bool:
    """Whether ``text`` by itself is read from right to left: its first letter decides."""
    if not has_rtl(text):
        return False
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((_STRONG[kind] for kind in kinds if kind in _STRONG), False)


def has_rtl(text: str) -> bool:
    """Whether any letter of ``text`` is read from right to left."""
    return not text.isascii() and _RTL_LETTERS.search(text) is not None


def isolated(text: str) -> str:
    """``text`` so that it keeps its own order in a sentence; as it is where it does anyway."""
    return f"{_OWN_DIRECTION}{text}{_END}" if _may_mix(text) else text


def isolated_path(path: str, *, always: bool = False) -> str:
    """A path, code, or ``2 → 3``: from left to right wherever it stands.

    ``always``: what stands around it is known to be of the other direction.
    """
    return f"{_LEFT_TO_RIGHT}{path}{_END}" if always or _may_mix(path) else path


def without_marks(text: str) -> str:
    """``text`` as it was before it was isolated: for what is copied."""
    return text if text.isascii() else text.translate(_MARKS)


def _may_mix(text: str) -> bool:
    return bool(text) and (window_is_rtl() or has_rtl(text))


def mirrored(box: QRect, part: QRect) -> QRect:
    """``part`` of ``box`` where it stands in a window of this direction; both as from the left."""
    # As `QStyle.visualRect` does it, whose class takes 5 ms of the start: it has many names.
    if not window_is_rtl():
        return part
    return part.translated(box.left() + box.right() - part.left() - part.right(), 0)


def mirrored_f(box: QRectF, part: QRectF) -> QRectF:
    """The same with fractions."""
    if not window_is_rtl():
        return part
    return part.translated(box.left() + box.right() - part.left() - part.right(), 0)


def mirrored_point(box: QRectF, point: QPointF) -> QPointF:
    """The same for a point."""
    if not window_is_rtl():
        return point
    return QPointF(box.left() + box.right() - point.x(), point.y())
