"""Fills a real database with conversations as long as years of use make them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from peewee import fn

from app.domain.messages import Role
from app.storage.database import Database
from app.storage.models import Branch, Conversation, Message
from app.storage.users import ensure_user
from tests.benchmarks.big_history import insert_rows, stored_time

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
RARE: Final = "zeppelin"
"""Stands in one message of ``RARE_EVERY``; ``report`` in most."""
RARE_EVERY: Final = 10_000
_DIFFERENT: Final = 2_000
"""Answers that are made up; a million would take minutes."""
_TEXT: Final = (
    "the report garden invoice total spring fair version folder photo letter budget cake stand "
    "weather morning number draft final meeting note village hall rain list table price change"
)
_WORDS: Final = tuple(_TEXT.split())


def add_conversation(database: Database, conversation_id: str, messages: int) -> None:
    """One conversation of so many messages: questions, and answers in Markdown, in turn."""
    _add(database, [conversation_id], messages)


def add_branched(database: Database, conversation_id: str, branches: int, each: int) -> None:
    """One conversation of so many branches beside the first, each leaving the one before.

    ``each`` has so many messages, and is left in the place of its last turn: but for these, all
    messages are shown.
    """
    add_conversation(database, conversation_id, (branches + 1) * each)

    def branch() -> None:
        first = Message.select(fn.MIN(Message.id)).where(_of(conversation_id)).scalar()
        number = (Message.id - first) / each
        Message.update(branch_id=number).where(_of(conversation_id)).execute()
        for one in range(1, branches + 1):
            Branch.create(
                id=one,
                conversation_id=conversation_id,
                parent_id=one - 1,
                fork_message_id=first + one * each - 2,
                created_at=START,
            )
        shown = Conversation.update(shown_branch=branches)
        shown.where(Conversation.id == conversation_id).execute()

    database.write(branch)


def _of(conversation_id: str) -> Any:
    return Message.conversation_id == conversation_id


def add_many(database: Database, conversations: int, messages: int) -> None:
    """So many conversations of so many messages each."""
    _add(database, [f"{number:032x}" for number in range(conversations)], messages)


def _add(database: Database, ids: list[str], messages: int) -> None:
    words = random.Random(7)

    def write() -> None:
        user = ensure_user(database, "bench")
        for number, conversation in enumerate(ids):
            Conversation.create(
                id=conversation,
                user_id=user,
                title=f"Talk {number} of {messages:,} messages",
                created_at=START,
                updated_at=START + timedelta(minutes=number),
            )
        insert_rows("messages", _messages(words, ids, messages))

    database.write(write)


def _messages(words: random.Random, ids: list[str], each: int) -> Iterator[dict[str, object]]:
    answers = [_answer(words) for _ in range(_DIFFERENT)]
    for place, conversation in enumerate(ids):
        for number in range(each):
            order = place * each + number
            text = words.choice(answers) if number % 2 else _prose(words, 12)
            if order % RARE_EVERY == RARE_EVERY // 2:
                text = f"{text} {RARE}"
            yield {
                "conversation_id": conversation,
                "turn_id": f"{conversation}-{number // 2}",
                "role": (Role.ASSISTANT if number % 2 else Role.USER).value,
                "text": text,
                "status": "done",
                "channel": "window",
                "created_at": stored_time(START + timedelta(seconds=order)),
            }


def _answer(words: random.Random) -> str:
    """About 1,100 characters; with the questions between, 600 on average."""
    items = "\n".join(f"- {_prose(words, 6)}" for _ in range(3))
    head, body, end = _prose(words, 3), _prose(words, 60), _prose(words, 40)
    return f"## {head}\n\n{body}\n\n{items}\n\n```python\nprint({head!r})\n```\n\n{end}"


def _prose(words: random.Random, count: int) -> str:
    return " ".join(words.choices(_WORDS, k=count))
