"""What the calls of one answer wait for, each since when it began to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import datetime

from app.domain.events import Event, Phase, Waiting
from app.domain.skills import Clock


class Waits:
    """The waits of one batch of calls. Publishes ``waiting`` with the time each began.

    ``asking``: made at each wait for the person's decision, and held until it is over.
    """

    def __init__(
        self,
        conversation_id: str,
        turn_id: str,
        *,
        clock: Clock,
        publish: Callable[[Event], None],
        asking: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._conversation_id = conversation_id
        self._turn_id = turn_id
        self._clock = clock
        self._publish = publish
        self._asking = asking
        self._open: list[tuple[str, Phase, str, datetime]] = []
        self._asked: dict[str, ExitStack] = {}

    def begin(self, call_id: str, phase: Phase, detail: str) -> None:
        """``call_id`` waits from now on."""
        self._open.append((call_id, phase, detail, self._clock.now()))
        if phase is Phase.APPROVAL:
            asked = self._asked.setdefault(call_id, ExitStack())
            asked.enter_context(self._asking())
        self._tell()

    def end(self, call_id: str) -> None:
        """What ``call_id`` began last is over."""
        for at in reversed(range(len(self._open))):
            if self._open[at][0] == call_id:
                _, phase, _, _ = self._open.pop(at)
                if phase is Phase.APPROVAL:
                    self._asked.pop(call_id).close()
                break

    def again(self) -> None:
        """Tell what is still waited for, if anything, after something else was told."""
        if self._open:
            self._tell()

    def _tell(self) -> None:
        _, phase, detail, since = self._open[-1]
        self._publish(
            Waiting(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                phase=phase,
                detail=detail,
                since=since,
            )
        )
