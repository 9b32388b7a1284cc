"""Asks the desktop's file manager (freedesktop FileManager1) to show a file in its folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl

_SERVICE: Final = "org.freedesktop.FileManager1"
_PATH: Final = "/org/freedesktop/FileManager1"
_PATIENCE_MS: Final = 2_000


async def show_items(path: Path) -> bool:
    """Whether a file manager took it; it is asked without the window waiting for it."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
    except ImportError:  # not on every system
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    question = QDBusMessage.createMethodCall(_SERVICE, _PATH, _SERVICE, "ShowItems")
    address = QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    question.setArguments([[address], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(question, _PATIENCE_MS))
    answered = asyncio.get_running_loop().create_future()

    def finished() -> None:
        if not answered.done():
            answered.set_result(not watcher.reply().errorName())

    watcher.finished.connect(finished)
    try:
        return bool(await answered)
    finally:
        watcher.deleteLater()
