"""The database that tests find ready is the one that the migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.storage import schema
from app.storage.database import Database
from tests.prepared_database import PreparedDatabase


def opened(path: Path) -> tuple[list[str], list[tuple[object, ...]]]:
    """What stands in a new database, and how its file is kept."""
    path.parent.mkdir()
    database = Database(path)
    database.open()
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        kept = [
            connection.execute(f"PRAGMA {name}").fetchone()
            for name in ("user_version", "journal_mode", "page_size", "encoding", "auto_vacuum")
        ]
        return list(connection.iterdump()), kept


@pytest.mark.migrates
def test_what_lies_ready_is_what_the_migrations_make(
    tmp_path: Path, prepared_database: PreparedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated = opened(tmp_path / "migrated" / "steward.db")

    prepared_database.lie_ready(monkeypatch)

    assert opened(tmp_path / "ready" / "steward.db") == migrated


def test_a_new_database_runs_no_migration_and_an_old_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[int] = []
    really = schema._run

    def watched(connection: sqlite3.Connection, number: int, step: Path) -> None:
        run.append(number)
        really(connection, number, step)

    monkeypatch.setattr(schema, "_run", watched)
    first, *others = schema.steps(schema.MIGRATIONS)
    old = tmp_path / "first"
    old.mkdir()
    (old / first.name).write_bytes(first.read_bytes())
    database = Database(tmp_path / "old.db", migrations=old)
    database.open()
    database.close()
    assert run == [1]

    for path in (tmp_path / "new.db", tmp_path / "old.db"):
        database = Database(path)
        database.open()
        database.close()

    assert run == [1, *range(2, len(others) + 2)]
