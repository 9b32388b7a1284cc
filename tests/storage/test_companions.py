"""Small writes go along with the next one, and neither takes the other down with it."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.storage import database as database_module
from app.storage.connections import current
from app.storage.database import Database
from app.storage.writer import WriterClosedError
from tests.storage.test_database import add, names


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes unless another write comes."""
    monkeypatch.setattr(database_module, "ALONG_SECONDS", 3600)


def breaks() -> None:
    add("half of it")
    raise ValueError("broken")


def rolls_all_back() -> None:
    """As SQLite does where the disk is full."""
    current.run("ROLLBACK")
    raise sqlite3.OperationalError("gone")


@pytest.mark.usefixtures("alone")
async def test_it_is_stored_with_the_next_write_and_before_it(database: Database) -> None:
    begun = database.write_begun(partial(add, "ann"), durable=False, along=True)
    database.write_soon(partial(add, "bob"), durable=False, along=True)
    assert database.read(names) == []
    assert not begun.went_well

    assert await database.write_async(names) == ["ann", "bob"]
    assert begun.went_well
    assert await begun == 1
    assert database.read(names) == ["ann", "bob"]


@pytest.mark.usefixtures("alone")
async def test_a_write_that_waits_in_a_thread_takes_it_along_too(database: Database) -> None:
    database.write_soon(partial(add, "ann"), durable=False, along=True)

    assert await asyncio.to_thread(database.write, names) == ["ann"]


async def test_where_no_write_comes_it_gets_a_transaction_of_its_own(database: Database) -> None:
    assert await database.write_begun(partial(add, "ann"), durable=False, along=True) == 1
    assert await database.write_begun(partial(add, "bob"), durable=False, along=True) == 2

    assert database.read(names) == ["ann", "bob"]


@pytest.mark.usefixtures("alone")
async def test_the_write_it_goes_along_with_may_fail_without_it(database: Database) -> None:
    begun = database.write_begun(partial(add, "ann"), durable=False, along=True)
    with pytest.raises(ValueError, match="broken"):
        await database.write_async(breaks)

    assert await begun == 1
    assert database.read(names) == ["ann"]


@pytest.mark.usefixtures("alone")
async def test_it_may_fail_without_the_others(database: Database) -> None:
    told: list[BaseException] = []
    database.on_unseen_failure = told.append
    begun = database.write_begun(breaks, along=True)
    database.write_soon(breaks, tell=True, along=True)
    database.write_soon(partial(add, "ann"), along=True)
    await database.write_async(partial(add, "bob"))

    assert database.read(names) == ["ann", "bob"]
    assert [str(one) for one in told] == ["broken"]
    assert not begun.went_well
    with pytest.raises(ValueError, match="broken"):
        await begun


@pytest.mark.usefixtures("alone")
async def test_what_sqlite_refuses_is_explained_to_each(database: Database) -> None:
    database.write(partial(add, "ann"))
    begun = database.write_begun(partial(add, "ann"), along=True)
    with pytest.raises(StorageError, match="does not fit its rules"):
        await database.write_async(partial(add, "ann"))

    with pytest.raises(StorageError, match="does not fit its rules"):
        await begun


@pytest.mark.usefixtures("alone")
async def test_where_the_whole_transaction_is_undone_all_are_told(database: Database) -> None:
    begun = database.write_begun(partial(add, "ann"), along=True)
    with pytest.raises(sqlite3.OperationalError, match="gone"):
        await database.write_async(rolls_all_back)

    with pytest.raises(sqlite3.OperationalError, match="gone"):
        await begun
    assert database.read(names) == []
    await database.write_async(partial(add, "bob"))
    assert database.read(names) == ["bob"]


@pytest.mark.usefixtures("alone")
async def test_closing_stores_it(path: Path) -> None:
    database = Database(path)
    database.open()
    begun = database.write_begun(partial(add, "ann"), along=True)
    await asyncio.to_thread(database.close)
    assert await begun == 1

    with pytest.raises(StorageError, match="closed"):
        database.write_begun(partial(add, "bob"), along=True)
    database.open()
    assert database.read(names) == ["ann"]
    database.close()


@pytest.mark.usefixtures("alone")
async def test_a_writer_that_closes_at_this_moment_tells_it_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: object) -> None:
        raise WriterClosedError

    begun = database.write_begun(partial(add, "ann"), along=True)
    with monkeypatch.context() as patch:
        patch.setattr(database._writer, "submit", closed)
        with pytest.raises(StorageError, match="closed"):
            await database.write_async(names)

    with pytest.raises(StorageError, match="closed"):
        await begun
