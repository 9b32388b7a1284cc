"""Takes what the person should know to where they want it, without repeating itself.

The same thing again is the same card: its count rises, and it is told at most once a second. Of
many different things from one source only the first few are told one by one; the rest is one card
that says how many there are. What is remembered for this has a bound.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.errors import StewardError, StorageError
from app.domain.events import Notification, Severity
from app.domain.notification_rules import NotificationRules
from app.domain.skills import Clock
from app.event_bus import EventBus
from app.notifications.sinks import Sink
from app.storage.notifications import NotificationLog

logger = logging.getLogger(__name__)

TELL_SECONDS: Final = 1.0
"""The same card is told at most this often."""
FORGET_SECONDS: Final = 600.0
"""What has not come for so long is a new card when it comes again."""
MOST_CARDS: Final = 200
"""Cards remembered; what came longest ago is forgotten first."""
MESSAGE_LENGTH: Final = 1_000
"""Characters of a message or a hint; the rest would hide everything else."""
BURST: Final = 5
"""New cards of one source within ``BURST_SECONDS``; more are summed up in one."""
BURST_SECONDS: Final = 10.0

_ORDER: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)
_Key = tuple[str, ...]


class Timer(Protocol):
    """Something that will be done later."""

    def cancel(self) -> None:
        """Do not do it."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]


