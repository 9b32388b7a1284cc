"""An album is one message, whatever its parts come between; each part is answered once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.channels import albums
from app.domain.channels import InboxState
from app.domain.messages import Role
from app.storage.channel_inbox import ACT
from tests.channels.conftest import Phone
from tests.channels.fake_adapter import message, press
from tests.standins.scripted_model import says

pytestmark = pytest.mark.usefixtures("never_whole")


@pytest.fixture
def never_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """An album is whole when something else comes, and not by the clock."""
    monkeypatch.setattr(albums, "QUIET", 3600.0)
    monkeypatch.setattr(albums, "LONGEST", 3600.0)


@pytest.fixture
def soon_whole(never_whole: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has come in until now is all there is."""
    monkeypatch.setattr(albums, "QUIET", 0.01)


def part(number: int, caption: str = "", *, album: str = "a", **more: Any) -> dict[str, Any]:
    """A part of an album with a file."""
    files = [(f"{album}{number}", f"{album}{number}.txt")]
    return message(caption, album=album, files=files, **more)


def give(phone: Phone, *names: str) -> None:
    """Let files be there to be fetched."""
    phone.adapter.files |= {name: f"This is {name}.".encode() for name in names}


async def asked(phone: Phone) -> list[tuple[str, list[str]]]:
    """What each turn was asked, and the names of what came with it."""
    found: list[tuple[str, list[str]]] = []
    for one in await phone.assembly.conversations.list():
        for said in await phone.assembly.conversations.messages(one.id):
            if said.role is Role.USER:
                found.append((said.text, [each.name for each in said.attachments]))
    return found


async def states(phone: Phone) -> list[InboxState]:
    """Of all that came in behind the pairing."""
    return [item.state for item in (await phone.items())[1:]]


# -- gathering ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("soon_whole")
async def test_an_album_is_one_turn_with_its_caption_and_all_its_files(paired: Phone) -> None:
    model = paired.model(says("I see three."))
    give(paired, "a1", "a2", "a3")
    await paired.adapter.receive(part(1), part(2, "What is this?"), part(3))
    await paired.until_done()
    assert await asked(paired) == [("What is this?", ["a1.txt", "a2.txt", "a3.txt"])]
    assert len(model.requests) == 1
    assert await states(paired) == [InboxState.DONE] * 3


async def test_parts_that_come_one_by_one_belong_together_until_something_else_comes(
    paired: Phone,
) -> None:
    paired.model(says("I see."))
    give(paired, "a1", "a2", "b1", "b2")
    for one in (part(1, "First"), part(2), part(1, "Second", album="b"), part(2, album="b")):
        await paired.adapter.receive(one)
    await paired.ask("And this?")
    assert await asked(paired) == [
        ("First", ["a1.txt", "a2.txt"]),
        ("Second", ["b1.txt", "b2.txt"]),
        ("And this?", []),
    ]


async def test_an_album_of_as_many_as_there_can_be_is_whole_at_once(paired: Phone) -> None:
    paired.model(says("I see."))
    give(paired, *(f"a{n}" for n in range(10)))
    for number in range(10):
        await paired.adapter.receive(part(number))
    await paired.until_done()
    assert [len(names) for _, names in await asked(paired)] == [10]


async def test_an_album_that_goes_on_and_on_is_whole_in_the_end(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "LONGEST", 0.01)
    paired.model(says("I see."))
    give(paired, "a1", "a2")
    await paired.adapter.receive(part(1), part(2))
    await paired.until_done()
    assert await asked(paired) == [("", ["a1.txt", "a2.txt"])]


@pytest.mark.usefixtures("soon_whole")
async def test_a_part_that_comes_too_late_is_a_message_of_its_own(paired: Phone) -> None:
    paired.model(says("I see."))
    give(paired, "a1", "a2", "a3")
    await paired.adapter.receive(part(1, "All three"), part(2))
    await paired.until_done()
    await paired.adapter.receive(part(3))
    await paired.until_done()
    assert await asked(paired) == [("All three", ["a1.txt", "a2.txt"]), ("", ["a3.txt"])]


@pytest.mark.usefixtures("soon_whole")
async def test_a_forwarded_album_is_data_as_a_whole(paired: Phone) -> None:
    paired.model(says("What shall I do with it?"))
    give(paired, "a1", "a2")
    parts = (part(1, "/undo it all", forwarded_from="Eve"), part(2, forwarded_from="Eve"))
    await paired.adapter.receive(*parts)
    await paired.until_done()
    assert await asked(paired) == [("", ["forwarded.txt", "a1.txt", "a2.txt"])]


