"""A key that the person has already, pasted."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.redaction import Secret
from app.ui.attempt import Attempt
from app.ui.connecting import OPENROUTER, connect
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.translation import translate


class KeyWay(QWidget):
    """The field is emptied once the key is kept."""

    def __init__(self, session: Session, attempt: Attempt) -> None:
        super().__init__()
        self._session = session
        self._attempt = attempt
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText("sk-or-…")
        self.field.setAccessibleName(translate("SetUp", "Key of OpenRouter"))
        self.button = Button(translate("SetUp", "Tr&y and keep it"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.button)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 0, 0, 4)
        page.setSpacing(8)
        page.addWidget(
            Label(
                translate(
                    "SetUp",
                    "Keys are made at openrouter.ai/keys. It is tried first, then kept in this "
                    "system's keyring, and sent to OpenRouter only.",
                ),
                kind="small",
                wrap=True,
            )
        )
        page.addLayout(line)
        self.setFocusProxy(self.field)
        self.button.clicked.connect(self._try)
        self.field.returnPressed.connect(self._try)

    def _try(self) -> None:
        key = self.field.text().strip()
        if key:
            self._attempt.run(
                lambda: self._connect(Secret(key)), translate("Connect", "Trying the key")
            )
        else:
            self._attempt.say("attention", translate("SetUp", "Paste the key first."))
            self.field.setFocus()

    async def _connect(self, key: Secret) -> str:
        words = await connect(self._session, OPENROUTER, key=key)
        self.field.clear()
        return words
