"""A turn as OpenTelemetry spans: valid OTLP/JSON, named as the conventions say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest

from app.domain.errors import ModelUnreachableError
from app.domain.message_forms import Form
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.engine import TurnOutcome
from app.orchestrator.llm_client import ModelEvent, ModelRequest, Progress, TextDelta
from app.orchestrator.otlp import spans_of
from app.orchestrator.recorded_turn import recorded
from tests.orchestrator.conftest import Desk
from tests.orchestrator.otlp_schema import SCHEMA
from tests.standins.scripted_model import ScriptedModel, Step, calls, says

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})
READ = ("files.read", {"path": "report.md"})


async def turn(desk: Desk, *steps: Step, mode: ApprovalMode = ApprovalMode.ALWAYS) -> TurnOutcome:
    if steps:
        desk.model(*steps)
    engine = await desk.assembly.engines.get(None)
    return await engine.run_turn("make it final", channel=Channel.TERMINAL, mode=mode)


async def spans(desk: Desk, outcome: TurnOutcome, *, content: bool = False) -> list[Form]:
    trace = await desk.assembly.traces.trace(outcome.turn_id)
    requests = None
    if content:
        whole = await recorded(desk.assembly.traces, outcome.turn_id)
        requests = [call.request for call in whole.calls]
    exported = json.loads(json.dumps(spans_of(trace, requests)))
    jsonschema.Draft202012Validator(SCHEMA).validate(exported)
    found = exported["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert isinstance(found, list)
    return found


def facts(span: Form) -> dict[str, Any]:
    """Attributes by key, as Python values."""

    def plain(value: Form) -> Any:
        ((kind, inner),) = value.items()
        if kind == "arrayValue":
            return [plain(one) for one in inner["values"]]
        return int(inner) if kind == "intValue" else inner

    return {one["key"]: plain(one["value"]) for one in span["attributes"]}


async def test_a_turn_is_a_tree_of_spans_named_by_the_conventions(desk: Desk) -> None:
    outcome = await turn(desk, calls(READ), calls(EDIT), says("Done."))
    root, *steps = await spans(desk, outcome)
    assert root["name"] == "invoke_agent steward"
    assert "parentSpanId" not in root
    assert root["traceId"] == outcome.turn_id
    assert [step["name"] for step in steps] == [
        "chat scripted",
        "execute_tool files.read",
        "chat scripted",
        "execute_tool files.edit",
        "chat scripted",
    ]
    assert {step["parentSpanId"] for step in steps} == {root["spanId"]}
    assert {step["traceId"] for step in steps} == {root["traceId"]}
    assert len({span["spanId"] for span in [root, *steps]}) == 6
    for span in (root, *steps):
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert span["status"]["code"] == 1
    chat, tool = facts(steps[0]), facts(steps[3])
    assert chat["gen_ai.operation.name"] == "chat"
    assert chat["gen_ai.provider.name"] == "openai-compatible"
    assert chat["gen_ai.request.model"] == "scripted"
    assert chat["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert (chat["gen_ai.usage.input_tokens"], chat["gen_ai.usage.output_tokens"]) == (10, 5)
    assert chat["steward.usage.cost"] == 0.001
    assert steps[0]["kind"] == 3
    assert tool["gen_ai.tool.name"] == "files.edit"
    assert tool["gen_ai.tool.type"] == "function"
    assert tool["steward.approved_by"] == "--approve always"
    assert facts(root)["gen_ai.usage.input_tokens"] == 30


async def test_nothing_that_was_said_is_in_it_unless_it_is_asked_for(desk: Desk) -> None:
    outcome = await turn(desk, calls(READ), says("It says draft."))
    bare = json.dumps(await spans(desk, outcome))
    for words in ("make it final", "It says draft", "status: draft", "You are Steward"):
        assert words not in bare
    root, first, tool, second = await spans(desk, outcome, content=True)
    asked = json.loads(facts(first)["gen_ai.input.messages"])
    assert asked == [{"role": "user", "parts": [{"type": "text", "content": "make it final"}]}]
    said = json.loads(facts(first)["gen_ai.output.messages"])
    assert said[0]["parts"][0]["type"] == "tool_call"
    assert said[0]["finish_reason"] == "tool_calls"
    assert "status: draft" in facts(tool)["gen_ai.tool.call.result"]
    assert json.loads(facts(tool)["gen_ai.tool.call.arguments"]) == {"path": "report.md"}
    results = json.loads(facts(second)["gen_ai.input.messages"])[-1]["parts"]
    assert results[0]["type"] == "tool_call_response"
    assert "You are Steward" in facts(second)["gen_ai.system_instructions"]
    assert "It says draft." in facts(root)["gen_ai.output.messages"]


async def test_a_failure_is_an_error_with_its_type_at_the_call_and_at_the_turn(desk: Desk) -> None:
    outcome = await turn(desk, calls(("files.read", {"path": "gone.md"})), _unreachable())
    root, chat, tool, failed = await spans(desk, outcome)
    assert (root["status"]["code"], failed["status"]["code"], chat["status"]["code"]) == (2, 2, 1)
    assert failed["status"]["message"] == "Nobody answers."
    assert facts(failed)["error.type"] == facts(root)["error.type"] == "model_unreachable"
    assert (tool["status"]["code"], facts(tool)["error.type"]) == (2, "file_missing")


async def test_a_call_that_never_ran_has_its_span_too(desk: Desk) -> None:
    outcome = await turn(desk, calls(("files.read", {"path": 3})), says("Sorry."))
    _, _, tool, _ = await spans(desk, outcome)
    assert tool["name"] == "execute_tool files.read"
    assert facts(tool)["error.type"] == "invalid_arguments"


async def test_a_denied_call_is_no_error(desk: Desk) -> None:
    outcome = await turn(desk, calls(EDIT), says("Then not."), mode=ApprovalMode.NEVER)
    tool = (await spans(desk, outcome))[2]
    assert facts(tool)["steward.tool.status"] == "denied"
    assert "error.type" not in facts(tool)
    assert tool["status"]["code"] == 1


class _Retrying(ScriptedModel):
    """Tells of two retries before it answers."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        yield Progress("The server says 503.", retry_in=0.5)
        yield Progress("processing")
        yield Progress("The server says 429.", retry_in=2)
        yield TextDelta("There.")
        yield says("There.")


async def test_retries_are_events_of_the_call(desk: Desk) -> None:
    desk.assembly.model.llm = _Retrying([says("")])
    _, chat = await spans(desk, await turn(desk))
    assert [event["name"] for event in chat["events"]] == ["retry", "retry"]
    assert facts(chat["events"][1]) == {
        "steward.retry.reason": "The server says 429.",
        "steward.retry.delay": 2.0,
    }
    assert facts(chat)["gen_ai.response.time_to_first_chunk"] >= 0


@pytest.mark.parametrize("wrong", ["traceId", "startTimeUnixNano", "kind"])
async def test_the_schema_notices_what_the_mapping_forbids(desk: Desk, wrong: str) -> None:
    outcome = await turn(desk, says("Ok."))
    exported = spans_of(await desk.assembly.traces.trace(outcome.turn_id))
    span = exported["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    span[wrong] = {"traceId": "QUJD", "startTimeUnixNano": 17, "kind": "SPAN_KIND_CLIENT"}[wrong]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(exported)


def _unreachable() -> ModelUnreachableError:
    return ModelUnreachableError("Nobody answers.")
