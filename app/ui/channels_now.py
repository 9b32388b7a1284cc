"""How the channels stand, as the window knows it: their health, who is paired, which groups."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.domain.channels import ChannelHealth, ChannelState, Chat, PairedPerson
from app.domain.events import Event, Notification
from app.domain.messages import Channel

if TYPE_CHECKING:
    from app.ui.ports import Desk
    from app.ui.tasks import Tasks

_REMOTE: Final = (Channel.TELEGRAM, Channel.GOOGLE_CHAT)


class ChannelsNow(QObject):
    """``changed`` when a health is different, ``people_changed`` when somebody came or went.

    Nobody is read before ``read_people``: a channel that is off costs nothing.
    """

    changed = Signal()
    people_changed = Signal()

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._reading: asyncio.Task[None] | None = None
        self._stale = False
        self._wanted = False
        self.people: Sequence[PairedPerson] = ()
        self.groups: Sequence[tuple[Chat, bool]] = ()
        self._end = desk.channels.subscribe(self._told)

    def close(self) -> None:
        """Be told of nothing more."""
        self._end()
        self._end = lambda: None

    def all(self) -> Sequence[ChannelHealth]:
        """How each channel stands."""
        return self._desk.channels.health()

    def health(self, channel: Channel) -> ChannelHealth:
        """How one stands."""
        return next((one for one in self.all() if one.channel is channel), ChannelHealth(channel))

    @property
    def in_use(self) -> Sequence[ChannelHealth]:
        """Those that are not off."""
        return [one for one in self.all() if one.state is not ChannelState.OFF]

    def people_of(self, channel: Channel) -> Sequence[PairedPerson]:
        """Who is paired on one, as last read."""
        return [one for one in self.people if one.channel is channel]

    def groups_of(self, channel: Channel) -> Sequence[tuple[Chat, bool]]:
        """The groups seen on one, as last read, and whether each is allowed."""
        return [one for one in self.groups if one[0].channel is channel]

    def read_people(self) -> None:
        """Read who is paired; from now on also whenever a channel has news."""
        self._wanted = True
        self._stale = True
        if self._reading is None or self._reading.done():
            self._reading = self._tasks.run(self._read(), name="read who is paired")

    def take(self, event: Event) -> None:
        """That somebody was paired, or a group seen, is told as a notification."""
        if isinstance(event, Notification) and event.source in _REMOTE and self._wanted:
            self.read_people()

    def _told(self, _health: ChannelHealth) -> None:
        self.changed.emit()
        if self._wanted:
            self.read_people()

    async def _read(self) -> None:
        store = self._desk.channels.people
        while self._stale:
            self._stale = False
            people = await store.people()
            groups = [one for channel in _REMOTE for one in await store.groups(channel)]
            if (people, groups) != (self.people, self.groups):
                self.people, self.groups = people, groups
                self.people_changed.emit()
