"""A conversation that is open in this window: what was read of it, its draft, and what runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.attachments import Attachment
from app.domain.branches import Fork
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
class OpenConversation:
    """A conversation that was opened in this window.

    ``id`` is ``None`` until its first message is sent. ``outcome`` is the last turn's, in words.
    ``attached`` belongs to the draft; so many more, ``attaching``, are being copied for it.
    ``messages`` and ``past_turns`` are what was stored and is read; there is more before message
    ``earlier``.
    ``llm_model`` is the model chosen for it before it was stored.
    """

    model: ConversationModel
    id: str | None = None
    llm_model: str | None = None
    draft: str = ""
    attached: list[Attachment] = field(default_factory=list)
    attaching: int = 0
    outcome: str = ""
    tokens: int = 0
    cost: float = 0.0
    messages: list[ConversationMessage] = field(default_factory=list)
    past_turns: list[TurnRecord] = field(default_factory=list)
    summaries: Sequence[SummaryRecord] = ()
    forks: Mapping[str, Fork] = field(default_factory=dict)
    earlier: int | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: list[SentMessage] = field(default_factory=list)
    engine: Engine | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
