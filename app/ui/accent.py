"""A theme with another accent: any colour, made readable on what it stands on.

Plain arithmetic without Qt, so that a test can try many colours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.ui.tokens import Tokens, contrast, is_dark, mixed

_STEPS: Final = 64
_TEXT: Final = 4.5
_HIGH: Final = 7.0


def with_accent(tokens: Tokens, colour: str, *, high_contrast: bool = False) -> Tokens:
    """``tokens`` with an accent as near to ``colour`` as can be read (WCAG AA, or AAA).

    It is made darker in a light theme and lighter in a dark one, as little as it takes. What
    stands behind selected things follows, but for high contrast, where it stays as it is.
    """
    least = _HIGH if high_contrast else _TEXT
    end, away = ("#ffffff", "#000000") if is_dark(tokens.background) else ("#000000", "#ffffff")
    grounds = [tokens.background, tokens.panel, tokens.raised, tokens.hover]
    if high_contrast:
        grounds.append(tokens.accent_soft)

    def reads(accent: str) -> bool:
        return all(contrast(accent, ground) >= least for ground in grounds)

    accent = _first(colour, end, reads)
    hover = mixed(accent, end, 0.2)
    on_accent = away if contrast(away, accent) >= least else tokens.background
    new = tokens._replace(accent=accent, accent_hover=hover, on_accent=on_accent)
    if high_contrast:
        return new

    def carries(ground: str) -> bool:
        return all(contrast(word, ground) >= least for word in (tokens.text, tokens.muted, accent))

    def carries_text(ground: str) -> bool:
        return contrast(tokens.text, ground) >= least

    soft = mixed(tokens.panel, accent, 0.22 if away == "#000000" else 0.12)
    selection = mixed(tokens.panel, accent, 0.4 if away == "#000000" else 0.3)
    return new._replace(
        accent_soft=_first(soft, tokens.panel, carries),
        selection=_first(selection, tokens.panel, carries_text),
    )


def _first(colour: str, towards: str, fits: Callable[[str], bool]) -> str:
    """The first colour on the way from ``colour`` to ``towards`` that fits; its end if none."""
    way = (mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((one for one in way if fits(one)), towards)
