"""One engine a conversation, found or started by its id."""

from __future__ import annotations

import asyncio

from app.orchestrator.engine import Engine
from app.orchestrator.engine_parts import EngineParts


class Engines:
    """One engine a conversation, found or started by its id."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._engines: dict[str, Engine] = {}

    async def get(self, conversation_id: str | None) -> Engine:
        """The engine of a conversation; ``None`` makes a new conversation.

        Raises ``NotFoundError`` for an id that names none.
        """
        conversations = self._parts.conversations
        if conversation_id is None:
            summary = await conversations.create()
        else:
            summary = await conversations.get(conversation_id)
        return self._engines.setdefault(summary.id, Engine(summary.id, self._parts))

    async def stop_all(self) -> None:
        """Cancel every turn under way and wait until each history is consistent."""
        await asyncio.gather(*(engine.stop() for engine in self._engines.values()))
