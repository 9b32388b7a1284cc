"""Long answers are split into Markdown blocks by a thread; their words are shown meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.ui.chat.markdown import Block, BlockSplitter, new_parser

LARGE: Final = 60_000
"""Characters; shorter texts are split in less than a frame or two."""
_KEPT: Final = 4


class LargeTexts(QObject):
    """Splits each text once. ``ready`` is emitted when the blocks of one more text are there."""

    ready = Signal(str)
    _split = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[str, list[Block]] = OrderedDict()
        self._under_way: set[str] = set()
        self._split.connect(self._keep)

    def blocks(self, text: str) -> list[Block] | None:
        """The blocks of ``text``, or ``None`` while a thread looks for them."""
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        if text not in self._under_way:
            self._under_way.add(text)
            threading.Thread(
                target=self._work, args=(text,), name="steward-markdown", daemon=True
            ).start()
        return None

    def _work(self, text: str) -> None:
        splitter = BlockSplitter(parser=new_parser())
        splitter.update(text, done=True)
        try:
            self._split.emit(text, splitter.frozen)
        except RuntimeError:  # the window was closed meanwhile
            return

    def _keep(self, text: str, blocks: list[Block]) -> None:
        self._under_way.discard(text)
        self._known[text] = blocks
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.ready.emit(text)
