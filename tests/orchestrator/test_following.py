"""Two Stewards on one data directory: a message follows what its face showed, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.branches import After
from app.domain.messages import Channel, Role
from app.orchestrator.engine import Engine
from app.orchestrator.turn import TurnOutcome
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import ScriptedModel, says


@pytest.fixture
async def other(desk: Desk, folder: Path) -> AsyncIterator[Desk]:
    """A second Steward on the same data directory."""
    assembly = await Assembly.open(folders=(folder,))
    try:
        yield Desk(assembly, folder)
    finally:
        await assembly.close()


async def said(desk: Desk, conversation_id: str) -> list[str]:
    messages = await desk.assembly.conversations.messages(conversation_id)
    return [one.text for one in messages if one.role is Role.USER]


async def same(other: Desk, engine: Engine) -> Engine:
    return await other.assembly.engines.get(engine.conversation_id)


async def ask(
    engine: Engine, text: str, after: TurnOutcome | None = None, *, instead_of: str | None = None
) -> TurnOutcome:
    place = After(after.turn_id) if after is not None else None
    outcome = await engine.run_turn(
        text, channel=Channel.WINDOW, after=place, instead_of=instead_of
    )
    assert outcome.stored
    return outcome


async def test_messages_that_wait_follow_one_another_on_the_branch_the_first_began(
    desk: Desk, other: Desk
) -> None:
    scripted = desk.model(says("A."))
    other.model(says("B."))
    here = await desk.assembly.engines.get(None)
    there = await same(other, here)
    first = await ask(here, "one")
    theirs = await ask(there, "theirs", first)
    await ask(there, "theirs again", instead_of=theirs.turn_id)

    await asyncio.gather(ask(here, "two", first), ask(here, "three", first))

    assert await said(desk, here.conversation_id) == ["one", "two", "three"]
    assert [one.text for one in scripted.requests[2].messages] == [
        "one", "A.", "two", "A.", "three",
    ]  # fmt: skip
    (fork,) = (await desk.assembly.branches.forks(here.conversation_id)).values()
    assert fork.words == "3 of 3"


async def test_each_face_goes_on_from_what_it_saw_however_they_take_turns(
    desk: Desk, other: Desk
) -> None:
    desk.model(says("A."))
    other.model(says("B."))
    here = await desk.assembly.engines.get(None)
    there = await same(other, here)
    mine = await ask(here, "one")
    theirs = await ask(there, "one again", instead_of=mine.turn_id)
    for number in range(3):
        mine = await ask(here, f"mine {number}", mine)
        theirs = await ask(there, f"theirs {number}", theirs)

    assert await said(desk, here.conversation_id) == [
        "one again",
        *(f"theirs {n}" for n in range(3)),
    ]
    await ask(here, "last", mine)
    assert await said(desk, here.conversation_id) == [
        "one", *(f"mine {n}" for n in range(3)), "last",
    ]  # fmt: skip


async def test_two_that_write_at_once_lose_nothing_and_fork_nothing(
    desk: Desk, other: Desk
) -> None:
    desk.model(says("A."))
    other.model(says("B."))
    here = await desk.assembly.engines.get(None)
    there = await same(other, here)
    first = await ask(here, "one")

    await asyncio.gather(
        *(ask(here, f"mine {n}", first) for n in range(4)),
        *(ask(there, f"theirs {n}", first) for n in range(4)),
    )

    told = await said(desk, here.conversation_id)
    assert sorted(told[1:]) == sorted(f"{who} {n}" for who in ("mine", "theirs") for n in range(4))
    assert [one for one in told if one.startswith("mine")] == [f"mine {n}" for n in range(4)]
    assert not await desk.assembly.branches.forks(here.conversation_id)


async def test_a_model_is_told_what_stands_before_the_message_and_nothing_else(
    desk: Desk, other: Desk
) -> None:
    """Also what another process stored while this message waited for its turn."""
    gate = asyncio.Event()
    scripted = desk.model(gate, says("A."))
    other.model(says("B."))
    here = await desk.assembly.engines.get(None)
    there = await same(other, here)
    first = asyncio.create_task(ask(here, "one"))
    await scripted.streaming.wait()
    second = asyncio.create_task(ask(here, "two"))
    theirs = await ask(there, "theirs")
    gate.set()
    await asyncio.gather(first, second)

    request = [one.text for one in scripted.requests[1].messages if one.role is Role.USER]
    assert request == ["one", "theirs", "two"] == await said(desk, here.conversation_id)
    outcome = await ask(there, "theirs again", instead_of=theirs.turn_id)
    assert outcome.text == "B."


async def test_a_turn_that_is_not_there_is_told_and_nothing_is_stored(desk: Desk) -> None:
    desk.model(says("A."))
    engine = await desk.assembly.engines.get(None)

    outcome = await engine.run_turn("one", channel=Channel.WINDOW, after=After("never"))

    assert not outcome.stored
    assert outcome.error is not None
    assert await said(desk, engine.conversation_id) == []


async def test_what_failed_before_it_was_stored_is_followed_by_nothing(desk: Desk) -> None:
    scripted: ScriptedModel = desk.model(says("A."))
    engine = await desk.assembly.engines.get(None)
    first = await ask(engine, "one")

    lost, kept = await asyncio.gather(
        engine.run_turn("lost", channel=Channel.WINDOW, after=After("never")),
        engine.run_turn("two", channel=Channel.WINDOW, after=After(first.turn_id)),
    )

    assert (lost.stored, kept.stored) == (False, True)
    assert await said(desk, engine.conversation_id) == ["one", "two"]
    assert len(scripted.requests) == 2
