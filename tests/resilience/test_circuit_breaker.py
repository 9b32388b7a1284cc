"""Circuit breakers: what opens them and for how long, one leased probe, stale results."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.events import CircuitState
from app.resilience.breaker_policy import BreakerPolicy
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import (
    BreakerSnapshot,
    CircuitBreaker,
    Outcome,
    Permit,
)
from tests.clocks import FixedClock

NO_CHANCE = 0.5
"""The middle of the jitter: a time open is exactly what is doubled."""


def make(clock: FixedClock, **policy: float) -> CircuitBreaker:
    kept = BreakerPolicy(**{"threshold": 3, "cooldown": 30, **policy})  # type: ignore[arg-type]
    return CircuitBreaker("files.read", policy=lambda: kept, clock=clock, chance=lambda: NO_CHANCE)


def changes_of(breaker: CircuitBreaker) -> list[BreakerSnapshot]:
    seen: list[BreakerSnapshot] = []
    breaker.subscribe(seen.append)
    return seen


def settle(breaker: CircuitBreaker, outcome: Outcome, retry_after: float | None = None) -> None:
    permit = breaker.acquire()
    assert permit is not None
    breaker.settle(permit, outcome, reason="it broke", retry_after=retry_after)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        settle(breaker, Outcome.FAILURE)


def state(breaker: CircuitBreaker) -> CircuitState:
    return breaker.snapshot.state


def seconds_to_retry(breaker: CircuitBreaker, clock: FixedClock) -> float:
    retry_at = breaker.snapshot.retry_at
    assert retry_at is not None
    return (retry_at - clock.now()).total_seconds()


# --- what opens it --------------------------------------------------------------------------------


def test_failures_in_a_row_open_it_and_say_when_it_tries_again() -> None:
    clock = FixedClock()
    breaker = make(clock)
    changes = changes_of(breaker)
    fail(breaker, 3)
    assert breaker.acquire() is None
    (opened,) = changes
    assert (opened.state, opened.reason, opened.opened) == (CircuitState.OPEN, "it broke", 1)
    assert seconds_to_retry(breaker, clock) == 30


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = make(FixedClock())
    fail(breaker, 2)
    settle(breaker, Outcome.SUCCESS)
    fail(breaker, 2)
    assert state(breaker) is CircuitState.CLOSED


def test_neutral_outcomes_neither_count_nor_break_a_row() -> None:
    breaker = make(FixedClock())
    fail(breaker, 2)
    for _ in range(20):
        settle(breaker, Outcome.NEUTRAL)
    assert (state(breaker), breaker.snapshot.failures) == (CircuitState.CLOSED, 2)
    fail(breaker, 1)
    assert state(breaker) is CircuitState.OPEN


def test_a_row_of_failures_is_forgotten_with_time() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 2)
    clock.advance(61)
    fail(breaker, 1)
    assert (state(breaker), breaker.snapshot.failures) == (CircuitState.CLOSED, 1)


def test_calls_that_each_fail_slowly_are_a_row_all_the_same() -> None:
    clock = FixedClock()
    breaker = make(clock)
    for _ in range(3):
        permit = breaker.acquire()
        assert permit is not None
        clock.advance(100)  # longer than the window
        breaker.settle(permit, Outcome.FAILURE, reason="timed out")
    assert state(breaker) is CircuitState.OPEN


def test_half_of_enough_calls_failing_opens_it_also_without_a_row() -> None:
    breaker = make(FixedClock())
    for _ in range(2):
        settle(breaker, Outcome.SUCCESS)
        fail(breaker, 1)
    settle(breaker, Outcome.SUCCESS)
    assert state(breaker) is CircuitState.CLOSED, "five calls say nothing about a share"
    fail(breaker, 1)
    assert state(breaker) is CircuitState.OPEN


def test_the_share_of_failures_looks_no_further_back_than_the_window() -> None:
    clock = FixedClock()
    breaker = make(clock)
    for _ in range(2):
        settle(breaker, Outcome.SUCCESS)
        fail(breaker, 1)
    clock.advance(61)
    settle(breaker, Outcome.SUCCESS)
    fail(breaker, 1)
    assert state(breaker) is CircuitState.CLOSED


# --- how long it stays open -----------------------------------------------------------------------


def test_each_failed_probe_doubles_the_time_up_to_ten_minutes() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    waits = []
    for _ in range(7):
        waits.append(seconds_to_retry(breaker, clock))
        clock.advance(waits[-1])
        fail(breaker, 1)
    assert waits == [30, 60, 120, 240, 480, 600, 600]


def test_a_close_forgets_the_doubling() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    fail(breaker, 1)
    clock.advance(60)
    settle(breaker, Outcome.SUCCESS)
    fail(breaker, 3)
    assert seconds_to_retry(breaker, clock) == 30


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 24), (0.5, 30), (1.0, 36)])
def test_chance_shifts_the_time_open_by_a_fifth(chance: float, seconds: float) -> None:
    clock = FixedClock()
    breaker = CircuitBreaker("model: X", clock=clock, chance=lambda: chance)
    fail(breaker, 5)
    assert seconds_to_retry(breaker, clock) == pytest.approx(seconds)
    clock.advance(seconds - 0.5)
    assert breaker.acquire() is None
    clock.advance(0.5)
    assert breaker.acquire() is not None


def test_it_stays_open_as_long_as_the_server_asks() -> None:
    clock = FixedClock()
    breaker = make(clock)
    settle(breaker, Outcome.FAILURE, retry_after=300)
    assert state(breaker) is CircuitState.CLOSED
    clock.advance(10)
    fail(breaker, 2)
    assert seconds_to_retry(breaker, clock) == 290


def test_a_shorter_wish_of_the_server_does_not_shorten_it() -> None:
    clock = FixedClock()
    breaker = make(clock)
    for _ in range(3):
        settle(breaker, Outcome.FAILURE, retry_after=1)
    assert seconds_to_retry(breaker, clock) == 30


def test_a_wish_is_over_once_the_server_works_again() -> None:
    clock = FixedClock()
    breaker = make(clock)
    slow = breaker.acquire()
    assert slow is not None
    clock.advance(1)
    settle(breaker, Outcome.FAILURE, retry_after=3_600)
    breaker.settle(slow, Outcome.SUCCESS)  # it began before the wish, and says nothing about it
    fail(breaker, 3)
    assert seconds_to_retry(breaker, clock) == 3_600

    breaker.reset()
    settle(breaker, Outcome.FAILURE, retry_after=3_600)
    settle(breaker, Outcome.SUCCESS)
    fail(breaker, 3)
    assert seconds_to_retry(breaker, clock) == 30


@pytest.mark.parametrize("nonsense", [float("inf"), float("nan"), -5.0])
def test_a_wish_that_is_no_time_is_ignored(nonsense: float) -> None:
    clock = FixedClock()
    breaker = make(clock)
    for _ in range(3):
        settle(breaker, Outcome.FAILURE, retry_after=nonsense)
    assert seconds_to_retry(breaker, clock) == 30


# --- the probe ------------------------------------------------------------------------------------


async def test_of_twenty_callers_at_once_exactly_one_is_the_probe() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    answered = asyncio.Event()

    async def call() -> Permit | None:
        permit = breaker.acquire()
        await answered.wait()
        if permit is not None:
            breaker.settle(permit, Outcome.SUCCESS)
        return permit

    callers = [asyncio.create_task(call()) for _ in range(20)]
    await asyncio.sleep(0)
    assert state(breaker) is CircuitState.HALF_OPEN
    answered.set()
    permits = [p for p in await asyncio.gather(*callers) if p is not None]

    assert [p.probe for p in permits] == [True]
    assert state(breaker) is CircuitState.CLOSED
    assert breaker.acquire() is not None


def test_a_failed_probe_opens_it_again() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    fail(breaker, 1)
    assert (state(breaker), breaker.snapshot.opened) == (CircuitState.OPEN, 2)
    assert breaker.acquire() is None


def test_a_neutral_probe_gives_its_leave_back() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    settle(breaker, Outcome.NEUTRAL)
    assert state(breaker) is CircuitState.HALF_OPEN
    assert breaker.snapshot.retry_at is None
    assert breaker.acquire() is not None


def test_a_probe_that_is_lost_makes_room_when_its_lease_ends() -> None:
    clock = FixedClock()
    breaker = make(clock, lease=90)
    fail(breaker, 3)
    clock.advance(30)
    lost = breaker.acquire()
    assert lost is not None
    assert seconds_to_retry(breaker, clock) == 90
    clock.advance(89)
    assert breaker.acquire() is None
    clock.advance(1)

    second = breaker.acquire()
    assert second is not None
    breaker.settle(lost, Outcome.SUCCESS)
    assert state(breaker) is CircuitState.HALF_OPEN, "the lost one's word comes too late"
    assert breaker.acquire() is None
    breaker.settle(second, Outcome.SUCCESS)
    assert state(breaker) is CircuitState.CLOSED


def test_a_probe_that_shows_signs_of_life_keeps_its_lease() -> None:
    clock = FixedClock()
    breaker = make(clock, lease=90)
    fail(breaker, 3)
    clock.advance(30)
    probe = breaker.acquire()
    assert probe is not None
    for _ in range(5):
        clock.advance(80)
        breaker.renew(probe)
        assert breaker.acquire() is None
    breaker.settle(probe, Outcome.SUCCESS)
    assert state(breaker) is CircuitState.CLOSED


def test_a_late_success_of_an_old_call_does_not_close_an_open_circuit() -> None:
    breaker = make(FixedClock())
    late = breaker.acquire()
    assert late is not None
    fail(breaker, 3)
    breaker.settle(late, Outcome.SUCCESS)
    assert state(breaker) is CircuitState.OPEN


# --- by hand, and who listens ---------------------------------------------------------------------


def test_tripped_by_hand_it_stays_open_until_it_is_reset() -> None:
    clock = FixedClock()
    breakers = Breakers(clock=clock)
    breakers.trip("files.read", "The person does not want it.")
    clock.advance(1_000_000)
    breaker = breakers.breaker("files.read")
    assert breaker.acquire() is None
    assert breaker.snapshot.by_hand
    assert breaker.snapshot.retry_at is None
    assert breaker.snapshot.reason == "The person does not want it."

    breakers.reset("files.read")
    assert breaker.acquire() is not None
    assert not breaker.snapshot.by_hand


def test_a_reset_by_hand_closes_it_at_once_and_forgets_what_was_counted() -> None:
    breakers = Breakers(threshold=2, cooldown=30, clock=FixedClock())
    fail(breakers.breaker("files.read"), 2)
    breakers.reset("files.read")
    (snapshot,) = breakers.all()
    assert (snapshot.state, snapshot.failures) == (CircuitState.CLOSED, 0)
    assert snapshot.retry_at is None
    assert [mark.failed for mark in snapshot.history] == [True, True]
    fail(breakers.breaker("files.read"), 1)
    assert breakers.all()[0].state is CircuitState.CLOSED


def test_every_listener_hears_every_change_also_beside_a_broken_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FixedClock()
    breakers = Breakers(threshold=1, cooldown=30, clock=clock, chance=lambda: NO_CHANCE)

    def broken(_snapshot: BreakerSnapshot) -> None:
        raise RuntimeError("a listener of ours is wrong")

    heard: list[CircuitState] = []
    breakers.subscribe(broken)
    stop = breakers.subscribe(lambda snapshot: heard.append(snapshot.state))
    with caplog.at_level(logging.ERROR):
        fail(breakers.breaker("files.read"), 1)
        clock.advance(30)
        settle(breakers.breaker("files.read"), Outcome.SUCCESS)

    assert heard == [CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.CLOSED]
    assert caplog.text.count("breaker listener failed") == 3
    stop()
    breakers.trip("files.read")
    assert len(heard) == 3
    caplog.clear()  # the failures were expected


def test_a_listener_that_asks_for_leave_gets_no_second_probe() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    shots: list[BreakerSnapshot] = []
    leaves: list[Permit | None] = []

    def ask(shot: BreakerSnapshot) -> None:
        shots.append(shot)
        leaves.append(breaker.acquire())

    breaker.subscribe(ask)
    probe = breaker.acquire()
    assert probe is not None
    assert leaves == [None]
    assert shots[0].retry_at is not None, "until then the probe has the leave"
    breaker.settle(probe, Outcome.FAILURE)
    assert state(breaker) is CircuitState.OPEN


def test_a_listener_that_changes_the_state_is_heard_after_all_have_heard_what_was() -> None:
    breaker = make(FixedClock())
    breaker.subscribe(lambda shot: breaker.reset() if shot.state is CircuitState.OPEN else None)
    changes = changes_of(breaker)
    fail(breaker, 3)
    assert [shot.state for shot in changes] == [CircuitState.OPEN, CircuitState.CLOSED]
    fail(breaker, 3)
    assert [shot.state for shot in changes[2:]] == [CircuitState.OPEN, CircuitState.CLOSED]


def test_a_policy_that_changes_holds_at_once() -> None:
    clock = FixedClock()
    breakers = Breakers(threshold=5, cooldown=30, clock=clock, chance=lambda: NO_CHANCE)
    breaker = breakers.breaker("files.read")
    fail(breaker, 2)
    breakers.configure(BreakerPolicy(threshold=3, cooldown=7))
    fail(breaker, 1)
    assert state(breaker) is CircuitState.OPEN
    assert seconds_to_retry(breaker, clock) == 7


def test_reasons_are_kept_short_and_without_secrets() -> None:
    breakers = Breakers(
        threshold=1, clock=FixedClock(), hide_secrets=lambda words: words.replace("hunter2", "***")
    )
    breaker = breakers.breaker("files.read")
    permit = breaker.acquire()
    assert permit is not None
    breaker.settle(permit, Outcome.FAILURE, reason="hunter2 " + "x" * 10_000)
    assert breaker.snapshot.reason.startswith("*** x")
    assert len(breaker.snapshot.reason) == 300


def test_however_many_calls_come_little_is_kept() -> None:
    breaker = make(FixedClock(), threshold=1_000_000)
    for _ in range(20_000):
        settle(breaker, Outcome.SUCCESS)
    assert len(breaker.snapshot.history) == 40
    assert len(breaker._window._calls) == 2_000


# --- any interleaving -----------------------------------------------------------------------------


class Model:
    """The specification in the plainest words: lists, and no cleverness."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self.policy = policy
        self.state = CircuitState.CLOSED
        self.era = 0
        self.row: list[float] = []
        self.calls: list[tuple[float, bool]] = []
        self.opened_in_a_row = 0
        self.until = 0.0
        self.not_before = 0.0
        self.wished_at = 0.0
        self.lease_end: float | None = None
        self.by_hand = False

    def admits(self, now: float) -> bool:
        match self.state:
            case CircuitState.CLOSED:
                return True
            case CircuitState.OPEN:
                return not self.by_hand and now >= self.until
            case _:
                return self.lease_end is None or now >= self.lease_end

    def admit(self, now: float) -> tuple[int, float]:
        if self.state is not CircuitState.CLOSED:
            self.state = CircuitState.HALF_OPEN
            self.era += 1
            self.lease_end = now + self.policy.lease
        return self.era, now

    def settle(
        self, leave: tuple[int, float], outcome: Outcome, now: float, wish: float, chance: float
    ) -> None:
        era, began = leave
        if era != self.era:
            return
        self.lease_end = None
        if outcome is Outcome.NEUTRAL:
            return
        self.calls.append((now, outcome is Outcome.FAILURE))
        if outcome is Outcome.SUCCESS:
            self.row = []
            if began >= self.wished_at:
                self.not_before = 0.0
            if self.state is CircuitState.HALF_OPEN:
                self.close()
            return
        if self.row and began - self.row[-1] > self.policy.window:
            self.row = []
        self.row.append(now)
        if wish:
            self.not_before = max(self.not_before, now + wish)
            self.wished_at = now
        recent = [failed for at, failed in self.calls if now - at <= self.policy.window]
        enough = len(recent) >= 2 * self.policy.threshold
        bad = enough and sum(recent) >= len(recent) / 2
        if self.state is CircuitState.HALF_OPEN or len(self.row) >= self.policy.threshold or bad:
            wait = min(600.0, self.policy.cooldown * 2**self.opened_in_a_row)
            wait = min(600.0, wait * (0.8 + 0.4 * chance))
            self.opened_in_a_row += 1
            self.until = max(now + wait, self.not_before)
            self.state = CircuitState.OPEN
            self.era += 1

    def close(self) -> None:
        self.state = CircuitState.CLOSED
        self.era += 1
        self.row, self.calls = [], []
        self.opened_in_a_row = 0
        self.not_before = 0.0
        self.lease_end = None
        self.by_hand = False

    def trip(self) -> None:
        self.state = CircuitState.OPEN
        self.era += 1
        self.lease_end = None
        self.by_hand = True


