"""What Pub/Sub holds, and the messages that a Chat app has written."""

from __future__ import annotations

import base64
import itertools
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.standins.google_chat.faults import ChatFault

_CLIENT_ID = re.compile(r"client-[a-z0-9-]{1,56}")
LARGEST = 32_000


@dataclass(slots=True)
class Queued:
    """A message of Pub/Sub: it comes again until it is acknowledged."""

    id: str
    data: str
    ack_ids: set[str] = field(default_factory=set)
    outstanding: bool = False


class ChatState:
    """All of it. Safe from several threads.

    Attributes:
        spaces: in which the app is.
        messages: by name, also those that were taken back (``None``).
        writes: each request that made or changed a message: what it did, and the message's name.
        media: bytes of uploaded files, by resource name.
        pull_seconds: so long a pull waits for something.
        pulling: how many wait just now.
    """

    def __init__(self) -> None:
        self.spaces = {"spaces/DM1", "spaces/TEAM"}
        self.messages: dict[str, dict[str, Any] | None] = {}
        self.writes: list[tuple[str, str]] = []
        self.media: dict[str, bytes] = {}
        self.pull_seconds = 5.0
        self.pulling = 0
        self._by_request: dict[str, str] = {}
        self._by_client_id: dict[str, str] = {}
        self._queue: list[Queued] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._closed = False

    # -- what a test uses ------------------------------------------------------------------

    def publish(self, event: object, *, again: bool = False) -> str:
        """Google Chat tells of an event; ``again``: Pub/Sub delivers it twice by itself."""
        return self.publish_bytes(json.dumps(event).encode(), again=again)

    def publish_bytes(self, data: bytes, *, again: bool = False) -> str:
        """Whatever it is; its id."""
        with self._changed:
            number = f"{next(self._numbers):016d}"
            for _ in range(2 if again else 1):
                self._queue.append(Queued(number, base64.b64encode(data).decode()))
            self._changed.notify_all()
        return number

    def deliver_again(self) -> None:
        """The deadline of what was delivered and not acknowledged is over.

        Discovery: Subscription.ackDeadlineSeconds, "before resending the message".
        """
        with self._changed:
            for one in self._queue:
                one.outstanding = False
            self._changed.notify_all()

    @property
    def unacknowledged(self) -> int:
        """How many messages Pub/Sub still holds."""
        with self._changed:
            return len(self._queue)

    def shown(self, space: str = "spaces/DM1") -> list[dict[str, Any]]:
        """The messages that people see in a space, in order."""
        with self._changed:
            named = [(name, one) for name, one in self.messages.items() if one is not None]
            return [
                {**one, "name": name}
                for name, one in named
                if name.startswith(f"{space}/messages/")
            ]

    def texts(self, space: str = "spaces/DM1") -> list[str]:
        """Their words."""
        return [str(one.get("text", "")) for one in self.shown(space)]

    def close(self) -> None:
        """Let pulls that wait end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # -- Pub/Sub ---------------------------------------------------------------------------

    def wait_for_something(self) -> None:
        """Discovery: the system "may wait (for a bounded amount of time)" for a message."""
        with self._changed:
            self.pulling += 1
            self._changed.wait_for(
                lambda: self._closed or any(not one.outstanding for one in self._queue),
                timeout=self.pull_seconds,
            )
            self.pulling -= 1

    def pull(self, most: int) -> list[dict[str, Any]]:
        """What is not outstanding; each delivery with an id of its own."""
        with self._changed:
            found = [one for one in self._queue if not one.outstanding][:most]
            received = []
            for one in found:
                one.outstanding = True
                ack_id = f"ack-{next(self._numbers)}"
                one.ack_ids.add(ack_id)
                message = {"data": one.data, "messageId": one.id}
                received.append({"ackId": ack_id, "message": message})
            return received

    def acknowledge(self, ack_ids: list[str]) -> None:
        """Discovery: more than once "will not result in an error"."""
        with self._changed:
            self._queue = [one for one in self._queue if not one.ack_ids & set(ack_ids)]

    # -- Chat ------------------------------------------------------------------------------

    def create(
        self, space: str, body: dict[str, Any], *, message_id: str, request_id: str
    ) -> dict[str, Any]:
        """Discovery: spaces.messages.create, requestId and messageId."""
        with self._changed:
            if space not in self.spaces:
                raise ChatFault(403, "PERMISSION_DENIED", "Caller is not a member of the space.")
            if request_id and request_id in self._by_request:
                return {**body, "name": self._by_request[request_id]}
            self._check(body)
            if message_id and not _CLIENT_ID.fullmatch(message_id):
                raise ChatFault(400, "INVALID_ARGUMENT", "Invalid message ID.")
            named = f"{space}/messages/{message_id}"
            if message_id and named in self._by_client_id:
                raise ChatFault(409, "ALREADY_EXISTS", "Message already exists.")
            name = f"{space}/messages/B{next(self._numbers)}.B1"
            self.messages[name] = {**body}
            self.writes.append(("create", name))
            if request_id:
                self._by_request[request_id] = name
            if message_id:
                self._by_client_id[named] = name
            return {**body, "name": name}

    def patch(self, name: str, body: dict[str, Any], mask: str) -> dict[str, Any]:
        """Discovery: spaces.messages.patch, updateMask."""
        with self._changed:
            name = self._by_client_id.get(name, name)
            message = self.messages.get(name)
            if message is None:
                raise ChatFault(404, "NOT_FOUND", "Message not found.")
            fields = {"text": "text", "cards_v2": "cardsV2", "cardsV2": "cardsV2"}
            for field_name in mask.split(","):
                if field_name not in fields:
                    raise ChatFault(400, "INVALID_ARGUMENT", f"Invalid mask {field_name}.")
                message[fields[field_name]] = body.get(fields[field_name])
            self._check(message)
            self.writes.append(("patch", name))
            return {**message, "name": name}

    def delete(self, name: str) -> None:
        """Discovery: spaces.messages.delete."""
        with self._changed:
            name = self._by_client_id.get(name, name)
            if self.messages.get(name) is None:
                raise ChatFault(404, "NOT_FOUND", "Message not found.")
            self.messages[name] = None
            self.writes.append(("delete", name))

    def forget_requests(self) -> None:
        """Assumed: request ids are not remembered for ever."""
        self._by_request.clear()

    def _check(self, body: dict[str, Any]) -> None:
        """Discovery: "The maximum message size … is 32,000 bytes"."""
        if not body.get("text") and not body.get("cardsV2"):
            raise ChatFault(400, "INVALID_ARGUMENT", "Message cannot be empty.")
        if len(json.dumps(body, ensure_ascii=False).encode()) > LARGEST:
            raise ChatFault(400, "INVALID_ARGUMENT", "Message is too large.")
