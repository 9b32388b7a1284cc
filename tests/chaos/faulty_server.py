"""A model server on loopback that fails in every way a model server was seen to fail.

What it answers depends on the seed, the turn and the number of the request in its turn alone, so
that a run can be run again. A message of a turn begins with ``turn N``. It keeps the books, too:
every tool call id of a request must have exactly one result.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.standins.model_server import (
    DONE,
    STREAM,
    Drop,
    Hang,
    ModelServer,
    Pause,
    Reply,
    Request,
    chunk,
    error_reply,
    event,
    text_reply,
    tools_reply,
)

HUGE: Final = 200_000
WORDS: Final = "It is done: größer, 日本語, 🙂, and \u2028 a line."

Fault = Callable[[random.Random], Reply]


def _status(code: int, **headers: str) -> Fault:
    body = {"error": {"code": code, "message": f"This is {code} on purpose."}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda dice: error_reply(code, body, headers=named)


def _error_in_stream(dice: random.Random) -> Reply:
    error = {"code": dice.choice([502, "server_error"]), "message": "The provider fell over."}
    choices = [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    failed = event({"id": "gen-1", "error": error, "choices": choices})
    begun = [chunk({"content": "It begins "})] if dice.random() < 0.5 else []
    return Reply((*begun, failed, *([DONE] if dice.random() < 0.5 else [])))


def _cut(dice: random.Random) -> Reply:
    body = text_reply(WORDS, chunks=4).body
    at = dice.randrange(1, len(body))
    return Reply((body[:at], *([Drop()] if dice.random() < 0.5 else [])))


def _cut_in_a_call(dice: random.Random) -> Reply:
    body = tools_reply(("chaos_works", {"text": "never whole"}, "call_cut"), chunks=5).body
    return Reply((body[: dice.randrange(1, len(body))],))


def _same_ids(dice: random.Random) -> Reply:
    same = dice.choice(["call_same", "", "call_1"])
    return tools_reply(*(("chaos_works", {"text": f"{n}"}, same) for n in range(3)))


def _empty_choices(dice: random.Random) -> Reply:
    empty = event({"id": "gen-1", "model": "test-model", "choices": []})
    nothing = event({"id": "gen-1", "model": "test-model", "choices": None})
    steps = text_reply(WORDS).steps
    return Reply((empty, *steps[:-1], empty, *([nothing] if dice.random() < 0.3 else []), DONE))


def _malformed(dice: random.Random) -> Reply:
    arguments = dice.choice(['{"text": ', "nonsense", "[1, 2]", "null", '{"text": 3}', None, ""])
    name = dice.choice(["chaos_works", "chaos_unknown", "no such tool", "files_read"])
    return tools_reply((name, arguments, f"call_{dice.randrange(10**6)}"))


def _huge(dice: random.Random) -> Reply:
    text = "x" * dice.randrange(HUGE // 2, HUGE)
    return tools_reply(("chaos_works", {"text": text}, "call_huge"), chunks=40)


FAULTS: Final[dict[str, Fault]] = {
    "reset at once": lambda dice: Reply(before=(Drop(),)),
    "reset on the way": lambda dice: Reply((*text_reply(WORDS, chunks=6).steps[:3], Drop())),
    "429": _status(429),
    "429, try soon": _status(429, retry_after="0"),
    "500": _status(500),
    "503": _status(503),
    "503, try soon": _status(503, retry_after_ms="20"),
    "503, try tomorrow": _status(503, retry_after="86400"),
    "400": _status(400),
    "401": _status(401),
    "error in the stream": _error_in_stream,
    "silence, then on": lambda dice: Reply(
        (chunk({"content": "Wait "}), Pause(0.1), *text_reply(WORDS).steps)
    ),
    "silence for ever": lambda dice: Reply((chunk({"content": "Wait "}), Hang())),
    "no answer at all": lambda dice: Reply(before=(Hang(),)),
    "cut off": _cut,
    "cut off in a call": _cut_in_a_call,
    "the same ids": _same_ids,
    "empty choices": _empty_choices,
    "byte by byte": lambda dice: text_reply("Slow.").bytewise().slowly(0.0005),
    "malformed calls": _malformed,
    "huge arguments": _huge,
    "not a stream": lambda dice: Reply((b"<html>",), headers={"content-type": "text/html"}),
    "nothing": lambda dice: Reply((DONE,), headers={"content-type": STREAM}),
}


class FaultyServer(ModelServer):
    """See the module. ``met`` counts what it did; ``violations`` what a client did wrong.

    ``share``: how many of the answers fail, from 0 to 1.
    """

    def __init__(self, seed: int, share: float = 0.45) -> None:
        super().__init__()
        self._seed = seed
        self._share = share
        self._asked: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        self.violations: list[str] = []

    def _reply(self, request: Request) -> Reply:
        if request.method != "POST":
            return super()._reply(request)
        body = request.json
        turn = _turn_of(body["messages"])
        self._asked[turn] += 1
        wrong = unmatched(body["messages"])
        self.violations += [f"turn {turn}, request {self._asked[turn]}: {one}" for one in wrong]
        dice = random.Random(f"{self._seed}/{turn}/{self._asked[turn]}")
        if dice.random() < self._share:
            name = dice.choice(list(FAULTS))
            self.met[name] += 1
            return FAULTS[name](dice)
        return self._good(dice, closing=body.get("tool_choice") == "none")

    def _good(self, dice: random.Random, *, closing: bool) -> Reply:
        if closing or dice.random() < 0.35:
            self.met["an answer"] += 1
            return text_reply(WORDS, chunks=dice.randrange(1, 8))
        self.met["calls"] += 1
        calls = [_call(dice, number) for number in range(dice.randrange(1, 5))]
        text = "Let me see." if dice.random() < 0.3 else ""
        return tools_reply(*calls, text=text, chunks=dice.randrange(1, 4))


def _call(dice: random.Random, number: int) -> tuple[str, Mapping[str, object], str]:
    line = f"line {dice.randrange(10**6)}\n"
    name, arguments = dice.choice(
        [
            ("chaos_works", {"text": line}),
            ("chaos_works", {"text": line}),
            ("chaos_refuses", {}),
            ("chaos_crashes", {}),
            ("chaos_hangs", {}),
            ("chaos_lingers", {}),
            ("files_read", {"path": "notes.md"}),
            ("files_list", {"path": "."}),
            ("files_append", {"path": "notes.md", "content": line}),
        ]
    )
    return name, arguments, f"call_{number}_{dice.randrange(10**6)}"


def _turn_of(messages: Sequence[Mapping[str, Any]]) -> str:
    said = [str(one["content"]) for one in messages if one["role"] == "user"]
    found = re.match(r"turn (\d+)", said[-1]) if said else None
    return found[1] if found else "?"


def unmatched(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the call ids of a request: each must have one result right behind."""
    wrong: list[str] = []
    waiting: Counter[str] = Counter()
    end = {"role": "user"}
    for message in (*messages, end):
        if message["role"] == "tool":
            waiting[message["tool_call_id"]] -= 1
            continue
        wrong += [
            f"{call_id!r} has {1 - left} results" for call_id, left in waiting.items() if left
        ]
        waiting = Counter(call["id"] for call in message.get("tool_calls") or ())
        wrong += [f"{call_id!r} stands twice" for call_id, n in waiting.items() if n > 1]
        for call in message.get("tool_calls") or ():
            if not isinstance(json.loads(call["function"]["arguments"]), dict):
                wrong.append(f"the arguments of {call['id']!r} are no object")
    return wrong
