"""The window's view-model: which conversation is shown, what runs, what the person does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.attachments import Attachment
from app.domain.branches import After
from app.domain.errors import StewardError
from app.domain.events import (
    Approval,
    Event,
    FileVersionEvent,
    Notification,
    Severity,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
)
from app.domain.files import Origin
from app.domain.messages import (
    Channel,
    ConversationSummary,
    Role,
    SearchHit,
)
from app.domain.turns import UsageTotal
from app.orchestrator.approvals import ApprovalMode, Decision
from app.storage.search import MAX_HITS, MessageQuery
from app.ui import words
from app.ui.attaching import Attaching
from app.ui.branching import Branching
from app.ui.bridge import Bridge
from app.ui.browser import open_in_browser
from app.ui.channels_now import ChannelsNow
from app.ui.chat.conversation import ConversationModel
from app.ui.conversation_acts import ConversationActs
from app.ui.conversation_state import state_line
from app.ui.drafts import with_kept
from app.ui.drive_now import DriveNow
from app.ui.elsewhere import Elsewhere
from app.ui.file_acts import FileActs
from app.ui.file_places import FilePlaces
from app.ui.history import HistoryReader
from app.ui.known_models import KnownModels
from app.ui.listing import Listing
from app.ui.open_conversation import OpenConversation, SentMessage
from app.ui.opening import Opener
from app.ui.ports import AttachmentVault, Desk
from app.ui.starters import starters
from app.ui.tasks import Tasks
from app.ui.thumbnails import Thumbnails
from app.ui.translation import translate
from app.ui.under_way import UnderWay, joined
from app.ui.warm_up import WarmUp

if TYPE_CHECKING:
    from app.domain.workspace import Workspace
    from app.orchestrator.engine import Engine

_FILES_SOON_MS: Final = 50
HITS: Final = 100
"""So many messages a search of everything shows."""
_ASKED: Final = 160
"""Characters of what was asked for that are shown beside a version."""
FIRST_HITS: Final = 12
"""So many it shows first: an excerpt is cut from each, which takes its time."""


class Session(QObject):
    """Owns the open conversations and everything the person starts in them."""

    current_changed = Signal()
    conversations_changed = Signal()
    state_changed = Signal()
    """Busy, waiting, tokens, outcome of some conversation."""
    happened = Signal(object)
    """Every event, deltas joined."""
    files_changed = Signal()
    """A file got a version, or folders were added or taken back."""
    provider_changed = Signal()
    row_wanted = Signal(int)
    """A row of the conversation shown should come into view."""
    returned = Signal(str)
    """A message that was not sent after all."""
    hit_shown = Signal(str)
    """A message that was found is in view: the words it was found by."""
    said = Signal(str, str)
    """Something for the status line: state and words."""
    paused_changed = Signal()

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.tasks = tasks
        self.files = FileActs(self.workspace, self.said.emit)
        self.attaching = Attaching(self._attachment_vault, tasks, self)
        self.thumbnails = Thumbnails(self._attachment_vault, tasks, self)
        self.known_models = KnownModels(desk)
        self.opener = Opener(self._attachment_vault, tasks)
        self.places = FilePlaces(self.workspace, tasks, self.said.emit, parent)
        self.drive = DriveNow(desk, tasks, self)
        self.channels = ChannelsNow(desk, tasks, self)
        self.history = HistoryReader(desk, self)
        self.listing = Listing(desk)
        self.warm_up = WarmUp(desk, tasks)
        self.branching = Branching(self)
        self.elsewhere = Elsewhere(self)
        self.conversations = ConversationActs(desk, self.refresh, self.said.emit)
        self.open_address: Callable[[str], bool] = open_in_browser
        """Opens an address in the person's browser; whether there is one."""
        self.today = UsageTotal()
        """What all conversations took today."""
        self.under_way = UnderWay()
        self._open: dict[str, OpenConversation] = {}
        self._beside: list[OpenConversation] = []
        self._current = self._unbegun = self._new()
        self._bridge = Bridge(desk.bus, self)
        self._bridge.happened.connect(self._take)
        self._bridge.happened.connect(self.channels.take)
        self._files_soon = QTimer(self)
        self._files_soon.setSingleShot(True)
        self._files_soon.setInterval(_FILES_SOON_MS)
        self._files_soon.timeout.connect(self.files_changed)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        desk.engines.pause.changed = self._pause_changed

    # -- what is shown ------------------------------------------------------------------------

    @property
    def current(self) -> OpenConversation:
        """The conversation in the middle of the window."""
        return self._current

    @property
    def busy(self) -> bool:
        """Whether the conversation shown has a turn under way, or about to be."""
        return self._current.busy

    @property
    def any_busy(self) -> bool:
        """Whether any conversation works."""
        return bool(self.under_way) or any(one.busy for one in self._all())

    @property
    def any_running(self) -> bool:
        """Whether any conversation works on more than waiting for the end of a pause."""
        return bool(self.under_way) or any(
            one.model.busy or (one.turns and not self.paused) for one in self._all()
        )

    @property
    def summaries(self) -> Sequence[ConversationSummary]:
        """The list of conversations."""
        return self.listing.summaries

    @property
    def title(self) -> str:
        """Title of the conversation shown."""
        return self.listing.title(self._current.id) or translate(
            "Conversations", "New conversation"
        )

    @property
    def archived(self) -> bool:
        """Whether the conversation shown was taken out of the list."""
        known = self.listing.summary(self._current.id)
        return known is not None and known.archived

    @property
    def model(self) -> str | None:
        """The model chosen for the conversation shown; ``None``: the default one answers."""
        known = self.listing.summary(self._current.id)
        return self._current.llm_model if known is None else known.model

    @property
    def paused(self) -> bool:
        """Whether no new turn begins."""
        return self.desk.engines.pause.is_on

    def title_of(self, conversation_id: str) -> str:
        """A conversation's title, as far as the list knows it."""
        return self.listing.title(conversation_id) or translate("Conversations", "New conversation")

    def opened(self, conversation_id: str) -> OpenConversation | None:
        """A conversation, if it was opened in this window."""
        return self._open.get(conversation_id)

    def state_line(self, summary: ConversationSummary) -> tuple[str, str]:
        """A conversation's state (see ``controls.Dot``) and words for the list."""
        known = self._open.get(summary.id)
        told = self.under_way.told(summary.id)
        return state_line(
            summary,
            known,
            paused=self.paused,
            under_way=told is not None or (known is not None and known.model.busy),
            asking=self.under_way.asks(summary.id),
        )

    def workspace(self, by: str = "you") -> Workspace:
        """The person's files, for what the panes do in their name."""
        return self.desk.workspaces.bind(
            Origin(user=self.desk.user, by=by, conversation_id=self._current.id)
        )

    async def asked(self, turn_id: str) -> str:
        """What the person wrote that a turn answered, in a line; empty where nobody did."""
        text = " ".join((await self.desk.conversations.asked(turn_id)).split())
        return text if len(text) <= _ASKED else f"{text[: _ASKED - 1].rstrip()}…"

    def starters(self) -> tuple[str, ...]:
        """First messages for an empty conversation: each one works as it stands."""
        return starters(self.desk)

    # -- conversations --------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Read the list of conversations again."""
        await self.listing.read(self._current.id)
        self.today = await self.desk.usage.of_day(self.desk.clock.now())
        self.conversations_changed.emit()

    def apart(self) -> OpenConversation:
        """An empty conversation beside the one that is shown."""
        beside = self._new()
        self._beside.append(beside)
        return beside

    def start_new(self) -> None:
        """Show an empty conversation; it is stored with its first message."""
        if self._current.id is not None or self._current.turns:
            if self._unbegun.id is not None or self._unbegun.turns:
                self._unbegun = self._new()
            self._show(self._unbegun)  # with what was being written in it
        else:
            self.current_changed.emit()

    async def show(self, conversation_id: str) -> None:
        """Show a conversation, read from the database unless it is open already."""
        self.warm_up.begin()
        known = self._open.get(conversation_id)
        if known is None:
            opened = self._new()
            opened.id = conversation_id
            await self._give_back(opened, conversation_id)
            kept = await self.desk.drafts.of(conversation_id)
            opened.draft = with_kept(opened.draft, kept.text)
            opened.attached += [one for one in kept.attachments if one not in opened.attached]
            used = await self.desk.usage.of_conversation(conversation_id)
            opened.tokens, opened.cost = used.tokens, used.cost or 0.0
            told = await self._read(opened, conversation_id)
            # It may have been opened twice meanwhile.
            known = self._open.setdefault(conversation_id, opened)
            if known is opened:
                self._replay(opened, told)
        await self.listing.know(conversation_id)
        await self.warm_up.done()
        self._show(known)
        await self.elsewhere.look()

    async def _read(self, opened: OpenConversation, conversation_id: str) -> Sequence[Event]:
        """Read what is stored, but for a turn under way: what that told until now."""
        while True:
            told = self.under_way.told(conversation_id)
            before = told[0].turn_id if told else None
            await self.history.open(opened, conversation_id, instead_of=before)
            now = self.under_way.told(conversation_id)
            if now is None or now is told:
                return told or ()
            opened.model = self._new().model  # a turn began while it was read

    def _replay(self, opened: OpenConversation, told: Sequence[Event]) -> None:
        self.under_way.forget(opened.id or "")
        for event in joined(told):
            opened.model.take(event)
            if isinstance(event, TurnStarted | TurnFinished):
                self._note(opened, event)
        if opened.model.busy:
            self._second.start()

    async def reopen(
        self, conversation: OpenConversation, *, instead_of: str | None = None
    ) -> OpenConversation:
        """Read a stored conversation anew, as another branch of it shows it; what is shown then.

        ``instead_of``: a turn; only what came before it.
        """
        assert conversation.id is not None
        again = self._new()
        again.id, again.engine = conversation.id, conversation.engine
        await self.history.open(again, conversation.id, instead_of=instead_of)
        again.tokens, again.cost = conversation.tokens, conversation.cost
        again.draft, again.attached = conversation.draft, conversation.attached
        again.copying = conversation.copying  # it ends in the list that both share
        self._open[conversation.id] = again
        if self._current is conversation:
            self._show(again)
        return again

    async def _give_back(self, opened: OpenConversation, conversation_id: str) -> None:
        """What a Steward that ended did not send stands in the message field again."""
        left = await self.desk.waiting.give_back(conversation_id)
        if left:
            opened.draft = "\n\n".join(one.text for one in left if one.text)
            opened.attached = [file for one in left for file in one.attachments]
            self.said.emit(
                "attention",
                translate(
                    "Conversations", "What was not sent last time stands in the message field."
                ),
            )

    async def search(self, text: str, *, limit: int = HITS) -> Sequence[SearchHit]:
        """Messages that contain ``text``, newest first."""
        query = MessageQuery(text=text, roles=(Role.USER, Role.ASSISTANT), limit=limit)
        return await self.desk.conversations.find(query)

    async def find_here(self, text: str) -> list[int]:
        """The messages of the conversation shown that hold ``text``, oldest first."""
        if not text or self._current.id is None:
            return []
        query = MessageQuery(
            text=text,
            conversation_id=self._current.id,
            shown=True,
            roles=(Role.USER, Role.ASSISTANT),
            limit=MAX_HITS,
        )
        return [hit.message_id for hit in await self.desk.conversations.find(query)][::-1]

    async def choose_model(self, model: str | None) -> None:
        """Let ``model`` answer in the conversation shown from the next message on."""
        conversation = self._current
        conversation.llm_model = model
        if conversation.id is not None or conversation.turns:  # it is stored, or just being stored
            engine = await self._engine(conversation)
            await self.desk.conversations.set_model(engine.conversation_id, model)
        await self.refresh()

    async def remove_key(self, name: str) -> None:
        """Forget a key that was kept. Raises ``UsageError``, ``KeyringError``."""
        try:
            await self.desk.keys.remove(name)
        finally:
            self.provider_changed.emit()

    async def show_message(self, message_id: int) -> None:
        """Bring a message of the conversation shown into view, on whichever branch it is.

        While an answer is under way no other branch can be shown; the person is told.
        """
        if not await self.branching.show_branch_of(message_id):
            await self.bring_into_view(message_id)
            if self.busy and self._current.model.index_of_message(message_id) < 0:
                self.branching.say_why_not()

    async def bring_into_view(self, message_id: int) -> None:
        """Bring a message of the branch shown into view, read first if it has to be."""
        conversation = self._current
        await self.history.read_back_to(conversation, message_id)
        if conversation is not self._current:
            return
        index = conversation.model.index_of_message(message_id)
        if index >= 0:
            self.row_wanted.emit(index)

    def read_earlier(self) -> None:
        """The person comes near the beginning of what is read of the conversation shown."""
        if self._current.earlier is not None:
            work = self.history.read_earlier(self._current)
            self.tasks.start(work, name="read earlier messages")

    def show_beginning(self) -> None:
        """Bring the first message of the conversation shown into view."""
        self.tasks.start(self._show_beginning(), name="read all messages")

    async def _show_beginning(self) -> None:
        conversation = self._current
        await self.history.read_back_to(conversation, 0)
        if conversation is self._current:
            self.row_wanted.emit(0)

    def _new(self) -> OpenConversation:
        return OpenConversation(ConversationModel(self.desk.clock.now, self.desk.drive.transfers))

    def _show(self, conversation: OpenConversation) -> None:
        if conversation is not self._current:
            self._current = conversation
            self.current_changed.emit()

    def _all(self) -> list[OpenConversation]:
        others = [one for one in self._open.values() if one is not self._current]
        return [self._current, *others, *self._beside]

    # -- turns -------------------------------------------------------------------------------------

    def send(
        self,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        instead_of: str | None = None,
        conversation: OpenConversation | None = None,
    ) -> None:
        """Send a message in a conversation (the one shown); it queues behind a turn under way.

        It follows what is shown of the conversation: see ``domain.branches.After``.
        ``instead_of``: see ``Engine.run_turn``; see ``Branching`` for who wants that.
        ``conversation``: another one than that shown.
        """
        conversation = conversation or self._current
        if conversation.moving and instead_of is None:  # it belongs to what will be shown
            conversation.held.append((text, tuple(attachments)))
            return
        text = self.desk.hide_secrets(text)  # a key in it is neither shown nor kept
        attached = tuple(attachments)
        seen = conversation.model.newest_turn
        conversation.model.queue(text, self.desk.clock.now(), attached, held_back=self.paused)
        after = After(seen) if seen and instead_of is None else None
        work = self._run(conversation, text, attached, instead_of, after)
        task = self.tasks.run(work, name="turn from the window")
        conversation.turns.append(SentMessage(text, attached, task, instead_of))
        task.add_done_callback(lambda done: self._ended(conversation, done))
        self._second.start()
        self.state_changed.emit()

    def _attachment_vault(self) -> AttachmentVault:
        return self.desk.versions.attachments

    async def _run(
        self,
        conversation: OpenConversation,
        text: str,
        attached: tuple[Attachment, ...],
        instead_of: str | None,
        after: After | None,
    ) -> None:
        await self.warm_up.done()
        engine = await self._engine(conversation)
        mode = ApprovalMode(self.desk.settings.approval_mode)
        outcome = await engine.run_turn(
            text,
            channel=Channel.WINDOW,
            mode=mode,
            attachments=attached,
            instead_of=instead_of,
            after=after,
        )
        if instead_of is not None and not outcome.stored and outcome.error is not None:
            raise outcome.error  # there is no branch: what is shown would not be what is kept

    async def _engine(self, conversation: OpenConversation) -> Engine:
        async with conversation.opening:  # two quick messages belong to one new conversation
            if conversation.engine is None:
                # One that is stored has its model there already.
                chosen = conversation.llm_model if conversation.id is None else None
                conversation.engine = await self.desk.engines.get(conversation.id, model=chosen)
                conversation.id = conversation.engine.conversation_id
                self._open[conversation.id] = conversation
                if conversation in self._beside:
                    self._beside.remove(conversation)
        return conversation.engine

    def _ended(self, conversation: OpenConversation, task: asyncio.Task[None]) -> None:
        for sent in conversation.turns:
            if sent.task is task and (task.cancelled() or task.exception() is not None):
                # Taken back or failed before its turn: it must not look as if it were sent.
                conversation.model.unqueue(sent.text)
                if sent.instead_of is not None:
                    self.branching.come_back(conversation, sent, lost=not task.cancelled())
        conversation.turns = [sent for sent in conversation.turns if sent.task is not task]
        if not task.cancelled() and task.exception() is None:
            self.elsewhere.turn_ended()
        if not self.any_busy:
            self._second.stop()
        self.state_changed.emit()

    def stop(self) -> None:
        """Stop the turn under way in the conversation shown; what waits behind it comes back."""
        if text := self.stop_in(self._current):
            self.returned.emit(text)

    def stop_in(self, conversation: OpenConversation) -> str:
        """Stop the turn under way in a conversation; the text of what waited behind it."""
        running = conversation.id is not None and self.desk.engines.busy(conversation.id)
        waiting = conversation.turns if conversation.led_elsewhere else conversation.turns[1:]
        if conversation.id is not None and running:
            self.desk.engines.cancel(conversation.id)
        else:
            waiting = conversation.turns
        for sent in waiting:
            sent.task.cancel()
        if waiting:
            back = [one for sent in waiting for one in sent.attachments]
            self.attaching.give_back(conversation, back)
        return "\n".join(sent.text for sent in waiting if sent.text)

    def give_back(
        self, conversation: OpenConversation, text: str, attachments: Sequence[Attachment]
    ) -> None:
        """A message was not sent after all: it belongs to the draft again."""
        self.attaching.give_back(conversation, attachments)
        if conversation is self._current:
            self.returned.emit(text)
        else:
            conversation.draft = with_kept(text, conversation.draft)

    @property
    def waiting(self) -> Sequence[SentMessage]:
        """What was sent in the conversation shown and waits behind its turn."""
        current = self._current
        held_back = self.paused and not current.model.busy
        return tuple(current.turns if held_back or current.led_elsewhere else current.turns[1:])

    def take_back(self, number: int) -> None:
        """Take one of ``waiting`` back, into the message field."""
        conversation, waiting = self._current, self.waiting
        if number < len(waiting):
            sent = waiting[number]
            sent.task.cancel()
            self.give_back(conversation, sent.text, sent.attachments)

    def decide(self, approval_id: str, decision: Decision) -> bool:
        """Decide a pending approval in the person's name; ``False`` where it was too late."""
        in_time = self.desk.approvals.decide(approval_id, decision, by="you")
        if not in_time:
            self.said.emit(
                "attention", translate("Conversations", "That was decided already, or had expired.")
            )
        return in_time

    def edit(self, approval_id: str, arguments: Mapping[str, object]) -> str:
        """Ask for other arguments in the person's name; why they cannot be taken, or ``""``."""
        try:
            told = self.desk.approvals.decide(
                approval_id, Decision.ALLOW_ONCE, by="you", arguments=arguments
            )
        except StewardError as error:
            return str(error)
        return (
            "" if told else translate("Conversations", "That was decided already, or had expired.")
        )

    # -- events ----------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        conversation = self._open.get(event.conversation_id or "")
        if conversation is not None:
            conversation.model.take(event)
            self._note(conversation, event)
        elif event.conversation_id is not None:
            self.under_way.take(event)
        self.happened.emit(event)
        match event:
            case TurnStarted() | TurnFinished():
                self.tasks.start(self.refresh(), name="refresh conversations")
                self.state_changed.emit()
            case Approval():
                self.state_changed.emit()
            case FileVersionEvent():
                # Changes may come by the thousand: what reads the folders again does so once.
                if not self._files_soon.isActive():
                    self._files_soon.start()
            case Notification(severity=severity, message=message, count=1, context=context) if (
                "summed_up" not in context
            ):
                self.said.emit("trouble" if severity is Severity.ERROR else "attention", message)

    def _note(self, conversation: OpenConversation, event: Event) -> None:
        match event:
            case TurnStarted():
                conversation.led_elsewhere = event.channel is not Channel.WINDOW
                self._second.start()
                if any(sent.instead_of for sent in conversation.turns):
                    self.tasks.start(self.history.read_forks(conversation), name="read branches")
            case Usage():
                conversation.tokens += event.prompt_tokens + event.completion_tokens
                conversation.cost += event.cost or 0.0
                self.state_changed.emit()
            case TurnFinished():
                if conversation.led_elsewhere and conversation is self._current:
                    self.elsewhere.turn_ended()
                conversation.led_elsewhere = False
                conversation.end = None
                time = words.duration(event.duration_ms)
                conversation.outcome = {
                    TurnStatus.OK: translate("Conversations", "Done in {time}").format(time=time),
                    TurnStatus.LIMIT: translate(
                        "Conversations", "Stopped at its limit after {time}"
                    ).format(time=time),
                    TurnStatus.CANCELLED: translate("Conversations", "Stopped"),
                    TurnStatus.FAILED: translate("Conversations", "The last answer failed"),
                }[event.status]

    def _pause_changed(self) -> None:
        self.paused_changed.emit()
        self.state_changed.emit()

    def _tick(self) -> None:
        if not any(one.busy for one in self._all()):
            self._second.stop()
        for one in self._all():
            one.model.tick()

    def close(self) -> None:
        """Listen no more; what waits for its turn is kept for the next run."""
        self.desk.engines.pause.changed = lambda: None
        self.desk.engines.keep_waiting()
        self._second.stop()
        self._bridge.close()
        self._files_soon.stop()
        self.drive.close()
        self.channels.close()
        self.opener.close()
        self.places.close()
