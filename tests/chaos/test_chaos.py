"""A few turns of ``make torture ARGS="--chaos 1000"``, and whether its books notice anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.chaos.faulty_server import FAULTS, unmatched
from tests.chaos.turns import Chaos


async def test_no_turn_hangs_no_message_is_lost_no_call_is_without_its_result(
    tmp_path: Path,
) -> None:
    summary = await Chaos(tmp_path, seed=3).run(40)
    assert not summary.violations, summary.violations
    assert summary.turns == 40
    assert summary.stopped >= 4
    assert summary.replayed == 40
    assert len(set(summary.met) & set(FAULTS)) >= 10, "faults of many kinds were met"
    assert set(summary.ended) >= {"ok", "failed", "cancelled"}


def asked(*ids: str) -> dict[str, Any]:
    made = [{"id": one, "function": {"name": "x", "arguments": "{}"}} for one in ids]
    return {"role": "assistant", "tool_calls": made}


def answered(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "done"}


def test_the_books_notice_a_missing_a_second_and_a_stray_result() -> None:
    user: dict[str, Any] = {"role": "user", "content": "turn 1"}
    good = [user, asked("a", "b"), answered("a"), answered("b"), user]
    assert unmatched(good) == []
    assert unmatched([user, asked("a", "b"), answered("a"), user]) == ["'b' has 0 results"]
    assert unmatched([user, asked("a"), answered("a"), answered("a")]) == ["'a' has 2 results"]
    assert unmatched([user, asked("a"), answered("a"), user, answered("a")]) != []
    assert unmatched([user, asked("a", "a"), answered("a"), answered("a")]) == ["'a' stands twice"]
    assert unmatched([user, asked("a"), user, answered("a")]) != []
