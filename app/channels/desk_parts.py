"""What a desk works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.skills import Clock
from app.orchestrator.approvals import ApprovalMode, Approvals

if TYPE_CHECKING:
    from app.event_bus import EventBus
    from app.files.version_manager import VersionManager
    from app.files.workspace import Workspaces
    from app.notifications.router import Router
    from app.orchestrator.engines import Engines
    from app.resilience.breakers import Breakers
    from app.storage.channel_buttons import ChannelButtons
    from app.storage.channel_inbox import ChannelInboxes
    from app.storage.channel_outbox import ChannelOutboxes
    from app.storage.channel_people import ChannelPeople
    from app.storage.conversations import Conversations
    from app.storage.turns import Turns


@dataclass(frozen=True, slots=True)
class DeskParts:
    """The parts every desk shares; all belong to the engine's loop.

    Attributes:
        user: the person's name on this computer (``assembly.user``).
        mode: how approvals are asked for now.
        stale: how old a message may be to be done without asking.
        answers_with: what answers now, in words (``assembly.llm.label``).
        commands: what the offline guide understands (usage, summary); empty where a model answers.
    """

    inbox: ChannelInboxes
    outbox: ChannelOutboxes
    people: ChannelPeople
    buttons: ChannelButtons
    engines: Engines
    conversations: Conversations
    turns: Turns
    approvals: Approvals
    versions: VersionManager
    workspaces: Workspaces
    breakers: Breakers
    bus: EventBus
    router: Router
    clock: Clock
    user: str
    mode: Callable[[], ApprovalMode]
    stale: Callable[[], timedelta]
    answers_with: Callable[[], str]
    commands: Callable[[], Sequence[tuple[str, str]]]
