"""The guide's next step, worked out from what was said and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.integrations.guided.attached import about_attached, with_mention
from app.integrations.guided.intents import Unknown
from app.integrations.guided.parser import parse
from app.integrations.guided.planner import closing, next_step
from app.integrations.guided.steps import Ask, Outcome, Reply
from app.orchestrator.llm_client import ModelRequest


def next_of(request: ModelRequest) -> tuple[Ask | Reply, str]:
    """The next call, or the answer; and the id such a call gets."""
    asked, since = last_turn(request.messages)
    parsed = parse(asked.text if asked else "")
    outcomes = _outcomes(since)
    call_id = _call_id(asked.turn_id if asked else "", len(outcomes))
    if asked is not None:
        step = about_attached(parsed, asked, request.messages, request.attached)
        if step is not None:
            return step, call_id
    if request.tool_choice == "none":
        return closing(parsed, outcomes), call_id
    then = next_step(parsed, outcomes)
    if isinstance(then, Reply) and isinstance(parsed, Unknown) and asked is not None:
        then = with_mention(then, asked)
    return then, call_id


def last_turn(
    messages: Sequence[ConversationMessage],
) -> tuple[ConversationMessage | None, Sequence[ConversationMessage]]:
    """The person's last message, and what came after it."""
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].role is Role.USER:
            return messages[position], messages[position + 1 :]
    return None, ()


def _outcomes(messages: Sequence[ConversationMessage]) -> list[Outcome]:
    """What came of the calls, in the order in which they were asked for."""
    results: Mapping[str | None, ConversationMessage] = {
        message.tool_call_id: message for message in messages if message.role is Role.TOOL
    }
    calls = [call for message in messages for call in message.tool_calls]
    return [_outcome(call, results.get(call.id)) for call in calls]


def _outcome(call: ToolCall, result: ConversationMessage | None) -> Outcome:
    if result is None:
        return Outcome(call.name, call.arguments, ToolStatus.INTERRUPTED)
    return Outcome(
        name=call.name,
        arguments=call.arguments,
        status=result.tool_status or ToolStatus.INTERRUPTED,
        text=result.text,
        metadata=result.metadata,
    )


def _call_id(turn_id: str, number: int) -> str:
    return f"guided_{turn_id[:12]}_{number + 1}"
