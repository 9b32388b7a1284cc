"""The dispatcher under everything at once: calls of all kinds, decisions, Stop at any step,
crashes, deadlines, changes that come too late and a store that fails.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Mapping
from typing import Final, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from app.domain.errors import MatchCountError, MayNotWriteError
from app.domain.events import Approval
from app.domain.skills import Effect, Preview, SkillContext, SkillResult
from app.domain.tool_calls import ToolCall, ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.batch import MAX_PARALLEL
from tests.orchestrator.dispatching import Desk, Turn

READS: Final = ("t.read", "t.nothing", "t.misfit")
PARTS: Final = ("start", "finish", "note", "changes", "asked", "decided", "allow", "allowed")
DEEDS: Final = (
    "quick", "slow", "endless", "refuses", "crashes", "exits", "finishes", "stubborn", "odd",
    "leaves a task",
)  # fmt: skip
CALLS: Final = st.tuples(
    st.sampled_from(["t.read", "t.read", "t.write", "t.write", "t.send", "t.alone", *READS[1:]]),
    st.sampled_from("ab"),
    st.sampled_from(DEEDS),
    st.sampled_from(["fine", "fine", "fine", "crashes", "refuses", "slow"]),
)


class Dispatcher(RuleBasedStateMachine):
    """One turn after the other on one dispatcher."""

    @initialize()
    def open(self) -> None:
        logging.disable(logging.CRITICAL)
        self.desk = Desk(timeout=20, threshold=1000)
        self.ids = itertools.count(1)
        self.turn: Turn | None = None
        self.under_way: dict[str, Mapping[str, object]] = {}
        self.begun: list[str] = []
        self.wrong: list[AssertionError] = []
        for name, effect in (
            ("t.read", Effect.READ),
            ("t.write", Effect.WRITE),
            ("t.send", Effect.EXTERNAL),
            ("t.alone", Effect.WRITE),
            ("t.misfit", Effect.READ),
        ):
            schema: dict[str, object] = {"type": "object"}
            if name == "t.misfit":
                schema["required"] = ["what nobody gives"]
            made = self.desk.skill(name, effect, self._act, self._look, schema=schema)
            made.barrier = name == "t.alone"

    async def _look(self, params: Mapping[str, object]) -> Preview:
        match params["look"]:
            case "crashes":
                raise RuntimeError("a bug in the preview")
            case "refuses":
                raise MatchCountError("Twice.")
            case "slow":
                await asyncio.sleep(2)
        return Preview(f"Do {params['n']}", "", {f"/w/{params['path']}": None})

    async def _act(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        name = str(params["n"])
        try:
            self._check_company(params)
        except AssertionError as wrong:  # the executor would take it for a crash of the skill
            self.wrong.append(wrong)
        self.begun.append(name)
        self.under_way[name] = params
        try:
            return await self._deed(str(params["deed"]), params, context)
        finally:
            del self.under_way[name]

    async def _change(
        self, params: Mapping[str, object], context: SkillContext, *, over: bool
    ) -> None:
        """Try to change a file, while the call goes on or when it is ``over``."""
        allowed = True
        try:
            await context.workspace.edit(str(params["path"]), bytes)
        except MayNotWriteError:
            allowed = False
        if allowed is (over or params["kind"] == "t.read"):
            self.wrong.append(AssertionError(f"{params} {'may' if allowed else 'may not'} write"))

    async def _change_later(self, params: Mapping[str, object], context: SkillContext) -> None:
        await asyncio.sleep(0.001)
        await self._change(params, context, over=True)

    async def _deed(
        self, deed: str, params: Mapping[str, object], context: SkillContext
    ) -> SkillResult:
        await self._change(params, context, over=False)
        match deed:
            case "odd":
                return SkillResult("ok", "", metadata=cast("Mapping[str, object]", [1]))
            case "leaves a task":
                self.left = asyncio.create_task(self._change_later(params, context))
            case "slow":
                await asyncio.sleep(3)
            case "endless":
                await asyncio.Event().wait()
            case "refuses":
                raise MatchCountError("Twice.")
            case "crashes":
                raise RuntimeError("a bug")
            case "exits":
                raise KeyboardInterrupt
            case "finishes":
                try:
                    await asyncio.sleep(4)
                except asyncio.CancelledError:
                    await self._change(params, context, over=True)
                    await asyncio.sleep(1)
            case "stubborn":
                for _ in range(3):
                    try:
                        await asyncio.sleep(300)
                    except asyncio.CancelledError:
                        await self._change(params, context, over=True)
        return SkillResult.ok("done")

    def _check_company(self, params: Mapping[str, object]) -> None:
        """What begins now may run beside what is under way, and all before it is over."""
        turn, kind, path = self.turn, params["kind"], params["path"]
        assert turn is not None
        assert not turn.task.cancelling(), "nothing begins after Stop"
        told = {one.id for one in self.desk.told()}
        abandoned = {one.call_id for one in self.desk.abandoned}
        for other in self.under_way.values():
            if other["n"] in abandoned:
                continue
            assert other["kind"] == kind
            assert kind == "t.read" or (kind == "t.write" and other["path"] != path)
        for earlier in itertools.takewhile(lambda one: one.id != params["n"], turn.calls):
            together = earlier.name in READS if kind == "t.read" else (
                earlier.name == kind == "t.write" and earlier.arguments["path"] != path
            )  # fmt: skip
            assert together or earlier.id in told, "the calls' order is kept"

    # -- what happens ----------------------------------------------------------------------

    @precondition(lambda self: self.turn is None)
    @rule(
        wanted=st.lists(CALLS, min_size=1, max_size=10),
        mode=st.sampled_from([*ApprovalMode, *[ApprovalMode.ASK, ApprovalMode.ALWAYS] * 3]),
    )
    def ask(self, wanted: list[tuple[str, str, str, str]], mode: ApprovalMode) -> None:
        calls = []
        for name, path, deed, look in wanted:
            number = f"call-{next(self.ids)}"
            arguments = {"n": number, "kind": name, "path": path, "deed": deed, "look": look}
            calls.append(ToolCall(number, name, arguments))
        self.desk.events.clear()
        self.turn = self.desk.start(*calls, mode=mode)
        self.desk.loop.step()

    @precondition(lambda self: self.turn is None)
    @rule(
        names=st.lists(st.sampled_from(["t.write", "t.alone", "t.send"]), min_size=2, max_size=3),
        reads=st.sampled_from([0, 0, MAX_PARALLEL + 2]),
        mode=st.sampled_from([ApprovalMode.ALWAYS, ApprovalMode.ALWAYS, ApprovalMode.ASK]),
    )
    def ask_for_what_takes_time(self, names: list[str], reads: int, mode: ApprovalMode) -> None:
        """None ends soon: nothing but the dispatcher keeps them apart."""
        slow = [(name, path, "slow", "fine") for name, path in zip(names, "abc", strict=False)]
        self.ask([("t.read", "a", "slow", "fine")] * reads + slow, mode)
        self.desk.loop.settle()

    @precondition(lambda self: self.turn is None)
    @rule(one=CALLS, mode=st.sampled_from(ApprovalMode), steps=st.integers(1, 30))
    def ask_and_stop(self, one: tuple[str, str, str, str], mode: ApprovalMode, steps: int) -> None:
        """Stop at each step of a call, also between two that follow each other at once."""
        self.ask([one], mode)
        assert self.turn is not None
        self.desk.loop.step(steps)
        self.turn.task.cancel()
        self.desk.loop.step()

    @precondition(lambda self: self.turn is not None)
    @rule(times=st.integers(1, 25))
    def go_on(self, times: int) -> None:
        self.desk.loop.step(times)

    @rule(seconds=st.sampled_from([0.5, 3, 21, 60]))
    def time_passes(self, seconds: float) -> None:
        self.desk.loop.advance(seconds)

    @precondition(lambda self: self.desk.approvals.pending())
    @rule(decision=st.sampled_from(list(Decision)), changed=st.booleans())
    def decide(self, decision: Decision, changed: bool) -> None:
        asked = self.desk.asked()
        assert asked.arguments is not None
        arguments = {**asked.arguments, "text": "mine"} if changed else None
        if asked.folder is None and decision is Decision.ALLOW_FOLDER:
            decision = Decision.ALLOW_ONCE
        assert self.desk.approvals.decide(asked.id, decision, by="you", arguments=arguments)
        assert not self.desk.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="you")

    @precondition(lambda self: self.turn is not None)
    @rule()
    def stop(self) -> None:
        assert self.turn is not None
        self.turn.task.cancel()

    @rule(parts=st.sets(st.sampled_from(PARTS), max_size=3), ticks=st.integers(0, 4))
    def the_store_changes(self, parts: set[str], ticks: int) -> None:
        self.desk.store.failing = parts
        self.desk.store.ticks = ticks
        self.desk.store.rules.clear()

    # -- what always holds -----------------------------------------------------------------

    @invariant()
    def no_call_has_two_results_and_each_is_stored_as_it_is_told(self) -> None:
        if self.turn is None:
            return
        told = [one.id for one in self.desk.told()]
        assert len(told) == len(set(told))
        assert [one.call_id for one in self.turn.recorded][: len(told)] == told

    @invariant()
    def at_most_one_question_stands_and_they_came_in_order(self) -> None:
        if self.turn is None:
            return
        assert len(self.desk.approvals.pending()) <= 1
        order = [one.id for one in self.turn.calls]
        asked = [one.call_id for one in self.desk.of(Approval) if one.decision is None]
        places = [order.index(str(one)) for one in asked]
        assert places == sorted(places)

    @invariant()
    def nothing_began_that_might_not(self) -> None:
        for wrong in self.wrong:
            raise wrong

    @invariant()
    def no_more_run_than_may(self) -> None:
        if self.turn is not None:
            abandoned = {one.call_id for one in self.desk.abandoned}
            assert len(set(self.under_way) - abandoned) <= MAX_PARALLEL

    @invariant()
    def a_turn_that_is_over_has_one_result_a_call_and_no_open_question(self) -> None:
        if self.turn is None or not self.turn.task.done():
            return
        turn, self.turn = self.turn, None
        assert sorted(one.id for one in self.desk.told()) == sorted(c.id for c in turn.calls)
        assert turn.task.cancelled() or turn.task.exception() is None
        assert not self.desk.approvals.pending()
        asked = [one.id for one in self.desk.of(Approval) if one.decision is None]
        ended = [one.id for one in self.desk.of(Approval) if one.decision is not None]
        assert set(asked) <= set(ended)
        assert len(ended) == len(set(ended))
        for one in self.desk.told():
            if one.status is ToolStatus.OK:
                assert one.id in self.begun, "nothing is told as done that was not"

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        try:
            self.desk.store.failing = set()
            for _ in range(12):
                if self.turn is not None and not self.turn.task.done():
                    self.turn.task.cancel()
                self.desk.loop.advance(10)
            self.a_turn_that_is_over_has_one_result_a_call_and_no_open_question()
            self.nothing_began_that_might_not()
            assert self.turn is None, "Stop ends a turn in bounded time"
            self.desk.loop.advance(1000)
            assert not self.desk.executor.abandoned
        finally:
            with self.desk:
                pass
            logging.disable(logging.NOTSET)


TestDispatcher = Dispatcher.TestCase
TestDispatcher.settings = settings(
    max_examples=240,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # another says how busy the machine is
)
