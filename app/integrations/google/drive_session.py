"""What all requests to one account's Drive share: connections, descriptions, patience."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from app.files.drive_client import Check, unchecked
from app.integrations.google.access import Access, AccessTokens
from app.integrations.google.attempts import Attempts, RetryPolicy, Waiting, repeated
from app.integrations.google.connections import Connections
from app.integrations.google.drive_errors import Deed, as_drive_errors, no_sense
from app.integrations.google.drive_metadata import NoSenseError
from app.integrations.google.services import GOOGLE, Services
from app.redaction import Secret

T = TypeVar("T")


class DriveSession:
    """One account's connections. Safe to use from several threads.

    Args:
        access: what the sign-in gave.
        on_end: called once when Google has said that the sign-in is over.
        on_token: called with each short-lived token before it is used.
        root_url: where Drive is, ending in a slash.
        timeout: seconds without a byte until a connection is given up.
        policy: how often a request is tried.
        wait, chance, monotonic: time and chance, so that tests need neither.
    """

    def __init__(
        self,
        access: Access,
        *,
        on_end: Callable[[], None] | None = None,
        on_token: Callable[[Secret], None] | None = None,
        root_url: str = GOOGLE,
        timeout: float = 30.0,
        policy: RetryPolicy | None = None,
        wait: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.services = Services(root_url)
        self.waiting = Waiting(
            policy or RetryPolicy(), wait=wait, chance=chance, monotonic=monotonic
        )
        self.connections = Connections(
            AccessTokens(access, on_end=on_end, on_token=on_token, monotonic=monotonic),
            root_url,
            timeout=timeout,
            monotonic=monotonic,
        )

    def read(self, request: Any, understood: Callable[[Any], T], check: Check = unchecked) -> T:
        """Ask for something, again where that may help. Raises ``DriveError``."""
        return self.ask(request, understood, Deed.READ, Attempts(self.waiting, check))

    def ask(
        self,
        request: Any,
        understood: Callable[[Any], T],
        deed: Deed,
        attempts: Attempts,
        *,
        given_id: bool = False,
    ) -> T:
        """Ask for something; a deed that can be done only once is asked for only once.

        Args:
            request: the library's description.
            understood: reads the answer; may raise ``NoSenseError``.
            deed: what it does, and so what is safe after a failure.
            attempts: how often it has been tried.
            given_id: a file is to be made with an id that we chose.
        """

        def once() -> Any:
            # What is asked only once must not fail because a connection died while nobody used it.
            with self.connections.borrow(fresh=deed is Deed.ONCE) as connection:
                return request.execute(http=connection, num_retries=0)

        with as_drive_errors(deed, given_id=given_id):
            answer = once() if deed is Deed.ONCE else repeated(once, attempts)
        try:
            return understood(answer)
        except NoSenseError:
            raise no_sense(deed) from None

    def close(self) -> None:
        """Close the connections; what is under way is still finished."""
        self.connections.close()
