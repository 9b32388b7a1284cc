"""Tells, once each, that a channel went deaf and that it is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.channels.strangers import call_later
from app.channels.words import NAMES
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.events import Severity
from app.domain.messages import Channel
from app.notifications.router import Later, Router, Timer

BLIP_SECONDS: Final = 30.0
"""What is over sooner is not told; so much a start has, too."""

_WORDS: Final = {
    ChannelState.STARTING: "does not get started",
    ChannelState.CONFLICT: "is deaf: somebody else uses the same bot",
    ChannelState.REFUSED: "is deaf: its credentials are refused",
    ChannelState.OFFLINE: "is not reached",
    ChannelState.STOPPED: "has stopped",
}


def tell_health(router: Router, *, later: Later = call_later) -> HealthTelling:
    """What is to be called with every health of every channel, on the loop's thread."""
    return HealthTelling(router, later)


class HealthTelling:
    """Remembers how each channel stood. Owned by the engine's loop."""

    def __init__(self, router: Router, later: Later = call_later) -> None:
        self._router = router
        self._later = later
        self._down: dict[Channel, ChannelHealth] = {}
        """How a channel that is not well stands now."""
        self._timers: dict[Channel, Timer] = {}
        self._told: set[Channel] = set()

    def __call__(self, health: ChannelHealth) -> None:
        """A channel's health has changed."""
        channel = health.channel
        if health.state.is_well or health.state is ChannelState.OFF:
            self._down.pop(channel, None)
            if (timer := self._timers.pop(channel, None)) is not None:
                timer.cancel()
            if channel in self._told:
                self._told.discard(channel)
                if health.state.is_well:
                    self._tell_back(channel)
            return
        self._down[channel] = health
        if channel not in self._told and channel not in self._timers:
            self._timers[channel] = self._later(BLIP_SECONDS, self._teller(channel))

    def close(self) -> None:
        """Tell nothing more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _teller(self, channel: Channel) -> Callable[[], None]:
        return lambda: self._tell_down(channel)

    def _tell_down(self, channel: Channel) -> None:
        del self._timers[channel]
        health = self._down[channel]
        self._told.add(channel)
        why = f" ({health.error})" if health.error else ""
        hint = health.hint or "It is tried again by itself; what you send meanwhile waits there."
        self._router.notify(
            Severity.WARNING,
            channel.value,
            f"{NAMES.get(channel, channel.value)} {_WORDS[health.state]}{why}.",
            error_type=f"channel_{health.state.value}",
            context={"hint": hint},
        )

    def _tell_back(self, channel: Channel) -> None:
        self._router.notify(
            Severity.INFO,
            channel.value,
            f"{NAMES.get(channel, channel.value)} is listened to again.",
            error_type="channel_back",
        )
