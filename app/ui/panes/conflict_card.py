"""A change that was not made because someone else changed the file too: what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.domain.events import Event, TurnFinished
from app.domain.files import ConflictChoice, FileAction, FileConflict
from app.domain.workspace import PlannedChange
from app.ui import words
from app.ui.controls import Button, Dot, ElidedLabel, Label, rule
from app.ui.diff.lines import DiffLine, note, parse
from app.ui.diff.view import DiffView
from app.ui.file_names import name_of
from app.ui.flow_layout import FlowLayout
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate


def _choices() -> Mapping[ConflictChoice, tuple[str, str]]:
    """What stands on each button, and its name."""
    return {
        ConflictChoice.THEIRS: (
            translate("Conflicts", "&Keep theirs"),
            translate("Conflicts", "Keep theirs"),
        ),
        ConflictChoice.OURS: (
            translate("Conflicts", "Use &ours"),
            translate("Conflicts", "Use ours"),
        ),
        ConflictChoice.MERGE: (
            translate("Conflicts", "&Merge both"),
            translate("Conflicts", "Merge both"),
        ),
    }


def _wanted(one: FileConflict, who: str, when: str) -> str:
    """What was to be done, by whom, when."""
    match one.action:
        case FileAction.CREATE:
            text = translate("Conflicts", "{who} wanted to make it at {when}.")
        case FileAction.MOVE:
            text = translate("Conflicts", "{who} wanted to rename it at {when}.")
        case FileAction.REMOVE:
            text = translate("Conflicts", "{who} wanted to remove it at {when}.")
        case FileAction.RESTORE:
            text = translate("Conflicts", "{who} wanted to restore it at {when}.")
        case _:
            text = translate("Conflicts", "{who} wanted to change it at {when}.")
    return text.format(who=who, when=when)


class ConflictCard(QFrame):
    """Hidden while there is no conflict. ``opened(bool)`` when its choices take room, or no more;
    ``changed`` when another one is told.

    Nothing is done before the person has seen what it changes and pressed the button below it.
    """

    opened = Signal(bool)
    changed = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._conflicts: Sequence[FileConflict] = ()
        self._at = 0
        self._brief = False
        self._reading: asyncio.Task[None] | None = None
        self._planning: asyncio.Task[None] | None = None
        self.setProperty("kind", "card")
        self.setAccessibleName(translate("Conflicts", "Conflict"))
        page = QVBoxLayout(self)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        page.addLayout(self._told(theme))
        self._open = self._choosing(theme)
        page.addWidget(self._open)
        self._open.hide()
        self.hide()
        session.happened.connect(self._take)
        session.files_changed.connect(self.refresh)
        self.refresh()

    def _told(self, theme: Theme) -> QLayout:
        self._title = ElidedLabel(kind="heading")
        self.about = Label(kind="small", wrap=True)
        self.decide = Button(
            translate("Conflicts", "&Decide …"),
            tip=translate("Conflicts", "See both texts and choose"),
        )
        self.decide.setCheckable(True)
        self.decide.toggled.connect(self._show_choices)
        self.other = Button(translate("Conflicts", "Ne&xt conflict"), kind="quiet")
        self.other.clicked.connect(self._show_other)
        heading, buttons = QHBoxLayout(), QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(Dot(theme, "attention"))
        heading.addWidget(self._title, 1)
        buttons.setSpacing(8)
        buttons.addWidget(self.decide)
        buttons.addWidget(self.other)
        buttons.addStretch(1)
        page = QVBoxLayout()
        page.setContentsMargins(14, 10, 14, 10)
        page.setSpacing(6)
        page.addLayout(heading)
        page.addWidget(self.about)
        page.addLayout(buttons)
        return page

    def _choosing(self, theme: Theme) -> QWidget:
        self._group = QButtonGroup(self)
        self.choices: dict[ConflictChoice, QRadioButton] = {}
        radios, below, whole = QWidget(), QWidget(), QWidget()
        line = FlowLayout(radios, margin=(14, 8, 14, 8), spacing=14)
        for choice, (text, name) in _choices().items():
            radio = QRadioButton(text)
            radio.setAccessibleName(name)
            radio.clicked.connect(self._plan)
            self._group.addButton(radio)
            self.choices[choice] = radio
            line.addWidget(radio)
        self.diff = DiffView(
            theme, name=translate("Conflicts", "What this choice does to the file"), tallest=4000
        )
        self.apply = Button(translate("Conflicts", "A&pply"), kind="primary")
        self.apply.clicked.connect(self._apply)
        FlowLayout(below, margin=(14, 10, 14, 10)).addWidget(self.apply)
        page = QVBoxLayout(whole)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        for one in (rule(), radios, rule(), self.diff, rule(), below):
            page.addWidget(one)
        return whole

    # -- which conflicts there are -------------------------------------------------------------

    @property
    def shown(self) -> FileConflict | None:
        """The conflict shown."""
        return self._conflicts[self._at] if self._conflicts else None

    def be_brief(self, wanted: bool) -> None:
        """Where there is little room: the story only once the choices are open."""
        self._brief = wanted
        self.about.setVisible(self.decide.isChecked() or not wanted)

    def refresh(self) -> None:
        """Read the conflicts again."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._read(), name="read conflicts")

    def _take(self, event: Event) -> None:
        if isinstance(event, TurnFinished):  # a file taken away makes no version that tells of it
            self.refresh()

    async def _read(self) -> None:
        before = self.shown
        self._conflicts = await self._session.workspace().conflicts()
        ids = [one.op_id for one in self._conflicts]
        same = before is not None and before.op_id in ids
        self._at = ids.index(before.op_id) if before is not None and same else 0
        if not (same and self.shown == before):
            self._show()

    def _show_other(self) -> None:
        self._at = (self._at + 1) % len(self._conflicts)
        self._show()

    def _show(self) -> None:
        one = self.shown
        self.setVisible(one is not None)
        self.changed.emit()
        if one is None:
            self.decide.setChecked(False)
            return
        count = len(self._conflicts)
        place = (
            translate("Conflicts", " ({number} of {count})").format(
                number=self._at + 1, count=count
            )
            if count > 1
            else ""
        )
        self._title.setText(
            translate("Conflicts", "{name}: changed twice at once{place}").format(
                name=name_of(one.path), place=place
            )
        )
        self.about.setText(self._story(one))
        self.other.setVisible(count > 1)
        merges = self.choices[ConflictChoice.MERGE]
        merges.setEnabled(one.merges)
        merges.setToolTip(
            "" if one.merges else translate("Conflicts", "Both changed the same lines")
        )
        self.choices[ConflictChoice.MERGE if one.merges else ConflictChoice.THEIRS].setChecked(True)
        if self.decide.isChecked():
            self._plan()

    def _story(self, one: FileConflict) -> str:
        when = words.short_time(one.at, self._session.desk.clock.now())
        who = translate("Conflicts", "You") if one.who == "you" else one.who
        if one.theirs is None:
            theirs = translate(
                "Conflicts",
                "Someone else took it away at the same moment, and that stands. Both are kept.",
            )
        elif one.their_version:
            theirs = translate(
                "Conflicts",
                "Someone else changed it at the same moment, and theirs stands, as version "
                "{version}. Both are kept.",
            ).format(version=one.their_version)
        else:
            theirs = translate(
                "Conflicts",
                "Someone else changed it at the same moment, and theirs stands. Both are kept.",
            )
        return f"{_wanted(one, who, when)} {theirs}"

    # -- deciding ------------------------------------------------------------------------------

    @property
    def choice(self) -> ConflictChoice:
        """What is chosen."""
        return next(choice for choice, radio in self.choices.items() if radio.isChecked())

    def _show_choices(self, wanted: bool) -> None:
        self.decide.setText(
            translate("Conflicts", "&Decide later")
            if wanted
            else translate("Conflicts", "&Decide …")
        )
        self.decide.setAccessibleName(
            translate("Conflicts", "Decide later") if wanted else translate("Conflicts", "Decide")
        )
        self._open.setVisible(wanted)
        self.be_brief(self._brief)
        self.opened.emit(wanted)
        if wanted:
            self._plan()

    def _plan(self) -> None:
        if self.shown is None:
            return
        if self._planning is not None:
            self._planning.cancel()
        self.apply.setEnabled(False)
        name = _choices()[self.choice][1]
        self.apply.setText(translate("Conflicts", "A&pply: {choice}").format(choice=name))
        self.apply.setAccessibleName(translate("Conflicts", "Apply: {choice}").format(choice=name))
        work = self._show_plan(self.shown, self.choice)
        self._planning = self._session.tasks.run(work, name="plan conflict")

    async def _show_plan(self, one: FileConflict, choice: ConflictChoice) -> None:
        try:
            plan = await self._session.workspace().plan_resolve(one.op_id, choice)
        except StewardError as error:
            self.diff.show_lines([note(str(error))])
            return
        self.diff.show_lines(await asyncio.to_thread(_difference, plan))
        self.apply.setEnabled(True)

    def _apply(self) -> None:
        if self.shown is not None:
            self.apply.setEnabled(False)
            work = self._resolve(self.shown, self.choice)
            self._session.tasks.start(work, name="resolve conflict")

    async def _resolve(self, one: FileConflict, choice: ConflictChoice) -> None:
        try:
            await self._session.files.resolve(one, choice)
        except StewardError:  # they changed it again, for instance: what does it mean now?
            self.refresh()
            self._plan()
            raise
        self.refresh()


def _difference(plan: PlannedChange) -> list[DiffLine]:
    from app.domain.diff import unified_diff

    name = name_of(plan.path)
    lines = []
    if plan.target is not None:
        lines.append(
            note(translate("Conflicts", "Renamed to {name}.").format(name=name_of(plan.target)))
        )
    if plan.before != plan.after:
        lines += parse(unified_diff(plan.before, plan.after, name, labels=("now", "then")))
    return lines or [
        note(translate("Conflicts", "The file stays as it is now. The other change is not made."))
    ]
