"""The style sheet: what Fusion and the palette do not say by themselves."""

from __future__ import annotations

import re
from string import Template
from typing import Final

from app.ui.tokens import CARD_RADIUS, CONTROL_RADIUS, THICK, Tokens

# `kind` is a property that controls.py sets: what a widget is, not how it looks. `px(…)` grows with
# the text; `inside(…)` is a padding less what a ring takes more than a line.
_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $strong_line; padding: 4px 6px; }
QMainWindow, QDialog { background: $background; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $control;
    border-radius: ${radius}px; padding: 5px 12px; min-height: px(20);
}
QPushButton:hover { background: $hover; }
QPushButton:focus { border: $ring solid $accent; padding: inside(5, 12); }
QPushButton:disabled { color: $muted; border-color: $line; background: $background; }
QPushButton[kind="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: $ring solid $text; }
QPushButton[kind="primary"]:disabled {
    background: $hover; color: $muted; border-color: $strong_line;
}
QPushButton[kind="quiet"] { background: transparent; color: $accent; border-color: transparent; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: $ring solid $accent; }
QPushButton[kind="quiet"]:disabled { color: $muted; }
QPushButton[kind="act"] {
    background: transparent; color: $muted; border-color: transparent; font-size: ${small}pt;
    padding: 2px 6px; min-height: 18px;
}
QPushButton[kind="act"]:hover { background: $hover; color: $text; }
QPushButton[kind="act"]:focus { border: 2px solid $accent; padding: 1px 5px; }
QPushButton[kind="link"] {
    background: transparent; color: $accent; border: 1px solid transparent; border-radius: 4px;
    padding: 0 3px; min-height: px(16);
}
QPushButton[kind="link"]:hover { background: $hover; }
QPushButton[kind="link"]:focus { border: $link_ring solid $accent; padding: 0 3px; }
QPushButton[kind="status"] {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 4px;
    padding: 0 5px; min-height: px(16); font-size: ${small}pt;
}
QPushButton[kind="status"]:hover { background: $hover; color: $text; }
QPushButton[kind="status"]:focus { border: $link_ring solid $accent; }
QPushButton[kind="chip"] {
    border-radius: ${chip}px; padding: 2px 10px; min-height: px(16); color: $muted;
    background: transparent; border: 1px solid $control; font-size: ${small}pt;
}
QPushButton[kind="chip"]:hover { background: $hover; color: $text; }
QPushButton[kind="chip"]:checked {
    background: $accent_soft; color: $text; border-color: $accent;
}
QPushButton[kind="chip"]:focus { border: $ring solid $accent; padding: inside(2, 10); }
QPushButton[kind="suggestion"] { color: $accent; border-radius: ${bubble}px; padding: 3px 12px; }
QPushButton[kind="suggestion"]:focus { padding: inside(3, 12); }
QPushButton[kind="choice"] {
    background: $panel; text-align: left; padding: 5px 8px;
    background-image: url("$arrow"); background-repeat: no-repeat;
    background-position: center $far; background-origin: content;
}
QPushButton[kind="choice"]:hover { background-color: $hover; }
QPushButton[kind="choice"]:focus { border: $ring solid $accent; padding: inside(5, 8); }

QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: ${radius}px;
    padding: 4px; color: $text;
}
QToolButton:hover { background: $hover; }
QToolButton:focus { border: $ring solid $accent; padding: inside(4); }
QToolButton:checked { background: $accent_soft; }

