"""Turns and their steps as the trace shows them, made from events or from what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.domain.events import TurnStatus
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import ModelCallRecord, TurnState
from app.ui import words

if TYPE_CHECKING:
    from datetime import datetime

    from app.storage.executions import ExecutionRecord
    from app.storage.traces import DecisionRecord, TurnTrace

TURN_STATES: Final[Mapping[str, tuple[str, str]]] = {
    TurnStatus.OK: ("ok", "done"),
    TurnStatus.FAILED: ("trouble", "failed"),
    TurnStatus.CANCELLED: ("attention", "stopped"),
    TurnStatus.LIMIT: ("attention", "at its limit"),
    TurnState.RUNNING: ("idle", "working"),
    TurnState.INTERRUPTED: ("attention", "interrupted"),
}
"""How a turn stands, as a state (see ``controls.Dot``) and a word."""


@dataclass(slots=True)
class Node:
    """A turn or a step of one. ``state`` as in ``controls.Dot``; ``arguments`` of a call.

    ``begins``: milliseconds after the turn did, where it is known. ``facts``: more to be said.
    """

    kind: str
    title: str
    state: str = "idle"
    word: str = ""
    milliseconds: int | None = None
    id: str = ""
    name: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    result: str = ""
    decided: str = ""
    begins: int | None = None
    facts: tuple[str, ...] = ()
    parent: Node | None = None
    steps: list[Node] = field(default_factory=list)

    @property
    def row(self) -> int:
        """Where it stands under its parent (turns: see the model)."""
        if self.parent is None:
            return -1
        return next(i for i, node in enumerate(self.parent.steps) if node is self)

    @property
    def turn(self) -> Node:
        """The turn it belongs to, or itself."""
        return self.parent or self

    def details(self) -> str:
        """Everything known of it, as text."""
        parts = [self.name or self.title]
        state = " · ".join(
            p for p in (self.word, self.decided, words.duration(self.milliseconds or 0)
                        if self.milliseconds is not None else "") if p
        )  # fmt: skip
        if state:
            parts.append(state)
        parts += self.facts
        if self.arguments:
            shown = json.dumps(self.arguments, indent=2, ensure_ascii=False, default=str)
            parts += ["", "Arguments", shown]
        if self.result:
            parts += ["", "Result", self.result]
        return "\n".join(parts)

    def whole(self) -> str:
        """The same of a turn and of all its steps."""
        return "\n\n".join([self.details(), *(step.details() for step in self.steps)])


# -- from messages -----------------------------------------------------------------------


def call_node(call_id: str, name: str, arguments: Mapping[str, object]) -> Node:
    """A call that runs."""
    gist = words.gist(arguments, 60)
    title = f"{name}  {gist}" if gist else name
    return Node("call", title, "idle", "running", id=call_id, name=name, arguments=arguments)


def add_stored(turn: Node, message: ConversationMessage) -> None:
    """Add what a stored message tells of its turn."""
    match message.role:
        case Role.USER:
            turn.title = message.text
        case Role.ASSISTANT:
            for call in message.tool_calls:
                node = call_node(call.id, call.name, call.arguments)
                node.state, node.word = words.call_state(ToolStatus.INTERRUPTED)
                node.parent = turn
                turn.steps.append(node)
            if message.status is MessageStatus.FAILED:
                turn.state, turn.word = TURN_STATES[TurnStatus.FAILED]
            elif message.status is MessageStatus.INTERRUPTED:
                turn.state, turn.word = TURN_STATES[TurnStatus.CANCELLED]
        case Role.TOOL:
            for node in turn.steps:
                if node.id == message.tool_call_id:
                    status = message.tool_status or ToolStatus.OK
                    node.state, node.word = words.call_state(status)
                    node.result = message.text


# -- from the record ---------------------------------------------------------------------


def tell_executions(turn: Node, records: Iterable[ExecutionRecord]) -> None:
    """Add durations, and who allowed a call."""
    for record in records:
        for node in turn.steps:
            if node.id == record.call_id:
                node.milliseconds = record.duration_ms
                if record.approved_by:
                    node.decided = f"allowed by {record.approved_by}"


def tell_turn(turn: Node, trace: TurnTrace) -> None:
    """How the turn itself went: its state, why, how long."""
    record = trace.turn
    turn.state, turn.word = TURN_STATES[record.state]
    facts = [f"Reason: {record.reason}"] if record.reason else []
    if record.message:
        facts.append(record.message)
    turn.facts = tuple(facts)
    if record.finished_at is not None:
        turn.milliseconds = _after(record.finished_at, record.started_at)


def steps_of(turn: Node, trace: TurnTrace) -> list[Node]:
    """The turn's steps in the order they began, with what is recorded of each.

    What is not recorded (versions of files, shown as they came) stays behind its call.
    """
    start = trace.turn.started_at
    tell_executions(turn, trace.executions)
    groups = _groups(turn)
    for one in trace.executions:
        if (group := groups.get(one.call_id)) is not None:
            group[0].begins = _after(one.started_at, start)
    for decision in trace.decisions:
        if (group := groups.get(decision.call_id)) is not None:
            _tell_decision(group[0], decision)
    steps: list[Node] = []
    for call in trace.calls:
        steps.append(_model_node(call, start))
        for call_id in _asked(call):
            steps += groups.pop(call_id, [])
    for group in groups.values():
        steps += group
    if trace.turn.state is TurnState.FAILED and trace.turn.message:
        failed = Node("error", trace.turn.reason or "error", "trouble", "failed")
        failed.result = trace.turn.message
        steps.append(failed)
    for step in steps:
        step.parent = turn
    return steps


def _groups(turn: Node) -> dict[str, list[Node]]:
    """Each call's node with what followed it; what stood before the first call under ``""``."""
    groups: dict[str, list[Node]] = {}
    key = ""
    for node in turn.steps:
        if node.kind in ("model", "error"):
            continue
        if node.kind == "call":
            key = node.id
        groups.setdefault(key, []).append(node)
    return groups


