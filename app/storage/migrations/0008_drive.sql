-- Google Drive: to where each account's feed of changes was read, and the folders that are watched.

CREATE TABLE drive_feeds (
    account  TEXT PRIMARY KEY,
    page     TEXT NOT NULL,
    read_at  TEXT NOT NULL
);

-- What is put into one of them, by whomever, gets a history.
CREATE TABLE drive_folders (
    folder_id  TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    added_at   TEXT NOT NULL
);
