"""How a channel stands, in words: short for the line at the bottom, whole for the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain.channels import ChannelHealth, ChannelState
from app.domain.messages import Channel
from app.ui import words
from app.ui.translation import translate


def service(channel: Channel) -> str:
    """What the service is called."""
    return "Google Chat" if channel is Channel.GOOGLE_CHAT else "Telegram"


def channel_named(source: str) -> str:
    """The service that a notification is from; empty where it is from no channel."""
    remote = (Channel.TELEGRAM, Channel.GOOGLE_CHAT)
    return next((service(one) for one in remote if one.value == source), "")


def came_over(channel: Channel) -> str:
    """``from Telegram``; empty for a face of this computer."""
    if channel not in (Channel.TELEGRAM, Channel.GOOGLE_CHAT):
        return ""
    return translate("Channels", "from {service}").format(service=service(channel))


def dot_of(health: ChannelHealth) -> str:
    """A state as in ``controls.Dot``."""
    match health.state:
        case ChannelState.OFF | ChannelState.STARTING:
            return "idle"
        case ChannelState.OFFLINE:
            return "attention"
        case ChannelState.CONFLICT | ChannelState.REFUSED | ChannelState.STOPPED:
            return "trouble"
        case _:
            return "attention" if health.unsure else "ok"


def in_short(health: ChannelHealth) -> str:
    """``Telegram: listening``."""
    return f"{service(health.channel)}: {_word(health)}"


def _word(health: ChannelHealth) -> str:
    match health.state:
        case ChannelState.OFF:
            return translate("Channels", "off")
        case ChannelState.STARTING:
            return translate("Channels", "connecting")
        case ChannelState.CONFLICT:
            return translate("Channels", "used elsewhere")
        case ChannelState.REFUSED:
            return translate("Channels", "refused")
        case ChannelState.OFFLINE:
            return translate("Channels", "not reached")
        case ChannelState.STOPPED:
            return translate("Channels", "stopped")
        case _ if health.unsure:
            return translate("Channels", "{messages} unsure").format(
                messages=words.count(health.unsure, "message")
            )
        case ChannelState.STANDBY:
            return translate("Channels", "on standby")
        case ChannelState.LISTENING:
            return translate("Channels", "listening")


def headline(health: ChannelHealth) -> str:
    """The state in a sentence."""
    said = ""
    match health.state:
        case ChannelState.OFF:
            said = translate("Channels", "Switched off.")
        case ChannelState.STARTING:
            said = translate("Channels", "Connecting to {service} …")
        case ChannelState.LISTENING:
            if health.name:
                return translate("Channels", "Listening as {name}.").format(name=health.name)
            said = translate("Channels", "Listening.")
        case ChannelState.STANDBY:
            said = translate("Channels", "Another Steward on this computer listens.")
        case ChannelState.CONFLICT:
            said = translate("Channels", "Somebody else uses the same token.")
        case ChannelState.REFUSED if health.channel is Channel.TELEGRAM:
            said = translate("Channels", "{service} refuses the token.")
        case ChannelState.REFUSED:
            said = translate("Channels", "{service} refuses the sign-in.")
        case ChannelState.OFFLINE:
            said = translate("Channels", "{service} cannot be reached.")
        case ChannelState.STOPPED:
            said = translate("Channels", "It stopped because of a fault in Steward.")
    return said.format(service=service(health.channel))


def advice(health: ChannelHealth) -> str:
    """What the person can do; what the channel itself says of it comes first."""
    if health.hint:
        return health.hint
    match health.state:
        case ChannelState.STANDBY:
            return translate("Channels", "This one takes over when that one ends.")
        case ChannelState.CONFLICT:
            return translate(
                "Channels",
                "Messages may go there instead of here. End the other program, or have @BotFather "
                "revoke the token and paste the new one below.",
            )
        case ChannelState.REFUSED if health.channel is Channel.TELEGRAM:
            return translate(
                "Channels", "Copy the token once more from @BotFather, and paste it below."
            )
        case ChannelState.REFUSED:
            return translate("Channels", "Sign in again under Settings → Google Drive.")
        case ChannelState.OFFLINE:
            return translate(
                "Channels",
                "Nothing is lost: what you write there waits there, what Steward answers waits "
                "here.",
            )
        case ChannelState.STOPPED:
            return translate(
                "Channels", "Switch it off and on again. The log in its data folder says more."
            )
        case _:
            return ""


def times(health: ChannelHealth, now: datetime) -> str:
    """``Heard from 3 s ago · newest message 2 min ago``; empty where nothing was heard yet."""
    parts = []
    if health.heard_at is not None:
        said = translate("Channels", "Heard from {service} {ago}")
        parts.append(
            said.format(service=service(health.channel), ago=words.ago(health.heard_at, now))
        )
    if health.update_at is not None:
        said = translate("Channels", "newest message {ago}")
        parts.append(said.format(ago=words.ago(health.update_at, now)))
    return " · ".join(parts)


def exact_times(health: ChannelHealth) -> str:
    """The same with dates, for the pointer that rests on it."""
    lines = []
    if health.heard_at is not None:
        said = translate("Channels", "Heard from {service}: {time}")
        lines.append(
            said.format(service=service(health.channel), time=words.exact_time(health.heard_at))
        )
    if health.update_at is not None:
        said = translate("Channels", "Newest message: {time}")
        lines.append(said.format(time=words.exact_time(health.update_at)))
    return "\n".join(lines)


def queues(health: ChannelHealth) -> str:
    """``2 messages wait to be done · 1 message waits to be sent``; empty where none wait."""
    parts = []
    if health.waiting_in:
        said = translate("Channels", "To be done: {messages}")
        parts.append(said.format(messages=words.count(health.waiting_in, "message")))
    if health.waiting_out:
        said = translate("Channels", "To be sent: {messages}")
        parts.append(said.format(messages=words.count(health.waiting_out, "message")))
    return " · ".join(parts)


def unsure(health: ChannelHealth) -> str:
    """That messages may not have arrived; empty where none are in doubt."""
    if not health.unsure:
        return ""
    return translate(
        "Channels",
        "The connection broke while it was sending: {messages} may not have arrived. What is sent "
        "again may arrive twice.",
    ).format(messages=words.count(health.unsure, "message"))


def next_try(health: ChannelHealth, now: datetime) -> str:
    """``Tries again in 12 s.``; empty where it does not."""
    if health.retry_at is None or health.state.is_well or health.state is ChannelState.OFF:
        return ""
    seconds = (health.retry_at - now).total_seconds()
    if seconds < 1:
        return translate("Channels", "Trying again now.")
    return translate("Channels", "Tries again in {time}.").format(
        time=words.duration(int(seconds) * 1000)
    )


def in_full(health: ChannelHealth, now: datetime) -> str:
    """All of it below each other, as a tool tip."""
    lines: Sequence[str] = (
        headline(health),
        health.error,
        advice(health),
        next_try(health, now),
        times(health, now),
        queues(health),
        unsure(health),
    )
    return "\n".join(line for line in lines if line)
