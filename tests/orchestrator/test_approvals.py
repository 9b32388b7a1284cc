"""A decision: bound to what was shown, in time, kept, and by the person or their own rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.approvals import DecisionWord, bound_hash, common_folder
from app.domain.errors import InvalidArgumentsError, UsageError
from app.domain.events import Approval
from app.domain.skills import Effect, Preview
from app.domain.tool_calls import ToolStatus
from app.orchestrator.approvals import EXPIRY_SECONDS, ApprovalMode, Decision
from tests.orchestrator.dispatching import Desk, at_once, call, with_arguments

ASK = ApprovalMode.ASK
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
    "required": ["path"],
    "additionalProperties": False,
}
ONE = call("t.write", 1, path="a", text="one")


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        desk.skill("t.write", Effect.WRITE, at_once, schema=SCHEMA)
        yield desk


def words(desk: Desk) -> list[tuple[str | None, str | None]]:
    return [(one.decision, one.by) for one in desk.of(Approval)]


def kept(desk: Desk) -> list[tuple[DecisionWord | None, str | None]]:
    return [(one.decision, one.by) for one in desk.store.decisions.values()]


# -- in time -------------------------------------------------------------------------------


def test_nobody_in_time_means_no(desk: Desk) -> None:
    turn = desk.run(ONE, mode=ASK)
    asked = desk.asked()
    desk.loop.advance(EXPIRY_SECONDS + 1)
    assert turn.recorded[0].metadata["type"] == "expired"
    assert words(desk) == [(None, None), ("expired", "time")]
    assert kept(desk) == [(DecisionWord.EXPIRED, "time")]
    assert not desk.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="you")


@pytest.mark.parametrize("clock", ["wall", "monotonic"])
def test_a_yes_after_the_machine_slept_too_long_is_none(
    desk: Desk, clock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timers do not count while a machine sleeps; a clock does. Either is enough."""
    turn = desk.run(ONE, mode=ASK)
    asked = desk.asked()
    if clock == "wall":
        later = desk.loop.now() + timedelta(seconds=EXPIRY_SECONDS)
        monkeypatch.setattr(desk.loop, "now", lambda: later)
    else:
        after = desk.loop.monotonic() + EXPIRY_SECONDS
        monkeypatch.setattr(desk.loop, "monotonic", lambda: after)
    assert desk.approvals.pending() == ()
    assert not desk.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="you")
    desk.loop.advance(2)
    assert turn.recorded[0].metadata["type"] == "expired"
    assert not desk.begun


# -- whatever fails ------------------------------------------------------------------------


