"""Buttons on a phone: each does its act once, for one person in one chat, while its time lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from app.domain.channels import BUTTON_BYTES, Button, ButtonPress, Chat, Sender
from app.domain.messages import Channel
from app.storage.channel_buttons import KEPT, MANY, ChannelButtons, Refusal
from app.storage.database import Database
from tests.storage.conftest import SteppingClock

CHAT = Chat(Channel.TELEGRAM, "7")


def _press(button: str, chat: str = "7", user: str = "7", **more: Channel) -> ButtonPress:
    channel = more.get("channel", Channel.TELEGRAM)
    return ButtonPress(Chat(channel, chat), Sender(user), "1", button, "q")


@pytest.fixture
def buttons(database: Database, clock: SteppingClock) -> ChannelButtons:
    return ChannelButtons(database, clock)


async def test_a_button_is_opaque_fits_and_is_like_no_other(buttons: ChannelButtons) -> None:
    acts = {f"Button {n}": {"do": "delete everything"} for n in range(20)}
    made = await buttons.make(CHAT, "7", "card", acts)
    assert [one.label for one in made] == list(acts)
    assert len({one.id for one in made}) == 20
    assert all(len(one.id.encode()) <= BUTTON_BYTES for one in made)
    assert "delete" not in "".join(one.id for one in made)


async def test_one_of_a_card_uses_up_all_of_it_and_no_other(buttons: ChannelButtons) -> None:
    allow, deny = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}, "Deny": {"n": 2}})
    (other,) = await buttons.make(CHAT, "7", "b", {"Undo": {"n": 3}})
    assert await buttons.use(_press(allow.id)) == {"n": 1}
    assert await buttons.use(_press(allow.id)) is Refusal.USED
    assert await buttons.use(_press(deny.id)) is Refusal.USED
    assert await buttons.use(_press(other.id)) == {"n": 3}


async def test_a_refused_press_uses_nothing_up(
    buttons: ChannelButtons, clock: SteppingClock
) -> None:
    until = clock.now() + timedelta(minutes=5)
    (made,) = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}}, expires_at=until)
    for press, why in (
        (_press("nonsense"), Refusal.UNKNOWN),
        (_press(made.id, channel=Channel.GOOGLE_CHAT), Refusal.UNKNOWN),
        (_press(made.id, user="8"), Refusal.NOT_YOURS),
        (_press(made.id, chat="8"), Refusal.NOT_YOURS),
    ):
        assert await buttons.use(press) is why
    assert await buttons.use(_press(made.id)) == {"n": 1}


async def test_a_button_whose_time_is_up_does_nothing(
    buttons: ChannelButtons, clock: SteppingClock
) -> None:
    until = clock.now() + timedelta(minutes=5)
    (made,) = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}}, expires_at=until)
    clock.advance(300)
    assert await buttons.use(_press(made.id)) is Refusal.EXPIRED


async def test_a_press_that_comes_again_after_a_crash_is_the_same_use(
    buttons: ChannelButtons,
) -> None:
    allow, deny = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}, "Deny": {"n": 2}})
    assert await buttons.use(_press(allow.id), by=5) == {"n": 1}
    assert await buttons.use(_press(allow.id), by=5) == {"n": 1}
    assert await buttons.use(_press(allow.id), by=6) is Refusal.USED
    assert await buttons.use(_press(deny.id), by=5) is Refusal.USED
    assert await buttons.use(_press(allow.id)) is Refusal.USED


async def test_a_button_that_only_shows_something_can_be_pressed_again(
    buttons: ChannelButtons,
) -> None:
    (made,) = await buttons.make(CHAT, "7", "a", {"Versions": {"do": "look", MANY: True}})
    for number in (1, 2):
        assert (await buttons.use(_press(made.id), by=number)) == {"do": "look", MANY: True}
    await buttons.void("a")
    assert await buttons.use(_press(made.id)) is Refusal.USED


async def test_a_void_card_does_nothing(buttons: ChannelButtons) -> None:
    (made,) = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}})
    await buttons.void("b")
    await buttons.void("a")
    assert await buttons.use(_press(made.id)) is Refusal.USED


async def test_cards_with_a_button_left_are_found_by_the_beginning_of_their_names(
    buttons: ChannelButtons,
) -> None:
    await buttons.make(CHAT, "7", "approval:1", {"Allow": {"n": 1}, "Deny": {"n": 2}})
    (used,) = await buttons.make(CHAT, "7", "approval:2", {"Allow": {"n": 3}})
    await buttons.make(CHAT, "7", "changes:1", {"Undo": {"n": 4}})
    await buttons.make(CHAT, "7", "approvalX1", {"Undo": {"n": 4}})
    await buttons.use(_press(used.id))
    (card,) = await buttons.open(Channel.TELEGRAM, "approval:")
    assert (card.name, card.chat_id, card.user_id, card.action) == (
        "approval:1",
        "7",
        "7",
        {"n": 1},
    )
    assert await buttons.open(Channel.GOOGLE_CHAT, "approval:") == []


async def test_what_is_long_over_is_forgotten_and_what_can_be_pressed_is_not(
    buttons: ChannelButtons, clock: SteppingClock
) -> None:
    (used,) = await buttons.make(CHAT, "7", "a", {"Allow": {"n": 1}})
    (kept,) = await buttons.make(CHAT, "7", "b", {"Undo": {"n": 2}})
    await buttons.use(_press(used.id))
    clock.advance(KEPT.total_seconds() + 60)
    await buttons.prune()
    assert await buttons.use(_press(used.id)) is Refusal.UNKNOWN
    assert await buttons.use(_press(kept.id)) == {"n": 2}


class Pressing(RuleBasedStateMachine):
    """Buttons of a few cards are made, pressed by anybody, voided, and time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "steward.db")
        self.database.open()
        self.clock = SteppingClock()
        self.buttons = ChannelButtons(self.database, self.clock)
        self.runner = asyncio.Runner()
        self.known: list[tuple[Button, str, str, str, float | None]] = []
        """Each button, its card, chat, user, and until when."""
        self.over: set[int] = set()
        self.done: list[int] = []

    def teardown(self) -> None:
        self.runner.close()
        self.database.close()
        self.folder.cleanup()

    @rule(
        card=st.sampled_from("abc"),
        chat=st.sampled_from("12"),
        user=st.sampled_from("12"),
        count=st.integers(1, 3),
        seconds=st.none() | st.integers(1, 100),
    )
    def make(self, card: str, chat: str, user: str, count: int, seconds: int | None) -> None:
        first = len(self.known)
        until = None if seconds is None else self.clock.now() + timedelta(seconds=seconds)
        acts = {f"n{n}": {"n": n} for n in range(first, first + count)}
        place = Chat(Channel.TELEGRAM, chat)
        made = self.runner.run(self.buttons.make(place, user, card, acts, expires_at=until))
        at = None if until is None else until.timestamp()
        self.known += [(one, card, chat, user, at) for one in made]

    @precondition(lambda self: self.known)
    @rule(data=st.data(), chat=st.sampled_from("12"), user=st.sampled_from("12"))
    def press(self, data: st.DataObject, chat: str, user: str) -> None:
        number = data.draw(st.integers(0, len(self.known) - 1))
        button, card, its_chat, its_user, until = self.known[number]
        now = self.clock.time.timestamp()
        found = self.runner.run(self.buttons.use(_press(button.id, chat, user)))
        if (chat, user) != (its_chat, its_user):
            assert found is Refusal.NOT_YOURS
        elif number in self.over:
            assert found is Refusal.USED
        elif until is not None and until <= now:
            assert found is Refusal.EXPIRED
        else:
            assert found == {"n": number}
            assert number not in self.done
            self.done.append(number)
            self.over |= {n for n, one in enumerate(self.known) if one[1] == card}

    @rule(card=st.sampled_from("abc"))
    def void(self, card: str) -> None:
        self.runner.run(self.buttons.void(card))
        self.over |= {n for n, one in enumerate(self.known) if one[1] == card}

    @rule(seconds=st.integers(1, 60))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def prune(self) -> None:
        self.runner.run(self.buttons.prune())


TestPressing = Pressing.TestCase
TestPressing.settings = settings(max_examples=30, stateful_step_count=20)
