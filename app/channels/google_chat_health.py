"""How Google Chat stands: what pulling and sending have met with, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.channels.chat_api import ChatApiError, ChatBusyError, ChatRefusedError
from app.channels.google_chat_sending import ChatPace
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.messages import Channel
from app.domain.skills import Clock


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What went wrong last, how often in a row, and when it is tried again."""

    error: ChatApiError
    failures: int
    seconds: float
    retry_at: datetime

    @property
    def refused(self) -> bool:
        """Whether the person has to do something."""
        return isinstance(self.error, ChatRefusedError)


class ChatStanding:
    """Keeps the health, and tells ``on_change`` of each change. Owned by the engine's loop.

    It is well only while both pulling and sending are.
    """

    def __init__(
        self,
        clock: Clock,
        pace: ChatPace,
        chance: Callable[[], float],
        on_change: Callable[[ChannelHealth], object],
    ) -> None:
        self.health = ChannelHealth(Channel.GOOGLE_CHAT, since=clock.now())
        self._clock = clock
        self._pace = pace
        self._chance = chance
        self._on_change = on_change
        self._pulling: _Trouble | None = None
        self._sending: _Trouble | None = None

    def stand(self, state: ChannelState) -> None:
        """Be in a state that has nothing to do with trouble."""
        self._pulling = self._sending = None
        self._enter(state)

    def well(self) -> bool:
        """A pull went well; whether the one before had not."""
        before, self._pulling = self._pulling, None
        self._enter_as_it_goes(heard_at=self._clock.now())
        return before is not None

    def came_in(self) -> None:
        """Something new came in."""
        self._change(update_at=self._clock.now())

    def sent(self) -> None:
        """Something was sent."""
        if self._sending is not None:
            self._sending = None
            self._enter_as_it_goes()

    def pull_failed(self, error: ChatApiError) -> float:
        """In how many seconds the next pull is due."""
        self._pulling = self._after(self._pulling, error)
        self._enter_as_it_goes()
        return self._pulling.seconds

    def send_failed(self, error: ChatApiError) -> float:
        """In how many seconds sending is tried again."""
        self._sending = self._after(self._sending, error)
        self._enter_as_it_goes()
        return self._sending.seconds

    def counted(self, waiting_in: int, waiting_out: int, unsure: int) -> None:
        """What is not handled, not sent, and may not have arrived."""
        self._change(waiting_in=waiting_in, waiting_out=waiting_out, unsure=unsure)

    def _after(self, before: _Trouble | None, error: ChatApiError) -> _Trouble:
        failures = before.failures + 1 if before is not None else 1
        seconds = self._pace.wait(failures, self._chance())
        if isinstance(error, ChatRefusedError):
            seconds = self._pace.refused
        elif isinstance(error, ChatBusyError) and error.retry_after is not None:
            seconds = max(seconds, error.retry_after)
        return _Trouble(error, failures, seconds, self._clock.now() + timedelta(seconds=seconds))

    def _enter_as_it_goes(self, **changes: object) -> None:
        troubles = [one for one in (self._pulling, self._sending) if one is not None]
        worst = next((one for one in troubles if one.refused), next(iter(troubles), None))
        if worst is None:
            self._enter(ChannelState.LISTENING, **changes)
            return
        state = ChannelState.REFUSED if worst.refused else ChannelState.OFFLINE
        self._enter(
            state,
            error=worst.error.message,
            hint=worst.error.hint,
            retry_at=worst.retry_at,
            **changes,
        )

    def _enter(self, state: ChannelState, **changes: object) -> None:
        since = self.health.since if state is self.health.state else self._clock.now()
        usual: dict[str, object] = {"error": "", "hint": "", "retry_at": None}
        self._change(**{**usual, **changes, "state": state, "since": since})

    def _change(self, **changes: object) -> None:
        changed = replace(self.health, **changes)  # type: ignore[arg-type]
        if changed != self.health:
            self.health = changed
            self._on_change(changed)
