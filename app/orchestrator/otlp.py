"""A recorded turn as OpenTelemetry spans, in OTLP's JSON form. Pure.

Spans, their names and attributes follow the OpenTelemetry conventions for generative AI:
``invoke_agent steward``, and in it a ``chat {model}`` for each model call and an
``execute_tool {tool}`` for each call of a skill. Nothing of what was said is in them unless it
is asked for. JSON as OTLP wants it: ids in hex, 64-bit numbers as texts, enumerations as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import app
from app.domain.message_forms import Form
from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import ModelCallRecord, TurnState
from app.orchestrator.otlp_values import attributes_of, event, id_of, json_text, nanoseconds
from app.orchestrator.request_packing import RequestForm
from app.storage.executions import ExecutionRecord
from app.storage.traces import DecisionRecord, TurnTrace

AGENT: Final = "steward"

_INTERNAL, _CLIENT = 1, 3
_UNSET, _OK, _ERROR = 0, 1, 2
_TRACE_ID: Final = re.compile("[0-9a-f]{32}")
_FAILED_TURNS: Final = (TurnState.FAILED, TurnState.INTERRUPTED)
_WELL_ENDED: Final = (ToolStatus.OK, ToolStatus.DENIED, ToolStatus.INTERRUPTED)


def spans_of(trace: TurnTrace, requests: Sequence[RequestForm] | None = None) -> Form:
    """``ExportTraceServiceRequest`` of one turn.

    Args:
        trace: the turn.
        requests: its whole requests, where what was said is wanted too; else ``None``.
    """
    return {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": attributes_of(
                        {"service.name": AGENT, "service.version": app.__version__}
                    )
                },
                "scopeSpans": [
                    {
                        "scope": {"name": AGENT, "version": app.__version__},
                        "spans": _Turn(trace, requests).spans(),
                    }
                ],
            }
        ]
    }


class _Turn:
    """The spans of one turn."""

    def __init__(self, trace: TurnTrace, requests: Sequence[RequestForm] | None) -> None:
        self._trace = trace
        self._requests = requests
        turn = trace.turn
        given = turn.id.replace("-", "")
        self._trace_id = given if _TRACE_ID.fullmatch(given) else id_of(turn.id, 32)
        self._root = self._span_id("turn", turn.id)

    def spans(self) -> list[Form]:
        """The turn first, then what it did in the order it began."""
        executed = {one.call_id for one in self._trace.executions}
        refused = [
            message
            for message in self._trace.messages
            if message.role is Role.TOOL and message.tool_call_id not in executed
        ]
        steps = [
            *(self._chat(at, call) for at, call in enumerate(self._trace.calls)),
            *map(self._execution, self._trace.executions),
            *map(self._refused, refused),
        ]
        return [self._agent(), *sorted(steps, key=lambda span: int(span["startTimeUnixNano"]))]

    def _agent(self) -> Form:
        turn, calls = self._trace.turn, self._trace.calls
        attributes: Form = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": AGENT,
            "gen_ai.agent.version": app.__version__,
            "gen_ai.provider.name": next(map(_provider, calls), None),
            "gen_ai.conversation.id": turn.conversation_id,
            "gen_ai.usage.input_tokens": sum(call.prompt_tokens for call in calls),
            "gen_ai.usage.output_tokens": sum(call.completion_tokens for call in calls),
            "error.type": turn.reason or "error" if turn.state in _FAILED_TURNS else None,
            "steward.turn.id": turn.id,
            "steward.turn.status": turn.state.value,
            "steward.turn.reason": turn.reason or None,
            "steward.turn.iterations": turn.iterations,
            "steward.channel": turn.channel.value,
            "steward.approval.mode": turn.mode,
        }
        if self._requests is not None:
            said = [one for one in self._trace.messages if one.role is not Role.TOOL]
            asked = [_parts(one.role.value, one.text) for one in said[:1]]
            answered = [_parts("assistant", one.text) for one in said[1:][-1:]]
            attributes["gen_ai.input.messages"] = json_text(asked)
            attributes["gen_ai.output.messages"] = json_text(answered)
        status = _UNSET if turn.state is TurnState.RUNNING else _OK
        return self._span(
            self._root,
            f"invoke_agent {AGENT}",
            attributes,
            start=turn.started_at,
            end=turn.finished_at or turn.started_at,
            status=_ERROR if turn.state in _FAILED_TURNS else status,
            message=turn.message,
        )

    def _chat(self, at: int, call: ModelCallRecord) -> Form:
        response: Mapping[str, Any] = call.response
        completed = response.get("completed") or {}
        options: Mapping[str, Any] = call.request.get("options") or {}  # type: ignore[assignment]
        failed = call.status not in ("ok", "interrupted")
        first = call.first_chunk_ms
        attributes: Form = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _provider(call),
            "gen_ai.request.model": options.get("model") or call.model,
            "gen_ai.response.model": completed.get("model"),
            "gen_ai.response.finish_reasons": [completed["finish_reason"]] if completed else None,
            "gen_ai.response.time_to_first_chunk": None if first is None else first / 1000,
            "gen_ai.conversation.id": call.conversation_id,
            "gen_ai.usage.input_tokens": call.prompt_tokens,
            "gen_ai.usage.output_tokens": call.completion_tokens,
            "gen_ai.usage.cache_read.input_tokens": call.cached_tokens or None,
            "gen_ai.usage.cache_creation.input_tokens": call.cache_write_tokens or None,
            "gen_ai.usage.reasoning.output_tokens": call.reasoning_tokens or None,
            "error.type": call.status if failed else None,
            "steward.usage.cost": call.cost,
            "steward.call.number": call.number,
        }
        if self._requests is not None:
            attributes |= _said(self._requests[at], response)
        return self._span(
            self._span_id("chat", str(call.number)),
            f"chat {attributes['gen_ai.request.model'] or 'unknown'}",
            attributes,
            kind=_CLIENT,
            start=call.started_at,
            end=call.started_at + timedelta(milliseconds=call.duration_ms or 0),
            status=_ERROR if failed else _OK,
            message=(response.get("error") or {}).get("message", ""),
            parent=self._root,
            events=_retries(call.started_at, response.get("progress", ())),
        )

    def _execution(self, one: ExecutionRecord) -> Form:
        status = one.status
        return self._tool(
            name=one.skill,
            call_id=one.call_id,
            status=status,
            error=one.metadata.get("type"),
            start=one.started_at,
            end=one.finished_at or one.started_at,
            more={"steward.approved_by": one.approved_by, "steward.execution.id": one.id},
            content=(one.arguments, one.content),
        )

    def _refused(self, message: ConversationMessage) -> Form:
        """A call that was answered without running anything."""
        call_id = message.tool_call_id or ""
        return self._tool(
            name=message.tool_name or "unknown",
            call_id=call_id,
            status=message.tool_status,
            error=message.metadata.get("type"),
            start=message.created_at,
            end=message.created_at,
            more={},
            content=(self._arguments(call_id), message.text),
        )

    def _tool(
        self,
        *,
        name: str,
        call_id: str,
        status: ToolStatus | None,
        error: object,
        start: datetime,
        end: datetime,
        more: Mapping[str, object],
        content: tuple[Mapping[str, object], str],
    ) -> Form:
        failed = status is not None and status not in _WELL_ENDED
        attributes: Form = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.type": "function",
            "gen_ai.conversation.id": self._trace.turn.conversation_id,
            "error.type": str(error or status) if failed else None,
            "steward.tool.status": status.value if status is not None else "running",
            **more,
        }
        if self._requests is not None:
            attributes["gen_ai.tool.call.arguments"] = json_text(content[0])
            attributes["gen_ai.tool.call.result"] = content[1]
        decisions = [one for one in self._trace.decisions if one.call_id == call_id]
        return self._span(
            self._span_id("tool", call_id),
            f"execute_tool {name}",
            attributes,
            start=start,
            end=end,
            status=_ERROR if failed else _OK if status is not None else _UNSET,
            parent=self._root,
            events=_approvals(decisions),
        )

    def _arguments(self, call_id: str) -> Mapping[str, object]:
        asked = (call for message in self._trace.messages for call in message.tool_calls)
        return next((call.arguments for call in asked if call.id == call_id), {})

    def _span_id(self, kind: str, name: str) -> str:
        return id_of(f"{self._trace.turn.id}/{kind}/{name}", 16)

    def _span(
        self,
        span_id: str,
        name: str,
        attributes: Mapping[str, object],
        *,
        start: datetime,
        end: datetime,
        status: int,
        message: str = "",
        kind: int = _INTERNAL,
        parent: str = "",
        events: list[Form] | None = None,
    ) -> Form:
        span: Form = {
            "traceId": self._trace_id,
            "spanId": span_id,
            "name": name,
            "kind": kind,
            "startTimeUnixNano": nanoseconds(start),
            "endTimeUnixNano": nanoseconds(max(start, end)),
            "attributes": attributes_of(attributes),
            "status": {"code": status},
        }
        if parent:
            span["parentSpanId"] = parent
        if events:
            span["events"] = events
        if status == _ERROR and message:
            span["status"]["message"] = message
        return span


def _provider(call: ModelCallRecord) -> str:
    """The service by its short name; the row has the one for people."""
    return str(call.request.get("provider") or call.provider)


# -- parts -------------------------------------------------------------------------------


def _retries(start: datetime, progress: Iterable[Mapping[str, Any]]) -> list[Form]:
    return [
        event(
            "retry",
            start + timedelta(milliseconds=one["at_ms"]),
            {"steward.retry.reason": one["detail"], "steward.retry.delay": float(one["retry_in"])},
        )
        for one in progress
        if one["retry_in"] is not None
    ]


def _approvals(decisions: Iterable[DecisionRecord]) -> list[Form]:
    events = []
    for one in decisions:
        events.append(event("approval asked", one.asked_at, {}))
        if one.decided_at is not None:
            facts = {"steward.approval.decision": one.decision, "steward.approval.by": one.by}
            events.append(event("approval decided", one.decided_at, facts))
    return events


def _said(request: RequestForm, response: Mapping[str, Any]) -> Form:
    completed = response.get("completed") or {}
    output = _parts("assistant", response.get("text", ""), completed.get("calls", ()))
    output["finish_reason"] = completed.get("finish_reason", "error")
    return {
        "gen_ai.system_instructions": json_text([{"type": "text", "content": request.system}]),
        "gen_ai.tool.definitions": json_text(
            [{"type": "function", **tool} for tool in request.tools]
        ),
        "gen_ai.input.messages": json_text([_message_parts(one) for one in request.messages]),
        "gen_ai.output.messages": json_text([output]),
    }


def _message_parts(form: Mapping[str, Any]) -> Form:
    if "call_id" not in form:
        return _parts(form["role"], form["text"], form.get("calls", ()))
    part = {"type": "tool_call_response", "id": form["call_id"], "response": form["text"]}
    return {"role": "tool", "parts": [part]}


def _parts(role: str, text: str, calls: Iterable[Mapping[str, Any]] = ()) -> Form:
    parts: list[Form] = [{"type": "text", "content": text}] if text else []
    for call in calls:
        facts = {"id": call["id"], "name": call["name"], "arguments": call["arguments"]}
        parts.append({"type": "tool_call", **facts})
    return {"role": role, "parts": parts}
