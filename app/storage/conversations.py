"""Conversations and their messages, on disk before anybody acts on them.

Everything stored here goes through the redactor, and again when it is read: a secret may have
become known only after a message was stored. Waits for the disk in threads of the
database, never on the loop.
"""

from __future__ import annotations

import builtins
import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from peewee import SQL

from app.domain.attachments import Attachment
from app.domain.branches import MAIN
from app.domain.errors import NotFoundError, StorageError
from app.domain.messages import (
    ConversationMessage,
    ConversationSummary,
    MessageStatus,
    Role,
    SearchHit,
)
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall
from app.domain.turns import StoredHistory
from app.redaction import Redactor
from app.storage import exchange
from app.storage.begun import Begun
from app.storage.branches import (
    add_branch,
    branch_starts,
    path_before_turn,
    path_to,
    show_branch,
    shown_path,
)
from app.storage.conversation_list import archived_count, full_id, newest, safe_title, summary
from app.storage.database import Database
from app.storage.message_pages import has_before, page_start
from app.storage.message_rows import insert_message, one_line, stored_message
from app.storage.models import Conversation, Message
from app.storage.request_history import stored_history, tool_result
from app.storage.rows import message_from, redacted_calls, redacted_object, unfinished_sessions
from app.storage.search import MessageQuery, find
from app.storage.users import account_name, ensure_user


