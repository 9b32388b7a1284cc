"""What one chunk of a model's stream costs us, from its bytes to the port's event.

Text, and a tool call's argument of a megabyte, each in small pieces. The argument is also sent at
a quarter of its size: per piece it may cost no more when it is long, or it would be quadratic.
Times are the processor's, so that what else the machine does is not measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import ClassVar, Final

from app.clock import SystemClock
from app.domain.errors import ModelError
from app.integrations.answer import Answer
from app.integrations.answer_stream import read_answer
from app.integrations.endpoint import Endpoint
from app.integrations.model_errors import Peer
from app.integrations.sse import SseComment, SseParser
from app.orchestrator.llm_client import Completed
from tests.standins.model_server import DONE, chunk

GOAL_US: Final = 20.0
GOAL_GROWTH: Final = 1.5
MEGABYTE: Final = 2**20
PIECE: Final = 40
PIECES_OF_TEXT: Final = 20_000

Naming = Callable[[int], dict[str, object]]


def measure(runs: int) -> dict[str, object]:
    """Medians in microseconds a chunk, and how the cost of a piece grows with its argument."""
    rounds = max(3, min(runs, 9))
    text = [chunk({"content": f"word{n:05} "}) for n in range(PIECES_OF_TEXT)]
    report: dict[str, object] = {"pieces_of_text": len(text), "argument_bytes": MEGABYTE}
    costs = {
        "text": _cost(text, rounds),
        "text_read_from_a_response": _cost(text, rounds, through=_read),
        "argument": _cost(_argument(MEGABYTE, _index_only), rounds),
        "argument_with_its_name_in_every_piece": _cost(_argument(MEGABYTE, _all), rounds),
        "argument_with_nothing_but_its_name": _cost(_argument(MEGABYTE, _name_only), rounds),
    }
    for name, cost in costs.items():
        report[name] = {"us_per_chunk": round(cost, 2), "goal": GOAL_US, "met": cost <= GOAL_US}
    for name, naming in {"argument": _index_only, "name_only": _name_only}.items():
        short = _cost(_argument(MEGABYTE // 4, naming), rounds)
        growth = _cost(_argument(MEGABYTE, naming), rounds) / short
        report[f"growth_of_{name}_at_four_times_the_size"] = {
            "ratio": round(growth, 2),
            "goal": GOAL_GROWTH,
            "met": growth <= GOAL_GROWTH,
        }
    return report


def _cost(
    pieces: Sequence[bytes], rounds: int, through: Callable[..., None] | None = None
) -> float:
    """Median microseconds a chunk."""
    stream = [*pieces, chunk(finish="stop"), DONE]
    times = []
    for _ in range(rounds):
        answer = _answer()
        started = time.process_time()
        (through or _parse)(stream, answer)
        times.append(time.process_time() - started)
    return statistics.median(times) / len(stream) * 1e6


def _parse(stream: Sequence[bytes], answer: Answer) -> None:
    parser = SseParser()
    for piece in stream:
        for item in parser.feed(piece):
            if not isinstance(item, SseComment):
                answer.feed(item.data)
    completed = answer.complete()
    assert not any(call.parse_error for call in completed.tool_calls)


class _Response:
    """An answer that has arrived already."""

    status = 200
    headers: ClassVar = {"content-type": "text/event-stream"}

    def __init__(self, stream: Sequence[bytes]) -> None:
        self._stream = stream

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for piece in self._stream:
            yield piece


def _read(stream: Sequence[bytes], answer: Answer) -> None:
    endpoint = Endpoint(
        Peer("Bench", "http://127.0.0.1:1/v1", "STEWARD_LLM_API_KEY"),
        provider="openai-compatible",
        clock=SystemClock(),
        connect_timeout=1,
        idle_timeout=1,
        stall_timeout=600,
    )

    async def read() -> None:
        last: object = None
        async for event in read_answer(_Response(stream), answer, endpoint):  # type: ignore[arg-type]
            last = event
        assert isinstance(last, Completed)

    asyncio.run(read())


def _answer() -> Answer:
    def read_error(body: object) -> ModelError:
        return ModelError(str(body))

    return Answer(label="Bench", provider="p", asked="m", names={}, taken=(), read_error=read_error)


def _argument(size: int, naming: Naming) -> list[bytes]:
    """The chunks of one call whose argument has ``size`` bytes."""
    raw = json.dumps({"path": "a.md", "text": 'line "x"\n' * (size // 13)})
    found = []
    for number, at in enumerate(range(0, len(raw), PIECE)):
        call = naming(number)
        function = {**call.pop("function", {}), "arguments": raw[at : at + PIECE]}  # type: ignore[dict-item]
        found.append(chunk({"tool_calls": [{**call, "function": function}]}))
    return found


def _index_only(number: int) -> dict[str, object]:
    first: dict[str, object] = {"id": "a", "function": {"name": "files_edit"}}
    return {"index": 0, **(first if number == 0 else {})}


def _all(number: int) -> dict[str, object]:
    return {"index": 0, "id": "a", "function": {"name": "files_edit"}}


def _name_only(number: int) -> dict[str, object]:
    return {"function": {"name": "files_edit"}}
