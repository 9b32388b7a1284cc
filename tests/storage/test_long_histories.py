"""Histories of files that are long: what is asked often reads an index, and pages fit together."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import StorageError
from app.domain.files import FileAction, OperationState, OperationType, Origin
from app.storage import schema
from app.storage.connections import current
from app.storage.database import Database
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_records import Announcement
from app.storage.models import FileVersionRow
from tests.benchmarks.big_history import BigHistory, fill
from tests.storage.conftest import SteppingClock

ROOT = Path("/home/ann/docs")
BUSIEST = 40


@pytest.fixture
def history(database: Database) -> FileHistory:
    return FileHistory(database)


@pytest.fixture
def filled(database: Database) -> BigHistory:
    return fill(database, ROOT, folders=3, per_folder=4, busiest=BUSIEST)


def hash_of(word: str) -> str:
    return word.ljust(64, "0")


def announcement(
    op_id: str, path: str, before: str | None, after: str | None, *, moved_to: str | None = None
) -> Announcement:
    return Announcement(
        op_id=op_id,
        store="folder",
        action=FileAction.MOVE if moved_to else FileAction.EDIT,
        operation=OperationType.SKILL_EDIT,
        locator=path,
        target=moved_to,
        hash_before=before,
        size_before=None if before is None else 1,
        hash_after=after,
        size_after=None if after is None else 1,
        origin=Origin(user="ann", by="test"),
        metadata={},
        change={"kind": "replace"},
    )


def changed(journal: FileJournal, change: Announcement) -> None:
    journal.announce(change)
    journal.replacing(change.op_id)
    journal.finish(change.op_id, OperationState.DONE)


# -- what is asked ---------------------------------------------------------------------------------


def test_no_question_of_the_history_reads_every_version(
    database: Database,
    history: FileHistory,
    clock: SteppingClock,
    filled: BigHistory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = FileJournal(database, clock)
    busiest = str(filled.busiest)
    record = history.find("folder", busiest)
    assert record is not None
    newest = history.versions(record.file_id, limit=2)[-1]
    assert newest.turn_id is not None
    assert newest.conversation_id is not None
    asked: list[tuple[str, Any]] = []

    def watch(name: str) -> None:
        execute = getattr(current, name)

        def watched(sql: str, params: Any = ()) -> Any:
            asked.append((sql, params))
            return execute(sql, params)

        monkeypatch.setattr(current, name, watched)

    watch("execute_sql")  # what peewee asks
    watch("run")  # what is asked past it

    history.find("folder", busiest)
    history.find_moved("folder", busiest)
    history.versions(record.file_id, limit=5)
    history.version(record.file_id, 3)
    history.newest(record.file_id)
    history.states(record.file_id)
    history.tracked(store="folder", folder=str(filled.folder))
    history.turn_changes(newest.turn_id)
    history.undone_by(newest.turn_id)
    history.changing_turns(newest.conversation_id)
    history.turns_beginning(newest.turn_id[:12])
    history.log(limit=5)
    journal.open_operations()
    journal.open_at("folder", [busiest])
    changed(journal, announcement("op", busiest, newest.hash_after, hash_of("a")))
    journal.open_at("folder", [busiest])

    questions = [one for one in asked if one[0].startswith(("SELECT", "UPDATE"))]
    assert len(questions) > 20
    with closing(sqlite3.connect(database.path)) as connection:
        for sql, params in questions:
            steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", params or ()).fetchall()
            plan = "; ".join(step[3] for step in steps)
            read_through = [
                step[3] for step in steps if step[3].startswith("SCAN") and not _is_short(step[3])
            ]
            assert not read_through, f"{sql}\n{plan}"


def _is_short(step: str) -> bool:
    """Only the changes under way, or in the order of the answer and left early."""
    return step.endswith(("INDEX file_versions_open", "INDEX file_versions_time"))


# -- pages -----------------------------------------------------------------------------------------


def test_pages_of_a_history_put_together_are_the_history(
    history: FileHistory, filled: BigHistory
) -> None:
    record = history.find("folder", str(filled.busiest))
    assert record is not None
    whole = history.versions(record.file_id)
    assert [version.version for version in whole] == list(range(1, BUSIEST + 1))

    pages = [history.versions(record.file_id, limit=15)]
    while pages[0][0].version > 1:
        pages.insert(0, history.versions(record.file_id, limit=15, before=pages[0][0].version))

    assert [len(page) for page in pages] == [10, 15, 15]
    assert [version for page in pages for version in page] == whole


# -- lists of files --------------------------------------------------------------------------------


def facts(history: FileHistory) -> dict[str, tuple[int, bool]]:
    return {file.path: (file.versions, file.present) for file in history.tracked()}


def test_a_list_of_files_says_of_each_what_its_versions_say(
    database: Database, history: FileHistory, clock: SteppingClock, filled: BigHistory
) -> None:
    journal = FileJournal(database, clock)
    changed(journal, announcement("o-1", "/home/ann/new.md", None, hash_of("a")))
    changed(journal, announcement("o-2", "/home/ann/new.md", hash_of("b"), hash_of("c")))
    changed(journal, announcement("o-3", "/home/ann/was.md", hash_of("d"), None))
    journal.announce(announcement("o-4", "/home/ann/half.md", hash_of("e"), hash_of("f")))
    journal.announce(announcement("o-5", "/home/ann/new.md", hash_of("c"), hash_of("g")))
    journal.finish("o-5", OperationState.ABORTED)

    tracked = history.tracked()

    assert facts(history)["/home/ann/new.md"] == (3, True)  # with the one found in between
    assert facts(history)["/home/ann/was.md"] == (2, False)
    assert "/home/ann/half.md" not in facts(history)
    assert len(tracked) == filled.files + 2
    for file in tracked:
        versions = history.versions(file.file_id)
        assert file.versions == len(versions) == versions[-1].version
        assert file.changed_at == versions[-1].at
        assert file.conversation_id == versions[-1].conversation_id
    times = [file.changed_at for file in tracked]
    assert times == sorted(times, reverse=True)
    assert history.tracked(limit=3) == tracked[:3]


def test_a_folder_s_list_has_all_below_it_and_nothing_beside_it(
    database: Database, history: FileHistory, clock: SteppingClock
) -> None:
    journal = FileJournal(database, clock)
    inside = [
        "/home/ann/a_b/plain.md",
        "/home/ann/a_b/deep/er.md",
        "/home/ann/a_b/" + os.fsdecode(b"caf\xe9.md"),
    ]
    beside = ["/home/ann/a_b.md", "/home/ann/a_b2/x.md", "/home/ann/aXb/x.md", "/home/ann/a_b0"]
    for number, path in enumerate([*inside, *beside]):
        changed(journal, announcement(f"o-{number}", path, None, hash_of(str(number))))

    def below(folder: str) -> set[str]:
        return {file.path for file in history.tracked(store="folder", folder=folder)}

    assert below("/home/ann/a_b") == set(inside)
    assert below("/") == {*inside, *beside}
    assert below("/home/ann/a_b/" + os.fsdecode(b"caf\xe9.md")) == set()
    assert {f.path for f in history.tracked(store="drive", folder="/home/ann/a_b")} == set()


# -- turns by the beginning of their ids -----------------------------------------------------------


def test_a_turn_is_found_by_the_beginning_of_its_id(
    history: FileHistory, filled: BigHistory
) -> None:
    turn = next(v.turn_id for v in history.log() if v.turn_id)

    assert history.turns_beginning(turn) == [turn]
    assert len(history.turns_beginning("t-")) == 2
    assert history.turns_beginning("nobody's") == []
    assert history.turns_beginning("\udcff") == []


# -- someone else's bytes --------------------------------------------------------------------------


def test_the_same_foreign_bytes_of_one_change_are_never_two_versions(
    database: Database, history: FileHistory, clock: SteppingClock
) -> None:
    journal = FileJournal(database, clock)
    path = "/home/ann/x.md"
    changed(journal, announcement("o-1", path, None, hash_of("a")))
    journal.announce(announcement("o-2", path, hash_of("a"), hash_of("b")))
    journal.foreign("o-2", hash_of("theirs"), 6)
    journal.foreign("o-2", hash_of("theirs"), 6)
    journal.finish("o-2", OperationState.CONFLICT)
    (file,) = history.tracked()
    assert [v.hash_after for v in history.versions(file.file_id)] == [
        hash_of("a"),
        hash_of("theirs"),
    ]

    with pytest.raises(StorageError) as caught:
        database.write(lambda: _again(number=9))

    assert "UNIQUE" in str(caught.value.details)


def _again(number: int) -> None:
    row: Any = FileVersionRow.get(FileVersionRow.operation_type == "external")
    row.id, row.version = None, number
    row.save(force_insert=True)


def test_a_database_with_foreign_bytes_recorded_twice_migrates_and_keeps_both(
    path: Path, clock: SteppingClock, only_first_schema: Callable[[Path], None]
) -> None:
    only_first_schema(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("INSERT INTO users VALUES (1, 'ann', '2026-01-01')")
        for file_id in "f", "g":
            old.execute(
                "INSERT INTO files VALUES (?, 'folder', '/x/' || ?, 1, '2026', '2026')",
                (file_id, file_id),
            )
        for number, (operation, action, file_id) in enumerate(
            [
                ("user_upload", "seen", "f"),
                ("external", "edit", "f"),
                ("external", "edit", "f"),
                ("skill_edit", "edit", "f"),
                ("external", "edit", "g"),
            ],
            start=1,
        ):
            old.execute(
                "INSERT INTO file_versions (op_id, original_file_id, new_file_id, filename, path, "
                "version, operation_type, action, state, by, hash_after, user_id, created_at) "
                "VALUES ('o', ?2, ?2, 'x', '/x', ?1, ?3, ?4, 'done', 'x', ?5, 1, '2026-01-01')",
                (number, file_id, operation, action, hash_of("same")),
            )

    database = Database(path)
    database.open()
    try:
        history = FileHistory(database)
        assert [v.version for v in history.versions("f")] == [1, 2, 3, 4]
        operations = [state.op_id for state in history.states("f")]
        assert len(set(operations[:3])) == 3
        assert operations[3] == "o"  # the change itself keeps its name
        assert {file.file_id: file.versions for file in history.tracked()} == {"f": 4, "g": 5}
    finally:
        database.close()


@pytest.fixture
def only_first_schema(tmp_path: Path) -> Callable[[Path], None]:
    """Makes a database as the first Steward wrote it."""

    def make(path: Path) -> None:
        steps = tmp_path / "first"
        steps.mkdir()
        first = schema.steps(schema.MIGRATIONS)[0]
        (steps / first.name).write_bytes(first.read_bytes())
        database = Database(path, migrations=steps)
        database.open()
        database.close()

    return make
