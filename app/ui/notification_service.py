"""The desktop's notification service, ``org.freedesktop.Notifications``, as a client of it.

One thing is one notification: shown again it is replaced, and it is taken away when it no longer
holds. The service may be slow, gone or started anew at any time; the window never waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.ui.icons import FOLDER
from app.ui.session_bus import BusError, NoBusError, SessionBus, body_of, sender_of

if TYPE_CHECKING:
    from jeepney import Message

logger = logging.getLogger(__name__)

SERVICE: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
_BUS: Final = "org.freedesktop.DBus"
_MOST_WAITING: Final = 50
_QUIET_SECONDS: Final = 30.0
"""A service that did not answer is left alone for so long, or until it is started anew."""
_FAREWELL_SECONDS: Final = 1.0
_NEVER: Final = 0
_AS_USUAL: Final = -1


class Urgency(IntEnum):
    """As the service numbers it. None is critical: that would break through "do not disturb"."""

    LOW = 0
    NORMAL = 1


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be shown.

    Attributes:
        body: plain text; it is made safe where the service would follow markup.
        actions: a name that comes back in ``acted``, and the button's words. ``"default"`` is a
            click on the notification itself.
        stays: until the person acts, or it is withdrawn.
    """

    title: str
    body: str = ""
    urgency: Urgency = Urgency.NORMAL
    actions: tuple[tuple[str, str], ...] = ()
    stays: bool = False


Make = Callable[[Collection[str]], Note]
"""Makes the note for what the service can do: ``body``, ``actions``, ``body-markup`` and so on."""


