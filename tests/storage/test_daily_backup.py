"""Backups of a large database: nobody waits for one, and there is one all the same."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.storage import backups, daily_backup
from app.storage.database import Database
from app.storage.users import ensure_user

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def every_database_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_backup, "LARGE", 1)
    monkeypatch.setattr(daily_backup, "QUIET", 0.0)


def opened(path: Path, day: float = 0) -> Database:
    database = Database(path, now=lambda: NOON + timedelta(days=day))
    database.open()
    return database


def people(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM users ORDER BY id")]


def wait_for_the_copy() -> None:
    for thread in threading.enumerate():
        if thread.name == "steward-db-backup":
            thread.join(20)


def test_a_large_database_is_copied_while_it_is_in_use_and_two_copies_are_kept(path: Path) -> None:
    for day in range(5):
        database = opened(path, day)
        wait_for_the_copy()
        ensure_user(database, f"person {day}")  # the copy does not stand in the way
        database.close()

    copies = sorted(backups.folder(path).iterdir())
    assert [len(people(copy)) for copy in copies] == [3, 4]


def test_a_short_use_makes_no_copy_until_one_is_overdue(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_backup, "QUIET", 600.0)
    for day, copies in ((0.0, 1), (2.0, 1), (6.9, 1), (7.1, 2)):
        database = opened(path, day)
        ensure_user(database, f"person {day}")
        database.close()
        assert len(list(backups.folder(path).iterdir())) == copies


def test_a_copy_that_is_given_up_leaves_nothing(path: Path) -> None:
    database = opened(path)
    ensure_user(database, "ann")
    database.close()
    before = set(backups.folder(path).iterdir())
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.OperationalError):
        backups.make(connection, path, NOON + timedelta(days=1), stopped=lambda: True)

    assert set(backups.folder(path).iterdir()) == before


def test_with_too_little_room_there_is_no_copy_and_that_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(path.parent.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    database = opened(path)
    told: list[str] = []
    database.on_backup_failed = told.append
    ensure_user(database, "ann")
    database.close()

    assert not backups.folder(path).exists()
    assert told == ["there is too little room on the disk"]
