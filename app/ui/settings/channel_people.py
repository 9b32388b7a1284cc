"""Who may talk to Steward over one channel: the people that are paired, and the groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from app.domain.channels import Chat, PairedPerson
from app.domain.messages import Channel
from app.ui import words
from app.ui.channel_words import service
from app.ui.controls import Button, Label
from app.ui.translation import translate


class PersonRow(QWidget):
    """Somebody who is paired. ``revoked`` when the person at the window has said so, twice."""

    revoked = Signal()

    def __init__(self, person: PairedPerson, now: datetime) -> None:
        super().__init__()
        self.person = person
        name = name_of(person)
        self.heading = Label(name, wrap=True)
        since = Label(
            translate("Channels", "Paired on {day} · id {id}").format(
                day=words.whole_day(person.paired_at, now), id=person.user_id
            ),
            kind="small",
            wrap=True,
        )
        since.setToolTip(words.exact_time(person.paired_at))
        self.button = Button(
            translate("Channels", "Revoke …"),
            name=translate("Channels", "Revoke: {name}").format(name=name),
            tip=translate("Channels", "Steward then listens to them no more (Space)"),
        )
        self.button.clicked.connect(self._ask)
        self.heading.setBuddy(self.button)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.heading)
        told.addWidget(since)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(12)
        line.addLayout(told, 1)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _ask(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(translate("Channels", "Revoke?"))
        box.setText(
            translate("Channels", "Listen to {name} no more?").format(name=name_of(self.person))
        )
        box.setInformativeText(
            translate(
                "Channels",
                "Their conversations stay. To talk to Steward again they need a new code.",
            )
        )
        yes = box.addButton(translate("Channels", "&Revoke"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(self.revoked)
        box.addButton(translate("Channels", "&Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.open()


class GroupRow(QWidget):
    """A group that was seen. ``allowed(bool)`` when the switch is turned."""

    allowed = Signal(bool)

    def __init__(self, chat: Chat, *, allowed: bool) -> None:
        super().__init__()
        self.chat = chat
        self.switch = QCheckBox(translate("Channels", "Allowed"))
        self.switch.setChecked(allowed)
        self.switch.setAccessibleName(
            translate("Channels", "Allowed: {group}").format(group=chat.title)
        )
        self.switch.setToolTip(
            translate("Channels", "Whether Steward may be spoken to in it (Space)")
        )
        self.switch.clicked.connect(self.allowed)
        heading = Label(chat.title, wrap=True)
        heading.setBuddy(self.switch)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(12)
        line.addWidget(heading, 1)
        line.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)


class PeopleList(QWidget):
    """People and groups of one channel. ``revoked(PairedPerson)``, ``allowed(Chat, bool)``.

    Without a connection it says nothing of nobody: see ``want``.
    """

    revoked = Signal(object)
    allowed = Signal(object, bool)

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._wanted = True
        self.people: list[PersonRow] = []
        self.groups: list[GroupRow] = []
        self.heading = Label(translate("Channels", "Who may talk to Steward"), kind="section")
        self.nobody = Label(
            translate(
                "Channels", "Nobody is paired: whoever writes over {service} gets no answer."
            ).format(service=service(channel)),
            kind="muted",
            wrap=True,
        )
        self._groups_title = Label(translate("Channels", "Groups"), kind="section")
        self._groups_words = Label(
            translate(
                "Channels",
                "In a group that is allowed, those who are paired speak to Steward by its name. "
                "Everybody in the group reads what it answers.",
            ),
            kind="small",
            wrap=True,
        )
        self._people = _column()
        self._groups = _column()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(4)
        page.addSpacing(6)
        page.addWidget(self.heading)
        page.addWidget(self.nobody)
        page.addLayout(self._people)
        page.addSpacing(6)
        page.addWidget(self._groups_title)
        page.addWidget(self._groups_words)
        page.addLayout(self._groups)

    def show_all(
        self,
        people: Sequence[PairedPerson],
        groups: Sequence[tuple[Chat, bool]],
        now: datetime,
    ) -> None:
        """Show who is paired, and which groups were seen."""
        if [row.person for row in self.people] != list(people):
            _empty(self._people)
            self.people = [PersonRow(one, now) for one in people]
            for row in self.people:
                row.revoked.connect(partial(self.revoked.emit, row.person))
                self._people.addWidget(row)
        _empty(self._groups)
        self.groups = [GroupRow(chat, allowed=allowed) for chat, allowed in groups]
        for group in self.groups:
            group.allowed.connect(partial(self.allowed.emit, group.chat))
            self._groups.addWidget(group)
        self.heading.setVisible(self._wanted or bool(people))
        self.nobody.setVisible(self._wanted and not people)
        self._groups_title.setVisible(bool(groups))
        self._groups_words.setVisible(bool(groups))

    def want(self, wanted: bool) -> None:
        """Whether there is a connection over which somebody could be paired."""
        self._wanted = wanted
        self.heading.setVisible(wanted or bool(self.people))
        self.nobody.setVisible(wanted and not self.people)


def name_of(person: PairedPerson) -> str:
    """What somebody calls themselves, else their id."""
    return person.name.strip() or person.user_id


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    return column


def _empty(column: QVBoxLayout) -> None:
    while (item := column.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
