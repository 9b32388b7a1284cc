"""The turn in pydantic-ai, streamed."""

import asyncio
import importlib
import json
import sys
import time
from typing import Any

WARM_UP = 3

pydantic_ai: Any = importlib.import_module("pydantic_ai")
models: Any = importlib.import_module("pydantic_ai.models.openai")
providers: Any = importlib.import_module("pydantic_ai.providers.openai")


async def main(address: str, runs: int) -> list[tuple[float, float]]:
    provider = providers.OpenAIProvider(base_url=address, api_key="none")
    agent = pydantic_ai.Agent(
        models.OpenAIChatModel("test-model", provider=provider),
        instructions="You work on files.",
    )

    @agent.tool_plain
    def bench_read(path: str) -> str:
        """Read a file."""
        return f"The text of {path}."

    return [await turn(agent) for _ in range(WARM_UP + runs)][WARM_UP:]


async def turn(agent: Any) -> tuple[float, float]:
    """Seconds on the wall, and of the processor in all threads."""

    async def listen(_: Any, events: Any) -> None:
        async for _event in events:
            pass

    began, used = time.perf_counter(), time.process_time()
    result = await agent.run("Read ten files.", event_stream_handler=listen)
    took = time.perf_counter() - began, time.process_time() - used
    assert result.output == "Done.", result.output
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
