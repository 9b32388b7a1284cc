"""Branches: what is shown is one way through the conversation, and no other way is ever lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.branches import After, Segment
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.messages import Channel, ConversationMessage, Role
from app.domain.turns import SummaryRecord, TurnRecord
from app.redaction import Redactor
from app.storage.branches import Branches
from app.storage.connections import current
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.exchange import MAX_DEPTH
from app.storage.paths import Path
from app.storage.request_history import history_before
from app.storage.search import MessageQuery
from app.storage.summaries import Summaries
from app.storage.turns import Turns
from tests.storage.conftest import SteppingClock


class House:
    """The stores, and a way to take a turn."""

    def __init__(self, database: Database) -> None:
        self.clock = SteppingClock()
        redactor = Redactor()
        self.conversations = Conversations(database, redactor, self.clock, user="ann")
        self.turns = Turns(database, self.conversations, redactor, self.clock)
        self.branches = Branches(database)
        self.summaries = Summaries(database, redactor)

    async def turn(
        self, turn_id: str, *, instead_of: str | None = None, after: After | None = None
    ) -> None:
        """``turn_id`` is also what is asked in it."""
        at = self.clock.now()
        asked = ConversationMessage("c", turn_id, Role.USER, turn_id, at)
        record = TurnRecord(turn_id, "c", Channel.WINDOW, "ask", at)
        await self.turns.begin(record, asked, instead_of=instead_of, after=after)
        answer = ConversationMessage("c", turn_id, Role.ASSISTANT, f"re {turn_id}", at)
        await self.conversations.append(answer)

    async def shown(self, conversation_id: str = "c") -> list[str]:
        return [one.text for one in await self.conversations.messages(conversation_id)]

    async def first(self, turn_id: str) -> int:
        query = MessageQuery(text=f'"{turn_id}"', conversation_id="c", roles=(Role.USER,))
        (hit,) = [one for one in await self.conversations.find(query) if one.snippet == turn_id]
        return hit.message_id


@pytest.fixture
async def house(database: Database) -> House:
    house = House(database)
    await house.conversations.create(conversation_id="c")
    for turn in ("one", "two", "three"):
        await house.turn(turn)
    return house


async def test_a_message_sent_again_stands_beside_the_first_one(house: House) -> None:
    await house.turn("two again", instead_of="two")

    assert await house.shown() == ["one", "re one", "two again", "re two again"]
    forks = await house.branches.forks("c")
    assert {turn: (len(one.messages), one.shown) for turn, one in forks.items()} == {
        "two again": (2, 1)
    }


async def test_the_first_one_comes_back_with_all_that_followed_it(house: House) -> None:
    await house.turn("two again", instead_of="two")
    await house.turn("four")
    (fork,) = (await house.branches.forks("c")).values()
    first = fork.beside(-1)
    assert first is not None

    assert await house.branches.show("c", first)

    assert await house.shown() == ["one", "re one", "two", "re two", "three", "re three"]
    (back,) = (await house.branches.forks("c")).values()
    again = back.beside(+1)
    assert again is not None
    await house.branches.show("c", again)
    assert (await house.shown())[2:] == ["two again", "re two again", "four", "re four"]


async def test_a_third_try_stands_beside_the_other_two(house: House) -> None:
    await house.turn("two again", instead_of="two")
    await house.turn("two at last", instead_of="two again")

    (fork,) = (await house.branches.forks("c")).values()

    assert fork.words == "3 of 3"
    assert fork.beside(+1) is None


async def test_a_model_is_told_only_of_the_branch_it_answers_on(house: House) -> None:
    await house.turn("two again", instead_of="two")
    again = await house.first("two again")
    before = await house.conversations.history("c", characters=1000, before=again)
    after = await house.conversations.history("c", characters=1000)

    assert [one.text for one in before.messages] == ["one", "re one"]
    assert [one.text for one in after.messages] == ["one", "re one", "two again", "re two again"]
    of_other = await house.conversations.history("c", characters=1000, of_turn="three")
    assert [one.text for one in of_other.messages][-1] == "re three"


async def test_a_summary_of_another_branch_stands_for_nothing_here(house: House) -> None:
    at = house.clock.now()
    await house.summaries.add(SummaryRecord("c", "two", await house.first("one"), "old", at))
    await house.summaries.add(SummaryRecord("c", "three", await house.first("two"), "new", at))

    await house.turn("two again", instead_of="two")

    here = await house.conversations.history("c", characters=1000)
    assert here.summary is not None
    assert here.summary.text == "old"
    there = await house.conversations.history("c", characters=1000, of_turn="three")
    assert there.summary is not None
    assert there.summary.text == "new"


async def test_a_turn_under_way_keeps_its_branch_when_another_is_shown(house: House) -> None:
    await house.turn("two again", instead_of="two")
    await house.branches.show("c", await house.first("three"))

    late = ConversationMessage("c", "two again", Role.ASSISTANT, "late", house.clock.now())
    await house.conversations.append(late)

    assert "late" not in await house.shown()
    await house.branches.show("c", await house.first("two again"))
    assert (await house.shown())[-1] == "late"


async def test_search_finds_what_is_not_shown_and_leads_to_it(house: House) -> None:
    await house.turn("two again", instead_of="two")

    everywhere = await house.conversations.find(MessageQuery(text="three", conversation_id="c"))
    here = MessageQuery(text="three", conversation_id="c", shown=True)

    assert everywhere
    assert await house.conversations.find(here) == []
    assert await house.branches.show("c", everywhere[0].message_id)
    assert len(await house.conversations.find(here)) == 2
    assert not await house.branches.show("c", everywhere[0].message_id)


async def test_the_list_counts_and_judges_what_is_shown(house: House) -> None:
    await house.turn("two again", instead_of="two")

    (listed,) = await house.conversations.list()

    assert listed.message_count == 4


async def test_a_turn_is_replayed_with_the_history_of_its_own_branch(
    house: House, database: Database
) -> None:
    await house.turn("two again", instead_of="two")
    first, now = await house.first("three"), house.clock.now()

    def before() -> list[str]:
        found = history_before("c", Redactor(), message_id=first, at=now, characters=1000)
        return [one.text for one in found.messages]

    assert await database.read_async(before) == ["one", "re one", "two", "re two"]


async def test_a_message_follows_what_was_seen_and_its_branch_is_shown(house: House) -> None:
    await house.turn("two again", instead_of="two")

    await house.turn("four", after=After("three"))

    assert (await house.shown())[2::2] == ["two", "three", "four"]


async def test_where_another_face_was_quicker_the_message_follows_it(house: House) -> None:
    await house.turn("four", after=After("two"))

    assert (await house.shown())[::2] == ["one", "two", "three", "four"]
    assert not await house.branches.forks("c")


async def test_where_more_than_one_thing_was_said_already_a_branch_begins_beside_them(
    house: House,
) -> None:
    await house.turn("three again", instead_of="three")
    await house.turn("beside", after=After("two"))

    assert (await house.shown())[::2] == ["one", "two", "beside"]
    (fork,) = (await house.branches.forks("c")).values()
    assert fork.words == "3 of 3"


async def test_a_message_put_right_behind_an_earlier_one_begins_a_branch(house: House) -> None:
    await house.turn("beside", after=After("one", exactly=True))
    await house.turn("end", after=After("beside", exactly=True))

    assert (await house.shown())[::2] == ["one", "beside", "end"]
    (fork,) = (await house.branches.forks("c")).values()
    assert fork.words == "2 of 2"


async def test_a_message_follows_a_turn_whose_answer_came_late(house: House) -> None:
    """Two processes answered at once: the first turn's last message came after the second turn."""
    late = ConversationMessage("c", "two", Role.ASSISTANT, "late", house.clock.now())
    await house.conversations.append(late)

    await house.turn("four", after=After("three", exactly=True))

    assert "four" in await house.shown()
    assert not await house.branches.forks("c")


