"""Who is paired on a channel, and which groups are allowed: commands that each channel has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from app.cli.options import json_option
from app.cli.output import Output, in_utc, local, visible_line
from app.cli.run import DONE, Run, opened
from app.domain.errors import NotFoundError
from app.domain.messages import Channel

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.domain.channels import PairedPerson

_GOODBYE_SECONDS: Final = 6.0
_NEGATIVE_IDS: Final = {"ignore_unknown_options": True}
"""Telegram's groups have ids such as -1001234, which are no options."""
_GROUPS: Final = {Channel.TELEGRAM: "telegram", Channel.GOOGLE_CHAT: "google-chat"}


def add_people_commands(group: click.Group, channel: Channel) -> None:
    """Give a channel's group ``list``, ``revoke``, ``groups``, ``allow-group``, ``deny-group``."""

    @group.command("list", short_help="Who is paired.")
    @json_option
    @click.pass_obj
    def list_command(run: Run, *, as_json: bool) -> int:
        """List who is paired: each of them may ask, approve changes and undo them."""
        return run.until_done(_list(run.output, channel))

    @group.command(context_settings=_NEGATIVE_IDS, short_help="Listen to somebody no more.")
    @click.argument("person", metavar="ID")
    @json_option
    @click.pass_obj
    def revoke(run: Run, person: str, *, as_json: bool) -> int:
        """Listen to the person with this id no more, and tell them so on their chat."""
        return run.until_done(_revoke(run.output, channel, person))

    @group.command(short_help="The groups that Steward was seen in.")
    @json_option
    @click.pass_obj
    def groups(run: Run, *, as_json: bool) -> int:
        """List the groups that Steward was seen in, and whether each is allowed."""
        return run.until_done(_groups(run.output, channel))

    @group.command(
        "allow-group", context_settings=_NEGATIVE_IDS, short_help="Let Steward answer in a group."
    )
    @click.argument("group", metavar="ID")
    @json_option
    @click.pass_obj
    def allow_group(run: Run, group: str, *, as_json: bool) -> int:
        """Let paired people speak to Steward in a group, by mentioning it. All can read along."""
        return run.until_done(_allow(run.output, channel, group, allowed=True))

    @group.command(
        "deny-group", context_settings=_NEGATIVE_IDS, short_help="Say nothing in a group any more."
    )
    @click.argument("group", metavar="ID")
    @json_option
    @click.pass_obj
    def deny_group(run: Run, group: str, *, as_json: bool) -> int:
        """Say nothing in a group any more."""
        return run.until_done(_allow(run.output, channel, group, allowed=False))


# -- people ------------------------------------------------------------------------------------


async def _list(output: Output, channel: Channel) -> int:
    async with opened(offline=True) as assembly:
        people = await assembly.channels.people.people(channel)
    for one in people:
        if output.json_lines:
            output.record({"id": one.user_id, "name": one.name, "paired_at": in_utc(one.paired_at)})
        else:
            output.line(f"{one.user_id}  {visible_line(one.name)}  {local(one.paired_at)}")
    if not people:
        output.note(f"Nobody is paired: `steward {_GROUPS[channel]} pair`.")
    return DONE


async def _revoke(output: Output, channel: Channel, wanted: str) -> int:
    async with opened(offline=True) as assembly:
        person = await assembly.channels.people.person(channel, wanted)
        if person is None:
            raise NotFoundError(
                f"Nobody with the id {wanted} is paired.",
                hint=f"`steward {_GROUPS[channel]} list` shows who is.",
            )
        await assembly.channels.revoke(person)
        told = await _told(assembly, person)
    if output.json_lines:
        output.record({"id": person.user_id, "revoked": True, "told": told})
    else:
        output.line(f"{visible_line(person.name) or person.user_id} is not listened to any more.")
    if not told:
        output.note("They were not told: that did not work from here.", "yellow")
    return DONE


async def _told(assembly: Assembly, person: PairedPerson) -> bool:
    """Tell somebody that they are not listened to any more; no other process need run for it."""
    import asyncio

    from app.bot_identity import bot_api
    from app.channel_lines import GOODBYE
    from app.channels.bot_api import BotApiError

    settings = assembly.settings
    if person.channel is not Channel.TELEGRAM or not settings.telegram_bot_token:
        return False
    try:
        async with asyncio.timeout(_GOODBYE_SECONDS):
            api = bot_api(settings.telegram_bot_token, settings.telegram_api_url)
            try:
                await api.send_message(person.chat_id, GOODBYE, html=False)
            finally:
                await api.aclose()
    except (BotApiError, TimeoutError):
        return False
    return True


# -- groups ------------------------------------------------------------------------------------


async def _groups(output: Output, channel: Channel) -> int:
    async with opened(offline=True) as assembly:
        seen = await assembly.channels.people.groups(channel)
    for chat, allowed in seen:
        if output.json_lines:
            output.record({"id": chat.id, "title": chat.title, "allowed": allowed})
        else:
            word = "allowed" if allowed else "not allowed"
            output.line(f"{chat.id}  {visible_line(chat.title)}  {word}")
    if not seen:
        output.note("Steward was not seen in any group. Add it to one, and mention it there.")
    return DONE


async def _allow(output: Output, channel: Channel, wanted: str, *, allowed: bool) -> int:
    async with opened(offline=True) as assembly:
        people = assembly.channels.people
        seen = [chat for chat, _ in await people.groups(channel) if chat.id == wanted]
        if not seen:
            raise NotFoundError(
                f"Steward was not seen in a group with the id {wanted}.",
                hint=f"`steward {_GROUPS[channel]} groups` lists them; mention it there first.",
            )
        await people.allow(seen[0], allowed=allowed)
    if output.json_lines:
        output.record({"id": wanted, "title": seen[0].title, "allowed": allowed})
    else:
        word = "allowed" if allowed else "not allowed any more"
        output.line(f"{visible_line(seen[0].title)} is {word}.")
    return DONE
