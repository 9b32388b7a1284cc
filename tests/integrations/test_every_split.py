"""Every known fault of a server, its exact bytes cut at every place there is, over real sockets.

One connection is kept for all cuts of a row, as a client keeps it. Bodies are small, so that all of
it takes seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from app.domain.errors import ContextTooLongError, ModelError, ModelStreamError
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.llm_client import TokenUsage
from tests.integrations.asking import Heard, ask
from tests.standins.model_server import DONE, ModelServer, Reply, text_reply

FRESH = "an id of ours"

Call = tuple[str, str, object]
"""Id, name, and arguments or ``None`` where they cannot be read."""


def said(**fields: object) -> bytes:
    raw = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return f"data: {raw}\n\n".encode()


def delta(finish: str | None = None, **fields: object) -> bytes:
    choice: dict[str, object] = {"delta": fields}
    return said(choices=[choice | ({"finish_reason": finish} if finish else {})])


def piece(arguments: str | None = None, name: str | None = None, **fields: object) -> bytes:
    function = {"name": name, "arguments": arguments}
    function = {key: value for key, value in function.items() if value is not None}
    return delta(tool_calls=[{**fields, "function": function}])


HI = delta(content="Hi")
STOP = delta("stop")
CALLS = delta("tool_calls")
ERROR = {"code": "server_error", "message": "gone", "metadata": {"error_type": "server"}}
TOO_LONG = {"code": 400, "message": "x", "metadata": {"error_type": "context_length_exceeded"}}


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes:
        body: the bytes, one after the other.
        text, calls, finish, usage: what must come of it, and ``error`` where it is one.
        retried: the client asks again, and is answered well.
    """

    body: tuple[bytes, ...]
    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: str = "stop"
    error: type[ModelError] | None = None
    usage: tuple[TokenUsage, ...] = ()
    retried: bool = False


