"""What calls belong to, and the ports through which they reach files and the log of executions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.files import FileVersion, Origin
from app.domain.messages import Channel
from app.domain.skills import Preview, Skill, SkillContext
from app.domain.tool_calls import ToolCall, ToolResult
from app.domain.workspace import Workspace
from app.orchestrator.approval_request import ApprovalMode, Verdict


class Workspaces(Protocol):
    """Hands out the person's files, bound to who asks and to what was approved."""

    def bind(
        self,
        origin: Origin,
        *,
        expected: Mapping[str, str | None] | None = None,
        permit: Callable[[], None],
    ) -> Workspace:
        """A workspace that records ``origin`` and refuses other bytes than ``expected``.

        ``permit`` is asked before each change and raises ``StewardError`` where it may not be.
        """
        ...


class SkillRuns(Protocol):
    """Runs one skill (``skill_runtime.executor``)."""

    def time_for(self, skill: Skill, params: Mapping[str, object]) -> float:
        """Seconds it may take, called with ``params``."""
        ...

    async def run(
        self,
        skill: Skill,
        call: ToolCall,
        context: SkillContext,
        *,
        may_begin: Callable[[], bool] = ...,
        on_stop: Callable[[], None] = ...,
    ) -> ToolResult:
        """The call's one result; never raises but where it is cancelled."""
        ...


class Executions(Protocol):
    """The table of skill executions (kept by ``storage.executions``)."""

    async def start(
        self,
        *,
        execution_id: str,
        call: ToolCall,
        conversation_id: str,
        turn_id: str,
        approved_by: str | None = None,
    ) -> None:
        """Write the row before the skill runs."""
        ...

    async def finish(
        self, execution_id: str, result: ToolResult, *, approved_by: str | None
    ) -> None:
        """Complete the row."""
        ...

    def note(
        self,
        *,
        execution_id: str,
        call: ToolCall,
        conversation_id: str,
        turn_id: str,
        started_at: datetime,
        result: ToolResult,
    ) -> None:
        """Write the whole row of a call that changed nothing, without waiting."""
        ...

    async def changes(self, turn_id: str, execution_id: str) -> Sequence[FileVersion]:
        """The changes of files that an execution made, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a call was denied, and what had been shown of it."""

    verdict: Verdict
    preview: Preview


@dataclass(frozen=True, slots=True)
class TurnScope:
    """The turn a batch of calls belongs to."""

    conversation_id: str
    turn_id: str
    channel: Channel
    mode: ApprovalMode
    asking: Callable[[], AbstractContextManager[None]] = nullcontext
    """Made while the person is asked about a call: the time is not the turn's."""
    refused: dict[str, Refusal] = field(default_factory=dict)
    """Calls denied in this turn: asked again unchanged, they are refused without asking."""
