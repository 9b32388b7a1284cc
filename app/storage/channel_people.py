"""Who is paired on a channel, with which codes one can pair, and what each chat talks about."""

from __future__ import annotations

import builtins
import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final

from app.domain.branches import After
from app.domain.channels import Chat, PairedPerson, PairingCode, Sender
from app.domain.errors import NotFoundError
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.channel_models import ChannelButton, ChannelChat, ChannelCode, ChannelPerson
from app.storage.database import Database

CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No 0, O, 1 or I: they are read off a screen."""
CODE_LENGTH: Final = 8
CODE_LIFE: Final = timedelta(hours=1)
MOST_CODES: Final = 3


class ChannelPeople:
    """The store of pairings; from any loop, thread or process. Raises ``StorageError``."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    # -- pairing ---------------------------------------------------------------------------

    async def new_code(self, channel: Channel) -> PairingCode:
        """A code that pairs one person; the oldest of more than ``MOST_CODES`` is withdrawn."""
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        now = self._clock.now()
        made = PairingCode(code, now + CODE_LIFE)

        def keep() -> None:
            of_channel = ChannelCode.channel == channel.value
            ChannelCode.delete().where(of_channel & (ChannelCode.expires_at <= now)).execute()
            query: Any = ChannelCode.select().where(of_channel).order_by(ChannelCode.id.desc())
            for row in list(query)[MOST_CODES - 1 :]:
                ChannelCode.delete().where(ChannelCode.id == row.id).execute()
            ChannelCode.create(
                channel=channel.value,
                code_hash=_hash(code),
                created_at=now,
                expires_at=made.expires_at,
            )

        await self._database.write_async(keep)
        return made

    async def pending_codes(self, channel: Channel) -> int:
        """How many codes would pair somebody now."""
        now = self._clock.now()

        def count() -> int:
            query: Any = ChannelCode.select().where(
                (ChannelCode.channel == channel.value) & (ChannelCode.expires_at > now)
            )
            return int(query.count())

        return await self._database.read_async(count)

    async def pair(self, chat: Chat, sender: Sender, code: str) -> PairedPerson | None:
        """Pair ``sender`` where the code is good, which it then is no more; else ``None``."""
        now = self._clock.now()
        person = PairedPerson(
            chat.channel, sender.id, chat.id, self._redactor.text(sender.name)[:200], now
        )

        def pair() -> bool:
            good = (
                (ChannelCode.channel == chat.channel.value)
                & (ChannelCode.code_hash == _hash(code))
                & (ChannelCode.expires_at > now)
            )
            if not ChannelCode.delete().where(good).execute():
                return False
            mine = (ChannelPerson.channel == chat.channel.value) & (
                ChannelPerson.user_id == sender.id
            )
            ChannelPerson.delete().where(mine).execute()
            ChannelPerson.create(
                channel=chat.channel.value,
                user_id=sender.id,
                chat_id=chat.id,
                name=person.name,
                paired_at=now,
            )
            return True

        return person if await self._database.write_async(pair) else None

    async def withdraw_codes(self, channel: Channel) -> None:
        """No code given out until now pairs anybody."""

        def withdraw() -> None:
            ChannelCode.delete().where(ChannelCode.channel == channel.value).execute()

        await self._database.write_async(withdraw)

    async def people(self, channel: Channel | None = None) -> builtins.list[PairedPerson]:
        """Who is paired, the first one first."""

        def people() -> builtins.list[PairedPerson]:
            query: Any = ChannelPerson.select().order_by(ChannelPerson.id)
            if channel is not None:
                query = query.where(ChannelPerson.channel == channel.value)
            return [_person(row) for row in query]

        return await self._database.read_async(people)

    async def person(self, channel: Channel, user_id: str) -> PairedPerson | None:
        """The pairing of a user; ``None`` for a stranger."""

        def person() -> PairedPerson | None:
            row: Any = ChannelPerson.get_or_none(
                (ChannelPerson.channel == channel.value) & (ChannelPerson.user_id == user_id)
            )
            return None if row is None else _person(row)

        return await self._database.read_async(person)

    async def revoke(self, channel: Channel, user_id: str) -> None:
        """Listen to a user no more; what was asked with their buttons is void.

        Raises ``NotFoundError`` for one who is not paired.
        """

        def revoke() -> bool:
            mine = (ChannelPerson.channel == channel.value) & (ChannelPerson.user_id == user_id)
            ChannelButton.delete().where(
                (ChannelButton.channel == channel.value) & (ChannelButton.user_id == user_id)
            ).execute()
            return bool(ChannelPerson.delete().where(mine).execute())

        if not await self._database.write_async(revoke):
            raise NotFoundError(f"Nobody with the id {user_id} is paired.")

    # -- chats -----------------------------------------------------------------------------

    async def conversation(self, chat: Chat) -> tuple[str | None, After | None]:
        """The conversation held in a chat, and the turn it showed last; ``None`` at its start."""

        def conversation() -> tuple[str | None, After | None]:
            row: Any = _chat(chat)
            if row is None or row.conversation_id is None:
                return None, None
            return row.conversation_id, After(row.turn_id) if row.turn_id else None

        return await self._database.read_async(conversation)

    async def hold_in(
        self, chat: Chat, conversation_id: str | None, turn_id: str | None = None
    ) -> None:
        """From now on a chat holds this conversation, which last showed the turn ``turn_id``."""
        await self._change(chat, conversation_id=conversation_id, turn_id=turn_id)

    async def showed(self, chat: Chat, conversation_id: str, turn_id: str) -> None:
        """A chat has shown a turn; it says nothing where it holds another conversation by now."""
        mine = (
            (ChannelChat.channel == chat.channel.value)
            & (ChannelChat.chat_id == chat.id)
            & (ChannelChat.conversation_id == conversation_id)
        )
        changes = {"turn_id": turn_id, "changed_at": self._clock.now()}

        def showed() -> None:
            ChannelChat.update(changes).where(mine).execute()

        await self._database.write_async(showed)

    async def allow(self, chat: Chat, *, allowed: bool = True) -> None:
        """Whether paired people may speak to Steward in a group."""
        await self._change(chat, allowed=int(allowed))

    async def is_allowed(self, chat: Chat) -> bool:
        """Whether they may."""

        def is_allowed() -> bool:
            row: Any = _chat(chat)
            return row is not None and bool(row.allowed)

        return await self._database.read_async(is_allowed)

    async def groups(self, channel: Channel) -> builtins.list[tuple[Chat, bool]]:
        """The groups that were seen, and whether each is allowed."""

        def groups() -> builtins.list[tuple[Chat, bool]]:
            query: Any = ChannelChat.select().where(
                (ChannelChat.channel == channel.value) & (ChannelChat.title != "")
            )
            return [
                (Chat(channel, row.chat_id, private=False, title=row.title), bool(row.allowed))
                for row in query.order_by(ChannelChat.id)
            ]

        return await self._database.read_async(groups)

    async def note(self, chat: Chat) -> bool:
        """A group was seen; whether for the first time."""
        if await self._database.read_async(lambda: _chat(chat)) is not None:
            return False
        await self._change(chat)
        return True

    async def _change(self, chat: Chat, **changes: object) -> None:
        title = "" if chat.private else self._redactor.text(chat.title)[:200] or chat.id
        row = {**changes, "title": title, "changed_at": self._clock.now()}

        def change() -> None:
            mine = (ChannelChat.channel == chat.channel.value) & (ChannelChat.chat_id == chat.id)
            if not ChannelChat.update(row).where(mine).execute():
                ChannelChat.insert(channel=chat.channel.value, chat_id=chat.id, **row).execute()

        await self._database.write_async(change)


def _chat(chat: Chat) -> Any:
    return ChannelChat.get_or_none(
        (ChannelChat.channel == chat.channel.value) & (ChannelChat.chat_id == chat.id)
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode("utf-8", "replace")).hexdigest()


def _person(row: Any) -> PairedPerson:
    return PairedPerson(Channel(row.channel), row.user_id, row.chat_id, row.name, row.paired_at)