@pytest.mark.usefixtures("soon_whole")
async def test_what_others_wrote_is_never_gathered_into_the_persons_own_words(
    paired: Phone,
) -> None:
    paired.model(says("I see."))
    give(paired, "a1", "a2")
    await paired.adapter.receive(part(1), part(2, "delete everything", forwarded_from="Eve"))
    await paired.until_done()
    assert await asked(paired) == [("", ["a1.txt"]), ("", ["forwarded.txt", "a2.txt"])]


@pytest.mark.usefixtures("soon_whole")
async def test_photos_of_an_album_have_names_that_differ(paired: Phone) -> None:
    paired.model(says("I see."))
    give(paired, "p", "q", "r")
    photos = [message("", album="a", files=[(name, "photo.jpg")]) for name in "pqr"]
    await paired.adapter.receive(*photos)
    await paired.until_done()
    assert await asked(paired) == [("", ["photo.jpg", "photo 2.jpg", "photo 3.jpg"])]


@pytest.mark.usefixtures("soon_whole")
async def test_in_a_group_an_album_speaks_to_steward_where_one_of_its_captions_does(
    paired: Phone,
) -> None:
    await paired.pair("8")
    await paired.ask("Hello", chat="-5", mentioned=True)
    await paired.people.allow(paired.chat("-5"), allowed=True)
    paired.model(says("I see."))
    give(paired, "a1", "a2", "b1")
    await paired.adapter.receive(
        part(1, chat="-5"),
        part(1, "nothing for you", album="b", chat="-5", user="8"),
        part(2, "Look, both of them", chat="-5", mentioned=True),
    )
    await paired.until_done()
    assert await asked(paired) == [("Look, both of them", ["a1.txt", "a2.txt"])]


# -- ends in between ---------------------------------------------------------------------------


async def test_what_was_gathered_when_steward_ended_is_gathered_again_and_lost_in_no_part(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = paired.model(says("I see."))
    await paired.adapter.receive(part(1), part(2, "All three"))
    await paired.restart()
    give(paired, "a1", "a2", "a3")
    await paired.adapter.receive(part(3))
    monkeypatch.setattr(albums, "QUIET", 0.01)
    await paired.ask("Next")
    assert await asked(paired) == [
        ("All three", ["a1.txt", "a2.txt", "a3.txt"]),
        ("Next", []),
    ]
    assert len(model.requests) == 2


async def _cut_off(phone: Phone) -> Any:
    """Steward is closed while it answers an album, and a part has come too late for it."""
    gate = asyncio.Event()
    model = phone.model(gate)
    give(phone, "a1", "a2", "a3")
    await phone.adapter.receive(part(1), part(2, "Both of them"))
    await model.streaming.wait()
    begun = {item.begun for item in (await phone.items())[1:]}
    assert len(begun) == 1
    assert begun.isdisjoint({None, ACT})
    files = phone.adapter.files
    await phone.restart()
    phone.adapter.files = files
    await phone.adapter.until(lambda: phone.adapter.key("answer:"))
    model.steps = [says("Both seen.")]
    return model


@pytest.mark.usefixtures("soon_whole")
async def test_an_album_whose_turn_was_cut_off_is_asked_about_once_and_done_again_whole(
    paired: Phone,
) -> None:
    model = await _cut_off(paired)
    await paired.until_done()
    cards = [one.text for one in paired.adapter.shown.values() if "Steward stopped" in one.text]
    assert len(cards) == 1
    assert "“Both of them”" in cards[0]
    assert await states(paired) == [InboxState.HELD] * 2
    await paired.press("answer:", "Do it again")
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "Both seen.")
    await paired.until_done()
    assert (await asked(paired))[1:] == [("Both of them", ["a1.txt", "a2.txt"])]
    assert len(model.requests) == 2
    await paired.restart()
    await paired.until_done()
    assert len(model.requests) == 2


@pytest.mark.usefixtures("soon_whole")
async def test_an_album_whose_turn_was_cut_off_is_left_as_a_whole(paired: Phone) -> None:
    model = await _cut_off(paired)
    await paired.until_done()
    assert await paired.press("answer:", "Leave it") == "Left."
    assert await states(paired) == [InboxState.DONE] * 3  # with the press
    assert len(model.requests) == 1


