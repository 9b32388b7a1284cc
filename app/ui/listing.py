"""What the list of conversations can show: the newest, more on demand, and the archived ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.domain.messages import ConversationSummary

if TYPE_CHECKING:
    from app.ui.ports import Desk

PAGE: Final = 200
"""So many conversations are read at first, and more whenever the end of the list is seen."""
_MOST_ARCHIVED: Final = 2_000


class Listing:
    """Read from the database by ``read``; shows nothing itself.

    Attributes:
        summaries: the list, pinned ones first.
        goes_on: there are more of them.
        archived: those that were taken out of it, once they were asked for.
        archived_count: how many those are.
        archived_shown: they are asked for.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._limit = PAGE
        self._apart: ConversationSummary | None = None
        self.summaries: Sequence[ConversationSummary] = ()
        self.goes_on = False
        self.archived: Sequence[ConversationSummary] = ()
        self.archived_count = 0
        self.archived_shown = False

    async def read(self, shown: str | None) -> None:
        """Read it again. ``shown``: a conversation whose title is needed wherever it stands."""
        store, limit = self._desk.conversations, self._limit
        found = await store.list(limit=limit + 1)
        count = await store.archived_count()
        archived: Sequence[ConversationSummary] = ()
        if self.archived_shown and count:
            archived = await store.list(limit=_MOST_ARCHIVED, archived=True)
        self.summaries, self.goes_on = found[:limit], len(found) > limit
        self.archived, self.archived_count = archived, count
        self.archived_shown = self.archived_shown and bool(count)
        if shown is not None:
            await self.know(shown)

    async def know(self, conversation_id: str) -> None:
        """Read one that may not be in the list."""
        if all(one.id != conversation_id for one in self.summaries):
            self._apart = await self._desk.conversations.get(conversation_id)

    def start_over(self) -> None:
        """Read only the first page from now on."""
        self._limit = PAGE

    def want_more(self) -> None:
        """Read one page more from now on."""
        self._limit += PAGE

    def summary(self, conversation_id: str | None) -> ConversationSummary | None:
        """A conversation that is listed or known."""
        known = [*self.summaries] if self._apart is None else [*self.summaries, self._apart]
        return next((one for one in known if one.id == conversation_id), None)

    def beside(self, conversation_id: str) -> str | None:
        """The one below it in the list, or else above; ``None`` where it stands alone."""
        listed = [one.id for one in self.summaries]
        if conversation_id not in listed:
            return listed[0] if listed else None
        place = listed.index(conversation_id)
        others = [*listed[place + 1 :], *reversed(listed[:place])]
        return others[0] if others else None

    def title(self, conversation_id: str | None) -> str:
        """Its title; empty where it has none, or is not known."""
        found = self.summary(conversation_id)
        return "" if found is None else found.title
