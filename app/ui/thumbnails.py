"""Small pictures of attachments, read from the vault and scaled away from Qt's thread."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.errors import FileError
from app.ui.pictures import unpacked
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.ui.ports import AttachmentVault

_LARGEST: Final = (480, 360)
"""Pixels: twice what the transcript shows, for screens with small pixels."""
_KEPT: Final = 64


class Thumbnails(QObject):
    """Gives what is there at once; ``loaded`` says when there is more."""

    loaded = Signal()

    def __init__(
        self, vault: Callable[[], AttachmentVault], tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._tasks = tasks
        self._known: OrderedDict[str, QPixmap | None] = OrderedDict()

    def of(self, attachment: Attachment) -> QPixmap | None:
        """The small picture; ``None`` while it is read, and where there is none."""
        digest = attachment.readable
        if digest is None or attachment.kind is not AttachmentKind.PICTURE:
            return None
        if digest not in self._known:
            self._known[digest] = None
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            self._tasks.start(self._load(digest, attachment), name="read a picture")
        self._known.move_to_end(digest)
        return self._known[digest]

    async def _load(self, digest: str, attachment: Attachment) -> None:
        try:
            data = await self._vault().readable(attachment)
        except FileError:
            return  # its place stays empty; opening it says why
        if data is None:
            return
        picture = await asyncio.to_thread(unpacked, data, _LARGEST)
        # It was looked at when it was attached; where it cannot be shown its place stays empty.
        if picture is not None and picture.pixels:
            width, height = picture.small
            form = QImage.Format.Format_RGBA8888
            image = QImage(picture.pixels, width, height, 4 * width, form)
            self._known[digest] = QPixmap.fromImage(image)
            self.loaded.emit()
