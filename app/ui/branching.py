"""Says a message differently, has it answered again, goes back to what was there before.

A conversation that branches is read again up to the fork, as another ``OpenConversation``: what
the panes hold of the old one is never patched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain.attachments import Attachment
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.session import Session


class Branching:
    """What the person does with branches of the conversation shown."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def say_again(self, turn_id: str, text: str, attachments: Sequence[Attachment] = ()) -> bool:
        """Send ``text`` in the place of a turn; ``False`` where that has to wait."""
        if not self._may():
            return False
        work = self._say_again(turn_id, text, tuple(attachments))
        self._session.tasks.start(work, name="branch")
        return True

    def answer_again(self, turn_id: str) -> bool:
        """Have the message of a turn answered once more; ``False`` where that has to wait."""
        asked = self._session.current.model.asked(turn_id)
        if asked is None:
            return False
        return self.say_again(turn_id, asked.text, asked.attachments)

    def switch(self, message_id: int) -> None:
        """Show the branch that has a message."""
        if self._may():
            self._session.tasks.start(self.show_branch_of(message_id), name="switch branch")

    async def show_branch_of(self, message_id: int) -> None:
        """As ``switch``, and bring the message into view. Raises ``NotFoundError``."""
        session = self._session
        conversation = session.current
        assert conversation.id is not None
        if await session.desk.branches.show(conversation.id, message_id):
            await session.reopen(conversation)
            await session.refresh()
        await session.bring_into_view(message_id)

    def _may(self) -> bool:
        session = self._session
        if session.current.id is None:
            return False
        if session.busy:
            words = translate("Branches", "Stop the answer first, or wait until it is done.")
            session.said.emit("attention", words)
            return False
        return True

    async def _say_again(
        self, turn_id: str, text: str, attachments: tuple[Attachment, ...]
    ) -> None:
        session = self._session
        conversation = await session.reopen(session.current, instead_of=turn_id)
        if conversation is session.current and not conversation.turns:
            session.send(text, attachments, instead_of=turn_id)
