"""What one run of a desk shares: the adapter, the parts, its lines of jobs, and its turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.channels.adapter import ChannelAdapter
from app.channels.desk_parts import DeskParts
from app.channels.lines import Lines
from app.channels.words import BY, NAMES, explained
from app.domain.channels import Button, Chat, Document, Outgoing
from app.domain.errors import StewardError
from app.domain.files import Origin
from app.domain.messages import Channel
from app.domain.workspace import Workspace

if TYPE_CHECKING:
    from app.channels.turn_view import TurnView

logger = logging.getLogger(__name__)

OFFERED: Final = timedelta(days=30)
"""So long a button that takes something back, or shows something, can be pressed."""

Row = Sequence[Button]


@dataclass(slots=True)
class OwnTurn:
    """A turn under way that began in a chat.

    Attributes:
        user_id: who asked: only they can press what belongs to it.
        shown: the differences that its approval cards have shown.
    """

    id: str
    chat: Chat
    user_id: str
    conversation_id: str
    view: TurnView
    shown: list[str] = field(default_factory=list)


class Shift:
    """Lives as long as one run of a desk; owned by the engine's loop."""

    def __init__(self, adapter: ChannelAdapter, parts: DeskParts, group: asyncio.TaskGroup) -> None:
        self.adapter = adapter
        self.parts = parts
        self.group = group
        self.lines = Lines(group)
        self.turns: dict[str, OwnTurn] = {}

    @property
    def channel(self) -> Channel:
        """Which one."""
        return self.adapter.channel

    @property
    def name(self) -> str:
        """What the person calls it."""
        return NAMES.get(self.channel, self.channel.value)

    @property
    def by(self) -> str:
        """Who does what the person does here."""
        return BY.get(self.channel, "you")

    async def say(
        self,
        chat: Chat,
        key: str,
        text: str,
        buttons: Sequence[Row] = (),
        *,
        document: Document | None = None,
        quiet: bool = False,
        growing: bool = False,
        anew: bool = False,
    ) -> None:
        """Show a message under ``key``. Raises ``StorageError``."""
        rows = tuple(tuple(row) for row in buttons if row)
        await self.show(chat, key, Outgoing(text, rows, document, quiet, growing, anew))

    async def show(self, chat: Chat, key: str, message: Outgoing) -> None:
        """The same for a message that is made already; nothing to who was removed meanwhile."""
        if await self._is_open(chat):
            await self.adapter.show(chat, key, message)

    async def _is_open(self, chat: Chat) -> bool:
        people = await self.parts.people.people(self.channel)
        if any(person.chat_id == chat.id for person in people):
            return True
        return await self.parts.people.is_allowed(chat)

    async def offer(
        self,
        chat: Chat,
        user_id: str,
        card: str,
        actions: Mapping[str, Mapping[str, object]],
        *,
        expires_at: datetime | None = None,
    ) -> tuple[Button, ...]:
        """Buttons of one card, of which one can be pressed, for ``OFFERED`` unless told."""
        until = expires_at or self.parts.clock.now() + OFFERED
        return await self.parts.buttons.make(chat, user_id, card, actions, expires_at=until)

    def workspace(self, conversation_id: str | None = None) -> Workspace:
        """The person's files; what is changed in them says that it was done here."""
        origin = Origin(user=self.parts.user, by=self.by, conversation_id=conversation_id)
        return self.parts.workspaces.bind(origin)

    async def try_to_say(self, chat: Chat, key: str, text: str) -> bool:
        """``say``, where nothing more can be done if it fails; whether it did not."""
        try:
            await self.say(chat, key, text)
        except StewardError as error:
            self.log_unsaid(error)
            return False
        return True

    def log_unsaid(self, error: StewardError) -> None:
        """Something is not said, and nobody is left to be told of that."""
        logger.warning("a message to a chat was not kept", extra={"kind": error.kind})

    async def failed(self, chat: Chat, key: str, error: StewardError) -> bool:
        """Tell a failure, on the chat and by the router; whether the chat has it."""
        self.parts.router.notify_error(self.channel.value, error)
        return await self.try_to_say(chat, key, f"⚠ {explained(error)}")
