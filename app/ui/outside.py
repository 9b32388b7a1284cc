"""What Steward shows outside its window: the icon in the tray, the desktop's notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from app.ui.activity import Activity
from app.ui.desktop_notices import DesktopNotices
from app.ui.global_key import GlobalKey
from app.ui.notification_service import Note, NotificationService
from app.ui.session_bus import SessionBus
from app.ui.translation import translate
from app.ui.tray import Tray

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.session import Session

_SHOWN_MS: Final = 8_000


class Outside(QObject):
    """Owns those parts, and the connection to the desktop they share."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.activity = Activity(session, self.is_seen)
        self.tray = Tray(window, session, self.activity)
        self.bus = SessionBus()
        self.service = NotificationService(self.bus, self._show_plainly, self)
        self.notices = DesktopNotices(session, self, self.service, self.bus)
        self.tray.icon.messageClicked.connect(window.come_to_front)
        self.key = GlobalKey(self.bus, self)
        self.key.pressed.connect(lambda token: window.ask_quickly(token=token))
        session.tasks.start(self.service.listen(), name="listen to desktop notifications")
        if session.desk.settings.quick_key:
            session.tasks.start(self._bind_key(), name="ask for a key")

    @property
    def keeps_running(self) -> bool:
        """Whether closing the window leaves Steward in the tray."""
        return self._session.desk.settings.close_to_tray and self.tray.is_there

    def is_seen(self, conversation_id: str | None) -> bool:
        """Whether the person has a conversation before their eyes; ``None``: anything of ours."""
        quick = self._window.quick
        if quick is not None and quick.isActiveWindow() and not quick.isHidden():
            return conversation_id is None or quick.conversation_id == conversation_id
        return self._window.is_seen(conversation_id)

    def come_to_front(self, token: str = "") -> None:
        """Bring the window before the person; ``token`` is the desktop's leave to."""
        self._window.come_to_front(token)

    def open_conversation(self, conversation_id: str, token: str = "") -> None:
        """Bring the window before the person, with a conversation."""
        self._window.open_conversation(conversation_id, token)

    def look(self) -> None:
        """The window became active, or another one did."""
        self.activity.look()
        self.notices.look()

    def close(self) -> None:
        """Take away what can be seen."""
        self.tray.close()

    async def leave(self) -> None:
        """End the connection to the desktop, once nothing uses it any more."""
        await self.service.close()
        await self.key.close()
        await self.bus.close()

    async def _bind_key(self) -> None:
        if not await self.key.bind():
            self._session.said.emit(
                "attention",
                translate(
                    "GlobalKey",
                    "Your desktop gave no key: bind one to “steward ask --window” in its settings.",
                ),
            )

    def _show_plainly(self, note: Note) -> None:
        """Where the desktop has no notification service, Qt draws a message of its own."""
        if self.tray.icon.isVisible():
            icon = QSystemTrayIcon.MessageIcon.Information
            self.tray.icon.showMessage(note.title, note.body, icon, _SHOWN_MS)
