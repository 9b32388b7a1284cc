-- The first schema. Times are UTC, RFC 3339 text with microseconds. JSON columns hold objects.
CREATE TABLE users (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    created_at  TEXT NOT NULL
);

CREATE TABLE conversations (
    id          TEXT PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    title       TEXT NOT NULL DEFAULT '',
    model       TEXT,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
);
CREATE INDEX conversations_updated ON conversations (updated_at);

CREATE TABLE messages (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    turn_id          TEXT NOT NULL,
    role             TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'tool')),
    text             TEXT NOT NULL,
    tool_calls       TEXT NOT NULL DEFAULT '[]',
    tool_call_id     TEXT,
    tool_name        TEXT,
    tool_status      TEXT,
    status           TEXT NOT NULL CHECK (status IN ('streaming', 'done', 'interrupted', 'failed')),
    channel          TEXT NOT NULL,
    metadata         TEXT NOT NULL DEFAULT '{}',
    -- The running Steward that is still writing this row, else NULL.
    session          TEXT,
    created_at       TEXT NOT NULL
);
-- With the role, so that counting a conversation's messages reads the index only.
CREATE INDEX messages_conversation ON messages (conversation_id, id, role);
CREATE INDEX messages_turn ON messages (turn_id);
CREATE INDEX messages_session ON messages (session) WHERE session IS NOT NULL;

CREATE VIRTUAL TABLE messages_fts USING fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61'
);
CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages BEGIN
    INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_fts_update AFTER UPDATE OF text ON messages BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TABLE skill_executions (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT REFERENCES conversations (id),
    turn_id          TEXT,
    call_id          TEXT NOT NULL,
    skill            TEXT NOT NULL,
    arguments        TEXT NOT NULL,
    status           TEXT NOT NULL,
    content          TEXT NOT NULL DEFAULT '',
    metadata         TEXT NOT NULL DEFAULT '{}',
    approved_by      TEXT,
    session          TEXT,
    started_at       TEXT NOT NULL,
    finished_at      TEXT,
    duration_ms      INTEGER
);
CREATE INDEX skill_executions_turn ON skill_executions (turn_id);
CREATE INDEX skill_executions_started ON skill_executions (started_at);
CREATE INDEX skill_executions_session ON skill_executions (session) WHERE session IS NOT NULL;

-- A file Steward has touched. ``locator`` is an absolute path in the store ``folder``.
CREATE TABLE files (
    id          TEXT PRIMARY KEY,
    store       TEXT NOT NULL,
    locator     TEXT NOT NULL,
    present     INTEGER NOT NULL CHECK (present IN (0, 1)),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
);
CREATE UNIQUE INDEX files_present ON files (store, locator) WHERE present = 1;
CREATE INDEX files_locator ON files (store, locator);
CREATE INDEX files_updated ON files (updated_at);

CREATE TABLE file_versions (
    id                INTEGER PRIMARY KEY,
    op_id             TEXT NOT NULL,
    original_file_id  TEXT NOT NULL REFERENCES files (id),
    archived_file_id  TEXT,
    new_file_id       TEXT NOT NULL REFERENCES files (id),
    filename          TEXT NOT NULL,
    path              TEXT NOT NULL,
    version           INTEGER NOT NULL CHECK (version > 0),
    operation_type    TEXT NOT NULL CHECK (operation_type IN
                      ('skill_edit', 'user_upload', 'system_migration', 'restore', 'external')),
    action            TEXT NOT NULL CHECK (action IN
                      ('create', 'edit', 'move', 'remove', 'restore', 'seen')),
    state             TEXT NOT NULL CHECK (state IN ('pending', 'done', 'aborted', 'conflict')),
    skill             TEXT,
    by                TEXT NOT NULL,
    hash_before       TEXT,
    hash_after        TEXT,
    size              INTEGER,
    metadata          TEXT NOT NULL DEFAULT '{}',
    user_id           INTEGER NOT NULL REFERENCES users (id),
    conversation_id   TEXT REFERENCES conversations (id),
    turn_id           TEXT,
    execution_id      TEXT,
    created_at        TEXT NOT NULL
);
-- An aborted change gives its number back; its row stays.
CREATE UNIQUE INDEX file_versions_number ON file_versions (new_file_id, version)
    WHERE state IN ('pending', 'done');
CREATE INDEX file_versions_file_time ON file_versions (new_file_id, created_at);
CREATE INDEX file_versions_time ON file_versions (created_at);
CREATE INDEX file_versions_turn ON file_versions (turn_id);
CREATE INDEX file_versions_op ON file_versions (op_id);

-- The journal: one row a step, committed before the step is taken.
CREATE TABLE file_operations (
    id          INTEGER PRIMARY KEY,
    op_id       TEXT NOT NULL,
    file_id     TEXT NOT NULL REFERENCES files (id),
    state       TEXT NOT NULL CHECK (state IN ('INTENT', 'PULLED', 'STAGED', 'ARCHIVING',
                'ARCHIVED', 'REPLACING', 'DONE', 'ABORTED', 'CONFLICT', 'FAILED')),
    detail      TEXT NOT NULL DEFAULT '{}',
    created_at  TEXT NOT NULL,
    UNIQUE (op_id, state)
);
CREATE INDEX file_operations_file_time ON file_operations (file_id, created_at);

CREATE TABLE notifications (
    id           INTEGER PRIMARY KEY,
    severity     TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
    source       TEXT NOT NULL,
    message      TEXT NOT NULL,
    error_type   TEXT,
    context      TEXT NOT NULL DEFAULT '{}',
    created_at   TEXT NOT NULL,
    seen_at      TEXT
);
CREATE INDEX notifications_time ON notifications (created_at);

-- "Always for this skill" (conversation_id NULL) and "allow for this conversation".
CREATE TABLE approval_rules (
    id               INTEGER PRIMARY KEY,
    skill            TEXT NOT NULL,
    conversation_id  TEXT REFERENCES conversations (id),
    created_at       TEXT NOT NULL
);
CREATE UNIQUE INDEX approval_rules_one ON approval_rules (skill, ifnull(conversation_id, ''));
