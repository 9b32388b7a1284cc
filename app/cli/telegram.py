"""``steward telegram``: connect a bot, pair phones with it, and say who is listened to."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import click

from app.cli.channel_people import add_people_commands
from app.cli.options import json_option
from app.cli.output import Output, in_utc, local
from app.cli.run import DONE, NOT_CONFIGURED, Run, opened
from app.cli.settings import read_secret
from app.domain.errors import ConfigurationError, KeyringError
from app.domain.messages import Channel
from app.setting_fields import field_named

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.domain.channels import PairingCode
    from app.redaction import Secret

_TOKEN: Final = "telegram_bot_token"  # noqa: S105 - the setting's name
_NAME_SECONDS: Final = 4.0
_KEPT_NOTHING: Final = "Nothing was kept; what was set up before still holds."


@click.group(short_help="Talk from your phone: connect a bot, pair, see who is paired.")
def telegram() -> None:
    """Talk to Steward from Telegram, by a bot of your own; docs/telegram.md says how to make one.

    The open window answers, or `steward serve` without one.
    """


add_people_commands(telegram, Channel.TELEGRAM)


@telegram.command(short_help="Use a bot, by its token.")
@click.argument("token", required=False, metavar="[-]")
@json_option
@click.pass_obj
def connect(run: Run, token: str | None, *, as_json: bool) -> int:
    """Use the bot whose token you type (it is not shown), or pipe in with -.

    @BotFather gives the token. It is tried with a live call, then kept in the system's keyring.
    """
    if token not in (None, "-"):
        raise click.UsageError(
            "A token must not stand on the command line. Type it, or pipe it in."
        )
    return run.until_done(_connect(run.output))


@telegram.command(short_help="A code that pairs a phone.")
@json_option
@click.pass_obj
def pair(run: Run, *, as_json: bool) -> int:
    """Print a code that pairs one phone with Steward, and the link that sends it.

    The phone sends `/start CODE` to the bot. A code works once and for an hour; three at most work
    at a time.
    """
    return run.until_done(_pair(run.output))


@telegram.command()
@json_option
@click.pass_obj
def disconnect(run: Run, *, as_json: bool) -> int:
    """Forget the bot's token. Who is paired stays so; @BotFather can revoke the token itself."""
    return run.until_done(_disconnect(run.output))


# -- the bot -----------------------------------------------------------------------------------


async def _connect(output: Output) -> int:
    import asyncio

    from app.channels.bot_api import BotApiError

    async with opened(offline=True) as assembly:
        assembly.channels.check_token_source()
        try:
            # What nobody can keep is not asked for.
            await asyncio.to_thread(assembly.store.check_keyring)
        except KeyringError as error:
            return _not_kept(output, error)
        token = await asyncio.to_thread(read_secret, field_named(_TOKEN))
        try:
            bot = await assembly.channels.connect_telegram(token)
        except BotApiError:
            output.note(_KEPT_NOTHING)
            raise
        if assembly.running_settings.source(_TOKEN) != "keyring":
            return _not_kept(output, KeyringError("The system's keyring did not take the token."))
    if output.json_lines:
        output.record({"connected": True, "id": bot.id, "username": bot.username})
    else:
        output.line(f"@{bot.username} is connected. Its token is in the keyring.")
        output.note("Pair your phone next: `steward telegram pair`.")
    return DONE


def _not_kept(output: Output, error: KeyringError) -> int:
    output.error(error)
    output.note("Nothing was kept. TELEGRAM_BOT_TOKEN in the environment works without a keyring.")
    return NOT_CONFIGURED


async def _disconnect(output: Output) -> int:
    async with opened(offline=True) as assembly:
        await assembly.channels.disconnect_telegram()
    if output.json_lines:
        output.record({"connected": False})
    else:
        output.line("The bot's token is forgotten. A Steward that runs goes on until its end.")
    return DONE


# -- pairing -----------------------------------------------------------------------------------


async def _pair(output: Output) -> int:
    async with opened(offline=True) as assembly:
        settings = assembly.settings
        if not settings.telegram_bot_token:
            raise ConfigurationError(
                "There is no Telegram bot to pair with yet.",
                hint="Connect one: `steward telegram connect`.",
                details={"settings": [_TOKEN]},
            )
        await _learn_name(output, assembly, settings.telegram_bot_token)
        code = await assembly.channels.new_code(Channel.TELEGRAM)
    if output.json_lines:
        output.record(
            {"code": code.code, "link": code.link or None, "expires_at": in_utc(code.expires_at)}
        )
    else:
        _show(output, code)
    return DONE


async def _learn_name(output: Output, assembly: Assembly, token: Secret) -> None:
    """Ask for the bot's name, which the link needs; without an answer the noted one serves.

    Raises ``BotTokenError``: with that token nobody could be paired.
    """
    import asyncio

    from app.bot_identity import ask_identity, note_name
    from app.channels.bot_api import BotApiError, BotTokenError

    try:
        async with asyncio.timeout(_NAME_SECONDS):
            bot = await ask_identity(token, assembly.settings.telegram_api_url)
    except BotTokenError:
        raise
    except (BotApiError, TimeoutError):
        output.note("Telegram does not answer now; the code works once it does.", "yellow")
        return
    await asyncio.to_thread(note_name, assembly.store, bot)


def _show(output: Output, code: PairingCode) -> None:
    output.line(f"Code: {code.code}", "bold")
    if code.link:
        output.line(f"Link: {code.link}")
        if output.to_terminal:
            output.text(_qr(code.link))
    output.note(
        f"From your phone, send the bot /start {code.code}"
        f"{', or open the link there' if code.link else ''}. It works once, until "
        f"{local(code.expires_at)}, while Steward is open or `steward serve` runs."
    )


def _qr(link: str) -> str:
    import segno

    drawn = io.StringIO()
    segno.make(link, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
