"""Steward is killed again and again; no message is lost and none is handled twice.

The large one: ``make torture ARGS=--channels``.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.domain.channels import ChannelState
from tests.channels.telegram.bridge_rig import standing
from tests.channels.telegram.kills import Kills
from tests.standins.telegram import TelegramServer


@pytest.mark.serial
def test_no_message_is_lost_or_handled_twice_over_kills(
    telegram: TelegramServer, home: Path
) -> None:
    told = Kills(telegram, home, seed=1).play(60, 5)
    assert told.violations == []
    assert told.kills == 5


async def test_who_stands_by_takes_over_when_the_other_process_is_killed(
    telegram: TelegramServer, home: Path
) -> None:
    kills = Kills(telegram, home, seed=1)
    process = kills.run()
    try:
        async with standing(telegram, home) as rig:
            await telegram.until(lambda: telegram.count("getUpdates") > 0)
            await rig.start()
            await rig.until(lambda: rig.state is ChannelState.STANDBY)
            process.kill()
            began = time.monotonic()
            await rig.until(lambda: rig.state is ChannelState.LISTENING)
            assert time.monotonic() - began < 5.0
            kills.phones[0].send("to the second")
            await rig.until_stored(lambda texts: texts == ["to the second"])
    finally:
        process.kill()
        process.wait(10)
