"""The log of decisions: what was shown, who decided, and when."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.approvals import ApprovalRecord, DecisionWord
from app.redaction import Redactor
from app.storage.approvals import ApprovalLog
from app.storage.conversations import Conversations
from app.storage.database import Database
from tests.storage.conftest import SECRET, SteppingClock, holds_secret


@pytest.fixture
async def log(
    database: Database, redactor: Redactor, clock: SteppingClock, conversations: Conversations
) -> ApprovalLog:
    await conversations.create(conversation_id="c")
    return ApprovalLog(database, redactor, clock)


def asked(clock: SteppingClock, name: str = "one", turn_id: str = "t") -> ApprovalRecord:
    return ApprovalRecord(
        id=name,
        conversation_id="c",
        turn_id=turn_id,
        execution_id="e",
        call_id="call-1",
        skill="files.edit",
        arguments={"path": "a.md"},
        arguments_hash="f" * 64,
        targets={"/w/a.md": None},
        summary="Change a.md",
        diff="+new",
        asked_at=clock.now(),
    )


async def test_a_question_is_kept_and_then_its_end(
    log: ApprovalLog, clock: SteppingClock, database: Database
) -> None:
    record = asked(clock)
    log.asked(record)
    await database.write_async(lambda: None)  # writes are done in their order
    ended = dataclasses.replace(
        record, decision=DecisionWord.ALLOWED, by="you", decided_at=clock.now()
    )
    assert await log.list() == [record]
    await log.decided(ended)
    assert await log.list() == [ended]


async def test_an_end_is_kept_also_where_the_question_was_not(
    log: ApprovalLog, clock: SteppingClock
) -> None:
    await log.decided(dataclasses.replace(asked(clock), decision=DecisionWord.DENIED, by="you"))
    (one,) = await log.list()
    assert one.decision is DecisionWord.DENIED


async def test_the_newest_come_first_and_a_turn_has_its_own(
    log: ApprovalLog, clock: SteppingClock, database: Database
) -> None:
    for name in ("z", "a", "m"):
        log.asked(asked(clock, name, turn_id=f"turn {name}"))
    await database.write_async(lambda: None)
    assert [one.id for one in await log.list()] == ["m", "a", "z"]
    assert [one.id for one in await log.list(limit=1)] == ["m"]
    assert [one.id for one in await log.list(turn_id="turn a")] == ["a"]


async def test_a_question_that_a_crash_left_open_has_expired(
    log: ApprovalLog, clock: SteppingClock, database: Database
) -> None:
    old = dataclasses.replace(asked(clock), asked_at=clock.now() - timedelta(hours=1))
    log.asked(old)
    await database.write_async(lambda: None)
    (one,) = await log.list()
    assert one.decision is DecisionWord.EXPIRED


async def test_no_secret_is_kept(
    log: ApprovalLog, clock: SteppingClock, database: Database, path: Path
) -> None:
    record = dataclasses.replace(
        asked(clock),
        arguments={"text": [SECRET], SECRET: 1},
        targets={f"/w/{SECRET}": None},
        summary=f"Write {SECRET}",
        diff=f"+{SECRET}",
        skill=SECRET,
        call_id=SECRET,
    )
    log.asked(record)
    await log.decided(record)
    database.close()
    assert not holds_secret(path)
