"""The Google accounts: who is signed in, signing in and out, and what Steward may see."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import StewardError
from app.domain.google_accounts import AccountSource, DriveAccess, GoogleAccount
from app.ui.attempt import Attempt
from app.ui.controls import Button, Label, rule
from app.ui.flow_layout import FlowLayout
from app.ui.session import Session
from app.ui.settings.account_row import AccountRow, access_words
from app.ui.settings.page import Page
from app.ui.theme import Theme
from app.ui.translation import translate

CONSOLE: Final = "https://console.cloud.google.com/auth/clients"
_UNDO_MS: Final = 15_000
"""So long a sign-out can be taken back; then Google is told."""


class DrivePage(Page):
    """A sign-out holds at once; Google is told when it is not taken back."""

    _accounts_changed = Signal()

    def __init__(self, title: str, theme: Theme, session: Session) -> None:
        super().__init__(title, session)
        self._theme = theme
        self._google = session.desk.google
        self._leaving: tuple[GoogleAccount, Any] | None = None
        self.accounts: list[AccountRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.outcome = Label(kind="trouble", wrap=True)
        self.outcome.hide()
        self.sign_in_button = Button(
            translate("Drive", "Sign &in with Google …"),
            kind="primary",
            tip=translate("Drive", "Your browser opens, and comes back when you have allowed it"),
        )
        self.sign_in_button.clicked.connect(lambda _checked=False: self._sign_in())
        self.attempt = Attempt(theme, session.tasks)
        self.attempt.running_changed.connect(self._show_running)
        self.choose_button = Button(
            translate("Drive", "Choose the &file …"),
            name=translate("Drive", "Choose your OAuth client file"),
        )
        self.choose_button.clicked.connect(self._ask_for_file)
        self.console_button = Button(
            translate("Drive", "&Open Google's console"), kind="link", tip=CONSOLE
        )
        self.console_button.clicked.connect(lambda: session.open_address(CONSOLE))
        self._undo_time = QTimer(self)
        self._undo_time.setSingleShot(True)
        self._undo_time.setInterval(_UNDO_MS)
        self._undo_time.timeout.connect(self._tell_google)
        self._build()
        self._accounts_changed.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = self._google.subscribe(self._changed_somewhere)
        self._show()

    def _build(self) -> None:
        self.column.addWidget(Label(translate("Drive", "Accounts"), kind="heading"))
        self.column.addWidget(
            Label(
                translate(
                    "Drive",
                    "Steward finds, reads and changes files in the Drives of these accounts. "
                    "Tokens are kept in the system's keyring, and are sent to Google only.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.column.addLayout(self._list)
        line = QHBoxLayout()
        line.addWidget(self.sign_in_button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(self.attempt)
        self.column.addWidget(self.outcome)
        self.column.addSpacing(10)
        self.add_section(translate("Drive", "Access"), ("google_access",))
        self.add_section(
            translate("Drive", "Your OAuth client"),
            ("google_oauth_client_file",),
            translate(
                "Drive",
                "Google wants to know which program asks, so you register one of your own, once: "
                "in Google's console make a project, switch on the Google Drive API, add yourself "
                "as a test user, make a client of the type “Desktop app” and download its JSON. "
                "While it is in testing, Google ends each sign-in after 7 days.",
            ),
        )
        buttons = QWidget()
        below = FlowLayout(buttons, spacing=8)
        below.addWidget(self.choose_button)
        below.addWidget(self.console_button)
        self.column.addWidget(buttons)
        self.column.addSpacing(10)
        self.add_section(
            translate("Drive", "Without a browser"),
            ("google_service_account_file", "google_token_file", "google_api_url"),
        )
        self.column.addStretch(1)
        for name in ("google_service_account_file", "google_token_file"):
            self.rows[name].changed.connect(lambda _: self._show())

    # -- what it shows -----------------------------------------------------------------------------

    def _changed_somewhere(self) -> None:
        """In any thread."""
        if isValid(self):
            self._accounts_changed.emit()

    def _show(self) -> None:
        try:
            accounts = tuple(self._google.all())
            problem = ""
        except StewardError as error:
            accounts, problem = (), str(error)
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.accounts = []
        for number, account in enumerate(accounts):
            if number:
                self._list.addWidget(rule())
            row = AccountRow(self._theme, account)
            row.signed_out.connect(partial(self._sign_out, account))
            row.again.connect(partial(self._sign_in, account.access))
            self.accounts.append(row)
            self._list.addWidget(row)
        if not accounts and not problem:
            self._list.addWidget(Label(translate("Drive", "Nobody is signed in."), wrap=True))
        self._say(problem)
        own = any(one.source is AccountSource.SIGN_IN for one in accounts)
        self.sign_in_button.setText(
            translate("Drive", "&Add an account …")
            if own
            else translate("Drive", "Sign &in with Google …")
        )
        self.sign_in_button.setAccessibleName(self.sign_in_button.text().replace("&", ""))
        self._show_running(self.attempt.running)

    def _show_running(self, running: bool) -> None:
        self.sign_in_button.setEnabled(not running)
        for row in self.accounts:
            row.again_button.setEnabled(not running)
        locked = (
            self._session.desk.running_settings.source("google_oauth_client_file") == "environment"
        )
        self.choose_button.setEnabled(not running and not locked)

    def _say(self, problem: str) -> None:
        self.outcome.setText(problem)
        self.outcome.setVisible(bool(problem))

    # -- signing in --------------------------------------------------------------------------------

    def _sign_in(self, access: DriveAccess | None = None) -> None:
        self.rows["google_oauth_client_file"].commit()
        self.rows["google_access"].commit()
        self.attempt.run(
            lambda: self._signed_in(access), translate("Connect", "Opening your browser")
        )

    async def _signed_in(self, access: DriveAccess | None) -> str:
        """What the person is told at its end. Raises ``StewardError``."""
        async with self._google.sign_in(access) as waiting:
            doing = translate("Connect", "Waiting for your browser")
            if not self._session.open_address(waiting.address):
                doing = translate(
                    "Connect", "No browser opened: copy the address into one. Waiting for it"
                )
            if not waiting.lasting:
                doing = translate(
                    "Drive",
                    "No keyring works on this computer, so the sign-in will hold until you close "
                    "Steward. {doing}",
                ).format(doing=doing)
            self.attempt.now(doing, limit=waiting.seconds, address=waiting.address)
            done = await waiting.account()
        said = translate("Drive", "{email} is signed in: {access}.").format(
            email=done.account.email, access=access_words(done.account.access)
        )
        if done.account.access is not done.asked:
            said += " " + translate("Drive", "You had asked for: {access}.").format(
                access=access_words(done.asked)
            )
        return said

    def cancel(self) -> None:
        """The settings are closed: what waits for a browser ends; a sign-out is finished."""
        self._unsubscribe()
        self.attempt.cancel()
        if self._leaving is not None:
            self._tell_google()

    # -- signing out -------------------------------------------------------------------------------

    def _sign_out(self, account: GoogleAccount) -> None:
        if self._leaving is not None:
            self._tell_google()
        # The person has said so: it is done even if the settings are closed at once.
        self._session.tasks.start(self._signed_out(account), name="sign out of Google")

    async def _signed_out(self, account: GoogleAccount) -> None:
        try:
            token = await asyncio.to_thread(self._google.take_out, account)
        except StewardError as error:
            if isValid(self):
                self._say(str(error))
            return
        if not isValid(self) or not self.window().isVisible():
            await asyncio.to_thread(self._google.revoke, account.email, token)
            return
        self._leaving = (account, token)
        self._undo_time.start()
        words = translate("Drive", "{email} is signed out.").format(email=account.email)
        self.told.emit(words, self._take_back if token is not None else None)

    def _take_back(self) -> None:
        if self._leaving is None:
            return
        self._undo_time.stop()
        (account, token), self._leaving = self._leaving, None
        self._session.tasks.start(
            asyncio.to_thread(self._google.adopt, account, token), name="take a sign-out back"
        )

    def _tell_google(self) -> None:
        assert self._leaving is not None
        self._undo_time.stop()
        (account, token), self._leaving = self._leaving, None
        self._session.tasks.start(self._told_google(account.email, token), name="tell Google")

    async def _told_google(self, email: str, token: Any) -> None:
        done = await asyncio.to_thread(self._google.revoke, email, token)
        if not isValid(self) or not self.window().isVisible():
            return
        words = translate("Drive", "{email} is signed out, and Google knows it.")
        if done.problem:
            self._say(f"{email}: {done.problem}")
            words = translate("Drive", "{email} is signed out here.")
        self.told.emit(words.format(email=email), None)

    # -- the client file ---------------------------------------------------------------------------

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, translate("Drive", "Your OAuth client file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([translate("Drive", "JSON files (*.json)")])
        dialog.fileSelected.connect(self.use_file)
        dialog.open()

    def use_file(self, path: str) -> None:
        """Take an OAuth client file."""
        row = self.rows["google_oauth_client_file"]
        row.control.show_written(path)
        row.commit()
