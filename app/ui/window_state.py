"""What the window remembers of itself, in a file of its own inside the data directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings


class WindowState:
    """Size and panes. A file that is missing or damaged is as good as an empty one."""

    def __init__(self, home: Path) -> None:
        self._settings = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)

    def bytes_of(self, name: str) -> QByteArray | None:
        """What Qt saved of a widget."""
        value = self._settings.value(name)
        return value if isinstance(value, QByteArray) else None

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no."""
        value = self._settings.value(name)
        return default if value is None else str(value).lower() == "true"

    def text(self, name: str, default: str = "") -> str:
        """A word."""
        value = self._settings.value(name)
        return default if value is None else str(value)

    def save(self, **values: Any) -> None:
        """Remember these."""
        for name, value in values.items():
            self._settings.setValue(name, value)
        self._settings.sync()
