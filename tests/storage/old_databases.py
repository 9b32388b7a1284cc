"""Makes `schemas/schema-N.db.gz`, a small real database of today's schema; see its README."""

from __future__ import annotations

import asyncio
import gzip
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app.domain.events import Notification, Severity
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.redaction import Redactor
from app.storage import schema
from app.storage.approval_rules import ApprovalRules
from app.storage.connections import connect
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.executions import SkillExecutions
from app.storage.models import File, FileOperation, FileVersionRow
from app.storage.notifications import NotificationLog
from tests.clocks import FixedClock

FOLDER = Path(__file__).with_name("schemas")
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


async def fill(database: Database) -> None:
    """A turn in which `report.md` was edited, as every schema must still tell it."""
    clock = FixedClock()
    redactor = Redactor()
    conversations = Conversations(database, redactor, clock, user="ann")
    call = ToolCall("call-1", "files.edit", {"path": "report.md", "old": "draft", "new": "final"})
    await conversations.create(conversation_id="c-1")
    for role, text, more in (
        (Role.USER, "replace 'draft' with 'final' in report.md", {}),
        (Role.ASSISTANT, "", {"tool_calls": (call,)}),
        (
            Role.TOOL,
            "Changed report.md: version 2.",
            {
                "tool_call_id": "call-1",
                "tool_name": "files.edit",
                "tool_status": ToolStatus.OK,
                "metadata": {"version": 2},
            },
        ),
        (Role.ASSISTANT, "Done: the naïve “draft” is final.", {}),
    ):
        await conversations.append(ConversationMessage("c-1", "t-1", role, text, AT, **more))
    await conversations.append(
        ConversationMessage(
            "c-1", "t-2", Role.ASSISTANT, "Half an ans", AT, status=MessageStatus.STREAMING
        )
    )
    executions = SkillExecutions(database, redactor, clock)
    await executions.start(execution_id="e-1", call=call, conversation_id="c-1", turn_id="t-1")
    result = ToolResult("call-1", "files.edit", ToolStatus.OK, "Changed.", 12, {"version": 2})
    await executions.finish("e-1", result, approved_by="you")
    await ApprovalRules(database, clock).allow("files.edit", "c-1")
    note = Notification(at=AT, severity=Severity.WARNING, source="model", message="It is slow.")
    await NotificationLog(database, redactor, clock).add(note)
    await database.write_async(_add_file)


def _add_file() -> None:
    path = "/home/ann/report.md"
    common = {"new_file_id": "f-1", "original_file_id": "f-1", "path": path, "user_id": 1}
    File.create(id="f-1", store="folder", locator=path, present=True, created_at=AT, updated_at=AT)
    for version, operation, action in ((1, "user_upload", "seen"), (2, "skill_edit", "edit")):
        FileVersionRow.create(
            **common,
            op_id=f"o-{version}",
            filename="report.md",
            version=version,
            operation_type=operation,
            action=action,
            state="done",
            by="files.edit",
            hash_after=str(version) * 64,
            size=10,
            conversation_id="c-1",
            turn_id="t-1",
            created_at=AT,
        )
    for state in ("INTENT", "DONE"):
        FileOperation.create(op_id="o-2", file_id="f-1", state=state, created_at=AT)


def make() -> Path:
    """Write the file of today's schema, unless there is one already."""
    number = len(schema.steps(schema.MIGRATIONS))
    target = FOLDER / f"schema-{number}.db.gz"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "steward.db"
        database = Database(path)
        database.open()
        asyncio.run(fill(database))
        database.close()
        connection = connect(path, timeout=1)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
        connection.close()
        with target.open("xb") as file:
            file.write(gzip.compress(path.read_bytes(), mtime=0))
    return target


if __name__ == "__main__":
    sys.stdout.write(f"{make()}\n")
