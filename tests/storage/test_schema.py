"""The migrations, the models and every older database file agree."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import peewee
import pytest

from app.domain.messages import MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.redaction import Redactor
from app.storage import backups, channel_models, models, schema
from app.storage.approval_rules import ApprovalRules
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.executions import SkillExecutions
from app.storage.models import File, FileOperation, FileVersionRow
from app.storage.notifications import NotificationLog
from tests.clocks import FixedClock

pytestmark = pytest.mark.migrates

NEWEST = len(schema.steps(schema.MIGRATIONS))
FILES = sorted(Path(__file__).with_name("schemas").glob("schema-*.db.gz"))
MODELS = [
    model
    for model in {**vars(models), **vars(channel_models)}.values()
    if isinstance(model, type) and issubclass(model, models.Table) and model is not models.Table
]


STORED_AS = {
    "AUTO": "INTEGER",
    "INT": "INTEGER",
    "BOOL": "INTEGER",
    "FLOAT": "REAL",
    "BLOB": "BLOB",
}

# -- models and tables -----------------------------------------------------------------------------


@pytest.fixture
def migrated(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database.path)) as connection:
        yield connection


def table_of(model: type[peewee.Model]) -> str:
    return str(model._meta.table_name)


def test_every_table_has_a_model(migrated: sqlite3.Connection) -> None:
    tables = {
        name
        for (name,) in migrated.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("sqlite_", "messages_fts", "attachments_fts"))
    }

    assert {table_of(model) for model in MODELS} == tables


@pytest.mark.parametrize("model", MODELS, ids=table_of)
def test_a_model_has_its_table_s_columns(
    migrated: sqlite3.Connection, model: type[peewee.Model]
) -> None:
    in_table = {
        name: (kind, bool(not_null) or bool(key), bool(key))
        for _, name, kind, not_null, _, key in migrated.execute(
            f"PRAGMA table_info({table_of(model)})"
        )
    }
    in_model = {
        field.column_name: (
            STORED_AS.get(field.field_type, "TEXT"),
            not field.null,
            field.primary_key,
        )
        for field in model._meta.sorted_fields
    }

    assert in_model == in_table
    assert list(in_model) == list(in_table)


Index = tuple[tuple[str, ...], bool, bool]
"""Columns, whether unique, whether partial."""


@pytest.mark.parametrize("model", MODELS, ids=table_of)
def test_a_model_has_its_table_s_indexes(
    database: Database, migrated: sqlite3.Connection, model: type[peewee.Model], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "by peewee.db")) as by_peewee:
        for statement in database.read(lambda: statements(model)):
            by_peewee.execute(statement)

        found, wanted = indexes(by_peewee, model), indexes(migrated, model)

    # An index on an expression has no form in a peewee model.
    assert found == {one for one in wanted if "an expression" not in one[0]}


def statements(model: type[peewee.Model]) -> list[str]:
    manager: Any = peewee.SchemaManager(model)
    contexts = [manager._create_table(safe=False), *manager._create_indexes(safe=False)]
    made = []
    for context in contexts:
        sql, parameters = context.query()
        assert not parameters, sql
        made.append(sql)
    return made


def indexes(connection: sqlite3.Connection, model: type[peewee.Model]) -> set[Index]:
    found: set[Index] = set()
    for _, name, unique, origin, partial in connection.execute(
        f"PRAGMA index_list({table_of(model)})"
    ):
        if origin == "pk":
            continue
        columns = tuple(
            row[2] or "an expression" for row in connection.execute(f'PRAGMA index_info("{name}")')
        )
        found.add((columns, bool(unique), bool(partial)))
    return found


def test_start_up_and_list_read_indexes_not_messages(database: Database) -> None:
    plans = {
        "SELECT DISTINCT session FROM messages WHERE session IS NOT NULL": "messages_session",
        "SELECT DISTINCT session FROM skill_executions WHERE session IS NOT NULL": (
            "skill_executions_session"
        ),
        "UPDATE messages SET status = 'interrupted' WHERE session IN ('a', 'b')": (
            "messages_session"
        ),
        "SELECT count(id) FROM messages WHERE conversation_id = 'c' AND role IN ('user')": (
            "COVERING INDEX messages_conversation"
        ),
    }
    with closing(sqlite3.connect(database.path)) as connection:
        for sql, index in plans.items():
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))
            assert index in plan, plan


# -- older files -----------------------------------------------------------------------------------


def test_a_file_of_every_schema_is_kept() -> None:
    kept = {int(path.name.removeprefix("schema-").removesuffix(".db.gz")) for path in FILES}

    assert kept >= set(range(1, NEWEST)) | {1}


@pytest.mark.parametrize("kept", FILES, ids=lambda path: path.name)
def test_a_migration_that_was_ever_run_is_never_changed(kept: Path, tmp_path: Path) -> None:
    number = unpack(kept, tmp_path / "old" / "steward.db")
    steps = tmp_path / "migrations"
    steps.mkdir()
    for step in schema.steps(schema.MIGRATIONS)[:number]:
        shutil.copy(step, steps)
    new = Database(tmp_path / "new" / "steward.db", migrations=steps)
    new.open()
    new.close()

    assert definitions(tmp_path / "new" / "steward.db") == definitions(
        tmp_path / "old" / "steward.db"
    ), "add a migration instead (before a first release: make the file again)"


def definitions(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {(name, sql) for name, sql in rows}


@pytest.mark.parametrize("kept", FILES, ids=lambda path: path.name)
async def test_a_file_of_an_older_schema_opens_with_everything_in_it(
    kept: Path, path: Path
) -> None:
    number = unpack(kept, path)
    database = Database(path)
    database.open()
    try:
        await _tells_the_same_story(database)
        made = {one.name.split("-")[1] for one in backups.folder(path).iterdir()}
        # Before each step, and one for the day.
        assert made >= {str(old) for old in range(number, NEWEST)}
    finally:
        database.close()


def unpack(kept: Path, path: Path) -> int:
    path.parent.mkdir()
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def _tells_the_same_story(database: Database) -> None:
    redactor, clock = Redactor(), FixedClock()
    conversations = Conversations(database, redactor, clock)
    assert await conversations.mark_interrupted() == 1
    (summary,) = await conversations.list()
    assert summary.title == "replace 'draft' with 'final' in report.md"
    asked, calling, result, answer, half = await conversations.messages("c-1")
    assert asked.role is Role.USER
    assert calling.tool_calls[0].arguments["new"] == "final"
    assert (result.tool_call_id, result.tool_status) == ("call-1", ToolStatus.OK)
    assert result.metadata == {"version": 2}
    assert answer.text == "Done: the naïve “draft” is final."
    assert half.status is MessageStatus.INTERRUPTED
    assert [hit.message_id for hit in await conversations.search("naive draft")] == [answer.id]

    (execution,) = await SkillExecutions(database, redactor, clock).for_turn("t-1")
    assert (execution.skill, execution.approved_by) == ("files.edit", "you")
    assert await ApprovalRules(database, clock).allowed("files.edit", "c-1") == "conversation"
    (note,) = await NotificationLog(database, redactor, clock).recent()
    assert note.message == "It is slow."

    def files() -> tuple[list[str], list[int], list[str]]:
        return (
            [file.locator for file in File.select()],
            [row.version for row in FileVersionRow.select().order_by(FileVersionRow.version)],
            [row.state for row in FileOperation.select().order_by(FileOperation.id)],
        )

    assert database.read(files) == (["/home/ann/report.md"], [1, 2], ["INTENT", "DONE"])
