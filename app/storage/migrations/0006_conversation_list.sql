-- How the person keeps the list of conversations, and what they were writing.

-- When it was pinned to the head of the list, and when it was taken out of it; else NULL.
ALTER TABLE conversations ADD COLUMN pinned_at TEXT;
ALTER TABLE conversations ADD COLUMN archived_at TEXT;
CREATE INDEX conversations_pinned ON conversations (updated_at) WHERE pinned_at IS NOT NULL;
CREATE INDEX conversations_archived ON conversations (archived_at) WHERE archived_at IS NOT NULL;

-- The message that is not sent yet. '' is the conversation that has not begun.
CREATE TABLE drafts (
    conversation_id  TEXT PRIMARY KEY,
    text             TEXT NOT NULL,
    updated_at       TEXT NOT NULL
);
