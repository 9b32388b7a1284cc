"""Steps of a turn as they were recorded: model calls, retries, approvals, calls of skills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.domain.turns import ModelCallRecord, TurnState
from app.ui import words
from app.ui.panes.trace_nodes import (
    Node,
    after,
    decided,
    decision_word,
    error_node,
    turn_state,
)
from app.ui.skill_words import summary_words
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.storage.executions import ExecutionRecord
    from app.storage.traces import DecisionRecord, TurnTrace


def tell_executions(turn: Node, records: Iterable[ExecutionRecord]) -> None:
    """Add durations, and who allowed a call."""
    for record in records:
        for node in turn.steps:
            if node.id == record.call_id:
                node.milliseconds = record.duration_ms
                if record.approved_by:
                    node.decided = decided("allowed", record.approved_by)


def tell_turn(turn: Node, trace: TurnTrace) -> None:
    """How the turn itself went: its state, why, how long."""
    record = trace.turn
    turn.state, turn.word = turn_state(record.state)
    facts = (
        [translate("Trace", "Reason: {reason}").format(reason=record.reason)]
        if record.reason
        else []
    )
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
        failed = error_node(trace.turn.reason or "error", trace.turn.message)
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
    stands = {"ok": TurnState.OK, "interrupted": TurnState.CANCELLED}
    state, word = turn_state(stands.get(call.status, TurnState.FAILED))
    tokens = call.prompt_tokens + call.completion_tokens
    told = words.count(tokens, "token") if tokens else call.model or call.provider
    cost = f" · ${call.cost:.4f}" if call.cost else ""
    retries = [one for one in response.get("progress", ()) if one["retry_in"] is not None]
    again = f" · {words.count(len(retries), 'retry')}" if retries else ""
    facts = [call.provider]
    if call.first_chunk_ms is not None:
        facts.append(
            translate("Trace", "First word after {duration}").format(
                duration=words.duration(call.first_chunk_ms)
            )
        )
    if tokens:
        facts.append(_tokens(call))
    facts += [
        translate("Trace", "Tried again after {seconds} s: {reason}").format(
            seconds=f"{one['retry_in']:g}", reason=one["detail"]
        )
        for one in retries
    ]
    return Node(
        "model",
        translate("Trace", "model: {told}{cost}{again}").format(told=told, cost=cost, again=again),
        state,
        word,
        milliseconds=call.duration_ms,
        id=f"model {call.number}",
        name=translate("Trace", "{model}, request {number}").format(
            model=call.model or translate("Trace", "model"), number=call.number
        ),
        result=" ".join(part for part in (error.get("message"), error.get("hint")) if part)
        or response.get("text", ""),
        begins=after(start, call.started_at),
        facts=tuple(facts),
    )


def _tokens(call: ModelCallRecord) -> str:
    sent = translate("Trace", "{tokens} sent").format(
        tokens=words.count(call.prompt_tokens, "token")
    )
    if call.cached_tokens:
        cached = translate("Trace", "{count} of them cached")
        sent += f" ({cached.format(count=words.number(call.cached_tokens))})"
    came = translate("Trace", "{count} received").format(count=words.number(call.completion_tokens))
    if call.reasoning_tokens:
        thought = translate("Trace", "{count} of them reasoning")
        came += f" ({thought.format(count=words.number(call.reasoning_tokens))})"
    cost = f", ${call.cost:.4f}" if call.cost else ""
    return f"{sent}, {came}{cost}"


def _tell_decision(node: Node, decision: DecisionRecord) -> None:
    if decision.decision is not None:
        node.decided = decided(decision.decision, decision.by)


def _approval_node(decision: DecisionRecord, start: datetime) -> Node:
    state, word = decision_word(decision.decision or "")
    summary = summary_words(decision.skill, decision.summary)
    node = Node(
        "approval",
        translate("Trace", "approval: {summary}").format(summary=summary),
        state,
        word,
        id=f"approval {decision.id}",
        name=translate("Trace", "Approval of {skill}: {summary}").format(
            skill=decision.skill, summary=summary
        ),
        arguments=decision.arguments,
        begins=after(start, decision.asked_at),
        facts=(decided(decision.decision or "", decision.by),),
    )
    if decision.decided_at is not None:
        node.milliseconds = after(decision.asked_at, decision.decided_at)
    return node


def _retry_nodes(call: ModelCallRecord) -> list[Node]:
    response: Mapping[str, Any] = call.response
    return [
        Node(
            "retry",
            translate("Trace", "retry: {reason}").format(reason=one["detail"]),
            "attention",
            translate("Trace", "tried again"),
            milliseconds=round(one["retry_in"] * 1000),
            id=f"retry {call.number}.{number}",
            facts=(
                translate("Trace", "Waited {seconds} s, then asked again.").format(
                    seconds=f"{one['retry_in']:g}"
                ),
            ),
        )
        for number, one in enumerate(response.get("progress", ()))
        if one["retry_in"] is not None
    ]
