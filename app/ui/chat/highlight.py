"""Colours for code, through Pygments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LARGEST: Final = 100_000
"""Longer code is shown in one colour."""


def coloured(code: str, language: str) -> Iterator[tuple[str, str | None]]:
    """Pieces of ``code`` in order, each with the name of its token in ``tokens.Tokens``.

    ``None`` is plain text; so is all of it where the language is unknown.
    """
    lexer = _lexer(language) if language and len(code) <= _LARGEST else None
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


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
