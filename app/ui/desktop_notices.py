"""Messages beside the tray icon, shown by the desktop's notification service where it has one.

Qt waits for that service to answer, and so would the window. It is asked first whether it is there
and what it understands, without waiting; where no answer comes in time nothing is shown by it.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

logger = logging.getLogger(__name__)

Show = Callable[[str, str, QSystemTrayIcon.MessageIcon, int], object]
"""Shows a message: title, text, icon, milliseconds."""

_SERVICE: Final = "org.freedesktop.Notifications"
_PATIENCE_MS: Final = 2_000
_UNANSWERED: Final = ("NoReply", "Timeout", "TimedOut")


class DesktopNotices(QObject):
    """Hands messages to ``show`` once that will not wait. Lives as long as its parent."""

    def __init__(self, show: Show, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show

    def say(self, title: str, text: str, icon: QSystemTrayIcon.MessageIcon, shown_ms: int) -> None:
        """Show a message soon, as plain text; or, where nobody answers, not at all."""
        asked = self._ask_for_capabilities()
        if asked is None:  # no such services here: Qt has its own ways
            self._show(title, text, icon, shown_ms)
            return

        def answered() -> None:
            reply = asked.reply()
            asked.deleteLater()
            if reply.errorName().endswith(_UNANSWERED):
                logger.info("the desktop's notifications do not answer")
                return
            self._show(title, _plain(text, reply), icon, shown_ms)

        asked.finished.connect(answered)

    def _ask_for_capabilities(self) -> QDBusPendingCallWatcher | None:
        try:
            from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
        except ImportError:  # not on every system
            return None
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return None
        path = "/" + _SERVICE.replace(".", "/")
        question = QDBusMessage.createMethodCall(_SERVICE, path, _SERVICE, "GetCapabilities")
        return QDBusPendingCallWatcher(bus.asyncCall(question, _PATIENCE_MS), self)


def _plain(text: str, reply: QDBusMessage) -> str:
    """``text`` so that it shows as it is: a file's name, say, must not become a link."""
    if reply.errorName():
        return text  # Qt draws it itself
    answer = reply.arguments()[0] if reply.arguments() else []
    # What is no list of words is no answer to trust: then rather one "&lt;" too many.
    follows = "body-markup" in answer if isinstance(answer, list) else True
    return html.escape(text, quote=False) if follows else text