async def test_earlier_pages_are_of_the_branch_that_is_read_whatever_is_shown_by_now(
    house: House,
) -> None:
    await house.turn("one again", instead_of="one")
    last = await house.first("three")

    page, more = await house.conversations.page("c", before=last)

    assert [one.text for one in page] == ["one", "re one", "two", "re two"]
    assert not more


async def test_a_long_result_is_read_on_though_another_branch_is_shown(house: House) -> None:
    result = ConversationMessage(
        "c", "three", Role.TOOL, "whole", house.clock.now(), tool_call_id="call"
    )
    await house.conversations.append(result)
    await house.turn("two again", instead_of="two")

    assert await house.conversations.tool_result("c", "three", "call") == "whole"
    assert await house.conversations.tool_result("c", "two again", "call") is None


async def test_an_unknown_turn_begins_no_branch(house: House) -> None:
    before = await house.shown()

    with pytest.raises(NotFoundError):
        await house.turn("x", instead_of="never")
    with pytest.raises(NotFoundError):
        await house.turn("x", after=After("never"))
    with pytest.raises(NotFoundError):
        await house.branches.show("c", 10_000)
    with pytest.raises(NotFoundError):
        await house.conversations.page("c", instead_of="never")

    assert await house.shown() == before


@pytest.mark.parametrize(
    "branches",
    [
        [{"id": 1, "parent": 0, "fork": 99}],
        [{"id": 1, "parent": 2, "fork": 2}],
        [{"id": 1, "parent": 0, "fork": 6}],
        [{"id": 1, "parent": 0, "fork": 2}, {"id": 1, "parent": 0, "fork": 2}],
        [],
    ],
)
async def test_branches_that_cannot_be_are_not_imported(
    house: House, branches: list[dict[str, int]]
) -> None:
    await house.turn("two again", instead_of="two")
    exported = await house.conversations.export("c")
    exported["branches"] = branches

    with pytest.raises(InvalidFieldError):
        await house.conversations.import_(exported)

    assert len(await house.conversations.list()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"branches": [{"id": 1, "parent": 0, "fork": 2.0}]},
        {"branches": [{"id": 1.0, "parent": 0, "fork": 2}]},
        {"branches": [{"id": True, "parent": 0, "fork": 2}]},
        {"branches": [{"id": 1, "parent": 0, "fork": -1}]},
        {"branches": [{"id": 1, "parent": 1, "fork": 6}]},
        {"shown_branch": 10**30},
        {"shown_branch": -1},
    ],
)
async def test_numbers_that_are_none_of_ours_are_not_imported(
    house: House, change: dict[str, Any]
) -> None:
    await house.turn("two again", instead_of="two")
    exported = await house.conversations.export("c")
    forks: Any = exported["branches"]
    own = forks[0]["id"]
    messages: Any = exported["messages"]
    for message in messages:
        message["branch"] = 1 if message["branch"] == own else 0
    exported |= {"branches": [{"id": 1, "parent": 0, "fork": 2}], "shown_branch": 1} | change

    with pytest.raises(InvalidFieldError):
        await house.conversations.import_(exported)


