"""One setting: its words, its control, what is wrong with what was typed, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.config import default_of
from app.domain.errors import StewardError
from app.setting_fields import field_named
from app.setting_kinds import Choice, Switch
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.settings.catalogue import range_words, value_words, words_of
from app.ui.settings.setting_controls import NUMBER_WIDTH, control_for, is_wide
from app.ui.theme import Theme
from app.ui.translation import translate

Undo = Callable[[], None]
_UNIT_WIDTH: Final = 84
_GAP: Final = 8
_STACKED: Final = 1.4
"""From this size of text on, a control stands below its words."""


def environment_words(name: str) -> str:
    """Why a setting cannot be changed here."""
    return translate("Settings", "Set by {env} in the environment.").format(
        env=field_named(name).env
    )


class SettingRow(QWidget):
    """Built from the setting's field; what was typed is kept when the control is left.

    What cannot be used stays in the control, with the reason below it, while the old value holds.
    ``changed(name)`` follows a new value, ``told(words, undo)`` one that can be taken back.
    """

    changed = Signal(str)
    told = Signal(str, object)

    def __init__(self, name: str, session: Session) -> None:
        super().__init__()
        self.name = name
        self._session = session
        self._field = field_named(name)
        self._words = words_of(name)
        self._held = ""
        self._beside: QWidget | None = None
        self.title = Label(self._words.title)
        self.control = control_for(self._field, self._words)
        self.control.typed.connect(self._typed)
        self.control.finished.connect(self.commit)
        self.reset_button = Button(
            translate("Settings", "Reset"),
            kind="link",
            name=translate("Settings", "Reset {title}").format(title=self._words.title),
        )
        default = value_words(name, default_of(name))
        self.reset_button.setToolTip(
            translate("Settings", "Back to the default: {default} (Space)").format(default=default)
        )
        self.reset_button.clicked.connect(self.reset)
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.problem = Label(kind="trouble", wrap=True)
        self.problem.hide()
        self.origin = Label(environment_words(name), kind="attention", wrap=True)
        self._build()
        self.refresh()

    def _build(self) -> None:
        self.title.setBuddy(self.control)
        allowed = range_words(self._field.kind)
        says = f"{self._words.says} {allowed[:1].upper()}{allowed[1:]}." if allowed else None
        below = Label(says or self._words.says, kind="small", wrap=True)
        page = QGridLayout(self)
        page.setContentsMargins(0, 6, 0, 6)
        page.setHorizontalSpacing(16)
        page.setVerticalSpacing(4)
        page.setColumnStretch(0, 1)
        heading = QHBoxLayout()
        heading.addWidget(self.title)
        heading.addStretch(1)
        heading.addWidget(self.reset_button)
        page.addLayout(heading, 0, 0)
        page.addWidget(below, 1, 0, Qt.AlignmentFlag.AlignTop)
        if is_wide(self._field):
            page.addWidget(self.control, 2, 0, 1, 2)
        else:
            self._beside = self._with_unit()
            page.addWidget(self._beside, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        page.addWidget(self.problem, 3, 0, 1, 2)
        page.addWidget(self.origin, 4, 0, 1, 2)

    def _with_unit(self) -> QWidget:
        """Control and unit."""
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(_GAP)
        line.addWidget(self.control)
        if not isinstance(self._field.kind, Choice | Switch):
            line.addWidget(Label(self._words.unit, kind="muted"))
        line.addStretch(1)
        return holder

    def fit(self, theme: Theme) -> None:
        """Give the control the room it needs; large text has it below its words, not beside them.

        All controls begin on one line; one without a unit is as wide as the others with theirs.
        """
        page = self.layout()
        if self._beside is None or not isinstance(page, QGridLayout):
            return
        number, both = theme.px(NUMBER_WIDTH), theme.px(NUMBER_WIDTH + _GAP + _UNIT_WIDTH)
        match self._field.kind:
            case Choice():
                self.control.setFixedWidth(both)
            case Switch():
                pass
            case _:
                self.control.setFixedWidth(number)
        self._beside.setFixedWidth(both)
        stacked = theme.scale >= _STACKED
        page.removeWidget(self._beside)
        if stacked:
            page.addWidget(self._beside, 2, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            page.addWidget(self._beside, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def mark(self, *, marked: bool) -> None:
        """Let its title stand out: it was looked for."""
        self.title.become("found" if marked else "plain")

    # -- what it shows ---------------------------------------------------------------------------

    @property
    def is_wrong(self) -> bool:
        """Whether something stands in it that was not kept."""
        return not self.problem.isHidden()

    def refresh(self) -> None:
        """Show what holds now."""
        desk = self._session.desk
        self._held = self._field.kind.write(getattr(desk.settings, self.name))
        self.control.show_written(self._held)
        source = desk.running_settings.source(self.name)
        self.control.lock(source == "environment")
        self.origin.setVisible(source == "environment")
        had_focus = self.reset_button.hasFocus()
        self.reset_button.setVisible(source == "file")
        if had_focus and source != "file":
            self.control.setFocus()
        self._say("")

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.control.setProperty("wrong", bool(problem))
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)
        self.control.setAccessibleDescription(problem or self._words.says)

    # -- what the person does ----------------------------------------------------------------------

    def _typed(self) -> None:
        if self.is_wrong:
            self._check(self.control.written())

    def commit(self) -> bool:
        """Keep what stands in the control; ``False`` where it cannot be used."""
        written = self.control.written()
        if written == self._held.strip():
            self._say("")
            return True
        return self._check(written) and self._keep(written)

    def reset(self) -> None:
        """Take the default again."""
        before = self._held
        if self._keep(""):
            default = value_words(self.name, default_of(self.name))
            self.told.emit(f"{self._words.title}: {default}.", lambda: self._keep(before))

    def give_up(self) -> None:
        """Show what holds in place of what cannot be used."""
        self.refresh()

    def _check(self, written: str) -> bool:
        try:
            # An empty field stands for the default, as in `steward config set NAME ''`.
            if written:
                self._field.read(written)
        except ValueError as error:
            held = value_words(self.name, getattr(self._session.desk.settings, self.name))
            self._say(
                translate("Settings", "Not saved: {error}. It is still {held}.").format(
                    error=error, held=held
                )
            )
            return False
        self._say("")
        return True

    def _keep(self, written: str) -> bool:
        try:
            self._session.desk.running_settings.change(self.name, written or None)
        except StewardError as error:
            self._say(str(error))
            return False
        self.refresh()
        self.changed.emit(self.name)
        return True
