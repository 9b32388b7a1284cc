"""A page of settings: sections of rows below each other, with room to scroll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.controls import Label, rule
from app.ui.session import Session
from app.ui.settings.catalogue import words_of
from app.ui.settings.setting_row import SettingRow
from app.ui.translation import translate


class Page(QScrollArea):
    """Empty until its owner adds to ``column``. ``rows`` and ``controls`` are by setting.

    ``controls`` has what a person changes a setting with, also where that is no row. ``filled``
    when a page was made that waits until it is first seen or looked for.
    """

    changed = Signal(str)
    told = Signal(str, object)
    filled = Signal()

    def __init__(self, title: str, session: Session) -> None:
        super().__init__()
        self._session = session
        self.title = title
        self.rows: dict[str, SettingRow] = {}
        self.controls: dict[str, QWidget] = {}
        self.setAccessibleName(title)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Everything wraps, but for a table with large text in a small window.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground = QWidget()
        ground.setProperty("kind", "ground")
        self.column = QVBoxLayout(ground)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(8)
        self.setWidget(ground)

    def fill(self) -> None:
        """Be whole from now on; most pages are from the start."""

    def add_section(self, heading: str, names: Iterable[str], words: str = "") -> None:
        """A heading and a row for each setting."""
        self.column.addWidget(Label(heading, kind="heading"))
        if words:
            self.column.addWidget(Label(words, kind="muted", wrap=True))
        for number, name in enumerate(names):
            if number:
                self.column.addWidget(rule())
            self.column.addWidget(self.add_row(name))
        self.column.addSpacing(10)

    def add_row(self, name: str) -> SettingRow:
        """A row, to be put where it belongs."""
        row = SettingRow(name, self._session)
        row.changed.connect(self.changed)
        row.told.connect(self.told)
        self.rows[name] = row
        self.controls[name] = row.control
        return row

    def commit(self) -> Mapping[str, str]:
        """Keep what still stands in the fields; what is not kept by setting, in words."""
        return {name: not_saved(name) for name, row in self.rows.items() if not row.commit()}


def not_saved(name: str) -> str:
    """That what stands in a field was not kept."""
    return translate("Settings", "{title} is not saved.").format(title=words_of(name).title)


def limits_page(title: str, session: Session) -> Page:
    """How far one turn may go, and when a skill is left alone."""
    page = Page(title, session)
    page.add_section(
        translate("Settings", "One turn"),
        (
            "max_iterations", "max_tool_calls", "max_turn_seconds", "max_turn_tokens",
            "max_turn_cost", "max_day_cost",
        ),
        translate("Settings",
"A turn is one message of yours and all that follows from it. "
"At a limit the model sums up and stops. What you change holds "
"from the next turn on."),
    )  # fmt: skip
    page.add_section(
        translate("Settings", "Skills"), ("skill_timeout", "breaker_threshold", "breaker_cooldown")
    )
    page.column.addStretch(1)
    return page