QLineEdit, QComboBox, QSpinBox, QTextEdit[kind="input"], QPlainTextEdit[kind="input"] {
    background: $panel; color: $text; border: 1px solid $control; border-radius: ${radius}px;
    padding: 5px 8px; selection-background-color: $selection; selection-color: $text;
    placeholder-text-color: $muted;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus,
QTextEdit[kind="input"]:focus, QPlainTextEdit[kind="input"]:focus {
    border: $ring solid $accent; padding: inside(5, 8);
}
QLineEdit[wrong="true"] { border-color: $trouble; }
QLineEdit:read-only, QPlainTextEdit[kind="input"]:read-only {
    color: $muted; background: $background;
}
QLineEdit[kind="code"]:read-only { color: $text; background: $panel; }
QLineEdit:disabled, QComboBox:disabled { color: $muted; background: $background; }
QComboBox { padding-$far: px(20); }
QComboBox::drop-down { border: none; width: px(20); }
QComboBox::down-arrow { image: url("$arrow"); width: px(12); height: px(12); }
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $strong_line;
    selection-background-color: $accent_soft; selection-color: $text; outline: none;
}
QRadioButton, QCheckBox { color: $text; spacing: 8px; }
QRadioButton::indicator {
    width: ${box}px; height: ${box}px; border-radius: ${round}px;
    border: 1px solid $control; background: $panel;
}
QRadioButton::indicator:checked {
    width: ${point}px; height: ${point}px; border: ${rim}px solid $accent; background: $on_accent;
}
QCheckBox::indicator, QListView::indicator {
    width: ${box}px; height: ${box}px; border-radius: 4px;
    border: 1px solid $control; background: $panel;
}
QCheckBox::indicator:checked, QListView::indicator:checked {
    border-color: $accent; background: $accent; image: url("$tick");
}
QRadioButton:focus, QCheckBox:focus { color: $accent; }
QCheckBox { border: $ring solid transparent; border-radius: 6px; padding: 1px; }
QCheckBox:focus { border-color: $accent; }

QFrame[kind="card"] {
    background: $raised; border: 1px solid $strong_line; border-radius: ${card}px;
}
QFrame[kind="card"]:focus, QFrame[kind="card"][keys="true"] { border: $ring solid $accent; }
QFrame[kind="composer"] {
    background: $raised; border: 1px solid $control; border-radius: ${card}px;
}
QFrame[kind="composer"][focused="true"] { border: $ring solid $accent; }
QFrame[kind="composer"][offered="true"] { border: 2px dashed $accent; background: $accent_soft; }
QFrame[kind="attachment"] {
    background: $panel; border: 1px solid $strong_line; border-radius: ${radius}px;
}
QFrame[kind="composer"] QPlainTextEdit {
    background: transparent; border: none; padding: 0; placeholder-text-color: $muted;
}
QFrame[kind="quick"] { background: $panel; border: 1px solid $control; }
QLineEdit[kind="quick"], QLineEdit[kind="quick"]:focus {
    border: none; border-bottom: $ring solid transparent; border-radius: 0; padding: 14px 16px;
    background: transparent;
}
QLineEdit[kind="quick"]:focus { border-bottom: $ring solid $accent; }
QListWidget[kind="pages"]::item { padding: 0 6px; }
QListWidget[kind="boxed"] {
    background: $panel; border: 1px solid $control; border-radius: ${radius}px; padding: 4px;
}
QListWidget[kind="boxed"]:focus { border: $ring solid $accent; padding: inside(4); }
QListWidget[kind="boxed"]::item { padding: 4px; }
QFrame[kind="line"] { background: $line; border: none; }
QWidget[kind="bar"], QWidget[kind="panel"] { background: $panel; }
QWidget[kind="ground"] { background: $background; }

QLabel[kind="found"] { font-weight: 600; color: $accent; }
QLabel[kind="heading"] { font-weight: 600; }
QLabel[kind="title"] { font-weight: 600; font-size: ${title}pt; }
QLabel[kind="muted"] { color: $muted; }
QLabel[kind="small"] { color: $muted; font-size: ${small}pt; }
QLabel[kind="section"] { color: $muted; font-weight: 600; font-size: ${small}pt; }
QLabel[kind="trouble"] { color: $trouble; }
QLabel[kind="attention"] { color: $attention; }

QTabBar { background: transparent; border: none; }
QTabBar::tab {
    background: transparent; color: $muted; border: none; border-bottom: 2px solid transparent;
    padding: 8px 9px 7px 9px; margin: 0;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom: $ring solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }

