"""A desk of a channel without a service, over a whole Steward with a model that a test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.assembly import Assembly
from app.channels.desk import Desk
from app.channels.desk_parts import DeskParts
from app.domain.channels import Chat, InboxItem
from app.domain.errors import StorageError
from app.domain.events import Notification
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from app.storage.channel_buttons import ChannelButtons
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_models import ChannelInbox
from app.storage.channel_outbox import ChannelOutboxes
from app.storage.channel_people import ChannelPeople
from tests.channels.fake_adapter import FakeAdapter, message, press
from tests.standins.scripted_model import ScriptedModel, Step


class WatchedInbox(ChannelInboxes):
    """Says when something in it has changed, and fails when a test wants it to."""

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly.database, assembly.redactor, assembly.clock)
        self.changed = asyncio.Event()
        self.fails: StorageError | None = None
        self.looks = 0
        """How often somebody asked what is to be handled."""

    async def open(self, channel: Channel, *, after: int = 0) -> list[InboxItem]:
        self.looks += 1
        return await super().open(channel, after=after)

    async def end(self, *numbers: int) -> None:
        await self._watched(super().end(*numbers))

    async def hold(self, *numbers: int) -> None:
        await self._watched(super().hold(*numbers))

    async def begin(self, *numbers: int) -> None:
        await self._watched(super().begin(*numbers))

    async def _watched(self, change: Coroutine[Any, Any, None]) -> None:
        if self.fails is not None:
            change.close()
            raise self.fails
        await change
        self.changed.set()


class Phone:
    """What a test works with: the assembly, the adapter, and the desk between them."""

    def __init__(self, assembly: Assembly, folder: Path) -> None:
        self.assembly = assembly
        self.folder = folder
        self.mode = ApprovalMode.ASK
        self.stale = timedelta(minutes=30)
        database, redactor, clock = assembly.database, assembly.redactor, assembly.clock
        self.inbox = WatchedInbox(assembly)
        self.people = ChannelPeople(database, redactor, clock)
        self.buttons = ChannelButtons(database, clock)
        self.outbox = ChannelOutboxes(database, redactor, clock)
        self.told: list[Notification] = []
        assembly.bus.subscribe(
            lambda event: self.told.append(event) if isinstance(event, Notification) else None
        )
        self.parts = DeskParts(
            inbox=self.inbox,
            outbox=self.outbox,
            people=self.people,
            buttons=self.buttons,
            engines=assembly.engines,
            conversations=assembly.conversations,
            turns=assembly.turns,
            approvals=assembly.approvals,
            versions=assembly.versions,
            workspaces=assembly.workspaces,
            breakers=assembly.breakers,
            bus=assembly.bus,
            router=assembly.router,
            clock=clock,
            user=assembly.user,
            mode=lambda: self.mode,
            stale=lambda: self.stale,
            answers_with=lambda: assembly.llm.label,
            commands=lambda: [(one.text, one.summary) for one in assembly.model.completions()],
        )
        self.adapter = FakeAdapter(self.inbox)
        self.desk = Desk(self.adapter, self.parts)
        self._running: asyncio.Task[None] | None = None
        assembly.router.add_sink("telegram", self.desk.sink)

    # -- the desk --------------------------------------------------------------------------

    async def start(self, *, listens: bool = True) -> None:
        """Let the desk work."""
        ready = asyncio.Event()
        self._running = asyncio.create_task(self.desk.run(ready.set))
        await ready.wait()
        if listens:
            self.adapter.on_mail()

    async def stop(self) -> None:
        """End it, as closing Steward does."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None

    async def crash(self) -> BaseException | None:
        """Wait until the desk has ended by itself; with what."""
        assert self._running is not None
        await asyncio.wait([self._running], timeout=20)
        running, self._running = self._running, None
        return running.exception()

    async def restart(self) -> None:
        """As another process does: a new desk and a new adapter over the same database."""
        await self.stop()
        self.make_desk()
        await self.start()

    def make_desk(self) -> None:
        """A new desk, not at work yet."""
        self.adapter = FakeAdapter(self.inbox)
        self.desk = Desk(self.adapter, self.parts)

    async def pair(self, user: str = "7") -> None:
        """Pair somebody."""
        code = await self.people.new_code(self.adapter.channel)
        await self.adapter.receive(message(f"/start {code.code}", chat=user, user=user))
        await self.adapter.until(lambda: "You are paired" in "".join(self.adapter.texts_in(user)))

    def model(self, *steps: Step) -> ScriptedModel:
        """Let the next requests be answered by ``steps``; the last one repeats."""
        scripted = ScriptedModel(steps)
        self.assembly.model.llm = scripted
        return scripted

    def chat(self, name: str = "7") -> Chat:
        """A chat by its id: private, unless it begins with a minus."""
        return Chat(self.adapter.channel, name, private=not name.startswith("-"))

    # -- acting ----------------------------------------------------------------------------

    async def say(self, text: str = "", **more: object) -> None:
        """Let a message come in."""
        await self.adapter.receive(message(text, **more))  # type: ignore[arg-type]

    async def ask(self, text: str = "", **more: object) -> str:
        """Let a message come in; what is said when everything is handled."""
        before = len(self.adapter.history)
        await self.say(text, **more)
        await self.until_done()
        return "\n".join(one.text for _, _, one in self.adapter.history[before:])

    async def press(self, key: str, label: str, **more: str) -> str:
        """Press a button of the newest such message; the words of the acknowledgement."""
        found = await self.adapter.until(lambda: self.adapter.key(key))
        button = next(
            one for name, one in self.adapter.buttons(found).items() if name.startswith(label)
        )
        return await self.press_button(button.id, **more)

    async def press_button(self, button: str, **more: str) -> str:
        """Press a button by its id; the words of the acknowledgement."""
        body: dict[str, Any] = press(button, **more)
        query = body["press"]["query"]
        await self.adapter.receive(body)
        await self.adapter.until(lambda: query in dict(self.adapter.acknowledged))
        await self.until_done()
        (words,) = [words for name, words in self.adapter.acknowledged if name == query]
        return words

    async def until_done(self) -> None:
        """Wait until nothing stands in the inbox to be handled."""
        async with asyncio.timeout(20):
            self.inbox.changed.clear()
            while await self.inbox.open(self.adapter.channel):
                await self.inbox.changed.wait()
                self.inbox.changed.clear()

    async def items(self) -> list[InboxItem]:
        """Everything in the inbox, handled or not."""
        numbers = await self.assembly.database.read_async(
            lambda: [row.id for row in ChannelInbox.select()]
        )
        found = [await self.inbox.get(number) for number in numbers]
        return [item for item in found if item is not None]

    def about(self, source: str = Channel.TELEGRAM.value) -> list[Notification]:
        """Notifications of a source."""
        return [one for one in self.told if one.source == source]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "notes.md").write_text("# Notes\n\nstatus: draft\n")
    return folder


@pytest.fixture
async def phone(folder: Path) -> AsyncIterator[Phone]:
    """A desk at work, with nobody paired."""
    assembly = await Assembly.open(folders=(folder,))
    phone = Phone(assembly, folder)
    try:
        await phone.start()
        yield phone
    finally:
        await phone.stop()
        await assembly.close()


@pytest.fixture
async def paired(phone: Phone) -> Phone:
    """The same with the user 7 paired."""
    await phone.pair()
    return phone
