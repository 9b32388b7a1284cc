"""Polls Telegram for updates, and keeps each before Telegram may forget it.

Never asks from behind an update that is not on disk. Source: core.telegram.org/bots/api#getupdates.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApi,
    BotApiError,
    BotBusyError,
    BotConflictError,
    BotTokenError,
    BotUnreachableError,
)
from app.channels.bridge_limits import BridgeLimits
from app.channels.bridge_state import BridgeState
from app.domain.channels import ChannelState
from app.domain.errors import StorageError
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.storage.channel_inbox import ChannelInboxes

logger = logging.getLogger(__name__)

Update = tuple[str, Mapping[str, object]]
Pause = Callable[[float], Awaitable[object]]

CONFLICT: Final = "Another program uses this bot: messages go to it or to Steward by chance."
CONFLICT_HINT: Final = (
    "End the other one, or give each a bot of its own from @BotFather. It is tried again by itself."
)
WEBHOOK: Final = "A webhook was set for this bot: its messages go elsewhere."
WEBHOOK_HINT: Final = "End what set it, or restart Steward, which removes it at its start."
_FORGET_CONFLICTS: Final = 120.0
_IDS: Final = 2**63
_OWN_OLD_POLL: Final = 60.0
"""So long after a start our own poll from before it may still be open at Telegram."""


class Stores:
    """Where a bot's updates are kept: ``account`` tells them from those of another bot's."""

    def __init__(self, inbox: ChannelInboxes, channel: Channel, account: str) -> None:
        self._inbox = inbox
        self._channel = channel
        self._account = account

    async def offset(self, clock: Clock, limits: BridgeLimits) -> int | None:
        """From where to ask; ``None``: from whatever there is."""
        cursor = await self._inbox.cursor(self._channel)
        if cursor is None:
            return None
        value, at = cursor
        account, _, number = value.rpartition(":")
        if account != self._account or not number.isdecimal() or clock.now() - at > limits.cursor:
            return None
        return int(number)

    async def keep(self, updates: Sequence[object], *, polled: bool = True) -> tuple[int, int]:
        """Keep what has an id, on disk on return; how many were new, and how many had none."""
        good = {
            number: one
            for one in updates
            if isinstance(one, dict) and (number := id_of(one)) is not None
        }
        bad = sum(id_of(one) is None for one in updates)
        if not good:
            return 0, bad
        cursor = f"{self._account}:{max(good) + 1}" if polled else None
        named: list[Update] = [
            (f"{self._account}:{number}", good[number]) for number in sorted(good)
        ]
        return await self._take_in(named, cursor), bad

    async def _take_in(self, named: list[Update], cursor: str | None) -> int:
        try:
            return await self._inbox.take_in(self._channel, named, cursor=cursor)
        except (ValueError, TypeError, RecursionError):
            # One of them cannot be stored. It must not hold up the others, nor itself for ever.
            new = 0
            for one in named:
                new += await self._take_in_one(one)
            await self._inbox.take_in(self._channel, [], cursor=cursor)
            return new

    async def _take_in_one(self, one: Update) -> int:
        try:
            return await self._inbox.take_in(self._channel, [one])
        except (ValueError, TypeError, RecursionError):
            logger.warning("an update that cannot be stored was passed over")
            return 0


def id_of(update: object) -> int | None:
    """An update's id; ``None`` for what is none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _IDS:
        return None
    return number


