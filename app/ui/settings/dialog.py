"""The settings dialog: pages behind tabs, each of which saves by itself."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from app.ui.controls import Button
from app.ui.session import Session
from app.ui.settings.folders_page import FoldersPage
from app.ui.settings.model_page import ModelPage
from app.ui.settings.notifications_page import NotificationsPage
from app.ui.settings.rules_page import RulesPage
from app.ui.settings.words_page import WordsPage
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme

PAGES: Final = ("model", "folders", "approvals", "notifications", "you")


class SettingsDialog(QDialog):
    """Shown with ``open()``; nothing has to be confirmed at the end."""

    def __init__(self, theme: Theme, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Steward settings")
        self.setAccessibleName("Settings")
        self.resize(620, 560)
        self._work = WorkGroup(session.tasks)
        self.model = ModelPage(theme, session, self._work)
        self.folders = FoldersPage(session)
        self.rules = RulesPage(session, self._work)
        self.notifications = NotificationsPage(session)
        self.words = WordsPage(theme, session)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Settings pages")
        self.tabs.setUsesScrollButtons(False)
        self.tabs.addTab(self.model, "&Model")
        self.tabs.addTab(self.folders, "&Folders")
        self.tabs.addTab(self.rules, "&Approvals")
        self.tabs.addTab(self.notifications, "&Notifications")
        self.tabs.addTab(self.words, "&You and the look")
        closing = Button("&Close")
        closing.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.setContentsMargins(16, 8, 16, 14)
        below.addStretch(1)
        below.addWidget(closing)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 8, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.tabs, 1)
        page.addLayout(below)

    def show_page(self, name: str) -> None:
        """Show one of ``PAGES``."""
        if name in PAGES:
            self.tabs.setCurrentIndex(PAGES.index(name))

    def done(self, result: int) -> None:
        """Save what is still in the fields, then close."""
        self.words.save()
        self._work.cancel()  # what is under way must not come back to pages that are gone
        super().done(result)
