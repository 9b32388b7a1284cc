"""A real database in a folder of its own, a clock the test moves, and one known secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.messages import ConversationMessage, Role
from app.redaction import Redactor, Secret
from app.storage.conversations import Conversations
from app.storage.database import Database

SECRET = "sk-or-v1-0123456789abcdef"


class SteppingClock:
    """Each look at it is a millisecond later; ``advance`` moves it further."""

    def __init__(self) -> None:
        self.time = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    def monotonic(self) -> float:
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def holds_secret(path: Path) -> bool:
    """Whether any file beside the database at ``path``, or itself, holds ``SECRET``."""
    files = [one for one in path.parent.rglob("*") if one.is_file()]
    assert path in files
    return any(SECRET.encode() in one.read_bytes() for one in files)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def redactor() -> Redactor:
    return Redactor({"OPENROUTER_API_KEY": Secret(SECRET)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "steward.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    database.open()
    yield database
    database.close()


@pytest.fixture
def conversations(database: Database, redactor: Redactor, clock: SteppingClock) -> Conversations:
    return Conversations(database, redactor, clock, user="ann")


@pytest.fixture
def say(conversations: Conversations, clock: SteppingClock) -> Say:
    return Say(conversations, clock)


class Say:
    """Appends a message of given role and text to a conversation."""

    def __init__(self, conversations: Conversations, clock: SteppingClock) -> None:
        self._conversations = conversations
        self._clock = clock

    async def __call__(
        self, conversation_id: str, role: Role, text: str, **more: object
    ) -> ConversationMessage:
        message = ConversationMessage(
            conversation_id,
            str(more.pop("turn_id", "t")),
            role,
            text,
            self._clock.now(),
            **more,  # type: ignore[arg-type]
        )
        return await self._conversations.append(message)
