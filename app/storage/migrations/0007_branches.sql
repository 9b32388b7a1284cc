-- A message that is edited or answered again begins a branch; what was there stays.

CREATE TABLE branches (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    -- The branch it left, 0 for the first one, and that one's message before which it left it.
    parent_id        INTEGER NOT NULL,
    fork_message_id  INTEGER NOT NULL,
    created_at       TEXT NOT NULL
);
CREATE INDEX branches_conversation_id ON branches (conversation_id);

ALTER TABLE messages ADD COLUMN branch_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN shown_branch INTEGER NOT NULL DEFAULT 0;

-- What is attached to a message that is not sent yet.
ALTER TABLE drafts ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';

-- A page of a branch is found without looking at the messages themselves.
DROP INDEX messages_conversation;
CREATE INDEX messages_conversation ON messages (conversation_id, id, role, branch_id);
