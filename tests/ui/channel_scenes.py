"""Scenes with channels for pictures: what they say of themselves is led by the scene."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from app.domain.channels import ChannelState, Chat
from app.domain.messages import Channel
from app.ui.pairing_dialog import PairingDialog
from app.ui.settings.channels_page import ChannelsPage
from tests.ui.channels_at_window import BOT, GOOD_TOKEN, StagedChannels
from tests.ui.driving import Person, click, type_text, until

NAME: Final = "@" + BOT.username


def _page(person: Person) -> ChannelsPage:
    person.window.show_settings("channels")
    dialog = person.window._settings
    assert dialog is not None
    return dialog.channels


def _staged(person: Person) -> StagedChannels:
    assert person.window.session is not None
    channels = person.window.session.desk.channels
    assert isinstance(channels, StagedChannels)
    return channels


async def _connected(person: Person) -> ChannelsPage:
    page = _page(person)
    type_text(page.token, GOOD_TOKEN)
    click(page.connect_button)
    await until(lambda: not page.attempt.running, "the bot")
    return page


async def _two_people(person: Person) -> None:
    channels = _staged(person)
    for name, user in (("Ada Lovelace", "4711"), ("Grace", "4712")):
        await channels.new_code(Channel.TELEGRAM)
        await channels.pair(name, user)


def _heard(person: Person) -> dict[str, Any]:
    assert person.window.session is not None
    now = person.window.session.desk.clock.now()
    return {
        "name": NAME,
        "heard_at": now - timedelta(seconds=3),
        "update_at": now - timedelta(minutes=5),
    }


async def channels_off(person: Person) -> None:
    """No bot yet."""
    _page(person)


async def channels_connecting(person: Person) -> None:
    """A token is tried."""
    _staged(person).slow = True
    page = _page(person)
    type_text(page.token, GOOD_TOKEN)
    click(page.connect_button)
    await until(page.attempt.cancel_button.isVisible, "the try")


async def channels_listening(person: Person) -> None:
    """All is well, and nobody is paired yet."""
    await _connected(person)
    _staged(person).tell(ChannelState.LISTENING, **_heard(person))


async def channels_people(person: Person) -> None:
    """Who is paired, groups, and messages that may not have arrived."""
    page = await _connected(person)
    await _two_people(person)
    channels = _staged(person)
    for group in ("Household", "A group with quite a long name, as groups have them"):
        await channels.people.note(Chat(Channel.TELEGRAM, f"-{len(group)}", False, group))
    await channels.people.allow(Chat(Channel.TELEGRAM, "-9", False, "Household"))
    channels.tell(ChannelState.LISTENING, unsure=2, waiting_in=1, waiting_out=3, **_heard(person))
    await until(lambda: len(page.telegram.people.people) == 2, "who is paired")
    await until(lambda: len(page.telegram.people.groups) == 2, "the groups")


async def channels_conflict(person: Person) -> None:
    """Somebody else uses the token."""
    await _connected(person)
    assert person.window.session is not None
    now = person.window.session.desk.clock.now()
    _staged(person).tell(
        ChannelState.CONFLICT,
        error="Conflict: terminated by other getUpdates request",
        retry_at=now + timedelta(seconds=25),
        **_heard(person),
    )


async def channels_refused(person: Person) -> None:
    """The token is good no more; a new one that was mistyped."""
    page = await _connected(person)
    _staged(person).tell(
        ChannelState.REFUSED, name=NAME, error="Telegram does not know the token (401)."
    )
    type_text(page.token, "123:mistyped")
    click(page.connect_button)
    await until(lambda: not page.attempt.running, "the refusal")


async def channels_offline(person: Person) -> None:
    """Telegram is not reached, and messages wait."""
    await _connected(person)
    await _two_people(person)
    assert person.window.session is not None
    now = person.window.session.desk.clock.now()
    _staged(person).tell(
        ChannelState.OFFLINE,
        error="No connection to api.telegram.org.",
        waiting_in=1,
        waiting_out=4,
        retry_at=now + timedelta(seconds=12),
        **_heard(person),
    )


async def channels_server(person: Person) -> None:
    """Google Chat, and the settings of a webhook."""
    _page(person)
    dialog = person.window._settings
    assert dialog is not None
    dialog.show_setting("webhook_secret")


async def pairing(person: Person) -> None:
    """A code for a phone."""
    page = await _connected(person)
    _staged(person).tell(ChannelState.LISTENING, **_heard(person))
    click(page.telegram.pair_button)
    dialog = await until(lambda: person.window.findChild(PairingDialog), "the dialog")
    await until(lambda: dialog.code, "the code")


async def pairing_by_hand(person: Person) -> None:
    """The bot's name is not known yet: no link, and no picture."""
    page = await _connected(person)
    _staged(person).tell(ChannelState.OFFLINE)
    click(page.telegram.pair_button)
    dialog = await until(lambda: person.window.findChild(PairingDialog), "the dialog")
    await until(lambda: dialog.code, "the code")


async def from_phone(person: Person) -> None:
    """A conversation that is held on a phone, and how the channel stands."""
    session = person.window.session
    assert session is not None
    _staged(person).tell(ChannelState.LISTENING, **_heard(person))
    await person.ask("/files")
    person.window.rail.new_button.click()
    engine = await session.desk.engines.get(None)
    await engine.run_turn("what is in report.md", channel=Channel.TELEGRAM)
    await session.show(engine.conversation_id)
    await session.refresh()


CHANNEL_SCENES: Final[tuple[Callable[[Person], Awaitable[None]], ...]] = (
    channels_off,
    channels_connecting,
    channels_listening,
    channels_people,
    channels_conflict,
    channels_refused,
    channels_offline,
    channels_server,
    pairing,
    pairing_by_hand,
    from_phone,
)
