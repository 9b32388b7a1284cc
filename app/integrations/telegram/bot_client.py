"""The Bot API's methods that Steward uses: parameters in, typed results out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from app.channels.bot_api import (
    DOWNLOAD_BYTES,
    BotAmbiguousError,
    BotIdentity,
    BotRequestError,
    BotWebhook,
    Keyboard,
)
from app.integrations.telegram.multipart import Upload
from app.integrations.telegram.transport import Transport
from app.redaction import Secret

UPDATES: Final = ("message", "edited_message", "callback_query")
"""What is asked for: without it the setting of whoever used the bot before would hold
(getUpdates, ``allowed_updates``)."""
_NO_PREVIEW: Final[Mapping[str, object]] = {"link_preview_options": {"is_disabled": True}}
"""For a preview Telegram opens a link by itself: one in a model's answer could carry something out
that nobody has chosen to send (sendMessage, ``link_preview_options``)."""
_COMMAND_WORDS: Final = 256
_ANSWER_WORDS: Final = 200


class BotClient:
    """One bot (``BotApi``). Belongs to the loop that uses it first."""

    def __init__(self, token: Secret, root: str | None = None) -> None:
        self._transport = Transport(token, root)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._transport.aclose()

    # -- the bot ---------------------------------------------------------------------------

    async def get_me(self) -> BotIdentity:
        """Who the token belongs to."""
        found = _mapping(await self._transport.call("getMe", {}))
        number = found.get("id")
        return BotIdentity(
            number if isinstance(number, int) else 0,
            _text(found.get("username")),
            _text(found.get("first_name")),
        )

    async def delete_webhook(self) -> None:
        """Let updates be polled; what waits there is kept."""
        await self._transport.call("deleteWebhook", {"drop_pending_updates": False})

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to ``url``, each with ``secret`` in its header."""
        await self._transport.call(
            "setWebhook", {"url": url, "secret_token": secret, "allowed_updates": UPDATES}
        )

    async def webhook(self) -> BotWebhook:
        """Where updates are sent now."""
        found = _mapping(await self._transport.call("getWebhookInfo", {}))
        pending = found.get("pending_update_count")
        return BotWebhook(
            _text(found.get("url")),
            pending if isinstance(pending, int) else 0,
            _text(found.get("last_error_message")),
            _moment(found.get("last_error_date")),
        )

    async def set_commands(self, commands: Mapping[str, str]) -> None:
        """What the phone offers after ``/``."""
        listed = [
            {"command": name, "description": words[:_COMMAND_WORDS]}
            for name, words in commands.items()
        ]
        await self._transport.call("setMyCommands", {"commands": listed})

    async def get_updates(self, offset: int | None, seconds: int) -> list[dict[str, object]]:
        """Updates from ``offset`` on; waits up to ``seconds`` for the first one.

        What is in the list may be anything: it is the service's word, unread.
        """
        parameters: dict[str, object] = {"timeout": seconds, "allowed_updates": UPDATES}
        if offset is not None:
            parameters["offset"] = offset
        found = await self._transport.call("getUpdates", parameters, waits=float(max(1, seconds)))
        if not isinstance(found, list):
            raise BotAmbiguousError("Telegram gave something else than updates.")
        return found

    # -- messages --------------------------------------------------------------------------

    async def send_message(
        self,
        chat_id: str,
        text: str,
        *,
        html: bool,
        keyboard: Keyboard = (),
        quiet: bool = False,
    ) -> int:
        """Send a message; its id."""
        parameters = _said(chat_id, keyboard, html=html, quiet=quiet)
        return _number(
            await self._transport.call("sendMessage", {**parameters, "text": text, **_NO_PREVIEW})
        )

    async def edit_message(
        self,
        chat_id: str,
        message_id: int,
        text: str,
        *,
        html: bool,
        keyboard: Keyboard = (),
        caption: bool = False,
    ) -> None:
        """Let a message say something else, with other buttons."""
        parameters = _said(chat_id, keyboard, html=html)
        parameters["message_id"] = message_id
        if caption:
            await self._transport.call("editMessageCaption", {**parameters, "caption": text})
        else:
            await self._transport.call(
                "editMessageText", {**parameters, "text": text, **_NO_PREVIEW}
            )

    async def delete_message(self, chat_id: str, message_id: int) -> None:
        """Take back one of the bot's own messages."""
        parameters = {"chat_id": chat_id, "message_id": message_id}
        await self._transport.call("deleteMessage", parameters)

    async def send_document(
        self,
        chat_id: str,
        name: str,
        data: bytes,
        *,
        caption: str = "",
        html: bool = False,
        keyboard: Keyboard = (),
        quiet: bool = False,
    ) -> int:
        """Send a file; the message's id."""
        parameters = _said(chat_id, keyboard, html=html, quiet=quiet)
        parameters["disable_content_type_detection"] = True  # else a .gif becomes an animation
        if caption:
            parameters["caption"] = caption
        return _number(
            await self._transport.call(
                "sendDocument", parameters, upload=Upload("document", name, data)
            )
        )

    async def send_typing(self, chat_id: str) -> None:
        """Show for 5 seconds that something is being written."""
        await self._transport.call("sendChatAction", {"chat_id": chat_id, "action": "typing"})

    async def answer_press(self, query: str, text: str = "") -> None:
        """Acknowledge a pressed button, once."""
        parameters = {"callback_query_id": query}
        if text:
            parameters["text"] = text[:_ANSWER_WORDS]
        await self._transport.call("answerCallbackQuery", parameters)

    async def download(self, file_id: str, most: int) -> bytes:
        """A file's bytes, ``most`` at most. Raises ``BotRequestError`` for a larger one."""
        found = _mapping(await self._transport.call("getFile", {"file_id": file_id}))
        size, path = found.get("file_size"), _text(found.get("file_path"))
        most = min(most, DOWNLOAD_BYTES)
        if isinstance(size, int) and size > most:
            raise BotRequestError("The file is too large for Telegram's bots.", "file is too big")
        if not path:
            raise BotRequestError("Telegram does not offer this file.", "no file_path")
        return await self._transport.download(path, most)


def _said(
    chat_id: str, keyboard: Keyboard, *, html: bool, quiet: bool = False
) -> dict[str, object]:
    parameters: dict[str, object] = {"chat_id": chat_id}
    if html:
        parameters["parse_mode"] = "HTML"
    if keyboard:
        parameters["reply_markup"] = {"inline_keyboard": [list(map(dict, row)) for row in keyboard]}
    if quiet:
        parameters["disable_notification"] = True
    return parameters


def _number(message: Any) -> int:
    """A message's id. Raises ``BotAmbiguousError``: something was sent, under a name unknown."""
    number = _mapping(message).get("message_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise BotAmbiguousError("Telegram did not say which message it made.")
    return number


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
    except (ValueError, OverflowError, OSError):
        return None
