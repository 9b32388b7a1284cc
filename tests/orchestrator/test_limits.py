"""Limits of a turn, against a model of them: the loop ends, and says why."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.orchestrator.limits import (
    ERROR_STREAK,
    LAST_REPEAT,
    REFUSED_REPEAT,
    Bounds,
    Limit,
    LimitKind,
    TurnLimits,
)
from app.orchestrator.llm_client import ModelPrice, TokenUsage
from app.orchestrator.spending import SHORTEST_ANSWER


def call(name: str = "files.read", **arguments: object) -> ToolCall:
    return ToolCall("id", name, arguments)


def result(status: ToolStatus, type_: str = "", name: str = "files.read") -> ToolResult:
    return ToolResult("id", name, status, "words", metadata={"type": type_})


class LimitsMachine(RuleBasedStateMachine):
    """Any order of model calls, tool calls, results and costs, beside a plain count of them."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.bounds = Bounds(
            iterations=6, tool_calls=12, seconds=50.0, tokens=5_000, cost=1.0, day_cost=3.0
        )
        self.limits = TurnLimits(self.bounds, started=100.0)
        self.limits.spending.day_cost = 2.5
        self.limits.spending.price = ModelPrice(1e-4, 3e-4, cache_write=1.25e-4)
        self.now = 100.0
        self.worked = 0.0
        self.begun = 0
        self.ran: Counter[str] = Counter()
        self.first: Limit | None = None

    @rule(
        target=calls,
        name=st.sampled_from(["files.read", "files.edit"]),
        n=st.sampled_from([1, 1.0, 2, True, "1"]),
    )
    def make(self, name: str, n: object) -> ToolCall:
        return call(name, n=n)

    @rule(one=calls)
    def ask(self, one: ToolCall) -> None:
        changes = one.name == "files.edit"
        if self.limits.refusal(one, changes=changes) is None:
            self.ran[one.canonical] += 1

    @rule(name=st.sampled_from(["files.read", "files.edit"]))
    def succeed(self, name: str) -> None:
        changes = name == "files.edit"
        self.limits.settled([(result(ToolStatus.OK, name=name), changes)])
        if changes:
            for key in [key for key in self.ran if key.startswith("files.read")]:
                del self.ran[key]

    @rule(
        name=st.sampled_from(["files.read", "files.edit"]),
        types=st.lists(st.sampled_from(["file_missing", "not_text"]), min_size=1, max_size=4),
    )
    def fail(self, name: str, types: list[str]) -> None:
        self.limits.settled([(result(ToolStatus.ERROR, t, name), False) for t in types])

    @rule(
        seconds=st.floats(0, 30), ahead=st.integers(1, 1_500), share=st.floats(0, 1),
        written=st.floats(0, 1), asked=st.floats(0, 5),
    )  # fmt: skip
    def begin(self, seconds: float, ahead: int, share: float, written: float, asked: float) -> None:
        self.now += seconds + asked
        self.limits.asked += asked
        self.worked += seconds
        if self.limits.begin(self.now, ahead):
            self.begun += 1
            assert self.worked < 50.0
            assert self.limits.room.answer is not None
            # However long the answer gets within its room: no bound is ever passed.
            answer = int(self.limits.room.answer * share)
            took = TokenUsage(ahead, answer, cache_write_tokens=int(ahead * written))
            price = self.limits.spending.price
            assert price is not None
            self.limits.spending.used(ahead, ahead, answer, price.of(took))
            assert self.limits.spending.tokens <= 5_000

    @rule()
    def late(self) -> None:
        self.limits.time_is_up()

    @invariant()
    def what_was_reached_first_stays(self) -> None:
        reached = self.limits.reached
        if self.first is None and reached is not None:
            self.first = reached
        assert self.limits.reached is self.first
        if reached is not None:
            assert reached.words.endswith(".")
            assert not self.limits.begin(self.now)
            assert self.limits.refusal(call(n="another"), changes=False)

    @invariant()
    def counts_hold(self) -> None:
        assert self.begun == self.limits.iterations <= self.bounds.iterations
        assert self.limits.tool_calls <= self.bounds.tool_calls
        assert all(times < REFUSED_REPEAT for times in self.ran.values())
        assert self.limits.spending.cost <= 1.0
        assert self.limits.spending.day_cost <= 3.0


