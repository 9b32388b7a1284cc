"""What the person attaches to the message they are writing, kept as soon as it is chosen."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.domain.attachments import Attachment, check_together
from app.domain.errors import StewardError
from app.ui.tasks import Tasks
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.open_conversation import OpenConversation
    from app.ui.ports import AttachmentVault


class Attaching(QObject):
    """Adds to the draft of a conversation, and takes away from it.

    ``changed``: some draft's attachments are others. ``failed(str)``: why one was not taken.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self, vault: Callable[[], AttachmentVault], tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._tasks = tasks
        self._in_order = asyncio.Lock()

    def add_files(self, conversation: OpenConversation, paths: Sequence[Path]) -> None:
        """Attach files, wherever they lie."""
        self._start(conversation, self._keep_files(conversation, tuple(paths)))

    def add_picture(self, conversation: OpenConversation, image: QImage) -> None:
        """Attach a picture that is in no file."""
        self._start(conversation, self._keep_picture(conversation, image))

    def remove(self, conversation: OpenConversation, attachment: Attachment) -> None:
        """Take one out of the draft again."""
        if attachment in conversation.attached:
            conversation.attached.remove(attachment)
            self.changed.emit()

    def take(self, conversation: OpenConversation) -> tuple[Attachment, ...]:
        """What goes with the message that is sent now; the draft has nothing attached any more."""
        attached = tuple(conversation.attached)
        conversation.attached.clear()
        self.changed.emit()
        return attached

    def give_back(self, conversation: OpenConversation, attachments: Sequence[Attachment]) -> None:
        """A message was not sent after all: its files are attached to the draft again."""
        aside = conversation.set_aside
        draft = conversation.attached if aside is None else aside.attached
        draft[:0] = [one for one in attachments if one not in draft]
        self.changed.emit()

    # -- inside --------------------------------------------------------------------------------

    def _start(self, conversation: OpenConversation, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.run(work, name="attach")
        conversation.copying.add(task)
        task.add_done_callback(lambda _: self._ended(conversation, task))
        self.changed.emit()

    def _ended(self, conversation: OpenConversation, task: asyncio.Task[None]) -> None:
        conversation.copying.discard(task)
        self.changed.emit()

    async def _keep_files(self, conversation: OpenConversation, paths: tuple[Path, ...]) -> None:
        async with self._in_order:
            for path in paths:
                try:
                    self._take(conversation, await self._vault().keep_file(path))
                except StewardError as error:
                    self.failed.emit(str(error))

    async def _keep_picture(self, conversation: OpenConversation, image: QImage) -> None:
        async with self._in_order:
            # Pixels are taken out here: the thread must touch nothing of Qt.
            plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
            pixels, size = bytes(plain.constBits()), (plain.width(), plain.height())
            data = await asyncio.to_thread(_png, pixels, size, plain.bytesPerLine())
            taken = {one.name for one in conversation.attached}
            number = 1
            while (name := _name(number)) in taken:
                number += 1
            try:
                self._take(conversation, await self._vault().keep(name, data))
            except StewardError as error:
                self.failed.emit(str(error))

    def _take(self, conversation: OpenConversation, attachment: Attachment) -> None:
        """Raises ``FileError`` for more than a message can carry."""
        if attachment in conversation.attached:
            return  # the same file, chosen twice
        check_together((*conversation.attached, attachment))
        conversation.attached.append(attachment)
        self.changed.emit()


def _name(number: int) -> str:
    name = translate("Attachments", "Pasted picture")
    return f"{name}.png" if number == 1 else f"{name} {number}.png"


def _png(pixels: bytes, size: tuple[int, int], line: int) -> bytes:
    """Red, green, blue and opacity of each pixel, ``line`` bytes a line, as a PNG file."""
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGBA", size, pixels, "raw", "RGBA", line).save(out, "PNG")
    return out.getvalue()