class BreakerMachine(RuleBasedStateMachine):
    """Any interleaving of calls, time and hands: the breaker does what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock()
        self.chance = NO_CHANCE
        policy = BreakerPolicy(threshold=3, cooldown=20, window=60, lease=45)
        self.breaker = CircuitBreaker(
            "x", policy=lambda: policy, clock=self.clock, chance=lambda: self.chance
        )
        self.model = Model(policy)
        self.out: deque[tuple[Permit, tuple[int, float]]] = deque()

    @rule()
    def call(self) -> None:
        now = self.clock.monotonic()
        permit = self.breaker.acquire()
        assert (permit is not None) == self.model.admits(now)
        if permit is not None:
            leave = self.model.admit(now)
            assert permit.probe == (self.model.state is CircuitState.HALF_OPEN)
            self.out.append((permit, leave))

    @precondition(lambda self: self.out)
    @rule(
        outcome=st.sampled_from([*Outcome, Outcome.FAILURE]),
        index=st.integers(0, 50),
        chance=st.sampled_from([0.0, 0.5, 1.0]),
        wish=st.sampled_from([0.0, 0.0, 5.0, 200.0]),
    )
    def settle(self, outcome: Outcome, index: int, chance: float, wish: float) -> None:
        self.chance = chance
        self.out.rotate(-index)
        permit, leave = self.out.popleft()
        now = self.clock.monotonic()
        self.breaker.settle(permit, outcome, retry_after=wish or None)
        self.model.settle(leave, outcome, now, wish, chance)

    @rule(times=st.integers(1, 4), outcome=st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE]))
    def some_calls_in_a_row(self, times: int, outcome: Outcome) -> None:
        for _ in range(times):
            before = len(self.out)
            self.call()
            if len(self.out) > before:
                permit, leave = self.out.pop()
                self.chance = NO_CHANCE
                self.breaker.settle(permit, outcome)
                self.model.settle(leave, outcome, self.clock.monotonic(), 0.0, NO_CHANCE)

    # Sixteenths are exact, so that a time is reached by the breaker and the model at one moment.
    @rule(sixteenths=st.integers(0, 16 * 90))
    def wait(self, sixteenths: int) -> None:
        self.clock.advance(sixteenths / 16)

    @precondition(lambda self: self.breaker.snapshot.retry_at is not None)
    @rule()
    def wait_until_it_may_be_tried(self) -> None:
        retry_at = self.breaker.snapshot.retry_at
        assert retry_at is not None
        self.clock.advance(max(0.0, (retry_at - self.clock.now()).total_seconds()))

    @rule()
    def reset(self) -> None:
        self.breaker.reset()
        self.model.close()

    @rule()
    def trip(self) -> None:
        self.breaker.trip()
        self.model.trip()

    @invariant()
    def it_stands_as_the_model_does(self) -> None:
        shot = self.breaker.snapshot
        assert shot.state is self.model.state
        assert shot.failures == len(self.model.row)
        assert shot.by_hand == self.model.by_hand

    @invariant()
    def one_live_probe_at_most(self) -> None:
        now = self.breaker._generation
        assert sum(p.probe and p.generation == now for p, _ in self.out) <= 1

    @invariant()
    def open_says_when_unless_a_person_has_to_reset_it(self) -> None:
        shot = self.breaker.snapshot
        if shot.state is CircuitState.OPEN:
            assert (shot.retry_at is None) == shot.by_hand


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
