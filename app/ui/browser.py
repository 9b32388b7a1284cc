"""Opens an address in the person's browser."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_in_browser(address: str) -> bool:
    """Whether the system has a browser that takes it."""
    return QDesktopServices.openUrl(QUrl(address))
