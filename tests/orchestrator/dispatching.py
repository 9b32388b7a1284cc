"""The dispatcher with all of its own parts, on a stepping loop and with a store in memory."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from app.domain.approvals import ApprovalRecord
from app.domain.errors import DiskFullError, NotFoundError
from app.domain.events import Approval, Event, ToolResultEvent
from app.domain.files import FileAction, FileVersion, OperationType, Origin
from app.domain.messages import Channel
from app.domain.skills import (
    Effect,
    Preview,
    Skill,
    SkillContext,
    SkillResult,
    ToolDefinition,
)
from app.domain.tool_calls import ToolCall, ToolResult
from app.domain.workspace import Workspace
from app.orchestrator.approvals import ApprovalMode, Approvals, Decision
from app.orchestrator.dispatch import ToolDispatch, TurnScope
from app.redaction import Redactor
from app.resilience.breakers import Breakers
from app.skill_runtime.executor import Abandoned, Executor
from app.skill_runtime.registry import SkillRegistry
from tests.orchestrator.stepping_loop import SteppingLoop

T = TypeVar("T")
Act = Callable[[Mapping[str, object], SkillContext], Awaitable[SkillResult]]
SCHEMA: Mapping[str, object] = {"type": "object"}
GRANTED = "/w"


class Skills:
    """A registry of what the test makes."""

    def __init__(self) -> None:
        self.known: dict[str, Skill] = {}

    def get(self, name: str) -> Skill:
        if name not in self.known:
            raise NotFoundError(f"There is no skill {name}.")
        return self.known[name]


class Made:
    """A skill that does what the test says. ``log`` has what began and what ended, in order."""

    def __init__(
        self,
        desk: Desk,
        name: str,
        effect: Effect,
        act: Act,
        look: Callable[[Mapping[str, object]], Awaitable[Preview]] | None = None,
        *,
        schema: Mapping[str, object] = SCHEMA,
        timeout: float | None = None,
    ) -> None:
        self.tool_definition = ToolDefinition(name, "A skill of a test.", schema)
        self.domain = name.partition(".")[0]
        self.effect = effect
        self.timeout = timeout
        self.barrier = False
        self._desk = desk
        self._act = act
        self._look = look

    def touches(self, params: Mapping[str, object]) -> Sequence[str] | None:
        path = params.get("path")
        return [path] if isinstance(path, str) else None

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        self._desk.log.append(("preview", context.execution_id))
        if self._look is not None:
            return await self._look(params)
        path = f"{GRANTED}/{params.get('path', 'x')}"
        return Preview(f"Change {path}", f"+{params.get('text', '')}", {path: "0" * 64})

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        self._desk.log.append(("begin", context.execution_id))
        self._desk.begun.append((self.tool_definition.name, dict(params)))
        try:
            return await self._act(params, context)
        finally:
            self._desk.log.append(("end", context.execution_id))


class _Files:
    """As much of a workspace as the dispatcher uses itself."""

    roots = (GRANTED,)

    def __init__(self, permit: Callable[[], None]) -> None:
        self._permit = permit

    async def edit(self, path: str, change: Callable[[bytes], bytes]) -> None:
        """Asks what every change asks."""
        self._permit()

    def display(self, path: str) -> str:
        return path.removeprefix(f"{GRANTED}/")


class Store:
    """Executions, decisions and rules, in memory. ``ticks``: turns of the loop a write takes."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.ticks = 1
        self.rows: dict[str, dict[str, object]] = {}
        self.decisions: dict[str, ApprovalRecord] = {}
        self.rules: list[tuple[str, str | None, str | None]] = []
        self.versions: dict[str, list[FileVersion]] = {}

    async def _write(self, name: str) -> None:
        for _ in range(self.ticks):
            await asyncio.sleep(0)
        if name in self.failing:
            raise DiskFullError(f"No space for {name}.")

    async def start(self, *, execution_id: str, **facts: object) -> None:
        await self._write("start")
        self.rows[execution_id] = {**facts, "status": "running"}

    async def finish(self, execution_id: str, result: ToolResult, **facts: object) -> None:
        await self._write("finish")
        self.rows[execution_id] |= {"status": result.status.value, **facts}

    def note(self, *, execution_id: str, result: ToolResult, **facts: object) -> None:
        if "note" in self.failing:
            raise DiskFullError("No space for the note.")
        self.rows[execution_id] = {**facts, "status": result.status.value}

    async def changes(self, turn_id: str, execution_id: str) -> list[FileVersion]:
        await self._write("changes")
        return self.versions.get(execution_id, [])

    def changed(self, execution_id: str, path: str, version: int) -> None:
        """A skill has changed a file."""
        one = FileVersion(
            "f", path, path, version, OperationType.SKILL_EDIT, FileAction.EDIT, None, None, 1,
            datetime.now().astimezone(), "test",
        )  # fmt: skip
        self.versions.setdefault(execution_id, []).append(one)

    def asked(self, record: ApprovalRecord) -> None:
        if "asked" in self.failing:
            raise DiskFullError("No space for the question.")
        self.decisions[record.id] = record

    async def decided(self, record: ApprovalRecord) -> None:
        await self._write("decided")
        self.decisions[record.id] = record

    async def allow(
        self, skill: str, conversation_id: str | None = None, *, folder: str | None = None
    ) -> None:
        await self._write("allow")
        self.rules.append((skill, conversation_id, folder))

    async def allowed(
        self, skill: str, conversation_id: str, targets: Iterable[str] = ()
    ) -> str | None:
        await self._write("allowed")
        return "always" if (skill, None, None) in self.rules else None


