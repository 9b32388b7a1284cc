"""The log of executions: what was asked, who allowed it, what came of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from app.domain.errors import NotFoundError, StorageError
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.executions import SkillExecutions
from tests.storage.conftest import SECRET, SteppingClock, holds_secret

EDIT = ToolCall("call-1", "files.edit", {"path": "a.md"})


@pytest.fixture
async def executions(
    database: Database, redactor: Redactor, clock: SteppingClock, conversations: Conversations
) -> SkillExecutions:
    await conversations.create(conversation_id="c")
    return SkillExecutions(database, redactor, clock)


async def start(executions: SkillExecutions, name: str, call: ToolCall = EDIT) -> None:
    await executions.start(execution_id=name, call=call, conversation_id="c", turn_id="t")


async def test_an_execution_is_noted_before_and_after(executions: SkillExecutions) -> None:
    await start(executions, "e")
    (running,) = await executions.for_turn("t")
    assert running.status is None
    assert running.finished_at is None
    assert (running.skill, running.arguments) == ("files.edit", {"path": "a.md"})

    result = ToolResult("call-1", "files.edit", ToolStatus.OK, "Changed.", 12, {"version": 2})
    await executions.finish("e", result, approved_by="you in the window")

    (ended,) = await executions.for_turn("t")
    assert (ended.status, ended.content, ended.duration_ms) == (ToolStatus.OK, "Changed.", 12)
    assert ended.metadata == {"version": 2}
    assert ended.approved_by == "you in the window"
    assert ended.finished_at is not None
    assert ended.finished_at > ended.started_at


async def test_executions_come_in_the_order_they_started(executions: SkillExecutions) -> None:
    for name in ("z", "a", "m"):
        await start(executions, name)

    assert [one.id for one in await executions.for_turn("t")] == ["z", "a", "m"]
    assert await executions.for_turn("another") == []


async def test_an_execution_that_never_started_cannot_end(executions: SkillExecutions) -> None:
    with pytest.raises(NotFoundError):
        await executions.finish("e", ToolResult("1", "x", ToolStatus.OK, ""), approved_by=None)


async def test_an_id_names_one_execution(executions: SkillExecutions) -> None:
    await start(executions, "e")

    with pytest.raises(StorageError, match="UNIQUE"):
        await start(executions, "e")


async def test_arguments_that_could_not_be_read_are_kept_as_they_came(
    executions: SkillExecutions,
) -> None:
    await start(executions, "e", ToolCall("1", "x", parse_error="oops", raw_arguments="{'a'"))

    (one,) = await executions.for_turn("t")
    assert one.arguments == {"raw_arguments": "{'a'"}


async def test_facts_that_json_does_not_know_become_text(executions: SkillExecutions) -> None:
    await start(executions, "e")
    facts = {"path": PurePosixPath("a/b"), "status": ToolStatus.OK}
    await executions.finish(
        "e", ToolResult("1", "x", ToolStatus.OK, "", metadata=facts), approved_by=None
    )

    (one,) = await executions.for_turn("t")
    assert one.metadata == {"path": "a/b", "status": "ok"}


async def test_no_secret_is_kept(
    executions: SkillExecutions, database: Database, path: Path
) -> None:
    await start(executions, "e", ToolCall("1", "x", {"key": [SECRET]}))
    result = ToolResult("1", "x", ToolStatus.ERROR, f"saw {SECRET}", metadata={SECRET: SECRET})
    await executions.finish("e", result, approved_by=None)
    database.close()

    assert not holds_secret(path)


async def test_what_a_crash_left_running_is_interrupted_and_the_living_left_alone(
    executions: SkillExecutions, path: Path, redactor: Redactor, clock: SteppingClock
) -> None:
    await start(executions, "mine")
    crashed = Database(path)
    crashed.open()
    await start(SkillExecutions(crashed, redactor, clock), "theirs")
    assert await executions.mark_interrupted() == 0
    crashed.close()

    assert await executions.mark_interrupted() == 1
    mine, theirs = await executions.for_turn("t")
    assert mine.status is None
    assert theirs.status is ToolStatus.INTERRUPTED
    assert theirs.finished_at is not None
    assert theirs.content.startswith("Steward ended before this call did.")


async def test_a_call_that_changed_nothing_is_noted_in_one_go(executions: SkillExecutions) -> None:
    began = executions._clock.now()
    result = ToolResult("call-1", "files.edit", ToolStatus.DENIED, "No.", 3, {"type": "denied"})
    executions.note(
        execution_id="e", call=EDIT, conversation_id="c", turn_id="t", started_at=began,
        result=result,
    )  # fmt: skip
    await start(executions, "later")  # writes are done in their order
    one, _ = await executions.for_turn("t")
    assert (one.id, one.status, one.content) == ("e", ToolStatus.DENIED, "No.")
    assert (one.started_at, one.arguments) == (began, {"path": "a.md"})


async def test_finished_results_are_found_by_turn_and_call(
    executions: SkillExecutions, conversations: Conversations
) -> None:
    await start(executions, "e1")
    await start(executions, "e2", ToolCall("call-2", "files.edit", {}))
    done = ToolResult("call-1", "files.edit", ToolStatus.OK, "Changed.", 12, {"version": 2})
    await executions.finish("e1", done, approved_by=None)
    assert await executions.finished_results(["t", "none"]) == {("t", "call-1"): done}
    assert await executions.finished_results([]) == {}
    assert await executions.finished_results(["another"]) == {}
