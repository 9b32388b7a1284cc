"""What the phone is told by Steward itself, and what the person is told of the phone."""

from __future__ import annotations

from collections.abc import Callable

from app.channels.health_telling import BLIP_SECONDS, tell_health
from app.channels.strangers import QUIET_SECONDS, Strangers
from app.domain.channels import ChannelHealth, ChannelState, OutboxRow, OutboxState, Part
from app.domain.errors import StorageError
from app.domain.events import Notification, Severity
from app.domain.messages import Channel
from tests.channels.conftest import Phone
from tests.clocks import FixedClock
from tests.standins.scripted_model import says


class Alarm:
    """What will be done later, if nobody cancels it."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        self.is_on = True

    def cancel(self) -> None:
        self.is_on = False


class Alarms:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.set: list[tuple[float, Alarm]] = []

    def later(self, seconds: float, act: Callable[[], None]) -> Alarm:
        alarm = Alarm(act)
        self.set.append((seconds, alarm))
        return alarm

    def ring(self) -> None:
        """All that is set goes off now."""
        alarms, self.set = self.set, []
        for _, alarm in alarms:
            if alarm.is_on:
                alarm.act()


# -- to the phone ----------------------------------------------------------------------------


async def test_an_error_reaches_every_paired_private_chat_as_one_message(paired: Phone) -> None:
    await paired.pair("8")
    router = paired.assembly.router
    router.notify(
        Severity.ERROR, "vault", "The *vault* is missing.", context={"hint": "Bring it back."}
    )
    await paired.adapter.until(lambda: len(_notes(paired)) == 2)
    assert _notes(paired) == ["⛔ The \\*vault\\* is missing.\n\nBring it back."] * 2
    router.notify(Severity.ERROR, "vault", "The *vault* is missing.", context={"hint": "Again."})
    await paired.adapter.until(lambda: "(2 times)" in "".join(_notes(paired)))
    assert len(_notes(paired)) == 2


async def test_what_goes_elsewhere_and_what_is_about_the_channel_does_not_reach_it(
    paired: Phone,
) -> None:
    router = paired.assembly.router
    router.notify(Severity.WARNING, "watch", "Only for the window.")
    router.notify(Severity.ERROR, "telegram", "The bot is deaf.")
    router.notify(Severity.ERROR, "channels", "The telegram bridge crashed.")
    router.notify(Severity.ERROR, "vault", "This one.")
    await paired.adapter.until(lambda: _notes(paired))
    assert _notes(paired) == ["⛔ This one."]


async def test_a_long_notification_is_cut(paired: Phone) -> None:
    paired.assembly.router.notify(Severity.ERROR, "vault", "long " * 400)
    await paired.adapter.until(lambda: _notes(paired))
    assert len(_notes(paired)[0]) < 700


async def test_a_notification_while_the_desk_starts_again_is_told_after_it(paired: Phone) -> None:
    await paired.stop()
    paired.assembly.router.notify(Severity.ERROR, "vault", "This one.")
    await paired.start()
    await paired.adapter.until(lambda: _notes(paired))
    assert _notes(paired) == ["⛔ This one."]


async def test_a_notification_that_cannot_be_kept_ends_nothing(paired: Phone) -> None:
    paired.model(says("Fine."))
    paired.adapter.fails = StorageError("The disk is full.")
    paired.assembly.router.notify(Severity.ERROR, "vault", "This one.")
    paired.adapter.fails = None
    await paired.ask("Hello")
    assert paired.adapter.text("answer:") == "Fine."


async def test_a_message_that_may_not_have_arrived_is_told_of_and_sent_again(
    paired: Phone,
) -> None:
    row = OutboxRow(
        5, Channel.TELEGRAM, "7", "answer:x", 0, Part({"plain": "The long answer"}), 1, 0,
        OutboxState.UNKNOWN,
    )  # fmt: skip
    paired.adapter.on_unsure([row])
    await paired.adapter.until(lambda: paired.adapter.key("unsure:"))
    text = paired.adapter.text("unsure:")
    assert text.startswith("My last message, “The long answer”, may not have arrived")
    assert await paired.press("unsure:", "Send again") == "It is sent again."
    assert paired.adapter.sent_again == ["answer:x"]
    notice = OutboxRow(
        6, Channel.TELEGRAM, "7", "unsure:answer:x:5", 0, Part({}), 1, 0, OutboxState.UNKNOWN
    )
    paired.adapter.on_unsure([notice])  # of that itself nothing is said
    await paired.ask("/help")
    assert len([key for key in paired.adapter.shown if key.startswith("unsure:")]) == 1


async def test_what_may_not_have_arrived_before_the_desk_works_is_told_when_it_does(
    paired: Phone,
) -> None:
    await paired.stop()
    row = OutboxRow(
        5, Channel.TELEGRAM, "7", "answer:x", 0, Part({"plain": "x"}), 1, 0, OutboxState.UNKNOWN
    )
    paired.adapter.on_unsure([row])
    await paired.start()
    await paired.adapter.until(lambda: paired.adapter.key("unsure:"))


async def test_what_an_end_came_upon_before_it_was_told_is_told_at_the_next_start_once(
    paired: Phone,
) -> None:
    await paired.stop()
    ids = []
    for key in ("answer:x", "answer:y", "unsure:answer:z:1"):
        await paired.outbox.put(Channel.TELEGRAM, "7", key, [Part({"plain": key})])
        row = (await paired.outbox.due(Channel.TELEGRAM))[0]
        await paired.outbox.sending(row.id)
        await paired.outbox.recover(Channel.TELEGRAM)
        ids.append(row.id)
    told = f"unsure:answer:x:{ids[0]}"
    await paired.outbox.put(Channel.TELEGRAM, "7", told, [Part({"plain": "told already"})])
    await paired.start()
    await paired.adapter.until(lambda: paired.adapter.key("unsure:answer:y"))
    await paired.ask("/help")
    found = [key for key in paired.adapter.shown if key.startswith("unsure:")]
    assert found == [f"unsure:answer:y:{ids[1]}"]


# -- of the phone ----------------------------------------------------------------------------


async def test_strangers_are_told_of_once_a_day(phone: Phone) -> None:
    clock, alarms = FixedClock(), Alarms()
    strangers = Strangers(Channel.TELEGRAM, phone.assembly.router, clock, alarms.later)
    for number in range(3):
        strangers.came(str(number))
        strangers.came("0")
    alarms.ring()
    assert _told(phone) == ["Somebody who is not paired wrote to your bot (3 people)."]
    strangers.came("9")
    clock.advance(QUIET_SECONDS - 1)
    strangers.came("10")
    alarms.ring()
    assert len(_told(phone)) == 1
    clock.advance(2)
    strangers.came("10")
    alarms.ring()
    assert _told(phone)[1:] == ["Somebody who is not paired wrote to your bot (2 people)."]


async def test_a_channel_that_goes_deaf_is_told_once_and_that_it_is_back_once(
    phone: Phone,
) -> None:
    alarms = Alarms()
    tell = tell_health(phone.assembly.router, later=alarms.later)
    tell(_health(ChannelState.STARTING))
    tell(_health(ChannelState.LISTENING))
    tell(_health(ChannelState.OFFLINE))
    assert alarms.set[-1][0] == BLIP_SECONDS == 30
    tell(_health(ChannelState.OFFLINE))
    tell(_health(ChannelState.CONFLICT, "Two poll", "Stop the other one."))
    assert _told(phone) == []
    alarms.ring()
    assert _told(phone) == ["Telegram is deaf: somebody else uses the same bot (Two poll)."]
    (told,) = phone.about()
    assert told.context["hint"] == "Stop the other one."
    tell(_health(ChannelState.OFFLINE))
    alarms.ring()
    assert len(_told(phone)) == 1
    tell(_health(ChannelState.LISTENING))
    tell(_health(ChannelState.LISTENING))
    assert _told(phone)[1:] == ["Telegram is listened to again."]
    assert phone.about()[-1].severity is Severity.INFO


async def test_a_blip_and_a_channel_that_is_switched_off_are_not_told(phone: Phone) -> None:
    alarms = Alarms()
    tell = tell_health(phone.assembly.router, later=alarms.later)
    for state in (ChannelState.LISTENING, ChannelState.OFF):
        tell(_health(ChannelState.STOPPED))
        tell(_health(state))
        alarms.ring()
    tell(_health(ChannelState.STOPPED))
    tell.close()
    alarms.ring()
    assert phone.about() == []


async def test_a_channel_that_never_gets_well_is_told(phone: Phone) -> None:
    alarms = Alarms()
    tell = tell_health(phone.assembly.router, later=alarms.later)
    tell(_health(ChannelState.REFUSED, "Unauthorized"))
    alarms.ring()
    assert _told(phone) == ["Telegram is deaf: its credentials are refused (Unauthorized)."]


def _health(state: ChannelState, error: str = "", hint: str = "") -> ChannelHealth:
    return ChannelHealth(Channel.TELEGRAM, state, error=error, hint=hint)


def _notes(phone: Phone) -> list[str]:
    shown = phone.adapter.shown
    return [one.text for key, one in shown.items() if key.startswith("note:")]


def _told(phone: Phone) -> list[str]:
    found: dict[str | None, Notification] = {one.id: one for one in phone.about()}
    return [one.message for one in found.values()]
