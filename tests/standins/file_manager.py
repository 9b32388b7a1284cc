"""``python -m tests.standins.file_manager``: a desktop's file manager.

It says ``ready`` on stdout, then the signature and the files of each ``ShowItems``, and serves
until its stdin is closed.
"""

from __future__ import annotations

import select
import sys

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.FileManager1"


def main() -> None:
    bus = open_dbus_connection(bus="SESSION")
    bus.send_and_get_reply(message_bus.RequestName(NAME))
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([sys.stdin, bus.sock], [], [])
        if sys.stdin in ready:
            return
        asked = bus.receive()
        if asked.header.message_type is not MessageType.method_call:
            continue
        fields = asked.header.fields
        if fields.get(HeaderFields.member) == "ShowItems":
            print(fields.get(HeaderFields.signature), asked.body[0], flush=True)  # noqa: T201
            bus.send(new_method_return(asked))
        else:
            bus.send(new_error(asked, f"{NAME}.Error"))


main()
