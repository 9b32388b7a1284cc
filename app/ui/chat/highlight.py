"""Colours for code, through Pygments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.ui.chat.off_thread import OffThread

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LARGEST: Final = 100_000
"""Longer code is shown in one colour."""


class Highlighter(QObject):
    """Colours code in the languages that were met so far; a new one is plain for a moment.

    To make the lexer of a language takes Pygments a tenth of a second (it compiles hundreds of
    patterns), so a thread does it. ``ready`` is emitted when code can be drawn anew, in colour.
    """

    ready = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = OffThread("steward-lexer", self)
        self._lexers: dict[str, Lexer | None] = {}
        self._making: set[str] = set()

    def pieces(self, code: str, language: str) -> Iterator[tuple[str, str | None]]:
        """Pieces of ``code`` in order, each with the name of its token in ``tokens.Tokens``.

        ``None`` is plain text; so is all of it where the language is unknown, or not ready yet.
        """
        lexer = self._lexer(language) if language and len(code) <= _LARGEST else None
        if lexer is None:
            yield code, None
            return
        from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String

        wanted = (
            (Comment, "comment"),
            (Keyword, "keyword"),
            (Operator.Word, "keyword"),
            (String, "string"),
            (Number, "number"),
            (Literal, "number"),
            (Name.Function, "name"),
            (Name.Class, "name"),
            (Name.Decorator, "name"),
            (Name.Tag, "keyword"),
            (Name.Attribute, "name"),
            (Name.Builtin, "name"),
        )
        for kind, text in lexer.get_tokens(code):
            yield text, next((n for parent, n in wanted if kind[: len(parent)] == parent), None)

    def _lexer(self, language: str) -> Lexer | None:
        if language not in self._lexers and language not in self._making:
            self._making.add(language)
            self._threads.start(
                partial(_lexer_of, language), lambda lexer: self._keep(language, lexer)
            )
        return self._lexers.get(language)

    def _keep(self, language: str, lexer: Lexer | None) -> None:
        self._making.discard(language)
        self._lexers[language] = lexer
        if lexer is not None:
            self.ready.emit()


def _lexer_of(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
