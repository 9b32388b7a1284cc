"""What the window needs of the assembly, named by what it does; the assembly satisfies it.

The window stands below the composition root and may not import it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.config import Settings
    from app.domain.attachments import Attachment
    from app.domain.errors import StewardError
    from app.domain.files import Origin, VaultSize
    from app.domain.skills import Clock
    from app.domain.workspace import Workspace
    from app.event_bus import EventBus
    from app.notifications.router import Router
    from app.orchestrator.approvals import Approvals
    from app.orchestrator.engines import Engines
    from app.orchestrator.llm_client import LLMClient
    from app.orchestrator.skills_now import SkillsNow
    from app.redaction import Redactor
    from app.resilience.breakers import Breakers
    from app.storage.approval_rules import ApprovalRules
    from app.storage.branches import Branches
    from app.storage.conversations import Conversations
    from app.storage.drafts import Drafts
    from app.storage.executions import SkillExecutions
    from app.storage.summaries import Summaries
    from app.storage.traces import Traces
    from app.storage.turns import Turns
    from app.storage.usage import UsageLog
    from app.storage.waiting import WaitingMessages
    from app.ui.channel_port import Channels
    from app.ui.google_port import ConnectedDrive, GoogleAccounts
    from app.ui.model_port import ConnectedModel
    from app.ui.settings_port import FolderGrants, Keys, RunningSettings


class GrantedFolders(Protocol):
    """The folders Steward may work in."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Granted folders."""
        ...


class Workspaces(Protocol):
    """Hands out the person's files, bound to who asks."""

    def bind(self, origin: Origin) -> Workspace:
        """The files, for ``origin``."""
        ...


class Recovery(Protocol):
    """What was mended at the start."""

    @property
    def operations(self) -> Sequence[object]:
        """Changes that a crash had left open; each says in words what became of it."""
        ...

    @property
    def missing_vault(self) -> StewardError | None:
        """What the person should know where the vault is gone."""
        ...


class StartReport(Protocol):
    """What the last run left."""

    @property
    def recovery(self) -> Recovery:
        """What it left open, and what was mended of it."""
        ...

    @property
    def unsent(self) -> Mapping[str, int]:
        """How many messages each conversation has that it did not send."""
        ...


class Noted(Protocol):
    """One thing a check found."""

    @property
    def message(self) -> str:
        """In words."""
        ...

    @property
    def subject(self) -> str:
        """The file or content it is about."""
        ...


class Checked(Protocol):
    """What a check of the vault found."""

    @property
    def problems(self) -> Sequence[Noted]:
        """What is broken."""
        ...

    @property
    def notes(self) -> Sequence[Noted]:
        """What is worth knowing and breaks nothing."""
        ...

    @property
    def files(self) -> int:
        """How many files were checked."""
        ...

    @property
    def versions(self) -> int:
        """How many versions."""
        ...

    @property
    def blobs(self) -> int:
        """How many contents."""
        ...

    @property
    def vault_bytes(self) -> int:
        """Their length in all."""
        ...

    @property
    def pruned(self) -> int:
        """How many of the versions have their content in an archive only."""
        ...

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        ...


class AttachmentVault(Protocol):
    """Keeper of what is attached to messages. Every method raises ``FileError``."""

    async def keep_file(self, path: Path) -> Attachment:
        """Keep a copy of a file."""
        ...

    async def keep(self, name: str, data: bytes) -> Attachment:
        """Keep bytes that are no file."""
        ...

    async def content(self, attachment: Attachment) -> bytes:
        """The bytes that were attached."""
        ...

    async def readable(self, attachment: Attachment) -> bytes | None:
        """What can be shown of it."""
        ...


class Vault(Protocol):
    """Keeper of every version."""

    @property
    def attachments(self) -> AttachmentVault:
        """And of what is attached to messages."""
        ...

    async def vault_size(self) -> VaultSize:
        """How much is kept."""
        ...

    async def verify(self, progress: Callable[[int, int, str], None] | None = None) -> Checked:
        """Check everything. Cancel stops it at once.

        ``progress`` is told, in a worker thread, how many steps of how many are done, and what
        they are.
        """
        ...

    async def recover(self) -> Recovery:
        """End what a crash left open."""
        ...


class Desk(Protocol):
    """Everything behind the window. Owned by the loop's thread."""

    @property
    def settings(self) -> Settings:
        """As they hold now."""
        ...

    @property
    def running_settings(self) -> RunningSettings:
        """Changes them."""
        ...

    @property
    def keys(self) -> Keys:
        """Keeps and forgets keys."""
        ...

    @property
    def start_report(self) -> StartReport:
        """What the last run left."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def bus(self) -> EventBus:
        """Every event."""
        ...

    @property
    def user(self) -> str:
        """Name of the person."""
        ...

    @property
    def conversations(self) -> Conversations:
        """Stored conversations."""
        ...

    @property
    def branches(self) -> Branches:
        """Where conversations went on in more than one way."""
        ...

    @property
    def drafts(self) -> Drafts:
        """Messages that are not sent yet."""
        ...

    @property
    def turns(self) -> Turns:
        """How turns ended."""
        ...

    @property
    def summaries(self) -> Summaries:
        """What stands for older messages in requests."""
        ...

    @property
    def waiting(self) -> WaitingMessages:
        """Messages whose turn has not begun."""
        ...

    @property
    def usage(self) -> UsageLog:
        """What model calls took."""
        ...

    @property
    def executions(self) -> SkillExecutions:
        """Stored executions of skills."""
        ...

    @property
    def traces(self) -> Traces:
        """What was recorded of each turn."""
        ...

    @property
    def redactor(self) -> Redactor:
        """Hides known secrets."""
        ...

    def skills_now(self) -> SkillsNow:
        """The skills as a replay needs them."""
        ...

    @property
    def rules(self) -> ApprovalRules:
        """What needs no asking."""
        ...

    @property
    def folders(self) -> GrantedFolders:
        """Granted folders."""
        ...

    @property
    def grants(self) -> FolderGrants:
        """Grants others, and takes them back."""
        ...

    @property
    def workspaces(self) -> Workspaces:
        """The person's files."""
        ...

    @property
    def versions(self) -> Vault:
        """Keeper of every version of them."""
        ...

    @property
    def breakers(self) -> Breakers:
        """Circuits."""
        ...

    @property
    def router(self) -> Router:
        """What the person should know."""
        ...

    @property
    def approvals(self) -> Approvals:
        """Pending decisions."""
        ...

    @property
    def engines(self) -> Engines:
        """Conversations that run."""
        ...

    @property
    def llm(self) -> LLMClient:
        """The model that answers now."""
        ...

    @property
    def model(self) -> ConnectedModel:
        """Exchanges it."""
        ...

    async def warm_up(self) -> None:
        """Import what a turn needs, off the loop."""
        ...

    def hide_secrets(self, text: str) -> str:
        """Put placeholders for known secrets."""
        ...

    @property
    def channels(self) -> Channels:
        """The ways to phones and team chats."""
        ...

    @property
    def google(self) -> GoogleAccounts:
        """The Google accounts."""
        ...

    async def watch_drive(self) -> None:
        """Note what others do in Google Drive from now on."""
        ...

    @property
    def drive(self) -> ConnectedDrive:
        """Google Drive."""
        ...
