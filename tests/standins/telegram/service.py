"""The service as such: takes a call, waits where it has to, and gives the answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tests.standins.telegram.faults import Fault, Faults
from tests.standins.telegram.methods import Call, Methods
from tests.standins.telegram.state import ApiError, TelegramState, bad_request
from tests.standins.telegram.webhooks import Webhook

LONGEST_POLL: Final = 50
"""server, LONG_POLL_MAX_TIMEOUT."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that came, for a test to look at; ``at`` in monotonic seconds."""

    method: str
    given: dict[str, Any]
    at: float


@dataclass(slots=True)
class _Poll:
    """A getUpdates that waits."""

    ended: ApiError | None = None


class Service:
    """The stand-in without its sockets.

    Attributes:
        changed: the one lock; notified at every change.
        version: grows with every change.
        asked: all calls, oldest first.
        missing: methods that this service does not have, in lower case.
    """

    def __init__(self, state: TelegramState) -> None:
        self.state = state
        self.changed = threading.Condition(threading.RLock())
        self.webhook = Webhook(state, self.changed)
        self.faults = Faults()
        self.asked: list[Asked] = []
        self.missing: set[str] = set()
        self.version = 0
        self._methods = Methods(state)
        self._poll: _Poll | None = None
        self._ended = False

    def end(self) -> None:
        """Let everything that waits go."""
        with self.changed:
            self._ended = True
            self.changed.notify_all()

    def note_change(self) -> None:
        """Under the lock: tell those who wait."""
        self.version += 1
        self.changed.notify_all()

    def fault_for(self, call: Call) -> Fault | None:
        """Note that a call came, and what goes wrong with it."""
        with self.changed:
            self.asked.append(Asked(call.method, dict(call.given), time.monotonic()))
            self.note_change()
            return self.faults.for_call(call.method)

    def hang(self, seconds: float | None = None) -> None:
        """Wait until everything is healed, or so long."""
        with self.changed:
            healed = self.faults.healed
            self.changed.wait_for(lambda: self._ended or self.faults.healed != healed, seconds)

    def check(self, token: str) -> None:
        """Raises ``ApiError`` for another token (server, ClientManager)."""
        if token != self.state.token:
            raise ApiError(401, "Unauthorized")

    def answer(self, call: Call) -> Any:
        """The result. Raises ``ApiError``."""
        method = call.method.lower()
        result: Any
        with self.changed:
            if method in self.missing:
                raise ApiError(404, "Not Found: method not found")
            match method:
                case "getupdates":
                    return self._get_updates(call)
                case "setwebhook":
                    result = self._set_webhook(call)
                case "deletewebhook":
                    result = self._set_webhook(Call("deleteWebhook", {**call.given, "url": ""}))
                case "getwebhookinfo":
                    result = self.webhook.json
                case _:
                    result = self._methods.answer(call)
            self.note_change()
            return result

    def file(self, path: str) -> bytes:
        """api getFile: a file by its path. Raises ``ApiError``."""
        with self.changed:
            for file in self.state.files.values():
                if file.path == path:
                    return file.data
        raise ApiError(404, "Not Found")

    # -- updates ---------------------------------------------------------------------------

    def _get_updates(self, call: Call) -> list[Any]:
        # api getUpdates: "This method will not work if an outgoing webhook is set up".
        if self.webhook.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        offset = call.number("offset")
        limit = min(100, max(1, call.number("limit", 100)))
        seconds = min(LONGEST_POLL, max(0, call.number("timeout")))
        if offset < 0:
            # api getUpdates: "starting from -offset update from the end … All previous updates
            # will be forgotten."
            self.state.queue = self.state.queue[offset:]
        elif 0 < offset <= self.state.next_update:
            # server, do_get_updates: an offset that the queue cannot have begins at its head.
            self.state.confirm(offset)
        self.note_change()
        found = self._found(limit)
        if found or not seconds:
            return found
        # server, do_get_updates and abort_long_poll: the older one that waits is ended.
        if self._poll is not None:
            self._abort("other getUpdates request; make sure that only one bot instance is running")
        mine = self._poll = _Poll()
        self.changed.wait_for(
            lambda: self._ended or mine.ended is not None or bool(self._found(1)),
            seconds * self.state.second,
        )
        if mine.ended is not None:
            raise mine.ended
        self._poll = None
        return self._found(limit)

    def _found(self, limit: int) -> list[Any]:
        self.state.expire()
        return [one.body for one in self.state.queue[:limit]]

    def _abort(self, by: str) -> None:
        if self._poll is not None:
            self._poll.ended = ApiError(409, f"Conflict: terminated by {by}")
            self._poll = None
            self.changed.notify_all()

    def _set_webhook(self, call: Call) -> bool:
        url = call.text("url")
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if url:
            self._abort("setWebhook request")  # server, abort_long_poll
        if call.flag("drop_pending_updates"):
            self.state.queue.clear()
        self.webhook.set(url, call.text("secret_token"))
        return True
