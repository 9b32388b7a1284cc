"""``steward usage``: what was taken is shown, by day and by conversation."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Steward
from tests.standins.model_server import ModelServer, json_reply, text_reply

PRICED = json_reply({"data": [{"id": "m", "pricing": {"prompt": "0.001", "completion": "0.01"}}]})


def test_what_today_took_is_shown_with_what_the_limit_leaves(steward: Steward) -> None:
    assert "no model was asked" in steward("usage").out
    with ModelServer() as server:
        server.models = PRICED
        server.script([text_reply("Hi.")])
        asked = steward(
            "ask", "hello", "--json",
            STEWARD_LLM_BASE_URL=server.base_url, STEWARD_MODEL="m", STEWARD_MAX_DAY_COST="50",
        )  # fmt: skip
    conversation = asked.of("turn_started")[0]["conversation_id"]
    assert asked.of("usage")[0]["cost"] == pytest.approx(11 * 0.001 + 7 * 0.01)

    (today,) = steward("usage", "--json", STEWARD_MAX_DAY_COST="50").objects
    assert (today["calls"], today["prompt_tokens"], today["completion_tokens"]) == (1, 11, 7)
    assert today["cost"] == pytest.approx(0.081)
    assert today["cost_left"] == pytest.approx(49.919)
    shown = steward("usage", STEWARD_MAX_DAY_COST="50").out
    assert "18 tokens in 1 model call, $0.0810, $49.92 left of $50 for today" in shown

    (own,) = steward("usage", "--conversation", conversation, "--json").objects
    assert own == {
        "conversation_id": conversation, "calls": 1, "prompt_tokens": 11, "completion_tokens": 7,
        "cached_tokens": 0, "cost": today["cost"],
    }  # fmt: skip
    assert "no conversation" in steward("usage", "--conversation", "nobody", code=1).err.lower()
