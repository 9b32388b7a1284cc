"""A channel's health on the engine's loop: put together, counted, and told without haste."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable
from typing import Final

from app.domain.channels import ChannelHealth
from app.domain.errors import StorageError
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_outbox import ChannelOutboxes

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 2.0
"""While something waits: others end it, without a word to us."""
_COUNTS: Final = ("waiting_in", "waiting_out", "unsure")


class HealthTeller:
    """Holds a health. Owned by the engine's loop.

    Args:
        tell: is called when the state, the error or a count has changed; not for times alone.
        pause: seconds between two tellings that are of counts only.
    """

    def __init__(
        self,
        health: ChannelHealth,
        inbox: ChannelInboxes,
        outbox: ChannelOutboxes,
        *,
        tell: Callable[[ChannelHealth], object],
        pause: float,
    ) -> None:
        self.now = health
        self._inbox = inbox
        self._outbox = outbox
        self._tell = tell
        self._pause = pause
        self._look = asyncio.Event()

    def stands(self, health: ChannelHealth) -> None:
        """How the channel stands, but for the counts, which stay."""
        counts = {name: getattr(self.now, name) for name in _COUNTS}
        self._become(dataclasses.replace(health, **counts))

    def change(self, **changes: object) -> None:
        """Change some of it."""
        self._become(dataclasses.replace(self.now, **changes))  # type: ignore[arg-type]

    def count(self) -> None:
        """Something was put in or taken out: count soon."""
        self._look.set()

    async def keep_counting(self) -> None:
        """Count when told to, and now and then while something waits; until cancelled."""
        while True:
            await self._count()
            await asyncio.sleep(self._pause)
            waits = self.now.waiting_in or self.now.waiting_out
            try:
                async with asyncio.timeout(_LOOK_SECONDS if waits else None):
                    await self._look.wait()
            except TimeoutError:
                continue

    async def _count(self) -> None:
        self._look.clear()
        channel = self.now.channel
        try:
            waiting_in = await self._inbox.count(channel)
            waiting_out, unsure = await self._outbox.counts(channel)
        except StorageError as error:
            logger.info("a channel's queues were not counted", extra={"kind": error.kind})
            return
        self.change(waiting_in=waiting_in, waiting_out=waiting_out, unsure=unsure)

    def _become(self, health: ChannelHealth) -> None:
        before, self.now = self.now, health
        if _told(before) != _told(health):
            self._tell(health)


def _told(health: ChannelHealth) -> ChannelHealth:
    """What a change of is told: not the times that pass by."""
    return dataclasses.replace(health, heard_at=None, update_at=None)
