"""The design's colours, in one place and without Qt, so that a test can measure their contrast."""

from __future__ import annotations

from typing import Final, NamedTuple


class Tokens(NamedTuple):
    """One theme. Every value is ``#rrggbb``.

    Attributes:
        background, panel, raised, code: what things stand on.
        line: hairlines. strong_line: outlines of cards and chips that are no control.
        control: outlines of inputs and buttons (3:1 against what they stand on).
        hover: under the pointer. selection: behind selected text.
        ok, attention, trouble: the three states; the ``_soft`` ones stand behind them.
        added, removed (and ``_word``): lines and words of a diff.
        keyword, string, number, name, comment: code.
    """

    background: str
    panel: str
    raised: str
    code: str
    hover: str
    selection: str
    line: str
    strong_line: str
    control: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    accent_hover: str
    on_accent: str
    ok: str
    attention: str
    attention_soft: str
    trouble: str
    trouble_soft: str
    added: str
    added_word: str
    removed: str
    removed_word: str
    keyword: str
    string: str
    number: str
    name: str
    comment: str


LIGHT: Final = Tokens(
    background="#f6f6f4",
    panel="#ffffff",
    raised="#ffffff",
    code="#f2f1ed",
    hover="#eceae6",
    selection="#bfe3dc",
    line="#e3e2de",
    strong_line="#cfcdc7",
    control="#8a8881",
    text="#1d1d1b",
    muted="#62615c",
    accent="#0b6e5f",
    accent_soft="#e2f1ee",
    accent_hover="#095c50",
    on_accent="#ffffff",
    ok="#1b7a3d",
    attention="#8a5a00",
    attention_soft="#fdf1d7",
    trouble="#b3261e",
    trouble_soft="#fce8e6",
    added="#e3f5e6",
    added_word="#a9e0b4",
    removed="#fdebea",
    removed_word="#f5b8b3",
    keyword="#7a3a94",
    string="#1b6b38",
    number="#84500a",
    name="#0b5a86",
    comment="#62615c",
)

DARK: Final = Tokens(
    background="#161716",
    panel="#1d1f1e",
    raised="#242726",
    code="#262928",
    hover="#2a2d2c",
    selection="#1f5348",
    line="#2f3331",
    strong_line="#434846",
    control="#747976",
    text="#ececea",
    muted="#a9aaa6",
    accent="#4fc3ae",
    accent_soft="#16352f",
    accent_hover="#6ad2bf",
    on_accent="#08211c",
    ok="#6fcf8e",
    attention="#f0c36a",
    attention_soft="#3a2e12",
    trouble="#ff8a80",
    trouble_soft="#3d1f1d",
    added="#16301d",
    added_word="#2c6b3d",
    removed="#371d1c",
    removed_word="#7a3530",
    keyword="#cfa6ea",
    string="#86d3a0",
    number="#f0c36a",
    name="#86c4ec",
    comment="#a9aaa6",
)

STEP: Final = 4
"""Spacing comes in steps of this many pixels."""
CONTROL_RADIUS: Final = 8
CARD_RADIUS: Final = 12


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