TestLimits = LimitsMachine.TestCase


@given(st.integers(1, 100))
def test_a_turn_makes_as_many_model_calls_as_it_may_and_no_more(most: int) -> None:
    limits = TurnLimits(Bounds(iterations=most))
    assert sum(limits.begin(0.0) for _ in range(200)) == most
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.ITERATIONS


def test_the_third_same_call_is_refused_and_the_fifth_ends_the_turn() -> None:
    limits = TurnLimits(Bounds())
    said = [limits.refusal(call(path="a.md"), changes=False) for _ in range(LAST_REPEAT)]
    assert said[:2] == [None, None]
    assert all("exactly this call" in str(words) for words in said[2:])
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.REPEATED_CALL
    assert "files.read" in limits.reached.words


def test_four_same_calls_do_not_end_the_turn() -> None:
    limits = TurnLimits(Bounds())
    for _ in range(LAST_REPEAT - 1):
        limits.refusal(call(path="a.md"), changes=False)
    assert limits.reached is None


def test_looking_again_after_each_change_is_no_repeat() -> None:
    limits = TurnLimits(Bounds())
    for number in range(8):
        assert limits.refusal(call(path="a.md"), changes=False) is None
        assert limits.refusal(call("files.edit", n=number), changes=True) is None
        limits.settled([(result(ToolStatus.OK, name="files.edit"), True)])


def test_the_same_change_again_and_again_is_a_repeat_all_the_same() -> None:
    limits = TurnLimits(Bounds())
    edit = call("files.edit", old="a", new="b")
    for _ in range(LAST_REPEAT):
        limits.refusal(edit, changes=True)
        limits.settled([(result(ToolStatus.OK, name="files.edit"), True)])
    assert limits.reached is not None


def test_one_error_over_and_over_ends_the_turn_whatever_the_arguments() -> None:
    limits = TurnLimits(Bounds())
    for number in range(ERROR_STREAK):
        assert limits.refusal(call(path=f"{number}.md"), changes=False) is None
        limits.settled([(result(ToolStatus.ERROR, "file_missing"), False)])
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.REPEATED_ERROR


def test_errors_of_one_round_of_another_kind_or_with_a_success_between_are_no_streak() -> None:
    error = (result(ToolStatus.ERROR, "file_missing"), False)
    other = (result(ToolStatus.ERROR, "not_text"), False)
    fine = (result(ToolStatus.OK), False)
    for rounds in ([[error] * 5], [[error], [error], [other], [error]], [[error], [error], [fine]]):
        limits = TurnLimits(Bounds())
        for one in rounds:
            limits.settled(one)
        assert limits.reached is None


def test_denied_and_interrupted_calls_are_no_errors() -> None:
    limits = TurnLimits(Bounds())
    for _ in range(5):
        limits.settled([(result(ToolStatus.DENIED, "denied"), True)])
        limits.settled([(result(ToolStatus.INTERRUPTED, "interrupted"), True)])
    assert limits.reached is None


def test_a_batch_over_the_limit_of_tool_calls_runs_up_to_it() -> None:
    limits = TurnLimits(Bounds(tool_calls=3))
    said = [limits.refusal(call(n=n), changes=False) for n in range(5)]
    assert [words is None for words in said] == [True, True, True, False, False]
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.TOOL_CALLS


def test_cost_stops_before_the_limit_and_leaves_room_to_sum_up() -> None:
    limits = TurnLimits(Bounds(cost=0.10))
    spent = 0
    while limits.begin(0.0, 1_000):
        limits.spending.used(1_000, 1_000, 0, 0.03)
        spent += 1
    assert spent == 2, "a third call and a summary would cost 0.12 in all"
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.COST
    assert limits.may_close(1_000)
    limits.spending.used(1_000, 1_000, 0, 0.03)
    assert limits.spending.cost <= 0.10


