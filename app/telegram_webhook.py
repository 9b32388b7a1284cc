"""Telegram's webhook put together: the port, what it takes in, and whether Telegram knows of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from app.bot_identity import bot_api
from app.channels.bot_api import (
    BotAmbiguousError,
    BotApiError,
    BotRequestError,
    BotTokenError,
    BotUnreachableError,
)
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.errors import ConfigurationError, StewardError
from app.integrations.webhook import SECRET_FORM, Health, TakeIn, webhook_app
from app.integrations.webhook_server import WebhookServer
from app.resilience.supervision import Child, Ready
from app.storage.health import takes_a_row

if TYPE_CHECKING:
    from app.channel_lines import Making
    from app.channels.bot_api import BotApi
    from app.redaction import Secret

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 60.0
_NEWS: Final = 3
"""Looks in a row that failed, before that is told."""
_LATELY: Final = timedelta(minutes=5)
_DATABASE_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class WebhookTrouble:
    """What is wrong with the webhook, and what the person can do."""

    state: ChannelState
    message: str
    hint: str


class TelegramWebhook:
    """One webhook. Owned by the loop's thread.

    Args:
        wanted: ``token``, ``api_url``, ``port``, ``secret``, ``url`` of the settings.
        states: how each channel stands now.

    Attributes:
        trouble: what is wrong with it.

    Raises ``ConfigurationError``: no secret, one that Telegram would not take, or the port is
    taken.
    """

    def __init__(
        self,
        making: Making,
        wanted: Mapping[str, Any],
        states: Callable[[], Sequence[ChannelHealth]],
    ) -> None:
        self.trouble: WebhookTrouble | None = None
        self._failed = 0
        """Looks in a row at which Telegram was not reached."""
        self._making = making
        self._states = states
        self._token: Secret = wanted["token"]
        self._api_url: str | None = wanted["api_url"]
        self._url: str | None = wanted["url"]
        self._secret = _usable(wanted["secret"])
        self._server = WebhookServer(wanted["port"])

    def children(self, take_in: TakeIn, tell: Callable[[], object]) -> list[Child]:
        """What runs for long. ``tell`` is called when ``trouble`` has changed."""

        async def serve(ready: Ready) -> None:
            await self._server.run(webhook_app(self._secret, take_in, self._health), ready)

        async def watch(ready: Ready) -> None:
            ready()
            api = bot_api(self._token, self._api_url)
            try:
                while True:
                    await self._look(api, tell)
                    await asyncio.sleep(_LOOK_SECONDS)
            finally:
                await api.aclose()

        return [Child("telegram webhook", serve), Child("telegram webhook's watcher", watch)]

    def close(self) -> None:
        """Let go of the port, where it was never served."""
        self._server.close()

    # -- whether updates come in -----------------------------------------------------------

    async def _look(self, api: BotApi, tell: Callable[[], object]) -> None:
        """Have Telegram send updates here, and see whether it does."""
        try:
            trouble = await self._found(api)
            self._failed = 0
        except BotTokenError as error:
            trouble = WebhookTrouble(ChannelState.REFUSED, error.message, error.hint)
        except BotApiError as error:
            logger.info("the webhook was not looked at", extra={"kind": error.kind})
            unreached = isinstance(error, BotUnreachableError | BotAmbiguousError)
            self._failed += unreached
            if not unreached or self._failed < _NEWS:  # now and then it is not reached
                return
            # What comes in still does, and nothing that is answered arrives.
            trouble = WebhookTrouble(ChannelState.OFFLINE, error.message, error.hint)
        if trouble != self.trouble:
            self.trouble = trouble
            tell()

    async def _found(self, api: BotApi) -> WebhookTrouble | None:
        info = await api.webhook()
        if self._url is not None and info.url != self._url:
            try:
                await api.set_webhook(self._url, self._secret.reveal())
            except BotRequestError as error:
                return WebhookTrouble(
                    ChannelState.REFUSED,
                    f"Telegram does not take the webhook's address: {error.reason}",
                    "It must be an https address that the internet reaches. Correct webhook_url.",
                )
            logger.info("telegram was told of the webhook")
            return None
        if not info.url:
            return WebhookTrouble(
                ChannelState.REFUSED,
                "Telegram knows of no webhook, so no message comes in.",
                "Set webhook_url, or tell Telegram of it by setWebhook with the same secret.",
            )
        failed = info.error_at
        if failed is not None and self._making.clock.now() - failed < _LATELY and info.pending:
            return WebhookTrouble(
                ChannelState.OFFLINE,
                f"Telegram cannot deliver to the webhook: {info.error}",
                "Look at the web server before Steward; Telegram keeps trying for a day.",
            )
        return None

    # -- health ----------------------------------------------------------------------------

    async def _health(self) -> Health:
        states = [one for one in self._states() if one.state is not ChannelState.OFF]
        database = await self._database()
        details = {one.channel.value: self._told(one) for one in states}
        return Health(
            not database and all(one.state.is_well for one in states),
            {"database": database or "ok", "channels": details},
        )

    async def _database(self) -> str:
        """What is wrong with the database; empty where it takes a row."""
        database = self._making.database
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                well = await database.compute_async(lambda: takes_a_row(database))
        except TimeoutError:
            return "it does not answer"
        except StewardError as error:
            return error.kind
        return "" if well else "what was written could not be read back"

    def _told(self, health: ChannelHealth) -> dict[str, object]:
        return {
            "state": health.state.value,
            "since": _in_utc(health.since),
            "heard_at": _in_utc(health.heard_at),
            "update_at": _in_utc(health.update_at),
            "waiting_in": health.waiting_in,
            "waiting_out": health.waiting_out,
            "unsure": health.unsure,
            "error": self._making.redactor.text(health.error),
        }


def _in_utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _usable(secret: Secret | None) -> Secret:
    if not secret:
        raise ConfigurationError(
            "A webhook needs a secret token, or anybody could send messages in your name.",
            hint="Make one, for instance by `openssl rand -hex 32`.",
            details={"settings": ["webhook_secret"]},
        )
    if not SECRET_FORM.fullmatch(secret.reveal()):
        raise ConfigurationError(
            "The webhook's secret token cannot be used: Telegram takes 1 to 256 letters (A to Z), "
            "digits, _ and -.",
            hint="Make one, for instance by `openssl rand -hex 32`.",
            details={"settings": ["webhook_secret"]},
        )
    return secret
