"""A recorded turn, whole and by itself: read from the database, or from a file and back.

The file is a bug report: one JSON object that holds all a replay needs, without known secrets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import app
from app.domain.approvals import DecisionWord
from app.domain.attachments import Attachment, attachment_form, attachment_from
from app.domain.errors import InvalidFieldError
from app.domain.message_forms import Form, message_form, message_from_form
from app.domain.messages import Channel, ConversationMessage, Role
from app.domain.tool_calls import ToolResult, ToolStatus
from app.domain.turns import (
    ModelCallRecord,
    StoredHistory,
    SummaryRecord,
    TurnRecord,
    TurnState,
)
from app.orchestrator.bounds import Bounds
from app.orchestrator.bundle_schema import SCHEMA
from app.orchestrator.history import DEFAULT_WINDOW
from app.orchestrator.llm_client import ModelPrice
from app.orchestrator.prompt_inputs import PromptInputs
from app.orchestrator.request_packing import RequestForm, stored_ids, unpacked
from app.orchestrator.tokens import CHARACTERS_PER_TOKEN
from app.storage.traces import DecisionRecord, Traces, TurnTrace

FORMAT: Final = "steward-turn"
VERSION: Final = 1
_LONGEST: Final = 200
_DEEPEST: Final = 120
"""Of an export of ours, arguments as deep as a model may write them included."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request to the model, and what came: see ``response_forms``."""

    number: int
    request: RequestForm
    response: Mapping[str, Any]
    status: str
    started_at: datetime
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """What came of one request for approval; ``decision`` is ``None`` where nothing did.

    ``arguments``: those that were shown. ``targets``: path → hash of the bytes it was bound to.
    """

    call_id: str
    skill: str
    summary: str
    arguments: Mapping[str, object]
    targets: Mapping[str, str | None]
    decision: DecisionWord | None
    by: str | None
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """What a turn was given, what it asked, and what it came to.

    Attributes:
        text, attachments: the person's message.
        prompt, bounds: what its context and its limits were made from.
        context_tokens: the person's own word for the model's window, if they had one.
        window: tokens the model takes, as its client knew them.
        price: what it costs, as its client knew it.
        provider: who answered: ``openrouter``, ``guided`` …
        earlier: what was said in the conversation before, as far as it could be sent.
        results: of its tool calls, in their order.
        decisions: about them, in their order.
        day_cost: US dollars of the day before the turn began.
        marking: how data was marked in its requests (``untrusted.marking``); empty: not known.
    """

    turn: TurnRecord
    text: str
    prompt: PromptInputs
    bounds: Bounds
    context_tokens: int | None
    window: int | None
    price: ModelPrice | None
    provider: str
    earlier: StoredHistory
    calls: tuple[RecordedCall, ...]
    results: tuple[ToolResult, ...]
    attachments: tuple[Attachment, ...] = ()
    decisions: tuple[RecordedDecision, ...] = ()
    day_cost: float = 0.0
    marking: str = ""


async def recorded(traces: Traces, turn_id: str) -> RecordedTurn:
    """A turn from the database. Raises ``NotFoundError``, ``StorageError``."""
    trace = await traces.trace(turn_id)
    packed: list[Mapping[str, Any]] = [call.request for call in trace.calls]
    requests = unpacked(packed, await traces.stored(stored_ids(packed)), traces.hide)
    first = packed[0] if packed else {}
    asked = next((message for message in trace.messages if message.role is Role.USER), None)
    surroundings = first.get("surroundings", {})
    own_window = surroundings.get("context_tokens")
    characters = (own_window or DEFAULT_WINDOW) * CHARACTERS_PER_TOKEN
    return RecordedTurn(
        turn=trace.turn,
        text=asked.text if asked is not None else "",
        attachments=asked.attachments if asked is not None else (),
        prompt=PromptInputs.from_json(surroundings.get("prompt", {})),
        bounds=_bounds(surroundings.get("limits", {})),
        context_tokens=own_window,
        window=first.get("window"),
        price=_price(first.get("price")),
        provider=first.get("provider", ""),
        earlier=await traces.before(trace.turn.id, characters),
        calls=tuple(
            _call(call, request) for call, request in zip(trace.calls, requests, strict=True)
        ),
        results=_results(trace),
        decisions=tuple(map(_decision, trace.decisions)),
        day_cost=await traces.day_cost_before(trace.turn.started_at),
        marking=surroundings.get("marking", ""),
    )