def test_a_growing_request_is_expected_to_cost_more() -> None:
    limits = TurnLimits(Bounds(cost=0.10))
    assert limits.begin(0.0, 1_000)
    limits.spending.used(1_000, 1_000, 0, 0.02)
    assert not limits.begin(0.0, 3_000)


def test_a_day_that_is_spent_asks_nothing_and_sums_up_nothing() -> None:
    limits = TurnLimits(Bounds(day_cost=1.0))
    limits.spending.day_cost = 1.0
    assert not limits.begin(0.0, 10)
    assert limits.reached is not None
    assert limits.reached.kind is LimitKind.DAY_COST
    assert not limits.may_close(10)


def test_a_request_that_is_too_long_for_the_limit_of_tokens_is_not_sent() -> None:
    assert not TurnLimits(Bounds(tokens=1_000)).begin(0.0, 1_001 - SHORTEST_ANSWER)
    assert TurnLimits(Bounds(tokens=1_000)).begin(0.0, 1_000 - SHORTEST_ANSWER)


def test_a_first_request_whose_price_leaves_no_room_for_an_answer_is_not_sent() -> None:
    for dollars, may_ask in ((0.0020, False), (0.0021, True)):
        limits = TurnLimits(Bounds(cost=dollars))
        limits.spending.price = ModelPrice(1e-6, 1e-6)
        # A guess may be short by half: 1,500 tokens, and 512 of the shortest answer.
        assert limits.begin(0.0, 1_000) is may_ask
        assert (limits.room.answer or 0) <= 600


def test_a_long_answer_is_bounded_by_what_is_left_and_by_the_summary_that_may_follow() -> None:
    limits = TurnLimits(Bounds(cost=0.10))
    limits.spending.price = ModelPrice(1e-5, 2e-5)
    assert limits.begin(0.0, 1_000)
    assert limits.room.answer == 4_250, "(0.10 - 0.015) / 0.00002"
    limits.spending.used(1_000, 1_000, 500, 0.02)
    assert limits.begin(0.0, 1_000)
    assert limits.room.answer == 2_500, "(0.08 - 0.01 - 0.02) / 0.00002"


def test_an_answer_that_used_up_its_room_was_cut_by_the_limit_and_a_shorter_one_was_not() -> None:
    for answer, kind in ((4_250, LimitKind.COST), (300, None)):
        limits = TurnLimits(Bounds(cost=0.10))
        limits.spending.price = ModelPrice(1e-5, 2e-5)
        assert limits.begin(0.0, 1_000)
        limits.spending.used(1_000, 1_000, answer, None)
        bound = limits.cut_by()
        assert (bound and bound.kind) == kind


@pytest.mark.parametrize(
    ("seconds", "words"), [(900.0, "15 min"), (90.0, "1 min 30 s"), (5.0, "5 s")]
)
def test_the_time_is_said_in_words(seconds: float, words: str) -> None:
    limits = TurnLimits(Bounds(seconds=seconds), started=10.0)
    assert limits.begin(9.9 + seconds)
    assert not limits.begin(10.0 + seconds)
    assert limits.reached is not None
    assert f"of {words} for" in limits.reached.words


def test_calls_that_ask_the_same_are_equal_and_others_are_not() -> None:
    assert call(a=2, b=[1.0]).canonical == call(b=[1], a=2.0).canonical
    assert call(a=1).canonical != call(a=True).canonical
    assert call(a=1).canonical != call(a="1").canonical
    broken = [ToolCall("x", "n", {}, "not JSON", raw) for raw in ('{"a":', '{"b":')]
    assert broken[0].canonical != broken[1].canonical
    assert broken[0].canonical != ToolCall("x", "n").canonical
