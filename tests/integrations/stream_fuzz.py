"""Recorded streams, mutated by chance, and what must hold of whatever they are read as.

Every mutated stream has a number and comes again with it. In process: parser and answer, no socket.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from app.domain.errors import ModelError
from app.domain.messages import ConversationMessage, Role
from app.integrations.answer import Answer
from app.integrations.model_errors import Peer, error_from_body
from app.integrations.sse import SseData, SseParser
from app.integrations.wire import chat_body, encoded
from app.orchestrator.llm_client import Completed, ModelEvent, ModelRequest, TextDelta, TokenUsage
from tests.standins.model_server import DONE, chunk, event, text_reply, tools_reply, usage_chunk

LONGEST_SECONDS: Final = 2.0
"""One stream has a few kilobytes and takes a millisecond; this is a hang."""

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
TAKEN: Final = frozenset({"call_0", "a"})
NAMES: Final = {"files_read": "files.read", "files_edit": "files.edit"}
_PEER: Final = Peer("Fuzz", "http://127.0.0.1:1/v1", "STEWARD_LLM_API_KEY")


# --- what is mutated ------------------------------------------------------------------------------


def _call(**piece: object) -> bytes:
    return chunk({"tool_calls": [piece]})


_THOUGHT: Final = {"type": "reasoning.text", "index": 0}
_ERROR: Final = {"code": 502, "message": "gone", "metadata": {"error_type": "timeout"}}

RECORDED: Final[tuple[bytes, ...]] = (
    text_reply("Příliš žluťoučký 🐴\u2028\u0085 kůň.", chunks=6).body,
    text_reply("Hi", chunks=2).body.replace(b"\n", b"\r\n"),
    text_reply("Hi", chunks=2).body.replace(b"\n", b"\r"),
    tools_reply(
        ("files_read", {"path": "a.md"}, "a"), ("files_edit", {"n": [1, {"x": None}]}, "b")
    ).body,
    b"".join(
        (
            _call(id="x", index=0, function={"name": "files_read", "arguments": '{"n":1}'}),
            _call(id="x", index=1, function={"name": "files_read", "arguments": '{"n":'}),
            _call(index=1, function={"arguments": "2}"}),
            _call(function={"name": "files_edit", "arguments": "{}"}),
            chunk(finish="tool_calls"),
            DONE,
        )
    ),
    b"".join(
        (
            b": OPENROUTER PROCESSING\n\n",
            chunk({"reasoning": "Let ", "reasoning_details": [{**_THOUGHT, "text": "Let "}]}),
            chunk({"reasoning_details": [{**_THOUGHT, "signature": "s", "text": "me"}]}),
            chunk({"reasoning_content": "\ud83d".encode("utf-8", "replace").decode()}),
            chunk({"content": "Yes"}),
            chunk(finish="stop"),
            chunk({}, usage={"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.1}),
            usage_chunk(5, 6, prompt_tokens_details={"cached_tokens": 2}),
            DONE,
        )
    ),
    chunk({"content": "Hel"}) + chunk(finish="error", error=_ERROR),
    event({"choices": None}) + event({"choices": []}) + DONE,
    b'\xef\xbb\xbfdata:{"choices":\ndata:[{"delta":{"content":"\\ud83d"}}]}\n\ndata: [DONE]',
)


def _deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def _argument(value: bytes) -> bytes:
    """The line of a call that is whole, with this as its arguments."""
    call = b'{"index":7,"id":"z","function":{"name":"files_read","arguments":' + value + b"}}"
    return b'data: {"choices":[{"finish_reason":"stop","delta":{"tool_calls":[' + call + b"]}}]}"


LINES: Final[tuple[bytes, ...]] = (
    *(b"", b"data: [DONE]", b"data:", b"data: {", b"data: null", b"data: []", b": ping", b":"),
    *(b"event: error", b"id: 7\x00", b"retry: 10", b"\xff\xfe\x80", b"data", b"\xef\xbb\xbf"),
    b'data: {"error":{"code":"server_error","message":"x"}}',
    b'data: {"choices":[{"finish_reason":"length"}]}',
    b'data: {"choices":[{"delta":{"tool_calls":[{"index":"9999999999999999","id":7}]}}]}',
    b'data: {"usage":{"prompt_tokens":1e999,"completion_tokens":NaN,"cost":-1}}',
    b'data: {"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":' + b"9" * 400 + b"}}",
    *(_argument(b'{"deep":' + _deep(n) + b"}") for n in (50, 90, 110, 600, 900, 960, 985, 2000)),
    *(_argument(b'"{\\"deep\\":' + _deep(n) + b'}"') for n in (90, 110, 900, 2000)),
    *(_argument(b'"{\\"n\\":' + n + b'}"') for n in (b"1e999", b"NaN", b"9" * 5000, b"-0.0")),
    b'data: {"choices":[{"delta":{"reasoning_details":[{"x":' + _deep(900) + b"}]}}]}",
    b'data: {"choices":[{"delta":{"reasoning_details":[{"text":"\\ud800","n":Infinity}]}}]}',
)

VALUES: Final[tuple[bytes, ...]] = (
    *(b"null", b"true", b"-1", b"0", b"1e999", b"NaN", b'""', b"[]", b"{}", b'"{"', b'"\\ud83d"'),
    *(b'"\\u0000"', b"9" * 400, b'"a"', b'"stop"', b'[{"delta":{}}]', b'{"name":"files_read"}'),
)


def mutated(seed: int, number: int) -> bytes:
    """The stream of this number; the same each time."""
    chance = random.Random((seed << 40) + number)
    body = chance.choice(RECORDED)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        body = chance.choice(_MUTATIONS)(chance, body)
    return body


def _on_lines(change: Callable[[random.Random, list[bytes]], None]) -> Callable[..., bytes]:
    def mutate(chance: random.Random, body: bytes) -> bytes:
        lines = body.split(b"\n")
        change(chance, lines)
        return b"\n".join(lines)

    return mutate


def _drop(chance: random.Random, lines: list[bytes]) -> None:
    del lines[chance.randrange(len(lines))]


def _repeat(chance: random.Random, lines: list[bytes]) -> None:
    at = chance.randrange(len(lines))
    lines[at:at] = [lines[at]] * chance.choice((1, 1, 2, 40))


def _swap(chance: random.Random, lines: list[bytes]) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _insert(chance: random.Random, lines: list[bytes]) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(LINES))


def _shuffle(chance: random.Random, lines: list[bytes]) -> None:
    chance.shuffle(lines)


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _flip(chance: random.Random, body: bytes) -> bytes:
    found = bytearray(body)
    for _ in range(chance.choice((1, 1, 3, 20)) if found else 0):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _splice(chance: random.Random, body: bytes) -> bytes:
    other = chance.choice(RECORDED)
    at = chance.randrange(len(body) + 1)
    return body[:at] + other[chance.randrange(len(other)) :] + body[at:]


def _revalue(chance: random.Random, body: bytes) -> bytes:
    """Put another value after one colon of the JSON."""
    parts = body.split(b": ")
    if len(parts) > 1:
        at = chance.randrange(1, len(parts))
        value, comma, rest = parts[at].partition(b",")
        parts[at] = chance.choice(VALUES) + (comma + rest if comma else value[-2:])
    return b": ".join(parts)


_MUTATIONS: Final[Sequence[Callable[[random.Random, bytes], bytes]]] = (
    *map(_on_lines, (_drop, _repeat, _swap, _insert, _insert, _shuffle)),
    *(_cut, _flip, _splice, _revalue, _revalue),
)


# --- what must hold -------------------------------------------------------------------------------


@dataclass
class Reading:
    """What a stream was read as."""

    events: list[ModelEvent] = field(default_factory=list)
    completed: Completed | None = None
    error: ModelError | None = None

    @property
    def outcome(self) -> tuple[object, ...]:
        """What may not depend on where the bytes were split; ids of ours are random."""
        calls = self.completed.tool_calls if self.completed else ()
        return (
            [one for one in self.events if not isinstance(one, Completed)],
            self.completed and (self.completed.text, self.completed.finish_reason),
            [(c.name, json.dumps(dict(c.arguments)), c.parse_error) for c in calls],
            self.error and (self.error.kind, self.error.message),
        )


def read(pieces: Sequence[bytes]) -> Reading:
    """Read a stream as the client does. Anything but a ``ModelError`` goes through."""

    def read_error(body: object) -> ModelError:
        return error_from_body(_PEER, body, now=NOW)

    answer = Answer(
        label="Fuzz", provider="p", asked="m", names=NAMES, taken=TAKEN, read_error=read_error
    )
    parser = SseParser()
    found = Reading()
    try:
        for piece in (*pieces, None):
            for item in parser.finish() if piece is None else parser.feed(piece):
                if isinstance(item, SseData):
                    found.events += answer.feed(item.data)
                if answer.failed:
                    raise answer.failed
        found.events += answer.rest()
        found.completed = answer.complete()
    except ModelError as error:
        found.error = error
    found.events += answer.usage()
    return found


def split(body: bytes, seed: int, number: int) -> list[bytes]:
    """The stream in pieces cut by chance, some of them empty-handed."""
    chance = random.Random((seed << 40) + number + 1)
    cuts = sorted(chance.randrange(len(body) + 1) for _ in range(chance.choice((0, 1, 5, 30))))
    return [body[a:b] for a, b in itertools.pairwise([0, *cuts, len(body)])]


def violations(seed: int, number: int) -> list[str]:
    """What does not hold of one mutated stream; empty where all is well."""
    body = mutated(seed, number)
    started = time.perf_counter()
    try:
        found = read([body])
        again = read(split(body, seed, number)) if number % 4 == 0 else found
        wrong = list(_broken_rules(found))
    except Exception as error:  # noqa: BLE001 - any that is not ours is what is looked for
        return [f"stream {number} of seed {seed}: {type(error).__name__}: {error}: {body!r}"]
    if again.outcome != found.outcome:
        wrong.append("another split gives another answer")
    if time.perf_counter() - started > LONGEST_SECONDS:
        wrong.append("takes too long")
    return [f"stream {number} of seed {seed}: {one}: {body!r}" for one in wrong]


def _broken_rules(found: Reading) -> list[str]:
    wrong = []
    for one in found.events:
        if isinstance(one, TokenUsage) and min(one.prompt_tokens, one.completion_tokens) < 0:
            wrong.append("tokens below nothing")
    completed = found.completed
    if completed is None:
        if found.error is None or not found.error.message:
            wrong.append("neither an answer nor an error")
        return wrong
    if found.error is not None:
        wrong.append("both an answer and an error")
    if completed.text != "".join(e.text for e in found.events if isinstance(e, TextDelta)):
        wrong.append("the text is not its deltas")
    ids = [call.id for call in completed.tool_calls]
    if len({*ids, *TAKEN}) != len(ids) + len(TAKEN) or not all(ids):
        wrong.append("a call without an id of its own")
    if any(call.parse_error and call.arguments for call in completed.tool_calls):
        wrong.append("arguments of a call that could not be read")
    if any(not call.name and not call.parse_error for call in completed.tool_calls):
        wrong.append("a call of nothing that could be run")
    return wrong + _unsendable(completed)


def _unsendable(completed: Completed) -> list[str]:
    """An answer must be fit to be stored, and to be handed back with the next request."""
    try:
        json.dumps(
            [[dict(c.arguments), c.raw_arguments, c.name, c.id] for c in completed.tool_calls],
            allow_nan=False,
            ensure_ascii=False,
        ).encode()
        json.dumps(completed.metadata, allow_nan=False, ensure_ascii=False).encode()
        completed.text.encode()
        spoken = ConversationMessage(
            "c", "t", Role.ASSISTANT, completed.text, NOW,
            tool_calls=completed.tool_calls, metadata=completed.metadata,
        )  # fmt: skip
        json.loads(encoded(chat_body(ModelRequest("", [spoken]), model="m", provider="p")))
    except ValueError as error:
        return [f"cannot be kept: {error}"]
    return []
