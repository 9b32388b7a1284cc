"""One writer thread, readers of their own, whole transactions."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import peewee
import pytest

from app.domain.errors import DiskFullError, StewardError, StorageError
from app.storage import readers
from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import Conversation, User
from app.storage.users import account_name, ensure_user


def add(name: str) -> int:
    return int(User.create(name=name, created_at=datetime.now(UTC)).id)


def names() -> list[str]:
    return [user.name for user in User.select().order_by(User.id)]


def steward_threads() -> set[str]:
    return {one.name for one in threading.enumerate() if one.name.startswith("steward-db")}


# -- durability and isolation ----------------------------------------------------------------------


def test_the_writer_commits_durably_and_checks_references(database: Database) -> None:
    def pragmas() -> tuple[object, ...]:
        wanted = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return tuple(current.rows(f"PRAGMA {name}")[0][0] for name in wanted)

    full = 2
    assert database.write(pragmas) == ("wal", full, 1, 4000, 0)
    journal, _, keys, timeout, query_only = database.read(pragmas)
    assert (journal, keys, timeout, query_only) == ("wal", 1, 4000, 1)


def test_only_the_write_that_asks_for_less_is_not_synced(database: Database) -> None:
    def synchronous() -> int:
        return int(current.rows("PRAGMA synchronous")[0][0])

    def fail() -> None:
        raise ValueError("no")

    normal, full = 1, 2
    assert database.write(synchronous, durable=False) == normal
    assert database.write(synchronous) == full
    with pytest.raises(ValueError, match="no"):
        database.write(fail, durable=False)
    assert database.write(synchronous) == full


def test_who_waits_for_a_write_does_it_himself_while_nobody_else_writes(
    database: Database,
) -> None:
    def name() -> str:
        return threading.current_thread().name

    with ThreadPoolExecutor(1, thread_name_prefix="asker") as asker:
        assert asker.submit(database.write, name).result() == "asker_0"
        inner = asker.submit(database.read, lambda: database.write(name))
        assert inner.result() == "steward-db-writer"


def test_a_write_of_the_main_thread_cannot_be_cut_by_an_interrupt(database: Database) -> None:
    """In the middle of a transaction it would leave the connection there, for every later one."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done, main = threading.Event(), threading.get_ident()

    def slow() -> None:
        time.sleep(0.2)  # the asker waits by now, and can be interrupted there
        signal.pthread_kill(main, signal.SIGINT)
        add("ann")
        assert done.wait(10)

    try:
        with pytest.raises(KeyboardInterrupt):
            database.write(slow, durable=False)
    finally:
        signal.signal(signal.SIGINT, before)
        done.set()

    database.write(lambda: add("bob"), durable=False)
    assert database.read(names) == ["ann", "bob"]


def test_writes_go_on_where_no_thread_could_be_started_for_a_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _no_thread)
        database.write_soon(lambda: add("ann"))
    for name in ("bob", "cat"):
        database.write_soon(partial(_add_slowly, name))
    with ThreadPoolExecutor(3) as askers:
        written = [askers.submit(database.write, partial(add, name)) for name in "def"]
        for one in written:
            one.result(10)
    assert sorted(database.read(names)) == ["ann", "bob", "cat", "d", "e", "f"]


def _add_slowly(name: str) -> None:
    time.sleep(0.05)
    add(name)


def _no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


async def test_writes_run_in_the_order_they_were_asked_for(database: Database) -> None:
    """Those of threads that wait, of the loop, and of nobody in particular."""
    started, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go_on.wait(10)
        add("first")

    with ThreadPoolExecutor(1) as asker:
        first = asker.submit(database.write, slow)
        await asyncio.to_thread(started.wait, 10)
        database.write_soon(partial(add, "second"))
        third = asyncio.create_task(database.write_async(partial(add, "third")))
        await asyncio.sleep(0)
        last = asyncio.create_task(asyncio.to_thread(database.write, partial(add, "last")))
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(third, last)
        first.result()

    assert database.read(names) == ["first", "second", "third", "last"]


async def test_asynchronous_reads_run_on_named_threads(database: Database) -> None:
    name = await database.read_async(lambda: threading.current_thread().name)

    assert name.startswith("steward-db-reader")


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def half() -> None:
        add("ann")
        raise LookupError("no further")

    with pytest.raises(LookupError, match="no further"):
        database.write(half)

    assert database.read(names) == []