def _asked(call: ModelCallRecord) -> list[str]:
    response: Mapping[str, Any] = call.response
    completed = response.get("completed") or {}
    return [one["id"] for one in completed.get("calls", ())]


def _model_node(call: ModelCallRecord, start: datetime) -> Node:
    response: Mapping[str, Any] = call.response
    error = response.get("error") or {}
    state, word = {"ok": ("ok", "done"), "interrupted": ("attention", "stopped")}.get(
        call.status, ("trouble", "failed")
    )
    tokens = call.prompt_tokens + call.completion_tokens
    told = words.count(tokens, "token") if tokens else call.model or call.provider
    cost = f" · ${call.cost:.4f}" if call.cost else ""
    retries = [one for one in response.get("progress", ()) if one["retry_in"] is not None]
    again = f" · {words.count(len(retries), 'retry')}" if retries else ""
    facts = [call.provider]
    if call.first_chunk_ms is not None:
        facts.append(f"First word after {words.duration(call.first_chunk_ms)}")
    if tokens:
        facts.append(_tokens(call))
    facts += [f"Tried again after {one['retry_in']:g} s: {one['detail']}" for one in retries]
    return Node(
        "model",
        f"model: {told}{cost}{again}",
        state,
        word,
        milliseconds=call.duration_ms,
        id=f"model {call.number}",
        name=f"{call.model or 'model'}, request {call.number}",
        result=" ".join(part for part in (error.get("message"), error.get("hint")) if part)
        or response.get("text", ""),
        begins=_after(call.started_at, start),
        facts=tuple(facts),
    )


def _tokens(call: ModelCallRecord) -> str:
    sent = words.count(call.prompt_tokens, "token") + " sent"
    if call.cached_tokens:
        sent += f" ({call.cached_tokens:,} of them cached)"
    came = f"{call.completion_tokens:,} received"
    if call.reasoning_tokens:
        came += f" ({call.reasoning_tokens:,} of them reasoning)"
    cost = f", ${call.cost:.4f}" if call.cost else ""
    return f"{sent}, {came}{cost}"


def _tell_decision(node: Node, decision: DecisionRecord) -> None:
    if decision.decision is not None:
        by = f" by {decision.by}" if decision.by else ""
        node.decided = f"{decision.decision}{by}"


def _after(moment: datetime, start: datetime) -> int:
    return max(0, round((moment - start).total_seconds() * 1000))
