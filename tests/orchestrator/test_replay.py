"""A recorded turn runs again the same way; what was changed meanwhile is the first difference."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import InvalidFieldError, ModelUnreachableError
from app.domain.events import Approval, ToolResultEvent, TurnStatus
from app.domain.message_forms import Form
from app.domain.messages import Channel
from app.domain.skills import Effect, SkillResult
from app.domain.tool_calls import ToolResult, ToolStatus
from app.domain.turns import TurnState
from app.orchestrator import context, untrusted
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.engine import Engine, TurnOutcome
from app.orchestrator.llm_client import ModelPrice
from app.orchestrator.recorded_turn import RecordedTurn, from_bundle, recorded, to_bundle
from app.orchestrator.replay import Replay, replay
from app.redaction import Secret
from app.skill_runtime.registry import SkillRegistry
from tests.orchestrator.conftest import Desk
from tests.orchestrator.test_engine import page, seen
from tests.standins.scripted_model import Step, calls, says

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})
READ = ("files.read", {"path": "report.md"})
WRONG = ("files.read", {"path": 3})


async def turn(
    desk: Desk,
    *steps: Step,
    text: str = "go",
    mode: ApprovalMode = ApprovalMode.ALWAYS,
    engine: Engine | None = None,
) -> tuple[Engine, TurnOutcome]:
    desk.model(*steps)
    engine = engine or await desk.assembly.engines.get(None)
    return engine, await engine.run_turn(text, channel=Channel.TERMINAL, mode=mode)


async def recording(desk: Desk, outcome: TurnOutcome) -> RecordedTurn:
    return await recorded(desk.assembly.traces, outcome.turn_id)


async def replayed(desk: Desk, turn: RecordedTurn) -> Replay:
    return await replay(turn, desk.assembly.skills_now())


async def test_a_turn_with_tools_runs_again_without_a_difference(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(READ, WRONG), calls(EDIT, text="I change it."), says("Ok."))
    report = desk.folder / "report.md"
    report.write_text("something else meanwhile")
    events = len(desk.events)

    found = await replayed(desk, await recording(desk, outcome))

    assert found == Replay(requests=3, state="ok", difference=None)
    assert report.read_text() == "something else meanwhile"
    assert len(desk.events) == events, "a replay is nobody else's business"


async def test_a_later_turn_runs_again_with_what_was_said_before(desk: Desk) -> None:
    engine, _ = await turn(desk, calls(READ), says("It is a draft."))
    _, outcome = await turn(desk, says("Yes."), text="really?", engine=engine)
    await turn(desk, says("Bye."), text="bye", engine=engine)

    whole = await recording(desk, outcome)

    assert next(m.text for m in whole.earlier.messages if m.text) == "go"
    assert len(whole.calls[0].request.messages) == 5
    assert (await replayed(desk, whole)).difference is None


@pytest.mark.parametrize("mode", [ApprovalMode.NEVER, ApprovalMode.UNATTENDED])
async def test_a_denied_approval_runs_again(desk: Desk, mode: ApprovalMode) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Then not."), mode=mode)
    assert [e.status.value for e in desk.of(ToolResultEvent)] == ["denied"]
    assert (await replayed(desk, await recording(desk, outcome))).difference is None


def person(desk: Desk, *answers: tuple[Decision, dict[str, object] | None]) -> None:
    """Let somebody decide, one answer a question."""
    left = list(answers)

    def decide(event: object) -> None:
        if isinstance(event, Approval) and event.decision is None:
            decision, arguments = left.pop(0)
            asyncio.get_running_loop().call_soon(
                lambda: desk.assembly.approvals.decide(
                    event.id, decision, by="you, in the window", arguments=arguments
                )
            )

    desk.assembly.bus.subscribe(decide)


async def test_what_the_person_decided_is_decided_again(desk: Desk) -> None:
    other = ("files.edit", {"path": "report.md", "old": "final", "new": "ready"})
    third = ("files.create", {"path": "new.md", "content": "new"})
    person(
        desk,
        (Decision.ALLOW_ONCE, {**EDIT[1], "new": "nearly final"}),
        (Decision.ALLOW_ONCE, None),
        (Decision.DENY, None),
        (Decision.ALLOW_ALWAYS, None),
    )
    _, outcome = await turn(
        desk,
        calls(EDIT, READ),
        calls(other),
        calls(other, third),
        calls(("files.create", {"path": "more.md", "content": "more"})),
        says("Done."),
        mode=ApprovalMode.ASK,
    )
    whole = await recording(desk, outcome)
    told = [(one.decision, one.by) for one in whole.decisions]
    assert told == [
        ("edited", "you, in the window"),
        ("allowed", "you, in the window"),
        ("denied", "you, in the window"),
        ("denied", "an earlier no"),
        ("allowed", "you, in the window"),
        ("allowed", "your rule (always)"),
    ]

    again = from_bundle(json.loads(json.dumps(to_bundle(whole))))

    assert again == whole
    found = await replayed(desk, again)
    assert (found.state, found.requests, found.difference) == ("ok", 5, None)


async def test_reversible_changes_are_allowed_again(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Ok."), mode=ApprovalMode.REVERSIBLE)
    whole = await recording(desk, outcome)
    assert whole.decisions[0].by == "your rule (reversible changes)"
    assert (await replayed(desk, whole)).difference is None


async def test_an_approval_that_expired_expires_again_in_no_time(desk: Desk) -> None:
    desk.model(calls(EDIT), says("Then not."))
    engine = await desk.assembly.engines.get(None)
    person(desk, (Decision.DENY, None))
    outcome = await engine.run_turn("go", channel=Channel.WINDOW, mode=ApprovalMode.ASK)
    bundle = to_bundle(await recording(desk, outcome))
    (decision,) = bundle["decisions"]
    asked = datetime.fromisoformat(decision["asked_at"])
    late = (asked + timedelta(seconds=301)).isoformat()
    decision |= {"decision": "expired", "by": "time", "decided_at": late}
    bundle["calls"][1]["started_at"] = late
    bundle["results"][0]["content"] = (
        "Nobody decided in time, so this was not done. Nothing was changed."
    )
    bundle["calls"][1]["request"]["messages"][-1] |= {
        "text": bundle["results"][0]["content"],
        "metadata": {"type": "expired", "by": "time"},
    }
    bundle["results"][0]["metadata"] = {"type": "expired", "by": "time"}
    assert (await replayed(desk, from_bundle(bundle))).difference is None


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"decision": "allowed"}, "the approval of files.edit"),
        ({"by": "your rule (always)"}, "the approval of files.edit"),
        ({"call_id": "another"}, None),
    ],
)
async def test_another_decision_is_a_difference(
    desk: Desk, change: dict[str, object], where: str | None
) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Then not."), mode=ApprovalMode.NEVER)
    bundle = to_bundle(await recording(desk, outcome))
    bundle["decisions"][0] |= change
    found = (await replayed(desk, from_bundle(bundle))).difference
    assert (found and found.where) == where


async def test_what_needs_no_approval_any_more_is_told(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Ok."))
    whole, now = await recording(desk, outcome), desk.assembly.skills_now()
    registry = SkillRegistry()
    for skill in now.registry.skills:
        registry.add(skill)
    edit = copy.copy(now.registry.get("files.edit"))
    edit.effect = Effect.READ  # type: ignore[misc]
    registry.add(edit)
    found = (await replay(whole, dataclasses.replace(now, registry=registry))).difference
    assert found is not None
    assert (found.where, found.now) == ("the approval of files.edit", "it was not asked for")


async def test_other_words_of_steward_about_a_call_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Then not."), mode=ApprovalMode.NEVER)
    whole = await recording(desk, outcome)
    monkeypatch.setattr(
        "app.orchestrator.call_deciding.denied",
        lambda call, verdict: ToolResult(call.id, call.name, ToolStatus.DENIED, "No."),
    )
    found = (await replayed(desk, whole)).difference
    assert found is not None
    assert found.where == "the result of files.edit"
    assert "+denied: No." in found.diff()


async def test_a_turn_stopped_beside_calls_that_had_ended_is_stopped_again(desk: Desk) -> None:
    listing = ("files.list", {"path": "."})
    desk.model(calls(READ, listing, EDIT), says("Never said."))
    engine = await desk.assembly.engines.get(None)
    running = asyncio.create_task(engine.run_turn("go", channel=Channel.TERMINAL))
    asked = asyncio.Event()
    desk.assembly.bus.subscribe(lambda e: asked.set() if isinstance(e, Approval) else None)
    async with asyncio.timeout(10):
        await asked.wait()
    engine.cancel()
    whole = await recording(desk, await running)
    assert [one.status.value for one in whole.results] == ["ok", "ok", "interrupted"]
    assert whole.decisions[0].decision == "cancelled"
    found = await replayed(desk, whole)
    assert (found.state, found.difference) == ("cancelled", None)


async def test_the_limit_of_a_day_is_reached_again(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(READ), says("Ok."))
    bundle = to_bundle(await recording(desk, outcome))
    bundle["limits"]["day_cost"], bundle["day_cost"] = 1.0, 0.5
    assert (await replayed(desk, from_bundle(bundle))).difference is None
    bundle["day_cost"] = 1.0
    found = (await replayed(desk, from_bundle(bundle))).difference
    assert found is not None
    assert found.where == "request 1"


async def test_a_file_of_an_older_version_has_no_decisions_and_runs_again(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(EDIT), says("Ok."))
    bundle = to_bundle(await recording(desk, outcome))
    del bundle["decisions"], bundle["day_cost"]
    assert (await replayed(desk, from_bundle(bundle))).difference is None


async def test_a_failed_turn_fails_again_in_the_same_words(desk: Desk) -> None:
    error = ModelUnreachableError("Nobody answers.", hint="Look at the cable.", retryable=True)
    _, outcome = await turn(desk, calls(READ), error)
    whole = await recording(desk, outcome)
    assert (whole.turn.state, whole.turn.reason) == (TurnState.FAILED, "model_unreachable")
    assert whole.turn.message == "Nobody answers. Look at the cable."
    found = await replayed(desk, whole)
    assert (found.state, found.difference) == ("failed", None)


async def test_a_turn_at_its_limit_reaches_it_again(desk: Desk) -> None:
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_iterations=2)
    )
    other = ("files.list", {"path": "."})
    _, outcome = await turn(desk, calls(READ), calls(other), says("That was all I could do."))
    assert outcome.status is TurnStatus.LIMIT
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_iterations=9)
    )

    found = await replayed(desk, await recording(desk, outcome))

    assert (found.requests, found.state, found.difference) == (3, "limit", None)


async def test_a_turn_stopped_while_the_model_spoke_is_stopped_again(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    running = asyncio.create_task(engine.run_turn("go", channel=Channel.TERMINAL))
    await model.streaming.wait()
    engine.cancel()
    whole = await recording(desk, await running)
    assert whole.turn.state is TurnState.CANCELLED
    assert whole.calls[0].response["text"] == "One moment"
    found = await replayed(desk, whole)
    assert (found.state, found.difference) == ("cancelled", None)


async def test_a_turn_stopped_while_a_skill_ran_is_stopped_again(desk: Desk) -> None:
    desk.model(calls(READ), calls(EDIT), says("Never said."))
    engine = await desk.assembly.engines.get(None)
    running = asyncio.create_task(engine.run_turn("go", channel=Channel.TERMINAL))
    asked = asyncio.Event()
    desk.assembly.bus.subscribe(lambda e: asked.set() if isinstance(e, Approval) else None)
    async with asyncio.timeout(10):
        await asked.wait()
    engine.cancel()
    whole = await recording(desk, await running)
    found = await replayed(desk, whole)
    assert (found.requests, found.state, found.difference) == (2, "cancelled", None)


async def test_another_rule_in_the_prompt_is_the_first_difference(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outcome = await turn(desk, calls(READ), says("Ok."))
    whole = await recording(desk, outcome)
    changed = context._RULES.replace("in the person's language", "in Latin")
    monkeypatch.setattr(context, "_RULES", changed)

    found = (await replayed(desk, whole)).difference

    assert found is not None
    assert found.where == "the system prompt of request 1"
    lines = found.diff().splitlines()
    assert [line for line in lines if line.startswith("+") and "in Latin" in line]
    assert len(lines) < 12


async def test_another_way_to_mark_data_is_a_difference(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outcome = await turn(desk, calls(READ), says("Ok."))
    whole = from_bundle(to_bundle(await recording(desk, outcome)))
    assert (await replayed(desk, whole)).difference is None
    changes: list[tuple[str, object]] = [
        ("RULE", untrusted.RULE + " Or not."),
        ("_OUTSIDE", frozenset({ToolStatus.ERROR})),
        ("fenced", lambda text, mark, **facts: text),
    ]
    for name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(untrusted, name, value)
            found = (await replayed(desk, whole)).difference
        assert found is not None, name
        assert found.where == "how data is marked in every request"


async def test_other_folders_and_settings_of_another_home_are_no_difference(desk: Desk) -> None:
    desk.assembly.running_settings.change("instructions", "Speak plainly.")
    _, outcome = await turn(desk, says("Ok."))
    desk.assembly.grants.revoke(desk.folder)
    desk.assembly.running_settings.change("instructions", "Be brief.")
    assert (await replayed(desk, await recording(desk, outcome))).difference is None


async def test_another_result_is_a_difference_in_the_next_request(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(READ), says("Ok."))
    bundle = to_bundle(await recording(desk, outcome))
    bundle["results"][0]["content"] = "# Report\n\nstatus: lost\n"

    found = (await replayed(desk, from_bundle(bundle))).difference

    assert found is not None
    assert found.where == "message 3 of request 2"
    assert "+  status: lost" in found.diff() or "+    status: lost" in found.diff()


async def test_a_missing_tool_and_another_description_are_told_by_name(desk: Desk) -> None:
    _, outcome = await turn(desk, says("Ok."))
    whole = await recording(desk, outcome)
    now = desk.assembly.skills_now()
    tools = list(now.tools)
    fewer = dataclasses.replace(now, tools=tools[1:])
    found = (await replay(whole, fewer)).difference
    assert found is not None
    assert found.where == "the tools of request 1"
    assert f"-  {tools[0].name}" in found.diff()
    tools[0] = dataclasses.replace(tools[0], description="Does something else.")
    found = (await replay(whole, dataclasses.replace(now, tools=tools))).difference
    assert found is not None
    assert found.where == f"the tool {tools[0].name} of request 1"


async def test_a_turn_that_would_go_on_or_end_earlier_now_is_told(desk: Desk) -> None:
    _, outcome = await turn(desk, calls(READ), says("Ok."))
    bundle = to_bundle(await recording(desk, outcome))
    shorter: Form = copy.deepcopy(bundle)
    del shorter["calls"][1]
    found = (await replayed(desk, from_bundle(shorter))).difference
    assert found is not None
    assert (found.where, found.now) == ("request 2", "the model is asked again")
    longer: Form = copy.deepcopy(bundle)
    longer["calls"].append({**copy.deepcopy(bundle["calls"][1]), "number": 3})
    found = (await replayed(desk, from_bundle(longer))).difference
    assert found is not None
    assert (found.where, found.recorded) == ("request 3", "the model was asked again")


async def test_a_bundle_is_plain_json_without_secrets(desk: Desk) -> None:
    secret = "sk-or-v1-abcdefghijkl"
    desk.assembly.redactor.add("KEY", Secret(secret))
    (desk.folder / "report.md").write_text(f"the key is {secret}\n")
    _, outcome = await turn(desk, calls(READ), says(f"It is {secret}."), text=f"my key {secret}")
    whole = await recording(desk, outcome)

    text = json.dumps(to_bundle(whole))

    assert secret not in text
    again = from_bundle(json.loads(text))
    assert again == whole
    assert (await replayed(desk, again)).difference is None


@pytest.mark.parametrize("wrong", [{}, {"format": "steward-turn", "version": 99}, "whole"])
async def test_what_is_no_bundle_is_refused_in_words(desk: Desk, wrong: object) -> None:
    if wrong == "whole":
        wrong = {"format": "steward-turn", "version": 1, "turn": {"id": 3}}
    assert isinstance(wrong, dict)
    with pytest.raises(InvalidFieldError):
        from_bundle(wrong)


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in a JSON value."""
    items: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