class NotificationService(QObject):
    """``acted(key, action, token)``: the person pressed something; ``token`` lets a window come up.

    ``strange(action)``: something was pressed on a notification that is not of this run.
    ``plain``: shows a note where there is no such service: title and text.
    """

    acted = Signal(str, str, str)
    strange = Signal(str)

    def __init__(self, bus: SessionBus, plain: Callable[[Note], object], parent: QObject) -> None:
        super().__init__(parent)
        self._bus = bus
        self._plain = plain
        self._ids: dict[str, int] = {}
        self._made: dict[str, Make] = {}
        self._tokens: dict[int, str] = {}
        self._owner = ""
        self._can: frozenset[str] | None = None
        self._quiet_until = 0.0
        self._waiting: deque[tuple[str, Make | None]] = deque()
        self._working: asyncio.Task[None] | None = None

    def show(self, key: str, make: Make) -> None:
        """Show what ``make`` makes soon, in place of what was shown for ``key``."""
        self._enqueue(key, make)

    def withdraw(self, key: str) -> None:
        """Take away what was shown for ``key``, if it is still there."""
        self._enqueue(key, None)

    async def listen(self) -> None:
        """Hear what is pressed; also on what an earlier run has left."""
        from jeepney import MatchRule

        owners = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
        owners.add_arg_condition(0, SERVICE)
        told = MatchRule(type="signal", interface=SERVICE, path=PATH)
        for rule, take in ((owners, self._owner_changed), (told, self._told)):
            try:
                await self._bus.listen(rule, take)
            except BusError as error:
                logger.info("no desktop notifications", extra={"reason": str(error)})

    async def close(self) -> None:
        """Take away what is shown: nobody would hear what is pressed there."""
        self._waiting.clear()
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                if self._working is not None:  # what is being shown has a number only afterwards
                    await self._working
                for key in list(self._ids):
                    await self._withdraw(key)
        except (BusError, TimeoutError) as error:
            logger.info("desktop notifications were left", extra={"reason": str(error)})

    # -- inside ----------------------------------------------------------------------------

    def _enqueue(self, key: str, make: Make | None) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            logger.warning("a desktop notification was dropped: too many wait")
            return
        self._waiting.append((key, make))
        if self._working is None or self._working.done():
            # Not one of the window's tasks: at its end they are cancelled, and this one awaited.
            loop = asyncio.get_running_loop()
            self._working = loop.create_task(self._work(), name="desktop notifications")

    async def _work(self) -> None:
        while self._waiting:
            await self._do(*self._waiting.popleft())

    async def _do(self, key: str, make: Make | None) -> None:
        try:
            if make is None:
                await self._withdraw(key)
            else:
                await self._show(key, make)
        except NoBusError:
            self._without_service(make)
        except BusError as error:
            if error.name.endswith(("ServiceUnknown", "NameHasNoOwner")):
                self._without_service(make)
                return
            logger.info("desktop notification failed", extra={"reason": str(error)})
            if not error.name:
                self._quiet_until = asyncio.get_running_loop().time() + _QUIET_SECONDS

    def _without_service(self, make: Make | None) -> None:
        if make is not None:
            self._plain(make(frozenset()))

    async def _show(self, key: str, make: Make) -> None:
        if asyncio.get_running_loop().time() < self._quiet_until:
            return
        can = await self._abilities()
        note = make(can)
        actions = [word for pair in note.actions for word in pair] if "actions" in can else []
        body = note.body if "body" in can else ""
        if "body-markup" in can:
            from html import escape

            body = escape(body, quote=False)
        hints = {
            "urgency": ("y", int(note.urgency)),
            "desktop-entry": ("s", "steward"),
        }
        arguments = (
            *("Steward", self._ids.get(key, 0), str(FOLDER / "steward.svg"), note.title, body),
            *(actions, hints, _NEVER if note.stays else _AS_USUAL),
        )
        reply = await self._call("Notify", "susssasa{sv}i", arguments)
        self._owner = sender_of(reply)
        self._ids[key] = int(body_of(reply)[0])
        self._made[key] = make

    async def _withdraw(self, key: str) -> None:
        number = self._ids.pop(key, None)
        self._made.pop(key, None)
        if number is not None:
            await self._call("CloseNotification", "u", (number,))

    async def _abilities(self) -> frozenset[str]:
        if self._can is None:
            reply = await self._call("GetCapabilities")
            told = body_of(reply)[0] if reply.body else []
            # What is no list of words is no answer to trust: then rather one "&lt;" too many.
            words = told if isinstance(told, list) else ["body", "body-markup"]
            self._can = frozenset(str(one) for one in words)
        return self._can

    async def _call(
        self, method: str, signature: str = "", arguments: tuple[object, ...] = ()
    ) -> Message:
        from jeepney import DBusAddress, new_method_call

        service = DBusAddress(PATH, bus_name=SERVICE, interface=SERVICE)
        return await self._bus.call(new_method_call(service, method, signature or None, arguments))

    def _owner_changed(self, message: Message) -> None:
        """The service went, or another one took its place: nothing that was shown is left."""
        new = str(body_of(message)[2])
        logger.info("the desktop's notification service changed", extra={"there": bool(new)})
        self._can = None
        self._owner = new
        self._quiet_until = 0.0
        self._tokens.clear()
        shown, self._made = self._made, {}
        self._ids.clear()
        if new:
            for key, make in shown.items():
                self._enqueue(key, make)
        else:
            self._made = shown  # until the next one comes

    def _told(self, message: Message) -> None:
        from jeepney import HeaderFields

        if self._owner and sender_of(message) != self._owner:
            return  # anybody on the bus could say so
        member, body = message.header.fields.get(HeaderFields.member), body_of(message)
        match member, body:
            case "ActivationToken", (int(number), str(token)):
                self._tokens[number] = token
            case "ActionInvoked", (int(number), str(action)):
                key = self._key_of(number)
                token = self._tokens.pop(number, "")
                if key is None:
                    self.strange.emit(action)
                else:
                    self.acted.emit(key, action, token)
            case "NotificationClosed", (int(number), int()):
                self._tokens.pop(number, None)
                if (key := self._key_of(number)) is not None:
                    self._ids.pop(key)
                    self._made.pop(key, None)

    def _key_of(self, number: int) -> str | None:
        return next((key for key, known in self._ids.items() if known == number), None)
