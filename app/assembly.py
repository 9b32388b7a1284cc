"""The composition root: builds every Qt-free object once, in order, and closes them in reverse."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.channel_lines import ChannelStores, Making
from app.clock import SystemClock
from app.config import SECRET_NAMES, Settings, SettingsStore
from app.connected_channels import ChannelParts, ConnectedChannels
from app.domain.errors import ConfigurationError, ModelError, SkillError, UsageError
from app.domain.events import Circuit, FileVersionEvent, Severity
from app.domain.files import FileVersion
from app.domain.notification_rules import NotificationRules
from app.event_bus import EventBus
from app.files.folders import GrantedFolders
from app.files.version_manager import RecoveryReport, VersionManager
from app.files.watching import CHILD as WATCHER
from app.files.watching import FolderWatcher
from app.files.workspace import Workspaces
from app.first_run import make_sample_folder
from app.google_drive import ConnectedDrive
from app.integrations.discovery import LocalServer, find_local_servers
from app.logs import start_logging, stop_logging
from app.model_context import ModelContext
from app.notifications.last_resort import catch_the_uncaught
from app.notifications.router import Router
from app.notifications.sinks import LogSink
from app.notifications.troubles import Troubles
from app.orchestrator.approvals import ApprovalMode, Approvals
from app.orchestrator.attached import AttachedReader
from app.orchestrator.call_reports import CallReports
from app.orchestrator.dispatch import ToolDispatch
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.engines import Engines
from app.orchestrator.guarded_model import guarded, unguarded
from app.orchestrator.limits import bounds_of
from app.orchestrator.outgoing import Outgoing
from app.orchestrator.result_pages import ResultReader
from app.orchestrator.skills_now import SkillsNow
from app.orchestrator.to_the_end import to_the_end
from app.orchestrator.tracing import TraceRecorder
from app.orchestrator.untrusted import Fence
from app.providers import (
    KEY_OF,
    chosen,
    client_for,
    keep_choice,
    read_address,
    renew_options,
    without_key,
)
from app.redaction import Redactor, Secret
from app.resilience.breaker_policy import BreakerPolicy
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import BreakerSnapshot
from app.resilience.supervisor import Supervisor
from app.setting_fields import field_named
from app.skill_runtime.executor import Executor
from app.skill_runtime.registry import SkillRegistry
from app.skill_runtime.watchdog import LoopWatchdog
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
    from app.channels.desk_parts import DeskParts
    from app.integrations.openrouter_sign_in import OpenRouterSignIn
    from app.orchestrator.llm_client import LLMClient

logger = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parent.parent
BUILT_IN_SKILLS: Final = ROOT / "skills"
_WATCHER_HINT: Final = (
    "Your files are safe, but changes made outside Steward are not recorded now. Switch recording "
    "off and on under Settings, Folders, to try again."
)


@dataclass(frozen=True, slots=True)
class Completion:
    """Something the composer can complete: a command and what it does."""

    text: str
    summary: str


class Assembly:
    """Every part of Steward that needs no window. Make it with ``open``, end it with ``close``.

    Owned by the loop's thread that opened it.
    """

    def __init__(self, store: SettingsStore, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.clock = SystemClock()
        self.redactor = Redactor(settings.secrets, names=SECRET_NAMES)
        self.bus = EventBus(self.redactor)
        self.user = account_name()
        self.start_notices: tuple[str, ...] = settings.notices
        """What the person should know about this start, besides ``recovery``."""
        self.unsent: dict[str, int] = {}
        """How many messages each conversation has that the last run did not send."""
        self._unsent_notices: tuple[str, ...] = ()
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
        self.recovery: RecoveryReport = await self.versions.recover(in_drive=False)
        await self.conversations.mark_interrupted()
        await self.executions.mark_interrupted()
        await self.turns.mark_interrupted()
        await self._tell_what_was_not_sent()

        self.watcher = FolderWatcher(
            versions=self.versions,
            folders=self.folders,
            tell=lambda severity, words: self.router.notify(severity, "watch", words),
        )

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
        self.llm: LLMClient = self._client_for(settings)
        self._closing.push_async_callback(self._close_llm)
        self.engines = Engines(
            EngineParts(
                conversations=self.conversations,
                dispatch=self.dispatch,
                context=self.context,
                llm=lambda: Outgoing(self.llm, self.redactor, fence, attached),
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
                    llm=lambda: self.llm,
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
        self.channels = self._connected_channels(troubles)
        self._closing.push_async_callback(self.channels.close)

    async def _tell_what_was_not_sent(self) -> None:
        self.unsent = await self.waiting.left_behind()
        for conversation_id, count in self.unsent.items():
            title = (await self.conversations.get(conversation_id)).title
            what = "A message was" if count == 1 else f"{count} messages were"
            words = (
                f"{what} not sent before Steward ended. Open “{title}”: what you wrote stands in "
                "its message field."
            )
            self.start_notices += (words,)
            self._unsent_notices += (words,)

    def announce(self, *, crash_is_told: bool = False) -> None:
        """Tell what happened at the start, once a face listens: notices and recovered changes.

        ``crash_is_told``: the face tells itself what the crash of the last run has left.
        """
        if self.recovery.missing_vault is not None:
            self.router.notify(Severity.ERROR, "vault", str(self.recovery.missing_vault))
        told = [*self.start_notices, *map(str, self.recovery.operations)]
        if crash_is_told:
            told = [words for words in self.start_notices if words not in self._unsent_notices]
        for words in told:
            self.router.notify(Severity.WARNING, "start", words)

    async def offer_local_servers(self) -> None:
        """Tell of model servers on this machine, where nothing was chosen; adopts none."""
        if self.settings.provider is not None or self.llm.provider != "guided":
            return
        for server in await self.find_local_servers():
            self.router.notify(
                Severity.INFO,
                "model",
                f"A model server, {server.name} by its port, answers on this computer "
                f"({server.base_url}). "
                "Settings → Model connects it.",
            )

    async def learn_models(self) -> None:
        """Ask the model's server what its models take; a face that stays calls it when it is idle.

        So that a conversation is summarised in time from its first turn on. A server that does
        not answer says so when it is asked something.
        """
        try:
            await self.llm.models()
        except ModelError as error:
            logger.info("the list of models was not read", extra={"kind": error.kind})

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
            self.start_notices += (f"Your own skills were not loaded. {error}",)

    async def close(self) -> None:
        """Stop turns with consistent histories, then close everything, last opened first."""
        await self._closing.aclose()

    def skills_now(self) -> SkillsNow:
        """The skills as a replay needs them."""
        return self.context.skills_now()

    # -- settings that change while running ------------------------------------------------

    async def connect(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        api_key: Secret | None = None,
        model: str | None = None,
    ) -> bool:
        """Use another provider, after a live call has shown that it answers.

        Saves the choice; the key goes to the keyring. Returns ``False`` where no keyring
        works and the key holds for this run only. Raises ``ModelError``, ``UsageError`` or
        ``ConfigurationError``, with everything as it was.
        """
        address = read_address(base_url)
        wanted, key_name = chosen(self.settings, provider, address, api_key, model)
        if api_key is not None and key_name is not None:
            self.redactor.add(field_named(key_name).env, api_key)
        client = self._client_for(wanted)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(client.aclose)
            await client.models()
            undo.pop_all()
        old, self.llm = self.llm, client
        self.settings = wanted
        await old.aclose()
        return await asyncio.to_thread(keep_choice, self.store, wanted, key_name, api_key)

    def sign_in(self) -> AbstractAsyncContextManager[OpenRouterSignIn]:
        """OpenRouter's sign-in in the browser; the key it ends in is then to be connected."""
        from app.integrations.openrouter_sign_in import openrouter_sign_in

        return openrouter_sign_in()

    async def find_local_servers(self) -> list[LocalServer]:
        """Model servers that answer on loopback now: to be offered, never taken silently."""
        return await find_local_servers()

    def grant_folder(self, folder: Path) -> None:
        """Let skills work in ``folder`` from now on, and remember it."""
        self.folders.grant(folder)
        self._save_folders()

    async def use_sample_folder(self) -> Path:
        """Make the sample folder, and let skills work in it. Raises ``FileError``."""
        folder = await asyncio.to_thread(make_sample_folder, self.settings.home)
        self.grant_folder(folder)
        return folder

    def revoke_folder(self, folder: Path) -> None:
        """Take a folder back; its history stays."""
        self.folders.revoke(folder)
        self._save_folders()

    def trust_instructions(self, folder: Path, *, trusted: bool = True) -> None:
        """Follow (or no longer follow) the ``AGENTS.md`` of a granted folder."""
        if folder not in self.folders.folders:
            raise UsageError(f"{folder} is not a granted folder.")
        now = set(self.settings.trusted_folders) - {folder}
        self.change_setting("trusted_folders", sorted({*now, folder} if trusted else now))

    def change_setting(self, name: str, value: object) -> None:
        """Save one setting that is not secret and use it from now on. Raises ``UsageError``."""
        if isinstance(value, list | tuple):
            value = [str(item) for item in value]
        self.store.save(name, value)
        changed: dict[str, Any] = {name: self.store.value(name)}
        self.settings = dataclasses.replace(self.settings, **changed)
        self.breakers.configure(_breaker_policy(self.settings))
        renew_options(unguarded(self.llm), self.settings)
        if name.startswith("google_"):
            self.google.learn_secrets_of_files()
        if name == "watch_folders":
            self.watcher.switch(on=self.settings.watch_folders)
            self.supervisor.revive(WATCHER)

    def setting_source(self, name: str) -> str:
        """Where a setting comes from: see ``SettingsStore.source``.

        A settings file that cannot be read now counts as empty; a change will say so.
        """
        try:
            return self.store.source(name)
        except ConfigurationError:
            return "default"

    async def keep_key(self, name: str, key: Secret) -> bool:
        """Use a key that no call can try, and keep it; whether it could be kept for later runs.

        Raises ``UsageError`` for a key of the environment, ``ConfigurationError``.
        """
        f = field_named(name)
        if self.store.source(f.name) == "environment":
            raise UsageError(f"{f.env} is set in the environment.", hint="Change it there.")
        self.redactor.add(f.env, key)
        kept = await asyncio.to_thread(self.store.store_secret, f.name, key)
        changed: dict[str, Any] = {f.name: key}
        self.settings = dataclasses.replace(self.settings, **changed)
        return kept

    async def remove_key(self, name: str) -> None:
        """Forget a key that was kept; where its service answered with it, it no longer does.

        What answers then is what the settings say without it: a server that may need no key, else
        the offline commands. Raises ``UsageError`` for a key of the environment, ``KeyringError``
        where the keyring would not let go of it; it is not used either way.
        """
        f = field_named(name)
        if self.store.source(f.name) == "environment":
            raise UsageError(f"{f.env} is set in the environment.", hint="Take it out there.")
        before = self.settings.effective_provider
        self.settings = without_key(self.settings, f.name)
        if before == KEY_OF.get(f.name):
            old, self.llm = self.llm, self._client_for(self.settings)
            await old.aclose()
        await asyncio.to_thread(self._forget_key, f.name)

    def _forget_key(self, name: str) -> None:
        if self.store.source("provider") == "file":
            self.store.save("provider", self.settings.provider)
        self.store.store_secret(name, None)

    def hide_secrets(self, text: str) -> str:
        """``text`` with placeholders for known secrets, as it will be stored."""
        return self.redactor.text(text)

    def completions(self) -> tuple[Completion, ...]:
        """Commands the composer completes after ``/``; empty unless the guide answers."""
        if self.llm.provider != "guided":
            return ()
        from app.integrations.guided.commands import COMMANDS

        return tuple(Completion(command.usage, command.summary) for command in COMMANDS)

    # -- inside ---------------------------------------------------------------------------

    def _connected_channels(self, troubles: Troubles) -> ConnectedChannels:
        def use(settings: Settings) -> None:
            self.settings = settings

        stores = ChannelStores(self.database, self.redactor, self.clock)
        making = Making(
            home=self.settings.home,
            database=self.database,
            redactor=self.redactor,
            clock=self.clock,
            router=self.router,
            stores=stores,
            desk_parts=lambda: self._desk_parts(stores),
        )
        return ConnectedChannels(
            ChannelParts(self.store, lambda: self.settings, use, troubles.child, making)
        )

    def _desk_parts(self, stores: ChannelStores) -> DeskParts:
        from app.channels.desk_parts import DeskParts

        return DeskParts(
            inbox=stores.inbox,
            outbox=stores.outbox,
            people=stores.people,
            buttons=stores.buttons,
            engines=self.engines,
            conversations=self.conversations,
            turns=self.turns,
            approvals=self.approvals,
            versions=self.versions,
            workspaces=self.workspaces,
            breakers=self.breakers,
            bus=self.bus,
            router=self.router,
            clock=self.clock,
            user=self.user,
            mode=lambda: ApprovalMode(self.settings.approval_mode),
            stale=lambda: timedelta(minutes=self.settings.stale_minutes),
            answers_with=lambda: self.llm.label,
            commands=lambda: [(c.text, c.summary) for c in self.completions()],
        )

    def _save_folders(self) -> None:
        folders = self.folders.folders
        self.store.save("folders", [str(folder) for folder in folders])
        self.settings = dataclasses.replace(self.settings, folders=folders)
        self.watcher.refresh()

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
            self.start_notices += (words,)
        else:
            self._troubles.problem_soon(source, words)

    def _client_for(self, settings: Settings) -> LLMClient:
        client = client_for(settings, self.clock)
        own = settings.effective_provider == "openai-compatible" and settings.llm_base_url
        return guarded(client, own or client.label, self.breakers, self.clock)

    async def _close_llm(self) -> None:
        await self.llm.aclose()

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
