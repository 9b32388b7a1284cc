"""The keys Steward keeps: where each is, and how to take it out. None is ever shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.settings.catalogue import words_of
from app.ui.settings.setting_row import environment_words
from app.ui.tasks import WorkGroup
from app.ui.translation import translate


def _states() -> Mapping[str, str]:
    """Where a key is, in words."""
    return {
        "keyring": translate("Settings", "Kept in the system's keyring."),
        "run": translate(
            "Settings", "Held until you close Steward: no keyring works on this computer."
        ),
        "default": translate("Settings", "None."),
    }


class KeyRow(QWidget):
    """One key. ``removed`` when it was taken out. ``after``: what then no longer works."""

    removed = Signal()

    def __init__(self, name: str, session: Session, work: WorkGroup, *, after: str = "") -> None:
        super().__init__()
        self._name = name
        self._after = after or translate("Settings", "A model that needs it no longer answers.")
        self._session = session
        self._work = work
        title = words_of(name).title
        self.state = Label(kind="small", wrap=True)
        self.remove = Button(
            translate("Settings", "Remove …"),
            name=translate("Settings", "Remove: {title}").format(title=title),
        )
        self.remove.setToolTip(translate("Settings", "Remove: {title} (Space)").format(title=title))
        self.remove.clicked.connect(self._ask)
        heading = Label(title)
        heading.setBuddy(self.remove)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(heading)
        words.addWidget(self.state)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(16)
        line.addLayout(words, 1)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self.refresh()

    def refresh(self) -> None:
        """Say where the key is."""
        source = self._session.desk.running_settings.source(self._name)
        self.remove.setVisible(source in ("keyring", "run"))
        self.state.become("attention" if source in ("run", "environment") else "small")
        self.state.setText(_states().get(source) or environment_words(self._name))

    def _ask(self) -> None:
        title = words_of(self._name).title
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(translate("Settings", "Remove the key?"))
        box.setText(translate("Settings", "Remove the key? ({title})").format(title=title))
        box.setInformativeText(
            translate(
                "Settings", "Steward cannot show it, so you would have to paste it again. {after}"
            ).format(after=self._after)
        )
        yes = box.addButton(translate("Settings", "&Remove"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(self._remove)
        box.addButton(translate("Settings", "&Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.open()

    def _remove(self) -> None:
        # The person has said so: it is done even if the settings are closed at once.
        removing = self._session.tasks.run(self._session.remove_key(self._name), "remove a key")
        self._work.start(self._show_outcome(removing), name="show that a key is removed")

    async def _show_outcome(self, removing: asyncio.Task[None]) -> None:
        problem = ""
        try:
            await asyncio.shield(removing)
        except StewardError as error:
            problem = str(error)
        self.refresh()
        if problem:
            self.state.become("trouble")
            self.state.setText(problem)
        self.removed.emit()