class Poller:
    """Polls until cancelled; belongs to the bridge's thread.

    Args:
        make_api: the client; a new one after a poll that hung.
        set_up: does what is left of what is to be done before the first poll.
        mail: is called when something new is on disk.
        reached: is called when Telegram has answered.
        pause: waits so many seconds, or until the settings have changed.
    """

    def __init__(
        self,
        *,
        make_api: Callable[[], BotApi],
        set_up: Callable[[], Awaitable[object]],
        stores: Stores,
        state: BridgeState,
        clock: Clock,
        limits: BridgeLimits,
        mail: Callable[[], object],
        reached: Callable[[], object],
        pause: Pause,
    ) -> None:
        self._make_api = make_api
        self._set_up = set_up
        self._stores = stores
        self._state = state
        self._clock = clock
        self._limits = limits
        self._mail = mail
        self._reached = reached
        self._pause = pause
        self._api: BotApi | None = None
        self._failures = 0
        self._conflicts = 0
        self._conflict_at = 0.0
        self._malformed = 0
        self._began = clock.monotonic()

    async def run(self) -> None:
        """Poll for ever. Raises nothing that can be mended by trying again."""
        try:
            while True:
                await self._pause_for(await self._round())
        finally:
            if self._api is not None:
                await self._api.aclose()

    async def _pause_for(self, seconds: float) -> None:
        if seconds > 0:
            await self._pause(seconds)

    # -- one round -------------------------------------------------------------------------

    async def _round(self) -> float:
        """Poll once; how long to wait before the next one."""
        try:
            await self._set_up()
            offset = await self._stores.offset(self._clock, self._limits)
            updates = await self._poll(offset)
            wait = await self._kept(updates)
            self._well()
            return wait
        except BotTokenError as error:
            return self._down(ChannelState.REFUSED, error, self._limits.refused)
        except BotConflictError as error:
            return self._conflict(error)
        except BotBusyError as error:
            return self._busy(error)
        except TimeoutError:
            return await self._stalled()
        except (BotUnreachableError, BotAmbiguousError, StorageError) as error:
            return self._failed(error)
        except BotApiError as error:
            return self._down(ChannelState.OFFLINE, error, self._limits.longest_wait)

    async def _poll(self, offset: int | None) -> list[dict[str, object]]:
        if self._api is None:
            self._api = self._make_api()
        seconds = self._seconds()
        async with asyncio.timeout(seconds + self._limits.stall):
            return await self._api.get_updates(offset, seconds)

    def _seconds(self) -> int:
        """How long the next poll may wait: whether all is well is to be known soon."""
        match self._state.state:
            case ChannelState.LISTENING:
                return self._limits.poll
            case ChannelState.CONFLICT:
                # One that does not wait would never meet the other program's.
                return min(self._limits.probe, self._limits.poll)
            case _:
                return 0

    async def _kept(self, updates: list[dict[str, object]]) -> float:
        if not updates:
            self._malformed = 0
            return 0.0
        new, bad = await self._stores.keep(updates)
        if bad:
            logger.warning("updates without an id were passed over", extra={"count": bad})
        if new:
            self._state.came_in()
            self._mail()
        if bad < len(updates):
            self._malformed = 0
            return 0.0
        # Nothing has an id to go on from: the same comes again at once.
        self._malformed += 1
        return self._limits.wait(self._malformed)

    # -- how it went -----------------------------------------------------------------------

    def _well(self) -> None:
        self._failures = 0
        if self._clock.monotonic() - self._conflict_at > _FORGET_CONFLICTS:
            self._conflicts = 0
        self._state.change(ChannelState.LISTENING)
        self._state.heard()
        self._reached()

    def _down(self, state: ChannelState, error: BotApiError | StorageError, wait: float) -> float:
        self._state.change(state, error.message, hint=error.hint, retry_in=wait)
        return wait

    def _failed(self, error: BotApiError | StorageError) -> float:
        self._failures += 1
        wait = self._limits.wait(self._failures)
        first = self._failures == 1 and self._state.state is ChannelState.LISTENING
        if first and isinstance(error, BotApiError):
            # A connection that waits for long is cut now and then: that alone is no news.
            logger.info("a poll failed", extra={"why": error.message})
            return wait
        return self._down(ChannelState.OFFLINE, error, wait)

    def _busy(self, error: BotBusyError) -> float:
        self._state.change(self._state.state, error.message, retry_in=error.retry_after)
        return error.retry_after

    def _conflict(self, error: BotConflictError) -> float:
        self._conflicts += 1
        self._conflict_at = self._clock.monotonic()
        wait = self._limits.wait(self._conflicts)
        if self._conflicts == 1 and self._conflict_at - self._began < _OWN_OLD_POLL:
            return wait
        webhook = "webhook" in error.message.lower()
        self._state.change(
            ChannelState.CONFLICT,
            WEBHOOK if webhook else CONFLICT,
            hint=WEBHOOK_HINT if webhook else CONFLICT_HINT,
            retry_in=wait,
        )
        return wait

    async def _stalled(self) -> float:
        times = self._state.stalled()
        self._failures += 1
        wait = self._limits.wait(self._failures)
        logger.warning("a poll hung", extra={"times": times})
        self._state.change(
            ChannelState.OFFLINE,
            f"Telegram left a poll without an answer ({times} since the start); "
            "Steward connects anew.",
            retry_in=wait,
        )
        api, self._api = self._api, None
        if api is not None:
            await api.aclose()
        return wait
