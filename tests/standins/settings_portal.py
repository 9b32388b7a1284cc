"""``python -m tests.standins.settings_portal``: a desktop's portal that tells how windows look.

It says ``ready`` on stdout. A line on stdin, ``GROUP NAME SIGNATURE JSON``, sets a value and tells
it to who listens; it serves until stdin is closed.
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

Values = dict[tuple[str, str], tuple[str, object]]

SETTINGS = "org.freedesktop.portal.Settings"
HERE = DBusAddress("/org/freedesktop/portal/desktop", interface=SETTINGS)


def main() -> None:
    bus = open_dbus_connection(bus="SESSION")
    bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
    values: Values = {}
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([sys.stdin, bus.sock], [], [])
        if sys.stdin in ready:
            line = os.read(sys.stdin.fileno(), 1)  # one line and no more: the rest is seen next
            while line and not line.endswith(b"\n"):
                line += os.read(sys.stdin.fileno(), 1)
            if not line:
                return
            group, name, signature, value = line.decode().split(maxsplit=3)
            values[group, name] = signature, json.loads(value)
            told = (group, name, values[group, name])
            bus.send(new_signal(HERE, "SettingChanged", "ssv", told))
            continue
        with contextlib.suppress(TimeoutError):
            while True:  # several may have come at once
                _answer(bus, bus.receive(timeout=0), values)


def _answer(bus: DBusConnection, asked: Message, values: Values) -> None:
    if asked.header.message_type is not MessageType.method_call:
        return
    known = values.get(asked.body)
    if asked.header.fields.get(HeaderFields.member) == "Read" and known is not None:
        bus.send(new_method_return(asked, "v", (("v", known),)))  # packed twice, as it is
    else:
        bus.send(new_error(asked, "org.freedesktop.portal.Error.NotFound"))


main()
