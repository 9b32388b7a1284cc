"""Where notifications go: a tick for each kind and place, and rules for single sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit

from app.domain.errors import StewardError
from app.domain.events import Severity
from app.domain.notification_rules import NotificationRules
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.settings.page import Page, not_saved
from app.ui.settings.setting_row import environment_words
from app.ui.translation import translate


def _kinds() -> Mapping[Severity, str]:
    return {
        Severity.ERROR: translate("Settings", "Errors"),
        Severity.WARNING: translate("Settings", "Warnings"),
        Severity.INFO: translate("Settings", "Information"),
    }


def _places() -> Mapping[str, str]:
    return {
        "window": translate("Settings", "Window"),
        "tray": translate("Settings", "System tray"),
        "telegram": "Telegram",
        "log": translate("Settings", "Log"),
    }


_BETWEEN: Final = 20


class NotificationsPage(Page):
    """A tick holds at once; the rules for sources when the field is left, or with Enter."""

    def __init__(self, title: str, session: Session) -> None:
        super().__init__(title, session)
        self.ticks: dict[tuple[Severity, str], QCheckBox] = {}
        self.sources = QLineEdit()
        self.sources.setAccessibleName(translate("Settings", "Rules for single sources"))
        self.sources.setPlaceholderText("any/watch=none; error/model=window,tray")
        self.sources.editingFinished.connect(self._save_sources)
        self.outcome = Label(kind="trouble", wrap=True)
        self._origin = Label(environment_words("notification_rules"), kind="attention", wrap=True)
        self.reset_button = Button(
            translate("Settings", "Reset a&ll"),
            kind="quiet",
            tip=translate("Settings", "Back to the defaults"),
        )
        self.reset_button.clicked.connect(self._reset)
        grid = QGridLayout()
        grid.setHorizontalSpacing(_BETWEEN)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(len(_places()) + 1, 1)
        for column, place in enumerate(_places().values(), start=1):
            grid.addWidget(Label(place, kind="section"), 0, column, Qt.AlignmentFlag.AlignHCenter)
        for row, (severity, kind) in enumerate(_kinds().items(), start=1):
            grid.addWidget(Label(kind), row, 0)
            for column, (name, place) in enumerate(_places().items(), start=1):
                tick = QCheckBox()
                tick.setAccessibleName(f"{kind}: {place}")
                tick.setToolTip(
                    translate("Settings", "{kind}: {place} (Space)").format(kind=kind, place=place)
                )
                tick.clicked.connect(lambda _checked=False, kind=severity: self._save_kind(kind))
                self.ticks[severity, name] = tick
                grid.addWidget(tick, row, column, Qt.AlignmentFlag.AlignHCenter)
        heading = Label(translate("Settings", "For single &sources"), kind="heading")
        heading.setBuddy(self.sources)
        self.controls["notification_rules"] = self.sources
        page = self.column
        page.addWidget(Label(translate("Settings", "Where notifications go"), kind="heading"))
        page.addWidget(
            Label(
                translate(
                    "Settings",
                    "The tray speaks only while the window is not in front. "
                    "Whatever you choose, each one is kept in the history with how "
                    "often it came.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        page.addLayout(grid)
        page.addSpacing(10)
        page.addWidget(heading)
        page.addWidget(
            Label(
                translate(
                    "Settings",
                    "The source stands on the card. Write SEVERITY/SOURCE=PLACES, "
                    "with info, warning, error or any, and window, tray, telegram, log "
                    "or none; separate rules with a semicolon.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        page.addWidget(self.sources)
        page.addWidget(self.outcome)
        page.addWidget(self._origin)
        page.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)
        page.addStretch(1)
        self._show()

    @property
    def _rules(self) -> NotificationRules:
        return NotificationRules.read(self._session.desk.settings.notification_rules)

    def _show(self) -> None:
        rules = self._rules
        for (severity, place), tick in self.ticks.items():
            tick.setChecked(place in rules.sinks(severity))
        if not self.outcome.text():  # else what was typed, and is explained below, stays
            self.sources.setText(str(rules.of_sources))
        source = self._session.desk.running_settings.source("notification_rules")
        for tick in self.ticks.values():
            tick.setEnabled(source != "environment")
        self.sources.setReadOnly(source == "environment")
        self._origin.setVisible(source == "environment")
        self.reset_button.setVisible(source == "file")

    def commit(self) -> Mapping[str, str]:
        """The rules for sources as well."""
        self._save_sources()
        name = "notification_rules"
        return {**super().commit(), **({name: not_saved(name)} if self.outcome.text() else {})}

    def _reset(self) -> None:
        before = self._rules
        self.outcome.setText("")
        if self._save(None):
            words = translate("Settings", "Notifications go where they went by default.")
            self.told.emit(words, lambda: self._save(before))

    def _save_kind(self, severity: Severity) -> None:
        others = self._rules.sinks(severity) - set(_places())
        ticked = {name for name in _places() if self.ticks[severity, name].isChecked()}
        self._save(self._rules.with_rule(severity, others | ticked))

    def _save_sources(self) -> None:
        if self.sources.text().strip() == str(self._rules.of_sources):
            self.outcome.setText("")
            return
        try:
            written = NotificationRules.read(self.sources.text())
        except ValueError as error:
            self.outcome.setText(translate("Settings", "Not saved: {error}.").format(error=error))
            return
        self.outcome.setText("")
        self._save(self._rules.with_sources_of(written))

    def _save(self, rules: NotificationRules | None) -> bool:
        written = None if rules is None else str(rules)
        try:
            self._session.desk.running_settings.change("notification_rules", written)
        except StewardError as error:
            self.outcome.setText(str(error))
            return False
        self._show()
        return True
