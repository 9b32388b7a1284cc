"""What leaves for a model: no secret, however late it became known, and no data as orders."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from app.domain.events import ToolResultEvent
from app.domain.messages import Channel, ConversationMessage, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.llm_client import Completed, ModelRequest
from app.orchestrator.outgoing import Outgoing, leak_in, without_secrets
from app.orchestrator.untrusted import Fence
from app.redaction import Redactor, Secret
from tests.orchestrator.conftest import Desk
from tests.standins.model_server import ModelServer, text_reply
from tests.standins.scripted_model import ScriptedModel, calls, says

KEY = "sk-or-v1-0123456789abcdef"
HIDDEN = "[secret:STEWARD_LLM_API_KEY]"


async def test_a_key_typed_before_it_was_connected_is_in_no_later_request(desk: Desk) -> None:
    conversation = await desk.assembly.conversations.create()
    engine = await desk.assembly.engines.get(conversation.id)
    desk.model(calls(("files.read", {"path": KEY})), says(f"I will use {KEY}."))
    await engine.run_turn(f"my key is {KEY}", channel=Channel.WINDOW, mode=ApprovalMode.NEVER)

    with ModelServer(api_key=KEY) as server:
        await desk.assembly.model.connect(
            "openai-compatible", base_url=server.base_url, api_key=Secret(KEY)
        )
        server.script([text_reply("Hello.")])
        await engine.run_turn("go on", channel=Channel.WINDOW)
        body = server.requests[0].body
    assert KEY.encode() not in body
    assert HIDDEN.encode() in body


async def test_a_key_that_becomes_known_within_a_turn_is_not_in_its_next_request(
    desk: Desk,
) -> None:
    def connected_meanwhile(request: ModelRequest) -> Completed:
        assert KEY in str(request.messages)
        desk.assembly.redactor.add("STEWARD_LLM_API_KEY", Secret(KEY))
        return calls(("files.list", {}))

    model = desk.model(connected_meanwhile, says("Done."))
    engine = await desk.assembly.engines.get(None)
    await engine.run_turn(f"my key is {KEY}", channel=Channel.WINDOW)
    assert len(model.requests) == 2
    assert KEY not in str(model.requests[1])
    assert HIDDEN in str(model.requests[1])


async def test_a_key_typed_before_it_was_known_is_not_shown_by_what_reads_stored_rows(
    desk: Desk,
) -> None:
    assembly = desk.assembly
    engine = await assembly.engines.get(None)
    desk.model(calls(("files.read", {"path": KEY})), says(f"The key {KEY} it is."))
    outcome = await engine.run_turn(f"{KEY} is my key", channel=Channel.WINDOW)
    assembly.redactor.add("STEWARD_LLM_API_KEY", Secret(KEY))

    conversations = assembly.conversations
    stored = await conversations.messages(engine.conversation_id)
    recent = await conversations.recent(engine.conversation_id)
    summaries = await conversations.list()
    hits = await conversations.search("key")
    executions = await assembly.executions.for_turn(outcome.turn_id)
    assert stored == recent
    assert HIDDEN in str(stored)
    assert HIDDEN in str(executions)
    assert summaries[0].title == f"{HIDDEN} is my key"
    assert len(hits) == 2
    assert all(HIDDEN in hit.snippet for hit in hits)
    assert all(hit.conversation_title == f"{HIDDEN} is my key" for hit in hits)
    shown = str([stored, summaries, hits, executions, await conversations.get(summaries[0].id)])
    for piece in ("0123456789", "abcdef", "sk-or"):
        assert piece not in shown


async def test_a_title_that_was_cut_within_a_key_does_not_show_its_beginning(desk: Desk) -> None:
    long = "sk-or-v1-" + "0123456789abcdef" * 4
    engine = await desk.assembly.engines.get(None)
    desk.model(says("Thanks."))
    await engine.run_turn(long, channel=Channel.WINDOW)
    assert (await desk.assembly.conversations.list())[0].title.startswith("sk-or")
    desk.assembly.redactor.add("OPENROUTER_API_KEY", Secret(long))
    summary = await desk.assembly.conversations.get(engine.conversation_id)
    (hit,) = await desk.assembly.conversations.search("sk")
    assert summary.title == hit.conversation_title == "[secret]…"


async def test_a_placeholder_of_an_earlier_run_does_not_get_into_a_file(desk: Desk) -> None:
    keys = desk.folder / "keys.env"
    keys.write_text(f"KEY={KEY}\nstatus=draft\n")
    whole = "KEY=[secret:OPENROUTER_API_KEY]\nstatus=final\n"
    desk.model(
        calls(
            ("files.edit", {"path": "keys.env", "content": whole}),
            ("files.move", {"path": "keys.env", "target": "[secret:TELEGRAM_BOT_TOKEN].env"}),
            ("files.edit", {"path": "keys.env", "old": "=draft", "new": "=final"}),
        ),
        says("Done."),
    )
    engine = await desk.assembly.engines.get(None)
    await engine.run_turn("finish it", channel=Channel.WINDOW, mode=ApprovalMode.ALWAYS)
    assert keys.read_text() == f"KEY={KEY}\nstatus=final\n"
    kinds = [event.metadata.get("type") for event in desk.of(ToolResultEvent)]
    assert kinds.count("placeholder_write") == 2


def message(role: Role, text: str, **more: object) -> ConversationMessage:
    fields = {"conversation_id": "c", "turn_id": "t", "created_at": datetime.now(UTC), **more}
    return ConversationMessage(role=role, text=text, **fields)  # type: ignore[arg-type]


def test_every_part_of_a_request_loses_the_key_and_a_changed_signature_goes_with_it() -> None:
    redactor = Redactor({"K": Secret(KEY)})
    call = ToolCall(f"id {KEY}", "files.read", {KEY: [KEY]}, raw_arguments=KEY)
    signed = {"reasoning_details": [{"text": f"so {KEY}", "signature": "x"}], "model": "m"}
    request = ModelRequest(
        system=f"My key: {KEY}",
        messages=[
            message(Role.USER, KEY),
            message(Role.ASSISTANT, "", tool_calls=(call,), metadata=signed),
            message(Role.TOOL, KEY, tool_call_id=call.id, metadata={"path": KEY}),
        ],
        model=KEY,
    )
    safe = without_secrets(request, redactor)
    assert KEY not in repr(safe)
    assert safe.messages[1].metadata == {"model": "m"}
    assert safe.messages[2].tool_call_id == safe.messages[1].tool_calls[0].id
    assert without_secrets(safe, redactor) is safe


def test_the_guide_gets_results_as_they_are_and_a_model_gets_them_fenced() -> None:
    result = message(Role.TOOL, "a,b\n", tool_name="files.read", tool_status=ToolStatus.OK)
    request = ModelRequest(system="Be brief.", messages=[result])
    model = ScriptedModel([says("")])
    fenced = Outgoing(model, Redactor(), Fence(b"x" * 32)).safe(request)
    assert "\na,b\n\n" in fenced.messages[0].text
    assert fenced.system.startswith("Be brief.")
    assert len(fenced.system) > len(request.system)
    model.provider = "guided"
    assert Outgoing(model, Redactor(), Fence(b"x" * 32)).safe(request) is request


EXTERNAL = {
    "plain": {"text": KEY},
    "in a key": {KEY: "x"},
    "nested": {"a": [{"b": f"x{KEY}x"}]},
    "base64": {"text": base64.b64encode(f"see {KEY}!".encode()).decode()},
    "url": {"url": "https://x/?q=" + "".join(f"%{byte:02x}" for byte in KEY.encode())},
    "two arguments": {"a": KEY[:10], "b": KEY[10:]},
    "two arguments backwards": {"a": KEY[10:], "b": KEY[:10]},
    "two with another between": {"a": f"- {KEY[:9]}", "b": "and", "c": f"{KEY[9:]} -"},
    "two short ones and another": {"a": f"- {KEY[:14]}", "b": "and", "c": f"{KEY[14:]} -"},
    "three arguments": {"a": KEY[:8], "b": KEY[8:16], "c": KEY[16:]},
    "three by their names": {"c": KEY[16:], "a": KEY[:8], "b": KEY[8:16]},
    "a list of letters": {"text": list(KEY)},
    "encoded and split": {"a": KEY.encode().hex()[:20], "b": KEY.encode().hex()[20:]},
    "a placeholder": {"text": "[secret:K]"},
    "a placeholder in Markdown": {"text": r"\[secret:K\]"},
    "half of it": {"text": KEY[9:]},
    "a part in a name": {"url": f"https://{KEY[-13:]}.example.com/"},
    "spaced": {"text": " ".join(KEY)},
    "spelt with dashes": {"text": "-".join(KEY)},
    "wide letters": {"text": KEY.translate({ord(one): ord(one) + 0xFEE0 for one in KEY})},
    "capitals": {"text": KEY.upper()},
    "backwards in two": {"a": KEY[::-1][:9], "b": KEY[::-1][9:]},
    "keys that spell it": {KEY[:8]: 1, KEY[8:16]: 2, KEY[16:]: 3},
}


@pytest.mark.parametrize("arguments", EXTERNAL.values(), ids=EXTERNAL)
def test_an_external_call_that_holds_a_secret_is_refused(arguments: dict[str, object]) -> None:
    leak = leak_in(ToolCall("1", "web.post", arguments), Redactor({"K": Secret(KEY)}))
    assert leak is not None
    assert leak.kind == "secret_leaves"
    assert KEY not in str(leak)


def test_an_external_call_with_other_words_is_not_refused() -> None:
    words = {"a": "sk-or-v1-", "b": "is how OpenRouter's keys begin", "c": ["0123", "abcdef"]}
    assert leak_in(ToolCall("1", "web.post", words), Redactor({"K": Secret(KEY)})) is None
