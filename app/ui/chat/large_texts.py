"""Long answers are split into Markdown blocks by a thread; their words are shown meanwhile."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.ui.chat.markdown import Block, BlockSplitter, new_parser
from app.ui.chat.off_thread import OffThread

LARGE: Final = 60_000
"""Characters; shorter texts are split in less than a frame or two."""
_KEPT: Final = 4


class LargeTexts(QObject):
    """Splits each text once. ``ready`` is emitted when the blocks of one more text are there."""

    ready = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = OffThread("steward-markdown", self)
        self._known: OrderedDict[str, list[Block]] = OrderedDict()
        self._under_way: set[str] = set()

    def blocks(self, text: str) -> list[Block] | None:
        """The blocks of ``text``, or ``None`` while a thread looks for them."""
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        if text not in self._under_way:
            self._under_way.add(text)
            self._threads.start(partial(_split, text), lambda found: self._keep(text, found))
        return None

    def _keep(self, text: str, blocks: list[Block]) -> None:
        self._under_way.discard(text)
        self._known[text] = blocks
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.ready.emit(text)


def _split(text: str) -> list[Block]:
    splitter = BlockSplitter(parser=new_parser())
    splitter.update(text, done=True)
    return splitter.frozen