WRONG_VALUES: tuple[object, ...] = (
    None, "x", -1, 1e300, [], {}, [1], {"a": 1}, True, "9999-12-31T23:59:59", 10**30, "\ud800",
    "2026-01-01T00:00:00+00:00", ["a", ["b"]],
)  # fmt: skip


async def test_a_damaged_file_is_refused_in_words_or_runs(desk: Desk) -> None:
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_iterations=3)
    )
    failed = ModelUnreachableError("Nobody answers.", retryable=True)
    _, outcome = await turn(desk, calls(READ, EDIT, text="So."), calls(WRONG), failed)
    sound: Form = json.loads(json.dumps(to_bundle(await recording(desk, outcome))))
    everywhere = [place for place in places(sound) if "tools" not in place]
    chance = random.Random(20261128)
    for place in chance.sample(everywhere, 120):
        damaged: Any = copy.deepcopy(sound)
        *way, last = place
        holder = damaged
        for step in way:
            holder = holder[step]
        if chance.random() < 0.3:
            del holder[last]
        else:
            holder[last] = chance.choice(WRONG_VALUES)
        with contextlib.suppress(InvalidFieldError):
            found = (await replayed(desk, from_bundle(damaged))).difference
            assert found is None or found.diff() is not None


async def test_a_file_that_is_nested_without_end_is_refused(desk: Desk) -> None:
    _, outcome = await turn(desk, says("Ok."))
    bundle = to_bundle(await recording(desk, outcome))
    deep: Form = {}
    for _ in range(900):
        deep = {"a": [deep]}
    bundle["calls"][0]["request"]["options"] = deep
    with pytest.raises(InvalidFieldError, match="nested"):
        from_bundle(bundle)


