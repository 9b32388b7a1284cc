"""What is known of a server's models: from its list, and from what it refused. It asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.domain.errors import ContextTooLongError
from app.integrations.wire import PICTURES
from app.orchestrator.llm_client import ModelInfo, ModelPrice, dearest
from app.orchestrator.tokens import CHARACTERS_PER_TOKEN

_BEYOND_DOUBT: Final = 8_192
"""Tokens that every model may answer with: a bound up to it is taken where the longest answer of
the model is not known."""


class KnownModels:
    """Windows, prices, longest answers and what is not taken, by a model's id."""

    def __init__(self) -> None:
        self._windows: dict[str, int] = {}
        self._prices: dict[str, ModelPrice] = {}
        self._longest_answers: dict[str, int] = {}
        self._without: dict[str, set[str]] = {}

    def take(self, found: Iterable[ModelInfo]) -> None:
        """Learn from a list."""
        for one in found:
            if one.context_length:
                self._windows[one.id] = one.context_length
            if one.price:
                self._prices[one.id] = one.price
            if one.longest_answer:
                self._longest_answers[one.id] = one.longest_answer
            if one.takes_pictures is False:
                self.without(one.id).add(PICTURES)
            elif one.takes_pictures:
                self.without(one.id).discard(PICTURES)

    def refused(self, error: ContextTooLongError, model: str, sent: bytes | None) -> None:
        """Learn from a refusal how much a model takes: what it says, or less than was sent."""
        window = error.details.get("context_length")
        if isinstance(window, int):
            self._windows[model] = window
        elif sent is not None:
            tokens = len(sent) // CHARACTERS_PER_TOKEN
            self._windows[model] = min(self._windows.get(model, tokens), tokens)

    def without(self, model: str) -> set[str]:
        """The optional parts of a request that it does not take; whoever learns more adds it."""
        return self._without.setdefault(model, set())

    def window(self, model: str) -> int | None:
        """Tokens it takes."""
        return self._windows.get(model)

    def price(self, models: Sequence[str]) -> ModelPrice | None:
        """What a request costs at most, whoever of ``models`` answers."""
        known = [price for one in models if (price := self._prices.get(one)) is not None]
        return dearest(known) if known and len(known) == len(models) else None

    def bound(self, wanted: int | None, models: Sequence[str]) -> int | None:
        """``wanted``, where an answer could be longer: servers refuse a bound beyond their own."""
        if wanted is None:
            return None
        longest = max((self._longest_answers.get(one, 0) for one in models), default=0)
        return wanted if wanted < (longest or _BEYOND_DOUBT) else None
