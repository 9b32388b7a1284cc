"""Opens an attachment in the person's own programs: a copy of it, for the vault's is never lent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices

from app.domain.attachments import Attachment
from app.domain.errors import FileError
from app.ui.tasks import Tasks
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.ports import AttachmentVault

_OPENED: Final = frozenset({
    ".bmp", ".csv", ".docx", ".gif", ".jpeg", ".jpg", ".json", ".log", ".md", ".pdf", ".png",
    ".pptx", ".tif", ".tiff", ".txt", ".webp", ".xlsx",
})  # fmt: skip
"""Endings of files that a program shows. Of another, which may be a program itself, the folder is
shown instead."""


def is_shown_in_place(attachment: Attachment) -> bool:
    """Whether opening it opens the file, and not the folder with its copy."""
    return Path(attachment.name).suffix.lower() in _OPENED


class Opener:
    """Hands out copies that last as long as the window."""

    def __init__(self, vault: Callable[[], AttachmentVault], tasks: Tasks) -> None:
        self._vault = vault
        self._tasks = tasks
        self._folder: QTemporaryDir | None = None

    def open(self, attachment: Attachment, *, folder: bool = False) -> None:
        """Open it in its usual program; with ``folder`` show the folder that its copy is in."""
        self._tasks.start(self._open(attachment, folder=folder), name="open an attachment")

    async def _open(self, attachment: Attachment, *, folder: bool) -> None:
        data = await self._vault().content(attachment)
        if self._folder is None:
            self._folder = QTemporaryDir()
        place = Path(self._folder.path()) / attachment.hash[:12] / attachment.name
        try:
            await asyncio.to_thread(_write, place, data)
        except OSError as error:
            raise FileError(
                translate(
                    "Attachments", "No copy of {name} could be made to open: {reason}."
                ).format(name=attachment.name, reason=error.strerror or error)
            ) from error
        shown = place.parent if folder or not is_shown_in_place(attachment) else place
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(shown)))

    def close(self) -> None:
        """Let go of the copies."""
        if self._folder is not None:
            self._folder.remove()
            self._folder = None


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.write_bytes(data)
        place.chmod(0o400)  # what is changed in a copy would be lost
