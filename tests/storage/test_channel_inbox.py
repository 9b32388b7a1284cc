"""What came in is kept before it is acknowledged, handled once, and asked about after a crash."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.channels import InboxState
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_inbox import ACT, KEPT, ChannelInboxes
from app.storage.database import Database
from tests.storage.conftest import SECRET, SteppingClock, holds_secret

TELEGRAM = Channel.TELEGRAM


@pytest.fixture
def inbox(database: Database, redactor: Redactor, clock: SteppingClock) -> ChannelInboxes:
    return ChannelInboxes(database, redactor, clock)


async def test_what_comes_twice_is_kept_once(inbox: ChannelInboxes) -> None:
    assert await inbox.take_in(TELEGRAM, [("1", {"n": 1}), ("2", {"n": 2})], cursor="3") == 2
    assert await inbox.take_in(TELEGRAM, [("2", {"n": 2}), ("3", {"n": 3})], cursor="4") == 1
    assert [item.body["n"] for item in await inbox.open(TELEGRAM)] == [1, 2, 3]
    found = await inbox.cursor(TELEGRAM)
    assert found is not None
    assert found[0] == "4"
    assert await inbox.count(TELEGRAM) == 3
    assert await inbox.cursor(Channel.GOOGLE_CHAT) is None


async def test_an_update_of_another_channel_is_another_one(inbox: ChannelInboxes) -> None:
    await inbox.take_in(TELEGRAM, [("1", {})])
    assert await inbox.take_in(Channel.GOOGLE_CHAT, [("1", {})]) == 1
    assert len(await inbox.open(TELEGRAM)) == 1


async def test_what_was_handled_keeps_its_id_and_not_its_words(
    inbox: ChannelInboxes, database: Database, path: Path
) -> None:
    await inbox.take_in(TELEGRAM, [("1", {"text": "my words"})])
    (item,) = await inbox.open(TELEGRAM)
    await inbox.end(item.id)
    assert await inbox.open(TELEGRAM) == []
    ended = await inbox.get(item.id)
    assert ended is not None
    assert (ended.state, ended.body) == (InboxState.DONE, {})
    assert await inbox.take_in(TELEGRAM, [("1", {"text": "my words"})]) == 0


async def test_secrets_are_not_kept(inbox: ChannelInboxes, database: Database, path: Path) -> None:
    await inbox.take_in(TELEGRAM, [("1", {"message": {"text": f"my key is {SECRET}"}})])
    (item,) = await inbox.open(TELEGRAM)
    assert SECRET not in str(item.body)
    database.close()
    assert not holds_secret(path)


async def test_what_is_held_is_done_only_when_that_is_confirmed(inbox: ChannelInboxes) -> None:
    await inbox.take_in(TELEGRAM, [("1", {})])
    (item,) = await inbox.open(TELEGRAM)
    assert not await inbox.confirm(item.id)
    await inbox.begin(item.id)
    await inbox.hold(item.id)
    assert await inbox.open(TELEGRAM) == []
    assert await inbox.confirm(item.id)
    assert not await inbox.confirm(item.id)
    (again,) = await inbox.open(TELEGRAM)
    assert (again.begun, again.confirmed) == (None, True)


async def test_old_ones_are_forgotten_and_what_is_to_be_handled_is_not(
    inbox: ChannelInboxes, clock: SteppingClock
) -> None:
    await inbox.take_in(TELEGRAM, [("1", {}), ("2", {})])
    first, second = await inbox.open(TELEGRAM)
    await inbox.end(first.id)
    clock.advance(KEPT.total_seconds() + 60)
    await inbox.prune()
    assert await inbox.get(first.id) is None
    assert await inbox.get(second.id) is not None


class Handling(RuleBasedStateMachine):
    """Updates come, in any order and again; each is handled once, or somebody was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = SteppingClock()
        self.open()
        self.states: dict[str, InboxState] = {}
        self.begun: dict[str, str | None] = {}

    def open(self) -> None:
        self.database = Database(Path(self.folder.name) / "steward.db")
        self.database.open()
        self.inbox = ChannelInboxes(self.database, Redactor(), self.clock)

    def teardown(self) -> None:
        self.runner.close()
        self.database.close()
        self.folder.cleanup()

    @rule(updates=st.lists(st.integers(1, 12).map(str), max_size=4))
    def take_in(self, updates: list[str]) -> None:
        new = {one for one in updates if one not in self.states}
        kept = self.runner.run(self.inbox.take_in(TELEGRAM, [(one, {"u": one}) for one in updates]))
        assert kept == len(new)
        for one in updates:
            if one in new:
                self.states.setdefault(one, InboxState.NEW)
                self.begun.setdefault(one, None)

    @precondition(lambda self: self._any(InboxState.NEW))
    @rule(data=st.data(), act=st.sampled_from(["begin", "hold", "end"]))
    def handle(self, data: st.DataObject, act: str) -> None:
        item = data.draw(st.sampled_from(self._items()))
        assert self.states[item.update] is InboxState.NEW
        assert item.begun == self.begun[item.update]
        self.runner.run(getattr(self.inbox, act)(item.id))
        if act == "begin":
            self.begun[item.update] = ACT
        else:
            self.states[item.update] = InboxState.HELD if act == "hold" else InboxState.DONE

    @rule(number=st.integers(1, 14))
    def confirm(self, number: int) -> None:
        item = self.runner.run(self.inbox.get(number))
        held = item is not None and self.states[item.update] is InboxState.HELD
        assert self.runner.run(self.inbox.confirm(number)) is held
        if item is not None and held:
            self.states[item.update], self.begun[item.update] = InboxState.NEW, None

    @rule()
    def start_again(self) -> None:
        self.database.close()
        self.open()

    @invariant()
    def what_is_open_is_what_is_to_be_handled_in_order(self) -> None:
        items = self._items()
        assert {item.update for item in items} == {
            one for one, state in self.states.items() if state is InboxState.NEW
        }
        assert [item.id for item in items] == sorted(item.id for item in items)

    def _items(self):  # type: ignore[no-untyped-def]
        return self.runner.run(self.inbox.open(TELEGRAM))

    def _any(self, state: InboxState) -> bool:
        return state in self.states.values()


TestHandling = Handling.TestCase
TestHandling.settings = settings(max_examples=20, stateful_step_count=20)
