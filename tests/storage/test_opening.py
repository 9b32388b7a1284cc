"""Opening a database file: private, checked, migrated, and never overwritten."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import (
    DatabaseCorruptError,
    DiskFullError,
    NewerSchemaError,
    StewardError,
    StorageError,
)
from app.storage import backups, schema
from app.storage.database import Database
from app.storage.models import User
from app.storage.users import ensure_user

pytestmark = pytest.mark.migrates

CURRENT = len(schema.steps(schema.MIGRATIONS))


def filled(path: Path, *people: str) -> None:
    database = Database(path)
    database.open()
    for name in people or ("ann",):
        ensure_user(database, name)
    database.close()


def people(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM users ORDER BY id")]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opening_fails(path: Path, kind: type[StewardError], **options: object) -> StewardError:
    database = Database(path, **options)  # type: ignore[arg-type]
    with pytest.raises(kind) as caught:
        database.open()
    database.close()
    return caught.value


# -- a file of the person's own --------------------------------------------------------------------


def test_the_file_its_folder_and_its_backups_are_private(path: Path) -> None:
    database = Database(path)
    database.open()
    ensure_user(database, "ann")
    assert {mode(one) for one in path.parent.glob("steward.db*")} == {0o600}
    database.close()

    assert mode(path.parent) == 0o700
    backup = backups.newest(path)
    assert backup is not None
    assert mode(backup) == 0o600


def test_a_file_that_others_could_read_becomes_private(path: Path) -> None:
    filled(path)
    path.chmod(0o644)

    filled(path)

    assert mode(path) == 0o600


def test_opening_twice_is_refused(database: Database) -> None:
    with pytest.raises(StorageError, match="already open"):
        database.open()


def test_opening_waits_only_so_long_for_another_that_is_opening(path: Path) -> None:
    from filelock import FileLock

    filled(path)
    with FileLock(path.with_name("steward.db.lock")):
        error = opening_fails(path, StorageError, open_timeout=0.05)

    assert "Another Steward is busy" in error.message


# -- damage ----------------------------------------------------------------------------------------


def overwrite(content: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(content)

    return damage


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribble_over_pages(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 8 * 4096)


def scribble_over_the_last_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xa5" * 4096)


@pytest.mark.parametrize(
    "damage",
    [
        overwrite(b"this is no database at all, but long enough to be one\n" * 100),
        overwrite(b"short"),
        overwrite(b"SQLite format 3\0" + b"\xff" * 5000),
        cut_in_half,
        scribble_over_pages,
        scribble_over_the_last_page,
    ],
    ids=["text", "short text", "only the first words", "cut in half", "pages", "last page"],
)
def test_a_damaged_file_is_refused_and_its_backup_named(
    path: Path, damage: Callable[[Path], None]
) -> None:
    filled(path, *(f"person {number}" for number in range(300)))
    backup = backups.newest(path)
    damage(path)
    damaged = path.read_bytes()

    error = opening_fails(path, DatabaseCorruptError)

    assert str(path) in error.message
    assert str(backup) in error.hint
    assert error.details["backup"] == str(backup)
    assert path.read_bytes() == damaged


def test_following_the_hint_brings_the_data_back(path: Path) -> None:
    filled(path, "ann", "bob")
    overwrite(b"x" * 9000)(path)
    error = opening_fails(path, DatabaseCorruptError)

    for name in ("steward.db", "steward.db-wal", "steward.db-shm"):
        if path.with_name(name).exists():
            path.with_name(name).rename(path.with_name(f"{name}.damaged"))
    shutil.copy(str(error.details["backup"]), path)
    filled(path, "cleo")

    assert people(path) == ["ann", "bob", "cleo"]


def test_without_a_backup_the_hint_says_so(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"x" * 9000)

    error = opening_fails(path, DatabaseCorruptError)

    assert error.details["backup"] is None
    assert "no backup" in error.hint


def test_damage_met_while_running_is_named_too(path: Path) -> None:
    filled(path, *(f"person {number}" for number in range(2000)))
    database = Database(path)
    database.open()
    try:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (path.stat().st_size - 4096))

        with pytest.raises(DatabaseCorruptError, match="damaged"):
            database.read(lambda: [user.name for user in User.select()])
    finally:
        database.close()


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
        other.commit()
    before = path.read_bytes()

    error = opening_fails(path, StorageError)

    assert "not one of Steward's" in error.message
    assert path.read_bytes() == before


def test_a_folder_in_its_place_is_a_plain_message(path: Path) -> None:
    path.mkdir(parents=True)

    error = opening_fails(path, StorageError)

    assert "cannot use its database" in error.message


def test_a_file_in_place_of_its_folder_is_a_plain_message(tmp_path: Path) -> None:
    tmp_path.joinpath("home").write_text("not a folder")

    error = opening_fails(tmp_path / "home" / "steward.db", StorageError)

    assert "cannot use its database" in error.message


NOT_ALLOWED = """
import os, sys
from pathlib import Path
import filelock
from app.domain.errors import StorageError
from app.storage.database import Database

