"""One Google account in the settings: who it is, how it stands, and the ways out and in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.google_accounts import AccountSource, AccountState, DriveAccess, GoogleAccount
from app.ui import words
from app.ui.controls import Button, Dot, Label
from app.ui.theme import Theme
from app.ui.translation import translate


class AccountRow(QWidget):
    """``signed_out`` and ``again`` when the person wants that."""

    signed_out = Signal()
    again = Signal()

    def __init__(self, theme: Theme, account: GoogleAccount) -> None:
        super().__init__()
        self.account = account
        ready = account.state is AccountState.READY
        own = account.source is AccountSource.SIGN_IN
        self.state = Label(state_words(account), kind="small", wrap=True)
        if not ready:
            self.state.become("attention")
        self.again_button = Button(
            translate("Drive", "Sign in again …"),
            name=translate("Drive", "Sign in again: {email}").format(email=account.email),
            tip=translate("Drive", "Your browser opens, and asks for the same access (Space)"),
        )
        self.again_button.clicked.connect(self.again)
        self.out_button = Button(
            translate("Drive", "Sign out"),
            name=translate("Drive", "Sign out: {email}").format(email=account.email),
            tip=translate(
                "Drive",
                "Google then ends it for this client everywhere; versions of files stay (Space)",
            ),
        )
        self.out_button.clicked.connect(self.signed_out)
        heading = Label(account.email, wrap=True)
        heading.setBuddy(self.out_button)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(heading)
        told.addWidget(self.state)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(12)
        line.addWidget(Dot(theme, "ok" if ready else "attention"), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(told, 1)
        line.addWidget(self.again_button, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.out_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.again_button.setVisible(own and not ready)  # placed: else a window of its own
        self.out_button.setVisible(own)


def access_words(access: DriveAccess | None) -> str:
    """What Steward may see there."""
    match access:
        case DriveAccess.ALL:
            return translate("Drive", "all files")
        case DriveAccess.FILE:
            return translate("Drive", "only files Steward makes")
    return translate("Drive", "the access its token gives")


def state_words(account: GoogleAccount) -> str:
    """How an account stands."""
    if account.state is AccountState.SIGN_IN_AGAIN:
        return translate(
            "Drive",
            "Google has ended the sign-in: it expired or was revoked. No file was touched, and "
            "versions stay.",
        )
    if account.state is AccountState.UNREADABLE:
        return account.problem
    access = access_words(account.access)
    match account.source:
        case AccountSource.SERVICE_ACCOUNT:
            return translate("Drive", "From the service account's key file that is set below.")
        case AccountSource.TOKEN_FILE:
            return translate("Drive", "From the token file that is set below.")
    assert account.signed_in_at is not None
    said = translate("Drive", "Signed in {time}: {access}.").format(
        time=words.exact_time(account.signed_in_at), access=access
    )
    if not account.lasting:
        said += " " + translate(
            "Drive", "Held until you close Steward: no keyring works on this computer."
        )
    return said
