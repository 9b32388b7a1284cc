"""The port of Telegram's Bot API: the methods Steward uses, and how they fail.

Source of every fact here: core.telegram.org/bots/api.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from app.domain.channels import ChannelError

TEXT_UNITS: Final = 4096
"""A message's length at most, in UTF-16 units, after its entities are parsed (sendMessage)."""
CAPTION_UNITS: Final = 1024
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024
"""What ``getFile`` offers at most."""
UPLOAD_BYTES: Final = 50 * 1024 * 1024


class BotApiError(ChannelError):
    """The Bot API, or the way to it, failed. Its words never hold the token."""

    kind = "bot_api"


class BotUnreachableError(BotApiError):
    """The request was surely not carried out: no connection, or an answer that says so."""

    kind = "bot_unreachable"


class BotAmbiguousError(BotApiError):
    """The request left, and no answer came: it may have been carried out."""

    kind = "bot_ambiguous"


class BotBusyError(BotApiError):
    """429: too much at once. ``retry_after`` in seconds."""

    kind = "bot_busy"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BotConflictError(BotApiError):
    """409: another program polls with this token, or a webhook is set."""

    kind = "bot_conflict"


class BotTokenError(BotApiError):
    """401, or 404 for every method: the token is not, or no longer, a bot's."""

    kind = "bot_token"


class BotRequestError(BotApiError):
    """400 or 403: this request is not taken. ``reason`` is the API's own description."""

    kind = "bot_request"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def is_unchanged(self) -> bool:
        """An edit that changes nothing."""
        return "message is not modified" in self.reason.lower()

    @property
    def is_markup(self) -> bool:
        """The HTML was not understood."""
        return "can't parse entities" in self.reason.lower()

    @property
    def is_too_big(self) -> bool:
        """A file that is larger than what ``getFile`` offers."""
        return "file is too big" in self.reason.lower()

    @property
    def is_gone(self) -> bool:
        """There is no such message (any more), or it cannot be edited."""
        reason = self.reason.lower()
        return "message to edit not found" in reason or "message can't be edited" in reason


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who the bot is: ``username`` without the ``@``."""

    id: int
    username: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class BotWebhook:
    """How updates leave Telegram (getWebhookInfo).

    Attributes:
        url: where they are sent; empty: they are polled.
        pending: how many wait.
        error: why the last delivery that failed did; empty where none has.
        error_at: UTC, when.
    """

    url: str
    pending: int = 0
    error: str = ""
    error_at: datetime | None = None


Keyboard = Sequence[Sequence[Mapping[str, str]]]
"""Rows of ``{"text": …, "callback_data": …}``."""


class BotApi(Protocol):
    """One bot. Belongs to the loop that made it. Every method raises ``BotApiError`` and kin."""

    async def aclose(self) -> None:
        """Close its connections."""
        ...

    async def get_me(self) -> BotIdentity:
        """Who the token belongs to."""
        ...

    async def delete_webhook(self) -> None:
        """Let updates be polled; what waits there is kept."""
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to ``url``, each with ``secret`` in its header."""
        ...

    async def webhook(self) -> BotWebhook:
        """Where updates are sent now."""
        ...

    async def set_commands(self, commands: Mapping[str, str]) -> None:
        """What the phone offers after ``/``: names and what they do."""
        ...

    async def get_updates(self, offset: int | None, seconds: int) -> list[dict[str, object]]:
        """Updates from ``offset`` on; waits up to ``seconds`` for the first one.

        Every update below ``offset`` is forgotten by the service.
        """
        ...

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
        ...

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
        """Let a message say something else, with other buttons.

        ``caption``: it is a file, and ``text`` stands below it.
        """
        ...

    async def delete_message(self, chat_id: str, message_id: int) -> None:
        """Take back one of the bot's own messages."""
        ...

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
        ...

    async def send_typing(self, chat_id: str) -> None:
        """Show for 5 seconds that something is being written."""
        ...

    async def answer_press(self, query: str, text: str = "") -> None:
        """Acknowledge a pressed button, once."""
        ...

    async def download(self, file_id: str, most: int) -> bytes:
        """A file's bytes, ``most`` at most. Raises ``BotRequestError`` for a larger one."""
        ...