ROWS = {
    "empty choices first and last (pydantic-ai 164)": Row(
        (said(choices=[]), HI, STOP, said(choices=[]), DONE), "Hi"
    ),
    "null choices and no error (pydantic-ai 3994, 6900)": Row(
        (said(choices=None),), "Hello", retried=True
    ),
    "null choices after words": Row((HI, said(choices=None)), "Hi", error=ModelStreamError),
    "a new id on a used index (ollama 7881)": Row(
        (piece('{"n":1}', "t", index=0, id="a"), piece('{"n":2}', "t", index=0, id="b"), CALLS),
        calls=(("a", "t", {"n": 1}), ("b", "t", {"n": 2})),
        finish="tool_calls",
    ),
    "a known id on its own index (sglang 6310)": Row(
        (
            piece("{", "t", index=0, id="a"),
            piece("{", "t", index=1, id="b"),
            piece("}", index=0, id="a"),
            piece('"n":1}', index=1, id="b"),
            CALLS,
        ),
        calls=(("a", "t", {}), ("b", "t", {"n": 1})),
        finish="tool_calls",
    ),
    "a known id on a new index with a name (agno 8880)": Row(
        (
            piece("{}", "t", index=0, id="a"),
            piece('{"n":', "t", index=1, id="a"),
            piece("2}", index=1, id="a"),
            CALLS,
        ),
        calls=(("a", "t", {}), (FRESH, "t", {"n": 2})),
        finish="tool_calls",
    ),
    "neither id nor index": Row(
        (piece("{", "t"), piece('"n":1'), piece("}"), CALLS),
        calls=((FRESH, "t", {"n": 1}),),
        finish="tool_calls",
    ),
    "an index that counts the pieces": Row(
        (piece("{", "t", index=0, id="a"), piece("}", index=1), CALLS),
        calls=(("a", "t", {}),),
        finish="tool_calls",
    ),
    "empty and repeated ids (ai-sdk-provider 160)": Row(
        (
            piece('{"n":0}', "t", index=0, id=""),
            piece('{"n":1}', "t", index=1, id="same"),
            piece('{"n":2}', "t", index=2, id="same"),
            CALLS,
        ),
        calls=((FRESH, "t", {"n": 0}), ("same", "t", {"n": 1}), (FRESH, "t", {"n": 2})),
        finish="tool_calls",
    ),
    "id and name in the first delta only (litellm 11407)": Row(
        (piece(None, "t", index=0, id="a"), piece("{}", "", index=0, id=""), CALLS),
        calls=(("a", "t", {}),),
        finish="tool_calls",
    ),
    "no arguments (ai-sdk-provider 287)": Row(
        (piece(None, "t", index=0, id="a"), CALLS), calls=(("a", "t", {}),), finish="tool_calls"
    ),
    "invalid arguments (ai-sdk-provider 194)": Row(
        (piece('{"n":', "t", index=0, id="a"), CALLS),
        calls=(("a", "t", None),),
        finish="tool_calls",
    ),
    "arguments that look whole early (ai-sdk-provider 489)": Row(
        (piece("{}", "t", index=0, id="a"), piece(" ", index=0), piece("\n", index=0), CALLS),
        calls=(("a", "t", {}),),
        finish="tool_calls",
    ),
    "calls that finish with stop (ai-sdk-provider 166)": Row(
        (piece("{}", "t", index=0, id="a"), STOP), calls=(("a", "t", {}),), finish="tool_calls"
    ),
    "calls without a finish, then done (ai-sdk-provider 420)": Row(
        (piece("{}", "t", index=0, id="a"), DONE), calls=(("a", "t", {}),), finish="tool_calls"
    ),
    "the end without a finish, calls half way (opencode 26170)": Row(
        (HI, piece("{}", "t", index=0, id="a")), "Hi", error=ModelStreamError
    ),
    "the end without a finish, in words (oh-my-pi 8563)": Row((HI,), "Hi", error=ModelStreamError),
    "an error in the middle (local-operator 223)": Row(
        (HI, said(error=ERROR, choices=[{"delta": {"content": ""}, "finish_reason": "error"}])),
        "Hi",
        error=ModelStreamError,
    ),
    "an error before anything else": Row(
        (b": OPENROUTER PROCESSING\n\n", said(error=TOO_LONG, choices=[])),
        error=ContextTooLongError,
    ),
    "usage with a choice after the finish (gram 921)": Row(
        (
            HI,
            delta("length"),
            said(
                choices=[{"delta": {"content": ""}, "finish_reason": None}],
                usage={"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.5},
            ),
            DONE,
        ),
        "Hi",
        finish="length",
        usage=(TokenUsage(3, 4, 0.5),),
    ),
    "characters of several bytes (lobehub 18640)": Row(
        (delta(content="žá🐴\u2028\u0085é"), STOP, DONE), "žá🐴\u2028\u0085é"
    ),
    "lines that end with CRLF": Row(
        tuple(one.replace(b"\n", b"\r\n") for one in (b": ping\n\n", HI, STOP, DONE)), "Hi"
    ),
    "lines that end with CR": Row(
        tuple(one.replace(b"\n", b"\r") for one in (b": ping\n\n", HI, STOP, DONE)), "Hi"
    ),
    "data over several lines": Row(
        (b'data: {"choices":\ndata: [{"delta":\ndata:{"content":"Hi"}}]}\n\n', STOP, DONE), "Hi"
    ),
    "no blank after data, a byte order mark, no last line end": Row(
        (b"\xef\xbb\xbf", HI.replace(b"data: ", b"data:"), STOP, b"data: [DONE]"), "Hi"
    ),
    "reasoning, then words": Row(
        (delta(reasoning="Hm"), delta(reasoning_content="…"), HI, STOP, DONE), "Hi"
    ),
}


def outcome(heard: Heard) -> tuple[object, ...]:
    """What came of it, in the words of a row."""
    if heard.error is not None:
        return heard.text, (), type(heard.error), (), bool(heard.retries)
    completed = heard.completed
    calls = tuple(
        (
            FRESH if len(call.id) > 10 else call.id,
            call.name,
            None if call.parse_error else dict(call.arguments),
        )
        for call in completed.tool_calls
    )
    ids = [call.id for call in completed.tool_calls]
    assert len(set(ids)) == len(ids)
    usage = tuple(heard.of(TokenUsage))
    return heard.text, calls, completed.finish_reason, usage, bool(heard.retries)


@pytest.mark.parametrize("name", ROWS)
async def test_a_fault_comes_to_the_same_wherever_its_bytes_are_cut(
    client: OpenAICompatibleClient, server: ModelServer, name: str
) -> None:
    row = ROWS[name]
    whole = Reply(row.body)
    wanted = (row.text, row.calls, row.error or row.finish, row.usage, row.retried)
    splits = [whole, *(whole.split_at(at) for at in range(1, len(whole.body))), whole.bytewise()]
    for number, reply in enumerate(splits):
        server.script([reply, text_reply("Hello")] if row.retried else [reply])
        heard = await ask(client)
        found = outcome(heard)
        if row.retried:  # the answer that went well has its own usage
            found = (*found[:3], (), found[4])
        assert found == wanted, f"cut at {number} of {len(whole.body)}"
