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

CONTRAST_LIGHT: Final = Tokens(
    background="#ffffff",
    panel="#ffffff",
    raised="#ffffff",
    code="#f4f4f2",
    hover="#e8e8e4",
    selection="#a5ddd1",
    line="#6b6b67",
    strong_line="#4a4a47",
    control="#000000",
    text="#000000",
    muted="#2b2b29",
    accent="#004d41",
    accent_soft="#dff3ee",
    accent_hover="#00382f",
    on_accent="#ffffff",
    ok="#0a4f20",
    attention="#5c3a00",
    attention_soft="#ffeec2",
    trouble="#8a0f0a",
    trouble_soft="#ffe3e0",
    added="#d3f6da",
    added_word="#8fdfa1",
    removed="#ffe0dd",
    removed_word="#ffaea6",
    keyword="#5a1d74",
    string="#0d4f24",
    number="#5f3600",
    name="#003f66",
    comment="#3d3d3a",
)

CONTRAST_DARK: Final = Tokens(
    background="#000000",
    panel="#000000",
    raised="#000000",
    code="#141414",
    hover="#262626",
    selection="#0d5648",
    line="#8c8c8c",
    strong_line="#b4b4b4",
    control="#ffffff",
    text="#ffffff",
    muted="#dcdcd8",
    accent="#7ff2dc",
    accent_soft="#06302a",
    accent_hover="#b5fff0",
    on_accent="#000000",
    ok="#8df0ac",
    attention="#ffd87a",
    attention_soft="#3d2e00",
    trouble="#ffb3ab",
    trouble_soft="#4a0f0b",
    added="#06301a",
    added_word="#0b5c30",
    removed="#430f0c",
    removed_word="#7a1d16",
    keyword="#e3c4ff",
    string="#a4efbb",
    number="#ffd87a",
    name="#a9dcff",
    comment="#d0d0cc",
)

THICK: Final = {False: 2, True: 3}
"""Pixels of the ring around what has the focus; ``True``: with high contrast."""

STEP: Final = 4
"""Spacing comes in steps of this many pixels."""
CONTROL_RADIUS: Final = 8
CARD_RADIUS: Final = 12
COLUMN: Final = 760
"""The transcript and the composer are at most so wide, with text of the usual size."""


def mixed(colour: str, other: str, share: float) -> str:
    """``colour`` with a ``share`` (0 to 1) of ``other`` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def is_dark(colour: str) -> bool:
    """Whether white stands out from ``colour`` more than black does."""
    return contrast(colour, "#ffffff") > contrast(colour, "#000000")


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (channel / 255 for channel in _channels(colour))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
