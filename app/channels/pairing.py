"""Pairs whoever sends a good code, and withdraws all codes where somebody guesses."""

from __future__ import annotations

from collections import deque
from typing import Final

from app.channels.words import NAMES
from app.domain.channels import IncomingMessage, PairedPerson
from app.domain.events import Severity
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.notifications.router import Router
from app.storage.channel_people import ChannelPeople

MOST_WRONG: Final = 20
WITHIN_SECONDS: Final = 3600.0


class Pairing:
    """Owned by the engine's loop; lives as long as the desk, so that it remembers guesses."""

    def __init__(
        self, channel: Channel, people: ChannelPeople, router: Router, clock: Clock
    ) -> None:
        self._channel = channel
        self._people = people
        self._router = router
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)

    async def pair(self, message: IncomingMessage, code: str) -> PairedPerson | None:
        """Pair the sender of ``message``, where the code is good. Raises ``StorageError``."""
        if not message.chat.private or not code:
            return None
        person = await self._people.pair(message.chat, message.sender, code)
        if person is None:
            await self._guessed()
            return None
        self._router.notify(
            Severity.INFO,
            self._channel.value,
            f"{person.name or 'Somebody'} is paired in {NAMES[self._channel]} and can now talk to "
            "Steward from there.",
            error_type="paired",
            context={"hint": "If that was not you: remove them in Settings."},
        )
        return person

    async def _guessed(self) -> None:
        now = self._clock.monotonic()
        self._wrong.append(now)
        if len(self._wrong) < MOST_WRONG or now - self._wrong[0] > WITHIN_SECONDS:
            return
        self._wrong.clear()
        if not await self._people.pending_codes(self._channel):
            return
        await self._people.withdraw_codes(self._channel)
        self._router.notify(
            Severity.WARNING,
            self._channel.value,
            "Somebody tried many wrong pairing codes, so the codes you made are withdrawn.",
            error_type="codes_withdrawn",
            context={"hint": "Make a new one in Settings when you want to pair a phone."},
        )
