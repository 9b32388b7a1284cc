"""Which bot a token belongs to: asked of Telegram, and noted for when it does not answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from app.domain.channels import PairingCode

if TYPE_CHECKING:
    from app.channels.bot_api import BotApi, BotIdentity
    from app.redaction import Secret
    from app.settings_store import SettingsStore

_NOTE: Final = "telegram_bot"


def bot_api(token: Secret, api_url: str | None) -> BotApi:
    """The Bot API for a token; to be closed. Belongs to the running loop."""
    from app.integrations.telegram.bot_client import BotClient

    return BotClient(token, api_url)


def bot_id(token: Secret) -> str:
    """The id of a token's bot, which is no secret: a token begins with it."""
    return token.reveal().partition(":")[0]


async def ask_identity(token: Secret, api_url: str | None) -> BotIdentity:
    """Whose token it is, by a live call. Raises ``BotApiError`` and kin."""
    api = bot_api(token, api_url)
    try:
        return await api.get_me()
    finally:
        await api.aclose()


def note_name(store: SettingsStore, bot: BotIdentity) -> None:
    """Remember what a bot is called. Blocking. Raises ``ConfigurationError``."""
    store.note(_NOTE, lambda _: {"id": bot.id, "username": bot.username})


def noted_name(store: SettingsStore, token: Secret | None) -> str:
    """What the token's bot was called when it last answered; empty where that is not known.

    Blocking.
    """
    noted = store.noted(_NOTE)
    if token is None or not isinstance(noted, Mapping):
        return ""
    own = str(noted.get("id")) == bot_id(token)
    return str(noted.get("username") or "") if own else ""


def with_link(code: PairingCode, username: str) -> PairingCode:
    """The code with the link that sends it to the bot.

    Source: core.telegram.org/bots/features#deep-linking.
    """
    name = username.removeprefix("@")
    return (
        dataclasses.replace(code, link=f"https://t.me/{name}?start={code.code}") if name else code
    )
