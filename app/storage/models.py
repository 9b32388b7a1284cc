"""The tables as peewee models. The SQL in ``migrations/`` makes them; a test holds both equal.

Use them only inside ``Database.read`` and ``Database.write``. Rows stay inside ``app.storage``:
what leaves it are the frozen dataclasses of ``app.domain``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from peewee import (
    SQL,
    AutoField,
    BooleanField,
    FloatField,
    IntegerField,
    Model,
    TextField,
)

from app.storage.connections import current


class WordsField(TextField):
    """Text for people. Half characters (lone surrogates), which UTF-8 has not, become U+FFFD."""

    def db_value(self, value: Any) -> Any:
        """As stored."""
        if isinstance(value, str) and not _is_utf8(value):
            # Joins a pair that came apart in JSON, and replaces what is left alone.
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return super().db_value(value)


class PathField(TextField):
    """A path. One that is not UTF-8 on disk is stored as its own bytes, so that it comes back."""

    def db_value(self, value: Any) -> Any:
        """As stored."""
        if isinstance(value, str) and not _is_utf8(value):
            return os.fsencode(value)
        return super().db_value(value)

    def python_value(self, value: Any) -> Any:
        """As used."""
        return os.fsdecode(value) if isinstance(value, bytes) else value


class UtcField(TextField):
    """A moment: RFC 3339 text in UTC with microseconds, so that text order is time order."""

    def db_value(self, value: Any) -> Any:
        """As stored. Raises ``ValueError`` for a time without a zone."""
        if not isinstance(value, datetime):
            return super().db_value(value)
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def python_value(self, value: Any) -> Any:
        """As used."""
        return datetime.fromisoformat(value) if isinstance(value, str) else value


class JsonField(TextField):
    """A JSON object or array."""

    def db_value(self, value: Any) -> Any:
        """As stored. What JSON has no form for is stored as its ``str``."""
        if value is None or isinstance(value, SQL):
            return value
        text = json.dumps(value, ensure_ascii=False, default=_plain)
        return text if _is_utf8(text) else json.dumps(value, default=_plain)

    def python_value(self, value: Any) -> Any:
        """As used."""
        return json.loads(value) if isinstance(value, str) else value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    # A skill's metadata may hold anything; a path as text is better than a turn that fails.
    return str(value)


class Table(Model):
    """Base of all models: bound to the connection that ``Database`` lends the thread."""

    class Meta:
        """Peewee's options."""

        database = current
        legacy_table_names = False


class User(Table):
    """A person."""

    id = AutoField()
    name = WordsField(unique=True)
    created_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "users"


class Conversation(Table):
    """A conversation."""

    id = TextField(primary_key=True)
    user_id = IntegerField()
    title = WordsField(default="")
    model = TextField(null=True)
    created_at = UtcField()
    updated_at = UtcField(index=True)
    pinned_at = UtcField(null=True)
    archived_at = UtcField(null=True)
    shown_branch = IntegerField(default=0)

    class Meta:
        """Peewee's options."""

        table_name = "conversations"


Conversation.add_index(
    Conversation.updated_at,
    where=Conversation.pinned_at.is_null(False),
    name="conversations_pinned",
)
Conversation.add_index(Conversation.archived_at, where=Conversation.archived_at.is_null(False))


class Branch(Table):
    """A way on from a message, beside the one there was: see ``domain.branches``."""

    id = AutoField()
    conversation_id = TextField(index=True)
    parent_id = IntegerField()
    fork_message_id = IntegerField()
    created_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "branches"


class DriveFeed(Table):
    """To where an account's feed of changes in Google Drive was read."""

    account = TextField(primary_key=True)
    page = TextField()
    read_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "drive_feeds"


class DriveFolder(Table):
    """A folder of Google Drive whose files get a history."""

    folder_id = TextField(primary_key=True)
    name = TextField()
    added_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "drive_folders"


class Draft(Table):
    """What is being written in a conversation."""

    conversation_id = TextField(primary_key=True)
    text = WordsField()
    updated_at = UtcField()
    attachments = JsonField(default=list)

    class Meta:
        """Peewee's options."""

        table_name = "drafts"


