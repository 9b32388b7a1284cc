"""The line at the bottom: how things stand, and what just went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.controls import Button, Dot, ElidedLabel, Label
from app.ui.remedies import explained
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.errors import StewardError
    from app.ui.channel_chip import ChannelChip
    from app.ui.session import Session

_HEIGHT: Final = 28
_SHOWN_MS: Final = 20_000


class StatusLine(QWidget):
    """What is shown on the left gives way for a while to what ``say`` and ``show_error`` say.

    ``settings_wanted(page)`` when the person wants to see more about a channel.
    """

    settings_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._session: Session | None = None
        self._theme = theme
        self.channels: dict[str, ChannelChip] = {}
        """By their names; made when a channel is first used."""
        self._dot = Dot(theme)
        self._left = ElidedLabel(translate("Status", "Starting …"), kind="small")
        self.resume_button = Button("", kind="link")
        self.resume_button.hide()
        self._right = Label("", kind="small")
        theme.changed.connect(lambda: self.setFixedHeight(theme.px(_HEIGHT)))
        self.setFixedHeight(theme.px(_HEIGHT))
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(14, 0, 14, 0)
        line.setSpacing(8)
        line.addWidget(self._dot)
        line.addWidget(self._left, 1)
        line.addWidget(self.resume_button)
        line.addWidget(self._right)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self._show)

    @property
    def text(self) -> str:
        """What is said on the left."""
        return self._left.whole

    def attach(self, session: Session) -> None:
        """Show how ``session`` stands."""
        self._session = session
        session.state_changed.connect(self._show_state)
        session.provider_changed.connect(self._show)
        session.files_changed.connect(self._show_unless_saying)
        session.drive.changed.connect(self._show_unless_saying)
        session.channels.changed.connect(self._show_channels)
        session.said.connect(self.say)
        session.tasks.failed.connect(self.show_error)
        session.paused_changed.connect(self._show)
        self.resume_button.clicked.connect(session.desk.engines.pause.end)
        self._show()
        self._show_state()
        self._show_channels()

    def say(self, state: str, text: str) -> None:
        """Say something for a while. ``state`` as in ``controls.Dot``."""
        from app.ui.file_names import without_ids

        text = without_ids(text)
        self._dot.show_state(state)
        self._left.setText(text)
        self._left.become(state if state in ("trouble", "attention") else "small")
        self._timer.start()

    def show_error(self, error: StewardError) -> None:
        """Say what went wrong and what to do."""
        self.say("trouble", explained(error))

    def _show_unless_saying(self) -> None:
        if not self._timer.isActive():
            self._show()

    def _show(self) -> None:
        from app.domain.google_accounts import AccountState
        from app.ui import words

        session = self._session
        if session is None:
            return
        self._timer.stop()
        self._left.become("small")
        self.resume_button.setVisible(session.paused)
        if session.paused:
            resume = translate("Status", "Resume")
            self.resume_button.setText(resume)
            self.resume_button.setAccessibleName(resume)
            self._dot.show_state("attention")
            self._left.setText(
                translate(
                    "Status",
                    "Paused: what you send waits in line. Resume, or the next start, ends this.",
                )
            )
            return
        folders, accounts = session.desk.folders.folders, session.drive.accounts
        if not folders and not accounts:
            self._dot.show_state("attention")
            self._left.setText(
                translate(
                    "Status", "No folder yet: add one under Files to let Steward work with it"
                )
            )
            return
        over = any(one.state is AccountState.SIGN_IN_AGAIN for one in accounts)
        away = bool(accounts and session.drive.status.offline)
        self._dot.show_state("attention" if over or away else "ok")
        drive = translate("Status", "Google Drive")
        where = words.count(len(folders), "folder") if folders else drive
        if session.desk.llm.provider != "guided":
            private = translate("Status", "answers come from {label}").format(
                label=session.desk.llm.label
            )
        else:
            private = self._what_leaves(has_drive=bool(accounts))
        if over:
            private = translate("Status", "Google Drive: sign in again")
        elif away and session.drive.status.waiting:
            private = translate("Status", "Google Drive cannot be reached; a change waits for it")
        elif away:
            private = translate("Status", "Google Drive cannot be reached")
        self._left.setText(
            translate("Status", "Every change is kept as a version · {where} · {private}").format(
                where=where, private=private
            )
        )

    def _what_leaves(self, *, has_drive: bool) -> str:
        """Where no model is asked."""
        assert self._session is not None
        used = self._session.channels.in_use
        if not used:
            return (
                translate("Status", "nothing leaves this computer but files of Google Drive")
                if has_drive
                else translate("Status", "nothing leaves this computer")
            )
        from app.ui.channel_words import service

        said = (
            translate(
                "Status",
                "nothing leaves this computer but files of Google Drive and what is said over "
                "{service}",
            )
            if has_drive
            else translate("Status", "nothing leaves this computer but what is said over {service}")
        )
        return said.format(service=", ".join(service(one.channel) for one in used))

    def _show_channels(self) -> None:
        session = self._session
        if session is None or not (self.channels or session.channels.in_use):
            return
        from app.ui.channel_chip import ChannelChip

        used = {one.channel.value: one for one in session.channels.in_use}
        for name in used.keys() - self.channels.keys():
            chip = self.channels[name] = ChannelChip(self._theme, session)
            chip.clicked.connect(lambda: self.settings_wanted.emit("channels"))
            self._line.insertWidget(self._line.indexOf(self._right), chip)
        for name, chip in self.channels.items():
            chip.show_health(used.get(name))
        self._show_unless_saying()

    def _show_state(self) -> None:
        session = self._session
        if session is None:
            return
        if session.current.model.asking:
            self._right.setText(translate("Status", "Waiting for your approval"))
        elif session.any_running:
            self._right.setText(translate("Status", "Working …"))
        elif session.paused:
            self._right.setText(translate("Status", "Paused"))
        else:
            self._right.setText(translate("Status", "Idle"))
