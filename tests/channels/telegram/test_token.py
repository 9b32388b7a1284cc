"""The bot's token is in nothing that a bridge tells, logs or keeps, however it fails."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest

from app.domain.channels import Button, ButtonPress, ChannelError, ChannelState, RemoteFile, Sender
from app.integrations.telegram import transport
from app.logs import start_logging, stop_logging
from tests.channels.telegram.bridge_rig import CHAT, Rig, running, standing
from tests.standins.telegram import Fault, Phone, TelegramServer
from tests.standins.telegram.state import TOKEN

SECRET = TOKEN.partition(":")[2]
METHODS = (
    "getMe", "getUpdates", "sendMessage", "editMessageText", "sendChatAction",
    "answerCallbackQuery", "getFile", "file", "deleteMessage", "setMyCommands",
)  # fmt: skip
FAULTS = (
    Fault("before"),
    Fault("after"),
    Fault("middle"),
    Fault("garbage"),
    Fault("page", 502),
    Fault("page", 404),
    Fault("redirect", description=f"http://127.0.0.1:1/bot{TOKEN}/getMe"),
    Fault.error(400, f"Bad Request: /bot{TOKEN}/x"),
    Fault.error(401, f"Unauthorized: {TOKEN}"),
    Fault.error(403, f"Forbidden: {TOKEN}"),
    Fault.error(409, f"Conflict: terminated by {TOKEN}"),
    Fault.error(500, f"Internal Server Error: {TOKEN}"),
    Fault.error(500, f"Internal Server Error: restart {TOKEN}"),
)


async def use(rig: Rig, number: int, told: list[str]) -> None:
    """Everything that asks something of Telegram."""
    key = await rig.say(f"one\ftwo {number}", buttons=[Button("Allow", "a")])
    await rig.say(f"three {number}", key=key)
    rig.bridge.working(CHAT, on=True)
    rig.bridge.pressed(ButtonPress(CHAT, Sender("42"), "1", "a", f"query {number}"))
    try:
        told.append(repr(await rig.bridge.fetch(RemoteFile(f"file {number}", "x"))))
    except ChannelError as error:
        told += traceback.format_exception(error)
    rig.bridge.working(CHAT, on=False)


async def test_the_token_is_told_nowhere(
    telegram: TelegramServer,
    phone: Phone,
    home: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.2)
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with running(telegram, home) as rig:
        handlers = start_logging(home, rig.redactor)
        logging.getLogger().setLevel(logging.DEBUG)
        try:
            for number, fault in enumerate(FAULTS):
                for method in METHODS:
                    telegram.fail(method, fault, times=2)
                telegram.hang_up()
                phone.send(f"hello {number}")
                await use(rig, number, told)
                await rig.until_stored(lambda texts: f"hello {number}" in texts)  # noqa: B023
                telegram.heal()
        finally:
            stop_logging(handlers)
        assert ChannelState.OFFLINE in rig.states
        told += [repr(one) for one in (*rig.healths, *rig.unsure, rig.bridge, rig.bridge.health())]
    told += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    told += [
        "".join(traceback.format_exception(*record.exc_info))
        for record in caplog.records
        if record.exc_info and record.exc_info[1] is not None
    ]
    assert not [line for line in told if SECRET in line]
    for path in home.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


async def test_a_crash_tells_no_token(
    telegram: TelegramServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with standing(telegram, home) as rig:

        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError(rig.token)

        monkeypatch.setattr(transport, "result_of", broken)
        await rig.start()
        assert rig.running is not None
        with pytest.raises(ZeroDivisionError) as caught:
            await rig.running
        whole = traceback.TracebackException.from_exception(caught.value)
        assert SECRET not in "".join(whole.format(chain=True))


async def test_what_a_person_pastes_is_kept_without_the_token(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send(f"my token is {TOKEN}, keep it safe")
    async with running(telegram, home) as rig:
        (text,) = await rig.until_stored(lambda texts: len(texts) == 1)
        assert SECRET not in text
