"""Notices that another process went on in the conversation shown, or switched its branch.

Looks when the window becomes active, when a conversation is shown and when a turn has ended: who
uses a terminal beside the window comes back to it by one of these. What the person sees is not
exchanged under their hands: while they write, or read further up, or an answer has just come, the
status line says what happened, and it is shown at the next look. What they send meanwhile follows
what they see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.ui.history import TURNS
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.branches import ShownEnd
    from app.ui.open_conversation import OpenConversation
    from app.ui.session import Session


class Elsewhere:
    """Keeps the conversation shown to what the database says.

    ``occupied``: whether the person writes or reads something that must stay as it is.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: ShownEnd | None = None
        self.occupied: Callable[[], bool] = lambda: False

    def turn_ended(self) -> None:
        """``look``, in a task. An answer that has just come stays, whatever was chosen."""
        work = self.look(answered=True)
        self._session.tasks.start(work, name="look for what others did")

    def returned(self) -> None:
        """The person comes back to the window: other conversations may be there too."""
        self._session.tasks.start(self._returned(), name="look for what others did")

    async def _returned(self) -> None:
        await self._session.refresh()
        await self.look()

    async def look(self, *, answered: bool = False) -> None:
        """Compare what is shown with the database, and show that where they differ.

        ``answered``: unless that is another branch.
        """
        session = self._session
        conversation = session.current
        if not session.branching.possible:
            return
        assert conversation.id is not None
        end = await session.desk.branches.end(conversation.id, TURNS)
        if conversation is not session.current or not session.branching.possible:
            return
        same = _shows(conversation, end)
        if same and conversation.end is None:  # the newest turn was this window's own
            conversation.end = end
            await session.history.read_forks(conversation)
        elif not same or end != conversation.end:
            await self._take(conversation, end, answered=answered)

    async def _take(self, conversation: OpenConversation, end: ShownEnd, *, answered: bool) -> None:
        session = self._session
        if self.occupied() or (answered and not _went_on(conversation, end)):
            if end != self._told:
                self._told = end
                session.said.emit("attention", _words(conversation, end))
            return
        said = _words(conversation, end)
        if await session.branching.show_what_is_stored(conversation):
            session.said.emit("attention", said)


def _shows(conversation: OpenConversation, end: ShownEnd) -> bool:
    """Whether a conversation shows the turns that the database shows, as far as both go."""
    shown = conversation.model.turns()
    return shown[-TURNS:] == list(end.turns)[-len(shown) :] if shown else not end.turns


def _went_on(conversation: OpenConversation, end: ShownEnd) -> bool:
    return conversation.model.newest_turn in end.turns


def _words(conversation: OpenConversation, end: ShownEnd) -> str:
    if _went_on(conversation, end):
        return translate("Branches", "This conversation went on elsewhere.")
    return translate("Branches", "Another version of this conversation was chosen elsewhere.")