class Conversations:
    """The store of conversations.

    Every method raises ``StorageError`` (``DiskFullError`` where there is no space) when the
    database cannot do it; methods that name a conversation raise ``NotFoundError``.

    Args:
        database: an open database.
        redactor: hides known secrets in all that is stored.
        clock: gives the times of conversations.
        user: name of the person who owns new conversations.
    """

    def __init__(
        self, database: Database, redactor: Redactor, clock: Clock, *, user: str | None = None
    ) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock
        self._user = user or account_name()

    # -- conversations ---------------------------------------------------------------------

    async def create(
        self, *, title: str = "", conversation_id: str | None = None
    ) -> ConversationSummary:
        """Make a conversation, under a new id unless one is given."""
        new_id = conversation_id or str(uuid.uuid4())
        now = self._clock.now()

        def create() -> ConversationSummary:
            if Conversation.get_or_none(Conversation.id == new_id) is not None:
                raise StorageError(f"There already is a conversation {new_id}.")
            Conversation.create(
                id=new_id,
                user_id=ensure_user(self._database, self._user),
                title=one_line(self._redactor.text(title)),
                created_at=now,
                updated_at=now,
            )
            return summary(new_id)

        return await self._database.write_async(create)

    async def get(self, conversation_id: str) -> ConversationSummary:
        """Find one by its id, or by the start of its id (4 characters or more)."""
        found = await self._database.read_async(lambda: summary(full_id(conversation_id)))
        return self._safe(found)

    async def list(self, *, limit: int = 200, archived: bool = False) -> list[ConversationSummary]:
        """Conversations: the pinned ones, then the one with the newest message first.

        ``archived``: those that were archived instead, the last one first.
        """
        found = await self._database.read_async(lambda: newest(limit, archived=archived))
        return [self._safe(one) for one in found]

    async def archived_count(self) -> int:
        """How many conversations are archived."""
        return await self._database.read_async(archived_count)

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; a long one is cut."""
        await self._set(conversation_id, title=one_line(self._redactor.text(title)))

    async def pin(self, conversation_id: str, *, pinned: bool = True) -> None:
        """Let a conversation stand at the head of the list, or no longer."""
        await self._set(conversation_id, pinned_at=self._clock.now() if pinned else None)

    async def archive(self, conversation_id: str, *, archived: bool = True) -> None:
        """Take a conversation out of the list, or bring it back. Nothing of it goes away."""
        await self._set(conversation_id, archived_at=self._clock.now() if archived else None)

    async def set_model(self, conversation_id: str, model: str | None) -> None:
        """Choose the model of a conversation; ``None`` takes the default again."""
        await self._set(conversation_id, model=model and self._redactor.text(model))

    # -- messages --------------------------------------------------------------------------

    async def append(self, message: ConversationMessage) -> ConversationMessage:
        """Store a new message and give it back as stored: with its id, without secrets.

        The first message of the person becomes the title of a conversation that has none.
        """
        return await self._database.write_async(lambda: self.add(message))

    def append_begun(
        self, messages: Sequence[ConversationMessage], *, durable: bool
    ) -> Begun[builtins.list[int]]:
        """``append`` of several in one transaction, handed in at once; their ids.

        ``durable=False``: a power cut (not the end of the process) may lose them, unless
        something durable was stored after them.
        """
        return self._database.write_begun(
            lambda: [self._insert(message) for message in messages], durable=durable
        )

    async def update_message(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Change a stored message; what is ``None`` stays. ``metadata`` is replaced whole.

        Raises ``NotFoundError``.
        """
        await self.update_begun(
            message_id, text=text, status=status, tool_calls=tool_calls, metadata=metadata
        )

    def update_begun(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
        durable: bool = True,
    ) -> Begun[None]:
        """``update_message``, handed in at once. ``durable`` as in ``append_begun``."""
        changes: dict[str, Any] = {}
        if text is not None:
            changes["text"] = self._redactor.text(text)
        if status is not None:
            changes["status"] = status.value
            changes["session"] = self._session(status)
        if tool_calls is not None:
            changes["tool_calls"] = redacted_calls(self._redactor, tool_calls)
        if metadata is not None:
            changes["metadata"] = redacted_object(self._redactor, metadata)

        def update() -> None:
            if changes and not Message.update(changes).where(Message.id == message_id).execute():
                raise NotFoundError(f"There is no message {message_id}.")

        return self._database.write_begun(update, durable=durable)

    async def recent(
        self, conversation_id: str, limit: int = 20
    ) -> builtins.list[ConversationMessage]:
        """The last messages shown, oldest first; none for an unknown conversation."""

        def last() -> builtins.list[ConversationMessage]:
            query = _shown(conversation_id).order_by(Message.id.desc()).limit(limit)
            return [message_from(row, self._redactor) for row in query][::-1]

        return await self._database.read_async(last)

    async def history(
        self,
        conversation_id: str,
        *,
        characters: int,
        before: int | None = None,
        of_turn: str | None = None,
    ) -> StoredHistory:
        """What a model request can carry of a conversation: see ``request_history``."""
        return await self._database.read_async(
            lambda: stored_history(
                conversation_id,
                self._redactor,
                characters=characters,
                before=before,
                of_turn=of_turn,
            )
        )

    async def texts(self, message_ids: Sequence[int]) -> dict[int, str]:
        """What some messages say, by their ids; unknown ones are left out."""

        def read() -> dict[int, str]:
            query: Any = Message.select(Message.id, Message.text)
            rows = query.where(Message.id.in_(message_ids)).tuples()
            return {number: self._redactor.text(text) for number, text in rows}

        return await self._database.read_async(read)

    async def tool_result(self, conversation_id: str, turn_id: str, call_id: str) -> str | None:
        """The whole text of the newest result with this call id on a turn's branch, if any."""
        # In the writer's order: it may have been handed in a moment ago.
        text = await self._database.write_async(
            lambda: tool_result(conversation_id, turn_id, call_id)
        )
        return None if text is None else self._redactor.text(text)

    async def asked(self, turn_id: str) -> str:
        """What the person wrote that a turn answered; empty where it is not kept."""

        def first() -> str:
            mine = (Message.turn_id == turn_id) & (Message.role == Role.USER.value)
            row = Message.select(Message.text).where(mine).order_by(Message.id).first()
            return "" if row is None else str(row.text)

        return self._redactor.text(await self._database.read_async(first))

    async def attachments(self, conversation_id: str) -> builtins.list[Attachment]:
        """What came with the messages of a conversation, the newest first."""

        def attached() -> builtins.list[Attachment]:
            query: Any = (
                Message.select()
                .where(Message.conversation_id == conversation_id, SQL("attachments <> '[]'"))
                .order_by(Message.id.desc())
            )
            rows = (message_from(row, self._redactor) for row in query)
            return [one for row in rows for one in row.attachments]

        return await self._database.read_async(attached)

    async def page(
        self,
        conversation_id: str,
        *,
        before: int | None = None,
        instead_of: str | None = None,
        limit: int = 100,
        reach: int | None = None,
    ) -> tuple[builtins.list[ConversationMessage], bool]:
        """The newest messages shown, or those before one on its branch, whole turns, in order.

        About ``limit`` of them, or back to message ``reach``; and whether there are earlier ones.
        ``instead_of``: a turn; the messages before it, on its own branch. Raises
        ``NotFoundError`` where there is no such turn.
        """

        def page() -> tuple[builtins.list[ConversationMessage], bool]:
            if instead_of is not None:
                path = path_before_turn(conversation_id, instead_of)
            elif before is not None:  # of what is being read, whatever is shown by now
                path = path_to(conversation_id, before)
            else:
                path = shown_path(conversation_id)
            first = page_start(path, before=before, limit=limit, reach=reach)
            query: Any = Message.select().where(path.clause, Message.id >= first)
            if before is not None:
                query = query.where(Message.id < before)
            found = [message_from(row, self._redactor) for row in query.order_by(Message.id)]
            return found, has_before(path, first)

        return await self._database.read_async(page)

    async def messages(self, conversation_id: str) -> builtins.list[ConversationMessage]:
        """All messages shown, oldest first; none for an unknown conversation."""

        def shown() -> builtins.list[ConversationMessage]:
            query = _shown(conversation_id).order_by(Message.id)
            return [message_from(row, self._redactor) for row in query]

        return await self._database.read_async(shown)

    async def mark_interrupted(self) -> int:
        """Mark the messages a crash left ``streaming`` as ``interrupted``; how many they were.

        A row still being written names the session of its process; rows of processes that are
        alive, this one included, are left alone.
        """

        def mark(ended: set[str]) -> int:
            changes = {"status": MessageStatus.INTERRUPTED.value, "session": None}
            return int(Message.update(changes).where(Message.session.in_(ended)).execute())

        ended = await self._database.ended_sessions(lambda: unfinished_sessions(Message))
        return await self._database.write_async(lambda: mark(ended)) if ended else 0

    # -- finding ---------------------------------------------------------------------------

    async def search(self, text: str, *, limit: int = 20) -> builtins.list[SearchHit]:
        """Messages with all words of ``text``, newest first. Any input is safe."""
        return await self.find(MessageQuery(text=text, limit=limit))

    async def find(self, query: MessageQuery) -> builtins.list[SearchHit]:
        """Messages that fit every condition of ``query``, newest first."""
        return await self._database.read_async(lambda: find(query, self._redactor))

    # -- exchange --------------------------------------------------------------------------

    async def export(self, conversation_id: str) -> dict[str, object]:
        """A conversation as one JSON object, without secrets; ``import_`` reads it."""

        def collect() -> tuple[ConversationSummary, exchange.Tree]:
            found = summary(full_id(conversation_id))
            return found, self._tree(found.id)

        found, tree = await self._database.read_async(collect)
        plain = exchange.to_json(found, tree, self._clock.now())
        return redacted_object(self._redactor, plain)

    async def import_(
        self,
        data: Mapping[str, object],
        attached: Mapping[str, Attachment] | None = None,
    ) -> ConversationSummary:
        """Add a conversation that was exported, under new ids.

        ``attached``: what was kept of its attachments, by the hash of each.

        Raises ``InvalidFieldError`` for a field that is not listed in ``exchange`` or a value
        that does not fit it; then nothing was added.
        """
        new_id = str(uuid.uuid4())
        imported = await self._database.compute_async(
            lambda: exchange.from_json(data, new_id, self._clock.now(), attached)
        )

        def add() -> ConversationSummary:
            Conversation.create(
                id=new_id,
                user_id=ensure_user(self._database, self._user),
                title=one_line(self._redactor.text(imported.title)),
                model=imported.model,
                created_at=imported.created_at,
                updated_at=imported.created_at,
            )
            self._add_tree(new_id, imported)
            return summary(new_id)

        return await self._database.write_async(add)

    def add(self, message: ConversationMessage) -> ConversationMessage:
        """``append`` inside ``Database.write``, for what is stored in one with something else."""
        row = stored_message(self._insert(message))
        assert row is not None
        return message_from(row, self._redactor)

    # -- inside ----------------------------------------------------------------------------

    def _insert(self, message: ConversationMessage) -> int:
        return insert_message(message, self._redactor, self._session(message.status))

    def _safe(self, found: ConversationSummary) -> ConversationSummary:
        title = safe_title(found.title, self._redactor)
        return found if title is found.title else dataclasses.replace(found, title=title)

    def _tree(self, conversation_id: str) -> exchange.Tree:
        rows: builtins.list[Any] = list(
            Message.select().where(Message.conversation_id == conversation_id).order_by(Message.id)
        )
        return exchange.Tree(
            messages=tuple(message_from(row, self._redactor) for row in rows),
            branch_of=tuple(row.branch_id for row in rows),
            starts=tuple(branch_starts(conversation_id)),
            shown=shown_path(conversation_id).segments[0].branch,
        )

    def _add_tree(self, conversation_id: str, imported: exchange.Imported) -> None:
        """Branches refer to messages and messages to branches: in the order they were made."""
        tree = imported.tree
        branches = {MAIN: MAIN}
        ids: builtins.list[int] = []
        starts = {start.id: start for start in tree.starts}
        for message, branch in zip(tree.messages, tree.branch_of, strict=True):
            if branch not in branches:
                start = starts[branch]
                branches[branch] = add_branch(
                    conversation_id,
                    branches[start.parent],
                    ids[start.fork],
                    imported.created_at,
                )
            session = self._session(message.status)
            ids.append(insert_message(message, self._redactor, session, branches[branch]))
        show_branch(conversation_id, branches.get(tree.shown, MAIN))

    def _session(self, status: MessageStatus) -> str | None:
        return self._database.session if status is MessageStatus.STREAMING else None

    async def _set(self, conversation_id: str, **changes: object) -> None:
        def update() -> None:
            known_id = full_id(conversation_id)
            Conversation.update(changes).where(Conversation.id == known_id).execute()

        await self._database.write_async(update)


def _shown(conversation_id: str) -> Any:
    return Message.select().where(shown_path(conversation_id).clause)
