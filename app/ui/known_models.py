"""The list of models the service offers: read once, shown at once, read again when it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.ports import Desk

if TYPE_CHECKING:
    from app.orchestrator.llm_client import LLMClient, ModelInfo


class KnownModels:
    """Of the client that answers now; another client's list is forgotten."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of: LLMClient | None = None
        self._models: Sequence[ModelInfo] = ()

    @property
    def known(self) -> Sequence[ModelInfo]:
        """What was read last; nothing before that."""
        return self._models if self._of is self._desk.llm else ()

    async def read(self) -> Sequence[ModelInfo]:
        """Ask the service. Raises ``ModelError``; what was known then stays."""
        llm = self._desk.llm
        models = await llm.models()
        if llm is self._desk.llm:
            self._of, self._models = llm, models
        return models


def model_words(model: ModelInfo) -> str:
    """A model's window, price and name, as far as the list says them."""
    parts = []
    if model.context_length:
        parts.append(f"{model.context_length:,} tokens")
    if model.prompt_price is not None and model.completion_price is not None:
        free = not model.prompt_price and not model.completion_price
        asked, answered = _dollars(model.prompt_price), _dollars(model.completion_price)
        parts.append("free" if free else f"{asked} in, {answered} out per million")
    if model.supports_tools is False:
        parts.append("uses no skills")
    if model.name != model.id:
        parts.append(model.name)
    return " · ".join(parts)


def _dollars(price: float) -> str:
    return f"${price:,.2f}" if price >= 0.1 or not price else f"${price:,.4f}".rstrip("0")
