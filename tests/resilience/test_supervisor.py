"""Supervision: order, restarts, strategies, giving up, and ends that do not come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.resilience.supervision import (
    Child,
    ChildState,
    Intensity,
    Ready,
    Report,
    ReportKind,
    Restart,
    Strategy,
)
from app.resilience.supervisor import Supervisor
from tests.clocks import FixedClock


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    # Crashes are the subject here; their logged tracebacks would hide everything else.
    logging.getLogger("app.resilience.supervisor").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("app.resilience.supervisor").setLevel(logging.NOTSET)


class Part:
    """A child that does what it is told, and notes what happens to it."""

    def __init__(self, name: str, diary: list[str], *, stubborn: bool = False) -> None:
        self.name = name
        self.diary = diary
        self.stubborn = stubborn
        self.starts = 0
        self.alive = 0
        self.fails_at_start = 0
        self._order: asyncio.Future[BaseException | None] | None = None

    async def run(self, ready: Ready) -> None:
        self.starts += 1
        self.alive += 1
        self.diary.append(f"+{self.name}")
        task = asyncio.current_task()
        self._order = order = asyncio.get_running_loop().create_future()
        try:
            if self.fails_at_start:
                self.fails_at_start -= 1
                raise RuntimeError(f"{self.name} does not start")
            ready()
            error = await order
            if error is not None:
                raise error
        except asyncio.CancelledError:
            while self.stubborn:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    continue
            raise
        finally:
            assert asyncio.current_task() is task
            self.alive -= 1
            self.diary.append(f"-{self.name}")

    def crash(self) -> None:
        self._tell(RuntimeError(f"{self.name} is broken"))

    def end(self) -> None:
        self._tell(None)

    def _tell(self, order: BaseException | None) -> None:
        assert self._order is not None
        assert not self._order.done()
        self._order.set_result(order)

    def child(self, **options: object) -> Child:
        return Child(self.name, self.run, **options)  # type: ignore[arg-type]


class House:
    """A supervisor whose waits pass when a test says so."""

    def __init__(self, strategy: Strategy = Strategy.ONE_FOR_ONE, **intensity: float) -> None:
        self.clock = FixedClock()
        self.diary: list[str] = []
        self.reports: list[Report] = []
        self.waits: list[tuple[float, asyncio.Future[None]]] = []
        self.supervisor = Supervisor(
            "test",
            clock=self.clock,
            strategy=strategy,
            intensity=Intensity(**{"restarts": 3, "within": 60, "base": 1, **intensity}),  # type: ignore[arg-type]
            report=self.reports.append,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waits.append((self.clock.monotonic() + seconds, future))
        await future

    def part(self, name: str, *, stubborn: bool = False) -> Part:
        return Part(name, self.diary, stubborn=stubborn)

    async def parts(self, *names: str) -> list[Part]:
        made = [self.part(name) for name in names]
        await self.supervisor.start(*(part.child() for part in made))
        return made

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        now = self.clock.monotonic()
        due = [future for at, future in self.waits if at <= now]
        self.waits = [(at, f) for at, f in self.waits if at > now]
        for future in due:
            if not future.done():
                future.set_result(None)
        await self.settle()

    def kinds(self) -> list[tuple[ReportKind, str]]:
        return [(report.kind, report.child) for report in self.reports]


async def test_children_start_in_order_and_close_in_reverse() -> None:
    house = House()
    await house.parts("a", "b", "c")
    assert list(house.supervisor.children.values()) == [ChildState.RUNNING] * 3
    await house.supervisor.close()
    assert house.diary == ["+a", "+b", "+c", "-c", "-b", "-a"]
    assert house.reports == []


async def test_the_next_child_waits_until_the_one_before_is_ready() -> None:
    house = House()
    open_door = asyncio.Event()

    async def slow(ready: Ready) -> None:
        house.diary.append("+slow")
        await open_door.wait()
        ready()
        await asyncio.Event().wait()

    starting = asyncio.create_task(
        house.supervisor.start(Child("slow", slow), house.part("b").child())
    )
    await house.settle()
    assert house.diary == ["+slow"]
    open_door.set()
    await starting
    assert house.diary == ["+slow", "+b"]
    await house.supervisor.close()


async def test_one_for_one_restarts_the_crashed_child_alone_after_a_wait() -> None:
    house = House()
    a, b = await house.parts("a", "b")
    a.crash()
    await house.settle()
    assert house.supervisor.children == {"a": ChildState.WAITING, "b": ChildState.RUNNING}
    (report,) = house.reports
    assert (report.kind, report.child, report.restart_in) == (ReportKind.CRASHED, "a", 1)
    assert str(report.error) == "a is broken"

    await house.pass_time(1)
    assert house.supervisor.children == {"a": ChildState.RUNNING, "b": ChildState.RUNNING}
    assert (a.starts, b.starts) == (2, 1)
    await house.supervisor.close()


async def test_one_for_all_restarts_all_in_order() -> None:
    house = House(Strategy.ONE_FOR_ALL)
    _, b, _ = await house.parts("a", "b", "c")
    house.diary.clear()
    b.crash()
    await house.settle()
    await house.pass_time(1)
    assert house.diary == ["-b", "-c", "-a", "+a", "+b", "+c"]
    assert set(house.reports[0].also) == {"a", "c"}
    await house.supervisor.close()


async def test_rest_for_one_restarts_those_that_came_after() -> None:
    house = House(Strategy.REST_FOR_ONE)
    a, b, _ = await house.parts("a", "b", "c")
    house.diary.clear()
    b.crash()
    await house.settle()
    await house.pass_time(1)
    assert house.diary == ["-b", "-c", "+b", "+c"]
    assert a.starts == 1
    await house.supervisor.close()


async def test_an_earlier_crash_while_the_rest_waits_widens_the_restart() -> None:
    house = House(Strategy.REST_FOR_ONE)
    a, b, c = await house.parts("a", "b", "c")
    c.crash()
    await house.settle()
    a.crash()
    await house.settle()
    for _ in range(4):
        await house.pass_time(10)
    assert list(house.supervisor.children.values()) == [ChildState.RUNNING] * 3
    assert (a.alive, b.alive, c.alive) == (1, 1, 1)
    assert b.starts == 2
    await house.supervisor.close()


async def test_waits_double_and_too_many_crashes_are_given_up_and_told() -> None:
    house = House()
    a, b = await house.parts("a", "b")
    waits = []
    for _ in range(3):
        a.crash()
        await house.settle()
        waits.append(house.reports[-1].restart_in)
        await house.pass_time(waits[-1] or 0)
    a.crash()
    await house.settle()

    assert waits == [1, 2, 4]
    assert house.kinds()[-1] == (ReportKind.GAVE_UP, "a")
    assert house.supervisor.children == {"a": ChildState.GIVEN_UP, "b": ChildState.RUNNING}
    assert b.starts == 1
    await house.supervisor.close()


async def test_a_group_that_crashes_too_often_is_given_up_as_a_whole() -> None:
    house = House(Strategy.ONE_FOR_ALL, restarts=1)
    a, b = await house.parts("a", "b")
    a.crash()
    await house.settle()
    await house.pass_time(1)
    b.crash()
    await house.settle()
    assert set(house.supervisor.children.values()) == {ChildState.GIVEN_UP}
    assert (a.alive, b.alive) == (0, 0)
    await house.supervisor.close()


async def test_crashes_long_ago_do_not_count() -> None:
    house = House()
    (a,) = await house.parts("a")
    for _ in range(10):
        a.crash()
        await house.settle()
        await house.pass_time(1)
        await house.pass_time(61)
    assert house.supervisor.children == {"a": ChildState.RUNNING}
    assert {report.restart_in for report in house.reports} == {1}
    await house.supervisor.close()


async def test_one_that_was_given_up_can_be_started_again_by_hand() -> None:
    house = House(restarts=0)
    (a,) = await house.parts("a")
    a.crash()
    await house.settle()
    assert house.supervisor.children == {"a": ChildState.GIVEN_UP}
    await house.supervisor.restart("a")
    assert house.supervisor.children == {"a": ChildState.RUNNING}
    await house.supervisor.close()


async def test_starting_by_hand_what_waits_for_its_restart_is_the_restart() -> None:
    house = House()
    (a,) = await house.parts("a")
    a.crash()
    await house.settle()
    await house.supervisor.restart("a")
    await house.settle()
    await house.pass_time(10)
    assert (a.starts, len(house.reports)) == (2, 1)
    await house.supervisor.close()


async def test_in_a_restart_too_nobody_starts_before_who_comes_first_works() -> None:
    house = House(Strategy.REST_FOR_ONE)
    _, b, _ = await house.parts("a", "b", "c")
    house.diary.clear()
    b.fails_at_start = 1
    b.crash()
    await house.settle()
    await house.pass_time(1)
    assert house.diary == ["-b", "-c", "+b", "-b"]
    await house.pass_time(2)
    assert house.diary[4:] == ["+b", "+c"]
    await house.supervisor.close()


async def test_one_that_fails_at_its_start_does_not_keep_the_next_from_starting() -> None:
    house = House()
    a, b = house.part("a"), house.part("b")
    a.fails_at_start = 2
    await house.supervisor.start(a.child(), b.child())
    assert b.alive == 1
    await house.pass_time(1)
    await house.pass_time(2)
    assert house.supervisor.children == {"a": ChildState.RUNNING, "b": ChildState.RUNNING}
    await house.supervisor.close()


@pytest.mark.parametrize(
    ("restart", "crashed", "returned"),
    [
        (Restart.PERMANENT, ChildState.RUNNING, ChildState.RUNNING),
        (Restart.TRANSIENT, ChildState.RUNNING, ChildState.FINISHED),
        (Restart.TEMPORARY, ChildState.STOPPED, ChildState.FINISHED),
    ],
)
async def test_what_is_mended_depends_on_the_child(
    restart: Restart, crashed: ChildState, returned: ChildState
) -> None:
    for act, expected in ((Part.crash, crashed), (Part.end, returned)):
        house = House()
        part = house.part("a")
        await house.supervisor.start(part.child(restart=restart))
        act(part)
        await house.settle()
        await house.pass_time(1)
        assert house.supervisor.children["a"] is expected
        await house.supervisor.close()


async def test_one_that_tries_to_exit_the_program_has_crashed() -> None:
    house = House()

    async def exits(ready: Ready) -> None:
        ready()
        await asyncio.sleep(0)
        raise SystemExit(3)

    await house.supervisor.start(Child("a", exits, Restart.TEMPORARY))
    await house.settle()
    assert house.kinds() == [(ReportKind.CRASHED, "a")]
    await house.supervisor.close()


async def test_one_that_does_not_get_ready_in_time_is_ended_and_counts_as_crashed() -> None:
    house = House()

    async def never_ready(_ready: Ready) -> None:
        await asyncio.Event().wait()

    await house.supervisor.start(Child("a", never_ready, start_timeout=0.01))
    await house.settle()
    assert house.kinds() == [(ReportKind.CRASHED, "a")]
    assert "ready" in str(house.reports[0].error)
    await house.supervisor.close()


async def test_one_that_will_not_end_is_abandoned_told_and_not_waited_for() -> None:
    house = House()
    stubborn = house.part("b", stubborn=True)
    await house.supervisor.start(
        house.part("a").child(), stubborn.child(stop_timeout=0.02), house.part("c").child()
    )
    await asyncio.wait_for(house.supervisor.close(), 5)
    assert house.kinds() == [(ReportKind.ABANDONED, "b")]
    assert house.diary == ["+a", "+b", "+c", "-c", "-a"]
    assert house.supervisor.children["b"] is ChildState.ABANDONED
    stubborn.stubborn = False  # lets go, for the next test's sake
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await house.settle()


async def test_a_cancel_that_gets_lost_on_the_way_is_sent_again() -> None:
    house = House()

    async def swallows_one(ready: Ready) -> None:
        ready()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            house.diary.append("swallowed")
        await asyncio.Event().wait()

    await house.supervisor.start(Child("a", swallows_one, stop_timeout=0.2))
    await house.supervisor.close()
    assert house.diary == ["swallowed"]
    assert house.supervisor.children == {"a": ChildState.STOPPED}
    assert house.reports == []


async def test_one_that_was_abandoned_is_not_started_beside_itself() -> None:
    house = House()
    stubborn = house.part("a", stubborn=True)
    await house.supervisor.start(stubborn.child(stop_timeout=0.02))
    left_behind = next(t for t in asyncio.all_tasks() if t.get_name() == "test: a")
    await house.supervisor.restart("a")
    await house.supervisor.restart("a")
    assert (stubborn.starts, stubborn.alive) == (1, 1)
    assert house.supervisor.children["a"] is ChildState.ABANDONED

    stubborn.stubborn = False
    left_behind.cancel()
    await house.settle()
    assert house.supervisor.children == {"a": ChildState.STOPPED}
    await house.supervisor.restart("a")
    assert (stubborn.starts, stubborn.alive) == (2, 1), "it has ended: now it can"
    await house.supervisor.close()


async def test_restarting_a_later_one_by_hand_forgets_no_earlier_one_that_waits() -> None:
    house = House(Strategy.REST_FOR_ONE)
    a, b, c = await house.parts("a", "b", "c")
    a.crash()
    await house.settle()
    await house.supervisor.restart("b")
    await house.settle()
    await house.pass_time(31)
    assert (a.alive, b.alive, c.alive) == (1, 1, 1)
    assert house.kinds() == [(ReportKind.CRASHED, "a")], "and it is told once"
    await house.supervisor.close()


async def test_stopping_one_while_all_wait_leaves_the_others_to_be_started() -> None:
    house = House(Strategy.ONE_FOR_ALL)
    a, b, c = await house.parts("a", "b", "c")
    a.crash()
    await house.settle()
    await house.supervisor.stop("b")
    await house.settle()
    await house.pass_time(31)
    assert (a.alive, b.alive, c.alive) == (1, 0, 1)
    assert house.kinds() == [(ReportKind.CRASHED, "a")]
    await house.supervisor.close()


async def test_a_restart_by_hand_starts_nobody_before_who_comes_first_works() -> None:
    house = House(Strategy.REST_FOR_ONE)
    a, _, _ = await house.parts("a", "b", "c")
    house.diary.clear()
    a.fails_at_start = 1
    await house.supervisor.restart("a")
    assert house.diary == ["-c", "-b", "-a", "+a", "-a"]
    await house.settle()
    await house.pass_time(1)
    assert house.diary[5:] == ["+a", "+b", "+c"]
    await house.supervisor.close()


@pytest.mark.parametrize("strategy", [Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE])
async def test_two_that_crash_at_once_are_both_told_once(strategy: Strategy) -> None:
    house = House(strategy)
    a, _, c = await house.parts("a", "b", "c")
    a.crash()
    c.crash()
    await house.settle()
    await house.pass_time(31)
    assert house.kinds() == [(ReportKind.CRASHED, "a"), (ReportKind.CRASHED, "c")]
    assert [str(report.error) for report in house.reports] == ["a is broken", "c is broken"]
    assert list(house.supervisor.children.values()) == [ChildState.RUNNING] * 3
    await house.supervisor.close()


@pytest.mark.parametrize("end", ["close", "stop", "restart"])
async def test_a_crash_just_before_the_end_is_told_all_the_same(end: str) -> None:
    house = House()
    (a,) = await house.parts("a")

    async def crash_and_end() -> None:
        a.crash()
        while house.supervisor.children["a"] is ChildState.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(0)  # until its crash was noticed, and no step longer
        act = getattr(house.supervisor, end)
        await (act() if end == "close" else act("a"))

    await crash_and_end()
    assert house.kinds() == [(ReportKind.CRASHED, "a")]
    await house.supervisor.close()


async def test_closing_while_one_waits_for_its_restart_starts_nothing() -> None:
    house = House()
    (a,) = await house.parts("a")
    a.crash()
    await house.settle()
    await house.supervisor.close()
    await house.pass_time(100)
    assert a.starts == 1
    await house.supervisor.start(house.part("late").child())
    assert "+late" not in house.diary


async def test_a_child_can_be_stopped_and_its_name_used_again() -> None:
    house = House()
    a, b = await house.parts("a", "b")
    with pytest.raises(ValueError, match="already"):
        await house.supervisor.start(house.part("a").child())
    await house.supervisor.stop("a")
    assert (a.alive, b.alive) == (0, 1)
    await house.parts("a")
    assert house.supervisor.children == {"b": ChildState.RUNNING, "a": ChildState.RUNNING}
    await house.supervisor.close()


async def test_a_report_that_fails_harms_nobody() -> None:
    house = House()

    def broken(_report: Report) -> None:
        raise RuntimeError("nobody listens")

    house.supervisor._report = broken
    a, _ = await house.parts("a", "b")
    a.crash()
    await house.settle()
    await house.pass_time(1)
    assert house.supervisor.children == {"a": ChildState.RUNNING, "b": ChildState.RUNNING}
    await house.supervisor.close()


# --- any order of crashes, ends and waits ---------------------------------------------------------


class SupervisorMachine(RuleBasedStateMachine):
    """Whatever crashes when: each runs once at most, order holds, and all that may run does."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        logging.getLogger("app.resilience.supervisor").setLevel(logging.CRITICAL)
        self.closed = False

    def do(self, work: Awaitable[object]) -> None:
        async def settled() -> None:
            await work
            await self.house.settle()

        self.loop.run_until_complete(settled())

    def act(self, function: Callable[[], object]) -> None:
        async def once() -> None:
            function()

        self.do(once())

    @initialize(
        strategy=st.sampled_from(Strategy),
        kinds=st.lists(
            st.sampled_from([Restart.PERMANENT, Restart.TRANSIENT]), min_size=1, max_size=4
        ),
        restarts=st.integers(1, 4),
    )
    def build(self, strategy: Strategy, kinds: list[Restart], restarts: int) -> None:
        self.strategy = strategy
        self.restarts = restarts

        async def build() -> None:
            self.house = House(strategy, restarts=restarts)
            self.made = [self.house.part(name) for name in "abcd"[: len(kinds)]]
            pairs = zip(self.made, kinds, strict=True)
            await self.house.supervisor.start(*(p.child(restart=kind) for p, kind in pairs))

        self.loop.run_until_complete(build())

    def running(self) -> list[Part]:
        return [part for part in self.made if part.alive]

    @precondition(lambda self: not self.closed and self.running())
    @rule(index=st.integers(0, 3), two=st.booleans(), at_start=st.integers(0, 2))
    def crash(self, index: int, two: bool, at_start: int) -> None:
        running = self.running()
        victims = {running[index % len(running)]}
        if two:
            victims.add(running[(index + 1) % len(running)])
        for victim in victims:
            victim.fails_at_start = at_start

        def crash() -> None:
            for victim in victims:
                victim.crash()

        self.act(crash)

    @precondition(lambda self: not self.closed and self.running())
    @rule(index=st.integers(0, 3))
    def end(self, index: int) -> None:
        running = self.running()
        self.act(running[index % len(running)].end)

    @precondition(lambda self: not self.closed)
    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 5.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.do(self.house.pass_time(seconds))

    @precondition(lambda self: not self.closed)
    @rule(index=st.integers(0, 3))
    def restart_by_hand(self, index: int) -> None:
        self.do(self.house.supervisor.restart(self.made[index % len(self.made)].name))

    @precondition(lambda self: not self.closed and len(self.made) > 1)
    @rule(index=st.integers(0, 3))
    def stop_one(self, index: int) -> None:
        part = self.made.pop(index % len(self.made))
        self.do(self.house.supervisor.stop(part.name))
        assert not part.alive

    @precondition(lambda self: not self.closed)
    @rule()
    def wait_until_all_is_mended(self) -> None:
        for _ in range(30):
            self.do(self.house.pass_time(31))
            if ChildState.WAITING not in self.house.supervisor.children.values():
                return
        raise AssertionError(f"never mended: {self.house.supervisor.children}")

    @rule()
    def close(self) -> None:
        self.do(self.house.supervisor.close())
        self.closed = True

    @invariant()
    def each_runs_once_at_most_and_as_it_is_said_to(self) -> None:
        if not hasattr(self, "made"):
            return
        for part in self.made:
            state = self.house.supervisor.children[part.name]
            assert part.alive == (1 if state is ChildState.RUNNING else 0), (part.name, state)

    @invariant()
    def after_the_end_nothing_runs(self) -> None:
        if self.closed:
            assert not self.running()
            assert ChildState.WAITING not in self.house.supervisor.children.values()

    @invariant()
    def what_waits_has_somebody_who_will_start_it(self) -> None:
        if hasattr(self, "made") and not self.closed:
            waiting = ChildState.WAITING in self.house.supervisor.children.values()
            assert not waiting or any(not over.done() for _, over in self.house.waits)

    @invariant()
    def a_given_up_child_was_told_of(self) -> None:
        if hasattr(self, "made") and not self.closed:
            given_up = ChildState.GIVEN_UP in self.house.supervisor.children.values()
            assert not given_up or ReportKind.GAVE_UP in [r.kind for r in self.house.reports]

    def teardown(self) -> None:
        if hasattr(self, "made"):
            self.do(self.house.supervisor.close())
            assert not self.running()
            left = asyncio.all_tasks(self.loop)
            assert not left, left
        self.loop.close()
        logging.getLogger("app.resilience.supervisor").setLevel(logging.NOTSET)


TestSupervisorMachine = SupervisorMachine.TestCase
TestSupervisorMachine.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
