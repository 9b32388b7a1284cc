"""Where notifications go: a tick for each kind and place, and rules for single sources."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.domain.events import Severity
from app.domain.notification_rules import NotificationRules
from app.ui.controls import Label
from app.ui.session import Session

_KINDS: Final = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    Severity.INFO: "Information",
}
_PLACES: Final = {"window": "Window", "tray": "System tray", "log": "Log"}


class NotificationsPage(QWidget):
    """A tick holds at once; the rules for sources when the field is left, or with Enter."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.ticks: dict[tuple[Severity, str], QCheckBox] = {}
        self.sources = QLineEdit()
        self.sources.setAccessibleName("Rules for single sources")
        self.sources.setPlaceholderText("any/watch=none; error/model=window,tray")
        self.sources.editingFinished.connect(self._save_sources)
        self.outcome = Label(kind="trouble", wrap=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(len(_PLACES) + 1, 1)
        for column, place in enumerate(_PLACES.values(), start=1):
            grid.addWidget(Label(place, kind="section"), 0, column, Qt.AlignmentFlag.AlignHCenter)
        for row, (severity, kind) in enumerate(_KINDS.items(), start=1):
            grid.addWidget(Label(kind), row, 0)
            for column, (name, place) in enumerate(_PLACES.items(), start=1):
                tick = QCheckBox()
                tick.setAccessibleName(f"{kind}: {place}")
                tick.setToolTip(f"{kind}: {place} (Space)")
                tick.clicked.connect(lambda _checked=False, kind=severity: self._save_kind(kind))
                self.ticks[severity, name] = tick
                grid.addWidget(tick, row, column, Qt.AlignmentFlag.AlignHCenter)
        heading = Label("For single &sources", kind="heading")
        heading.setBuddy(self.sources)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(8)
        page.addWidget(Label("Where notifications go", kind="heading"))
        page.addWidget(
            Label(
                "The tray speaks only while the window is not in front. Whatever you choose, "
                "each one is kept in the history with how often it came.",
                kind="muted",
                wrap=True,
            )
        )
        page.addLayout(grid)
        page.addSpacing(10)
        page.addWidget(heading)
        page.addWidget(
            Label(
                "The source stands on the card. Write SEVERITY/SOURCE=PLACES, with info, warning, "
                "error or any, and window, tray, log or none; separate rules with a semicolon.",
                kind="muted",
                wrap=True,
            )
        )
        page.addWidget(self.sources)
        page.addWidget(self.outcome)
        page.addStretch(1)
        self._show()

    @property
    def _rules(self) -> NotificationRules:
        return NotificationRules.read(self._session.desk.settings.notification_rules)

    def _show(self) -> None:
        rules = self._rules
        for (severity, place), tick in self.ticks.items():
            tick.setChecked(place in rules.sinks(severity))
        self.sources.setText(str(rules.of_sources))

    def _save_kind(self, severity: Severity) -> None:
        others = self._rules.sinks(severity) - set(_PLACES)
        ticked = {name for name in _PLACES if self.ticks[severity, name].isChecked()}
        self._save(self._rules.with_rule(severity, others | ticked))

    def _save_sources(self) -> None:
        if self.sources.text().strip() == str(self._rules.of_sources):
            self.outcome.setText("")
            return
        try:
            written = NotificationRules.read(self.sources.text())
        except ValueError as error:
            self.outcome.setText(f"Not saved: {error}.")
            return
        self._save(self._rules.with_sources_of(written))

    def _save(self, rules: NotificationRules) -> None:
        try:
            self._session.desk.change_setting("notification_rules", str(rules))
        except StewardError as error:
            self.outcome.setText(str(error))
        else:
            self.outcome.setText("")
        self._show()
