"""The composition root: builds every Qt-free object once, in order, and closes them in reverse."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.channel_making import channels_of
from app.clock import SystemClock
from app.config import SECRET_NAMES, Settings
from app.connected_model import ConnectedModel
from app.domain.errors import ConfigurationError, SkillError
from app.domain.events import Circuit, FileVersionEvent
from app.domain.files import FileVersion
from app.domain.notification_rules import NotificationRules
from app.event_bus import EventBus
from app.files.folders import GrantedFolders
from app.files.version_manager import VersionManager
from app.files.watching import CHILD as WATCHER
from app.files.watching import FolderWatcher
from app.files.workspace import Workspaces
from app.folder_grants import FolderGrants
from app.google_drive import ConnectedDrive
from app.keys import Keys
from app.logs import start_logging, stop_logging
from app.model_context import ModelContext
from app.notifications.last_resort import catch_the_uncaught
from app.notifications.router import Router
from app.notifications.sinks import LogSink
from app.notifications.troubles import Troubles
from app.orchestrator.approvals import Approvals
from app.orchestrator.attached import AttachedReader
from app.orchestrator.call_reports import CallReports
from app.orchestrator.dispatch import ToolDispatch
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.engines import Engines
from app.orchestrator.limits import bounds_of
from app.orchestrator.outgoing import Outgoing
from app.orchestrator.result_pages import ResultReader
from app.orchestrator.skills_now import SkillsNow
from app.orchestrator.to_the_end import to_the_end
from app.orchestrator.tracing import TraceRecorder
from app.orchestrator.untrusted import Fence
from app.redaction import Redactor
from app.resilience.breaker_policy import BreakerPolicy
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import BreakerSnapshot
from app.resilience.supervisor import Supervisor
from app.running_settings import RunningSettings
from app.settings_store import SettingsStore
from app.skill_runtime.executor import Executor
from app.skill_runtime.registry import SkillRegistry
from app.skill_runtime.watchdog import LoopWatchdog
from app.start_report import StartReport
from app.storage.approval_rules import ApprovalRules
from app.storage.approvals import ApprovalLog
from app.storage.branches import Branches
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.drafts import Drafts
from app.storage.executions import SkillExecutions
from app.storage.notifications import NotificationLog
from app.storage.summaries import Summaries
from app.storage.traces import Traces
from app.storage.turns import Turns
from app.storage.usage import UsageLog
from app.storage.users import account_name
from app.storage.waiting import WaitingMessages

if TYPE_CHECKING:
    from app.orchestrator.llm_client import LLMClient

ROOT: Final = Path(__file__).resolve().parent.parent
BUILT_IN_SKILLS: Final = ROOT / "skills"
_WATCHER_HINT: Final = (
    "Your files are safe, but changes made outside Steward are not recorded now. Switch recording "
    "off and on under Settings, Folders, to try again."
)


class Assembly:
    """Every part of Steward that needs no window. Make it with ``open``, end it with ``close``.

    Owned by the loop's thread that opened it.
    """

    def __init__(self, store: SettingsStore, settings: Settings) -> None:
        self.store = store
        self.running_settings = RunningSettings(store, settings)
        self.clock = SystemClock()
        self.redactor = Redactor(settings.secrets, names=SECRET_NAMES)
        self.bus = EventBus(self.redactor)
        self.user = account_name()
        self.start_report = StartReport(settings.notices)
        self._troubles: Troubles | None = None
        self._closing = AsyncExitStack()

    @classmethod
    async def open(cls, store: SettingsStore | None = None, **overrides: object) -> Assembly:
        """Build everything, recover what a crash left, and be ready for a message.

        Args:
            store: settings of a data directory; the default one when ``None``.
            overrides: settings for this run only, for instance ``folders=(…,)``.

        Raises:
            ConfigurationError, StorageError and kin: with nothing left open.
        """
        store = store or SettingsStore()
        settings = await asyncio.to_thread(store.load)
        if overrides:
            settings = dataclasses.replace(settings, **overrides)  # type: ignore[arg-type]
        assembly = cls(store, settings)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(assembly.close)
            await assembly._build()
            undo.pop_all()
        return assembly

    async def _build(self) -> None:
        settings, clock = self.settings, self.clock
        _make_home(settings.home)
        handlers = start_logging(
            settings.home, self.redactor, lost=lambda words: self._tell_problem("log", words)
        )
        self._closing.callback(stop_logging, handlers)

        self.database = Database(settings.home / "steward.db")
        self.database.on_backup_failed = lambda why: self._tell_problem(
            "database", f"There is no new backup of Steward's database: {why}"
        )
        self._closing.callback(self.database.close)
        await to_the_end(asyncio.to_thread(self.database.open))  # else it would be open for ever
        self.conversations = Conversations(self.database, self.redactor, clock, user=self.user)
        self.turns = Turns(self.database, self.conversations, self.redactor, clock)
        self.usage = UsageLog(self.database, self.redactor)
        self.summaries = Summaries(self.database, self.redactor)
        self.waiting = WaitingMessages(self.database, self.redactor)
        self.branches = Branches(self.database)
        self.drafts = Drafts(self.database, self.redactor, clock)
        self.executions = SkillExecutions(self.database, self.redactor, clock)
        self.traces = Traces(self.database, self.redactor)
        self.rules = ApprovalRules(self.database, clock)
        self.notifications = NotificationLog(self.database, self.redactor, clock)
        self.router = Router(
            self.bus,
            self.notifications,
            clock,
            rules=lambda: NotificationRules.read(self.settings.notification_rules),
        )
        self._closing.callback(self.router.close)
        self.router.add_sink("log", LogSink())
        troubles = self._troubles = self._tell_troubles()

        self.folders = GrantedFolders(settings.folders, private=(settings.home,))
        drive = self.drive = ConnectedDrive(
            self.store,
            settings=lambda: self.settings,
            clock=clock,
            hide=self.redactor.add,
            on_end=lambda account: self._tell_problem(
                "google",
                f"The sign-in of {account.email} with Google has expired or was revoked. No file "
                "was touched. Sign in again: Settings → Google Drive, or `steward google sign-in`.",
            ),
        )
        self.google = drive.accounts
        self._closing.callback(self.google.close)
        await asyncio.to_thread(self.google.learn_secrets)
        self.versions = VersionManager(
            database=self.database,
            vault=settings.home / "vault",
            store=drive.stores,
            clock=clock,
            on_version=self._publish_version,
            hide_secrets=self.redactor.text,
        )
        self._closing.push_async_callback(self.versions.close)
        self.workspaces = Workspaces(self.versions, self.folders, drive.finder(self.versions))
        self.start_report.recovery = await self.versions.recover(in_drive=False)
        await self.conversations.mark_interrupted()
        await self.executions.mark_interrupted()
        await self.turns.mark_interrupted()
        await self.start_report.learn_unsent(self.waiting, self.conversations)

        self.watcher = FolderWatcher(
            versions=self.versions,
            folders=self.folders,
            tell=lambda severity, words: self.router.notify(severity, "watch", words),
        )
        self.grants = FolderGrants(self.folders, self.running_settings, self.watcher.refresh)

        self.registry = SkillRegistry()
        await self._load_skills(settings.home / "skills")
        attached = AttachedReader(self.versions.attachments, self.conversations, self.redactor)
        self.registry.add(ResultReader(self.conversations, attached))
        self.context = ModelContext(
            self.registry,
            self.folders,
            lambda: self.settings,
            has_drive=lambda: bool(self.google.all()),
        )
        self.breakers = Breakers(clock=clock, hide_secrets=self.redactor.text)
        self.breakers.configure(_breaker_policy(settings))
        self.breakers.subscribe(self._publish_circuit)
        self.breakers.subscribe(troubles.circuit)
        for tool in self.context.tools():  # the others get one when they are first called
            self.breakers.breaker(tool.name)
        self.decisions = ApprovalLog(self.database, self.redactor, clock)
        self.approvals = Approvals(
            rules=self.rules, log=self.decisions, clock=clock, publish=self.bus.publish
        )
        self.call_reports = CallReports(self.router, self.folders)
        watchdog = LoopWatchdog(self.call_reports.blocked)
        self._closing.callback(watchdog.close)
        self.executor = Executor(
            timeout=lambda: self.settings.skill_timeout,
            clock=clock,
            on_abandoned=self.call_reports.abandoned,
            watchdog=watchdog,
        )
        self._closing.callback(self.executor.close)
        self.dispatch = ToolDispatch(
            registry=self.registry,
            executor=self.executor,
            approvals=self.approvals,
            breakers=self.breakers,
            workspaces=self.workspaces,
            executions=self.executions,
            redactor=self.redactor,
            clock=clock,
            user=self.user,
            publish=self.bus.publish,
        )

        fence = Fence(secrets.token_bytes(32))
        running = self.running_settings
        model = self.model = ConnectedModel(running, self.redactor, self.breakers, clock)
        self._closing.push_async_callback(model.close)
        self.keys = Keys(running, model, self.redactor)
        self.engines = Engines(
            EngineParts(
                conversations=self.conversations,
                dispatch=self.dispatch,
                context=self.context,
                llm=lambda: Outgoing(model.llm, self.redactor, fence, attached),
                redactor=self.redactor,
                clock=clock,
                publish=self.bus.publish,
                turns=self.turns,
                usage=self.usage,
                summaries=self.summaries,
                waiting=self.waiting,
                bounds=lambda: bounds_of(self.settings),
                changes=self.context.changes,
                context_tokens=lambda: self.settings.context_tokens,
                recorder=TraceRecorder(
                    self.traces,
                    clock,
                    llm=lambda: model.llm,
                    surroundings=self.context.surroundings,
                ),
            )
        )
        self._closing.push_async_callback(self.engines.stop_all)
        # Last made, first closed: what runs for long uses everything above.
        self.supervisor = Supervisor("steward", clock=clock, report=troubles.child)
        self._closing.push_async_callback(self.supervisor.close)
        self.watcher.switch(on=settings.watch_folders)
        await self.supervisor.start(self.watcher.child)
        drive.begin()
        self.drive_watcher = drive.watcher(self.versions, self.database, clock)
        self.channels = channels_of(self, troubles.child)
        self._closing.push_async_callback(self.channels.close)
        running.on_change = self._setting_changed

    async def watch_drive(self) -> None:
        """Note what others do in Google Drive from now on; for a face that stays."""
        await self.supervisor.start(self.drive_watcher.child)

    async def warm_up(self) -> None:
        """Import what the first turn needs, off the loop; a face calls it before there is one."""
        await asyncio.to_thread(_import_for_a_turn, self.settings.effective_provider)

    async def _load_skills(self, personal: Path) -> None:
        """Load the built-in skills and the person's; one of theirs that is broken costs theirs."""
        try:
            await asyncio.to_thread(self.registry.load, [BUILT_IN_SKILLS, personal])
        except SkillError as error:
            await asyncio.to_thread(self.registry.load, [BUILT_IN_SKILLS])
            self.start_report.note(f"Your own skills were not loaded. {error}")

    async def close(self) -> None:
        """Stop turns with consistent histories, then close everything, last opened first."""
        await self._closing.aclose()

    @property
    def settings(self) -> Settings:
        """What holds now; ``running_settings`` changes it."""
        return self.running_settings.now

    @property
    def llm(self) -> LLMClient:
        """What answers now; ``model`` exchanges it."""
        return self.model.llm

    def skills_now(self) -> SkillsNow:
        """The skills as a replay needs them."""
        return self.context.skills_now()

    def hide_secrets(self, text: str) -> str:
        """``text`` with placeholders for known secrets, as it will be stored."""
        return self.redactor.text(text)

    # -- inside ---------------------------------------------------------------------------

    def _setting_changed(self, name: str) -> None:
        self.breakers.configure(_breaker_policy(self.settings))
        self.model.renew_options()
        if name.startswith("google_"):
            self.google.learn_secrets_of_files()
        if name == "watch_folders":
            self.watcher.switch(on=self.settings.watch_folders)
            self.supervisor.revive(WATCHER)

    def _tell_troubles(self) -> Troubles:
        """Let every failure behind a boundary be told."""
        troubles = Troubles(self.router, hints={WATCHER: _WATCHER_HINT})
        self._closing.callback(self.bus.subscribe(troubles.event))
        self.bus.on_failure = troubles.unheard
        self.database.on_unseen_failure = troubles.unwritten_soon
        loop = asyncio.get_running_loop()
        self._closing.callback(catch_the_uncaught(loop, troubles.uncaught_soon).close)
        return troubles

    def _tell_problem(self, source: str, words: str) -> None:
        """In any thread, and also before there is anybody to tell: then it is a start's notice."""
        if self._troubles is None:
            self.start_report.note(words)
        else:
            self._troubles.problem_soon(source, words)

    def _publish_version(self, version: FileVersion) -> None:
        self.bus.publish(
            FileVersionEvent(
                at=version.at,
                conversation_id=version.conversation_id,
                turn_id=version.turn_id,
                file=version.path,
                version=version.version,
                operation=version.operation.value,
                hash_before=version.hash_before,
                hash_after=version.hash_after,
            )
        )
        if version.execution_id is not None:
            self.call_reports.changed(version, self.executor.abandoned)

    def _publish_circuit(self, breaker: BreakerSnapshot) -> None:
        self.bus.publish(
            Circuit(
                at=self.clock.now(),
                name=breaker.name,
                state=breaker.state,
                retry_at=breaker.retry_at,
                reason=breaker.reason,
            )
        )


def _import_for_a_turn(provider: str) -> None:
    from app.orchestrator import engine  # noqa: F401
    from app.skill_runtime.registry import warm_up

    warm_up()
    if provider == "guided":
        from app.integrations.guided import answering  # noqa: F401


def _breaker_policy(settings: Settings) -> BreakerPolicy:
    # A probe is lost only when the slowest call would have timed out long ago.
    return BreakerPolicy(
        threshold=settings.breaker_threshold,
        cooldown=settings.breaker_cooldown,
        lease=max(90.0, 2 * settings.skill_timeout),
    )


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(
            f"The data directory {home} cannot be made: {error.strerror or error}.",
            hint="Set STEWARD_HOME to a folder you can write to.",
        ) from error