def test_a_write_within_a_write_joins_its_transaction(database: Database) -> None:
    def outer() -> None:
        database.write(lambda: add("ann"))
        raise LookupError

    with pytest.raises(LookupError):
        database.write(outer)

    assert database.read(names) == []


def test_a_read_within_a_write_sees_what_is_not_committed_yet(database: Database) -> None:
    def write() -> list[str]:
        add("ann")
        return database.read(names)

    assert database.write(write) == ["ann"]


def test_part_of_a_write_can_be_taken_back(database: Database) -> None:
    def write() -> None:
        add("ann")
        try:
            with current.atomic():
                add("bob")
                add("bob")
        except peewee.IntegrityError:
            add("cleo")

    database.write(write)

    assert database.read(names) == ["ann", "cleo"]


def test_a_read_sees_one_snapshot(database: Database) -> None:
    def twice() -> tuple[int, int]:
        before = User.select().count()
        database.write(lambda: add("ann"))
        return before, User.select().count()

    assert database.read(twice) == (0, 0)
    assert database.read(names) == ["ann"]


def test_writing_in_a_read_is_refused(database: Database) -> None:
    with pytest.raises(peewee.OperationalError, match="readonly"):
        database.read(lambda: add("ann"))


def test_a_query_outside_read_and_write_is_refused(database: Database) -> None:
    with pytest.raises(peewee.InterfaceError):
        names()


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    now = datetime.now(UTC)

    with pytest.raises(StorageError, match="FOREIGN KEY"):
        database.write(
            lambda: Conversation.create(id="c", user_id=99, created_at=now, updated_at=now)
        )


def test_a_mistake_in_our_own_sql_is_not_dressed_up(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.read(lambda: current.rows("SELECT 1 FROM nowhere"))


def test_two_databases_in_one_process_keep_apart(database: Database, tmp_path: Path) -> None:
    other = Database(tmp_path / "other" / "steward.db")
    other.open()
    try:
        database.write(lambda: add("ann"))
        other.write(lambda: add("bob"))

        assert database.read(names) == ["ann"]
        assert other.read(names) == ["bob"]
        with pytest.raises(RuntimeError, match="another"):
            database.read(lambda: other.read(names))
        assert database.read(names) == ["ann"]
    finally:
        other.close()


# -- concurrency -----------------------------------------------------------------------------------


def test_many_threads_may_write_at_once(database: Database) -> None:
    def work(worker: int) -> None:
        for number in range(10):
            database.write(partial(add, f"{worker}-{number}"))

    workers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(set(database.read(names))) == 80


WRITER = """
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from app.storage.database import Database
from app.storage.models import User

database = Database(Path(sys.argv[1]))
database.open()
for number in range(40):
    name = f"{sys.argv[2]}-{number}"
    database.write(lambda: User.create(name=name, created_at=datetime.now(UTC)))
database.close()
"""


def test_two_processes_may_open_a_new_database_and_write_at_once(path: Path) -> None:
    others = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), n]) for n in "ab"]
    database = Database(path)
    database.open()
    try:
        for number in range(40):
            database.write(partial(add, f"own-{number}"))
        assert [other.wait(timeout=30) for other in others] == [0, 0]

        assert len(set(database.read(names))) == 120
    finally:
        database.close()


@pytest.fixture
def impatient(path: Path) -> Iterator[Database]:
    database = Database(path, busy_timeout=0.05, open_timeout=0.05)
    database.open()
    yield database
    database.close()


def test_another_that_does_not_let_go_is_reported(impatient: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageError, match="Another Steward is busy") as caught:
            impatient.write(lambda: add("ann"))
        assert caught.value.details == {"busy": True}
        assert impatient.read(names) == []

        other.execute("ROLLBACK")
    impatient.write(lambda: add("ann"))
    assert impatient.read(names) == ["ann"]


