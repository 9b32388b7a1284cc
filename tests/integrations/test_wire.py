"""What goes over the wire to a model, and what never does."""

from __future__ import annotations

import json
from typing import Any

from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.integrations.request_options import RequestOptions
from app.integrations.wire import chat_body, encoded, names_on_the_wire
from app.orchestrator.llm_client import ModelRequest
from tests.integrations.asking import EDIT, READ, message, request

ORIGIN = {"provider": "openrouter", "asked_model": "some/model"}


def body(
    asked: ModelRequest,
    provider: str = "openai-compatible",
    *,
    model: str = "some/model",
    others: tuple[str, ...] = (),
    **options: object,
) -> dict[str, object]:
    chosen = RequestOptions(**options)  # type: ignore[arg-type]
    sent: dict[str, object] = json.loads(
        encoded(chat_body(asked, model=model, provider=provider, others=others, options=chosen))
    )
    return sent


def sent_messages(*messages: object, provider: str = "openrouter") -> list[dict[str, object]]:
    found = body(request(*messages), provider)["messages"]  # type: ignore[arg-type]
    assert isinstance(found, list)
    return found[1:]


def test_a_history_with_a_call_keeps_roles_ids_and_order() -> None:
    call = ToolCall("call-1", "files.read", {"path": "b.md", "lines": 3})
    result = message(
        Role.TOOL, "text", tool_call_id="call-1", tool_name="files.read", tool_status=ToolStatus.OK
    )
    found = body(
        request(
            message(Role.USER, "Read b.md"),
            message(Role.ASSISTANT, "Reading.", tool_calls=(call,)),
            result,
        )
    )

    assert found["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Read b.md"},
        {
            "role": "assistant",
            "content": "Reading.",
            "tool_calls": [
                {
                    "id": "call-1",
                    "type": "function",
                    "function": {"name": "files_read", "arguments": '{"lines":3,"path":"b.md"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call-1", "content": "text"},
    ]


def test_an_assistant_message_of_calls_only_has_null_content() -> None:
    """ai-sdk-provider issue 506."""
    [sent] = sent_messages(message(Role.ASSISTANT, tool_calls=(ToolCall("1", "files.read"),)))

    assert sent["content"] is None


def test_arguments_have_the_same_bytes_whatever_their_order() -> None:
    ways = [{"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1}]
    calls = [(ToolCall("1", "files.read", arguments),) for arguments in ways]

    one, other = (sent_messages(message(Role.ASSISTANT, tool_calls=call)) for call in calls)
    assert one == other


def test_arguments_that_could_not_be_read_are_still_json() -> None:
    broken = ToolCall("1", "files.read", parse_error="Not valid JSON", raw_arguments='{"a')
    [sent] = sent_messages(message(Role.ASSISTANT, tool_calls=(broken,)))

    assert sent["tool_calls"][0]["function"]["arguments"] == "{}"  # type: ignore[index]


def test_a_name_the_model_made_up_becomes_one_the_wire_allows() -> None:
    names = ["web.search.deep", "do it!", "", "x" * 100]
    calls = tuple(ToolCall(str(i), name) for i, name in enumerate(names))
    [sent] = sent_messages(message(Role.ASSISTANT, tool_calls=calls))

    found = [call["function"]["name"] for call in sent["tool_calls"]]  # type: ignore[attr-defined]
    assert found == ["web_search_deep", "do_it_", "unknown", "x" * 64]


def test_tools_are_sent_with_a_closing_call_too() -> None:
    auto, closing = body(request()), body(request(tool_choice="none"))

    assert auto["tools"] == closing["tools"]
    assert [tool["function"]["name"] for tool in auto["tools"]] == [  # type: ignore[attr-defined]
        "files_edit",
        "files_read",
    ]
    assert "tool_choice" not in auto
    assert closing["tool_choice"] == "none"


def test_without_tools_nothing_is_said_of_them() -> None:
    found = body(request(tools=(), tool_choice="none"), "openrouter")

    assert not {"tools", "tool_choice", "provider"} & set(found)


def test_openrouter_gets_its_own_fields_and_others_do_not() -> None:
    routed, other = body(request(session_id="s" * 300), "openrouter"), body(request())

    assert routed["usage"] == {"include": True}
    assert routed["session_id"] == "s" * 256
    assert routed["provider"] == {"require_parameters": True}
    assert "stream_options" not in routed
    assert other["stream_options"] == {"include_usage": True}
    assert not {"usage", "session_id", "provider"} & set(other)


def test_keys_stand_in_one_order() -> None:
    assert list(body(request(tool_choice="none"), "openrouter")) == [
        "model", "messages", "stream", "tools", "tool_choice", "usage", "session_id", "provider",
    ]  # fmt: skip


def test_reasoning_details_go_back_unmodified_and_in_order() -> None:
    details = [{"type": "reasoning.text", "text": "b", "signature": "s"}, {"z": 1, "a": None}]
    metadata = {"reasoning_details": details, **ORIGIN}
    [sent] = sent_messages(message(Role.ASSISTANT, "Hi", metadata=metadata))

    assert json.dumps(sent["reasoning_details"]) == json.dumps(details)


def test_reasoning_details_go_to_the_provider_and_model_that_signed_them_only() -> None:
    details = {"reasoning_details": [{"a": 1}]}
    spoken = message(Role.ASSISTANT, "Hi", metadata={**details, **ORIGIN})
    of_nobody = message(Role.ASSISTANT, "Hi", metadata=details)

    assert "reasoning_details" in sent_messages(spoken)[0]
    assert "reasoning_details" not in sent_messages(spoken, provider="openai-compatible")[0]
    assert "reasoning_details" not in sent_messages(of_nobody)[0]
    switched = body(request(spoken), "openrouter", model="another/model")
    assert "reasoning_details" not in json.dumps(switched)


def test_a_thought_goes_back_with_the_results_of_its_calls_and_not_in_a_later_turn() -> None:
    origin = {"provider": "openai-compatible", "asked_model": "some/model"}
    call = (ToolCall("1", "files.read"),)
    thinking = message(
        Role.ASSISTANT, tool_calls=call, metadata={"reasoning_content": "Hm", **origin}
    )
    foreign = message(Role.ASSISTANT, tool_calls=call, metadata={"reasoning_content": "Hm"})
    result = message(Role.TOOL, "text", tool_call_id="1")
    asked = message(Role.USER, "Go")

    def thoughts(*history: ConversationMessage) -> list[object]:
        found = body(request(*history))["messages"]
        assert isinstance(found, list)
        return [one["reasoning_content"] for one in found if "reasoning_content" in one]

    assert thoughts(asked, thinking, result) == ["Hm"]
    assert thoughts(asked, thinking, result, thinking, result) == ["Hm", "Hm"]
    assert thoughts(asked, thinking, result, asked) == []
    assert thoughts(asked, foreign, result) == []


def test_the_effort_is_said_in_the_words_of_each_provider() -> None:
    routed = body(request(), "openrouter", reasoning_effort="low")
    other = body(request(), reasoning_effort="none")

    assert routed["reasoning"] == {"effort": "low"}
    assert "reasoning_effort" not in routed
    assert other["reasoning_effort"] == "none"
    assert "reasoning" not in other
    assert not {"reasoning", "reasoning_effort"} & (
        set(body(request())) | set(body(request(), "openrouter"))
    )


def test_fallbacks_and_routing_are_for_openrouter_only() -> None:
    options: dict[str, Any] = {
        "others": ("b/two", "c/three"),
        "provider_routing": {"order": ["x"], "data_collection": "deny"},
    }
    routed, other = body(request(), "openrouter", **options), body(request(), **options)

    assert routed["models"] == ["b/two", "c/three"]
    assert routed["provider"] == {
        "require_parameters": True, "order": ["x"], "data_collection": "deny",
    }  # fmt: skip
    assert not {"models", "provider"} & set(other)
    own = body(request(), "openrouter", provider_routing={"require_parameters": False})
    assert own["provider"] == {"require_parameters": False}
    bare = body(request(tools=()), "openrouter")
    assert not {"models", "provider"} & set(bare)


def test_models_that_want_it_are_told_what_to_cache() -> None:
    call = ToolCall("1", "files.read")
    history = (
        message(Role.USER, "Read it"),
        message(Role.ASSISTANT, tool_calls=(call,)),
        message(Role.TOOL, "text", tool_call_id="1"),
    )
    for model in ("anthropic/claude-x", "qwen/qwen3", "alibaba/x"):
        found = body(request(*history), "openrouter", model=model)["messages"]
        assert isinstance(found, list)
        mark = {"type": "ephemeral"}
        assert found[0]["content"] == [{"type": "text", "text": "Be brief.", "cache_control": mark}]
        assert [type(one["content"]) for one in found[1:3]] == [str, type(None)]
        assert found[3]["content"] == [{"type": "text", "text": "text", "cache_control": mark}]
    for provider, model in (("openrouter", "openai/x"), ("openai-compatible", "anthropic/x")):
        assert "cache_control" not in json.dumps(body(request(*history), provider, model=model))


def test_an_empty_text_is_not_marked_for_a_cache() -> None:
    history = (message(Role.USER, "Hi"), message(Role.TOOL, "", tool_call_id="1"))
    found = body(request(*history), "openrouter", model="anthropic/x")["messages"]

    assert isinstance(found, list)
    assert [one["content"] for one in found[1:]] == ["Hi", ""]


def test_text_that_is_no_unicode_can_still_be_sent() -> None:
    assert sent_messages(message(Role.USER, "a\udcffb €"))[0]["content"] == "a?b €"


def test_an_empty_system_prompt_is_left_out() -> None:
    found = body(ModelRequest("", [message(Role.USER, "Hi")]))

    assert found["messages"] == [{"role": "user", "content": "Hi"}]


def test_names_are_mapped_back() -> None:
    assert names_on_the_wire((EDIT, READ)) == {
        "files_edit": "files.edit",
        "files_read": "files.read",
    }
