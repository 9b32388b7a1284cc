"""The tables of channels as peewee models; see ``models``."""

from __future__ import annotations

from peewee import SQL, AutoField, BlobField, IntegerField, TextField

from app.storage.models import JsonField, Table, UtcField, WordsField


class ChannelInbox(Table):
    """Something that came in over a channel, kept before it was acknowledged."""

    id = AutoField()
    channel = TextField()
    update_id = TextField()
    body = JsonField()
    received_at = UtcField()
    state = TextField()
    begun = TextField(null=True)
    confirmed = IntegerField(default=0)

    class Meta:
        """Peewee's options."""

        table_name = "channel_inbox"
        indexes = ((("channel", "update_id"), True),)


ChannelInbox.add_index(
    ChannelInbox.channel,
    ChannelInbox.id,
    where=SQL("state <> 'done'"),
    name="channel_inbox_open",
)


class ChannelCursor(Table):
    """To where a service's updates were taken in."""

    channel = TextField(primary_key=True)
    value = TextField()
    at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "channel_cursors"


class ChannelOutbox(Table):
    """One message of ours: what it is to say, and at which revision it says it."""

    id = AutoField()
    channel = TextField()
    chat_id = TextField()
    key = TextField()
    number = IntegerField()
    body = JsonField()
    document = BlobField(null=True)
    revision = IntegerField()
    sent_revision = IntegerField()
    state = TextField()
    message_id = TextField(null=True)
    surplus = IntegerField(default=0)
    error = WordsField(default="")
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "channel_outbox"
        indexes = ((("channel", "key", "number"), True),)


ChannelOutbox.add_index(ChannelOutbox.channel, ChannelOutbox.state, name="channel_outbox_due")


class ChannelCode(Table):
    """A pairing code that was not used yet; only its hash is kept."""

    id = AutoField()
    channel = TextField()
    code_hash = TextField()
    created_at = UtcField()
    expires_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "channel_codes"


class ChannelPerson(Table):
    """Somebody whom Steward listens to."""

    id = AutoField()
    channel = TextField()
    user_id = TextField()
    chat_id = TextField()
    name = WordsField()
    paired_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "channel_people"
        indexes = ((("channel", "user_id"), True),)


class ChannelChat(Table):
    """A chat: the conversation held in it; of a group, whether the person allowed it."""

    id = AutoField()
    channel = TextField()
    chat_id = TextField()
    title = WordsField(default="")
    conversation_id = TextField(null=True)
    turn_id = TextField(null=True)
    allowed = IntegerField(default=0)
    changed_at = UtcField()

    class Meta:
        """Peewee's options."""

        table_name = "channel_chats"
        indexes = ((("channel", "chat_id"), True),)


class ChannelButton(Table):
    """What a button does, until it or another one of its card was used."""

    id = TextField(primary_key=True)
    channel = TextField()
    chat_id = TextField()
    user_id = TextField()
    card = TextField(index=True)
    action = JsonField()
    expires_at = UtcField(null=True)
    used_at = UtcField(null=True)

    class Meta:
        """Peewee's options."""

        table_name = "channel_buttons"