@dataclass
class Turn:
    """One ``run`` of the dispatcher under way."""

    task: asyncio.Task[None]
    calls: Sequence[ToolCall]
    recorded: list[ToolResult] = field(default_factory=list)

    def result(self, call_id: str) -> ToolResult:
        """The one result of a call."""
        (found,) = [one for one in self.recorded if one.call_id == call_id]
        return found


class Desk:
    """What a test of the dispatcher works with. A context: at its end the loop is closed."""

    def __init__(self, *, timeout: float = 30, threshold: int = 5) -> None:
        self.loop = SteppingLoop()
        self.store = Store()
        self.skills = Skills()
        self.events: list[Event] = []
        self.log: list[tuple[str, str]] = []
        self.begun: list[tuple[str, dict[str, object]]] = []
        self.abandoned: list[Abandoned] = []
        self.breakers = Breakers(threshold=threshold, cooldown=30, clock=self.loop)
        self.approvals = Approvals(
            rules=self.store, log=self.store, clock=self.loop, publish=self.events.append
        )
        self.executor = Executor(
            timeout=timeout, clock=self.loop, grace=5, on_abandoned=self.abandoned.append
        )
        self.dispatch = ToolDispatch(
            registry=cast("SkillRegistry", self.skills),
            executor=self.executor,
            approvals=self.approvals,
            breakers=self.breakers,
            workspaces=self,
            executions=self.store,
            redactor=Redactor({}),
            clock=self.loop,
            user="ana",
            publish=self.events.append,
        )

    def __enter__(self) -> Self:
        asyncio.set_event_loop(None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.settle()
        self.loop.close()

    def bind(
        self,
        origin: Origin,
        *,
        expected: Mapping[str, str | None] | None = None,
        permit: Callable[[], None],
    ) -> Workspace:
        return cast("Workspace", _Files(permit))

    def skill(self, name: str, effect: Effect, act: Act, look: Any = None, **more: Any) -> Made:
        """Make a skill known."""
        made = Made(self, name, effect, act, look, **more)
        self.skills.known[name] = made
        return made

    def start(
        self,
        *calls: ToolCall,
        mode: ApprovalMode = ApprovalMode.ALWAYS,
        scope: TurnScope | None = None,
    ) -> Turn:
        """Begin to run calls."""
        scope = scope or self.scope(mode)
        recorded: list[ToolResult] = []

        async def record(result: ToolResult) -> None:
            await self.store._write("record")
            recorded.append(result)

        task = self.loop.create_task(self.dispatch.run(calls, scope, record))
        return Turn(task, calls, recorded)

    def scope(self, mode: ApprovalMode = ApprovalMode.ASK, turn_id: str = "t") -> TurnScope:
        return TurnScope("c", turn_id, Channel.TERMINAL, mode)

    def run(self, *calls: ToolCall, **more: Any) -> Turn:
        """Run calls until nothing more happens by itself."""
        turn = self.start(*calls, **more)
        self.loop.settle()
        return turn

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        task = self.loop.create_task(work)
        self.loop.settle()
        return task.result()

    def of(self, kind: type[T]) -> list[T]:
        """Events of one type so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def asked(self) -> Approval:
        """The one request that waits."""
        (one,) = self.approvals.pending()
        return one

    def decide(self, decision: Decision, **more: Any) -> bool:
        """Decide the request that waits, and let everything go on."""
        told = self.approvals.decide(self.asked().id, decision, by="you", **more)
        self.loop.settle()
        return told

    def told(self) -> list[ToolResultEvent]:
        """Results that were published."""
        return self.of(ToolResultEvent)


def call(name: str, number: int = 1, **arguments: object) -> ToolCall:
    """A call with the id ``call-<number>``."""
    return ToolCall(f"call-{number}", name, arguments)


async def at_once(params: Mapping[str, object], context: SkillContext) -> SkillResult:
    """A skill that is done at once."""
    return SkillResult.ok("done")


def taking(seconds: float) -> Act:
    """A skill that takes its time."""

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        await asyncio.sleep(seconds)
        return SkillResult.ok("done")

    return act


def with_arguments(one: ToolCall, **arguments: object) -> ToolCall:
    """The same call with other arguments."""
    return dataclasses.replace(one, arguments=arguments)