def test_a_rule_that_cannot_be_kept_does_not_undo_the_yes(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.store.failing = {"allow"}
    turn = desk.run(ONE, mode=ASK)
    desk.decide(Decision.ALLOW_ALWAYS)
    assert turn.recorded[0].status is ToolStatus.OK
    assert words(desk) == [(None, None), ("allowed", "you")]
    assert "approval rule not kept" in caplog.text


@pytest.mark.parametrize("mode", [ASK, ApprovalMode.ALWAYS])
def test_a_yes_that_cannot_be_kept_allows_nothing_and_is_told(
    desk: Desk, mode: ApprovalMode
) -> None:
    desk.store.failing = {"decided"}
    turn = desk.run(ONE, mode=mode)
    if mode is ASK:
        desk.decide(Decision.ALLOW_ONCE)
    assert turn.recorded[0].metadata["type"] == "disk_full"
    assert not desk.begun
    assert desk.of(Approval)[-1].decision == "denied"


def test_a_no_that_cannot_be_kept_is_a_no(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.store.failing = {"decided"}
    turn = desk.run(ONE, mode=ASK)
    desk.decide(Decision.DENY)
    assert turn.recorded[0].status is ToolStatus.DENIED
    assert words(desk)[-1] == ("denied", "you")


def test_stop_at_any_moment_leaves_no_question_without_its_end(desk: Desk) -> None:
    desk.store.ticks = 4
    for steps in range(1, 120):
        desk.events.clear()
        desk.store.decisions.clear()
        turn = desk.start(ONE, mode=ASK)
        desk.loop.settle()
        desk.approvals.decide(desk.asked().id, Decision.ALLOW_CONVERSATION, by="you")
        desk.loop.step(steps)
        turn.task.cancel()
        desk.loop.settle()
        asked = [one for one in desk.of(Approval) if one.decision is None]
        ended = [one for one in desk.of(Approval) if one.decision is not None]
        assert [one.id for one in asked] == [one.id for one in ended]
        assert all(one.decision for one in desk.store.decisions.values())
    assert not desk.approvals.pending()


def test_a_yes_that_comes_while_a_stop_is_noted_is_too_late_and_is_told_so(desk: Desk) -> None:
    turn = desk.run(ONE, mode=ASK)
    asked = desk.asked()
    desk.store.ticks = 30
    turn.task.cancel()
    desk.loop.step(10)
    assert not turn.task.done()
    assert not desk.approvals.pending()
    assert not desk.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="you")
    desk.loop.settle()
    assert words(desk)[-1] == ("denied", "cancelled")
    assert not desk.begun


# -- bound to what was shown ---------------------------------------------------------------


def test_what_was_not_shown_is_not_done(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    one = with_arguments(ONE, path="a", text="shown")
    turn = desk.run(one, mode=ASK)
    cast("dict[str, object]", one.arguments)["text"] = "not shown"
    desk.decide(Decision.ALLOW_ONCE)
    assert turn.recorded[0].metadata["type"] == "arguments_changed"
    assert not desk.begun


def test_a_preview_cannot_change_what_is_asked_about(desk: Desk) -> None:
    async def look(params: Mapping[str, object]) -> Preview:
        cast("dict[str, object]", params)["text"] = "another"
        return Preview("Change a", "", {"/w/a": None})

    desk.skill("t.write", Effect.WRITE, at_once, look)
    desk.run(ONE, mode=ASK)
    assert desk.asked().arguments == ONE.arguments
    desk.decide(Decision.ALLOW_ONCE)
    assert desk.begun == [("t.write", dict(ONE.arguments))]


def test_a_yes_is_for_one_request_and_not_for_the_next_with_the_same_call_id(desk: Desk) -> None:
    desk.run(ONE, mode=ASK)
    first = desk.asked()
    desk.decide(Decision.ALLOW_ONCE)
    again = desk.run(ONE, scope=desk.scope(ASK, "another turn"))
    assert desk.asked().call_id == first.call_id
    assert desk.asked().id != first.id
    assert not desk.approvals.decide(first.id, Decision.ALLOW_ONCE, by="you")
    assert not again.recorded
    assert len(desk.begun) == 1


def test_a_denied_call_asked_again_unchanged_is_refused_without_asking(desk: Desk) -> None:
    scope = desk.scope(ASK)
    desk.run(ONE, scope=scope)
    desk.decide(Decision.DENY)
    again = desk.run(call("t.write", 2, text="one", path="a"), scope=scope)
    assert again.recorded[0].status is ToolStatus.DENIED
    desk.run(call("t.write", 3, text="two", path="a"), scope=scope)
    assert desk.asked().arguments == {"path": "a", "text": "two"}


def test_the_refusal_of_a_call_asked_again_is_kept_and_told_like_every_decision(desk: Desk) -> None:
    scope = desk.scope(ASK)
    desk.run(ONE, scope=scope)
    desk.decide(Decision.DENY)
    desk.run(with_arguments(ONE, text="one", path="a"), scope=scope)
    assert kept(desk) == [(DecisionWord.DENIED, "you"), (DecisionWord.DENIED, "an earlier no")]
    assert words(desk)[-1] == ("denied", "an earlier no")
    again = list(desk.store.decisions.values())[-1]
    assert (again.arguments, again.summary, again.diff) == (ONE.arguments, "Change /w/a", "+one")


def test_arguments_of_the_persons_own_that_they_denied_are_not_asked_about_again(
    desk: Desk,
) -> None:
    scope, mine = desk.scope(ASK), {"path": "a", "text": "mine"}
    desk.run(ONE, scope=scope)
    desk.decide(Decision.ALLOW_ONCE, arguments=mine)
    desk.decide(Decision.DENY)
    again = desk.run(call("t.write", 2, **mine), scope=scope)
    assert again.recorded[0].status is ToolStatus.DENIED
    assert not desk.approvals.pending()


@given(
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=4),
)
def test_the_hash_is_that_of_the_arguments_in_any_order(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert bound_hash("s", one, {}) == bound_hash("s", dict(reversed(one.items())), {})
    assert (bound_hash("s", one, {}) == bound_hash("s", other, {})) == (one == other)


# -- other arguments -----------------------------------------------------------------------


def test_changed_arguments_are_shown_anew_and_the_model_is_told(desk: Desk) -> None:
    turn = desk.run(ONE, mode=ASK)
    first = desk.asked()
    assert desk.decide(Decision.ALLOW_ONCE, arguments={"path": "a", "text": "mine"})
    second = desk.asked()
    assert second.id != first.id
    assert (second.call_id, second.diff) == ("call-1", "+mine")
    assert "changed" in second.note
    assert not desk.begun
    desk.decide(Decision.ALLOW_ONCE)
    assert desk.begun == [("t.write", {"path": "a", "text": "mine"})]
    (result,) = turn.recorded
    assert result.metadata["arguments_of_person"] == {"path": "a", "text": "mine"}
    assert "The person changed the arguments" in result.content
    assert kept(desk) == [(DecisionWord.EDITED, "you"), (DecisionWord.ALLOWED, "you")]


def test_arguments_the_skill_refuses_change_nothing_and_the_request_still_waits(
    desk: Desk,
) -> None:
    desk.run(ONE, mode=ASK)
    asked = desk.asked()
    with pytest.raises(InvalidArgumentsError, match="page"):
        desk.decide(Decision.ALLOW_ONCE, arguments={"path": "a", "page": 1})
    assert desk.asked() is asked


@pytest.mark.parametrize("depth", [200, 900, 100_000])
def test_arguments_nested_without_end_are_refused_and_the_request_still_waits(
    desk: Desk, depth: int
) -> None:
    deep: dict[str, object] = {}
    for _ in range(depth):
        deep = {"a": deep}
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.run(ONE, mode=ASK)
    asked = desk.asked()
    with pytest.raises(UsageError, match="nested too deeply"):
        desk.decide(Decision.ALLOW_ONCE, arguments=deep)
    assert desk.asked() is asked
    while deep:  # else Python takes it apart by recursion
        deep = cast("dict[str, object]", deep.pop("a"))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), b"bytes", {1, 2}])