def _price(form: Mapping[str, Any] | None) -> ModelPrice | None:
    if form is None:
        return None
    known = {one.name for one in dataclasses.fields(ModelPrice)}
    return ModelPrice(**{name: value for name, value in form.items() if name in known})


def _bounds(form: Mapping[str, Any]) -> Bounds:
    known = {one.name for one in dataclasses.fields(Bounds)}
    return Bounds(**{name: value for name, value in form.items() if name in known})


def _call(call: ModelCallRecord, request: RequestForm) -> RecordedCall:
    return RecordedCall(
        number=call.number,
        request=request,
        response=call.response,
        status=call.status,
        started_at=call.started_at,
        duration_ms=call.duration_ms or 0,
    )


def _decision(one: DecisionRecord) -> RecordedDecision:
    facts = {f.name: getattr(one, f.name) for f in dataclasses.fields(RecordedDecision)}
    decision = None if one.decision is None else DecisionWord(one.decision)
    return RecordedDecision(**{**facts, "decision": decision})


def _results(trace: TurnTrace) -> tuple[ToolResult, ...]:
    took = {one.call_id: one.duration_ms or 0 for one in trace.executions}
    return tuple(
        ToolResult(
            message.tool_call_id,
            message.tool_name or "",
            message.tool_status,
            message.text,
            duration_ms=took.get(message.tool_call_id, 0),
            metadata=message.metadata,
        )
        for message in trace.messages
        if message.tool_call_id is not None and message.tool_status is not None
    )


# -- as a file ---------------------------------------------------------------------------


def to_bundle(recording: RecordedTurn) -> Form:
    """The turn as one JSON object; ``from_bundle`` reads it."""
    turn = recording.turn
    return {
        "format": FORMAT,
        "version": VERSION,
        "steward": app.__version__,
        "turn": {
            **{one.name: getattr(turn, one.name) for one in dataclasses.fields(turn)},
            "channel": turn.channel.value,
            "state": turn.state.value,
            "started_at": turn.started_at.isoformat(),
            "finished_at": turn.finished_at and turn.finished_at.isoformat(),
        },
        "text": recording.text,
        "attachments": [attachment_form(one) for one in recording.attachments],
        "prompt": recording.prompt.to_json(),
        "limits": dataclasses.asdict(recording.bounds),
        "context_tokens": recording.context_tokens,
        "window": recording.window,
        "price": recording.price and dataclasses.asdict(recording.price),
        "provider": recording.provider,
        "earlier": _history_form(recording.earlier),
        "calls": [
            {
                **{one.name: getattr(call, one.name) for one in dataclasses.fields(call)},
                "request": dataclasses.asdict(call.request),
                "started_at": call.started_at.isoformat(),
            }
            for call in recording.calls
        ],
        "results": [
            {
                "call_id": result.call_id,
                "name": result.name,
                "status": result.status.value,
                "content": result.content,
                "duration_ms": result.duration_ms,
                "metadata": dict(result.metadata),
            }
            for result in recording.results
        ],
        "decisions": [
            {
                **{field.name: getattr(one, field.name) for field in dataclasses.fields(one)},
                "asked_at": one.asked_at.isoformat(),
                "decided_at": one.decided_at and one.decided_at.isoformat(),
            }
            for one in recording.decisions
        ],
        "day_cost": recording.day_cost,
        "marking": recording.marking,
    }


def from_bundle(data: Mapping[str, Any]) -> RecordedTurn:
    """The turn of a file. Raises ``InvalidFieldError`` where it is not one."""
    if data.get("format") != FORMAT:
        raise InvalidFieldError(
            "This is no recorded turn.",
            hint="Give a file that `steward traces export --bundle` wrote.",
        )
    if data.get("version") != VERSION:
        raise InvalidFieldError(
            f"This turn was recorded by another version of Steward ({data.get('steward')}).",
            hint="Replay it with that version.",
        )
    _check(data)
    try:
        return _from_bundle(data)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _not_whole(f"{error}") from error


