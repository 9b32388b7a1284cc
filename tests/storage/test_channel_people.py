"""Who is paired, with which codes one can pair, and what each chat holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.branches import After
from app.domain.channels import Chat, Sender
from app.domain.errors import NotFoundError
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_buttons import ChannelButtons
from app.storage.channel_people import CODE_LENGTH, CODE_LETTERS, CODE_LIFE, ChannelPeople
from app.storage.database import Database
from tests.storage.conftest import SteppingClock

TELEGRAM = Channel.TELEGRAM
CHAT = Chat(TELEGRAM, "7")
GROUP = Chat(TELEGRAM, "-5", private=False, title="The team")


@pytest.fixture
def people(database: Database, redactor: Redactor, clock: SteppingClock) -> ChannelPeople:
    return ChannelPeople(database, redactor, clock)


async def test_a_code_is_readable_pairs_once_and_is_not_kept_itself(
    people: ChannelPeople, database: Database, path: Path
) -> None:
    code = await people.new_code(TELEGRAM)
    assert len(code.code) == CODE_LENGTH
    assert set(code.code) <= set(CODE_LETTERS)
    assert not set("0O1I") & set(CODE_LETTERS)
    files = [one for one in path.parent.rglob("*") if one.is_file()]
    assert not any(code.code.encode() in one.read_bytes() for one in files)
    paired = await people.pair(CHAT, Sender("7", "Ann"), f" {code.code.lower()} ")
    assert paired is not None
    assert await people.person(TELEGRAM, "7") == paired
    assert await people.pair(CHAT, Sender("8"), code.code) is None
    assert await people.person(Channel.GOOGLE_CHAT, "7") is None


async def test_a_code_is_good_for_an_hour_and_for_its_channel(
    people: ChannelPeople, clock: SteppingClock
) -> None:
    code = await people.new_code(TELEGRAM)
    google = Chat(Channel.GOOGLE_CHAT, "7")
    assert await people.pair(google, Sender("7"), code.code) is None
    clock.advance(CODE_LIFE.total_seconds())
    assert await people.pending_codes(TELEGRAM) == 0
    assert await people.pair(CHAT, Sender("7"), code.code) is None
    assert timedelta(hours=1) == CODE_LIFE


async def test_of_more_than_three_codes_the_oldest_is_withdrawn(people: ChannelPeople) -> None:
    codes = [(await people.new_code(TELEGRAM)).code for _ in range(4)]
    assert await people.pending_codes(TELEGRAM) == 3
    assert await people.pair(CHAT, Sender("7"), codes[0]) is None
    assert await people.pair(CHAT, Sender("7"), codes[1]) is not None
    await people.withdraw_codes(TELEGRAM)
    assert await people.pair(CHAT, Sender("7"), codes[2]) is None


async def test_pairing_again_renews_and_does_not_double(people: ChannelPeople) -> None:
    for name in ("Ann", "Anna"):
        code = await people.new_code(TELEGRAM)
        await people.pair(CHAT, Sender("7", name), code.code)
    assert [one.name for one in await people.people(TELEGRAM)] == ["Anna"]


async def test_who_is_removed_is_a_stranger_whose_buttons_are_void(
    people: ChannelPeople, database: Database, clock: SteppingClock
) -> None:
    code = await people.new_code(TELEGRAM)
    await people.pair(CHAT, Sender("7"), code.code)
    buttons = ChannelButtons(database, clock)
    await buttons.make(CHAT, "7", "card", {"Allow": {}})
    await people.revoke(TELEGRAM, "7")
    assert await people.person(TELEGRAM, "7") is None
    assert await buttons.open(TELEGRAM, "card") == []
    with pytest.raises(NotFoundError):
        await people.revoke(TELEGRAM, "7")


async def test_a_chat_remembers_the_turn_it_showed_in_the_conversation_it_holds(
    people: ChannelPeople,
) -> None:
    assert await people.conversation(CHAT) == (None, None)
    await people.hold_in(CHAT, "c1")
    assert await people.conversation(CHAT) == ("c1", None)
    await people.showed(CHAT, "c1", "t1")
    assert await people.conversation(CHAT) == ("c1", After("t1"))
    await people.hold_in(CHAT, "c2")
    await people.showed(CHAT, "c1", "t2")  # it was still under way when the chat went on
    assert await people.conversation(CHAT) == ("c2", None)
    await people.hold_in(CHAT, None)
    assert await people.conversation(CHAT) == (None, None)


async def test_a_group_is_noted_once_and_allowed_by_hand(people: ChannelPeople) -> None:
    assert await people.note(GROUP)
    assert not await people.note(GROUP)
    assert not await people.is_allowed(GROUP)
    await people.allow(GROUP)
    assert await people.is_allowed(GROUP)
    assert await people.groups(TELEGRAM) == [(GROUP, True)]
    await people.allow(GROUP, allowed=False)
    assert not await people.is_allowed(GROUP)
