"""What the person allowed without being asked again, and how to take it back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.tasks import WorkGroup


class RulesPage(QWidget):
    """A line a rule."""

    def __init__(self, session: Session, work: WorkGroup) -> None:
        super().__init__()
        self._session = session
        self._work = work
        self.list = QListWidget()
        self.list.setAccessibleName("What needs no asking")
        self.revoke = Button("&Ask again")
        self.revoke.setToolTip("Take the permission back")
        self.revoke.clicked.connect(self._revoke)
        self._words = Label(kind="muted", wrap=True)
        line = QHBoxLayout()
        line.addWidget(self.revoke)
        line.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(8)
        page.addWidget(Label("What needs no asking", kind="heading"))
        page.addWidget(self._words)
        page.addWidget(self.list, 1)
        page.addLayout(line)
        work.start(self._show(), name="read rules")

    async def _show(self) -> None:
        rules = await self._session.desk.rules.list()
        titles = {summary.id: summary.title for summary in self._session.summaries}
        self.list.clear()
        for rule in rules:
            where = "always"
            if rule.conversation_id is not None:
                where = f"in “{titles.get(rule.conversation_id, 'a conversation')}”"
            item = QListWidgetItem(f"{rule.skill}, {where}")
            item.setData(Qt.ItemDataRole.UserRole, rule.id)
            self.list.addItem(item)
        self.revoke.setEnabled(bool(rules))
        self._words.setText(
            "These skills run without a question:"
            if rules
            else "Nothing: Steward asks before every change. A card's buttons can say otherwise."
        )

    def _revoke(self) -> None:
        row = max(0, self.list.currentRow())
        if row < self.list.count():
            self._work.start(
                self._take_back(int(self.list.item(row).data(Qt.ItemDataRole.UserRole))),
                name="revoke rule",
            )

    async def _take_back(self, rule_id: int) -> None:
        await self._session.desk.rules.revoke(rule_id)
        await self._show()
