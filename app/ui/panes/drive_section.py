"""Google Drive in the files pane: its accounts, whether it can be reached, what waits for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.google_accounts import AccountState, GoogleAccount
from app.ui import words
from app.ui.controls import Button, Dot, ElidedLabel, Label
from app.ui.file_names import name_of
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate


class DriveSection(QWidget):
    """``browse_wanted``, ``settings_wanted`` when the person wants that."""

    browse_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self.browse = Button(
            translate("Drive", "&Browse Drive …"),
            tip=translate("Drive", "Choose a file to write about, or a folder to watch"),
        )
        self.browse.clicked.connect(self.browse_wanted)
        self.connect_button = Button(
            translate("Drive", "C&onnect …"),
            name=translate("Drive", "Connect Google Drive"),
            tip=translate("Drive", "Open the settings of Google Drive"),
        )
        self.connect_button.clicked.connect(self.settings_wanted)
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(Label(translate("Drive", "Google Drive"), kind="section"), 1)
        heading.addWidget(self.browse)
        heading.addWidget(self.connect_button)
        self.lines: list[AccountLine] = []
        self._accounts = QVBoxLayout()
        self._accounts.setSpacing(4)
        self.state = Label(kind="small", wrap=True)
        self.retry = Button(translate("Drive", "Tr&y now"), kind="link")
        self.retry.clicked.connect(self._try_now)
        self.waiting = Label(kind="attention", wrap=True)
        page = QVBoxLayout(self)
        page.setContentsMargins(10, 8, 10, 10)
        page.setSpacing(6)
        page.addLayout(heading)
        page.addLayout(self._accounts)
        page.addWidget(self.state)
        page.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        page.addWidget(self.waiting)
        session.drive.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say how Drive stands."""
        drive = self._session.drive
        if [line.account for line in self.lines] != list(drive.accounts):
            self._show_accounts()
        connected = bool(drive.accounts)
        self.browse.setVisible(drive.is_ready)
        self.connect_button.setVisible(not connected)
        status = drive.status
        self.state.become("attention" if drive.problem or status.offline else "small")
        self.state.setText(drive.problem or self._state())
        self.state.setVisible(bool(self.state.text()))
        self.retry.setVisible(bool(status.offline) and drive.is_ready)
        self.waiting.setText(self._waiting())
        # A change under way is no waiting one.
        cut_off = bool(status.offline) or any(not line.is_ready for line in self.lines)
        self.waiting.setVisible(bool(status.waiting) and cut_off)

    def _state(self) -> str:
        drive = self._session.drive
        status = drive.status
        if not drive.accounts:
            return translate(
                "Drive", "Not connected. Steward can keep versions of files there, too."
            )
        if status.offline:
            said = translate("Drive", "Google Drive cannot be reached; it is tried again.")
            if status.looked_at is not None:
                now = self._session.desk.clock.now()
                said += " " + translate("Drive", "Last look: {time}.").format(
                    time=words.short_time(status.looked_at, now)
                )
            return said
        return ""

    def _waiting(self) -> str:
        waiting = self._session.drive.status.waiting
        names = ", ".join(name_of(path) for path in waiting)
        return translate(
            "Drive",
            "Waiting for Google Drive: {names}. Nothing is lost: the bytes before and after are "
            "kept here, and the change is finished or taken back when Drive answers.",
        ).format(names=names)

    def _show_accounts(self) -> None:
        while (item := self._accounts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.lines = [AccountLine(self._theme, one) for one in self._session.drive.accounts]
        for line in self.lines:
            line.settings_wanted.connect(self.settings_wanted)
            self._accounts.addWidget(line)

    def _try_now(self) -> None:
        self._session.desk.drive.look_now()


class AccountLine(QWidget):
    """One account and how it stands."""

    settings_wanted = Signal()

    def __init__(self, theme: Theme, account: GoogleAccount) -> None:
        super().__init__()
        self.account = account
        ready = self.is_ready = account.state is AccountState.READY
        self.name = ElidedLabel(account.email)
        self.state = Label(_state_words(account), kind="small" if ready else "attention")
        self.again = Button(translate("Drive", "Settings …"), kind="link")
        self.again.setAccessibleName(
            translate("Drive", "{email}: {state}. Open the settings").format(
                email=account.email, state=_state_words(account)
            )
        )
        self.again.clicked.connect(self.settings_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Dot(theme, "ok" if ready else "attention"))
        line.addWidget(self.name, 1)
        line.addWidget(self.state)
        line.addWidget(self.again)
        self.again.setVisible(not ready)


def _state_words(account: GoogleAccount) -> str:
    match account.state:
        case AccountState.READY:
            return translate("Drive", "signed in")
        case AccountState.SIGN_IN_AGAIN:
            return translate("Drive", "sign in again")
    return translate("Drive", "cannot be used")
