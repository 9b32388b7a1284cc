"""What needs no asking: a mode, and the rules the person set, with the way back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.orchestrator.approvals import ApprovalMode
from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.tasks import WorkGroup


class RulesPage(QWidget):
    """The mode is kept at once; below it a line a rule."""

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
        self.reversible = QCheckBox("Changes of &files need no asking: each can be taken back")
        self.reversible.setToolTip(
            "Everything Steward changes is archived first. What leaves this computer, or cannot be "
            "taken back, is still asked about."
        )
        self.reversible.setChecked(session.desk.settings.approval_mode == ApprovalMode.REVERSIBLE)
        self.reversible.toggled.connect(self._choose_mode)
        line = QHBoxLayout()
        line.addWidget(self.revoke)
        line.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(8)
        page.addWidget(Label("What needs no asking", kind="heading"))
        page.addWidget(self.reversible)
        page.addSpacing(6)
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
            if rule.folder is not None:
                where = f"in the folder {rule.folder}"
            elif rule.conversation_id is not None:
                where = f"in “{titles.get(rule.conversation_id, 'a conversation')}”"
            item = QListWidgetItem(f"{rule.skill}, {where}")
            item.setData(Qt.ItemDataRole.UserRole, rule.id)
            self.list.addItem(item)
        self.revoke.setEnabled(bool(rules))
        self._words.setText(
            "These skills run without a question:"
            if rules
            else "There are no rules. A card's buttons make them."
        )

    def _choose_mode(self, on: bool) -> None:
        mode = ApprovalMode.REVERSIBLE if on else ApprovalMode.ASK
        try:
            self._session.desk.change_setting("approval_mode", mode.value)
        except StewardError as error:
            self._session.said.emit("trouble", str(error))

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