if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)  # the rules do not hold for root
try:
    Database(Path(sys.argv[1])).open()
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_a_folder_we_may_not_write_to_is_a_plain_message(path: Path, exists: bool) -> None:
    path.parent.mkdir()
    if exists:
        filled(path)
    path.parent.chmod(0o500)

    ran = subprocess.run(
        [sys.executable, "-c", NOT_ALLOWED, str(path)], capture_output=True, text=True
    )
    path.parent.chmod(0o700)

    assert ran.stderr == ""
    assert "cannot use its database" in ran.stdout
    assert "Check that you may read and write" in ran.stdout


def test_a_full_disk_at_the_start_is_a_plain_message(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path.parent.mkdir()
    monkeypatch.setattr("app.storage.database.os.open", full)

    error = opening_fails(path, DiskFullError)

    assert "full" in error.message


# -- backups ---------------------------------------------------------------------------------------


class Days:
    def __init__(self) -> None:
        self.today = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.today


def all_backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*"))


def session(path: Path, days: Days, name: str | None = None) -> None:
    database = Database(path, now=days)
    database.open()
    if name is not None:
        ensure_user(database, name)
    database.close()


def test_the_first_session_that_wrote_leaves_a_backup(path: Path) -> None:
    days = Days()
    session(path, days)
    assert all_backups(path) == []

    session(path, days, "ann")

    (backup,) = all_backups(path)
    assert backup.name == f"steward-{CURRENT}-20300101T000000000000Z.db"
    assert people(backup) == ["ann"]


def test_one_backup_a_day_is_made_and_a_week_of_them_kept(path: Path) -> None:
    days = Days()
    for day in range(10):
        session(path, days, f"day {day}")
        days.today += timedelta(hours=1)
        session(path, days, f"day {day} again")
        days.today += timedelta(hours=24)

    kept = all_backups(path)
    assert len(kept) == 7
    assert "day 9" not in people(kept[-1])  # made on the way in, before the day's work
    assert "day 8 again" in people(kept[-1])


def test_a_backup_can_be_made_while_others_write(database: Database) -> None:
    ensure_user(database, "ann")

    def half_way() -> Path:
        ensure_user(database, "bob")
        with ThreadPoolExecutor(1) as other:
            return other.submit(database.backup).result()

    during = database.write(half_way)
    assert people(during) == ["ann"]

    backup = database.backup()

    assert people(backup) == ["ann", "bob"]
    assert backup.read_bytes()[18:20] == b"\1\1"  # no write-ahead log: one file is all of it


def test_a_failed_backup_does_not_keep_the_person_out(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    filled(path)
    path.parent.joinpath("backups").rename(path.parent / "elsewhere")
    path.parent.joinpath("backups").write_text("in the way")

    filled(path, "bob")

    assert people(path) == ["ann", "bob"]
    assert "database not backed up" in caplog.text


# -- migrations ------------------------------------------------------------------------------------


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """The real migrations, to which a test adds the next."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    return folder


def add_step(steps: Path, sql: str, number: int = CURRENT + 1) -> None:
    steps.joinpath(f"{number:04d}_next.sql").write_text(sql)


def opened_with(path: Path, steps: Path) -> None:
    database = Database(path, migrations=steps)
    database.open()
    database.close()


def schema_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_backup_of_the_old_schema_precedes_the_migration(path: Path, steps: Path) -> None:
    filled(path)
    add_step(steps, "ALTER TABLE users ADD COLUMN colour TEXT;\nUPDATE users SET colour = 'red';")
    add_step(steps, "CREATE TABLE shelves (id INTEGER PRIMARY KEY);", CURRENT + 2)

    opened_with(path, steps)

    assert schema_of(path) == CURRENT + 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name, colour FROM users").fetchall() == [("ann", "red")]
    before = {schema_of(one): one for one in all_backups(path)}
    assert {CURRENT, CURRENT + 1} <= set(before)
    with closing(sqlite3.connect(before[CURRENT])) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(users)")]
    assert "colour" not in columns
    assert people(before[CURRENT]) == ["ann"]


def test_a_new_database_needs_no_backup(path: Path, steps: Path) -> None:
    opened_with(path, steps)

    assert all_backups(path) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE users ADD COLUMN colour TEXT; ALTER TABLE nowhere ADD COLUMN x;",
        "DELETE FROM users; INSERT INTO users (id, name, created_at) VALUES (1, NULL, '');",
        "INSERT INTO conversations (id, user_id, created_at, updated_at) VALUES ('c', 77, '', '');",
    ],
    ids=["wrong SQL", "broken rule", "reference to nothing"],
)
def test_a_failed_migration_leaves_the_old_database(path: Path, steps: Path, sql: str) -> None:
    filled(path)
    add_step(steps, sql)

    error = opening_fails(path, StorageError, migrations=steps)

    assert f"{CURRENT + 1:04d}_next.sql" in error.message
    assert Path(str(error.details["backup"])).is_file()
    assert schema_of(path) == CURRENT
    assert people(path) == ["ann"]
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(users)")]
    assert "colour" not in columns
    filled(path, "bob")
    assert people(path) == ["ann", "bob"]


def test_nothing_is_migrated_without_a_backup(path: Path, steps: Path) -> None:
    filled(path)
    path.parent.joinpath("backups").rename(path.parent / "elsewhere")
    path.parent.joinpath("backups").write_text("in the way")
    add_step(steps, "CREATE TABLE shelves (id INTEGER PRIMARY KEY);")

    opening_fails(path, StorageError, migrations=steps)

    assert schema_of(path) == CURRENT


def test_a_step_may_rebuild_a_table_that_others_refer_to(path: Path, steps: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO conversations (id, user_id, created_at, updated_at)"
            " VALUES ('c', 1, '', '')"
        )
        connection.commit()
    add_step(
        steps,
        "CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " created_at TEXT NOT NULL);\n"
        "INSERT INTO new_users SELECT * FROM users;\n"
        "DROP TABLE users;\nALTER TABLE new_users RENAME TO users;",
    )

    opened_with(path, steps)

    assert people(path) == ["ann"]


def test_a_newer_schema_is_refused_and_untouched(path: Path, steps: Path) -> None:
    add_step(steps, "CREATE TABLE shelves (id INTEGER PRIMARY KEY);")
    opened_with(path, steps)
    before = path.read_bytes()

    error = opening_fails(path, NewerSchemaError)

    assert f"schema {CURRENT + 1}" in error.message
    assert error.details == {"schema": CURRENT + 1, "newest_known": CURRENT}
    assert path.read_bytes() == before
    assert all_backups(path) == []


def test_migrations_with_a_gap_are_refused(path: Path, steps: Path) -> None:
    add_step(steps, "SELECT 1;", CURRENT + 2)

    error = opening_fails(path, StorageError, migrations=steps)

    assert "without a gap" in error.message


def test_no_migration_ends_the_transaction_it_runs_in() -> None:
    statement = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|VACUUM|PRAGMA)\b", re.MULTILINE | re.I)
    found = [
        (step.name, line.strip())
        for step in schema.steps(schema.MIGRATIONS)
        for line in step.read_text(encoding="utf-8").splitlines()
        if statement.match(line)
    ]

    assert not found
