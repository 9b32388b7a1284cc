"""The steps of each conversation that was shown, kept from the start: nobody need look at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.domain.events import Event, TurnFinished, TurnStarted
from app.domain.messages import ConversationMessage
from app.domain.turns import TurnRecord
from app.ui.open_conversation import OpenConversation
from app.ui.panes.trace_model import TraceModel
from app.ui.session import Session

_TURNS_WITH_RECORDS: Final = 30


class TraceModels(QObject):
    """A tree for each conversation from when it is first shown; events go into it as they come.

    ``took(model, event)`` afterwards. What was recorded of a turn is read by whoever shows it:
    ``take_due`` says how many turns have such a record that was not asked for yet.
    """

    took = Signal(object, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._models: dict[OpenConversation, TraceModel] = {}
        self._due: dict[TraceModel, int] = {}
        self._running: set[str] = set()
        self._seen: set[str] = set()
        session.current_changed.connect(self._begin)
        session.happened.connect(self._take)
        session.history.read.connect(self._read_earlier)
        self._begin()

    @property
    def current(self) -> TraceModel:
        """The tree of the conversation shown."""
        current = self._session.current
        model = self._models.get(current)
        if model is None:
            model = self._models[current] = TraceModel()
            model.setParent(self)
            model.load(current.messages, current.past_turns)
            if model.turns and current.id is not None:
                self._due[model] = _TURNS_WITH_RECORDS
        return model

    def take_due(self, model: TraceModel) -> int:
        """So many of the newest turns have a record that is to be read now."""
        due = self._due.pop(model, 0)
        return due + len(self._running) if due else 0

    def runs(self, turn_id: str) -> bool:
        """Whether a turn is under way: its events say more than its record does yet."""
        return turn_id in self._running

    def was_seen(self, turn_id: str) -> bool:
        """Whether a turn has begun while the window was open."""
        return turn_id in self._seen

    def _begin(self) -> None:
        assert self.current is not None

    def _read_earlier(
        self,
        conversation: OpenConversation,
        messages: Sequence[ConversationMessage],
        turns: Sequence[TurnRecord],
    ) -> None:
        if (model := self._models.get(conversation)) is not None:
            model.load_earlier(messages, turns)

    def _take(self, event: Event) -> None:
        conversation = self._session.opened(event.conversation_id or "")
        if conversation is None or conversation not in self._models:
            return
        model = self._models[conversation]
        model.take(event)
        turn_id = event.turn_id or ""
        if isinstance(event, TurnStarted):
            self._running.add(turn_id)
            self._seen.add(turn_id)
        elif isinstance(event, TurnFinished):
            self._running.discard(turn_id)
            self._due[model] = self._due.get(model, 0) + 1
        self.took.emit(model, event)