class Message(Table):
    """One message. ``messages_fts`` follows its text by triggers."""

    id = AutoField()
    conversation_id = TextField()
    turn_id = TextField(index=True)
    role = TextField()
    text = WordsField()
    tool_calls = JsonField(default=list)
    tool_call_id = WordsField(null=True)
    tool_name = WordsField(null=True)
    tool_status = TextField(null=True)
    status = TextField()
    channel = TextField()
    metadata = JsonField(default=dict)
    session = TextField(null=True)
    created_at = UtcField()
    attachments = JsonField(default=list)
    branch_id = IntegerField(default=0)

    class Meta:
        """Peewee's options."""

        table_name = "messages"
        indexes = ((("conversation_id", "id", "role", "branch_id"), False),)


Message.add_index(Message.session, where=Message.session.is_null(False))
Message.add_index(
    Message.conversation_id,
    Message.id,
    where=SQL("attachments <> '[]'"),
    name="messages_attachments",
)


class AttachedContent(Table):
    """A content of the vault that was attached to a message, or to one that was not sent."""

    hash = TextField(primary_key=True)
    kept_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "attached_contents"


class SkillExecution(Table):
    """One execution of a skill; ``finished_at`` is empty while it runs."""

    id = TextField(primary_key=True)
    conversation_id = TextField(null=True)
    turn_id = TextField(null=True, index=True)
    call_id = WordsField()
    skill = WordsField()
    arguments = JsonField()
    status = TextField()
    content = WordsField(default="")
    metadata = JsonField(default=dict)
    approved_by = WordsField(null=True)
    session = TextField(null=True)
    started_at = UtcField(index=True)
    finished_at = UtcField(null=True)
    duration_ms = IntegerField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "skill_executions"


SkillExecution.add_index(SkillExecution.session, where=SkillExecution.session.is_null(False))


class File(Table):
    """A file Steward has touched.

    ``versions`` to ``changed_in`` say how many versions it has, and which is the newest, of when
    and of which conversation. Triggers write them: never set them here. ``seen`` is a watcher's.
    """

    id = TextField(primary_key=True)
    store = TextField()
    locator = PathField()
    present = BooleanField()
    created_at = UtcField()
    updated_at = UtcField(index=True)
    versions = IntegerField(default=0)
    newest_id = IntegerField(null=True)
    changed_at = UtcField(null=True)
    changed_in = TextField(null=True)
    seen = TextField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "files"
        indexes = ((("store", "locator"), False),)


File.add_index(
    File.index(
        File.store,
        File.locator,
        unique=True,
        where=(File.present == SQL("1")),
        name="files_present",
    )
)


class FileVersionRow(Table):
    """One version of a file, in any state."""

    id = AutoField()
    op_id = TextField(index=True)
    original_file_id = TextField()
    archived_file_id = TextField(null=True)
    new_file_id = TextField()
    filename = PathField()
    path = PathField(index=True)
    version = IntegerField()
    operation_type = TextField()
    action = TextField()
    state = TextField()
    skill = TextField(null=True)
    by = WordsField()
    hash_before = TextField(null=True)
    hash_after = TextField(null=True)
    size = IntegerField(null=True)
    metadata = JsonField(default=dict)
    user_id = IntegerField()
    conversation_id = TextField(null=True)
    turn_id = TextField(null=True, index=True)
    execution_id = TextField(null=True)
    created_at = UtcField(index=True)

    class Meta:
        """Peewee's options."""

        table_name = "file_versions"
        indexes = ((("new_file_id", "created_at"), False),)


_COUNTED = FileVersionRow.state << (SQL("'pending'"), SQL("'done'"))
FileVersionRow.add_index(
    FileVersionRow.new_file_id,
    FileVersionRow.version,
    unique=True,
    where=_COUNTED,
)
FileVersionRow.add_index(
    FileVersionRow.op_id,
    FileVersionRow.hash_after,
    unique=True,
    where=_COUNTED & SQL("(operation_type = 'external' OR action = 'seen')"),
)
FileVersionRow.add_index(
    FileVersionRow.new_file_id, where=(FileVersionRow.state == SQL("'pending'"))
)
FileVersionRow.add_index(
    FileVersionRow.index(
        FileVersionRow.new_file_id,
        FileVersionRow.created_at,
        where=(FileVersionRow.state == SQL("'conflict'")),
        name="file_versions_conflict",
    )
)
FileVersionRow.add_index(
    FileVersionRow.conversation_id, where=FileVersionRow.conversation_id.is_null(False)
)