def test_nobody_else_writes_between_what_a_write_reads_and_what_it_writes(
    database: Database, path: Path
) -> None:
    def read_then_write() -> int:
        count = len(names())
        with (
            closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("INSERT INTO users (name, created_at) VALUES ('bob', '')")
        return add(f"number {count + 1}")

    database.write(read_then_write)

    assert database.read(names) == ["number 1"]


# -- cancellation ----------------------------------------------------------------------------------


async def test_cancelling_the_awaiter_does_not_take_the_write_back(database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        add("ann")
        started.set()
        go_on.wait(10)
        add("bob")

    waiting = asyncio.create_task(database.write_async(slow))
    await asyncio.to_thread(started.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    later = asyncio.create_task(database.write_async(names))
    go_on.set()

    assert await later == ["ann", "bob"]


async def test_a_write_cancelled_before_its_turn_is_still_done(database: Database) -> None:
    go_on = threading.Event()
    database.write_soon(lambda: go_on.wait(10))

    waiting = asyncio.create_task(database.write_async(lambda: add("ann")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()

    assert await database.write_async(names) == ["ann"]


async def test_a_write_that_nobody_waits_for_is_logged_when_it_fails(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    go_on = threading.Event()

    def fails() -> None:
        go_on.wait(10)
        raise LookupError("lost")

    waiting = asyncio.create_task(database.write_async(fails))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with caplog.at_level(logging.ERROR):
        go_on.set()
        await database.write_async(names)

    gc.collect()  # the loop tells of a failure that nobody saw when it is let go of
    assert "nobody waits for" in caplog.text
    assert "lost" in caplog.text
    assert "never retrieved" not in caplog.text


def test_a_write_may_outlive_its_event_loop(database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go_on.wait(10)
        add("ann")

    async def leave_early() -> None:
        waiting = asyncio.create_task(database.write_async(slow))
        await asyncio.to_thread(started.wait, 10)
        waiting.cancel()

    asyncio.run(leave_early())
    go_on.set()

    assert database.write(names) == ["ann"]


# -- what the disk does ----------------------------------------------------------------------------


def test_a_full_disk_is_said_plainly_and_loses_nothing(database: Database) -> None:
    database.write(lambda: add("ann"))
    database.write(
        lambda: current.rows(f"PRAGMA max_page_count = {current.rows('PRAGMA page_count')[0][0]}")
    )

    with pytest.raises(DiskFullError, match="full") as caught:
        database.write(lambda: add("x" * 1_000_000))
    assert "Free some space" in caught.value.hint
    assert database.read(names) == ["ann"]

    database.write(lambda: current.rows("PRAGMA max_page_count = 1000000"))
    database.write(lambda: add("bob"))
    assert database.read(names) == ["ann", "bob"]


# -- the end ---------------------------------------------------------------------------------------


def test_close_joins_every_thread_and_leaves_one_file(path: Path) -> None:
    database = Database(path)
    database.open()
    asyncio.run(database.write_async(lambda: add("ann")))
    asyncio.run(database.read_async(names))
    assert steward_threads() >= {"steward-db-writer"}

    database.close()

    assert steward_threads() == set()
    assert not path.with_name("steward.db-wal").exists()
    assert not any(path.parent.joinpath("sessions").iterdir())


def test_close_finishes_the_writes_already_asked_for(path: Path) -> None:
    database = Database(path)
    database.open()
    for number in range(20):
        database.write_soon(partial(add, f"{number}"))
    database.close()

    database.open()
    assert len(database.read(names)) == 20
    database.close()


def test_a_closed_database_says_so(path: Path) -> None:
    database = Database(path)
    database.open()
    database.read(names)
    database.close()
    database.close()

    for use in (database.read, database.write, database.write_soon):
        with pytest.raises(StorageError, match="closed"):
            use(names)
    with pytest.raises(StorageError, match="closed"):
        asyncio.run(database.read_async(names))


def test_reading_connections_of_ended_threads_do_not_pile_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[readers._Reader] = []
    close = readers._Reader.close

    def watched(reader: readers._Reader) -> None:
        closed.append(reader)
        close(reader)

    monkeypatch.setattr(readers._Reader, "close", watched)
    for _ in range(5):
        thread = threading.Thread(target=database.read, args=(names,))
        thread.start()
        thread.join()

    assert len(closed) == 4


# -- people ----------------------------------------------------------------------------------------


def test_a_person_has_one_row(database: Database) -> None:
    first = ensure_user(database, "ann")

    assert ensure_user(database, "ann") == first
    assert ensure_user(database, "bob") != first
    assert database.read(names) == ["ann", "bob"]


def test_an_account_without_a_name_is_you(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nobody)

    assert account_name() == "you"


def test_every_failure_is_one_that_a_face_can_show() -> None:
    assert issubclass(StorageError, StewardError)
    assert issubclass(DiskFullError, StewardError)
