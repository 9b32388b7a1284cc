"""Asks whether something is still to be done: it is old, or a crash came in between.

Nothing that may have been acted on is done a second time unless the person says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.channels.changes import Changes
from app.channels.shift import Row, Shift
from app.channels.turn_view import ended_well, key_of
from app.channels.words import age, explained_turn, quoted
from app.domain.channels import Chat, InboxItem, Incoming, IncomingMessage, Sender
from app.domain.messages import Role
from app.domain.turns import TurnRecord, TurnState
from app.storage.channel_inbox import ACT

_LOST: Final = (
    "Steward stopped while it did what you asked. It may have been done, or not: look at /versions."
)
_ENDED: Final = (TurnState.OK, TurnState.LIMIT, TurnState.FAILED)


class AskingAgain:
    """Owned by one run of a desk. Methods raise ``StorageError``."""

    def __init__(self, shift: Shift, changes: Changes) -> None:
        self._shift = shift
        self._changes = changes

    async def is_stale(self, item: InboxItem, incoming: Incoming) -> bool:
        """Whether something came too late to be done without asking."""
        if item.confirmed:
            return False
        # A press does not say when it was made.
        at = incoming.sent_at if isinstance(incoming, IncomingMessage) else item.received_at
        return self._shift.parts.clock.now() - at > self._shift.parts.stale()

    async def ask_about_old(self, item: InboxItem, message: IncomingMessage) -> None:
        """Hold a message that is old, and ask."""
        span = age(self._shift.parts.clock.now() - message.sent_at)
        text = (
            f"You wrote this {span} ago, and Steward reads it only now:\n\n"
            f"{quoted(_words_of(message), 200)}"
        )
        key = f"stale:{item.id}"
        rows = await self._buttons(message.chat, message.sender, key, item, "Do it", text)
        await self._shift.say(message.chat, key, f"{text}\n\nIs it still to be done?", rows)
        await self._shift.parts.inbox.hold(*item.ids)  # only now: else nobody would be asked

    async def after_a_crash(self, item: InboxItem, incoming: Incoming) -> None:
        """Something had been begun when Steward ended: say so, or show what came of it."""
        chat = incoming.chat
        if item.begun is None or item.begun == ACT:
            await self._shift.say(chat, f"lost:{item.id}", _LOST)
            await self._shift.parts.inbox.end(*item.ids)
            return
        turns = await self._shift.parts.turns.named([item.begun])
        if turns and turns[0].state in _ENDED:
            await self._show_end(chat, incoming.sender, turns[0])
            await self._shift.parts.inbox.end(*item.ids)
            return
        asked = await self._shift.parts.conversations.asked(item.begun)
        if not asked and isinstance(incoming, IncomingMessage):
            asked = _words_of(incoming)
        text = (
            f"Steward stopped while it worked on {quoted(asked)}. "
            "Files it had changed are in /versions."
        )
        key = key_of(item.begun)  # what there is of its answer makes room for this
        rows = await self._buttons(chat, incoming.sender, key, item, "Do it again", text)
        await self._shift.say(chat, key, text, rows)
        await self._changes.show(chat, incoming.sender.id, item.begun)
        await self._shift.parts.inbox.hold(*item.ids)

    async def leave(self, chat: Chat, action: Mapping[str, object]) -> str:
        """It is not to be done."""
        await self._shift.parts.inbox.end(*_numbers(action))
        await self._shift.say(chat, str(action.get("key")), f"{action.get('text')}\n\n✗ Left.")
        return "Left."

    async def confirm(self, chat: Chat, action: Mapping[str, object]) -> list[InboxItem]:
        """It is to be done: what is to be handled, where it was still held."""
        inbox, numbers = self._shift.parts.inbox, _numbers(action)
        # Where a crash came behind this, it is new already, and the next run has taken it up.
        held = await inbox.confirm(*numbers)
        await self._shift.say(
            chat, str(action.get("key")), f"{action.get('text')}\n\n✓ Yes, do it."
        )
        found = [await inbox.get(number) for number in numbers] if held else []
        return [item for item in found if item is not None and item.confirmed]

    # -- inside ----------------------------------------------------------------------------

    async def _buttons(
        self, chat: Chat, sender: Sender, key: str, item: InboxItem, label: str, text: str
    ) -> list[Row]:
        facts = {"items": list(item.ids), "key": key, "text": text}
        made = await self._shift.offer(
            chat,
            sender.id,
            key,
            {label: {"do": "confirm", **facts}, "Leave it": {"do": "leave", **facts}},
        )
        return [made]

    async def _show_end(self, chat: Chat, sender: Sender, turn: TurnRecord) -> None:
        """The turn had ended; only its last words may not have been shown."""
        if turn.state is TurnState.FAILED:
            text = f"⚠ {explained_turn(turn.message)}"
        else:
            messages = await self._shift.parts.conversations.messages(turn.conversation_id)
            said = [m.text for m in messages if m.turn_id == turn.id and m.role is Role.ASSISTANT]
            text = ended_well(said[-1] if said else "", turn.reason)
        await self._shift.say(chat, key_of(turn.id), text, anew=True)
        await self._changes.show(chat, sender.id, turn.id)
        await self._shift.parts.people.showed(chat, turn.conversation_id, turn.id)


def _words_of(message: IncomingMessage) -> str:
    return message.text or ", ".join(file.name for file in message.files)


def _numbers(action: Mapping[str, object]) -> list[int]:
    numbers = action.get("items")
    return [int(str(one)) for one in numbers] if isinstance(numbers, list) else []
