"""What can go wrong on the way to Drive and back, when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.standins.google_drive.requests import DriveFault, Request, Response

WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The request is not carried out; this error is the answer (guide handle-errors)."""

    status: int
    reason: str = "backendError"
    message: str = "An error."
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def response(self) -> Response:
        """The answer on the wire."""
        if self.body is not None:
            return Response(self.status, self.body, {"content-type": "text/html", **self.headers})
        return DriveFault(self.status, self.reason, self.message, self.headers).response


@dataclass(frozen=True, slots=True)
class CutBefore:
    """The connection ends before the request is carried out."""


@dataclass(frozen=True, slots=True)
class CutAfter:
    """The request is carried out, and the connection ends before the answer."""


@dataclass(frozen=True, slots=True)
class CutMiddle:
    """The request is carried out; the connection ends in the middle of the answer's body."""


@dataclass(frozen=True, slots=True)
class KeepOnly:
    """Of a piece of an upload only so many bytes are kept.

    Guide manage-uploads: "the server might not receive all the bytes", hence the ``Range`` header.
    """

    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """The request waits until a test calls ``release``; then it is carried out."""

    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        self.released.set()

    def wait(self) -> None:
        self.arrived.set()
        assert self.released.wait(WAIT_SECONDS), "nobody released the request"


Fault = Answer | CutBefore | CutAfter | CutMiddle | KeepOnly | Hold
When = Callable[[Request], bool]


def anything(request: Request) -> bool:
    """Every request, but those for a token."""
    return request.path != "/token"


def to(method: str, part: str) -> When:
    """Requests with this method whose path and query contain ``part``."""
    return lambda request: request.method == method and part in request.target


@dataclass(slots=True)
class _Planned:
    fault: Fault
    when: When
    skip: int
    times: int


class Faults:
    """The faults that are still to come. Used under the server's lock."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, *, on: When = anything, skip: int = 0, times: int = 1) -> None:
        """Let ``fault`` happen to the next ``times`` requests like ``on``, after ``skip`` more."""
        self._planned.append(_Planned(fault, on, skip, times))

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._planned.clear()

    def for_request(self, request: Request) -> Fault | None:
        """What happens to this one."""
        found: Fault | None = None
        for planned in self._planned:
            if planned.times <= 0 or not planned.when(request):
                continue
            if planned.skip > 0:
                planned.skip -= 1
            elif found is None:
                planned.times -= 1
                found = planned.fault
        return found
