-- Messages that wait for the turn before them to end: a crash must not take them along.
CREATE TABLE waiting_messages (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    text             TEXT NOT NULL,
    attachments      TEXT NOT NULL DEFAULT '[]',
    channel          TEXT NOT NULL,
    -- The running Steward that is about to send it, or that gave it back to the person.
    session          TEXT NOT NULL,
    returned         INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
    created_at       TEXT NOT NULL
);
CREATE INDEX waiting_messages_conversation_id ON waiting_messages (conversation_id);
