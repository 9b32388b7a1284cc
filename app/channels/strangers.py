"""People who are not paired: nobody answers them, and the person hears of them once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from app.channels.words import NAMES
from app.domain.events import Severity
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.notifications.router import Later, Router, Timer

QUIET_SECONDS: Final = 24 * 3600.0
"""After one notification there is none for so long."""
GATHER_SECONDS: Final = 1.5
"""So long it is waited for others who come at the same moment."""
_MOST: Final = 10_000
"""So many are told apart."""


def call_later(seconds: float, act: Callable[[], None]) -> Timer:
    """On the loop that runs."""
    return asyncio.get_running_loop().call_later(seconds, act)


class Strangers:
    """Counts those of one channel. Owned by the engine's loop; lives as long as the desk."""

    def __init__(
        self, channel: Channel, router: Router, clock: Clock, later: Later = call_later
    ) -> None:
        self._channel = channel
        self._router = router
        self._clock = clock
        self._later = later
        self._came: set[str] = set()
        self._told_at: float | None = None
        self._timer: Timer | None = None

    def came(self, user_id: str) -> None:
        """Somebody who is not paired wrote. Their words are nobody's business."""
        if len(self._came) < _MOST:
            self._came.add(user_id)
        is_quiet = (
            self._told_at is not None and self._clock.monotonic() - self._told_at < QUIET_SECONDS
        )
        if self._timer is None and not is_quiet:
            self._timer = self._later(GATHER_SECONDS, self.tell)

    def tell(self) -> None:
        """Tell of those who came, where it is time to."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        self._told_at = self._clock.monotonic()
        number = len(self._came)
        self._came.clear()
        people = "1 person" if number == 1 else f"{number:,} people"
        self._router.notify(
            Severity.WARNING,
            self._channel.value,
            f"Somebody who is not paired wrote to your bot ({people}).",
            error_type="stranger",
            context={
                "hint": "They got no answer. If it was you, on another phone: make a pairing code "
                f"in Settings and send it from there, in {NAMES[self._channel]}."
            },
        )
