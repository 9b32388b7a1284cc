"""What models cost, asked of a server once, and only where a limit needs to know."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from app.domain.errors import ModelError
from app.orchestrator.llm_client import LLMClient, ModelPrice

logger = logging.getLogger(__name__)

_LIST_SECONDS: Final = 10.0
"""A list of models that takes longer is asked for again with the next turn."""


class Prices:
    """Remembers which servers were asked. One for all engines, owned by the loop's thread."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._told: set[str] = set()

    async def of(self, llm: LLMClient, model: str | None) -> ModelPrice | None:
        """What a token costs; ``None`` where the server does not say, or not in time."""
        known = llm.price(model)
        if known is not None or llm.label in self._asked:
            return known
        try:
            async with asyncio.timeout(_LIST_SECONDS):
                await llm.models()
        except (ModelError, TimeoutError) as error:
            logger.warning("prices not read", extra={"reason": str(error) or "timeout"})
            return None
        self._asked.add(llm.label)
        return llm.price(model)

    def first_time_unknown(self, llm: LLMClient) -> bool:
        """Whether nobody was told yet that this server's costs are not known."""
        if llm.label in self._told:
            return False
        self._told.add(llm.label)
        return True
