"""What can go wrong on the way to the Bot API and back, when a test says so. All of it is JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: ``before``: the connection ends before the request is carried out; ``after``: it is
            carried out, and the connection ends without an answer; ``middle``: the answer is cut;
            ``hang``: nothing happens until ``heal``, then the connection ends; ``slow``: it is
            carried out after ``seconds``; ``error``: not carried out, this error; ``done_error``:
            carried out, and yet this error; ``garbage``: carried out, the answer is no JSON;
            ``page``: not carried out, a proxy's page with ``status``; ``huge``: an endless answer;
            ``redirect``: to ``description``.
    """

    kind: str
    status: int = 500
    description: str = ""
    retry_after: int | None = None
    seconds: float = 0.0

    @classmethod
    def busy(cls, retry_after: int) -> Self:
        """429 (api ResponseParameters: "the number of seconds left to wait")."""
        return cls("error", 429, f"Too Many Requests: retry after {retry_after}", retry_after)

    @classmethod
    def lost(cls) -> Self:
        """Carried out, but the answer never arrives."""
        return cls("after")

    @classmethod
    def error(cls, status: int, description: str) -> Self:
        """Not carried out."""
        return cls("error", status, description)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From JSON."""
        return cls(**values)

    @property
    def json(self) -> dict[str, Any]:
        """To JSON."""
        return dataclasses.asdict(self)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    method: str
    skip: int
    times: int


class Faults:
    """The faults that are still to come. Used under the server's lock."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self.healed = 0

    def plan(self, fault: Fault, method: str, *, skip: int, times: int) -> None:
        """``method`` in any spelling; ``*`` for each one, ``file`` for a download."""
        self._planned.append(_Planned(fault, method.lower(), skip, times))

    def clear(self) -> None:
        """Nothing more goes wrong, and what hangs ends."""
        self._planned.clear()
        self.healed += 1

    def for_call(self, method: str) -> Fault | None:
        """What happens to this one."""
        found: Fault | None = None
        for planned in self._planned:
            if planned.times <= 0 or planned.method not in ("*", method.lower()):
                continue
            if planned.skip > 0:
                planned.skip -= 1
            elif found is None:
                planned.times -= 1
                found = planned.fault
        return found