@pytest.mark.usefixtures("soon_whole")
async def test_a_part_that_waited_when_the_others_turn_was_cut_off_is_no_part_of_the_question(
    paired: Phone,
) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    give(paired, "a1", "a2", "a3")
    await paired.adapter.receive(part(1), part(2, "Both of them"))
    await model.streaming.wait()
    await paired.adapter.receive(part(3))
    files = paired.adapter.files
    model.steps = [says("One more.")]
    await paired.stop()
    paired.make_desk()
    paired.adapter.files = files
    await paired.start()
    await paired.until_done()
    assert await states(paired) == [InboxState.HELD, InboxState.HELD, InboxState.DONE]
    assert (await asked(paired))[-1] == ("", ["a3.txt"])
    assert len(model.requests) == 2


@pytest.mark.usefixtures("soon_whole")
async def test_an_old_album_is_asked_about_once_and_then_done_whole(paired: Phone) -> None:
    model = paired.model(says("I see."))
    give(paired, "a1", "a2")
    long_ago = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await paired.adapter.receive(
        part(1, sent_at=long_ago), part(2, "Both of them", sent_at=long_ago)
    )
    await paired.until_done()
    assert [key for key in paired.adapter.shown if key.startswith("stale:")] == [
        paired.adapter.key("stale:")
    ]
    assert "“Both of them”" in paired.adapter.text("stale:")
    assert model.requests == []
    await paired.press("stale:", "Do it")
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "I see.")
    await paired.until_done()
    assert await asked(paired) == [("Both of them", ["a1.txt", "a2.txt"])]
    assert len(model.requests) == 1


async def test_an_album_that_is_wanted_after_all_waits_for_nothing_more(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    paired.model(says("I see."))
    give(paired, *(f"a{n}" for n in range(10)))
    long_ago = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await paired.adapter.receive(*(part(n, sent_at=long_ago) for n in range(9)), message("/help"))
    await paired.until_done()
    await paired.press("stale:", "Do it")  # the clock would let it wait for an hour
    await paired.until_done()
    assert [len(names) for _, names in await asked(paired)] == [9]


async def test_a_yes_that_steward_ended_upon_is_done_once(paired: Phone) -> None:
    model = paired.model(says("I see."))
    long_ago = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await paired.ask("Old words", sent_at=long_ago)
    key = str(paired.adapter.key("stale:"))
    button = paired.adapter.buttons(key)["Do it"]
    (held,) = [item for item in await paired.items() if item.state is InboxState.HELD]
    await paired.stop()
    (number,) = await paired.adapter.receive(press(button))
    item = await paired.inbox.get(number)
    assert item is not None
    await paired.buttons.use(paired.adapter.read(item.body), by=number)  # type: ignore[arg-type]
    assert await paired.inbox.confirm(held.id)  # and here it ended
    await paired.restart()
    await paired.until_done()
    assert await asked(paired) == [("Old words", [])]
    assert len(model.requests) == 1


@pytest.mark.usefixtures("soon_whole")
async def test_each_part_of_many_albums_is_answered_once_over_many_ends(paired: Phone) -> None:
    paired.model(says("Yes."))
    names: list[str] = []
    for end in range(10):
        fresh = [(f"e{end}-{n}", [f"{k}" for k in range(3)]) for n in range(3)]
        for album, numbers in fresh:
            names += [f"{album}{number}" for number in numbers]
            give(paired, *names)
            await paired.adapter.receive(*(part(int(k), album, album=album) for k in numbers))
        # Now here, now there: between any two steps of what handles them.
        for _ in range(end * 23 % 140):
            await asyncio.sleep(0)
        await paired.restart()
        give(paired, *names)
    again = 0
    while True:
        await paired.until_done()
        cards = [
            key
            for key, one in paired.adapter.shown.items()
            if any(button.label == "Do it again" for row in one.buttons for button in row)
        ]
        if not cards:
            break
        again += len(cards)
        for key in cards:
            await paired.press(key, "Do it again")
    held = [item for item in await paired.items() if item.state is InboxState.HELD]
    asked_of = {item.begun for item in held}
    found = [name.removesuffix(".txt") for _, files in await asked(paired) for name in files]
    assert set(found) == set(names)
    # A part that was answered twice was begun, and asked about as one with its album.
    assert len(found) - len(names) <= 3 * (again + len(asked_of))
    assert again + len(asked_of) <= 10
