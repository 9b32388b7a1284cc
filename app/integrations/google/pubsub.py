"""Events of a Chat app, out of a Pub/Sub subscription."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, Final

from app.channels.chat_api import ChatUnreachableError, PulledEvent
from app.domain.json_values import sound_json
from app.integrations.google.chat_session import ChatSession

_WHAT: Final = "the Pub/Sub subscription"


class ChatEvents:
    """One subscription: ``projects/…/subscriptions/…``. Blocking."""

    def __init__(self, session: ChatSession, subscription: str) -> None:
        self._session = session
        self._subscription = subscription

    def pull(self, most: int, *, wait: bool) -> list[PulledEvent]:
        """See ``ChatApi.pull``."""
        # "We recommend that users do not set this field" (returnImmediately): so only at a start.
        body = {"maxMessages": most} if wait else {"maxMessages": most, "returnImmediately": True}
        request = self._methods.pull(subscription=self._subscription, body=body)
        answer = self._session.ask(request, what=_WHAT, fatal=True, pull=True)
        received = answer.get("receivedMessages", []) if isinstance(answer, dict) else None
        if not isinstance(received, list):
            raise ChatUnreachableError("Google gave an answer that makes no sense.")
        found = [_event(one) for one in received if isinstance(one, dict)]
        return [one for one in found if one is not None]

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """See ``ChatApi.acknowledge``."""
        body = {"ackIds": list(ack_ids)}
        request = self._methods.acknowledge(subscription=self._subscription, body=body)
        self._session.ask(request, what=_WHAT, fatal=True)

    @property
    def _methods(self) -> Any:
        return self._session.services.pubsub.projects().subscriptions()


def _event(received: dict[str, Any]) -> PulledEvent | None:
    """What was delivered; ``None`` where it could not even be acknowledged."""
    message = received.get("message")
    ack_id = received.get("ackId")
    if not isinstance(message, dict) or not isinstance(ack_id, str):
        return None
    return PulledEvent(ack_id, str(message.get("messageId", ack_id)), _decoded(message.get("data")))


def _decoded(data: object) -> dict[str, object] | None:
    try:
        found = sound_json(base64.b64decode(str(data), validate=True).decode())
    except (ValueError, binascii.Error, json.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
