"""The skill contract: what a skill is, what it is handed, what it gives back.

A skill is one module in a domain's folder (``skills/files/edit.py``) that exposes
``skill``, an object keeping the ``Skill`` protocol. It is handed everything it uses
through ``SkillContext`` and imports nothing of ``app`` but ``app.domain``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from app.domain.messages import Channel
from app.domain.workspace import Workspace


class Effect(StrEnum):
    """What running a skill can change."""

    READ = "read"
    WRITE = "write"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A skill as a model sees it.

    Attributes:
        name: dotted name, ``domain.action``.
        description: when to use it and what it answers, for a model.
        parameters: JSON Schema (draft 2020-12) of an object.
    """

    name: str
    description: str
    parameters: Mapping[str, object]


class Clock(Protocol):
    """Time, handed in so that tests can choose it."""

    def now(self) -> datetime:
        """Current UTC time (timezone-aware)."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


@dataclass(frozen=True, slots=True)
class SkillContext:
    """All that a skill may use.

    Attributes:
        conversation_id, turn_id: where the call was asked for.
        execution_id: this very call (``skill_executions.id``).
        user: name of the person.
        channel: the face the request came through.
        workspace: the person's files, confined to granted folders; every write is versioned.
            It writes only what was approved, and only while the call runs: for a skill that
            reads, for a preview, and once the call is told to end, a writer raises
            ``MayNotWriteError``.
        clock: the time.
        hide_secrets: puts placeholders for known secrets. What a skill answers is redacted
            anyway; one that cuts a text into pages or excerpts calls this first, because half
            a secret is not recognised any more.
    """

    conversation_id: str
    turn_id: str
    execution_id: str
    user: str
    channel: Channel
    workspace: Workspace
    clock: Clock
    hide_secrets: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class SideEffect:
    """One thing a skill changed outside itself: ``kind`` (``file_version`` …) and facts."""

    kind: str
    target: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillResult:
    """What a skill came to.

    Attributes:
        status: ``"ok"`` or ``"error"``.
        content: text for the model and the person.
        files_produced: paths of files made or changed.
        side_effects: what changed outside.
        metadata: JSON facts; for errors ``type`` and the error's details. They are copied; what
            is no sound JSON makes the call a crash.
    """

    status: str
    content: str
    files_produced: tuple[str, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)

    @staticmethod
    def ok(
        content: str,
        *,
        files_produced: tuple[str, ...] = (),
        side_effects: tuple[SideEffect, ...] = (),
        metadata: Mapping[str, object] | None = None,
    ) -> SkillResult:
        """A result that succeeded."""
        return SkillResult("ok", content, files_produced, side_effects, dict(metadata or {}))

    @staticmethod
    def error(
        type_: str, message: str, *, details: Mapping[str, object] | None = None
    ) -> SkillResult:
        """A typed failure the model can act on."""
        return SkillResult("error", message, metadata={"type": type_, **(details or {})})


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would do, computed without doing it; shown on the approval card.

    Attributes:
        summary: one line, for instance ``Change report.md``.
        diff: unified diff, empty where there is none.
        targets: absolute path → SHA-256 hex of the bytes it was computed from
            (``None``: no file there). The approval is bound to these; an execution
            that finds other bytes fails with ``FileChangedError``.
    """

    summary: str
    diff: str = ""
    targets: Mapping[str, str | None] = field(default_factory=dict)


@runtime_checkable
class Skill(Protocol):
    """A typed plug-in. See the module docstring for where it lives."""

    @property
    def tool_definition(self) -> ToolDefinition:
        """Name, description and argument schema."""
        ...

    @property
    def domain(self) -> str:
        """The folder's name, the first part of the skill's dotted name."""
        ...

    @property
    def effect(self) -> Effect:
        """What running it can change; ``WRITE`` and ``EXTERNAL`` ask for approval."""
        ...

    @property
    def timeout(self) -> float | None:
        """Deadline in seconds, or ``None`` for the configured default."""
        ...

    # A skill may also have ``barrier`` and ``touches``, as ``WriteSkill`` says; and
    # ``timeout_for(params)``, where its deadline depends on what it is called with.

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """What ``execute`` would change. Never called for ``READ``.

        Raises ``StewardError`` where ``execute`` would fail: then nobody is asked.
        """
        ...

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Do it. ``params`` already match the schema.

        Expected failures are ``StewardError`` (turned into a typed error result by the
        executor) or ``SkillResult.error``.
        """
        ...


class ReadSkill:
    """Base for skills that change nothing: fills in the parts every reader shares."""

    effect: Effect = Effect.READ
    timeout: float | None = None

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """Readers are never asked about."""
        return Preview(summary="")


class WriteSkill:
    """Base for skills that change the person's files.

    ``touches`` may say which: calls that change other files may then run beside this one.
    ``barrier``: nothing at all may run beside it.
    """

    effect: Effect = Effect.WRITE
    timeout: float | None = None
    barrier: bool = False

    def touches(self, params: Mapping[str, object]) -> Sequence[str] | None:
        """The paths it would change, as they are written in ``params``; ``None``: unknown."""
        return None
