"""A channel without a service: a test says what comes in, sees what is shown, and presses."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.channels.adapter import OnHealth, OnMail, OnUnsure
from app.domain.channels import (
    Button,
    ButtonPress,
    ChannelError,
    ChannelHealth,
    ChannelState,
    Chat,
    Incoming,
    IncomingMessage,
    Outgoing,
    RemoteFile,
    Sender,
)
from app.domain.errors import StewardError
from app.domain.messages import Channel
from app.resilience.supervision import Ready
from app.storage.channel_inbox import ChannelInboxes

_numbers = itertools.count(1)


class FakeAdapter:
    """Satisfies ``ChannelAdapter``. What comes in goes through the real inbox."""

    def __init__(self, inbox: ChannelInboxes, channel: Channel = Channel.TELEGRAM) -> None:
        self.on_mail: OnMail = lambda: None
        self.on_health: OnHealth = lambda health: None
        self.on_unsure: OnUnsure = lambda rows: None
        self.channel_name = channel
        self.shown: dict[str, Outgoing] = {}
        """What each key says now, in the order in which the keys came."""
        self.history: list[tuple[str, str, Outgoing]] = []
        """Everything that was ever shown: chat, key and message."""
        self.acknowledged: list[tuple[str, str]] = []
        self.typing: list[tuple[str, bool]] = []
        self.files: dict[str, bytes | ChannelError] = {}
        self.slow: dict[str, asyncio.Event] = {}
        """Files that take until their event is set."""
        self.sent_again: list[str] = []
        self.state = ChannelState.LISTENING
        self.fails: StewardError | None = None
        self.changed = asyncio.Event()
        self.inbox = inbox

    # -- the port --------------------------------------------------------------------------

    @property
    def channel(self) -> Channel:
        return self.channel_name

    async def run(self, ready: Ready) -> None:
        ready()
        await asyncio.Event().wait()

    def read(self, body: Mapping[str, object]) -> Incoming | None:
        return read(self.channel_name, body)

    async def show(self, chat: Chat, key: str, message: Outgoing) -> None:
        if self.fails is not None:
            raise self.fails
        self.shown[key] = message
        self.history.append((chat.id, key, message))
        self.changed.set()

    def working(self, chat: Chat, *, on: bool) -> None:
        self.typing.append((chat.id, on))

    def pressed(self, press: ButtonPress, words: str = "") -> None:
        self.acknowledged.append((press.query, words))
        self.changed.set()

    async def fetch(self, file: RemoteFile) -> bytes:
        if (gate := self.slow.get(file.id)) is not None:
            await gate.wait()
        found = self.files.get(file.id, ChannelError("The file is gone."))
        if isinstance(found, ChannelError):
            raise found
        return found

    async def send_again(self, key: str) -> None:
        self.sent_again.append(key)

    def health(self) -> ChannelHealth:
        return ChannelHealth(self.channel_name, self.state, name="@steward_bot")

    # -- for tests -------------------------------------------------------------------------

    async def receive(self, *bodies: Mapping[str, object]) -> list[int]:
        """Let updates come in, all in one; their numbers in the inbox."""
        updates = [(str(next(_numbers)), body) for body in bodies]
        await self.inbox.take_in(self.channel_name, updates)
        self.on_mail()
        found = await self.inbox.open(self.channel_name)
        return [item.id for item in found if item.update in {name for name, _ in updates}]

    async def until(self, holds: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Wait until ``holds`` is true, looking again after each thing that is shown."""
        async with asyncio.timeout(seconds):
            while not (found := holds()):
                self.changed.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self.changed.wait()
                except TimeoutError:
                    continue
        return found

    def buttons(self, key: str) -> dict[str, Button]:
        """The buttons below a message, by their labels."""
        return {one.label: one for row in self.shown[key].buttons for one in row}

    def key(self, beginning: str) -> str | None:
        """The newest key that begins so."""
        found = [one for one in self.shown if one.startswith(beginning)]
        return found[-1] if found else None

    def text(self, beginning: str) -> str:
        """What the newest message with such a key says; empty where there is none."""
        key = self.key(beginning)
        return self.shown[key].text if key is not None else ""

    def texts_in(self, chat_id: str) -> list[str]:
        """What the messages of a chat say now."""
        keys = {key for chat, key, _ in self.history if chat == chat_id}
        return [message.text for key, message in self.shown.items() if key in keys]


def message(text: str = "", *, chat: str = "7", user: str = "7", **more: object) -> dict[str, Any]:
    """A message as this service sends it."""
    return {"message": {"text": text, "chat": chat, "user": user, **more}}


def press(button: Button | str, *, chat: str = "7", user: str = "7") -> dict[str, Any]:
    """A pressed button as this service sends it; each has a ``query`` of its own."""
    name = button if isinstance(button, str) else button.id
    query = f"q{next(_numbers)}"
    return {"press": {"button": name, "chat": chat, "user": user, "query": query}}


def read(channel: Channel, body: Mapping[str, object]) -> Incoming | None:
    """As the port has it."""
    inside: Any = body.get("message") or body.get("press")
    if not isinstance(inside, dict):
        return None
    chat = Chat(
        channel,
        inside["chat"],
        private=not inside["chat"].startswith("-"),
        title="The team" if inside["chat"].startswith("-") else "",
    )
    sender = Sender(inside["user"], f"Person {inside['user']}")
    if "press" in body:
        return ButtonPress(chat, sender, "1", inside["button"], inside["query"])
    sent_at = inside.get("sent_at")
    return IncomingMessage(
        chat,
        sender,
        inside["text"],
        "1",
        datetime.fromisoformat(sent_at) if sent_at else datetime.now(UTC),
        files=tuple(RemoteFile(*file) for file in inside.get("files", ())),
        mentioned=bool(inside.get("mentioned")),
        forwarded_from=inside.get("forwarded_from"),
        quoted=inside.get("quoted", ""),
        album=inside.get("album", ""),
    )
