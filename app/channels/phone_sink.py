"""Passes notifications on to the private chats of everybody who is paired."""

from __future__ import annotations

from typing import Final

from app.channels.shift import Shift
from app.channels.words import plain, shortened
from app.domain.channels import Chat
from app.domain.errors import StewardError
from app.domain.events import Notification, Severity
from app.domain.messages import Channel

_MOST: Final = 600
_SIGNS: Final = {Severity.INFO: "🛈", Severity.WARNING: "⚠", Severity.ERROR: "⛔"}
_ABOUT_CHANNELS: Final = frozenset({*(one.value for one in Channel), "channels"})
"""Sources of what is about channels themselves: those that are down could not be told so."""


class PhoneSink:
    """A place that notifications go to (``notifications.sinks.Sink``); for one run of a desk."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift

    def deliver(self, notification: Notification) -> None:
        """Take a notification, redacted. The same ``id`` again changes the message."""
        if notification.source in _ABOUT_CHANNELS:
            return
        self._shift.lines.add("notifications", lambda: self._send(notification))

    async def _send(self, notification: Notification) -> None:
        hint = str(notification.context.get("hint") or "")
        times = f" ({notification.count:,} times)" if notification.count > 1 else ""
        parts = [f"{shortened(notification.message, _MOST)}{times}", shortened(hint, _MOST)]
        text = "\n\n".join(plain(part) for part in parts if part)
        text = f"{_SIGNS[notification.severity]} {text}"
        quiet = notification.severity is not Severity.ERROR
        try:
            for person in await self._shift.parts.people.people(self._shift.channel):
                chat = Chat(person.channel, person.chat_id)
                key = f"note:{notification.id}:{person.chat_id}"
                await self._shift.say(chat, key, text, quiet=quiet)
        except StewardError as error:  # telling this would come back here
            self._shift.log_unsaid(error)
