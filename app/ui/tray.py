"""The icon in the system's tray, once there is one: notifications while the window is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.domain.events import Notification, Severity
from app.ui.desktop_notices import DesktopNotices, Show
from app.ui.icons import FOLDER

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

_SHOWN_MS: Final = 8_000
_ICONS: Final = {
    Severity.INFO: QSystemTrayIcon.MessageIcon.Information,
    Severity.WARNING: QSystemTrayIcon.MessageIcon.Warning,
    Severity.ERROR: QSystemTrayIcon.MessageIcon.Critical,
}


class Tray(QObject):
    """A sink of the router. Says a thing once, and only while the window is not in front.

    ``say`` shows a message: title, text, icon, milliseconds.
    """

    def __init__(self, window: MainWindow, say: Show | None = None) -> None:
        super().__init__(window)
        self._window = window
        self.icon = QSystemTrayIcon(QIcon(str(FOLDER / "steward.svg")), self)
        self.icon.setToolTip("Steward")
        self._say = say or DesktopNotices(self.icon.showMessage, self).say
        self.menu = QMenu(window)
        self.menu.addAction("&Open Steward", window.come_to_front)
        self.menu.addAction("&Quit", window.close)
        self.icon.setContextMenu(self.menu)
        self.icon.messageClicked.connect(window.come_to_front)
        self.icon.activated.connect(self._activated)
        # Under X, Qt adds the icon also to a tray that comes later, as at a login.
        if QSystemTrayIcon.isSystemTrayAvailable() or QGuiApplication.platformName() == "xcb":
            self.icon.show()

    def deliver(self, notification: Notification) -> None:
        """Show a notification, unless the person sees it in the window."""
        if notification.count > 1 or self._window.isActiveWindow():
            return
        hint = str(notification.context.get("hint") or "")
        self._say(
            f"Steward: {notification.source}",
            f"{notification.message}\n{hint}".strip(),
            _ICONS[notification.severity],
            _SHOWN_MS,
        )

    def close(self) -> None:
        """Take the icon away."""
        self.icon.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._window.come_to_front()
