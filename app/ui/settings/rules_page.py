"""What needs no asking: a mode, and the rules the person set, with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem

from app.ui.controls import Button, Label
from app.ui.session import Session
from app.ui.settings.page import Page
from app.ui.tasks import WorkGroup
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.storage.approval_rules import ApprovalRule


class RulesPage(Page):
    """The mode is kept at once; below it a line a rule."""

    def __init__(self, title: str, session: Session, work: WorkGroup) -> None:
        super().__init__(title, session)
        self._work = work
        self._rules: list[ApprovalRule] = []
        self.list = QListWidget()
        self.list.setProperty("kind", "boxed")
        self.list.setAccessibleName(translate("Settings", "What needs no asking"))
        self.list.setMinimumHeight(120)
        self.list.itemSelectionChanged.connect(self._show_revoke)
        self.revoke = Button(translate("Settings", "&Ask again"))
        self.revoke.setToolTip(translate("Settings", "Take the permission back"))
        self.revoke.clicked.connect(self._revoke)
        self._words = Label(kind="muted", wrap=True)
        line = QHBoxLayout()
        line.addWidget(self.revoke)
        line.addStretch(1)
        self.add_section(translate("Settings", "What needs no asking"), ("approval_mode",))
        self.column.addWidget(Label(translate("Settings", "Your rules"), kind="heading"))
        self.column.addWidget(self._words)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(line)
        work.start(self._show(), name="read rules")

    async def _show(self) -> None:
        row = self.list.currentRow()
        self._rules = await self._session.desk.rules.list()
        self.list.clear()
        for rule in self._rules:
            item = QListWidgetItem(self._said(rule))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(row, 0), len(self._rules) - 1))
        self.list.setVisible(bool(self._rules))
        self.revoke.setVisible(bool(self._rules))
        self._words.setText(
            translate("Settings", "These skills run without a question:")
            if self._rules
            else translate("Settings", "There are none. The buttons of a card that asks make them.")
        )

    def _said(self, rule: ApprovalRule) -> str:
        if rule.folder is not None:
            return translate("Settings", "{skill}, in the folder {folder}").format(
                skill=rule.skill, folder=rule.folder
            )
        if rule.conversation_id is None:
            return translate("Settings", "{skill}, always").format(skill=rule.skill)
        titles = {summary.id: summary.title for summary in self._session.summaries}
        return translate("Settings", "{skill}, in “{title}”").format(
            skill=rule.skill,
            title=titles.get(rule.conversation_id, translate("Settings", "a conversation")),
        )

    def _show_revoke(self) -> None:
        self.revoke.setEnabled(self.list.currentRow() >= 0)

    def _revoke(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._rules):
            self._work.start(self._take_back(self._rules[row]), name="revoke rule")

    async def _take_back(self, rule: ApprovalRule) -> None:
        await self._session.desk.rules.revoke(rule.id)
        await self._show()

        def undo() -> None:
            self._work.start(self._give_back(rule), name="restore rule")

        self.told.emit(
            translate("Settings", "Steward asks again: {said}.").format(said=self._said(rule)), undo
        )

    async def _give_back(self, rule: ApprovalRule) -> None:
        await self._session.desk.rules.allow(rule.skill, rule.conversation_id, folder=rule.folder)
        await self._show()
