"""How the window is to look, as the person set it; also read at the start, before the settings are.

The settings as a whole come later, in a thread, with imports that would hold up the first paint.
What is wrong here is no matter: it counts as not set, and the settings say so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QJsonDocument

if TYPE_CHECKING:
    from app.config import Settings

_MOST_BYTES: Final = 1_000_000
SIZES: Final = (80, 90, 100, 110, 125, 150, 175, 200)
"""Steps of the size of text, in per cent of the system's."""


class Look(NamedTuple):
    """Some of the settings, by their names, as they are written.

    Attributes:
        theme: ``system``, ``light`` or ``dark``.
        contrast: ``system``, ``normal`` or ``high``.
        accent: ``steward`` or ``system``.
        font_size: per cent of the system's.
        reduced_motion: ``system``, ``on`` or ``off``.
        language: ``system``, or a language's code.
    """

    theme: str = "system"
    contrast: str = "system"
    accent: str = "steward"
    font_size: str = "100"
    reduced_motion: str = "system"
    language: str = "system"

    @property
    def scale(self) -> float:
        """What sizes are multiplied by."""
        try:
            percent = int(self.font_size)
        except ValueError:
            percent = 100
        return min(max(percent, SIZES[0]), SIZES[-1]) / 100


def next_size(percent: int, step: int) -> int:
    """The next larger (1) or smaller (-1) of ``SIZES``, the last one there is; 100 for 0."""
    if step == 0:
        return 100
    further = [size for size in SIZES if (size - percent) * step > 0]
    return (min(further) if step > 0 else max(further)) if further else percent


def look_of(settings: Settings) -> Look:
    """What the settings say."""
    return Look(*(str(getattr(settings, name)) for name in Look._fields))


def first_look(home: Path, environ: Mapping[str, str] = os.environ) -> Look:
    """What the environment says, else the settings file of ``home``, else the default."""
    stored = _stored(home / "settings.json")
    known = Look()._asdict()
    for name in known:
        value = environ.get(f"STEWARD_{name.upper()}", "").strip() or stored.get(name)
        if isinstance(value, str | int | float) and value != "":
            known[name] = f"{value:g}" if isinstance(value, float) else str(value)
    return Look(**known)


def _stored(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError:
        return {}
    # Qt's reader: it is there already, and Python's takes longer to import than to read this.
    return QJsonDocument.fromJson(content).object() or {}
