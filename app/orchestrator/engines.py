"""One engine a conversation, found or started by its id."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.domain.errors import ClosingError
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.pause import Pause

if TYPE_CHECKING:
    from app.orchestrator.engine import Engine


class Engines:
    """One engine a conversation, found or started by its id."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._engines: dict[str, Engine] = {}
        self._closed = False

    @property
    def pause(self) -> Pause:
        """Holds back what has not begun."""
        return self._parts.pause

    async def get(self, conversation_id: str | None, *, model: str | None = None) -> Engine:
        """The engine of a conversation; ``None`` makes a new conversation.

        ``model`` answers in it from now on; ``""`` lets the default one answer again.
        Raises ``NotFoundError`` for an id that names none, ``ClosingError`` after ``stop_all``.
        """
        from app.orchestrator.engine import Engine

        self._refuse_when_closed()
        conversations = self._parts.conversations
        if conversation_id is None:
            summary = await conversations.create()
        else:
            summary = await conversations.get(conversation_id)
        if model is not None:
            await conversations.set_model(summary.id, model.strip() or None)
        self._refuse_when_closed()  # meanwhile
        return self._engines.setdefault(summary.id, Engine(summary.id, self._parts))

    def busy(self, conversation_id: str) -> bool:
        """Whether a conversation has a turn under way, whichever face began it."""
        engine = self._engines.get(conversation_id)
        return engine is not None and engine.busy

    def cancel(self, conversation_id: str) -> None:
        """Stop the turn under way in a conversation, if any, whichever face began it."""
        engine = self._engines.get(conversation_id)
        if engine is not None and engine.busy:
            engine.cancel()

    def keep_waiting(self) -> None:
        """The program is about to end: messages that wait are kept for the next run."""
        for engine in self._engines.values():
            engine.keep_waiting()

    async def stop_all(self) -> None:
        """Cancel every turn under way and wait until each history is consistent.

        From now on nothing begins: what waits for its turn is refused, as is what comes later.
        """
        self._closed = True
        closing = [asyncio.ensure_future(engine.close()) for engine in self._engines.values()]
        await asyncio.sleep(0)  # each refuses what comes by now, so what was held back is refused
        self.pause.end()
        await asyncio.gather(*closing)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise ClosingError("Steward is closing.")
