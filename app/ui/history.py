"""Reads stored conversations page by page: the end at once, the rest when it is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.ui.open_conversation import OpenConversation
    from app.ui.ports import Desk

PAGE: Final = 60
"""Messages that are read at once, and a little more: whole turns."""
TURNS: Final = 20
"""So many are looked at to tell whether what is shown is what the database shows."""
_LARGE_PAGE: Final = 1_500
"""On the way to the beginning: few steps, none so long that the window stutters."""


class HistoryReader(QObject):
    """Fills the models of open conversations. ``read(conversation, messages, turns)``: a page."""

    read = Signal(object, object, object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk

    async def open(
        self,
        conversation: OpenConversation,
        conversation_id: str,
        *,
        instead_of: str | None = None,
    ) -> None:
        """Read the end of a conversation into its model, which is empty. Raises StorageError.

        ``instead_of``: a turn; only what came before it.
        """
        if instead_of is None:  # before the page: what comes between is noticed
            conversation.end = await self._desk.branches.end(conversation_id, TURNS)
        messages, earlier = await self._desk.conversations.page(
            conversation_id, limit=PAGE, instead_of=instead_of
        )
        conversation.forks = await self._desk.branches.forks(conversation_id)
        turns = await self._desk.turns.named({one.turn_id for one in messages})
        summaries = await self._desk.summaries.of_conversation(conversation_id)
        conversation.messages = messages
        conversation.past_turns = turns
        conversation.summaries = summaries
        conversation.earlier = messages[0].id if earlier and messages else None
        conversation.model.load(
            messages, turns, summaries, forks=conversation.forks, earlier=earlier
        )

    async def read_forks(self, conversation: OpenConversation) -> None:
        """A branch was begun: show which messages were sent in more than one way."""
        assert conversation.id is not None
        conversation.forks = await self._desk.branches.forks(conversation.id)
        conversation.model.show_forks(conversation.forks)

    async def read_earlier(self, conversation: OpenConversation) -> None:
        """Read one more page, unless one is being read."""
        if not conversation.reading.locked():
            await self._page(conversation, PAGE)

    async def read_back_to(self, conversation: OpenConversation, message_id: int) -> None:
        """Read as many pages as it takes to have a message; 0: all."""
        while conversation.earlier is not None and conversation.earlier > message_id:
            await self._page(conversation, _LARGE_PAGE)

    async def _page(self, conversation: OpenConversation, limit: int) -> None:
        async with conversation.reading:
            before, conversation_id = conversation.earlier, conversation.id
            if before is None or conversation_id is None:
                return
            messages, earlier = await self._desk.conversations.page(
                conversation_id, before=before, limit=limit
            )
            turns = await self._desk.turns.named({one.turn_id for one in messages})
            conversation.earlier = messages[0].id if earlier and messages else None
            conversation.model.load_earlier(
                messages,
                turns,
                conversation.summaries,
                forks=conversation.forks,
                earlier=earlier,
            )
            conversation.messages = [*messages, *conversation.messages]
            conversation.past_turns = [*turns, *conversation.past_turns]
            self.read.emit(conversation, messages, turns)
