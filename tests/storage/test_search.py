"""Full-text search: newest first, and no input can break it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.messages import ConversationMessage, Role
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.search import MAX_TERMS, MessageQuery, find, fts_expression
from tests.storage.conftest import SECRET

START = datetime(2030, 1, 1, tzinfo=UTC)
TEXTS = (
    "hello c++ world",
    "don't panic, it is only report.md",
    "Zoë's naïve café",
    "the final report",
    "the draft report, not final",
    "x NOT y OR z AND NEAR",
    "日本語 テスト",
    "see https://example.org/a?b=c and C:\\Users\\ann",
    "Ἀθῆναι και Straße",
)


@pytest.fixture
async def found(conversations: Conversations) -> Found:
    await conversations.create(conversation_id="first", title="First")
    await conversations.create(conversation_id="second", title="Second")
    for number, text in enumerate(TEXTS):
        where = "first" if number % 2 == 0 else "second"
        role = Role.ASSISTANT if number == 4 else Role.USER
        at = START + timedelta(days=number)
        await conversations.append(ConversationMessage(where, "t", role, text, at))
    return Found(conversations)


class Found:
    """Which of ``TEXTS`` a search finds, by number."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations

    async def by(self, text: str | None = None, **more: object) -> list[int]:
        query = MessageQuery(text, **more)  # type: ignore[arg-type]
        return [hit.message_id - 1 for hit in await self.conversations.find(query)]


async def test_a_hit_says_where_it_is_and_marks_the_words(found: Found) -> None:
    (hit,) = await found.conversations.search("DRAFT")

    assert hit.conversation_id == "first"
    assert hit.conversation_title == "First"
    assert hit.role is Role.ASSISTANT
    assert hit.marked() == "the [draft] report, not final"
    assert hit.created_at == START + timedelta(days=4)


async def test_hits_come_newest_first_and_only_so_many(found: Found) -> None:
    assert await found.by("report") == [4, 3, 1]
    assert await found.by("report", limit=2) == [4, 3]
    assert await found.by("report", limit=0) == []
    assert await found.by("report", limit=-5) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("final report", [4, 3]),
        ("report final", [4, 3]),
        ('"final report"', [3]),
        ('"final report', [3]),
        ("report -draft", [3, 1]),
        ('report -"draft report" -panic', [3]),
        ("repo", [4, 3, 1]),
        ("repo final", []),
        ("repo* final", [4, 3]),
        ("re", []),
        ("don't", [1]),
        ("dont", []),
        ("c++", [7, 0]),
        ("hello ++", [0]),
        ("hello + world", [0]),
        ("report.md", [1]),
        ("NOT", [5, 4]),
        ("AND NEAR", [5]),
        ("x OR z", [5]),
        ("text:final", []),
        ("naive cafe", [2]),
        ("ZOË", [2]),
        ("日本語", [6]),
        ("https://example.org/a?b=c", [7]),
        ("C:\\Users\\ann", [7]),
        ("ἀθῆναι", [8]),
        ("nothing of the kind", []),
        ("-draft", []),
        ("", []),
        ("   ", []),
        ('"', []),
        ('""', []),
        ("*", []),
        ("-", []),
        ("( ) { } ^ : + , ;", []),
        ("hello\0world", [0]),
        ("\ud800 hello", [0]),
        ("'; DROP TABLE messages; --", []),
    ],
)
async def test_what_a_person_types_finds_what_they_mean(
    found: Found, text: str, numbers: list[int]
) -> None:
    assert await found.by(text) == numbers


async def test_conditions_can_be_combined(found: Found) -> None:
    noon = timedelta(hours=12)

    assert await found.by("report", since=START + timedelta(days=3)) == [4, 3]
    assert await found.by("report", until=START + timedelta(days=3)) == [1]
    assert await found.by(since=START + noon, until=START + noon + timedelta(days=2)) == [2, 1]
    assert await found.by("report", conversation_id="second") == [3, 1]
    assert await found.by("report", roles=(Role.ASSISTANT, Role.TOOL)) == [4]
    assert await found.by(conversation_id="second", limit=2) == [7, 5]
    assert await found.by(limit=3) == [8, 7, 6]


async def test_an_answer_is_found_by_its_newest_words_only(
    conversations: Conversations, found: Found
) -> None:
    (hit,) = await conversations.search("draft")

    await conversations.update_message(hit.message_id, text="a finished report")

    assert await conversations.search("draft") == []
    assert await found.by("finished") == [4]


async def test_a_secret_is_not_found(conversations: Conversations) -> None:
    await conversations.create(conversation_id="c")
    at = datetime(2030, 1, 1, tzinfo=UTC)
    await conversations.append(ConversationMessage("c", "t", Role.USER, f"key {SECRET}", at))

    assert await conversations.search(SECRET) == []
    (hit,) = await conversations.search("key")
    assert SECRET not in hit.snippet


def test_very_long_input_is_cut_to_what_the_index_can_take(database: Database) -> None:
    long = " ".join(f"word{number}" for number in range(10_000))

    assert fts_expression(long).count('"') == 2 * MAX_TERMS
    assert database.read(lambda: find(MessageQuery(long), Redactor())) == []
    assert database.read(lambda: find(MessageQuery("a" * 1_000_000), Redactor())) == []
    assert database.read(lambda: find(MessageQuery("-x " * 1000 + "y"), Redactor())) == []


def test_no_input_raises(database: Database) -> None:
    pieces = st.sampled_from(
        [
            '"',
            "-",
            "*",
            "(",
            ")",
            ":",
            "^",
            "{",
            "}",
            "+",
            "NOT",
            "AND",
            "OR",
            "NEAR",
            "a",
            "é",
            " ",
        ]
    )

    @settings(max_examples=300, deadline=None)
    @given(st.text() | st.lists(pieces).map("".join) | st.lists(pieces).map(" ".join))
    def search(text: str) -> None:
        database.read(lambda: find(MessageQuery(text), Redactor()))

    search()


def test_every_stored_text_is_found_by_its_own_words(database: Database) -> None:
    from app.storage.connections import current

    words = st.lists(
        st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=8),
        min_size=1,
        max_size=5,
    )

    @settings(max_examples=100, deadline=None)
    @given(words)
    def search(words: list[str]) -> None:
        def matches() -> bool:
            current.rows("INSERT INTO messages_fts (rowid, text) VALUES (1, ?)", [" ".join(words)])
            match = current.rows(
                "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?",
                [fts_expression(" ".join(words))],
            )
            current.rows(
                "INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', 1, ?)",
                [" ".join(words)],
            )
            return match == [(1,)]

        assert database.write(matches)

    search()
