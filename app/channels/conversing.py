"""Takes a message from a chat through a turn of the conversation that the chat holds."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from app.channels.attaching import Attaching, Said
from app.channels.shift import OwnTurn, Shift
from app.channels.turn_view import TurnView
from app.domain.channels import Chat, InboxItem, IncomingMessage, Sender
from app.domain.errors import NotFoundError, StewardError
from app.orchestrator.turn import TurnOutcome


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a person says in a chat: a message of theirs, or words on a button.

    Attributes:
        item: what it is in the inbox.
        message: where it is one, for what came with it.
    """

    item: InboxItem
    chat: Chat
    sender: Sender
    text: str
    message: IncomingMessage | None = None


def line_of(chat: Chat) -> str:
    """The line in which a chat's messages are answered, one after the other."""
    return f"turns {chat.id}"


class Conversing:
    """Answers in chats, several beside each other."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._attaching = Attaching(shift)

    async def conversation(self, chat: Chat) -> str:
        """The conversation that ``chat`` holds; a new one where it holds none, or lost it.

        Raises ``StorageError``, ``ClosingError``.
        """
        parts = self._shift.parts
        conversation_id, _ = await parts.people.conversation(chat)
        if conversation_id is not None:
            try:
                await parts.conversations.get(conversation_id)
            except NotFoundError:
                await self._shift.say(
                    chat,
                    f"gone:{chat.id}:{conversation_id}",
                    "The conversation of this chat is no longer there; this begins a new one.",
                )
            else:
                return conversation_id
        engine = await parts.engines.get(None)
        await parts.people.hold_in(chat, engine.conversation_id)
        return engine.conversation_id

    async def answer(self, asked: Asked, conversation_id: str) -> None:
        """Run the turn and show it; returns when it is over and that is shown.

        Raises ``StewardError`` where nothing of it could be done or shown, ``ClosingError`` where
        Steward closes.
        """
        said = await self._said(asked)
        if said.problems:
            problems = "\n\n".join(f"⚠ {words}" for words in said.problems)
            await self._shift.say(asked.chat, f"files:{asked.item.id}", problems)
        if said.text or said.attachments:
            await self._turn(asked, said, conversation_id)

    async def _said(self, asked: Asked) -> Said:
        if asked.message is None:
            return Said(asked.text)
        return await self._attaching.said_in(asked.message, asked.text)

    async def _turn(self, asked: Asked, said: Said, conversation_id: str) -> None:
        shift, chat = self._shift, asked.chat
        parts, turn_id = shift.parts, uuid.uuid4().hex
        held, after = await parts.people.conversation(chat)
        engine = await parts.engines.get(conversation_id)
        view = TurnView(shift, chat, asked.sender.id, turn_id)
        shift.turns[turn_id] = OwnTurn(turn_id, chat, asked.sender.id, conversation_id, view)
        shift.adapter.working(chat, on=True)
        try:
            paused = parts.engines.pause.is_on
            if engine.busy or paused:
                view.waits(paused=paused)
            turn = engine.run_turn(
                said.text,
                channel=shift.channel,
                mode=parts.mode(),
                attachments=said.attachments,
                after=after if held == conversation_id else None,
                received=asked.item.ids,
                turn_id=turn_id,
            )
            outcome = await _without_bugs(asyncio.create_task(turn, name=f"turn from {chat.id}"))
            await view.finish(outcome)
            if outcome is None or outcome.stored:
                await parts.people.showed(chat, conversation_id, turn_id)
        finally:
            view.close()
            del shift.turns[turn_id]
            shift.adapter.working(chat, on=False)


async def _without_bugs(turn: asyncio.Task[TurnOutcome]) -> TurnOutcome | None:
    """How a turn ended; ``None``: by a bug of its own, which it has told, and ends nothing else.

    Raises ``ClosingError`` and kin. A cancel stops the turn first.
    """
    try:
        await asyncio.wait([turn])
    except asyncio.CancelledError:
        turn.cancel()
        await asyncio.wait([turn])
        raise
    error = turn.exception()
    if isinstance(error, StewardError):
        raise error
    return turn.result() if error is None else None
