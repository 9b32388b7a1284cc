"""The turn in langgraph's ready-made agent, streamed, with no checkpoints."""

import asyncio
import importlib
import json
import sys
import time
import warnings
from typing import Any

WARM_UP = 3

prebuilt: Any = importlib.import_module("langgraph.prebuilt")
langchain_openai: Any = importlib.import_module("langchain_openai")
tools: Any = importlib.import_module("langchain_core.tools")


async def main(address: str, runs: int) -> list[tuple[float, float]]:
    warnings.simplefilter("ignore")  # the ready-made agent is to move to another package
    model = langchain_openai.ChatOpenAI(
        base_url=address, api_key="none", model="test-model", streaming=True, max_retries=0
    )

    @tools.tool
    def bench_read(path: str) -> str:
        """Read a file."""
        return f"The text of {path}."

    graph = prebuilt.create_react_agent(model, [bench_read], prompt="You work on files.")
    return [await turn(graph) for _ in range(WARM_UP + runs)][WARM_UP:]


async def turn(graph: Any) -> tuple[float, float]:
    """Seconds on the wall, and of the processor in all threads."""
    asked = {"messages": [("user", "Read ten files.")]}
    said = ""
    began, used = time.perf_counter(), time.process_time()
    async for message, _ in graph.astream(asked, {"recursion_limit": 50}, stream_mode="messages"):
        said += message.content if message.type == "AIMessageChunk" else ""
    took = time.perf_counter() - began, time.process_time() - used
    assert said == "Done.", said
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
