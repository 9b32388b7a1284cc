"""Where what an error is about is set, in words for someone at the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import StewardError
from app.ui.translation import translate

_MODEL: Final = ("provider",)
_OF_KIND: Final[Mapping[str, Sequence[str]]] = {
    "configuration": _MODEL,
    "model_credentials": _MODEL,
    "model_missing": _MODEL,
}
"""Of an error that was stored only its kind and its words are known."""


def explained(error: StewardError) -> str:
    """What went wrong, what to do, and where."""
    return _joined(str(error), where(error.settings))


def hint_of(error: StewardError) -> str:
    """What to do, and where."""
    return _joined(error.hint, where(error.settings))


def explained_turn(message: str, kind: str, settings: Sequence[str] = ()) -> str:
    """The same for what ended a turn; ``settings`` where they are known."""
    return _joined(message, where(settings or _OF_KIND.get(kind, ())))


def hint_in(context: Mapping[str, object]) -> str:
    """What to do about a notification, and where."""
    named = context.get("settings")
    settings = [str(name) for name in named] if isinstance(named, list | tuple) else []
    return _joined(str(context.get("hint") or ""), where(settings))


def where(settings: Sequence[str]) -> str:
    """The page that has these settings; empty for none."""
    if not settings:
        return ""
    from app.ui.settings import catalogue  # many words, which no window needs that works

    known = catalogue.settings()
    for name in settings:
        if name in known:
            page = catalogue.page_title(known[name].page)
            return translate("Remedies", "It is set under Settings → {page}.").format(page=page)
    return ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
