"""A conversation that is open in this window: what was read of it, its draft, and what runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.attachments import Attachment
from app.domain.branches import Fork, ShownEnd
from app.domain.messages import ConversationMessage
from app.domain.turns import SummaryRecord, TurnRecord
from app.ui.chat.conversation import ConversationModel

if TYPE_CHECKING:
    from app.orchestrator.engine import Engine


@dataclass(frozen=True, slots=True, eq=False)
class SentMessage:
    """A message that was sent, and the turn it leads to."""

    text: str
    attachments: tuple[Attachment, ...]
    task: asyncio.Task[None]
    instead_of: str | None = None


@dataclass(slots=True, eq=False)
class SetAside:
    """A draft that waits while an earlier message is edited; ``edited``: what that one said."""

    text: str
    attached: list[Attachment]
    edited: str


@dataclass(slots=True, eq=False)
class OpenConversation:
    """A conversation that was opened in this window.

    ``id`` is ``None`` until its first message is sent. ``outcome`` is the last turn's, in words.
    ``attached`` belongs to what stands in the message field; more is being copied for it in
    ``copying``. ``set_aside`` is the draft while an earlier message stands there instead.
    While it is ``moving`` to another branch, what is sent is ``held``.
    ``messages`` and ``past_turns`` are what was stored and is read; there is more before message
    ``earlier``.
    ``end`` is what the database was last seen to show of it; ``None`` once this window went on.
    ``llm_model`` is the model chosen for it before it was stored.
    ``led_elsewhere``: the turn under way was begun by another face, on a phone for instance.
    """

    model: ConversationModel
    id: str | None = None
    llm_model: str | None = None
    draft: str = ""
    attached: list[Attachment] = field(default_factory=list)
    copying: set[asyncio.Task[None]] = field(default_factory=set)
    set_aside: SetAside | None = None
    moving: bool = False
    held: list[tuple[str, tuple[Attachment, ...]]] = field(default_factory=list)
    outcome: str = ""
    tokens: int = 0
    cost: float = 0.0
    messages: list[ConversationMessage] = field(default_factory=list)
    past_turns: list[TurnRecord] = field(default_factory=list)
    summaries: Sequence[SummaryRecord] = ()
    forks: Mapping[str, Fork] = field(default_factory=dict)
    earlier: int | None = None
    end: ShownEnd | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: list[SentMessage] = field(default_factory=list)
    led_elsewhere: bool = False
    engine: Engine | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def busy(self) -> bool:
        """Whether a turn of it is under way, or about to be."""
        return bool(self.turns) or self.moving or self.model.busy
