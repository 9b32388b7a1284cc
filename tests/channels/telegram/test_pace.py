"""How fast messages may go out; times are made up."""

from __future__ import annotations

from app.channels.bridge_limits import BridgeLimits, Rate
from app.channels.pace import Pace

LIMITS = BridgeLimits(
    chat=Rate(1.0, 3.0), group=Rate(1 / 3, 2.0), overall=Rate(30.0, 30.0), edit=1.5
)


def sent_by(pace: Pace, chats: list[str], until: float) -> list[tuple[float, str]]:
    """When messages go, where each chat always has one to be sent."""
    now, sent, row = 0.0, [], 0
    while now <= until:
        at, chat = min((pace.ready_at(one, now), one) for one in chats)
        if at > now:
            now = at
            continue
        row += 1
        pace.went(chat, row, now)
        sent.append((now, chat))
    return sent


def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    sent = sent_by(Pace(LIMITS, 0.0), ["42"], 10.0)
    assert [round(at, 6) for at, _ in sent[:5]] == [0.0, 0.0, 0.0, 1.0, 2.0]
    assert len(sent) == 13


def test_a_group_never_gets_more_than_twenty_in_a_minute() -> None:
    sent = [at for at, _ in sent_by(Pace(BridgeLimits(), 0.0), ["-1001"], 600.0)]
    assert len(sent) > 150
    assert all(sum(begin <= at < begin + 60 for at in sent) <= 20 for begin in sent)


def test_all_chats_together_keep_to_thirty_a_second() -> None:
    chats = [str(number) for number in range(100)]
    sent = [at for at, _ in sent_by(Pace(LIMITS, 0.0), chats, 5.0)]
    assert sum(at <= 1.0 for at in sent) <= 61  # a burst, and what comes in a second
    assert len(sent) <= 30 + 5 * 30 + 1


def test_a_chat_that_must_wait_holds_up_no_other() -> None:
    pace = Pace(LIMITS, 0.0)
    pace.pause("42", 20.0, 0.0)
    assert pace.ready_at("42", 1.0) == 20.0
    assert pace.ready_at("43", 1.0) == 1.0


def test_where_two_chats_must_wait_all_do() -> None:
    pace = Pace(LIMITS, 0.0)
    pace.pause("42", 20.0, 0.0)
    pace.pause("43", 10.0, 1.0)
    assert pace.ready_at("44", 1.0) == 11.0
    assert pace.ready_at("42", 12.0) == 20.0


def test_two_edits_of_a_message_are_apart() -> None:
    pace = Pace(LIMITS, 0.0)
    pace.went("42", 7, 5.0)
    assert pace.edit_ready_at(7) == 6.5
    assert pace.edit_ready_at(8) == 0.0
    pace.ended(7, 5.8)
    assert pace.edit_ready_at(7) == 7.3


def test_waits_double_within_bounds_and_are_spread() -> None:
    least, most = BridgeLimits(chance=lambda: 0.0), BridgeLimits(chance=lambda: 1.0)
    assert [most.wait(tries) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert least.wait(3) == 2.0
    assert most.wait(10_000) == 60.0
