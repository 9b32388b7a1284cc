"""The file skills as they really run: real registry, executor, workspace, database and vault."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.errors import StewardError
from app.domain.files import Origin
from app.domain.messages import Channel
from app.domain.skills import Effect, Preview, Skill, SkillContext
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.workspace import Workspace
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.redaction import Redactor
from app.skill_runtime.executor import Executor
from app.skill_runtime.registry import SkillRegistry, validate_arguments
from app.storage.conversations import Conversations
from app.storage.database import Database

SKILLS = Path(__file__).parents[3] / "skills"


class Desk:
    """Calls skills on a folder, a write only with the approval that its preview gives."""

    def __init__(
        self,
        granted: GrantedFolders,
        manager: VersionManager,
        conversation: str,
        workspaces: Workspaces | None = None,
    ) -> None:
        self.folder = granted.folders[0]
        self.turn = "turn-1"
        self.granted = granted
        self._workspaces = workspaces or Workspaces(manager, granted)
        self._conversation = conversation
        self._clock = SystemClock()
        self._executor = Executor(timeout=30, clock=self._clock)
        self._registry = SkillRegistry()
        self._registry.load([SKILLS])

    def skill(self, name: str) -> Skill:
        """The skill itself."""
        return self._registry.get(name)

    async def call(self, skill_name: str, **arguments: object) -> ToolResult:
        """Validate, preview where it writes, and run: as the dispatcher does."""
        skill, call = self._call(skill_name, arguments)
        expected: Mapping[str, str | None] | None = None
        if skill.effect is not Effect.READ:
            try:
                expected = (await self.preview(skill_name, **arguments)).targets
            except StewardError as error:
                facts = {**error.details, "type": error.kind}
                return ToolResult(call.id, call.name, ToolStatus.ERROR, str(error), metadata=facts)
        return await self._executor.run(skill, call, self._context(skill_name, expected))

    async def ok(self, skill_name: str, **arguments: object) -> ToolResult:
        """A call that must succeed."""
        result = await self.call(skill_name, **arguments)
        assert result.status is ToolStatus.OK, result
        return result

    async def error(self, skill_name: str, **arguments: object) -> ToolResult:
        """A call that must fail in an expected way."""
        result = await self.call(skill_name, **arguments)
        assert result.status is ToolStatus.ERROR, result
        assert result.metadata["type"] != "crash", result
        return result

    async def preview(self, skill_name: str, **arguments: object) -> Preview:
        """What a write would do."""
        skill, _ = self._call(skill_name, arguments)
        return await skill.preview(arguments, self._context(skill_name, None))

    async def approved(self, preview: Preview, skill_name: str, **arguments: object) -> ToolResult:
        """Run a write with an approval that was given before."""
        skill, call = self._call(skill_name, arguments)
        return await self._executor.run(skill, call, self._context(skill_name, preview.targets))

    def workspace(self) -> Workspace:
        """The person's files, unbound."""
        return self._context("test", None).workspace

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the person's own."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        return (self.folder / name).read_bytes()

    def _call(self, name: str, arguments: Mapping[str, object]) -> tuple[Skill, ToolCall]:
        skill, call = self._registry.get(name), ToolCall(uuid.uuid4().hex, name, arguments)
        validate_arguments(skill, call)
        return skill, call

    def _context(self, name: str, expected: Mapping[str, str | None] | None) -> SkillContext:
        execution = uuid.uuid4().hex
        origin = Origin(
            user="ana",
            by=name,
            conversation_id=self._conversation,
            turn_id=self.turn,
            execution_id=execution,
            skill=name,
        )
        return SkillContext(
            conversation_id=self._conversation,
            turn_id=self.turn,
            execution_id=execution,
            user="ana",
            channel=Channel.TERMINAL,
            workspace=self._workspaces.bind(origin, expected=expected),
            clock=self._clock,
        )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk with one granted folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    database, clock = Database(tmp_path / "steward.db"), SystemClock()
    database.open()
    manager = VersionManager(
        database=database, vault=tmp_path / "vault", store=FolderStore(FsOps()), clock=clock
    )
    try:
        conversation = await Conversations(database, Redactor(), clock).create()
        yield Desk(GrantedFolders([folder]), manager, conversation.id)
    finally:
        await manager.close()
        database.close()
