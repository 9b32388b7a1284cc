"""``steward serve``: channels and engine without a window, until it is told to end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.options import folder_option, json_option
from app.cli.output import Colour, Output, in_utc, visible_line
from app.cli.run import DONE, Run, opened
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.errors import ConfigurationError, KeyringError
from app.domain.messages import Channel

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.config import Settings
    from app.settings_store import SettingsStore

_NAMES: Final = {Channel.TELEGRAM: "Telegram", Channel.GOOGLE_CHAT: "Google Chat"}
_STATES: Final = {
    ChannelState.OFF: "off",
    ChannelState.STARTING: "starting",
    ChannelState.LISTENING: "listening",
    ChannelState.STANDBY: "another Steward of this data directory listens; this one stands by",
    ChannelState.CONFLICT: "another program uses the same token",
    ChannelState.REFUSED: "refused",
    ChannelState.OFFLINE: "not reached",
    ChannelState.STOPPED: "stopped",
}


@click.command(short_help="Answer phones and team chats without a window.")
@folder_option
@json_option
@click.pass_obj
def serve(run: Run, *, folders: tuple[Path, ...], as_json: bool) -> int:
    """Listen to the channels that are set up, and answer, until SIGTERM or Ctrl+C.

    Changes are asked about on the phone. With --json, events come on stdout, and a `channel` line
    each time one comes to stand otherwise. Exit code 3: no channel is set up.
    """
    return run.until_done(_serve(run.output, folders))


async def _serve(output: Output, folders: tuple[Path, ...]) -> int:
    from app.settings_store import SettingsStore

    store = SettingsStore()
    _check_set_up(store, await asyncio.to_thread(store.load))
    async with opened(folders, tell=output) as assembly:
        if output.json_lines:
            assembly.bus.subscribe(output.event)
        teller = _Teller(output, assembly)
        assembly.channels.subscribe(teller.show)
        await assembly.channels.start(webhook=True)
        assembly.start_report.announce(assembly.router)
        await assembly.watch_drive()
        for health in assembly.channels.health():
            teller.show(health)
        preparing = asyncio.create_task(_prepare(assembly), name="prepare for the first message")
        try:
            await _gone(output)
        finally:
            preparing.cancel()
            await asyncio.wait([preparing])
    return DONE


async def _prepare(assembly: Assembly) -> None:
    """What the first turn would wait for."""
    await assembly.warm_up()
    await assembly.model.learn_models()


def _check_set_up(store: SettingsStore, settings: Settings) -> None:
    """Raise ``ConfigurationError`` where there is nothing to serve.

    ``KeyringError``, which is another exit code, where only the keyring keeps it from that: what
    starts Steward at a login may try again once the keyring is open.
    """
    telegram = bool(settings.telegram_bot_token) and settings.telegram_on
    if telegram or settings.google_chat_subscription:
        return
    if settings.telegram_bot_token:
        raise ConfigurationError(
            "Telegram is switched off, and no other channel is set up.",
            details={"settings": ["telegram_on"]},
        )
    if store.source("telegram_bot_token") == "keyring":
        raise KeyringError(
            "The bot's token is in the system's keyring, which cannot be read now.",
            hint="Unlock it and start this again, or set TELEGRAM_BOT_TOKEN in the environment.",
        )
    raise ConfigurationError(
        "No channel is set up, so there is nothing to serve.",
        hint="Make a bot with @BotFather on Telegram and connect it: `steward telegram connect`.",
        details={"settings": ["telegram_bot_token"]},
    )


async def _gone(output: Output) -> None:
    """Wait for ever, or until nobody reads what is written any more."""
    left = asyncio.Event()
    output.on_failure = left.set
    try:
        await left.wait()
    finally:
        output.on_failure = None


class _Teller:
    """Says how the channels stand, each time one comes to stand otherwise."""

    def __init__(self, output: Output, assembly: Assembly) -> None:
        self._output = output
        self._assembly = assembly
        self._told: dict[Channel, tuple[object, ...]] = {}

    def show(self, health: ChannelHealth) -> None:
        """Tell of a channel, unless that was told or it was always off."""
        name = health.name if health.state is ChannelState.LISTENING else ""
        now = (health.state, name, health.error)
        if self._told.get(health.channel, (ChannelState.OFF, "", "")) == now:
            return
        self._told[health.channel] = now
        if self._output.json_lines:
            self._output.record(_record(health, self._assembly))
            return
        words = f"{_NAMES[health.channel]}: {_STATES[health.state]}"
        if name:
            words += f" as {name}"
        if not health.state.is_well and health.error:
            words += f". {health.error} {health.hint}".rstrip()
        colour: Colour = "green" if health.state.is_well else "yellow"
        self._output.line(visible_line(self._assembly.hide_secrets(words)), colour)


def _record(health: ChannelHealth, assembly: Assembly) -> dict[str, object]:
    return {
        "type": "channel",
        "at": in_utc(assembly.clock.now()),
        "conversation_id": None,
        "turn_id": None,
        "channel": health.channel.value,
        "state": health.state.value,
        "name": health.name,
        "error": assembly.hide_secrets(health.error),
        "hint": health.hint,
    }
