"""The turn in openai-agents, streamed, its tracing switched off."""

import asyncio
import importlib
import json
import sys
import time
from typing import Any

WARM_UP = 3

agents: Any = importlib.import_module("agents")
openai: Any = importlib.import_module("openai")


async def main(address: str, runs: int) -> list[tuple[float, float]]:
    agents.set_tracing_disabled(True)
    client = openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0)

    @agents.function_tool
    def bench_read(path: str) -> str:
        """Read a file."""
        return f"The text of {path}."

    agent = agents.Agent(
        name="bench",
        instructions="You work on files.",
        tools=[bench_read],
        model=agents.OpenAIChatCompletionsModel("test-model", client),
    )
    return [await turn(agent) for _ in range(WARM_UP + runs)][WARM_UP:]


async def turn(agent: Any) -> tuple[float, float]:
    """Seconds on the wall, and of the processor in all threads."""
    began, used = time.perf_counter(), time.process_time()
    result = agents.Runner.run_streamed(agent, "Read ten files.", max_turns=25)
    async for _ in result.stream_events():
        pass
    took = time.perf_counter() - began, time.process_time() - used
    assert result.final_output == "Done.", result.final_output
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