async def test_a_turn_that_repeats_itself_is_stopped_again(desk: Desk) -> None:
    _, outcome = await turn(desk, *[calls(READ)] * 6, says("I stop."))
    assert outcome.status is TurnStatus.LIMIT
    assert outcome.reason
    found = await replayed(desk, await recording(desk, outcome))
    assert (found.state, found.difference) == ("limit", None)


async def test_a_turn_whose_time_was_up_runs_again_in_no_time(desk: Desk) -> None:
    await turn(desk, calls(READ), says("Ok."))  # what the first turn loads takes time
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_turn_seconds=0.3)
    )
    desk.model(calls(READ), asyncio.Event(), says("There was no more time."))
    engine = await desk.assembly.engines.get(None)
    outcome = await engine.run_turn("go", channel=Channel.TERMINAL)
    assert outcome.status is TurnStatus.LIMIT
    whole = to_bundle(await recording(desk, outcome))
    whole["limits"]["seconds"] = 300.0  # as if it had waited for minutes
    whole["calls"][1]["duration_ms"] = 300_000
    found = await replayed(desk, from_bundle(whole))
    assert (found.state, found.requests) == ("limit", 3)


async def test_a_conversation_that_was_summarised_runs_again(desk: Desk) -> None:
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, context_tokens=8000)
    )
    engine, _ = await turn(desk, says("word " * 4000), text="tell me much")
    await turn(desk, says("word " * 4000), text="more", engine=engine)
    desk.model(says("They talked about words."), says("Words."))
    outcome = await engine.run_turn("about what?", channel=Channel.TERMINAL)
    whole = await recording(desk, outcome)
    assert any("<notes>" in call.request.system for call in whole.calls), "it was summarised"
    found = await replayed(desk, from_bundle(json.loads(json.dumps(to_bundle(whole)))))
    assert (found.state, found.difference) == ("ok", None)
    _, later = await turn(desk, says("Bye."), text="bye", engine=engine)
    assert (await replayed(desk, await recording(desk, later))).difference is None


