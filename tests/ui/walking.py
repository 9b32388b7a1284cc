"""Walks a window as a screen reader does, and reports controls that have no name."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QWidget

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
    from PySide6.QtWidgets import QAbstractScrollArea, QComboBox, QTabWidget

    return isinstance(parent, QComboBox | QAbstractScrollArea | QTabWidget) and bool(
        parent.accessibleName()
    )


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
    """Shortcuts and mnemonics that two visible buttons want."""
    seen: dict[str, str] = {}
    twice = []
    for button in widget.findChildren(QAbstractButton):
        key = button.shortcut().toString()
        if button.isVisible() and key:
            if key in seen:
                twice.append(f"{key}: {seen[key]!r} and {button.text()!r}")
            seen[key] = button.text()
    return twice
