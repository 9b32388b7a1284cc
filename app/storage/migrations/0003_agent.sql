-- What the agent did and why: turns, the calls of a model, decisions; summaries of what is long.

CREATE TABLE turns (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    channel          TEXT NOT NULL,
    mode             TEXT NOT NULL,
    -- 'running', then how it ended.
    status           TEXT NOT NULL,
    -- The limit that ended it, or the kind of the error, and what the person was told.
    reason           TEXT NOT NULL DEFAULT '',
    message          TEXT NOT NULL DEFAULT '',
    iterations       INTEGER NOT NULL DEFAULT 0,
    session          TEXT,
    started_at       TEXT NOT NULL,
    finished_at      TEXT
);
CREATE INDEX turns_conversation ON turns (conversation_id, started_at);
CREATE INDEX turns_session ON turns (session) WHERE session IS NOT NULL;

CREATE TABLE model_calls (
    id                  TEXT PRIMARY KEY,
    turn_id             TEXT NOT NULL REFERENCES turns (id),
    conversation_id     TEXT NOT NULL REFERENCES conversations (id),
    -- 1 for the first of its turn.
    number              INTEGER NOT NULL,
    provider            TEXT NOT NULL DEFAULT '',
    model               TEXT,
    request             TEXT NOT NULL DEFAULT '{}',
    response            TEXT NOT NULL DEFAULT '{}',
    -- 'ok', 'interrupted', or the kind of the error.
    status              TEXT NOT NULL,
    prompt_tokens       INTEGER NOT NULL DEFAULT 0,
    completion_tokens   INTEGER NOT NULL DEFAULT 0,
    cached_tokens       INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens  INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens    INTEGER NOT NULL DEFAULT 0,
    -- US dollars, where the server says it.
    cost                REAL,
    first_chunk_ms      INTEGER,
    duration_ms         INTEGER,
    started_at          TEXT NOT NULL
);
CREATE UNIQUE INDEX model_calls_turn ON model_calls (turn_id, number);
CREATE INDEX model_calls_conversation ON model_calls (conversation_id);
CREATE INDEX model_calls_started ON model_calls (started_at);

-- Each decision about a call: what was shown, who decided, and when.
CREATE TABLE approvals (
    id               TEXT PRIMARY KEY,
    conversation_id  TEXT REFERENCES conversations (id),
    turn_id          TEXT,
    execution_id     TEXT,
    call_id          TEXT NOT NULL,
    skill            TEXT NOT NULL,
    arguments        TEXT NOT NULL,
    arguments_hash   TEXT NOT NULL,
    targets          TEXT NOT NULL DEFAULT '{}',
    summary          TEXT NOT NULL,
    diff             TEXT NOT NULL DEFAULT '',
    -- NULL while nobody has decided.
    decision         TEXT,
    by               TEXT,
    asked_at         TEXT NOT NULL,
    decided_at       TEXT
);
CREATE INDEX approvals_turn ON approvals (turn_id);
CREATE INDEX approvals_asked ON approvals (asked_at);

-- A rule may hold in one folder only (NULL: wherever the skill may work).
ALTER TABLE approval_rules ADD COLUMN folder TEXT;
DROP INDEX approval_rules_one;
CREATE UNIQUE INDEX approval_rules_one
    ON approval_rules (skill, ifnull(conversation_id, ''), ifnull(folder, ''));

-- How often it came, and when last.
ALTER TABLE notifications ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE notifications ADD COLUMN last_at TEXT;

-- What stands for the older messages of a long conversation, in requests only.
CREATE TABLE summaries (
    id               INTEGER PRIMARY KEY,
    conversation_id  TEXT NOT NULL REFERENCES conversations (id),
    turn_id          TEXT NOT NULL,
    upto_message_id  INTEGER NOT NULL,
    text             TEXT NOT NULL,
    tokens           INTEGER NOT NULL DEFAULT 0,
    created_at       TEXT NOT NULL
);
CREATE INDEX summaries_conversation ON summaries (conversation_id, upto_message_id);
