"""What a conversation's turns did, as a tree: turns, and in each the steps it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from app.domain.events import (
    Approval,
    ErrorEvent,
    Event,
    FileVersionEvent,
    Phase,
    ToolCallEvent,
    ToolResultEvent,
    TurnFinished,
    TurnStarted,
    Usage,
    Waiting,
)
from app.domain.messages import ConversationMessage
from app.domain.tool_calls import ToolStatus
from app.domain.turns import TurnRecord
from app.ui import words
from app.ui.file_names import name_of
from app.ui.panes.trace_nodes import (
    Node,
    add_stored,
    after,
    call_node,
    decided,
    error_node,
    operation_word,
    turn_state,
)
from app.ui.panes.trace_record import steps_of, tell_turn
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.storage.traces import TurnTrace

Index = QModelIndex | QPersistentModelIndex
_COLUMNS: Final = 3


class NodeRole(IntEnum):
    """What a cell knows beside its text."""

    NODE = Qt.ItemDataRole.UserRole + 1


class TraceModel(QAbstractItemModel):
    """Turns of one conversation, oldest first. Fed by stored messages, then by events."""

    def __init__(self) -> None:
        super().__init__()
        self._turns: list[Node] = []
        self._asked: dict[str, datetime] = {}

    @property
    def turns(self) -> Sequence[Node]:
        """All turns."""
        return self._turns

    # -- feeding -------------------------------------------------------------------------------

    def load(
        self, messages: Iterable[ConversationMessage], records: Iterable[TurnRecord] = ()
    ) -> None:
        """Show stored turns in place of what is shown; ``records`` say how they ended."""
        self.beginResetModel()
        self._turns = _stored_turns(messages, records)
        self.endResetModel()

    def load_earlier(
        self, messages: Iterable[ConversationMessage], records: Iterable[TurnRecord] = ()
    ) -> None:
        """Show stored turns above what is shown."""
        turns = _stored_turns(messages, records)
        if turns:
            self.beginInsertRows(QModelIndex(), 0, len(turns) - 1)
            self._turns[:0] = turns
            self.endInsertRows()

    def complete(self, trace: TurnTrace) -> None:
        """Show a turn as it was recorded."""
        turn = self._turn(trace.turn.id)
        if turn is None:
            return
        tell_turn(turn, trace)
        steps, parent = steps_of(turn, trace), self._index(turn)
        if turn.steps:
            self.beginRemoveRows(parent, 0, len(turn.steps) - 1)
            turn.steps = []
            self.endRemoveRows()
        if steps:
            self.beginInsertRows(parent, 0, len(steps) - 1)
            turn.steps = steps
            self.endInsertRows()
        self._touch(turn)

    def take(self, event: Event) -> None:
        """Show an event of this conversation."""
        if isinstance(event, TurnStarted):
            self._begin(event)
            return
        turn = self._turn(event.turn_id or "")
        if turn is None:
            return
        match event:
            case ToolCallEvent():
                node = call_node(event.id, event.name, event.arguments)
                node.begins = turn.since_start(event.at)
                self._add(turn, node)
            case Waiting(phase=Phase.MODEL):
                self._asked[turn.id] = event.since
            case Usage():
                tokens = event.prompt_tokens + event.completion_tokens
                cost = f" · ${event.cost:.4f}" if event.cost else ""
                title = translate("Trace", "model: {count}{cost}").format(
                    count=words.count(tokens, "token"), cost=cost
                )
                node = Node("model", title, *words.call_state(ToolStatus.OK))
                if (asked := self._asked.pop(turn.id, None)) is not None:
                    node.begins = turn.since_start(asked)
                    node.milliseconds = after(asked, event.at)
                self._add(turn, node)
            case Approval(decision=None):
                self._change(turn, event.call_id, "attention", translate("Trace", "waits for you"))
            case Approval():
                self._decided(turn, event)
            case ToolResultEvent():
                self._finish_call(turn, event)
            case FileVersionEvent():
                title = translate("Trace", "{name}: version {version}").format(
                    name=name_of(event.file), version=event.version
                )
                self._add(turn, Node("version", title, "ok", operation_word(event.operation)))
            case ErrorEvent():
                self._add(turn, error_node(event.kind, event.message))
            case TurnFinished():
                turn.state, turn.word = turn_state(event.status)
                turn.milliseconds = event.duration_ms
                self._touch(turn)

    def _begin(self, event: TurnStarted) -> None:
        row = len(self._turns)
        self.beginInsertRows(QModelIndex(), row, row)
        turn = Node("turn", event.text, "idle", "working", id=event.turn_id or "")
        turn.started = event.at
        self._turns.append(turn)
        self.endInsertRows()

    def _add(self, turn: Node, node: Node) -> None:
        parent = self._index(turn)
        row = len(turn.steps)
        self.beginInsertRows(parent, row, row)
        node.parent = turn
        turn.steps.append(node)
        self.endInsertRows()

    def _change(self, turn: Node, call_id: str | None, state: str, word: str) -> None:
        for node in turn.steps:
            if node.kind == "call" and node.id == call_id:
                node.state, node.word = state, word
                self._touch(node)

    def _decided(self, turn: Node, event: Approval) -> None:
        for node in turn.steps:
            if node.kind == "call" and node.id == event.call_id:
                node.decided = decided(event.decision or "", event.by)
                node.state, node.word = words.call_state(None)
                self._touch(node)

    def _finish_call(self, turn: Node, event: ToolResultEvent) -> None:
        for node in turn.steps:
            if node.kind == "call" and node.id == event.id:
                node.state, node.word = words.call_state(event.status)
                node.milliseconds = event.duration_ms
                node.result = event.content
                self._touch(node)

    def _turn(self, turn_id: str) -> Node | None:
        return next((turn for turn in reversed(self._turns) if turn.id == turn_id), None)

    # -- Qt's model --------------------------------------------------------------------------------

    def turn_index(self, turn_id: str) -> QModelIndex:
        """Where a turn stands."""
        turn = self._turn(turn_id)
        return self._index(turn) if turn is not None else QModelIndex()

    def find(self, call_id: str, turn_id: str) -> QModelIndex:
        """Where a call stands."""
        turn = self._turn(turn_id)
        for node in turn.steps if turn is not None else ():
            if node.id == call_id:
                return self._index(node)
        return QModelIndex()

    def _index(self, node: Node) -> QModelIndex:
        if node.parent is None:
            row = next(i for i, turn in enumerate(self._turns) if turn is node)
        else:
            row = node.row
        return self.createIndex(row, 0, node)

    def _touch(self, node: Node) -> None:
        index = self._index(node)
        self.dataChanged.emit(index, index.siblingAtColumn(_COLUMNS - 1))

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """A cell."""
        nodes = self._node(parent).steps if parent.isValid() else self._turns
        if 0 <= row < len(nodes) and 0 <= column < _COLUMNS:
            return self.createIndex(row, column, nodes[row])
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        """The turn of a step."""
        if not index.isValid():
            return QModelIndex()
        above = self._node(index).parent
        return self._index(above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Turns, or the steps of one."""
        if not parent.isValid():
            return len(self._turns)
        return len(self._node(parent).steps) if parent.column() == 0 else 0

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Step, state, time."""
        return _COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _heading(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        node = self._node(index)
        if role == NodeRole.NODE:
            return node
        if role == Qt.ItemDataRole.ToolTipRole:
            return node.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            time = words.duration(node.milliseconds) if node.milliseconds is not None else ""
            return (" ".join(node.title.split()), node.word, time)[index.column()]
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match index.column():
            case 0:
                return " ".join(node.title.split())[:200]
            case 1:
                return node.word
            case _:
                return words.duration(node.milliseconds) if node.milliseconds is not None else ""

    def _node(self, index: Index) -> Node:
        node = index.internalPointer()
        assert isinstance(node, Node)
        return node


def _stored_turns(
    messages: Iterable[ConversationMessage], records: Iterable[TurnRecord]
) -> list[Node]:
    turns: dict[str, Node] = {}
    for message in messages:
        turn = turns.get(message.turn_id)
        if turn is None:
            turn = Node("turn", message.text, "ok", "done", id=message.turn_id)
            turns[message.turn_id] = turn
        add_stored(turn, message)
    for record in records:
        if (turn := turns.get(record.id)) is not None:
            turn.state, turn.word = turn_state(record.state)
    return list(turns.values())


def _heading(column: int) -> str:
    return (
        translate("Trace", "Step"),
        translate("Trace", "State"),
        translate("Trace", "Time"),
    )[column]
