"""The style sheet: what Fusion and the palette do not say by themselves."""

from __future__ import annotations

from string import Template

from app.ui.tokens import CARD_RADIUS, CONTROL_RADIUS, Tokens

# `kind` is a property that controls.py sets: what a widget is, not how it looks.
_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $strong_line; padding: 4px 6px; }
QMainWindow, QDialog { background: $background; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $control;
    border-radius: ${radius}px; padding: 5px 12px; min-height: 20px;
}
QPushButton:hover { background: $hover; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton:disabled { color: $muted; border-color: $line; background: $background; }
QPushButton[kind="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled {
    background: $hover; color: $muted; border-color: $strong_line;
}
QPushButton[kind="quiet"] { background: transparent; color: $accent; border-color: transparent; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }
QPushButton[kind="quiet"]:disabled { color: $muted; }
QPushButton[kind="link"] {
    background: transparent; color: $accent; border: 1px solid transparent; border-radius: 4px;
    padding: 0 3px; min-height: 16px;
}
QPushButton[kind="link"]:hover { background: $hover; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; padding: 0 3px; }
QPushButton[kind="chip"] {
    border-radius: 11px; padding: 1px 10px; min-height: 18px; color: $muted;
    background: transparent; border: 1px solid $control; font-size: ${small}pt;
}
QPushButton[kind="chip"]:hover { background: $hover; color: $text; }
QPushButton[kind="chip"]:checked {
    background: $accent_soft; color: $text; border-color: $accent;
}
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 0px 9px; }
QPushButton[kind="suggestion"] { color: $accent; border-radius: 13px; padding: 3px 12px; }
QPushButton[kind="suggestion"]:focus { padding: 2px 11px; }
QPushButton[kind="choice"] {
    background: $panel; text-align: left; padding: 5px 8px;
    background-image: url("$arrow"); background-repeat: no-repeat;
    background-position: center right; background-origin: content;
}
QPushButton[kind="choice"]:hover { background-color: $hover; }
QPushButton[kind="choice"]:focus { border: 2px solid $accent; padding: 4px 7px; }

QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: ${radius}px;
    padding: 4px; color: $text;
}
QToolButton:hover { background: $hover; }
QToolButton:focus { border: 2px solid $accent; padding: 3px; }
QToolButton:checked { background: $accent_soft; }

QLineEdit, QComboBox, QSpinBox, QTextEdit[kind="input"], QPlainTextEdit[kind="input"] {
    background: $panel; color: $text; border: 1px solid $control; border-radius: ${radius}px;
    padding: 5px 8px; selection-background-color: $selection; selection-color: $text;
    placeholder-text-color: $muted;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus,
QTextEdit[kind="input"]:focus, QPlainTextEdit[kind="input"]:focus {
    border: 2px solid $accent; padding: 4px 7px;
}
QLineEdit[wrong="true"] { border-color: $trouble; }
QLineEdit:read-only, QPlainTextEdit[kind="input"]:read-only {
    color: $muted; background: $background;
}
QLineEdit:disabled, QComboBox:disabled { color: $muted; background: $background; }
QComboBox { padding-right: 20px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$arrow"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $strong_line;
    selection-background-color: $accent_soft; selection-color: $text; outline: none;
}
QRadioButton, QCheckBox { color: $text; spacing: 8px; }
QRadioButton::indicator {
    width: 14px; height: 14px; border-radius: 8px; border: 1px solid $control; background: $panel;
}
QRadioButton::indicator:checked {
    width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent;
}
QCheckBox::indicator, QListView::indicator {
    width: 14px; height: 14px; border-radius: 4px; border: 1px solid $control; background: $panel;
}
QCheckBox::indicator:checked, QListView::indicator:checked {
    border-color: $accent; background: $accent; image: url("$tick");
}
QRadioButton:focus, QCheckBox:focus { color: $accent; }

QFrame[kind="card"] {
    background: $raised; border: 1px solid $strong_line; border-radius: ${card}px;
}
QFrame[kind="card"]:focus, QFrame[kind="card"][keys="true"] { border: 2px solid $accent; }
QFrame[kind="composer"] {
    background: $raised; border: 1px solid $control; border-radius: ${card}px;
}
QFrame[kind="composer"][focused="true"] { border: 2px solid $accent; }
QFrame[kind="composer"][offered="true"] { border: 2px dashed $accent; background: $accent_soft; }
QFrame[kind="attachment"] {
    background: $panel; border: 1px solid $strong_line; border-radius: ${radius}px;
}
QFrame[kind="composer"] QPlainTextEdit {
    background: transparent; border: none; padding: 0; placeholder-text-color: $muted;
}
QListWidget[kind="pages"]::item { padding: 0 6px; }
QListWidget[kind="boxed"] {
    background: $panel; border: 1px solid $control; border-radius: ${radius}px; padding: 4px;
}
QListWidget[kind="boxed"]:focus { border: 2px solid $accent; padding: 3px; }
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
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom: 2px solid $accent; }
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


def stylesheet(tokens: Tokens, small: float, arrow: str = "", tick: str = "") -> str:
    """The style sheet for ``tokens``.

    ``small`` is the size of small text in points, ``arrow`` and ``tick`` are the files of a combo
    box's arrow and a check box's tick.
    """
    values = tokens._asdict()
    return _SHEET.substitute(
        values,
        radius=CONTROL_RADIUS,
        card=CARD_RADIUS,
        small=f"{small:.1f}",
        title=f"{small / 0.9 * 1.35:.1f}",
        arrow=arrow,
        tick=tick,
    )
