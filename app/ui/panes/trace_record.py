"""Steps of a turn as they were recorded: model calls, retries, approvals, calls of skills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.domain.turns import ModelCallRecord, TurnState
from app.ui import words
from app.ui.panes.trace_nodes import TURN_STATES, Node, after

if TYPE_CHECKING:
    from app.storage.executions import ExecutionRecord
    from app.storage.traces import DecisionRecord, TurnTrace

_DECISIONS: Final[Mapping[str, tuple[str, str]]] = {
    "allowed": ("ok", "allowed"),
    "denied": ("attention", "denied"),
    "expired": ("attention", "expired"),
    "edited": ("idle", "edited"),
}


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
        turn.milliseconds = after(record.started_at, record.finished_at)


def steps_of(turn: Node, trace: TurnTrace) -> list[Node]:
    """The turn's steps in the order they began, with what is recorded of each.

    What is not recorded (versions of files, shown as they came) stays behind its call.
    """
    start = trace.turn.started_at
    tell_executions(turn, trace.executions)
    groups = _groups(turn)
    for one in trace.executions:
        if (group := groups.get(one.call_id)) is not None:
            group[0].begins = after(start, one.started_at)
    for decision in trace.decisions:
        if (group := groups.get(decision.call_id)) is not None:
            at = next(place for place, node in enumerate(group) if node.kind == "call")
            _tell_decision(group[at], decision)
            group.insert(at, _approval_node(decision, start))
    steps: list[Node] = []
    for call in trace.calls:
        steps.append(_model_node(call, start))
        steps += _retry_nodes(call)
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
        if node.kind in ("model", "error", "retry", "approval"):
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
        begins=after(start, call.started_at),
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


def _approval_node(decision: DecisionRecord, start: datetime) -> Node:
    state, word = _DECISIONS.get(
        decision.decision or "", ("attention", decision.decision or "open")
    )
    by = f" by {decision.by}" if decision.by else ""
    node = Node(
        "approval",
        f"approval: {decision.summary}",
        state,
        word,
        id=f"approval {decision.id}",
        name=f"Approval of {decision.skill}: {decision.summary}",
        arguments=decision.arguments,
        begins=after(start, decision.asked_at),
        facts=(f"{decision.decision or 'not decided'}{by}",),
    )
    if decision.decided_at is not None:
        node.milliseconds = after(decision.asked_at, decision.decided_at)
    return node


def _retry_nodes(call: ModelCallRecord) -> list[Node]:
    response: Mapping[str, Any] = call.response
    return [
        Node(
            "retry",
            f"retry: {one['detail']}",
            "attention",
            "tried again",
            milliseconds=round(one["retry_in"] * 1000),
            id=f"retry {call.number}.{number}",
            facts=(f"Waited {one['retry_in']:g} s, then asked again.",),
        )
        for number, one in enumerate(response.get("progress", ()))
        if one["retry_in"] is not None
    ]
