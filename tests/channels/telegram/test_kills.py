"""Steward is killed again and again; no message is lost and none is handled twice.

The large one: ``make torture ARGS=--channels``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.telegram.kills import Kills
from tests.standins.telegram import TelegramServer


@pytest.mark.serial
def test_no_message_is_lost_or_handled_twice_over_kills(
    telegram: TelegramServer, home: Path
) -> None:
    told = Kills(telegram, home, seed=1).play(60, 5)
    assert told.violations == []
    assert told.kills == 5
