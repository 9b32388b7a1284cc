"""Updates pushed to an address (api setWebhook), in a thread of their own."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any, Final
from urllib.parse import urlsplit

from tests.standins.telegram.state import TelegramState

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
AGAIN_SECONDS: Final = 0.1
"""The real service waits longer and longer (server, on_update_error)."""
SECONDS: Final = 10.0


class Webhook:
    """Where updates are pushed to, if anywhere.

    Attributes:
        answers: statuses that came back.
        again_seconds: how long to wait after a refusal.
    """

    def __init__(self, state: TelegramState, changed: threading.Condition) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.last_error = ""
        self._error_date = 0
        self.again_seconds = AGAIN_SECONDS
        self._secret = ""
        self._state = state
        self._changed = changed
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="telegram-webhook")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop, and wait for it."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def set(self, url: str, secret: str) -> None:
        """Under the lock: push to ``url`` from now on; empty: no more."""
        self.url, self._secret, self.last_error = url, secret, ""
        self._changed.notify_all()

    @property
    def json(self) -> dict[str, Any]:
        """api WebhookInfo."""
        made: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._state.queue),
        }
        if not self.last_error:
            return made
        return {**made, "last_error_message": self.last_error, "last_error_date": self._error_date}

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or (self.url and self._state.queue))
                if self._ended:
                    return
                update, url, secret = self._state.queue[0], self.url, self._secret
            status = self._push(url, secret, json.dumps(update.body).encode())
            with self._changed:
                self.answers.append(status)
                # server, WebhookActor::handle: any 2xx is well, else it comes again.
                if 200 <= status <= 299:
                    self._state.queue = [one for one in self._state.queue if one is not update]
                    self.last_error = ""
                else:
                    self.last_error = f"Wrong response from the webhook: {status}"
                    self._error_date = int(self._state.now)
                    self._changed.wait_for(lambda: self._ended, self.again_seconds)
                self._changed.notify_all()

    def _push(self, url: str, secret: str, body: bytes) -> int:
        """The status; 0 where there was none."""
        address = urlsplit(url)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port or 80, timeout=SECONDS
        )
        headers = {"Content-Type": "application/json"}
        if secret:
            headers[SECRET_HEADER] = secret  # api setWebhook, secret_token
        path = address.path or "/"
        try:
            connection.request(
                "POST", f"{path}?{address.query}" if address.query else path, body, headers
            )
            response = connection.getresponse()
            response.read()
            return response.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
