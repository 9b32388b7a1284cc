"""The list as the person keeps it: pinned, archived; and drafts that wait."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from app.domain.messages import Role
from app.redaction import Redactor, Secret
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.drafts import Drafts
from tests.clocks import FixedClock
from tests.storage.conftest import SECRET, Say


async def ids(conversations: Conversations, **how: object) -> list[str]:
    return [one.id for one in await conversations.list(**how)]  # type: ignore[arg-type]


async def test_pinned_ones_stand_first_and_archived_ones_apart(
    conversations: Conversations, say: Say
) -> None:
    for name in ("one", "two", "three", "four"):
        await conversations.create(conversation_id=name)
        await say(name, Role.USER, f"hello {name}")
    await conversations.pin("one")
    await conversations.archive("three")

    assert await ids(conversations) == ["one", "four", "two"]
    assert await ids(conversations, limit=2) == ["one", "four"]
    assert await ids(conversations, archived=True) == ["three"]
    assert await conversations.archived_count() == 1
    (hit,) = await conversations.search("three")
    assert hit.archived
    await conversations.pin("one", pinned=False)
    await conversations.archive("three", archived=False)
    assert await ids(conversations) == ["four", "three", "two", "one"]


async def test_the_person_s_next_message_brings_it_back_and_an_answer_does_not(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    await conversations.archive("c")
    await say("c", Role.ASSISTANT, "late news")
    assert await ids(conversations) == []
    await say("c", Role.USER, "hello again")
    assert await ids(conversations) == ["c"]


async def test_the_list_follows_indexes(database: Database) -> None:
    with closing(sqlite3.connect(database.path)) as connection:
        for where, order, index in (
            ("archived_at IS NOT NULL", "archived_at", "conversations_archived"),
            ("pinned_at IS NOT NULL AND archived_at IS NULL", "updated_at", "conversations_pinned"),
            ("pinned_at IS NULL AND archived_at IS NULL", "updated_at", "conversations_updated"),
        ):
            sql = f"SELECT * FROM conversations WHERE {where} ORDER BY {order} DESC LIMIT 9"
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))
            assert index in plan, plan


async def test_marks_are_places_and_brackets_in_a_text_are_only_text(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    await say("c", Role.USER, "a [link] to\n the  \ufdd0Report\ufdd1 and a report")
    (hit,) = await conversations.search("report")
    assert hit.snippet == "a [link] to the Report and a report"
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["Report", "report"]
    assert hit.marked("<", ">") == "a [link] to the <Report> and a <report>"


async def test_a_draft_is_kept_without_secrets_until_it_is_empty(database: Database) -> None:
    drafts = Drafts(database, Redactor({"KEY": Secret(SECRET)}), FixedClock())
    await drafts.keep(None, "for a new one")
    await drafts.keep("c", f"half {SECRET}")
    assert (await drafts.of(None)).text == "for a new one"
    assert (await drafts.of("c")).text == "half [secret:KEY]"
    await drafts.keep("c", "  ")
    assert (await drafts.of("c")).text == ""
