"""Says a message differently, has it answered again, goes back to what was there before.

A conversation that branches is read again up to the fork, as another ``OpenConversation``: what
the panes hold of the old one is never patched. Meanwhile it is ``moving``, and nothing else
branches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from app.domain.attachments import Attachment
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.open_conversation import OpenConversation, SentMessage
    from app.ui.session import Session


class Branching:
    """What the person does with branches of the conversation shown."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def possible(self) -> bool:
        """Whether the conversation shown is stored, and no answer is under way in it."""
        session = self._session
        conversation_id = session.current.id
        return (
            conversation_id is not None
            and not session.busy
            and not session.desk.engines.busy(conversation_id)
        )

    def say_why_not(self) -> None:
        """Tell the person why nothing branches now."""
        words = translate("Branches", "Stop the answer first, or wait until it is done.")
        self._session.said.emit("attention", words)

    def say_again(self, turn_id: str, text: str, attachments: Sequence[Attachment] = ()) -> bool:
        """Send ``text`` in the place of a turn; ``False`` where that has to wait."""
        if not self._may():
            return False
        conversation = self._session.current
        conversation.moving = True  # from now on, not from the task's first step
        work = self._say_again(conversation, turn_id, text, tuple(attachments))
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

    async def show_branch_of(self, message_id: int) -> bool:
        """As ``switch``, and bring the message into view; ``False`` where that has to wait.

        Raises ``NotFoundError``.
        """
        if not self.possible:
            return False
        session = self._session
        conversation = session.current
        assert conversation.id is not None
        with self._moving(conversation):
            changed = await session.desk.branches.show(conversation.id, message_id)
            if changed:
                await session.reopen(conversation)
        if changed:
            await session.refresh()
        await session.bring_into_view(message_id)
        return True

    async def show_what_is_stored(self, conversation: OpenConversation) -> bool:
        """Read the conversation shown anew; ``False`` where that has to wait."""
        if not self.possible or conversation is not self._session.current:
            return False
        with self._moving(conversation):
            await self._session.reopen(conversation)
        await self._session.refresh()
        return True

    def come_back(self, conversation: OpenConversation, sent: SentMessage, *, lost: bool) -> None:
        """A message began no branch after all: what it would have stood beside is shown again.

        ``lost``: nobody has given the message back to the person.
        """
        conversation.moving = True
        work = self._come_back(conversation, sent, lost=lost)
        self._session.tasks.start(work, name="read conversation")

    # -- inside --------------------------------------------------------------------------------

    def _may(self) -> bool:
        if self.possible:
            return True
        current = self._session.current
        if current.id is not None and not current.moving:
            self.say_why_not()
        return False

    async def _say_again(
        self,
        conversation: OpenConversation,
        turn_id: str,
        text: str,
        attachments: tuple[Attachment, ...],
    ) -> None:
        session = self._session
        with self._moving(conversation):
            with ExitStack() as unless_read:  # also where it is cancelled
                unless_read.callback(self._give_back, conversation, turn_id, text, attachments)
                again = await session.reopen(conversation, instead_of=turn_id)
                unless_read.pop_all()
            session.send(text, attachments, instead_of=turn_id, conversation=again)

    async def _come_back(
        self, conversation: OpenConversation, sent: SentMessage, *, lost: bool
    ) -> None:
        with self._moving(conversation):
            try:
                conversation = await self._session.reopen(conversation)
            finally:
                if lost and sent.instead_of is not None:
                    self._give_back(conversation, sent.instead_of, sent.text, sent.attachments)

    def _give_back(
        self,
        conversation: OpenConversation,
        turn_id: str,
        text: str,
        attachments: tuple[Attachment, ...],
    ) -> None:
        """What was said differently stands in the message field again."""
        asked = conversation.model.asked(turn_id)
        if asked is not None and (asked.text, asked.attachments) == (text, attachments):
            return  # it is there to be read, and can be answered again
        self._session.give_back(conversation, text, attachments)

    @contextmanager
    def _moving(self, conversation: OpenConversation) -> Iterator[None]:
        """What is sent meanwhile goes out on the branch that is shown afterwards."""
        session = self._session
        conversation.moving = True
        session.state_changed.emit()
        try:
            yield
        finally:
            conversation.moving = False
            held, conversation.held = conversation.held, []
            there = session.opened(conversation.id or "") or conversation
            for text, attachments in held:
                session.send(text, attachments, conversation=there)
            session.state_changed.emit()