QListView, QTreeView, QTableView, QTextBrowser, QTextEdit {
    background: transparent; color: $text; border: none; outline: none;
    selection-background-color: $selection; selection-color: $text;
}
QTextEdit { placeholder-text-color: $muted; }
QTableView { selection-background-color: transparent; }
QListView::item { border-radius: ${radius}px; }
QTreeView::item { padding: 4px 2px; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected { background: $accent_soft; color: $text; }
QTreeView:focus, QListView:focus { border: none; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
    background: transparent; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 4px 6px; font-size: ${small}pt;
}

QMenu { background: $raised; color: $text; border: 1px solid $strong_line; padding: 4px; }
QMenu::item { padding: 5px 18px; border-radius: 6px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $strong_line; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar {
    background: $hover; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QStatusBar { background: $panel; border-top: 1px solid $line; }
QDockWidget { color: $text; border: none; }
QSplitter::handle { background: $line; }
""")


_CONTRAST = Template("""
QTreeView::item:selected, QListView::item:selected, QMenu::item:selected,
QComboBox QAbstractItemView::item:selected { border: 2px solid $accent; }
QToolButton:checked { border: 2px solid $accent; padding: 3px; }
QPushButton:hover, QToolButton:hover { border-color: $accent; }
QPushButton:disabled { border: 1px dashed $control; }
QRadioButton:focus, QCheckBox:focus { text-decoration: underline; }
QTabBar::tab:focus { text-decoration: underline; }
QScrollBar::handle { background: $control; }
QProgressBar { border: 1px solid $control; }
QPushButton[kind="quiet"] { border: 1px solid $strong_line; margin: 0 2px; }
""")
"""What else is said by lines with high contrast, where soft colours say it otherwise."""

# What Qt moves by itself; Fusion asks the style sheet how long.
_STILL = """
QAbstractScrollArea, QTreeView, QTabBar, QProgressBar, QComboBox, QMainWindow, QDockWidget {
    widget-animation-duration: 0;
}
"""

_PIXELS: Final = re.compile(r"px\((\d+)\)")
_INSIDE: Final = re.compile(r"inside\(([\d, ]+)\)")


def stylesheet(
    tokens: Tokens,
    small: float,
    *,
    arrow: str = "",
    tick: str = "",
    scale: float = 1.0,
    high_contrast: bool = False,
    still: bool = False,
    rtl: bool = False,
) -> str:
    """The style sheet for ``tokens``.

    ``small`` is the size of small text in points, ``arrow`` and ``tick`` are the files of a combo
    box's arrow and a check box's tick. ``scale`` is how much larger than usual text is: what
    stands beside it grows too. ``still``: nothing moves by itself. ``rtl``: lines begin on the
    right.
    """
    scale = max(scale, 1.0)
    ring = THICK[high_contrast]
    box, point = round(14 * scale), round(6 * scale)
    point += (box - point) % 2
    values = {
        **tokens._asdict(),
        "radius": CONTROL_RADIUS,
        "card": CARD_RADIUS,
        "small": f"{small:.1f}",
        "title": f"{small / 0.9 * 1.35:.1f}",
        "arrow": arrow,
        "tick": tick,
        "far": "left" if rtl else "right",
        "ring": f"{ring}px",
        "link_ring": f"{ring - 1}px",
        # Half of the height: with more Qt draws square corners.
        "chip": (round(16 * scale) + 6) // 2,
        "bubble": (round(18 * scale) + 8) // 2,
        "box": box,
        "round": (box + 2) // 2,
        "point": point,
        "rim": (box + 2 - point) // 2,
    }
    sheet = _SHEET.substitute(values)
    if high_contrast:
        sheet += _CONTRAST.substitute(values)
    if still:
        sheet += _STILL
    sheet = _PIXELS.sub(lambda found: f"{round(int(found[1]) * scale)}px", sheet)
    return _INSIDE.sub(lambda found: _inside(found[1], ring), sheet)


def _inside(paddings: str, ring: int) -> str:
    """A padding of what has a ring in place of its line: the text stays where it is."""
    return " ".join(f"{max(int(one) - ring + 1, 0)}px" for one in paddings.split(","))
