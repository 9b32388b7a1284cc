"""Ways to talk to Steward from a phone or a team's chat: connect, pair, see how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.channels import ChannelState
from app.domain.errors import StewardError
from app.domain.messages import Channel
from app.redaction import Secret
from app.ui.attempt import Attempt
from app.ui.controls import Button, Label, rule
from app.ui.flow_layout import FlowLayout
from app.ui.session import Session
from app.ui.settings.channel_section import ChannelSection
from app.ui.settings.page import Page, not_saved
from app.ui.settings.secret_row import SecretRow
from app.ui.settings.setting_row import environment_words
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate

BOTFATHER: Final = "https://t.me/BotFather"
_TOKEN: Final = "telegram_bot_token"  # noqa: S105 - the setting's name
_SECOND_MS: Final = 1_000


class ChannelsPage(Page):
    """A token is used only after Telegram has answered to it. Empty until it is first seen."""

    def __init__(self, title: str, theme: Theme, session: Session, work: WorkGroup) -> None:
        super().__init__(title, session)
        self._theme = theme
        self._work = work
        self._is_filled = False
        self._second = QTimer(self)
        self._second.setInterval(_SECOND_MS)
        self._second.timeout.connect(self._tick)

    def fill(self) -> None:
        """It has much on it, and most who open the settings do not come for it."""
        if self._is_filled:
            return
        self._is_filled = True
        theme, session, work = self._theme, self._session, self._work
        self._channels = session.desk.channels
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(translate("Channels", "Token of your bot"))
        self.token.returnPressed.connect(self._connect)
        self.connect_button = Button(translate("Channels", "Co&nnect"), kind="primary")
        self.connect_button.clicked.connect(self._connect)
        self.botfather_button = Button(
            translate("Channels", "Open @&BotFather"), kind="link", tip=BOTFATHER
        )
        self.botfather_button.clicked.connect(lambda: session.open_address(BOTFATHER))
        self.attempt = Attempt(theme, session.tasks)
        self.attempt.running_changed.connect(self._show_running)
        self.attempt.succeeded.connect(self._connected)
        self.disconnect_button = Button(
            translate("Channels", "&Disconnect …"),
            tip=translate("Channels", "Forgets the token; who is paired stays so"),
        )
        self.disconnect_button.clicked.connect(self._ask_to_disconnect)
        self.origin = Label(environment_words(_TOKEN), kind="attention", wrap=True)
        self.telegram = ChannelSection(theme, session, Channel.TELEGRAM)
        self.telegram.add_act(self.disconnect_button)
        self.google_chat = ChannelSection(theme, session, Channel.GOOGLE_CHAT)
        self.secret = SecretRow(
            "webhook_secret",
            session,
            work,
            after=translate("Channels", "“steward serve” then takes no updates."),
        )
        self._build()
        for section in (self.telegram, self.google_chat):
            section.told.connect(lambda words: self.told.emit(words, None))
        session.channels.changed.connect(self._health_changed)
        for row in self.rows.values():
            row.changed.connect(self._setting_changed)
        self.secret.changed.connect(self._setting_changed)
        self._show()
        self.filled.emit()

    def _build(self) -> None:
        self.column.addWidget(Label(translate("Channels", "Telegram"), kind="heading"))
        self.column.addWidget(
            Label(
                translate(
                    "Channels",
                    "Talk to Steward from your phone: the same conversations and skills, with a "
                    "button for each approval. What you write and what Steward answers passes "
                    "through Telegram.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.column.addWidget(self.telegram)
        self.column.addSpacing(6)
        self.column.addWidget(self._connecting())
        self.column.addSpacing(6)
        self.column.addWidget(self.add_row("telegram_on"))
        self.column.addWidget(rule())
        self.column.addWidget(self.add_row("stale_minutes"))
        self.column.addSpacing(10)
        self.column.addWidget(Label(translate("Channels", "Google Chat"), kind="heading"))
        self.column.addWidget(
            Label(
                translate(
                    "Channels",
                    "For a Google Workspace account, with a Chat app of yours that sends its "
                    "events to Pub/Sub. A service account of yours, set under Google Drive, "
                    "pulls them.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.column.addWidget(self.google_chat)
        self.column.addWidget(self.add_row("google_chat_subscription"))
        self.column.addSpacing(10)
        self.add_section(
            translate("Channels", "Steward on a server"),
            ("webhook_port", "webhook_url", "telegram_api_url"),
            translate(
                "Channels",
                "For “steward serve” behind a web server of yours. A computer at home needs none "
                "of this.",
            ),
        )
        self.column.insertWidget(self.column.count() - 1, rule())
        self.column.insertWidget(self.column.count() - 1, self.secret)
        self.column.addStretch(1)
        self.controls |= {_TOKEN: self.token, "webhook_secret": self.secret.field}

    def _connecting(self) -> QWidget:
        """The token, and the way to it."""
        label = Label(translate("Channels", "&Token of your bot"))
        label.setBuddy(self.token)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label)
        column.addWidget(
            Label(
                translate(
                    "Channels",
                    "In Telegram, write /newbot to @BotFather, and paste the token it gives you. "
                    "It is kept in the system's keyring, and sent to Telegram only.",
                ),
                kind="small",
                wrap=True,
            )
        )
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.token, 1)
        line.addWidget(self.connect_button)
        column.addLayout(line)
        acts = QWidget()
        below = FlowLayout(acts, spacing=8)
        below.addWidget(self.botfather_button)
        column.addWidget(acts)
        column.addWidget(self.origin)
        column.addWidget(self.attempt)
        return holder

    # -- what it shows ---------------------------------------------------------------------------

    def _show(self) -> None:
        source = self._session.desk.running_settings.source(_TOKEN)
        fixed, kept = source == "environment", source in ("keyring", "run")
        self.origin.setVisible(fixed)
        self.token.setReadOnly(fixed)
        self.token.setPlaceholderText(
            translate("Models", "set in the environment")
            if fixed
            else translate("Models", "kept already; write here to replace it")
            if kept
            else "123456789:AA…"
        )
        self.disconnect_button.setVisible(kept)
        settings = self._session.desk.settings
        if not fixed and not kept:
            off = translate("Channels", "Not connected. It begins with a bot of your own.")
        else:
            off = translate("Channels", "Switched off: nothing is fetched from Telegram.")
        self.telegram.show_health(off)
        self.telegram.connect_to(fixed or kept)
        has_chat = bool(settings.google_chat_subscription)
        self.google_chat.show_health(
            translate("Channels", "Not set up.")
            if not has_chat
            else translate("Channels", "Off: nobody is signed in with Google.")
        )
        self.google_chat.connect_to(has_chat)
        self._show_running(self.attempt.running)

    def _show_running(self, running: bool) -> None:
        fixed = self._session.desk.running_settings.source(_TOKEN) == "environment"
        self.connect_button.setEnabled(not running and not fixed)
        self.disconnect_button.setEnabled(not running)
        # Where there is a bot already, the way on is to pair a phone.
        kept = self._session.desk.running_settings.source(_TOKEN) != "default"
        refused = self._session.channels.health(Channel.TELEGRAM).state is ChannelState.REFUSED
        self.connect_button.become("primary" if refused or not kept else "plain")

    def _health_changed(self) -> None:
        self._show_running(self.attempt.running)

    def _tick(self) -> None:
        self.telegram.show_time()
        self.google_chat.show_time()

    def showEvent(self, event: QShowEvent) -> None:
        """Times are kept fresh while they can be read; who is paired is read now."""
        super().showEvent(event)
        self._session.channels.read_people()
        self._tick()
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody reads them."""
        super().hideEvent(event)
        self._second.stop()

    # -- connecting ------------------------------------------------------------------------------

    def commit(self) -> Mapping[str, str]:
        """A token that was not tried is not kept."""
        left = dict(super().commit())
        if not self._is_filled:
            return left
        if self.token.text().strip():
            left[_TOKEN] = translate("Channels", "The token is kept once Connect has tried it.")
        if not self.secret.commit():
            left["webhook_secret"] = not_saved("webhook_secret")
        return left

    def cancel(self) -> None:
        """The settings are closed: what is under way ends, and changes nothing."""
        self._second.stop()
        if self._is_filled:
            self.attempt.cancel()

    def _connect(self) -> None:
        token = self.token.text().strip()
        if not token:
            self.attempt.say("attention", translate("Channels", "Paste the token first."))
            self.token.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.attempt.run(
            lambda: self._tried(Secret(token)), translate("Channels", "Asking Telegram")
        )
        self.attempt.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _tried(self, token: Secret) -> str:
        """What the person is told at its end. Raises ``StewardError``."""
        bot = await self._channels.connect_telegram(token)
        desk = self._session.desk
        if not desk.settings.telegram_on and desk.running_settings.source("telegram_on") == "file":
            desk.running_settings.change(
                "telegram_on", None
            )  # who connects a bot wants it listened to
            await self._channels.refresh()
        said = translate("Channels", "Connected: @{name} is your bot.").format(name=bot.username)
        if self._session.desk.running_settings.source(_TOKEN) == "run":
            said += " " + translate(
                "Channels", "No keyring works here, so the token holds until you close Steward."
            )
        return said

    def _connected(self) -> None:
        self.token.clear()
        self.rows["telegram_on"].refresh()
        self._show()
        self.telegram.pair_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _setting_changed(self, _name: str) -> None:
        self._session.tasks.start(self._renewed(), name="renew the channels")

    async def _renewed(self) -> None:
        await self._channels.refresh()
        if isValid(self):
            self._show()

    # -- disconnecting ---------------------------------------------------------------------------

    def _ask_to_disconnect(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(translate("Channels", "Disconnect?"))
        box.setText(translate("Channels", "Forget the token of your bot?"))
        box.setInformativeText(
            translate(
                "Channels",
                "Steward then answers nobody over Telegram. Conversations stay, and so do the "
                "pairings, for when you connect the bot again. @BotFather shows the token again.",
            )
        )
        yes = box.addButton(translate("Channels", "&Disconnect"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(self._disconnect)
        box.addButton(translate("Channels", "&Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.open()

    def _disconnect(self) -> None:
        # The person has said so: it is done even if the settings are closed at once.
        self._session.tasks.start(self._disconnected(), name="disconnect Telegram")

    async def _disconnected(self) -> None:
        problem = ""
        try:
            await self._channels.disconnect_telegram()
        except StewardError as error:
            problem = str(error)
        if not isValid(self):
            return
        if problem:
            self.attempt.say("trouble", problem)
        else:
            self.attempt.clear()
            self.told.emit(translate("Channels", "Telegram is disconnected."), None)
        self._show()
