"""The stand-in as a whole, in this process."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from tests.standins.telegram.control import Control
from tests.standins.telegram.phone import Bench
from tests.standins.telegram.service import Service
from tests.standins.telegram.sockets import Sockets
from tests.standins.telegram.state import TOKEN, TelegramState


class TelegramServer(Bench):
    """The Bot API on loopback.

    Attributes:
        url: what Steward is given as the root of the API.
        token: of the one bot.
        service: what happens inside.
    """

    def __init__(
        self, *, token: str = TOKEN, username: str = "steward_test_bot", port: int = 0
    ) -> None:
        self.token = token
        self.service = Service(TelegramState(token, username))
        self._control = Control(self.service)
        self._sockets = Sockets(self.service, self._control, port)
        self.port = self._sockets.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._sockets.serve_forever,
            kwargs={"poll_interval": 0.01},
            name="telegram-server",
        )

    def act(self, action: str, **arguments: Any) -> Any:
        return self._control.act(action, arguments)

    def hang_up(self) -> None:
        """End all connections, in the middle of whatever they do."""
        self._sockets.hang_up()

    def __enter__(self) -> Self:
        self._thread.start()
        self.service.webhook.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.service.end()
        self.service.webhook.end()
        self._sockets.shutdown()
        self._sockets.hang_up()
        self._sockets.server_close()
        self._thread.join()
