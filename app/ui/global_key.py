"""A key of the whole desktop for a quick question, given by the portal ``GlobalShortcuts``.

The desktop asks the person whether they want that, and which key it is; Steward only proposes one.
Where there is no such portal, ``steward ask --window`` is bound in the desktop's own settings.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.ui.session_bus import BusError, SessionBus, body_of, sender_of
from app.ui.translation import translate

if TYPE_CHECKING:
    from jeepney import Message

logger = logging.getLogger(__name__)

PORTAL: Final = "org.freedesktop.portal.Desktop"
PATH: Final = "/org/freedesktop/portal/desktop"
SHORTCUTS: Final = "org.freedesktop.portal.GlobalShortcuts"
_REQUEST: Final = "org.freedesktop.portal.Request"
_REGISTRY: Final = "org.freedesktop.host.portal.Registry"
_SESSION: Final = "org.freedesktop.portal.Session"
_NAME: Final = "quick-question"
_PROPOSED: Final = "CTRL+ALT+space"
_THINKING_SECONDS: Final = 300.0
"""So long the person may look at what the desktop asks them."""
_DONE: Final = 0

Options = dict[str, tuple[str, object]]


class GlobalKey(QObject):
    """``pressed(token)``: the key was; ``token`` is the desktop's leave to take the focus."""

    pressed = Signal(str)

    def __init__(self, bus: SessionBus, parent: QObject) -> None:
        super().__init__(parent)
        self._bus = bus
        self._answers: dict[str, asyncio.Future[tuple[Any, ...]]] = {}
        self._session = ""
        self._portal = ""

    async def bind(self) -> bool:
        """Ask for the key; ``False`` where the desktop has none to give, or the person said no."""
        from jeepney import MatchRule

        try:
            await self._bus.listen(
                MatchRule(type="signal", interface=_REQUEST, member="Response"), self._answered
            )
            await self._bus.listen(
                MatchRule(type="signal", interface=SHORTCUTS, path=PATH, member="Activated"),
                self._activated,
            )
            await self._introduce()
            session = await self._ask("CreateSession", "", (), {"session_handle_token": _token()})
            self._session = str(session.get("session_handle", ("s", ""))[1])
            wanted: Options = {
                "description": ("s", translate("GlobalKey", "Ask Steward a quick question")),
                "preferred_trigger": ("s", _PROPOSED),
            }
            bound = await self._ask(
                "BindShortcuts", "oa(sa{sv})s", (self._session, [(_NAME, wanted)], ""), {}
            )
        except (BusError, TimeoutError) as error:
            logger.info("the desktop gives no key", extra={"reason": str(error)})
            return False
        return bool(bound.get("shortcuts", ("", []))[1])

    async def close(self) -> None:
        """Give the key back."""
        session, self._session = self._session, ""
        if session:
            try:
                await self._call(session, _SESSION, "Close", "", ())
            except BusError as error:
                logger.info("the key was not given back", extra={"reason": str(error)})

    # -- inside ----------------------------------------------------------------------------

    async def _introduce(self) -> None:
        """Say who asks: what the desktop shows then has Steward's name. Older portals know none."""
        try:
            await self._call(PATH, _REGISTRY, "Register", "sa{sv}", ("steward", {}))
        except BusError as error:
            logger.info("the portal knows no names", extra={"reason": str(error)})

    async def _ask(
        self, method: str, signature: str, arguments: tuple[object, ...], options: dict[str, str]
    ) -> dict[str, Any]:
        """Ask the portal; what it answers once the person has decided. Raises ``BusError``."""
        token = _token()
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        more = {name: ("s", value) for name, value in {**options, "handle_token": token}.items()}
        try:
            reply = await self._call(
                PATH, SHORTCUTS, method, f"{signature}a{{sv}}", (*arguments, more)
            )
            self._portal = sender_of(reply)
            async with asyncio.timeout(_THINKING_SECONDS):
                code, results = await answer
        finally:
            del self._answers[token]
        if code != _DONE:
            raise BusError("", f"the portal refused {method}")
        return dict(results)

    async def _call(
        self, path: str, interface: str, method: str, signature: str, arguments: tuple[object, ...]
    ) -> Message:
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(path, bus_name=PORTAL, interface=interface)
        question = new_method_call(address, method, signature or None, arguments)
        return await self._bus.call(question)

    def _answered(self, message: Message) -> None:
        from jeepney import HeaderFields

        path = str(message.header.fields.get(HeaderFields.path, ""))
        answer = self._answers.get(path.rpartition("/")[2])
        if answer is not None and not answer.done():
            answer.set_result(body_of(message))

    def _activated(self, message: Message) -> None:
        if sender_of(message) != self._portal:
            return
        match body_of(message):
            case (self._session, name, _time, dict(options)) if name == _NAME:
                _, token = options.get("activation_token", ("s", ""))
                self.pressed.emit(str(token))


def _token() -> str:
    return f"steward_{secrets.token_hex(8)}"
