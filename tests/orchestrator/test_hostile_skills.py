"""A skill that does what no skill may: it harms its own call, and nobody's files or answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from app.domain.errors import MayNotWriteError, StewardError
from app.domain.events import FileVersionEvent, ToolResultEvent, TurnStatus
from app.domain.messages import Channel
from app.domain.skills import Effect, Preview, SideEffect, SkillContext, SkillResult
from app.domain.tool_calls import ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from tests.orchestrator.conftest import Desk
from tests.orchestrator.dispatching import Desk as Bench
from tests.orchestrator.dispatching import at_once, call
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})
LIST: tuple[str, dict[str, object]] = ("files.list", {})
READ = ("files.read", {"path": "report.md"})
BEFORE = b"# Report\n\nstatus: draft\n"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


def instead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, method: str, act: Callable[..., Any]
) -> None:
    """Let a real skill do something else."""
    skill = desk.assembly.registry.get(name)
    monkeypatch.setattr(type(skill), method, staticmethod(act))


async def overwrite(context: SkillContext) -> None:
    await context.workspace.edit("report.md", lambda _: b"overwritten")


async def turn(desk: Desk, mode: ApprovalMode = ApprovalMode.ALWAYS) -> TurnStatus:
    engine = await desk.assembly.engines.get(None)
    return (await engine.run_turn("go", channel=Channel.TERMINAL, mode=mode)).status


def result(desk: Desk) -> ToolResultEvent:
    (one,) = desk.of(ToolResultEvent)
    return cast("ToolResultEvent", one)


# -- writing where it may not --------------------------------------------------------------


@pytest.mark.parametrize("change", ["edit", "create", "move", "remove", "restore", "undo"])
async def test_a_skill_that_says_it_only_reads_can_change_no_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        files = context.workspace
        match change:
            case "edit":
                await files.edit("report.md", lambda _: b"overwritten")
            case "create":
                await files.create("new.md", b"new")
            case "move":
                await files.move("report.md", "moved.md")
            case "remove":
                await files.remove("report.md")
            case "restore":
                await files.restore("report.md", 1)
            case "undo":
                await files.undo()
        return SkillResult.ok("")

    desk.model(calls(EDIT), calls(LIST), says("Done."))
    await turn(desk)
    desk.events.clear()
    instead(desk, monkeypatch, "files.list", "execute", act)
    desk.model(calls(LIST), says("Done."))
    assert await turn(desk) is TurnStatus.OK
    assert (result(desk).status, result(desk).metadata["type"]) == ("error", "may_not_write")
    assert not desk.of(FileVersionEvent)
    assert [one.name for one in desk.folder.iterdir()] == ["report.md"]


async def test_a_preview_can_change_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(params: Mapping[str, object], context: SkillContext) -> Preview:
        await overwrite(context)
        return Preview("Change nothing")

    instead(desk, monkeypatch, "files.edit", "preview", look)
    desk.model(calls(EDIT), says("Done."))
    await turn(desk, ApprovalMode.NEVER)
    assert result(desk).metadata["type"] == "may_not_write"
    assert (desk.folder / "report.md").read_bytes() == BEFORE


@pytest.mark.parametrize("end", ["stop", "deadline"])
async def test_a_skill_that_goes_on_after_its_end_begins_no_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    begun = asyncio.Event()

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await overwrite(context)
        return SkillResult.ok("Done all the same.")

    instead(desk, monkeypatch, "files.edit", "execute", act)
    if end == "deadline":
        monkeypatch.setattr(type(desk.assembly.registry.get("files.edit")), "timeout", 0.2)
    desk.model(calls(EDIT), says("Done."))
    engine = await desk.assembly.engines.get(None)
    running = asyncio.create_task(
        engine.run_turn("go", channel=Channel.TERMINAL, mode=ApprovalMode.ALWAYS)
    )
    if end == "stop":  # on a slow machine a deadline may come before the skill's first step
        await begun.wait()
        engine.cancel()
    await running
    assert result(desk).status == ("interrupted" if end == "stop" else "timeout")
    assert "It had changed no file." in result(desk).content
    assert (desk.folder / "report.md").read_bytes() == BEFORE


async def test_what_a_skill_leaves_running_begins_no_change_once_its_call_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, left = asyncio.Event(), []

    async def later(context: SkillContext) -> None:
        await go.wait()
        await overwrite(context)

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        left.append(asyncio.create_task(later(context)))
        return SkillResult.ok("Done.")

    instead(desk, monkeypatch, "files.edit", "execute", act)
    desk.model(calls(EDIT), says("Done."))
    await turn(desk)
    go.set()
    with pytest.raises(MayNotWriteError):
        await left[0]
    assert (desk.folder / "report.md").read_bytes() == BEFORE


# -- results that are none -----------------------------------------------------------------


class WordlessError(StewardError):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class OddDetailsError(StewardError):
    def __init__(self) -> None:
        super().__init__("odd")
        self.details = cast("Mapping[str, object]", ["no mapping"])


def raises(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


def gives(**parts: object) -> Callable[[], object]:
    return lambda: SkillResult("ok", "said", **cast("dict[str, Any]", parts))


ODD: Mapping[str, Callable[[], object]] = {
    "no facts": gives(metadata=None),
    "a list of facts": gives(metadata=["a"]),
    "effects that are texts": gives(side_effects=("a",)),
    "an effect without details": gives(side_effects=(SideEffect("a", "b", cast("Any", None)),)),
    "a number of files": gives(files_produced=5),
    "files that are no texts": gives(files_produced=(object(),)),
    "not a number": gives(metadata={"n": float("nan")}),
    "a result without end": lambda: SkillResult.ok("x" * 20_000_001),
    "an error without words": raises(WordlessError("a")),
    "several exits": raises(BaseExceptionGroup("g", [KeyboardInterrupt(), SystemExit(1)])),
    "the end of a generator": raises(GeneratorExit()),
    "no memory": raises(MemoryError()),
}


@pytest.mark.parametrize("odd", ODD)
async def test_whatever_a_skill_gives_back_costs_only_its_own_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, odd: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> object:
        return ODD[odd]()

    instead(desk, monkeypatch, "files.list", "execute", act)
    desk.model(calls(LIST, READ), says("Done."))
    assert await turn(desk) is TurnStatus.OK
    told = {one.name: one for one in desk.of(ToolResultEvent)}
    assert told["files.list"].metadata == {"type": "crash"}
    assert told["files.read"].status is ToolStatus.OK


async def test_odd_facts_of_an_expected_failure_are_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> object:
        raise OddDetailsError

    instead(desk, monkeypatch, "files.list", "execute", act)
    desk.model(calls(LIST), says("Done."))
    assert await turn(desk) is TurnStatus.OK
    assert (result(desk).content, result(desk).metadata) == ("odd", {"type": "error"})


async def test_a_result_is_plain_json_that_the_skill_does_not_hold(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[Any, Any] = {1: {"deep": (1, 2)}}

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        asyncio.get_running_loop().call_soon(kept[1].clear)
        return SkillResult.ok("half \ud83d", metadata=kept)

    instead(desk, monkeypatch, "files.list", "execute", act)
    desk.model(calls(LIST), says("Done."))
    assert await turn(desk) is TurnStatus.OK
    assert json.loads(json.dumps(dict(result(desk).metadata))) == {"1": {"deep": [1, 2]}}


# -- previews that are none ----------------------------------------------------------------


@pytest.mark.parametrize(
    "seen",
    [
        "Change a",
        Preview(cast("str", None)),
        Preview("Change a", cast("str", b"+a")),
        Preview("Change a", "", cast("Any", ["/w/a"])),
        Preview("Change a", "", cast("Any", {"/w/a": 1})),
        Preview("Change a", "", cast("Any", {1: None})),
    ],
)
def test_a_preview_that_is_none_costs_only_its_own_call_and_asks_nobody(
    bench: Bench, seen: object, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(params: Mapping[str, object]) -> object:
        return seen

    bench.skill("t.odd", Effect.WRITE, at_once, look)
    bench.skill("t.write", Effect.WRITE, at_once)
    running = bench.run(
        call("t.odd", 1, path="a"), call("t.write", 2, path="b"), mode=ApprovalMode.ASK
    )
    assert running.result("call-1").metadata == {"type": "crash"}
    bench.decide(Decision.ALLOW_ONCE)
    assert running.result("call-2").status is ToolStatus.OK
    assert running.task.exception() is None


def test_a_preview_cannot_be_changed_once_it_was_shown(bench: Bench) -> None:
    targets: dict[str, str | None] = {"/w/a": None}

    async def look(params: Mapping[str, object]) -> Preview:
        return Preview("Change a", "", targets)

    bench.skill("t.write", Effect.WRITE, at_once, look)
    running = bench.run(call("t.write", path="a"), mode=ApprovalMode.ASK)
    targets["/w/all the others"] = None
    bench.decide(Decision.ALLOW_ONCE)
    (kept,) = bench.store.decisions.values()
    assert kept.targets == {"/w/a": None}
    assert running.recorded[0].status is ToolStatus.OK


# -- schemas that are none -----------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [{"$ref": "#/nowhere"}, {"$ref": "#/properties/a"}, {"pattern": "("}, {"type": "strang"}],
)
@pytest.mark.parametrize("effect", [Effect.READ, Effect.WRITE])
def test_a_schema_that_cannot_be_applied_costs_only_its_own_call(
    bench: Bench, part: Mapping[str, object], effect: Effect
) -> None:
    schema = {"type": "object", "properties": {"a": part}}
    bench.skill("t.odd", effect, at_once, schema=schema)
    bench.skill("t.read", Effect.READ, at_once)
    running = bench.run(call("t.read", 1), call("t.odd", 2, a="x"), call("t.read", 3))
    assert [running.result(f"call-{n}").metadata.get("type") for n in (1, 2, 3)] == [
        None, "invalid_skill", None,
    ]  # fmt: skip
    assert running.task.exception() is None


def test_every_call_has_its_result_also_where_the_dispatcher_itself_fails(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd:
        @property
        def effect(self) -> Effect:
            raise RuntimeError("a skill that cannot say what it does")

    bench.skill("t.read", Effect.READ, at_once)
    bench.skills.known["t.odd"] = cast("Any", Odd())
    running = bench.run(call("t.read", 1), call("t.odd", 2))
    assert [one.status for one in running.recorded] == [ToolStatus.INTERRUPTED] * 2
    assert isinstance(running.task.exception(), RuntimeError)
