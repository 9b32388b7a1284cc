"""Whether the screen is locked, as far as the desktop tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.ui.session_bus import BusError, body_of

if TYPE_CHECKING:
    from app.ui.session_bus import SessionBus

_KEEPERS: Final = (
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
)
_PATIENCE_SECONDS: Final = 1.0


async def is_locked(bus: SessionBus) -> bool:
    """``False`` also where nobody says so: most desktops have no such service to ask."""
    from jeepney import DBusAddress, new_method_call
    from jeepney.low_level import MessageFlag

    for name, path in _KEEPERS:
        question = new_method_call(DBusAddress(path, bus_name=name, interface=name), "GetActive")
        question.header.flags |= MessageFlag.no_auto_start
        try:
            answer = await bus.call(question, _PATIENCE_SECONDS)
        except BusError:
            continue
        if body_of(answer)[:1] == (True,):
            return True
    return False