def test_arguments_that_are_no_json_are_refused_and_the_request_still_waits(
    desk: Desk, odd: object
) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.run(ONE, mode=ASK)
    asked = desk.asked()
    with pytest.raises(UsageError, match="cannot be used"):
        desk.decide(Decision.ALLOW_ONCE, arguments={"path": "a", "text": odd})
    assert desk.asked() is asked


def test_half_a_character_in_changed_arguments_is_made_whole(desk: Desk) -> None:
    desk.run(ONE, mode=ASK)
    desk.decide(Decision.ALLOW_ONCE, arguments={"path": "a", "text": "\ud83d"})
    assert desk.asked().arguments == {"path": "a", "text": "\N{REPLACEMENT CHARACTER}"}


def test_the_same_arguments_are_a_plain_yes(desk: Desk) -> None:
    turn = desk.run(ONE, mode=ASK)
    desk.decide(Decision.ALLOW_ONCE, arguments={"text": "one", "path": "a"})
    assert turn.recorded[0].status is ToolStatus.OK
    assert "arguments_of_person" not in turn.recorded[0].metadata


def test_changed_arguments_that_cannot_be_done_bring_the_first_request_back_with_the_reason(
    desk: Desk,
) -> None:
    async def look(params: Mapping[str, object]) -> Preview:
        if params["text"] == "mine":
            raise InvalidArgumentsError("There is no such line.")
        return Preview("Change a", f"+{params['text']}", {"/w/a": None})

    desk.skill("t.write", Effect.WRITE, at_once, look)
    turn = desk.run(ONE, mode=ASK)
    desk.decide(Decision.ALLOW_ONCE, arguments={"path": "a", "text": "mine"})
    assert desk.asked().diff == "+one"
    assert "There is no such line" in desk.asked().note
    desk.decide(Decision.ALLOW_ONCE)
    assert desk.begun == [("t.write", dict(ONE.arguments))]
    assert turn.recorded[0].status is ToolStatus.OK