async def test_a_turn_that_waited_long_for_the_person_runs_again_within_its_time(
    desk: Desk,
) -> None:
    desk.model(calls(EDIT), calls(READ), says("Done."))
    engine = await desk.assembly.engines.get(None)
    running = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    (waiting,) = desk.assembly.approvals.pending()
    desk.assembly.approvals.decide(waiting.id, Decision.ALLOW_ONCE, by="test")
    whole = await recording(desk, await running)

    # As if the person had thought for four minutes, in a turn that may take two.
    (decision,) = whole.decisions
    assert decision.decided_at is not None
    late = timedelta(seconds=240)
    decision = dataclasses.replace(decision, decided_at=decision.decided_at + late)
    first, *others = whole.calls
    whole = dataclasses.replace(
        whole,
        bounds=dataclasses.replace(whole.bounds, seconds=120.0),
        decisions=(decision,),
        calls=(first, *(dataclasses.replace(c, started_at=c.started_at + late) for c in others)),
    )
    assert (await replayed(desk, whole)).difference is None


async def test_a_turn_whose_time_was_up_while_a_tool_ran_runs_again_in_no_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forever(params: object, context: object) -> SkillResult:
        await asyncio.Event().wait()
        return SkillResult.ok("")

    skill = desk.assembly.registry.get("files.read")
    monkeypatch.setattr(type(skill), "execute", staticmethod(forever))
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_turn_seconds=0.5)
    )
    _, outcome = await turn(desk, calls(READ), says("Summed up."))
    assert outcome.status is TurnStatus.LIMIT

    whole = await recording(desk, outcome)
    assert [one.status for one in whole.results] == [ToolStatus.INTERRUPTED]
    assert (await replayed(desk, whole)).difference is None


async def test_a_turn_at_its_limit_of_dollars_by_prices_reaches_it_again(desk: Desk) -> None:
    model = desk.model(*(calls(page(number)) for number in range(9)), says("Never."))
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_turn_cost=0.0265)
    )
    model.price = lambda model=None: ModelPrice(1e-6, 1e-6, request=0.02)  # type: ignore[method-assign]
    engine = await desk.assembly.engines.get(None)
    outcome = await engine.run_turn("go", channel=Channel.TERMINAL, mode=ApprovalMode.ALWAYS)
    assert "$0.0265 a turn" in outcome.reason
    assert 1 < len(model.requests) < 9

    whole = await recording(desk, outcome)
    assert whole.price == ModelPrice(1e-6, 1e-6, request=0.02)
    assert (await replayed(desk, whole)).difference is None
    assert from_bundle(json.loads(json.dumps(to_bundle(whole)))) == whole