def _check(data: Mapping[str, Any]) -> None:
    if not _is_flat(data):
        raise _not_whole("it is nested too deeply")
    import jsonschema
    from jsonschema.exceptions import best_match

    error = best_match(jsonschema.Draft202012Validator(SCHEMA).iter_errors(data))
    if error is not None:
        where = error.json_path.removeprefix("$").removeprefix(".") or "the whole"
        reason = error.message
        short = reason if len(reason) <= _LONGEST else f"{reason[:100]} … {reason[-90:]}"
        raise _not_whole(f"{where}: {short}")


def _is_flat(value: object) -> bool:
    """Whether nothing in it is nested so deeply that looking at it would come to no end."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return True
    return False


def _not_whole(why: str) -> InvalidFieldError:
    return InvalidFieldError(
        f"This recorded turn is not whole: {why}.",
        hint="Have it exported again with `steward traces export TURN --bundle FILE`.",
    )


def _from_bundle(data: Mapping[str, Any]) -> RecordedTurn:
    said = data["turn"]
    finished = said["finished_at"]
    turn = TurnRecord(
        id=str(said["id"]),
        conversation_id=str(said["conversation_id"]),
        channel=Channel(said["channel"]),
        mode=said["mode"],
        started_at=datetime.fromisoformat(said["started_at"]),
        state=TurnState(said["state"]),
        reason=said["reason"],
        message=said["message"],
        iterations=said["iterations"],
        finished_at=None if finished is None else datetime.fromisoformat(finished),
    )
    return RecordedTurn(
        turn=turn,
        text=data["text"],
        attachments=tuple(attachment_from(one) for one in data.get("attachments", ())),
        prompt=PromptInputs.from_json(data["prompt"]),
        bounds=_bounds(data["limits"]),
        context_tokens=data["context_tokens"],
        window=data["window"],
        price=_price(data.get("price")),
        provider=data["provider"],
        earlier=_history_from(data["earlier"], turn),
        calls=tuple(
            RecordedCall(
                number=int(call["number"]),
                request=RequestForm(**call["request"]),
                response=call["response"],
                status=call["status"],
                started_at=datetime.fromisoformat(call["started_at"]),
                duration_ms=int(call["duration_ms"]),
            )
            for call in data["calls"]
        ),
        results=tuple(
            ToolResult(
                one["call_id"],
                one["name"],
                ToolStatus(one["status"]),
                one["content"],
                duration_ms=int(one["duration_ms"]),
                metadata=one["metadata"],
            )
            for one in data["results"]
        ),
        decisions=tuple(map(_decision_from, data.get("decisions", ()))),
        day_cost=data.get("day_cost", 0.0),
        marking=data.get("marking", ""),
    )


def _decision_from(form: Form) -> RecordedDecision:
    word, decided = form["decision"], form["decided_at"]
    facts = {
        **form,
        "decision": None if word is None else DecisionWord(word),
        "asked_at": datetime.fromisoformat(form["asked_at"]),
        "decided_at": None if decided is None else datetime.fromisoformat(decided),
    }
    return RecordedDecision(**facts)


def _history_form(history: StoredHistory) -> Form:
    summary = history.summary
    return {
        "model": history.model,
        "summary": summary
        and {**dataclasses.asdict(summary), "created_at": summary.created_at.isoformat()},
        "messages": [
            {
                "id": message.id,
                "turn_id": message.turn_id,
                "at": message.created_at.isoformat(),
                "channel": message.channel.value,
                "message": message_form(message),
            }
            for message in history.messages
        ],
    }


def _history_from(form: Form, turn: TurnRecord) -> StoredHistory:
    summary = form["summary"]
    if summary is not None:
        at = datetime.fromisoformat(summary["created_at"])
        summary = SummaryRecord(**{**summary, "created_at": at})
    messages = tuple(_message_from(one, turn) for one in form["messages"])
    return StoredHistory(form["model"], summary, messages)


def _message_from(one: Form, turn: TurnRecord) -> ConversationMessage:
    blank = ConversationMessage(
        id=int(one["id"]),
        conversation_id=turn.conversation_id,
        turn_id=one["turn_id"],
        role=Role.USER,
        text="",
        created_at=datetime.fromisoformat(one["at"]),
        channel=Channel(one["channel"]),
    )
    return message_from_form(one["message"], blank)
