"""The channels of an assembly: what it has of parts is what their desks work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from app.channel_lines import ChannelStores, Making
from app.connected_channels import ChannelParts, ConnectedChannels
from app.orchestrator.approvals import ApprovalMode, Approvals

if TYPE_CHECKING:
    from app.channels.desk_parts import DeskParts
    from app.connected_model import ConnectedModel
    from app.domain.skills import Clock
    from app.event_bus import EventBus
    from app.files.version_manager import VersionManager
    from app.files.workspace import Workspaces
    from app.notifications.router import Router
    from app.orchestrator.engines import Engines
    from app.redaction import Redactor
    from app.resilience.breakers import Breakers
    from app.resilience.supervision import Report
    from app.running_settings import RunningSettings
    from app.storage.conversations import Conversations
    from app.storage.database import Database
    from app.storage.turns import Turns


class Whole(Protocol):
    """What channels need of the assembly; the assembly satisfies it."""

    running_settings: RunningSettings
    model: ConnectedModel
    database: Database
    redactor: Redactor
    router: Router
    engines: Engines
    conversations: Conversations
    turns: Turns
    approvals: Approvals
    versions: VersionManager
    workspaces: Workspaces
    breakers: Breakers
    bus: EventBus
    user: str

    @property
    def clock(self) -> Clock:
        """The time."""
        ...


def channels_of(whole: Whole, report: Callable[[Report], object]) -> ConnectedChannels:
    """The channels, of which none listens yet; ``report`` is told of crashes."""
    settings = whole.running_settings
    stores = ChannelStores(whole.database, whole.redactor, whole.clock)
    making = Making(
        home=settings.now.home,
        database=whole.database,
        redactor=whole.redactor,
        clock=whole.clock,
        router=whole.router,
        stores=stores,
        desk_parts=lambda: _desk_parts(whole, stores),
    )
    return ConnectedChannels(
        ChannelParts(settings.store, lambda: settings.now, settings.use, report, making)
    )


def _desk_parts(whole: Whole, stores: ChannelStores) -> DeskParts:
    from app.channels.desk_parts import DeskParts

    settings, model = whole.running_settings, whole.model
    return DeskParts(
        inbox=stores.inbox,
        outbox=stores.outbox,
        people=stores.people,
        buttons=stores.buttons,
        engines=whole.engines,
        conversations=whole.conversations,
        turns=whole.turns,
        approvals=whole.approvals,
        versions=whole.versions,
        workspaces=whole.workspaces,
        breakers=whole.breakers,
        bus=whole.bus,
        router=whole.router,
        clock=whole.clock,
        user=whole.user,
        mode=lambda: ApprovalMode(settings.now.approval_mode),
        stale=lambda: timedelta(minutes=settings.now.stale_minutes),
        answers_with=lambda: model.llm.label,
        commands=lambda: [(c.text, c.summary) for c in model.completions()],
    )
