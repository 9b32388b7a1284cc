"""``python -m tests.standins.shortcuts_portal [no]``: a desktop's portal that gives keys away.

It says ``ready`` on stdout, then a line of JSON for each key that is asked for; with ``no`` the
person does not want that. ``press TOKEN`` on stdin presses the key; it serves until stdin closes.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys

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

NAME = "org.freedesktop.portal.Desktop"
HERE = "/org/freedesktop/portal/desktop"
Results = dict[str, tuple[str, object]]
SHORTCUTS = DBusAddress(HERE, interface="org.freedesktop.portal.GlobalShortcuts")


class Portal:
    def __init__(self, bus: DBusConnection, *, willing: bool) -> None:
        self._bus = bus
        self._willing = willing
        self._session = ""
        self._name = ""

    def answer(self, asked: Message) -> None:
        if asked.header.message_type is not MessageType.method_call:
            return
        match asked.header.fields.get(HeaderFields.member), asked.body:
            case "CreateSession", (options,):
                self._session = f"{HERE}/session/x/{options['session_handle_token'][1]}"
                self._respond(asked, options, 0, {"session_handle": ("s", self._session)})
            case "BindShortcuts", (session, [(name, facts)], _parent, options):
                told = {key: value for key, (_, value) in facts.items()}
                print(json.dumps({"bound": name, **told}), flush=True)  # noqa: T201
                assert session == self._session
                self._name = name
                results: Results = {"shortcuts": ("a(sa{sv})", [(name, {})])}
                self._respond(asked, options, 0 if self._willing else 1, results)
            case "Close", _:
                print(json.dumps({"closed": True}), flush=True)  # noqa: T201
                self._bus.send(new_method_return(asked))
            case _:
                self._bus.send(new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod"))

    def _respond(
        self,
        asked: Message,
        options: dict[str, tuple[str, str]],
        code: int,
        results: Results,
    ) -> None:
        request = f"{HERE}/request/x/{options['handle_token'][1]}"
        self._bus.send(new_method_return(asked, "o", (request,)))
        there = DBusAddress(request, interface="org.freedesktop.portal.Request")
        self._bus.send(new_signal(there, "Response", "ua{sv}", (code, results)))

    def press(self, token: str) -> None:
        body = (self._session, self._name, 0, {"activation_token": ("s", token)})
        self._bus.send(new_signal(SHORTCUTS, "Activated", "osta{sv}", body))


def main(words: list[str]) -> None:
    bus = open_dbus_connection(bus="SESSION")
    portal = Portal(bus, willing="no" not in words)
    bus.send_and_get_reply(message_bus.RequestName(NAME))
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([sys.stdin, bus.sock], [], [])
        if sys.stdin in ready:
            line = os.read(sys.stdin.fileno(), 100).decode()
            if not line:
                return
            portal.press(line.split()[1])
            continue
        with contextlib.suppress(TimeoutError):
            while True:  # several may have come at once
                portal.answer(bus.receive(timeout=0))


main(sys.argv[1:])
