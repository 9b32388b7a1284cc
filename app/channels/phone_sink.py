"""Passes notifications on to the private chats of everybody who is paired."""

from __future__ import annotations

from collections import deque
from typing import Final

from app.channels.shift import Shift
from app.channels.words import plain, shortened
from app.domain.channels import Chat
from app.domain.errors import StewardError
from app.domain.events import Notification, Severity
from app.domain.messages import Channel

_MOST: Final = 600
_MOST_WAITING: Final = 20
_SIGNS: Final = {Severity.INFO: "🛈", Severity.WARNING: "⚠", Severity.ERROR: "⛔"}
_ABOUT_CHANNELS: Final = frozenset({*(one.value for one in Channel), "channels"})
"""Sources of what is about channels themselves: those that are down could not be told so."""


class PhoneSink:
    """A place that notifications go to (``notifications.sinks.Sink``).

    What comes while its desk is not at work waits for it, the last ``_MOST_WAITING``.
    """

    def __init__(self) -> None:
        self._shift: Shift | None = None
        self._waiting: deque[Notification] = deque(maxlen=_MOST_WAITING)

    def open(self, shift: Shift) -> None:
        """The desk is at work."""
        self._shift = shift
        while self._waiting:
            self.deliver(self._waiting.popleft())

    def close(self) -> None:
        """The desk is at work no more."""
        self._shift = None

    def deliver(self, notification: Notification) -> None:
        """Take a notification, redacted. The same ``id`` again changes the message."""
        if notification.source in _ABOUT_CHANNELS:
            return
        shift = self._shift
        if shift is None:
            self._waiting.append(notification)
        else:
            shift.lines.add("notifications", lambda: _send(shift, notification))


async def _send(shift: Shift, notification: Notification) -> None:
    hint = str(notification.context.get("hint") or "")
    times = f" ({notification.count:,} times)" if notification.count > 1 else ""
    parts = [f"{shortened(notification.message, _MOST)}{times}", shortened(hint, _MOST)]
    text = "\n\n".join(plain(part) for part in parts if part)
    text = f"{_SIGNS[notification.severity]} {text}"
    quiet = notification.severity is not Severity.ERROR
    try:
        for person in await shift.parts.people.people(shift.channel):
            chat = Chat(person.channel, person.chat_id)
            key = f"note:{notification.id}:{person.chat_id}"
            await shift.say(chat, key, text, quiet=quiet)
    except StewardError as error:  # telling this would come back here
        shift.log_unsaid(error)
