"""Looks for model servers on this machine, to be offered: any process may own a port.

It only asks for the list of models and sends nothing; nothing found is ever taken into use here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.integrations.http import HttpClient, HttpFailureError

PORTS: Final = (11434, 1234, 8080, 8000)
_NAMES: Final = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
_SECONDS: Final = 0.5
_MAX_LIST: Final = 1024 * 1024
_MAX_ID: Final = 300


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered.

    Attributes:
        name: the program that usually has this port; nothing proves that it is this one.
        base_url: what ``STEWARD_LLM_BASE_URL`` would be.
        models: ids it offers, at least one.
    """

    name: str
    base_url: str
    models: tuple[str, ...]


async def find_local_servers(
    ports: Sequence[int] = PORTS, host: str = "127.0.0.1"
) -> list[LocalServer]:
    """Servers that answer ``GET /v1/models`` with a well-formed list now, in the ports' order.

    All ports are asked at once; a closed one refuses at once, a silent one costs half a second.
    """
    is_open = await asyncio.gather(*(_is_open(host, port) for port in ports))
    found = await asyncio.gather(
        *(_ask(host, port) for port, there in zip(ports, is_open, strict=True) if there)
    )
    return [server for server in found if server is not None]


async def _is_open(host: str, port: int) -> bool:
    """Whether anything listens. Asked first: mostly nothing does, and then httpx need not load."""
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # a timeout is one, too
        return False
    writer.transport.abort()
    return True


async def _ask(host: str, port: int) -> LocalServer | None:
    base_url = f"http://{host}:{port}/v1"
    client = HttpClient(base_url, connect_timeout=_SECONDS, idle_timeout=_SECONDS)
    try:
        await client.prepare()  # loading httpx is our time, not the server's
        async with asyncio.timeout(_SECONDS):
            accept = {"accept": "application/json"}
            async with client.request("GET", f"{base_url}/models", headers=accept) as response:
                body = await response.read(_MAX_LIST) if response.status == 200 else b""
    except (HttpFailureError, TimeoutError):
        return None
    finally:
        await client.aclose()
    models = _models_in(body)
    return LocalServer(_NAMES.get(port, "Model server"), base_url, models) if models else None


def _models_in(body: bytes) -> tuple[str, ...]:
    """Ids of a well-formed OpenAI list; empty for anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(answer, dict) or answer.get("object") != "list":
        return ()
    data = answer.get("data")
    if not isinstance(data, list):
        return ()
    ids = tuple(entry.get("id") if isinstance(entry, dict) else None for entry in data)
    return tuple(i for i in ids if i) if all(_is_id(i) for i in ids) else ()


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_ID and value.isprintable()
