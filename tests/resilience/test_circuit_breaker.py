"""Circuit breakers: five failures open, one probe decides, stale results do not count."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.events import CircuitState
from app.resilience.circuit_breaker import (
    Breakers,
    BreakerSnapshot,
    CircuitBreaker,
    Outcome,
    Permit,
)
from tests.clocks import FixedClock


def make(clock: FixedClock, changes: list[BreakerSnapshot] | None = None) -> CircuitBreaker:
    return CircuitBreaker(
        "files.read",
        threshold=3,
        cooldown=30,
        clock=clock,
        on_change=changes.append if changes is not None else None,
    )


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        permit = breaker.acquire()
        assert permit is not None
        breaker.settle(permit, Outcome.FAILURE, reason="it broke")


def test_failures_in_a_row_open_it_and_say_when_it_tries_again() -> None:
    clock, changes = FixedClock(), list[BreakerSnapshot]()
    breaker = make(clock, changes)
    fail(breaker, 3)
    assert breaker.acquire() is None
    assert [c.state for c in changes] == [CircuitState.OPEN]
    assert changes[0].retry_at is not None
    assert (changes[0].retry_at - clock.now()).total_seconds() == 30
    assert changes[0].reason == "it broke"


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = make(FixedClock())
    fail(breaker, 2)
    permit = breaker.acquire()
    assert permit is not None
    breaker.settle(permit, Outcome.SUCCESS)
    fail(breaker, 2)
    assert breaker.snapshot.state is CircuitState.CLOSED


def test_after_the_cooldown_exactly_one_probe_passes_and_closes_it() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    probe = breaker.acquire()
    assert probe is not None
    assert [breaker.acquire() for _ in range(20)] == [None] * 20
    breaker.settle(probe, Outcome.SUCCESS)
    assert breaker.snapshot.state is CircuitState.CLOSED
    assert breaker.acquire() is not None


def test_a_failed_probe_opens_it_for_another_cooldown() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    fail(breaker, 1)
    clock.advance(29)
    assert breaker.acquire() is None
    clock.advance(1)
    assert breaker.acquire() is not None


def test_a_neutral_probe_gives_its_leave_back() -> None:
    clock = FixedClock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.advance(30)
    probe = breaker.acquire()
    assert probe is not None
    breaker.settle(probe, Outcome.NEUTRAL)
    assert breaker.snapshot.state is CircuitState.HALF_OPEN
    assert breaker.acquire() is not None


def test_a_late_success_of_an_old_call_does_not_close_an_open_circuit() -> None:
    breaker = make(FixedClock())
    late = breaker.acquire()
    assert late is not None
    fail(breaker, 3)
    breaker.settle(late, Outcome.SUCCESS)
    assert breaker.snapshot.state is CircuitState.OPEN


def test_a_reset_by_hand_closes_it_at_once() -> None:
    breakers = Breakers(threshold=1, cooldown=30, clock=FixedClock())
    fail(breakers.breaker("files.read"), 1)
    breakers.reset("files.read")
    (snapshot,) = breakers.all()
    assert snapshot.state is CircuitState.CLOSED
    assert snapshot.retry_at is None


class BreakerMachine(RuleBasedStateMachine):
    """Any interleaving of calls: at most one probe out, and none while the circuit is open."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock()
        self.breaker = make(self.clock)
        self.out: list[Permit] = []

    @rule()
    def call(self) -> None:
        before = self.breaker.snapshot
        permit = self.breaker.acquire()
        if before.state is CircuitState.CLOSED:
            assert permit is not None
        if permit is not None:
            self.out.append(permit)

    @precondition(lambda self: self.out)
    @rule(outcome=st.sampled_from(Outcome), index=st.integers(0, 50))
    def settle(self, outcome: Outcome, index: int) -> None:
        self.breaker.settle(self.out.pop(index % len(self.out)), outcome)

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def reset(self) -> None:
        self.breaker.reset()

    @invariant()
    def one_probe_at_most(self) -> None:
        now = self.breaker._generation
        live = [p for p in self.out if p.probe and p.generation == now]
        assert len(live) <= 1

    @invariant()
    def open_means_a_time_to_try_again(self) -> None:
        snapshot = self.breaker.snapshot
        assert (snapshot.state is CircuitState.OPEN) == (snapshot.retry_at is not None)


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=60, deadline=None)
