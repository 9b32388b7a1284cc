"""The desktop's session bus, spoken to on the window's loop: nothing here ever waits for it.

PySide6's own QtDBus cannot make the types that notifications and shortcuts are sent in (an
unsigned number, a list of strings): jeepney can, and is there with the keyring.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jeepney import MatchRule, Message
    from jeepney.io.asyncio import DBusConnection

logger = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 3.0
_AGAIN_SECONDS: Final = 30.0
"""A bus that could not be reached is not tried again before."""


class BusError(Exception):
    """``name``: the D-Bus error, or ``""`` where there was no answer at all."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class NoBusError(BusError):
    """There is no session bus, or it is gone."""


class SessionBus:
    """One connection, made when it is first needed and again after it was lost.

    Signals that are listened for are handed out in the order they come, on the loop. Owned by the
    loop's thread; ``close`` ends it.
    """

    def __init__(self) -> None:
        self._connection: DBusConnection | None = None
        self._opening = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._replies: dict[int, asyncio.Future[Message]] = {}
        self._rules: list[tuple[MatchRule, Callable[[Message], None]]] = []
        self._not_before = 0.0
        self._closed = False

    async def call(self, message: Message, seconds: float = PATIENCE_SECONDS) -> Message:
        """Call a method; its reply. Raises ``BusError``, within about ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                return await self._call(await self._open(), message)
        except TimeoutError as error:
            raise BusError("", "no answer") from error

    async def listen(self, rule: MatchRule, take: Callable[[Message], None]) -> None:
        """Hand signals that match ``rule`` to ``take``, also after the connection was made anew.

        Raises ``BusError``; from the next connection on they come nevertheless.
        """
        from jeepney import message_bus

        self._rules.append((rule, take))
        if self._connection is None:
            await self.connect()
        else:
            await self.call(message_bus.AddMatch(rule))

    async def connect(self) -> None:
        """Be connected. Raises ``BusError``."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._open()
        except TimeoutError as error:
            raise NoBusError("", "the bus does not answer") from error

    async def close(self) -> None:
        """End the connection; nothing is heard afterwards."""
        self._closed = True
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])

    # -- inside ----------------------------------------------------------------------------

    async def _open(self) -> DBusConnection:
        from jeepney import message_bus

        async with self._opening:
            if self._connection is not None:
                return self._connection
            now = asyncio.get_running_loop().time()
            address = _address()
            if self._closed or address is None or now < self._not_before:
                raise NoBusError("", "there is no session bus")
            self._not_before = now + _AGAIN_SECONDS
            connection = await _connected(address)
            self._not_before = 0.0
            self._reading = asyncio.create_task(self._read(connection), name="read the session bus")
            with ExitStack() as unless_told:  # also where it is cancelled
                unless_told.callback(self._reading.cancel)
                for rule, _ in self._rules:
                    await self._call(connection, message_bus.AddMatch(rule))
                unless_told.pop_all()
            self._connection = connection
            return connection

    async def _call(self, connection: DBusConnection, message: Message) -> Message:
        from jeepney import HeaderFields, MessageType

        serial = next(connection.outgoing_serial)
        reply = self._replies[serial] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(message, serial=serial)
            answer = await reply
        except OSError as error:
            raise NoBusError("", str(error)) from error
        finally:
            self._replies.pop(serial, None)
        if answer.header.message_type is MessageType.error:
            name = answer.header.fields.get(HeaderFields.error_name, "")
            raise BusError(str(name), str(answer.body[0] if answer.body else name))
        return answer

    async def _read(self, connection: DBusConnection) -> None:
        try:
            while True:
                self._take(await connection.receive())
        except (EOFError, OSError, ValueError):  # it went away, or speaks nonsense
            logger.info("the session bus is gone")
        finally:
            self._connection = None
            connection.writer.close()
            for reply in self._replies.values():
                if not reply.done():
                    reply.set_exception(NoBusError("", "the bus is gone"))

    def _take(self, message: Message) -> None:
        from jeepney import HeaderFields, MessageType

        if message.header.message_type is MessageType.signal:
            for rule, take in self._rules:
                if rule.matches(message):
                    take(message)
            return
        reply = self._replies.get(message.header.fields.get(HeaderFields.reply_serial, -1))
        if reply is not None and not reply.done():
            reply.set_result(message)


async def _connected(address: str) -> DBusConnection:
    from jeepney.io.asyncio import open_dbus_connection
    from jeepney.wrappers import DBusErrorResponse

    refused: tuple[type[Exception], ...] = (
        *(OSError, EOFError, ValueError, RuntimeError, KeyError),
        DBusErrorResponse,
    )
    try:
        return await open_dbus_connection(address)
    except refused as error:
        raise NoBusError("", f"the session bus cannot be reached: {error}") from error


def _address() -> str | None:
    """The bus of this session, if there is one; asking must not start one."""
    if told := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return told
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and (path := Path(runtime) / "bus").exists():
        return f"unix:path={path}"
    return None


def sender_of(message: Message) -> str:
    """The unique name of who sent it."""
    from jeepney import HeaderFields

    return str(message.header.fields.get(HeaderFields.sender, ""))


def body_of(message: Message) -> tuple[Any, ...]:
    """What it says."""
    return tuple(message.body)
