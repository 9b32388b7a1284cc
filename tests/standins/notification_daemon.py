"""``python -m tests.standins.notification_daemon WORD …``: a desktop's notification service.

It understands the capabilities named; ``silent`` never answers. It says ``ready`` on stdout, and
serves until its stdin is closed.
"""

from __future__ import annotations

import select
import sys

from jeepney import (
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
)
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"


def main(capabilities: list[str]) -> None:
    bus = open_dbus_connection(bus="SESSION")
    bus.send_and_get_reply(message_bus.RequestName(NAME))
    print("ready", flush=True)  # noqa: T201
    while True:
        ready, _, _ = select.select([sys.stdin, bus.sock], [], [])
        if sys.stdin in ready:
            return
        asked = bus.receive()
        if asked.header.message_type is not MessageType.method_call or capabilities == ["silent"]:
            continue
        if asked.header.fields.get(HeaderFields.member) == "GetCapabilities":
            bus.send(new_method_return(asked, "as", (capabilities,)))
        else:
            bus.send(new_error(asked, f"{NAME}.Error"))


main(sys.argv[1:])
