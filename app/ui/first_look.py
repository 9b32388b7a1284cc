"""How the window is to look from its first paint, read before the settings are.

The settings as a whole come later, in a thread, with imports that would hold up the first paint.
What is wrong here is no matter: it counts as not set, and the settings say so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QJsonDocument

_MOST_BYTES: Final = 1_000_000


class FirstLook(NamedTuple):
    """Some of the settings, by their names, as they are written."""

    theme: str = "system"
    language: str = "system"


def first_look(home: Path, environ: Mapping[str, str] = os.environ) -> FirstLook:
    """What the environment says, else the settings file of ``home``, else the default."""
    stored = _stored(home / "settings.json")
    known = FirstLook()._asdict()
    for name in known:
        value = environ.get(f"STEWARD_{name.upper()}", "").strip() or stored.get(name)
        if value is not None and value != "":
            known[name] = str(value)
    return FirstLook(**known)


def _stored(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError:
        return {}
    # Qt's reader: it is there already, and Python's takes longer to import than to read this.
    return QJsonDocument.fromJson(content).object() or {}
