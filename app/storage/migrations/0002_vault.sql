-- The vault at scale: someone else's bytes once a change, and long histories read quickly.

-- A crash could record the same foreign bytes of one change twice. Both rows stay, for they are
-- numbered versions; the later one becomes a finding of its own.
UPDATE file_versions SET op_id = op_id || '-' || id WHERE id IN (
    SELECT later.id
    FROM file_versions AS later JOIN file_versions AS first ON first.op_id = later.op_id
    WHERE first.id < later.id AND first.hash_after = later.hash_after
        AND first.state IN ('pending', 'done') AND later.state IN ('pending', 'done')
        AND (first.operation_type = 'external' OR first.action = 'seen')
        AND (later.operation_type = 'external' OR later.action = 'seen')
);
CREATE UNIQUE INDEX file_versions_foreign ON file_versions (op_id, hash_after)
    WHERE state IN ('pending', 'done') AND (operation_type = 'external' OR action = 'seen');

-- What a list of files shows of each file's newest version: read from one row a file, not from
-- every version. Kept by triggers, so that no writer can forget it.
ALTER TABLE files ADD COLUMN versions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN newest_id INTEGER;
ALTER TABLE files ADD COLUMN changed_at TEXT;
ALTER TABLE files ADD COLUMN changed_in TEXT;
UPDATE files SET (versions, newest_id, changed_at, changed_in) = (
    SELECT version, id, created_at, conversation_id FROM file_versions
    WHERE new_file_id = files.id AND state IN ('pending', 'done') AND state = 'done'
    ORDER BY version DESC LIMIT 1
) WHERE id IN (SELECT new_file_id FROM file_versions WHERE state = 'done');
CREATE TRIGGER file_versions_added AFTER INSERT ON file_versions WHEN new.state = 'done' BEGIN
    UPDATE files SET versions = new.version, newest_id = new.id, changed_at = new.created_at,
        changed_in = new.conversation_id
    WHERE id = new.new_file_id AND versions < new.version;
END;
CREATE TRIGGER file_versions_ended AFTER UPDATE OF state ON file_versions
WHEN new.state = 'done' AND old.state <> 'done' BEGIN
    UPDATE files SET versions = new.version, newest_id = new.id, changed_at = new.created_at,
        changed_in = new.conversation_id
    WHERE id = new.new_file_id AND versions < new.version;
END;

-- Size, time and number of the file on disk when it was last seen to be its newest version: a
-- watcher that starts need not read files that are still so. Empty where nobody looked.
ALTER TABLE files ADD COLUMN seen TEXT;

-- Changes without an end: what each start looks for.
CREATE INDEX file_versions_open ON file_versions (new_file_id) WHERE state = 'pending';
-- Changes that wait for the person's word.
CREATE INDEX file_versions_conflict ON file_versions (new_file_id, created_at)
    WHERE state = 'conflict';
-- Whatever stood at a path once.
CREATE INDEX file_versions_path ON file_versions (path);
-- The turns of one conversation that changed files.
CREATE INDEX file_versions_conversation ON file_versions (conversation_id)
    WHERE conversation_id IS NOT NULL;
-- What took a turn back.
CREATE INDEX file_versions_undo ON file_versions (json_extract(metadata, '$.undo_of'))
    WHERE json_extract(metadata, '$.undo_of') IS NOT NULL;
