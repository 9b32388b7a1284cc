"""Both themes can be read: contrast is measured, not believed."""

from __future__ import annotations

import pytest

from app.ui.tokens import DARK, LIGHT, Tokens, contrast

TEXT = 4.5
SHAPE = 3.0

GROUNDS = ("background", "panel", "raised")
WORDS = {
    "text": (*GROUNDS, "code", "hover", "selection", "accent_soft", "added", "removed",
             "added_word", "removed_word"),
    "muted": (*GROUNDS, "hover", "accent_soft"),
    "accent": (*GROUNDS, "hover"),
    "on_accent": ("accent", "accent_hover"),
    "ok": GROUNDS,
    "attention": (*GROUNDS, "attention_soft"),
    "trouble": (*GROUNDS, "trouble_soft"),
    "keyword": ("code", "panel"),
    "string": ("code", "panel"),
    "number": ("code", "panel"),
    "name": ("code", "panel"),
    "comment": ("code", "panel"),
}  # fmt: skip
PAIRS = [(word, ground) for word, grounds in WORDS.items() for ground in grounds]


@pytest.mark.parametrize(("word", "ground"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read(theme: Tokens, word: str, ground: str) -> None:
    ratio = contrast(getattr(theme, word), getattr(theme, ground))

    assert ratio >= TEXT, f"{word} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("shape", ["control", "accent"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_outlines_of_controls_and_the_focus_can_be_seen(
    theme: Tokens, shape: str, ground: str
) -> None:
    assert contrast(getattr(theme, shape), getattr(theme, ground)) >= SHAPE


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
