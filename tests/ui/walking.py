"""Walks a window as someone without mouse or eyes does, and reports what they could not use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QImage,
    QKeySequence,
    QPainter,
    QShortcut,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QWidget,
)

INTERACTIVE = {
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.Tree,
    QAccessible.Role.Table,
    QAccessible.Role.PageTab,
    QAccessible.Role.PageTabList,
    QAccessible.Role.Link,
    QAccessible.Role.Slider,
    QAccessible.Role.SpinBox,
}
# Parts that Qt makes itself inside a control that has a name.
INSIDE = ("qt_", "QComboBoxPrivateContainer", "QScrollBar")
CONTROLS: Final = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QPlainTextEdit, QTextEdit, QTabBar,
    QAbstractSpinBox,
)  # fmt: skip
FROM_ITS_FIELD: Final = {"Models"}
"""Lists that the arrow keys move in while the field above them has the focus."""
MOST_STEPS: Final = 150
SEEN_PIXELS: Final = 40
"""More than a text cursor: a ring, a line or a colour that changed."""


# --- names ----------------------------------------------------------------------------------------


def nameless(widget: QWidget) -> list[str]:
    """Interactive things below ``widget`` that a screen reader could not name."""
    found: list[str] = []
    _walk(QAccessible.queryAccessibleInterface(widget), found, 0)
    return found


def _walk(interface: QAccessibleInterface | None, found: list[str], depth: int) -> None:
    if interface is None or depth > 40:
        return
    state = interface.state()
    watched = interface.object()
    if state.invisible and depth:
        return
    if interface.role() in INTERACTIVE and not interface.text(QAccessible.Text.Name).strip():
        kind = type(watched).__name__
        name = watched.objectName() if isinstance(watched, QWidget) else ""
        inside = isinstance(watched, QWidget) and _named_parent(watched)
        if not name.startswith(INSIDE) and not inside:
            found.append(f"{interface.role().name} {kind} {name!r}")
    for i in range(interface.childCount()):
        _walk(interface.child(i), found, depth + 1)


def _named_parent(widget: QWidget) -> bool:
    """An editor inside a combo box, a viewport inside a view: the control around it has a name."""
    parent = widget.parentWidget()
    return isinstance(parent, QComboBox | QAbstractScrollArea | QTabWidget) and bool(
        parent.accessibleName()
    )


# --- keys -----------------------------------------------------------------------------------------


def without_keys(widget: QWidget) -> list[str]:
    """Visible buttons below ``widget`` that no shortcut or mnemonic presses."""
    return [
        f"{type(button).__name__} {button.text() or button.accessibleName()!r}"
        for button in widget.findChildren(QAbstractButton)
        if button.isVisible()
        and button.shortcut().isEmpty()
        and "&" not in button.text().replace("&&", "")
        and "(" not in button.toolTip()
        and button.property("kind") != "suggestion"
        and not button.objectName().startswith(INSIDE)
    ]


def shared_keys(widget: QWidget) -> list[str]:
    """Shortcuts and mnemonics of ``widget``'s window that two things want that are usable now."""
    seen: dict[str, str] = {}
    twice = []
    for key, owner in _keys(widget):
        if key in seen:
            twice.append(f"{key}: {seen[key]!r} and {owner!r}")
        seen[key] = owner
    return twice


def _keys(widget: QWidget) -> Iterator[tuple[str, str]]:
    for button in widget.findChildren(QAbstractButton):
        if button.isVisible() and button.isEnabled() and button.window() is widget.window():
            key = button.shortcut().toString()
            if key:
                yield key, button.text() or button.accessibleName()
    for shortcut in widget.findChildren(QShortcut):
        parent = shortcut.parent()
        everywhere = shortcut.context() in (
            Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut,
        )  # fmt: skip
        if not isinstance(parent, QWidget) or not parent.isVisible():
            continue
        if everywhere and shortcut.isEnabled() and parent.window() is widget.window():
            yield shortcut.key().toString(), f"shortcut of {type(parent).__name__}"


# --- focus ----------------------------------------------------------------------------------------


class TabRound(NamedTuple):
    """What has the focus in turn as Tab is pressed until it comes round, and what did not show."""

    reached: Sequence[QWidget]
    unseen: Sequence[str]


def tab_round(window: QWidget) -> TabRound:
    """Press Tab from control to control."""
    reached: list[QWidget] = []
    unseen: list[str] = []
    for _ in range(MOST_STEPS):
        focused = window.focusWidget()
        if focused is None:
            window.focusNextChild()
            continue
        if focused in reached:
            break
        reached.append(focused)
        place = _around(window, focused)
        with_it = window.grab(place).toImage()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        if window.focusWidget() is focused:
            continue
        place = _around(window, focused)  # it may have been scrolled
        if _changed(with_it, window.grab(place).toImage()) < SEEN_PIXELS:
            unseen.append(_told(focused))
    return TabRound(reached, unseen)


def unreachable(window: QWidget, reached: Sequence[QWidget]) -> list[str]:
    """Visible controls of ``window`` that Tab does not reach and no key of their own presses."""
    return [
        _told(one)
        for one in window.findChildren(QWidget)
        if isinstance(one, CONTROLS)
        and one.isVisible()
        and one.isEnabled()
        and one.window() is window
        and one not in reached
        and not _is_part(one)
        and not (isinstance(one, QAbstractButton) and _has_key(one))
    ]


def _is_part(widget: QWidget) -> bool:
    """Something inside a control, or one radio button of several: arrow keys reach it."""
    parent = widget.parentWidget()
    return (
        isinstance(widget, QRadioButton | QHeaderView)
        or widget.objectName().startswith(INSIDE)
        or isinstance(parent, QComboBox | QLineEdit | QAbstractSpinBox | QTabBar)
        or widget.accessibleName() in FROM_ITS_FIELD
    )


def _has_key(button: QAbstractButton) -> bool:
    return not button.shortcut().isEmpty() or QKeySequence.mnemonic(button.text()).count() > 0


def _around(window: QWidget, widget: QWidget) -> QRect:
    """Where ``widget`` is, with the frame that may show its focus."""
    shown = widget
    while (above := shown.parentWidget()) is not None and above is not window:
        if above.width() > widget.width() + 80 or above.height() > widget.height() + 160:
            break
        shown = above
    return QRect(shown.mapTo(window, QPoint()), shown.size()).adjusted(-4, -4, 4, 4)


def _changed(one: QImage, other: QImage) -> int:
    """How many pixels differ."""
    if one.isNull():  # it was not in the window at all
        return 0
    if one.size() != other.size():
        return SEEN_PIXELS
    both = one.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(both)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.drawImage(0, 0, other)
    painter.end()
    pixels = Counter(memoryview(both.constBits()).cast("I"))
    return sum(count for pixel, count in pixels.items() if pixel & 0xFFFFFF)


def _told(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {text or widget.accessibleName()!r}"
