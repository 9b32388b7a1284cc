"""The icon in the system's tray: how Steward stands at a glance, and the shortest ways in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.ui.activity import Activity, Standing
from app.ui.icons import FOLDER
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.messages import ConversationSummary
    from app.ui.main_window import MainWindow
    from app.ui.session import Session

RECENT: Final = 5
_TITLE_LENGTH: Final = 40
_SOON_MS: Final = 100


class Tray(QObject):
    """Shown where there is a tray; where there is none, nothing depends on it."""

    def __init__(self, window: MainWindow, session: Session, activity: Activity) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._activity = activity
        self._recent: list[tuple[str, str]] | None = None
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu(window)
        self.open_entry = self.menu.addAction("", window.come_to_front)
        self.quick_entry = self.menu.addAction("", window.ask_quickly)
        self.menu.addSeparator()
        self.recent_entries: list[QAction] = []
        self._after_recent = self.menu.addSeparator()
        self.pause_entry = self.menu.addAction("", self._pause_or_resume)
        self.quit_entry = self.menu.addAction("", window.quit)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        # Many things change at once when a turn begins or ends.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._show)
        activity.changed.connect(self._soon.start)
        session.conversations_changed.connect(self._soon.start)
        self._show()
        # Under X, Qt adds the icon also to a tray that comes later, as at a login.
        if self.is_there or QGuiApplication.platformName() == "xcb":
            self.icon.show()

    @property
    def is_there(self) -> bool:
        """Whether the person can see the icon."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def close(self) -> None:
        """Take the icon away."""
        self._soon.stop()
        self.icon.hide()

    def _show(self) -> None:
        self.icon.setIcon(_picture(self._activity.standing))
        self.icon.setToolTip("\n".join(["Steward", *self._activity.lines()]))
        self.open_entry.setText(translate("Tray", "&Open Steward"))
        self.quick_entry.setText(translate("Tray", "Quick &question …"))
        paused = self._session.paused
        self.pause_entry.setText(
            translate("Tray", "&Resume") if paused else translate("Tray", "&Pause")
        )
        self.quit_entry.setText(translate("Tray", "&Quit"))
        self._show_recent()

    def _show_recent(self) -> None:
        newest = sorted(self._session.summaries, key=lambda one: one.updated_at, reverse=True)
        recent = [(one.id, _short_title(one)) for one in newest[:RECENT]]
        if recent == self._recent:  # a menu that is open is left as it is
            return
        self._recent = recent
        for old in self.recent_entries:
            self.menu.removeAction(old)
            old.deleteLater()
        self.recent_entries = []
        for conversation_id, title in recent:
            entry = QAction(title, self.menu)
            entry.triggered.connect(
                lambda _checked=False, one=conversation_id: self._window.open_conversation(one)
            )
            self.recent_entries.append(entry)
        self.menu.insertActions(self._after_recent, self.recent_entries)
        self._after_recent.setVisible(bool(recent))

    def _pause_or_resume(self) -> None:
        pause = self._session.desk.engines.pause
        if pause.is_on:
            pause.end()
        else:
            pause.begin()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._window.come_to_front()


def _short_title(summary: ConversationSummary) -> str:
    title = " ".join(summary.title.split())
    if len(title) > _TITLE_LENGTH:
        title = title[: _TITLE_LENGTH - 1].rstrip() + "…"
    return title.replace("&", "&&")


@lru_cache(maxsize=len(Standing))
def _picture(standing: Standing) -> QIcon:
    name = "steward" if standing is Standing.IDLE else f"tray-{standing}"
    return QIcon(str(FOLDER / f"{name}.svg"))
