"""What goes wrong on the way to Drive in a scenario, and who does something there meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from app.integrations.google.attempts import RetryPolicy
from app.integrations.google.connections import Connection
from tests.files.faults import Crash
from tests.standins.google_drive import Answer, CutAfter, CutBefore, DriveServer
from tests.standins.google_drive.requests import Request

TIMED_OUT: Final = object()
"""The client gets no answer in time to a request that has not arrived."""
FAULTS: Final[dict[str, Any]] = {
    "403 rate": Answer(403, "userRateLimitExceeded", "Slow down."),
    "429": Answer(429, "rateLimitExceeded", "Slow down."),
    "500": Answer(500),
    "503": Answer(503),
    "timeout before": TIMED_OUT,
    "lost before": CutBefore(),
    "lost after": CutAfter(),
}
PATIENCE: Final = RetryPolicy(tries=3, unreached_tries=3)
"""How often a request is tried: less often than people would wait, and in the same way."""
LASTING: Final = 40
"""So many times in a row a lasting fault happens: until the process gives up."""


class Disturbing:
    """Counts the requests of one process after the other, and lets things happen at some of them.

    Args:
        server: whose requests these are.

    Attributes:
        count: requests so far, by number from 0.
    """

    def __init__(self, server: DriveServer) -> None:
        self._server = server
        self._dead = False
        self._left: tuple[int, Callable[[], object]] | None = None
        self._crashes: dict[int, bool] = {}
        self._timeouts = range(0)
        self.count = 0
        server.before = self._before

    def begin(
        self,
        *,
        fault: object = None,
        at: int = 0,
        lasting: bool = False,
        crash_after: bool | None = None,
        crash_again: int | None = None,
        meanwhile: Callable[[], object] | None = None,
        meanwhile_at: int = 0,
    ) -> None:
        """Count from 0, and let these things happen.

        Args:
            fault: of ``FAULTS``, at request ``at``; ``lasting``: at all later ones of this process.
            at: number of the request.
            crash_after: the process dies at request ``at``, before it is sent or (``True``) after.
            crash_again: the next one dies, too, after this many more requests.
            meanwhile: called before request ``meanwhile_at``, or the next that arrives.
        """
        self.count, self._dead = 0, False
        self._timeouts, self._crashes = range(0), {}
        times = LASTING if lasting else 1
        if fault is TIMED_OUT:
            self._timeouts = range(at, at + times)
        elif fault is not None:
            self._server.fail(fault, skip=at, times=times)  # type: ignore[arg-type]
        if crash_after is not None:
            self._crashes[at] = crash_after
            if crash_again is not None:
                self._crashes[at + 1 + crash_again] = True
        self._left = None if meanwhile is None else (meanwhile_at, meanwhile)

    def new_process(self) -> None:
        """The one before has ended, and nothing is in the way of the next: but a second crash, and
        whoever has not come yet.
        """
        self._dead = False
        self._timeouts = range(0)
        self._server.heal()

    def end(self) -> None:
        """Nothing happens any more."""
        self._left, self._crashes = None, {}
        self.new_process()

    @contextmanager
    def within(self) -> Iterator[None]:
        """Within, every request passes here."""
        real = Connection._exchange

        def exchange(connection: Connection, *args: Any, **more: Any) -> Any:
            return self._passing(connection, lambda: real(connection, *args, **more))

        Connection._exchange = exchange  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            Connection._exchange = real  # type: ignore[method-assign]

    def _before(self, _: Request) -> None:
        if self._left is not None and self.count - 1 >= self._left[0]:
            act = self._left[1]
            self._left = None
            act()

    def _passing(self, connection: Connection, send: Callable[[], Any]) -> Any:
        if self._dead:
            raise Crash
        number, self.count = self.count, self.count + 1
        after = self._crashes.pop(number, None)
        if after is not None:
            self._dead = True
        if after is False:
            raise Crash
        if number in self._timeouts:
            with _no_answer(connection):
                return send()
        answer = send()
        if after is not None:
            raise Crash
        return answer


@contextmanager
def _no_answer(connection: Connection) -> Iterator[None]:
    http = connection._http
    real = http.request

    def request(*_: object, **__: object) -> Any:
        raise TimeoutError

    http.request = request
    try:
        yield
    finally:
        http.request = real
