"""The doctor's calls to Telegram, and its look at what waits there and back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.checks import ATTENTION, OK, TROUBLE, Check
from app.cli.counting import counted
from app.domain.messages import Channel

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.channels.bot_api import BotWebhook
    from app.config import Settings

_LATELY: Final = timedelta(hours=1)


async def check_telegram(settings: Settings) -> Check:
    """Whether the bot answers, and how its updates come. Raises ``BotApiError`` and kin."""
    from app.bot_identity import bot_api

    if not settings.telegram_bot_token:
        return Check("telegram", OK, "No bot is connected; Telegram is not used.")
    api = bot_api(settings.telegram_bot_token, settings.telegram_api_url)
    try:
        bot = await api.get_me()
        webhook = await api.webhook()
    finally:
        await api.aclose()
    wrong = _wrong_way(settings, webhook)
    if wrong is not None:
        status, words, hint = wrong
        return Check("telegram", status, f"@{bot.username} answers. {words}", hint)
    if not settings.telegram_on:
        hint = "`steward config set telegram_on on` lets it listen."
        return Check("telegram", ATTENTION, f"@{bot.username} answers, but is switched off.", hint)
    way = f"updates go to {webhook.url}" if webhook.url else "updates are asked for"
    return Check("telegram", OK, f"@{bot.username} answers; {way}.")


def _wrong_way(settings: Settings, webhook: BotWebhook) -> tuple[str, str, str] | None:
    """What is wrong with how updates come: status, words and hint."""
    from app.clock import SystemClock

    if settings.webhook_port is None:
        if not webhook.url:
            return None
        hint = "Steward takes it out when it begins to listen. A server that uses it goes deaf."
        return ATTENTION, f"Its updates go to {webhook.url}, not to Steward.", hint
    if not webhook.url:
        hint = (
            "`steward serve` sets it where webhook_url is set; else tell Telegram of it yourself."
        )
        return ATTENTION, "No webhook is set with Telegram, so no message comes in.", hint
    if settings.webhook_url is not None and webhook.url != settings.webhook_url:
        hint = "`steward serve` sets it anew when it starts."
        return ATTENTION, f"Its updates go to {webhook.url}, not to {settings.webhook_url}.", hint
    at = webhook.error_at
    lately = at is not None and SystemClock().now() - at < _LATELY
    if webhook.error and webhook.pending and lately:
        waiting = counted(webhook.pending, "update")
        hint = "Look at the web server before `steward serve`, and that both run."
        return TROUBLE, f"It cannot deliver: {webhook.error} ({waiting} wait).", hint
    return None


async def check_phones(assembly: Assembly) -> Check:
    """Who is paired, whether somebody listens to them, and what waits."""
    import asyncio

    settings = assembly.settings
    people = await assembly.channels.people.people()
    if not people:
        if not settings.telegram_bot_token:
            return Check("phones", OK, "Nobody is paired.")
        hint = "`steward telegram pair` makes a code for your phone."
        return Check("phones", ATTENTION, "A bot is connected, but nobody is paired.", hint)
    words = f"Paired: {', '.join(one.name or one.user_id for one in people)}."
    if await asyncio.to_thread(_is_listened_to, settings.home):
        words += " A Steward listens to Telegram."
    stores = assembly.channels.stores
    waiting_in = waiting_out = unsure = 0
    for channel in (Channel.TELEGRAM, Channel.GOOGLE_CHAT):
        waiting_in += await stores.inbox.count(channel)
        out, lost = await stores.outbox.counts(channel)
        waiting_out, unsure = waiting_out + out, unsure + lost
    if unsure:
        found = f"{words} {counted(unsure, 'message')} may not have arrived."
        hint = "The chat, and Settings in the window, offer to send it again."
        return Check("phones", ATTENTION, found, hint)
    if waiting_in or waiting_out:
        found = f"{words} {waiting_in} to be handled, {waiting_out} to be sent."
        hint = "That is done while Steward is open, or `steward serve` runs, and has a network."
        return Check("phones", ATTENTION, found, hint)
    return Check("phones", OK, f"{words} Nothing waits.")


def _is_listened_to(home: Path) -> bool:
    """Whether a Steward of this data directory listens; blocking."""
    from app.channels.lease import Lease
    from app.channels.telegram_bridge import LEASE

    if not (home / LEASE).exists():
        return False
    lease = Lease(home / LEASE)
    if lease.take():
        lease.release()
        return False
    return True