async def test_a_turn_on_two_branches_is_not_imported(house: House) -> None:
    await house.turn("two again", instead_of="two")
    exported = await house.conversations.export("c")
    messages: Any = exported["messages"]
    messages[-1]["turn_id"] = "two"

    with pytest.raises(InvalidFieldError):
        await house.conversations.import_(exported)


@pytest.mark.parametrize("deep", [True, False])
async def test_thousands_of_branches_are_read_as_quickly_as_they_are_written(
    house: House, deep: bool
) -> None:
    """Each beside the one before, or each leaving it."""
    count = MAX_DEPTH + 1 if deep else 3_000
    at = house.clock.now().isoformat()
    forks = [{"id": n, "parent": n - 1 if deep else 0, "fork": n - 1 if deep else 0}
             for n in range(1, count)]  # fmt: skip
    messages = [
        {"role": "user", "text": f"say {n}", "created_at": at, "branch": n} for n in range(count)
    ]
    exported = {
        "format": "steward-conversation", "version": 1, "messages": messages,
        "branches": forks, "shown_branch": count - 1,
    }  # fmt: skip

    copy = await house.conversations.import_(exported)

    async with asyncio.timeout(10):
        page, _ = await house.conversations.page(copy.id)
        assert page[-1].text == f"say {count - 1}"
        assert await house.branches.forks(copy.id)
        assert await house.conversations.list()
        assert (await house.conversations.history(copy.id, characters=1000)).messages
        assert await house.conversations.find(
            MessageQuery(text="say", conversation_id=copy.id, shown=True)
        )
        assert await house.branches.show(copy.id, await first_message(house, copy.id))


async def test_a_chain_of_branches_longer_than_can_be_read_is_not_imported(house: House) -> None:
    at = house.clock.now().isoformat()
    count = MAX_DEPTH + 2
    forks = [{"id": n, "parent": n - 1, "fork": n - 1} for n in range(1, count)]
    messages = [{"role": "user", "text": "x", "created_at": at, "branch": n} for n in range(count)]
    exported = {"format": "steward-conversation", "version": 1, "messages": messages}

    with pytest.raises(InvalidFieldError):
        await house.conversations.import_(exported | {"branches": forks[::-1]})


async def test_branches_may_leave_one_another_as_often_as_the_person_likes(
    house: House, database: Database
) -> None:
    own = (Segment(1_500), *(Segment(n, n + 3) for n in range(1_499, -1, -1)))
    condition, parameters = Path("c", own).sql()
    sql = f"SELECT count(*) FROM messages WHERE {condition}"

    assert await database.read_async(lambda: current.rows(sql, parameters)) == [(2,)]


async def first_message(house: House, conversation_id: str) -> int:
    query = MessageQuery(text='"say 0"', conversation_id=conversation_id)
    return (await house.conversations.find(query))[0].message_id


def texts_in(exported: Mapping[str, Any]) -> list[str]:
    return [one["text"] for one in exported["messages"]]


# -- any order of doing things -------------------------------------------------------------------


