-- Files that the person hands over with a message.

-- A JSON array, as `domain/attachments.py` writes each.
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
CREATE INDEX messages_attachments ON messages (conversation_id, id) WHERE attachments <> '[]';

-- Every content of the vault that was ever attached, also to a message that was not sent.
CREATE TABLE attached_contents (
    hash     TEXT PRIMARY KEY,
    kept_at  TEXT NOT NULL
);

-- The names of a message's attachments, to find it by.
CREATE VIRTUAL TABLE attachments_fts USING fts5 (names, tokenize = 'unicode61');
CREATE TRIGGER messages_attachments_insert AFTER INSERT ON messages
WHEN new.attachments <> '[]' BEGIN
    INSERT INTO attachments_fts (rowid, names)
    SELECT new.id, group_concat(json_extract(value, '$.name'), ' ')
    FROM json_each(new.attachments);
END;
CREATE TRIGGER messages_attachments_delete AFTER DELETE ON messages
WHEN old.attachments <> '[]' BEGIN
    DELETE FROM attachments_fts WHERE rowid = old.id;
END;
