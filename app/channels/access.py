"""Who is listened to: paired people, in their private chat or in a group that was allowed.

Everybody else gets no answer at all, whatever they send.
"""

from __future__ import annotations

from app.channels.shift import Shift
from app.channels.strangers import Strangers
from app.channels.words import NAMES
from app.domain.channels import ButtonPress, Chat, IncomingMessage, Sender
from app.domain.events import Severity


class Access:
    """Decides it anew for everything that comes in: who was removed is out at once."""

    def __init__(self, shift: Shift, strangers: Strangers) -> None:
        self._shift = shift
        self._strangers = strangers

    async def may_speak(self, message: IncomingMessage) -> bool:
        """Whether a message is to be handled. Tells of strangers and new groups."""
        if not await self.is_paired(message.chat, message.sender):
            self._strangers.came(message.sender.id)
            return False
        if message.chat.private:
            return True
        await self._note(message.chat)
        return message.mentioned and await self._shift.parts.people.is_allowed(message.chat)

    async def may_press(self, press: ButtonPress) -> bool:
        """Whether a press is to be handled."""
        if not await self.is_paired(press.chat, press.sender):
            return False
        return press.chat.private or await self._shift.parts.people.is_allowed(press.chat)

    async def is_paired(self, chat: Chat, sender: Sender) -> bool:
        """Whether ``sender`` is paired, and a private chat is theirs."""
        person = await self._shift.parts.people.person(chat.channel, sender.id)
        return person is not None and (not chat.private or person.chat_id == chat.id)

    async def _note(self, chat: Chat) -> None:
        if not await self._shift.parts.people.note(chat):
            return
        self._shift.parts.router.notify(
            Severity.INFO,
            chat.channel.value,
            f"Your bot is in a group, “{chat.title or chat.id}”, in {NAMES[chat.channel]}. It says "
            "nothing there.",
            error_type="group",
            context={
                "hint": "To talk to Steward there, by mentioning it, allow the group in Settings; "
                "everybody in it will see the answers."
            },
        )
