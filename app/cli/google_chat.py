"""``steward google-chat``: pair people with the Chat app, and say who is listened to."""

from __future__ import annotations

import click

from app.cli.channel_people import add_people_commands
from app.cli.options import json_option
from app.cli.output import Output, in_utc, local
from app.cli.run import DONE, Run, opened
from app.domain.errors import ConfigurationError
from app.domain.messages import Channel


@click.group(name="google-chat", short_help="Talk from Google Chat: pair, see who is paired.")
def google_chat() -> None:
    """Talk to Steward from Google Chat, by a Chat app of your own; see docs/google-chat.md.

    The open window answers, or `steward serve` without one.
    """


add_people_commands(google_chat, Channel.GOOGLE_CHAT)


@google_chat.command(short_help="A code that pairs a person.")
@json_option
@click.pass_obj
def pair(run: Run, *, as_json: bool) -> int:
    """Print a code that pairs one person with Steward; they send it to the app as `/start CODE`.

    A code works once and for an hour; three at most work at a time.
    """
    return run.until_done(_pair(run.output))


async def _pair(output: Output) -> int:
    async with opened(offline=True) as assembly:
        if not assembly.settings.google_chat_subscription:
            raise ConfigurationError(
                "Google Chat is not set up yet.",
                hint="docs/google-chat.md says how.",
                details={"settings": ["google_chat_subscription"]},
            )
        code = await assembly.channels.new_code(Channel.GOOGLE_CHAT)
    if output.json_lines:
        output.record({"code": code.code, "link": None, "expires_at": in_utc(code.expires_at)})
        return DONE
    output.line(f"Code: {code.code}", "bold")
    output.note(
        f"Send the Chat app /start {code.code} in a direct message. It works once, until "
        f"{local(code.expires_at)}, while Steward is open or `steward serve` runs."
    )
    return DONE
