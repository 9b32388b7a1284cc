"""The line at the foot of the versions pane: how much is kept, and how to check it."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.domain.files import VaultSize
from app.ui import words
from app.ui.controls import ElidedLabel, IconButton
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_AFTER_CHANGE_MS: Final = 500


class VaultLine(QWidget):
    """Reads the vault's size a moment after changes, never twice at a time.

    ``check_wanted`` and ``recover_wanted`` from its menu.
    """

    check_wanted = Signal()
    recover_wanted = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self._text = ElidedLabel(translate("Vault", "Vault"), kind="small")
        self.button = IconButton(
            theme, "settings", translate("Vault", "Care of the vault"), "Ctrl+Shift+K"
        )
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.check = self.menu.addAction(translate("Vault", "&Check the vault …"))
        self.check.setToolTip(
            translate("Vault", "Read every kept version and compare it with its fingerprint")
        )
        self.check.triggered.connect(self.check_wanted)
        self.recover = self.menu.addAction(translate("Vault", "&Recover …"))
        self.recover.setToolTip(translate("Vault", "End changes that a crash has left unfinished"))
        self.recover.triggered.connect(self.recover_wanted)
        self.button.clicked.connect(self._open)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 2, 8, 4)
        line.setSpacing(6)
        line.addWidget(self._text, 1)
        line.addWidget(self.button)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_AFTER_CHANGE_MS)
        self._delay.timeout.connect(self.refresh)
        session.files_changed.connect(self._delay.start)
        self.refresh()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.whole

    def _open(self) -> None:
        at = self.button.rect().topRight() - QPoint(self.menu.sizeHint().width(), 0)
        above = QPoint(0, self.menu.sizeHint().height())
        self.menu.popup(self.button.mapToGlobal(at - above))

    def refresh(self) -> None:
        """Read the size; where it is being read already, once more afterwards."""
        if self._reading is not None and not self._reading.done():
            self._delay.start()
            return
        self._reading = self._session.tasks.run(self._read(), name="read vault size")

    async def _read(self) -> None:
        self._text.setText(_told(await self._session.desk.versions.vault_size()))


def _told(size: VaultSize) -> str:
    if not size.blobs:
        return translate("Vault", "Vault: empty")
    contents = words.count(size.blobs, "content")
    kept = translate("Vault", "Vault: {size} in {contents}").format(
        size=words.size(size.content_bytes), contents=contents
    )
    return translate("Vault", "{kept}, {size} on disk").format(
        kept=kept, size=words.size(size.stored_bytes)
    )
