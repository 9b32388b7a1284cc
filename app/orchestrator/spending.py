"""Tokens and dollars of one turn: what its calls took, and what the next one may take. Pure.

A bound is kept before it is passed, and not noticed after. Of the next call three things are
known: about how long its prompt is, what the last call's prompt was guessed to be and then was,
and, where the server states prices, what a token costs. How long the answer gets is not known; it
is kept from getting too long (``Room.answer`` goes out as ``max_tokens``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from app.orchestrator.bounds import Bounds, Limit, LimitKind
from app.orchestrator.llm_client import ModelPrice

SHORTEST_ANSWER: Final = 512
"""Tokens. Where not even an answer of this length fits, the model is not asked."""
CLOSING_ANSWER: Final = 1_000
"""Tokens kept for the closing summary, beside its prompt."""
_UNMEASURED: Final = 1.5
"""Our guess of a prompt's length may be short by so much, until a server has counted one: code and
JSON have fewer characters a token than prose.
"""


@dataclass(frozen=True, slots=True)
class Room:
    """What the next call may take: the limit that forbids it, or how long its answer may be.

    ``answer``: tokens, ``None`` where nothing bounds it; ``bound``: the limit that does.
    """

    limit: Limit | None = None
    answer: int | None = None
    bound: Limit | None = None


@dataclass(slots=True)
class Spending:
    """What one turn has taken so far.

    Attributes:
        bounds: what it may take.
        price: of the model that is asked, as far as it is known; kept by the caller.
        tokens, cost: of the model calls so far.
        day_cost: US dollars of the day so far, this turn's included; kept by the caller.
        answer: tokens of the last answer.
    """

    bounds: Bounds
    price: ModelPrice | None = None
    tokens: int = 0
    cost: float = 0.0
    day_cost: float = 0.0
    answer: int = 0
    _guessed: int = 0
    _prompt: int = 0
    _cost: float = 0.0

    def used(self, guessed: int, prompt: int, answer: int, cost: float | None) -> None:
        """A model call took so much.

        Args:
            guessed: tokens the prompt was thought to have.
            prompt: tokens it had.
            answer: tokens that came back.
            cost: US dollars; ``None`` where nobody knows.
        """
        self.tokens += prompt + answer
        self._guessed, self._prompt, self.answer = guessed, prompt, answer
        if cost is not None:
            self.cost += cost
            self.day_cost += cost
            self._cost = cost

    def room(self, guessed: int, *, and_close: bool) -> Room:
        """What the next call may take.

        Args:
            guessed: about how many tokens its prompt has.
            and_close: a closing summary must fit after it.
        """
        rooms = [self._tokens_left(guessed, and_close=and_close)]
        for kind, spent, most, what in (
            (LimitKind.COST, self.cost, self.bounds.cost, "turn"),
            (LimitKind.DAY_COST, self.day_cost, self.bounds.day_cost, "day"),
        ):
            if most is not None:
                limit = Limit(kind, f"The limit of ${most:g} a {what} is nearly used up.")
                rooms.append(self._dollars_left(limit, spent, most, guessed, and_close=and_close))
        forbidden = next((room for room in rooms if room.limit is not None), None)
        bounded = [room for room in rooms if room.answer is not None]
        return forbidden or min(bounded, key=lambda room: room.answer or 0, default=Room())

    # -- inside ------------------------------------------------------------------------------

    def _tokens_left(self, guessed: int, *, and_close: bool) -> Room:
        bound = self.bounds.tokens
        if bound is None:
            return Room()
        limit = Limit(LimitKind.TOKENS, f"The limit of {bound:,} tokens a turn is nearly used up.")
        prompt = math.ceil(guessed * self._measured())
        # The next answer is probably as long as the last; so is the summary.
        expected = max(prompt + SHORTEST_ANSWER, prompt + self.answer)
        left = bound - self.tokens
        if expected * (2 if and_close else 1) > left:
            return Room(limit)
        kept = prompt + CLOSING_ANSWER if and_close else 0
        return Room(answer=max(SHORTEST_ANSWER, left - prompt - kept), bound=limit)

    def _dollars_left(
        self, limit: Limit, spent: float, most: float, guessed: int, *, and_close: bool
    ) -> Room:
        left = most - spent
        grown = guessed / self._guessed if self._guessed else 1.0
        like_the_last = self._cost * max(1.0, grown)
        if self.price is None:
            expected = like_the_last * (2 if and_close else 1)
            return Room(limit) if left <= 0 or expected > left else Room()
        price = self.price
        prompt = math.ceil(guessed * self._measured(_UNMEASURED)) * price.most_for_prompt
        prompt += price.request
        kept = 0.0
        if and_close:
            kept = like_the_last or prompt + CLOSING_ANSWER * price.completion
        for_answer = left - prompt - kept
        if left <= 0 or for_answer < SHORTEST_ANSWER * price.completion:
            return Room(limit)
        if not price.completion:
            return Room()
        return Room(answer=int(for_answer / price.completion), bound=limit)

    def _measured(self, unmeasured: float = 1.0) -> float:
        """Tokens that a guessed one turned out to be. The next prompt is guessed the same way."""
        return self._prompt / self._guessed if self._guessed and self._prompt else unmeasured
