"""A model that answers at once: ten calls of one tool, one by one, then a word.

``python -m tests.benchmarks.rivals.instant_server`` prints its address and serves until its
stdin ends. What it says depends on how many results the request holds, and was encoded before.
"""

from __future__ import annotations

import asyncio
import re
import sys

from tests.standins.model_server import text_reply, tool_reply

CALLS = 10
TOOL = "bench_read"
ANSWER = "Done."

_RESULT = re.compile(rb'"role"\s*:\s*"tool"')
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


def _http(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


_REPLIES = [
    *(
        _http(tool_reply(TOOL, {"path": f"notes-{n}.md"}, id=f"call_{n}", chunks=1).body)
        for n in range(CALLS)
    ),
    _http(text_reply(ANSWER).body),
]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            writer.write(_REPLIES[min(len(_RESULT.findall(body)), CALLS)])
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
