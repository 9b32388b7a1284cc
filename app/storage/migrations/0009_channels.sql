-- Channels: what came in is kept before it is acknowledged, what goes out before it is sent.

CREATE TABLE channel_inbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    channel      TEXT NOT NULL,
    update_id    TEXT NOT NULL,
    body         TEXT NOT NULL,
    received_at  TEXT NOT NULL,
    state        TEXT NOT NULL,
    begun        TEXT,
    confirmed    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (channel, update_id)
);
CREATE INDEX channel_inbox_open ON channel_inbox (channel, id) WHERE state <> 'done';

-- To where a service's updates were taken in.
CREATE TABLE channel_cursors (
    channel  TEXT PRIMARY KEY,
    value    TEXT NOT NULL,
    at       TEXT NOT NULL
);

-- A row is one message of the service: what it is to say, and what it says.
CREATE TABLE channel_outbox (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    channel        TEXT NOT NULL,
    chat_id        TEXT NOT NULL,
    key            TEXT NOT NULL,
    number         INTEGER NOT NULL,
    body           TEXT NOT NULL,
    document       BLOB,
    revision       INTEGER NOT NULL,
    sent_revision  INTEGER NOT NULL,
    state          TEXT NOT NULL,
    message_id     TEXT,
    surplus        INTEGER NOT NULL DEFAULT 0,
    error          TEXT NOT NULL DEFAULT '',
    created_at     TEXT NOT NULL,
    changed_at     TEXT NOT NULL,
    UNIQUE (channel, key, number)
);
CREATE INDEX channel_outbox_due ON channel_outbox (channel, state);

-- Only the hash of a code is kept.
CREATE TABLE channel_codes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    channel     TEXT NOT NULL,
    code_hash   TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    expires_at  TEXT NOT NULL
);

CREATE TABLE channel_people (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    channel    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    chat_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    paired_at  TEXT NOT NULL,
    UNIQUE (channel, user_id)
);

-- A chat: the conversation that is held in it, and of a group whether the person allowed it.
CREATE TABLE channel_chats (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    channel          TEXT NOT NULL,
    chat_id          TEXT NOT NULL,
    title            TEXT NOT NULL DEFAULT '',
    conversation_id  TEXT,
    turn_id          TEXT,
    allowed          INTEGER NOT NULL DEFAULT 0,
    changed_at       TEXT NOT NULL,
    UNIQUE (channel, chat_id)
);

-- What a button does. One that was used, or another one of its card, does nothing any more.
CREATE TABLE channel_buttons (
    id          TEXT PRIMARY KEY,
    channel     TEXT NOT NULL,
    chat_id     TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    card        TEXT NOT NULL,
    action      TEXT NOT NULL,
    expires_at  TEXT,
    used_at     TEXT
);
CREATE INDEX channel_buttons_card ON channel_buttons (card);
