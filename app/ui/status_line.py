"""The line at the bottom: how things stand, and what just went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.controls import Button, Dot, ElidedLabel, Label
from app.ui.remedies import explained
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.errors import StewardError
    from app.ui.session import Session

_HEIGHT: Final = 28
_SHOWN_MS: Final = 20_000


class StatusLine(QWidget):
    """What is shown on the left gives way for a while to what ``say`` and ``show_error`` say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._session: Session | None = None
        self._dot = Dot(theme)
        self._left = ElidedLabel(translate("Status", "Starting …"), kind="small")
        self.resume_button = Button("", kind="link")
        self.resume_button.hide()
        self._right = Label("", kind="small")
        theme.changed.connect(lambda: self.setFixedHeight(theme.px(_HEIGHT)))
        self.setFixedHeight(theme.px(_HEIGHT))
        line = QHBoxLayout(self)
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
        session.said.connect(self.say)
        session.tasks.failed.connect(self.show_error)
        session.paused_changed.connect(self._show)
        self.resume_button.clicked.connect(session.desk.engines.pause.end)
        self._show()
        self._show_state()

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
        elif accounts:
            private = translate("Status", "nothing leaves this computer but files of Google Drive")
        else:
            private = translate("Status", "nothing leaves this computer")
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
