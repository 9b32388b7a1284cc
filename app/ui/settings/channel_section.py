"""One channel in the settings: how it stands, pairing a phone, and who is paired."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.channels import ChannelState, Chat, PairedPerson
from app.domain.messages import Channel
from app.ui.channel_words import service
from app.ui.controls import Button, Label
from app.ui.flow_layout import FlowLayout
from app.ui.pairing_dialog import PairingDialog
from app.ui.session import Session
from app.ui.settings.channel_people import PeopleList, name_of
from app.ui.settings.channel_state import ChannelStateView
from app.ui.theme import Theme
from app.ui.translation import translate


class ChannelSection(QWidget):
    """``told(words)`` when something was done. ``off`` says why the channel is off."""

    told = Signal(str)

    def __init__(self, theme: Theme, session: Session, channel: Channel) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._channel = channel
        self._off = ""
        self.dialog: PairingDialog | None = None
        """The one opened last, while it is open."""
        name = service(channel)
        self.state = ChannelStateView(theme, name)
        self.state.send_again.connect(self._send_again)
        self.pair_button = Button(
            translate("Channels", "Pair a &phone …")
            if channel is Channel.TELEGRAM
            else translate("Channels", "Pair a pe&rson …"),
            name=translate("Channels", "Pair a phone over {service}").format(service=name),
            tip=translate("Channels", "Shows a code that is sent from the phone"),
        )
        self.pair_button.clicked.connect(self.pair)
        self.acts = QWidget()
        self._acts = FlowLayout(self.acts, spacing=8)
        self._acts.addWidget(self.pair_button)
        self.people = PeopleList(channel)
        self.people.revoked.connect(self._revoke)
        self.people.allowed.connect(self._allow)
        self.problem = Label(kind="trouble", wrap=True)
        self.problem.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addWidget(self.state)
        page.addWidget(self.acts)
        page.addWidget(self.problem)
        page.addWidget(self.people)
        session.channels.changed.connect(self.show_health)
        session.channels.people_changed.connect(self._show_people)
        self._show_people()

    def add_act(self, button: Button) -> None:
        """Put a button beside "Pair"."""
        self._acts.addWidget(button)

    def show_health(self, off: str | None = None) -> None:
        """Show how it stands; ``off``: why it is off from now on, where it is."""
        self._off = self._off if off is None else off
        health = self._session.channels.health(self._channel)
        said = self._off if health.state is ChannelState.OFF else ""
        self.state.show_health(health, self._session.desk.clock.now(), said)
        # A code is good for an hour: it may be made before the service is reached.
        self.pair_button.setEnabled(health.state is not ChannelState.OFF)
        first = not self.people.people and health.state is not ChannelState.REFUSED
        self.pair_button.become("primary" if first else "plain")

    def connect_to(self, connected: bool) -> None:
        """Whether there is a bot or an app, on or off, that somebody could be paired with."""
        self.acts.setVisible(connected)
        self.people.want(connected)

    def show_time(self) -> None:
        """A second has passed."""
        health = self._session.channels.health(self._channel)
        said = self._off if health.state is ChannelState.OFF else ""
        self.state.show_time(health, self._session.desk.clock.now(), said)

    def pair(self) -> None:
        """Show a code."""
        self.dialog = PairingDialog(self._theme, self._session, self._channel, self)
        self.dialog.paired.connect(self._paired)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def _paired(self, person: PairedPerson) -> None:
        said = translate("Channels", "{name} is paired, and can write to Steward now.")
        self._tell(said.format(name=name_of(person)))

    def _show_people(self) -> None:
        channels = self._session.channels
        self.people.show_all(
            channels.people_of(self._channel),
            channels.groups_of(self._channel),
            self._session.desk.clock.now(),
        )
        self.show_health()

    # -- what the person does --------------------------------------------------------------------

    def _send_again(self) -> None:
        # What the person has said is done even if the settings are closed at once.
        self._session.tasks.start(
            self._session.desk.channels.send_again(self._channel), name="send again"
        )

    def _revoke(self, person: PairedPerson) -> None:
        self._session.tasks.start(self._revoked(person), name="revoke a pairing")

    async def _revoked(self, person: PairedPerson) -> None:
        channels = self._session.channels
        try:
            await self._session.desk.channels.revoke(person)
        finally:
            channels.read_people()
        self._tell(translate("Channels", "{name} is paired no more.").format(name=name_of(person)))

    def _allow(self, chat: Chat, allowed: bool) -> None:
        self._session.tasks.start(self._allowed(chat, allowed), name="allow a group")

    async def _allowed(self, chat: Chat, allowed: bool) -> None:
        channels = self._session.channels
        try:
            await self._session.desk.channels.people.allow(chat, allowed=allowed)
        finally:
            channels.read_people()
        said = (
            translate("Channels", "“{group}” is allowed.")
            if allowed
            else translate("Channels", "“{group}” is allowed no more.")
        )
        self._tell(said.format(group=chat.title))

    def _tell(self, said: str) -> None:
        if isValid(self):
            self.told.emit(said)
