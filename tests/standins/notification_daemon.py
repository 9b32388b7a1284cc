"""``python -m tests.standins.notification_daemon WORD …``: a desktop's notification service.

It understands the capabilities named; ``silent`` never answers; with ``locked`` it also says that
the screen is locked. It says ``ready`` on stdout, then a line of JSON for each notification that
is shown or closed. A line on stdin is what somebody does: ``press ID KEY``, ``close ID``,
``token ID TOKEN``; it serves until stdin is closed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
from itertools import count

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
HERE = DBusAddress("/org/freedesktop/Notifications", interface=NAME)
KEEPER = "org.freedesktop.ScreenSaver"
_BY_THE_PERSON = 2
_BY_A_CALL = 3


class Daemon:
    def __init__(self, bus: DBusConnection, capabilities: list[str]) -> None:
        self._bus = bus
        self._capabilities = capabilities
        self._numbers = count(1)

    def answer(self, asked: Message) -> None:
        if asked.header.message_type is not MessageType.method_call:
            return
        member = asked.header.fields.get(HeaderFields.member)
        signature = asked.header.fields.get(HeaderFields.signature, "")
        if self._capabilities == ["silent"]:
            return
        if member == "GetCapabilities":
            self._bus.send(new_method_return(asked, "as", (self._capabilities,)))
        elif member == "Notify" and signature == "susssasa{sv}i":
            self._bus.send(new_method_return(asked, "u", (self._show(*asked.body),)))
        elif member == "GetActive":
            self._bus.send(new_method_return(asked, "b", (True,)))
        elif member == "CloseNotification" and signature == "u":
            (number,) = asked.body
            _tell(closed=number)
            self._bus.send(new_method_return(asked))
            self._signal("NotificationClosed", "uu", number, _BY_A_CALL)
        else:
            self._bus.send(new_error(asked, f"{NAME}.Error"))

    def _show(
        self, app: str, replaces: int, icon: str, title: str, body: str, *more: object
    ) -> int:
        actions, hints, expires = more
        assert isinstance(actions, list)
        assert isinstance(hints, dict)
        number = replaces or next(self._numbers)
        _tell(
            shown=number,
            replaces=replaces,
            title=title,
            body=body,
            actions=dict(zip(actions[::2], actions[1::2], strict=True)),
            hints={name: value for name, (_, value) in hints.items()},
            expires=expires,
        )
        return number

    def do(self, line: str) -> None:
        match line.split():
            case ["press", number, key]:
                self._signal("ActionInvoked", "us", int(number), key)
            case ["close", number]:
                self._signal("NotificationClosed", "uu", int(number), _BY_THE_PERSON)
            case ["token", number, token]:
                self._signal("ActivationToken", "us", int(number), token)

    def _signal(self, name: str, signature: str, *body: object) -> None:
        self._bus.send(new_signal(HERE, name, signature, body))


def _tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201


def main(words: list[str]) -> None:
    bus = open_dbus_connection(bus="SESSION")
    daemon = Daemon(bus, words)
    bus.send_and_get_reply(message_bus.RequestName(NAME))
    if "locked" in words:
        bus.send_and_get_reply(message_bus.RequestName(KEEPER))
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([sys.stdin, bus.sock], [], [])
        if sys.stdin in ready:
            line = os.read(sys.stdin.fileno(), 1)  # one line and no more: the rest is seen next
            while line and not line.endswith(b"\n"):
                line += os.read(sys.stdin.fileno(), 1)
            if not line:
                return
            daemon.do(line.decode())
            continue
        with contextlib.suppress(TimeoutError):
            while True:  # several may have come at once
                daemon.answer(bus.receive(timeout=0))


if __name__ == "__main__":
    main(sys.argv[1:])