def _later(seconds: float, act: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(seconds, act)


@dataclass(slots=True, eq=False)
class _Card:
    """One thing, however often it came. ``event`` is the newest form; ``told`` its last telling.

    Times are monotonic.
    """

    event: Notification
    came: float
    told: float = float("-inf")
    timer: Timer | None = None


class Router:
    """The one way to tell the person something. Owned by the loop's thread.

    Args:
        bus: has every notification, whatever the rules.
        log: keeps every card with its count.
        clock: the time.
        rules: which sinks get what; asked each time, so that a change holds at once.
        later: does something in some seconds.
        chance: 0 to 1, for ids that two processes do not share.
    """

    def __init__(
        self,
        bus: EventBus,
        log: NotificationLog,
        clock: Clock,
        *,
        rules: Callable[[], NotificationRules] = NotificationRules,
        later: Later = _later,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._bus = bus
        self._log = log
        self._clock = clock
        self._rules = rules
        self._later = later
        self._chance = chance
        self._sinks: tuple[tuple[str, Sink], ...] = ()
        self._cards: OrderedDict[_Key, _Card] = OrderedDict()
        self._new_ones: OrderedDict[str, deque[float]] = OrderedDict()
        self._last_id = 0
        self._telling = 0
        self._closed = False

    def add_sink(self, name: str, sink: Sink) -> Callable[[], None]:
        """Let ``sink`` have what the rules send to ``name``; returns how to stop.

        It gets at once what was told of late and nobody has put away: what goes wrong before
        there is a window, say, is shown by the window.
        """
        entry = (name, sink)
        self._sinks = (*self._sinks, entry)
        for card in list(self._cards.values()):
            event = self._redacted(card)
            if name in self._rules().sinks(event.severity, event.source):
                self._deliver(entry, event)

        def remove() -> None:
            self._sinks = tuple(one for one in self._sinks if one is not entry)

        return remove

    def notify(
        self,
        severity: Severity,
        source: str,
        message: str,
        *,
        error_type: str | None = None,
        context: Mapping[str, object] | None = None,
        conversation_id: str | None = None,
        turn_id: str | None = None,
    ) -> bool:
        """Tell something; returns whether it was told at once.

        The same severity, source, message and error type again raises the card's count, which is
        told within a second. ``context["hint"]`` says what the person can do. Never raises for a
        sink that fails or a log that cannot be written: the bus has it.
        """
        now = self._clock.monotonic()
        event = Notification(
            at=self._clock.now(),
            conversation_id=conversation_id,
            turn_id=turn_id,
            severity=severity,
            source=source,
            message=_short(message),
            error_type=error_type,
            context=_with_short_hint(context or {}),
        )
        self._forget(now)
        key: _Key = (severity, source, event.message, error_type or "")
        card = self._cards.get(key)
        if card is None and self._is_too_many(source, now):
            key, event = self._summed_up(event)
            card = self._cards.get(key)
        if card is None:
            card = _Card(dataclasses.replace(event, id=self._new_id()), now)
            self._cards[key] = card
        else:
            self._cards.move_to_end(key)
            card.came = now
            count = card.event.count + 1
            card.event = dataclasses.replace(event, id=card.event.id, count=count)
        return self._tell_soon(card, now)

    def notify_error(
        self, source: str, error: BaseException, *, context: Mapping[str, object] | None = None
    ) -> bool:
        """Tell a failure: an expected one in its own words, a bug in general ones."""
        if isinstance(error, StewardError):
            known: dict[str, object] = {"hint": error.hint, "settings": list(error.settings)}
            facts = {name: value for name, value in known.items() if value} | dict(context or {})
            return self.notify(
                Severity.WARNING, source, error.message, error_type=error.kind, context=facts
            )
        return self.notify(
            Severity.ERROR,
            source,
            f"Something in Steward went wrong ({source}).",
            error_type=type(error).__name__,
            context={"hint": "Go on as usual; the log says more.", **(context or {})},
        )

    def dismiss(self, notification_id: str) -> None:
        """The person has seen a card and put it away: the same thing again is a new one."""
        for key, card in self._cards.items():
            if card.event.id == notification_id:
                del self._cards[key]
                self._tell_last(card)
                break
        try:
            self._log.seen_soon(notification_id)
        except StorageError as error:
            logger.warning("notification not marked as seen", extra={"reason": str(error)})

    def close(self) -> None:
        """Tell the last counts; from now on nothing is held back."""
        self._closed = True
        for card in list(self._cards.values()):  # a sink may have something to tell itself
            self._tell_last(card)

    # -- inside ----------------------------------------------------------------------------

    def _new_id(self) -> str:
        # In the order of time, within what JSON's numbers hold, and not another process's. Two of
        # one moment differ, and a clock that is set back changes no order.
        milliseconds = int(self._clock.now().timestamp() * 1000)
        drawn = milliseconds * 4096 + int(self._chance() * 4096)
        self._last_id = max(drawn, self._last_id + 1)
        return str(self._last_id)

    def _is_too_many(self, source: str, now: float) -> bool:
        recent = self._new_ones.setdefault(source, deque(maxlen=BURST))
        self._new_ones.move_to_end(source)
        if len(recent) == BURST and now - recent[0] < BURST_SECONDS:
            return True
        recent.append(now)
        return False

    def _summed_up(self, event: Notification) -> tuple[_Key, Notification]:
        logger.info("notification summed up", extra={"source": event.source, "text": event.message})
        key: _Key = ("more", event.source)
        card = self._cards.get(key)
        number = card.event.count + 1 if card is not None else 1
        severities = [event.severity, *([card.event.severity] if card is not None else [])]
        return key, dataclasses.replace(
            event,
            severity=max(severities, key=_ORDER.index),
            message=f"{number:,} more from {event.source}",
            error_type=None,
            context={"summed_up": True, "hint": f"The last one: {event.message}"},
        )

    def _tell_soon(self, card: _Card, now: float) -> bool:
        if card.timer is not None:
            return False
        wait = card.told + TELL_SECONDS - now
        if wait > 0 and self._closed and self._telling:
            return False  # a sink that tells each time something is told would never end
        if wait > 0 and not self._closed:
            card.timer = self._later(wait, lambda: self._tell(card))
            return False
        self._tell(card)
        return True

    def _tell_last(self, card: _Card) -> None:
        if card.timer is not None:
            card.timer.cancel()
            self._tell(card)

    def _tell(self, card: _Card) -> None:
        card.timer = None
        card.told = self._clock.monotonic()
        event = self._redacted(card)
        self._telling += 1
        try:
            self._bus.publish(event)
            self._store(event)
            wanted = self._rules().sinks(event.severity, event.source)
            for entry in self._sinks:
                if entry[0] in wanted:
                    self._deliver(entry, event)
        finally:
            self._telling -= 1

    def _redacted(self, card: _Card) -> Notification:
        event = self._bus.redacted(card.event)
        assert isinstance(event, Notification)
        return event

    def _store(self, event: Notification) -> None:
        try:
            self._log.add_soon(event)
        except StorageError as error:
            logger.warning("notification not stored", extra={"reason": str(error)})

    def _deliver(self, entry: tuple[str, Sink], event: Notification) -> None:
        name, sink = entry
        try:
            sink.deliver(event)
        except Exception:  # one sink that fails must not silence the others
            logger.exception("notification sink failed", extra={"sink": name})

    def _forget(self, now: float) -> None:
        while self._cards:
            key, card = next(iter(self._cards.items()))
            if len(self._cards) <= MOST_CARDS and now - card.came < FORGET_SECONDS:
                break
            del self._cards[key]  # first: who is told may have something to tell
            self._tell_last(card)
        while len(self._new_ones) > MOST_CARDS:
            self._new_ones.popitem(last=False)


def _short(words: str) -> str:
    return words if len(words) <= MESSAGE_LENGTH else words[: MESSAGE_LENGTH - 1] + "…"


def _with_short_hint(context: Mapping[str, object]) -> dict[str, object]:
    hint = context.get("hint")
    return {**context, "hint": _short(hint)} if isinstance(hint, str) else dict(context)