# -- without asking ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "effect", "asks"),
    [
        (ApprovalMode.REVERSIBLE, Effect.WRITE, False),
        (ApprovalMode.REVERSIBLE, Effect.EXTERNAL, True),
        (ApprovalMode.ASK, Effect.WRITE, True),
    ],
)
def test_what_can_be_taken_back_needs_no_asking_where_the_person_chose_so(
    desk: Desk, mode: ApprovalMode, effect: Effect, asks: bool
) -> None:
    desk.skill("t.do", effect, at_once)
    turn = desk.run(call("t.do", path="a"), mode=mode)
    assert bool(desk.approvals.pending()) is asks
    if not asks:
        assert turn.recorded[0].status is ToolStatus.OK
        assert kept(desk) == [(DecisionWord.ALLOWED, "your rule (reversible changes)")]


def test_a_change_outside_the_vault_is_not_taken_for_one_that_can_be_taken_back(
    desk: Desk,
) -> None:
    async def look(params: Mapping[str, object]) -> Preview:
        return Preview("Write somewhere")

    desk.skill("t.do", Effect.WRITE, at_once, look)
    desk.run(call("t.do", path="a"), mode=ApprovalMode.REVERSIBLE)
    assert desk.approvals.pending()


def test_where_nobody_can_be_asked_only_what_can_be_taken_back_is_done(desk: Desk) -> None:
    desk.skill("t.send", Effect.EXTERNAL, at_once)
    turn = desk.run(ONE, call("t.send", 2), mode=ApprovalMode.REVERSIBLE.nobody_there)
    assert [one.status for one in turn.recorded] == [ToolStatus.OK, ToolStatus.DENIED]
    assert words(desk)[-1] == ("denied", "nobody to ask")


def test_a_rule_can_be_set_for_the_folder_of_the_change(desk: Desk) -> None:
    desk.run(call("t.write", path="sub/a"), mode=ASK)
    assert desk.asked().folder == "/w/sub"
    desk.decide(Decision.ALLOW_FOLDER)
    assert desk.store.rules == [("t.write", None, "/w/sub")]


def test_there_is_no_rule_for_a_folder_where_there_is_none(desk: Desk) -> None:
    async def look(params: Mapping[str, object]) -> Preview:
        return Preview("Write to two folders", "", {"/w/a": None, "/other/b": None})

    desk.skill("t.do", Effect.WRITE, at_once, look)
    desk.run(call("t.do", path="a"), mode=ASK)
    assert desk.asked().folder is None
    with pytest.raises(UsageError):
        desk.decide(Decision.ALLOW_FOLDER)
    assert desk.approvals.pending()


@pytest.mark.parametrize(
    ("targets", "folder"),
    [
        (["/w/a"], "/w"),
        (["/w/s/a", "/w/s/b"], "/w/s"),
        (["/w/s/a", "/w/t/b"], "/w"),
        (["/w/a", "/v/b"], None),
        (["/elsewhere/a"], None),
        (["/wide/a"], None),
        ([], None),
    ],
)
def test_the_folder_offered_is_the_innermost_and_never_wider_than_a_granted_one(
    targets: list[str], folder: str | None
) -> None:
    assert common_folder(targets, ["/w", "/v"]) == folder


def test_each_decision_is_kept_with_what_it_was_about(desk: Desk) -> None:
    desk.run(ONE, mode=ASK)
    (waiting,) = desk.store.decisions.values()
    assert (waiting.decision, waiting.decided_at) == (None, None)
    desk.loop.advance(3)
    desk.decide(Decision.ALLOW_ONCE)
    (row,) = desk.store.decisions.values()
    assert (row.skill, row.call_id, row.arguments) == ("t.write", "call-1", ONE.arguments)
    assert row.arguments_hash == bound_hash("t.write", ONE.arguments, row.targets)
    assert (row.summary, row.diff) == ("Change /w/a", "+one")
    assert row.decided_at is not None
    assert row.decided_at - row.asked_at == timedelta(seconds=3)
    assert row.execution_id in desk.store.rows
