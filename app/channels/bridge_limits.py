"""The times of a bridge to Telegram, in seconds; tests choose others.

Sources: core.telegram.org/bots/api; of how much may be sent, core.telegram.org/bots/faq ("My bot is
hitting limits"): "avoid sending more than one message per second" in one chat, with short bursts;
in a group "not … more than 20 messages per minute"; "about 30 messages per second" in all.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, then ``per_second``."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class BridgeLimits:
    """How patient and how quick a bridge is.

    Attributes:
        poll: so long a poll waits for the first update; a whole number.
        probe: so long it waits while another program polls, too: then it is known that none does.
        stall: a poll that takes so much longer is stuck.
        first_wait, longest_wait: before trying again, doubling.
        refused: before trying a refused token again.
        lease: between two looks whether the Steward that listens has ended.
        look: the outbox is looked at at least so often: another process may put something there.
        edit: between two edits of one message.
        typing: between two signs that something is being written; one lasts 5 s (sendChatAction).
        finish: what is being sent may go on so long when the bridge ends.
        stop: the thread must have ended by then.
        tell: between two tellings of a changed health, where its state is the same.
        cursor: older, an offset is not used. Without updates for a week, "the identifier of the
            next update will be chosen randomly" (Update).
        chance: from 0 to 1, for the spread of waits.
    """

    poll: int = 30
    probe: int = 5
    stall: float = 20.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    refused: float = 300.0
    lease: float = 1.0
    look: float = 2.0
    edit: float = 1.5
    typing: float = 4.0
    finish: float = 0.8
    stop: float = 2.5
    tell: float = 0.5
    cursor: timedelta = timedelta(days=6)
    chat: Rate = Rate(1.0, 3.0)
    group: Rate = Rate(18 / 60, 2.0)
    overall: Rate = Rate(30.0, 30.0)
    chance: Callable[[], float] = field(default=random.random)

    def wait(self, tries: int) -> float:
        """Before the try after so many that failed, from 1; spread over its upper half."""
        bound = min(self.longest_wait, self.first_wait * 2.0 ** min(tries - 1, 16))
        return bound * (0.5 + 0.5 * self.chance())