class FileOperation(Table):
    """One step of one change in the journal."""

    id = AutoField()
    op_id = TextField()
    file_id = TextField()
    state = TextField()
    detail = JsonField(default=dict)
    created_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "file_operations"
        indexes = ((("op_id", "state"), True), (("file_id", "created_at"), False))


class NotificationRow(Table):
    """Something the person should know."""

    id = AutoField()
    severity = TextField()
    source = WordsField()
    message = WordsField()
    error_type = WordsField(null=True)
    context = JsonField(default=dict)
    created_at = UtcField(index=True)
    seen_at = UtcField(null=True)
    count = IntegerField(default=1)
    last_at = UtcField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "notifications"


class ApprovalRuleRow(Table):
    """A standing permission; unique by skill, conversation (none: all) and folder (none: any)."""

    id = AutoField()
    skill = TextField()
    conversation_id = TextField(null=True)
    created_at = UtcField()
    folder = PathField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "approval_rules"


class Turn(Table):
    """One turn: how it went; ``finished_at`` is empty while it runs."""

    id = TextField(primary_key=True)
    conversation_id = TextField()
    channel = TextField()
    mode = TextField()
    status = TextField()
    reason = WordsField(default="")
    message = WordsField(default="")
    iterations = IntegerField(default=0)
    session = TextField(null=True)
    started_at = UtcField()
    finished_at = UtcField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "turns"
        indexes = ((("conversation_id", "started_at"), False),)


Turn.add_index(Turn.session, where=Turn.session.is_null(False))


class ModelCall(Table):
    """One request to a model, what it took, and what came."""

    id = TextField(primary_key=True)
    turn_id = TextField()
    conversation_id = TextField(index=True)
    number = IntegerField()
    provider = WordsField(default="")
    model = WordsField(null=True)
    request = JsonField(default=dict)
    response = JsonField(default=dict)
    status = TextField()
    prompt_tokens = IntegerField(default=0)
    completion_tokens = IntegerField(default=0)
    cached_tokens = IntegerField(default=0)
    cache_write_tokens = IntegerField(default=0)
    reasoning_tokens = IntegerField(default=0)
    cost = FloatField(null=True)
    first_chunk_ms = IntegerField(null=True)
    duration_ms = IntegerField(null=True)
    started_at = UtcField(index=True)

    class Meta:
        """Peewee's options."""

        table_name = "model_calls"
        indexes = ((("turn_id", "number"), True),)


class ApprovalRow(Table):
    """One decision about a call; ``decision`` is empty while nobody has decided."""

    id = TextField(primary_key=True)
    conversation_id = TextField(null=True)
    turn_id = TextField(null=True, index=True)
    execution_id = TextField(null=True)
    call_id = WordsField()
    skill = WordsField()
    arguments = JsonField()
    arguments_hash = TextField()
    targets = JsonField(default=dict)
    summary = WordsField()
    diff = WordsField(default="")
    decision = TextField(null=True)
    by = WordsField(null=True)
    asked_at = UtcField(index=True)
    decided_at = UtcField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "approvals"


class Summary(Table):
    """What stands for the messages of a conversation up to one of them, in requests."""

    id = AutoField()
    conversation_id = TextField()
    turn_id = TextField()
    upto_message_id = IntegerField()
    text = WordsField()
    tokens = IntegerField(default=0)
    created_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "summaries"
        indexes = ((("conversation_id", "upto_message_id"), False),)


class WaitingMessage(Table):
    """A message whose turn has not begun; ``returned``: it was given back to the person."""

    id = AutoField()
    conversation_id = TextField(index=True)
    text = WordsField()
    attachments = JsonField(default=list)
    channel = TextField()
    session = TextField()
    returned = IntegerField(default=0)
    created_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "waiting_messages"
