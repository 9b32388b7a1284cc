"""A secret that no call can try: kept when its field is left, never shown, taken out again."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import StewardError
from app.redaction import Secret
from app.ui.controls import Label
from app.ui.session import Session
from app.ui.settings.catalogue import words_of
from app.ui.settings.keys import KeyRow
from app.ui.tasks import WorkGroup
from app.ui.translation import translate

_GOOD: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as ``secret_token`` (Bot API, setWebhook)."""


class SecretRow(QWidget):
    """``changed(name)`` when it was kept or taken out. ``after``: what no longer works then."""

    changed = Signal(str)

    def __init__(self, name: str, session: Session, work: WorkGroup, *, after: str) -> None:
        super().__init__()
        self.name = name
        self._session = session
        words = words_of(name)
        self.key = KeyRow(name, session, work, after=after)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(words.title)
        self.field.setAccessibleDescription(words.says)
        self.field.editingFinished.connect(self.commit)
        self.problem = Label(kind="trouble", wrap=True)
        self.problem.hide()
        self.key.removed.connect(self._removed)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 6)
        page.setSpacing(4)
        page.addWidget(self.key)
        page.addWidget(Label(words.says, kind="small", wrap=True))
        page.addWidget(self.field)
        page.addWidget(self.problem)
        self._show()

    def commit(self) -> bool:
        """Keep what stands in the field; ``False`` where it cannot be used."""
        text = self.field.text().strip()
        if not text:
            self._say("")
            return True
        if _GOOD.fullmatch(text) is None:
            self._say(
                translate(
                    "Channels",
                    "Not saved: it takes 1 to 256 letters of the English alphabet, digits, - and "
                    "_ only.",
                )
            )
            return False
        self.field.clear()
        # The person has given it: it is kept even if the settings are closed at once.
        self._session.tasks.start(self._keep(Secret(text)), name="keep a secret")
        return True

    async def _keep(self, secret: Secret) -> None:
        problem = ""
        try:
            await self._session.desk.keys.keep(self.name, secret)
        except StewardError as error:
            problem = str(error)
        if isValid(self):
            self._say(problem)
            self._show()
            self.changed.emit(self.name)

    def _removed(self) -> None:
        self._show()
        self.changed.emit(self.name)

    def _show(self) -> None:
        self.key.refresh()
        source = self._session.desk.running_settings.source(self.name)
        self.field.setReadOnly(source == "environment")
        self.field.setPlaceholderText(
            translate("Models", "set in the environment")
            if source == "environment"
            else translate("Models", "kept already; write here to replace it")
            if source in ("keyring", "run")
            else translate("Channels", "write it here; Enter keeps it")
        )

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
