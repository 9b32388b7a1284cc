"""How a bridge stands, and since when: kept by its thread, told to the engine at each change."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from datetime import timedelta

from app.channels.bot_api import BotIdentity
from app.channels.bridge_letters import Named, Stands, ToEngine
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.messages import Channel
from app.domain.skills import Clock

logger = logging.getLogger(__name__)


class BridgeState:
    """Owned by the bridge's thread."""

    def __init__(self, channel: Channel, clock: Clock, post: Callable[[ToEngine], object]) -> None:
        self._clock = clock
        self._post = post
        self._health = ChannelHealth(channel, ChannelState.STARTING, since=clock.now())
        self.stalls = 0

    @property
    def state(self) -> ChannelState:
        """The state now."""
        return self._health.state

    def change(
        self,
        state: ChannelState,
        error: str = "",
        *,
        hint: str = "",
        retry_in: float | None = None,
    ) -> None:
        """From now on it stands so; ``retry_in`` seconds it is tried again."""
        now = self._clock.now()
        if state is not self._health.state:
            logger.log(
                logging.INFO if state.is_well or not error else logging.WARNING,
                "a channel's state has changed",
                extra={"channel": self._health.channel.value, "state": state.value, "why": error},
            )
        self._tell(
            state=state,
            since=self._health.since if state is self._health.state else now,
            error=error,
            hint=hint,
            retry_at=None if retry_in is None else now + timedelta(seconds=retry_in),
        )

    def heard(self) -> None:
        """The service has answered a poll, or taken what was sent."""
        self._tell(heard_at=self._clock.now())

    def came_in(self) -> None:
        """Something came in."""
        now = self._clock.now()
        self._tell(heard_at=now, update_at=now)

    def named(self, bot: BotIdentity) -> None:
        """Who we are is known."""
        self._post(Named(bot))
        self._tell(name=f"@{bot.username}" if bot.username else bot.name)

    def stalled(self) -> int:
        """A poll hung; how many have since the start."""
        self.stalls += 1
        return self.stalls

    def _tell(self, **changes: object) -> None:
        changed = dataclasses.replace(self._health, **changes)  # type: ignore[arg-type]
        if changed != self._health:
            self._health = changed
            self._post(Stands(changed, self.stalls))
