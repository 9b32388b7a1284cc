"""What all requests of a Chat app share: its service account, connections, and what failures mean.

Each request is tried once: who asks decides when to ask again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from app.channels.chat_api import (
    ChatApiError,
    ChatBusyError,
    ChatRefusedError,
    ChatRequestError,
    ChatUnreachableError,
)
from app.domain.drive import DriveSignedOutError
from app.integrations.google.access import Access, AccessTokens
from app.integrations.google.connections import Connection, Connections
from app.integrations.google.failures import Refusal, Unreached
from app.integrations.google.services import GOOGLE, Services

SCOPES: Final = "https://www.googleapis.com/auth/chat.bot https://www.googleapis.com/auth/pubsub"
GUIDE: Final = "docs/google-chat.md says how, step by step."

_SWITCHED_OFF: Final = frozenset(["accessNotConfigured", "SERVICE_DISABLED"])


class ChatSession:
    """One Chat app's connections. Safe to use from several threads.

    Args:
        timeout: seconds without a byte until a connection is given up.
        longest_pull: the same for a pull, which Google answers when something comes or a time of
            its own is over ("a bounded amount of time": PullRequest.returnImmediately).
    """

    def __init__(
        self,
        access: Access,
        *,
        root_url: str = GOOGLE,
        timeout: float = 30.0,
        longest_pull: float = 150.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.services = Services(root_url)
        tokens = AccessTokens(access, monotonic=monotonic)
        self._requests = Connections(tokens, root_url, timeout=timeout, monotonic=monotonic)
        self._pulls = Connections(tokens, root_url, timeout=longest_pull, monotonic=monotonic)

    def ask(self, request: Any, *, what: str, fatal: bool = False, pull: bool = False) -> Any:
        """The answer to the library's ``request``. Raises ``ChatApiError`` and kin.

        Args:
            request: the library's description.
            what: what it is about, for a person (``the subscription``).
            fatal: where it is refused, nothing else will go, either.
            pull: it may take long until something comes.
        """
        with self.connection(what=what, fatal=fatal, pull=pull) as connection:
            return request.execute(http=connection, num_retries=0)

    @contextmanager
    def connection(
        self, *, what: str, fatal: bool = False, pull: bool = False
    ) -> Iterator[Connection]:
        """A connection; within it failures become ``ChatApiError`` and kin."""
        from googleapiclient.errors import Error as LibraryError

        connections = self._pulls if pull else self._requests
        try:
            with connections.borrow() as connection:
                yield connection
        except Refusal as refused:
            raise _refused(refused, what, fatal=fatal) from None
        except Unreached as failure:
            raise ChatUnreachableError(failure.message) from None
        except DriveSignedOutError:
            raise ChatRefusedError(
                "Google does not accept the service account of the Chat app any more.",
                hint=f"Make a new key for it and set GOOGLE_APPLICATION_CREDENTIALS. {GUIDE}",
            ) from None
        except (LibraryError, UnicodeDecodeError, RecursionError):  # it reads any JSON
            raise ChatUnreachableError("Google gave an answer that makes no sense.") from None

    def close(self) -> None:
        """Break off what is under way."""
        self._requests.cut()
        self._pulls.cut()


def _refused(failure: Refusal, what: str, *, fatal: bool) -> ChatApiError:
    if failure.is_rate:
        return ChatBusyError("Google takes no more requests just now.", failure.retry_after)
    if failure.status >= 500:
        return ChatUnreachableError("Google is out of order just now.")
    if failure.reason in _SWITCHED_OFF:
        return ChatRefusedError(
            "An interface of Google that Steward needs is not switched on.",
            hint="Switch on the Google Chat API and the Cloud Pub/Sub API for the project of the "
            f"Chat app. {GUIDE}",
        )
    reason = f", {failure.reason}" if failure.reason else ""
    words = f"Google does not let Steward at {what} ({failure.status}{reason})."
    if fatal:
        return ChatRefusedError(
            words, hint=f"Check its name, and the service account's rights. {GUIDE}"
        )
    return ChatRequestError(words, failure.status)