@dataclass
class Node:
    """A turn, as the test remembers it."""

    name: str
    parent: Node | None
    branch: int
    children: list[Node] = field(default_factory=list)
    newest: int = 0

    @property
    def path(self) -> list[Node]:
        before = self.parent.path if self.parent is not None else []
        return [*before, self]

    @property
    def line(self) -> list[Node]:
        """What follows it on its own branch."""
        own = [one for one in self.children if one.branch == self.branch]
        return [*own, *own[0].line] if own else []


class Talking(RuleBasedStateMachine):
    """A conversation that is spoken in, branched and switched in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.database = Database(FilePath(self.folder.name) / "steward.db")
        self.database.open()
        self.house = House(self.database)
        self.runner = asyncio.Runner()
        self.run = self.runner.run
        self.run(self.house.conversations.create(conversation_id="c"))
        self.nodes: list[Node] = []
        self.leaf: Node | None = None
        self.seen: Node | None = None

    def teardown(self) -> None:
        self.runner.close()
        self.database.close()
        self.folder.cleanup()

    def add(self, parent: Node | None, *, forks: bool = False) -> Node:
        number = len(self.nodes)
        branch = number if forks or parent is None else parent.branch
        node = Node(f"t{number}x", parent, branch, newest=number)
        self.nodes.append(node)
        if parent is not None:
            parent.children.append(node)
        return node

    @rule()
    def say(self) -> None:
        self.leaf = self.add(self.leaf)
        self.run(self.house.turn(self.leaf.name))

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.nodes), label="instead of")
        self.leaf = self.add(old.parent, forks=True)
        self.run(self.house.turn(self.leaf.name, instead_of=old.name))

    @rule()
    def look(self) -> None:
        """Another face shows what is shown now, and from then on notices nothing."""
        self.seen = self.leaf

    @precondition(lambda self: self.seen is not None)
    @rule(exactly=st.booleans())
    def say_behind_what_was_seen(self, exactly: bool) -> None:
        seen = self.seen
        assert seen is not None
        line = seen.line
        forked = any(one.branch != seen.branch for at in (seen, *line) for one in at.children)
        if line and (exactly or forked):
            self.leaf = self.add(seen, forks=True)
        else:
            self.leaf = self.add(line[-1] if line else seen)
        self.run(self.house.turn(self.leaf.name, after=After(seen.name, exactly)))
        assert seen in self.leaf.path

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        wanted = data.draw(st.sampled_from(self.nodes), label="shown")
        message = self.run(self.house.first(wanted.name))
        changed = self.run(self.house.branches.show("c", message))
        assert self.leaf is not None
        assert changed == (wanted not in self.leaf.path)
        if changed:
            after = [one for one in self.nodes if wanted in one.path and not one.children]
            self.leaf = max(after, key=lambda one: one.newest)

    @precondition(lambda self: self.nodes)
    @rule()
    def carry(self) -> None:
        exported = json.loads(json.dumps(self.run(self.house.conversations.export("c"))))
        copy = self.run(self.house.conversations.import_(exported))
        assert self.run(self.house.shown(copy.id)) == self.run(self.house.shown())
        again = self.run(self.house.conversations.export(copy.id))
        assert texts_in(exported) == texts_in(again)
        shapes = []
        for conversation in ("c", copy.id):
            forks = self.run(self.house.branches.forks(conversation)).values()
            shapes.append(sorted((len(one.messages), one.shown) for one in forks))
        assert shapes[0] == shapes[1]

    @invariant()
    def shows_one_way_through(self) -> None:
        expected = [] if self.leaf is None else [one.name for one in self.leaf.path]
        shown = self.run(self.house.shown())
        assert shown == [text for name in expected for text in (name, f"re {name}")]

    @invariant()
    def pages_make_up_the_whole(self) -> None:
        pages: list[str] = []
        before, more = None, True
        while more:
            page, more = self.run(self.house.conversations.page("c", before=before, limit=3))
            pages = [*(one.text for one in page), *pages]
            before = page[0].id if page else None
        assert pages == self.run(self.house.shown())

    @invariant()
    def every_way_is_offered(self) -> None:
        forks = self.run(self.house.branches.forks("c"))
        found = {turn: (len(fork.messages), fork.shown) for turn, fork in forks.items()}
        roots = [one for one in self.nodes if one.parent is None]
        expected = {}
        for node in self.leaf.path if self.leaf is not None else ():
            beside = node.parent.children if node.parent is not None else roots
            if len(beside) > 1:
                expected[node.name] = (len(beside), beside.index(node))
        assert found == expected


TestTalking = Talking.TestCase
TestTalking.settings = settings(max_examples=15, stateful_step_count=16, deadline=None)
