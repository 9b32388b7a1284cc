"""What is done once before Telegram is polled: none of it is needed for messages to come in.

Other servers that speak the Bot API may lack these methods, so a refusal is noted and no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApi,
    BotApiError,
    BotBusyError,
    BotUnreachableError,
)
from app.channels.bridge_state import BridgeState
from app.domain.channels import ChannelState
from app.domain.skills import Clock

logger = logging.getLogger(__name__)

STEP_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 60.0
"""While messages come in, a step that got no answer is not tried more often."""


class SetUp:
    """The steps that are left; belongs to the bridge's thread."""

    def __init__(
        self,
        api: BotApi,
        state: BridgeState,
        clock: Clock,
        commands: Mapping[str, str],
        *,
        polls: bool,
    ) -> None:
        self._api = api
        self._state = state
        self._clock = clock
        self._not_before = clock.monotonic()
        self._left: dict[str, Callable[[], Awaitable[object]]] = {}
        if polls:
            self._left["delete_webhook"] = api.delete_webhook
        self._left["get_me"] = self._meet
        if commands:
            self._left["set_commands"] = lambda: api.set_commands(commands)

    async def go_on(self) -> None:
        """Do what is left, while Telegram answers.

        A step that got no answer is left for the next time; one that was refused is not.
        """
        well = self._state.state is ChannelState.LISTENING
        if not self._left or (well and self._clock.monotonic() < self._not_before):
            return
        self._not_before = self._clock.monotonic() + AGAIN_SECONDS
        for name, step in list(self._left.items()):
            try:
                async with asyncio.timeout(STEP_SECONDS):
                    await step()
            except (BotUnreachableError, BotAmbiguousError, BotBusyError, TimeoutError) as error:
                kind = type(error).__name__
                logger.info("a step of the set-up failed", extra={"step": name, "kind": kind})
                return
            except BotApiError as error:
                logger.info(
                    "a step of the set-up was refused", extra={"step": name, "kind": error.kind}
                )
            del self._left[name]

    async def _meet(self) -> None:
        self._state.named(await self._api.get_me())
