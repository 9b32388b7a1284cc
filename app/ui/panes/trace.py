"""The trace pane: what was asked of which skill, with what, for how long, with what result."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTextEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.domain.events import Event, TurnFinished
from app.ui import words
from app.ui.controls import Label, offer_to_clear
from app.ui.open_conversation import OpenConversation
from app.ui.panes.nothing import Nothing
from app.ui.panes.trace_acts import TraceActs, TraceMenu
from app.ui.panes.trace_model import NodeRole, TraceModel
from app.ui.panes.trace_models import TraceModels
from app.ui.panes.trace_nodes import Node
from app.ui.panes.trace_rows import StateDelegate, TimeDelegate
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate


class TracePane(QWidget):
    """The tree of the conversation shown, and below it all that is known of the chosen step."""

    ask_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, models: TraceModels) -> None:
        super().__init__()
        self._session = session
        self._models = models
        self._shown: OpenConversation | None = None
        self.tree = QTreeView()
        self.tree.setAccessibleName(translate("Trace", "Steps of each turn"))
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(14)
        self.tree.setItemDelegateForColumn(0, TimeDelegate(theme, self.tree))
        self.tree.setItemDelegateForColumn(1, StateDelegate(theme, self.tree))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.filter = QLineEdit()
        self.filter.setAccessibleName(translate("Trace", "Filter steps"))
        self.filter.setPlaceholderText(translate("Trace", "Filter: a skill, a file, failed, model"))
        offer_to_clear(self.filter)
        self.filter.textChanged.connect(self._filter)
        self._found = Label(kind="small")
        self._found.hide()
        self.menu = TraceMenu(self.tree)
        self.details = QTextEdit()
        self.details.setReadOnly(True)
        self.details.setAcceptRichText(False)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(translate("Trace", "Details of the chosen step"))
        self.details.setPlaceholderText(
            translate("Trace", "Choose a step to see its arguments and its result.")
        )
        self.details.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        theme.changed.connect(lambda: self.details.setFont(theme.code_font))
        self.details.setFont(theme.code_font)
        self.details.document().setDocumentMargin(10)
        self.acts = TraceActs(session, self._chosen_turn, self.details.setPlainText)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.acts)
        below.addWidget(self.details)
        self.menu.connect_to(self.acts)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        upper = QWidget()
        above = QVBoxLayout(upper)
        above.setContentsMargins(4, 4, 4, 0)
        above.setSpacing(4)
        above.addWidget(self.filter)
        above.addWidget(self._found)
        above.addWidget(self.tree)
        halves.addWidget(upper)
        halves.addWidget(lower)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        nothing = Nothing(
            translate(
                "Trace",
                "Every step of every turn will stand here: which skill was "
                "called, with what, for how long, and what came of it.",
            ),
            translate("Trace", "As&k something"),
        )
        nothing.pressed.connect(self.ask_wanted)
        # A widget, not a layout: a layout without a parent shows what is added as a window.
        self._stack = QStackedWidget()
        self._stack.addWidget(nothing)
        self._stack.addWidget(halves)
        page = QVBoxLayout(self)
        page.setContentsMargins(6, 4, 6, 4)
        page.addWidget(self._stack)
        session.current_changed.connect(self._show_current)
        models.took.connect(self._take)
        self._show_current()
        for row, turn in enumerate(self.turns):
            if models.was_seen(turn.id):  # as if the pane had been there
                self.tree.expand(models.current.index(row, 0))

    @property
    def found(self) -> str:
        """What the filter says it leaves; empty without one."""
        return "" if self._found.isHidden() else self._found.text()

    @property
    def turns(self) -> Sequence[Node]:
        """The turns of the conversation shown, oldest first."""
        return self._models.current.turns

    def show_call(self, call_id: str, turn_id: str) -> None:
        """Bring a call into view and choose it."""
        model = self._models.current
        index = model.find(call_id, turn_id)
        if index.isValid():
            self.tree.expand(index.parent())
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def _read_due(self, model: TraceModel, conversation_id: str | None) -> None:
        """Read what was recorded of turns, as far as nobody has."""
        if conversation_id is not None and (due := self._models.take_due(model)):
            work = self._read_records(model, conversation_id, due)
            self._session.tasks.start(work, name="read trace")

    async def _read_records(self, model: TraceModel, conversation_id: str, limit: int) -> None:
        for trace in await self._session.desk.traces.traces(conversation_id, limit=limit):
            if self._models.runs(trace.turn.id):
                continue
            chosen = self.tree.currentIndex()
            node = chosen.data(NodeRole.NODE) if chosen.isValid() else None
            model.complete(trace)
            self._filter_again(model)
            # Its steps are new: the one that was chosen is chosen again.
            if isinstance(node, Node) and node.turn.id == trace.turn.id and node.parent is not None:
                self._choose_again(model, node)

    def _choose_again(self, model: TraceModel, node: Node) -> None:
        again = model.find(node.id, node.turn.id) if node.id else QModelIndex()
        if again.isValid() and self.tree.model() is model:
            self.tree.setCurrentIndex(again)

    def _chosen_turn(self) -> Node | None:
        node = self.tree.currentIndex().data(NodeRole.NODE)
        if isinstance(node, Node):
            return node.turn
        turns = self.turns
        return turns[-1] if turns else None

    def _show_current(self) -> None:
        if self._shown is self._session.current:
            return
        self._shown = self._session.current
        model = self._models.current
        self._read_due(model, self._session.current.id)
        self.tree.setModel(model)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(0)  # the rows in view decide, not a thousand of them
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.selectionModel().currentChanged.connect(self._choose)
        self.filter.clear()
        self.details.clear()
        self._open_last()

    def _take(self, model: TraceModel, event: Event) -> None:
        if isinstance(event, TurnFinished):
            self._read_due(model, event.conversation_id)
        if event.type in ("turn_started", "tool_call", "tool_result", "usage", "turn_finished"):
            self._filter_again(model)
            if event.type == "turn_started" or self._follows():
                self._open_last()
            self._choose(self.tree.currentIndex())

    def _follows(self) -> bool:
        """Whether the person looks at no other turn than the last."""
        node = self.tree.currentIndex().data(NodeRole.NODE)
        turns = self.turns
        return not isinstance(node, Node) or not turns or node.turn is turns[-1]

    # -- the filter ----------------------------------------------------------------------------

    def _filter_again(self, model: TraceModel) -> None:
        if self.filter.text() and model is self.tree.model():
            self._filter()

    def _filter(self) -> None:
        """Hide what the words are not in. A turn that is meant shows all its steps."""
        words_ = self.filter.text().lower().split()
        model, found = self._models.current, 0
        for row, turn in enumerate(model.turns):
            index = model.index(row, 0)
            whole = turn.matches(words_)
            shown = [whole or step.matches(words_) for step in turn.steps]
            for place, wanted in enumerate(shown):
                self.tree.setRowHidden(place, index, not wanted)
            self.tree.setRowHidden(row, QModelIndex(), not (whole or any(shown)))
            found += sum(shown)
            if words_ and any(shown):
                self.tree.expand(index)
        text = words.count(found, "step") if found else translate("Trace", "No step is like that.")
        self._found.setText(text)
        self._found.setVisible(bool(words_))

    def _open_last(self) -> None:
        model = self._models.current
        self._stack.setCurrentIndex(1 if model.turns else 0)
        if model.turns:
            last = model.index(len(model.turns) - 1, 0)
            self.tree.expand(last)
            rows = model.rowCount(last)
            self.tree.scrollTo(model.index(rows - 1, 0, last) if rows else last)

    def _choose(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        node = index.data(NodeRole.NODE) if index.isValid() else None
        if isinstance(node, Node):
            text = node.details()
            if text != self.details.toPlainText():
                self.details.setPlainText(text)
