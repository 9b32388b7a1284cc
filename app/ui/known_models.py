"""The list of models the service offers: read once, shown at once, read again when it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.ports import Desk
from app.ui.translation import translate

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
        parts.append(
            translate("Models", "{context_length} tokens").format(
                context_length=f"{model.context_length:,}"
            )
        )
    if model.price is not None:
        asked, answered = (_million(one) for one in (model.price.prompt, model.price.completion))
        free = not model.price.prompt and not model.price.completion
        parts.append(
            "free"
            if free
            else translate("Models", "{asked} in, {answered} out per million").format(
                asked=asked, answered=answered
            )
        )
    if model.supports_tools is False:
        parts.append(translate("Models", "uses no skills"))
    if model.name != model.id:
        parts.append(model.name)
    return " · ".join(parts)


def _million(price: float) -> str:
    dollars = round(price * 1_000_000, 6)
    if dollars >= 0.1 or not dollars:
        return f"${dollars:,.2f}"
    return f"${dollars:,.4f}".rstrip("0")
