"""The port of Google Chat, as a Chat app has it: its events come by Pub/Sub. And how it fails.

Source: Google's descriptions of both interfaces, ``chat.v1`` and ``pubsub.v1``; *guide NAME* is
developers.google.com/workspace/chat/NAME.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.channels import ChannelError

MESSAGE_BYTES: Final = 32_000
"""A message with its cards at most (spaces.messages.create)."""
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024
"""What is taken in of a file at most; Google Chat itself takes 200 MB."""
PRESS: Final = "steward_press"
"""The function that a button of ours names."""
BUTTON: Final = "button"
"""The parameter in which it carries its id."""


class ChatApiError(ChannelError):
    """Google Chat or Pub/Sub, or the way to them, failed. Its words never hold a token."""

    kind = "chat_api"


class ChatUnreachableError(ChatApiError):
    """No answer, or one that says that the service is out of order; it may have been done."""

    kind = "chat_unreachable"


class ChatBusyError(ChatApiError):
    """Too much at once. ``retry_after`` in seconds, where Google says so."""

    kind = "chat_busy"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChatRefusedError(ChatApiError):
    """The credentials, or the subscription, are not good (any more)."""

    kind = "chat_refused"


class ChatRequestError(ChatApiError):
    """This request is not taken. ``status`` of HTTP."""

    kind = "chat_request"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    @property
    def is_gone(self) -> bool:
        """There is no such message or file (any more)."""
        return self.status == 404

    @property
    def is_there(self) -> bool:
        """A message with this id was made before (``ALREADY_EXISTS``)."""
        return self.status == 409


@dataclass(frozen=True, slots=True)
class PulledEvent:
    """An event that Pub/Sub delivered, until it is acknowledged.

    Attributes:
        ack_id: what acknowledges this delivery of it.
        id: Pub/Sub's own, the same for each delivery.
        event: as Google Chat sent it; ``None`` where it is no JSON object.
    """

    ack_id: str
    id: str
    event: Mapping[str, object] | None


class ChatApi(Protocol):
    """One Chat app. Blocking, for worker threads; safe from several at once.

    Every method raises ``ChatApiError`` and kin, and tries once only. All of them can be repeated
    without harm.
    """

    def pull(self, most: int, *, wait: bool) -> list[PulledEvent]:
        """Events that were not acknowledged; ``wait``: for the first one, as long as Google does.

        What is not acknowledged comes again.
        """
        ...

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """These need not come again."""
        ...

    def create(
        self,
        space: str,
        message: Mapping[str, object],
        *,
        message_id: str,
        request_id: str,
        quiet: bool = False,
    ) -> str:
        """Post a message (``Message``); its name. ``quiet``: nobody is notified.

        "Specifying a request ID makes the request idempotent": a repeat gives the first message's
        name and changes nothing (spaces.messages.create, ``requestId``). ``message_id`` begins with
        ``client-`` and is unique in its space: where the first is forgotten, that one is refused.
        """
        ...

    def update(self, name: str, message: Mapping[str, object]) -> None:
        """Let a message of ours have this text and these cards."""
        ...

    def delete(self, name: str) -> None:
        """Take back a message of ours."""
        ...

    def download(self, resource: str, most: int) -> bytes:
        """A file's bytes. Raises ``ChatRequestError`` (413) for more than ``most``."""
        ...

    def close(self) -> None:
        """End what is under way, too: whoever waits for it is told at once."""
        ...
