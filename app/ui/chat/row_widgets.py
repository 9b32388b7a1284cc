"""The widgets that stand in rows of the transcript: cards, suggestions, ways between branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.orchestrator.approvals import Decision
from app.ui.chat.rows import ActsRow, CardRow, ForkRow, Row, SuggestionsRow
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.chat.approval_card import ApprovalCard
    from app.ui.session import Session
    from app.ui.theme import Theme


class RowWidgets(QObject):
    """Makes a row's widget and does what the person presses in it."""

    send_wanted = Signal(str)
    edit_wanted = Signal(str)
    """The message of a turn should be edited."""
    left = Signal()
    """The keyboard belongs to the composer again."""

    def __init__(self, theme: Theme, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session

    def make(self, row: Row) -> QWidget | None:
        """The widget of a row, if it has one."""
        match row:
            case CardRow():
                return self._card(row)
            case SuggestionsRow():
                return self._suggestions(row)
            case ForkRow():
                return self._fork(row)
            case ActsRow():
                return self._acts(row)
            case _:
                return None

    def _card(self, row: CardRow) -> QWidget:
        from app.ui.chat.approval_card import ApprovalCard

        card = ApprovalCard(self._theme, row.approval, self._session.desk.clock.now)
        card.decided.connect(self._decide)
        card.edited.connect(lambda name, wanted: self._ask_for(card, name, wanted))
        card.left.connect(self.left)
        return card

    def _suggestions(self, row: SuggestionsRow) -> QWidget:
        from app.ui.chat.suggestions import Suggestions

        suggestions = Suggestions(row.suggestions, row.labels)
        suggestions.chosen.connect(self.send_wanted)
        return suggestions

    def _fork(self, row: ForkRow) -> QWidget:
        from app.ui.chat.fork_bar import ForkBar

        bar = ForkBar(self._theme, row.fork)
        bar.chosen.connect(self._session.branching.switch)
        return bar

    def _acts(self, row: ActsRow) -> QWidget:
        from app.ui.chat.answer_acts import AnswerActs

        turn = row.turn_id
        acts = AnswerActs(failed=row.failed)
        acts.copy_wanted.connect(lambda: self._copy(turn))
        acts.again_wanted.connect(lambda: self._session.branching.answer_again(turn))
        acts.edit_wanted.connect(lambda: self.edit_wanted.emit(turn))
        return acts

    def _copy(self, turn_id: str) -> None:
        if text := self._session.current.model.answer_text(turn_id):
            QGuiApplication.clipboard().setText(text)
            self._session.said.emit("ok", translate("Branches", "The answer is copied."))

    def _decide(self, approval_id: str, decision: Decision) -> None:
        self._session.decide(approval_id, decision)
        self.left.emit()

    def _ask_for(self, card: ApprovalCard, approval_id: str, wanted: Mapping[str, object]) -> None:
        card.show_problem(self._session.edit(approval_id, wanted))
