"""Both themes can be read: contrast is measured, not believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.accent import with_accent
from app.ui.tokens import (
    CONTRAST_DARK,
    CONTRAST_LIGHT,
    DARK,
    LIGHT,
    Tokens,
    contrast,
    is_dark,
    mixed,
)

TEXT, SHAPE = 4.5, 3.0
HIGH_TEXT, HIGH_SHAPE = 7.0, 4.5
THEMES = {
    "light": (LIGHT, TEXT, SHAPE),
    "dark": (DARK, TEXT, SHAPE),
    "contrast-light": (CONTRAST_LIGHT, HIGH_TEXT, HIGH_SHAPE),
    "contrast-dark": (CONTRAST_DARK, HIGH_TEXT, HIGH_SHAPE),
}

GROUNDS = ("background", "panel", "raised")
WORDS = {
    "text": (*GROUNDS, "code", "hover", "selection", "accent_soft", "added", "removed",
             "added_word", "removed_word"),
    "muted": (*GROUNDS, "hover", "accent_soft"),
    "accent": (*GROUNDS, "hover", "accent_soft"),
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
@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: str, word: str, ground: str) -> None:
    tokens, text, _ = THEMES[theme]

    assert_stands_out(tokens, word, ground, text)


@pytest.mark.parametrize("ground", ["hover", "accent_soft"])
@pytest.mark.parametrize("sign", ["ok", "attention", "trouble", "muted"])
@pytest.mark.parametrize("theme", THEMES)
def test_signs_of_state_can_be_seen_on_a_line_that_is_chosen(
    theme: str, sign: str, ground: str
) -> None:
    tokens, _, least = THEMES[theme]

    assert_stands_out(tokens, sign, ground, least)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("shape", ["control", "accent"])
@pytest.mark.parametrize("theme", THEMES)
def test_outlines_of_controls_and_the_focus_can_be_seen(
    theme: str, shape: str, ground: str
) -> None:
    tokens, _, least = THEMES[theme]

    assert_stands_out(tokens, shape, ground, least)


@pytest.mark.parametrize("line", ["line", "strong_line"])
@pytest.mark.parametrize("theme", ["contrast-light", "contrast-dark"])
def test_with_high_contrast_every_line_can_be_seen(theme: str, line: str) -> None:
    for ground in GROUNDS:
        assert_stands_out(THEMES[theme][0], line, ground, HIGH_SHAPE)


COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colour=COLOURS, theme=st.sampled_from(sorted(THEMES)))
def test_any_accent_of_the_system_can_be_read(colour: str, theme: str) -> None:
    tokens, text, shape = THEMES[theme]

    made = with_accent(tokens, colour, high_contrast=text == HIGH_TEXT)

    for word, ground in PAIRS:
        assert_stands_out(made, word, ground, text)
    for ground in GROUNDS:
        assert_stands_out(made, "accent", ground, shape)
    kept = set(Tokens._fields) - {"accent", "accent_hover", "accent_soft", "on_accent", "selection"}
    assert all(getattr(made, name) == getattr(tokens, name) for name in kept)


def test_an_accent_that_can_be_read_stays_as_it_is() -> None:
    assert with_accent(LIGHT, "#8a2060").accent == "#8a2060"
    assert with_accent(DARK, "#ffb0d0").accent == "#ffb0d0"


def assert_stands_out(tokens: Tokens, word: str, ground: str, least: float) -> None:
    ratio = contrast(getattr(tokens, word), getattr(tokens, ground))

    assert ratio >= least, f"{word} on {ground}: {ratio:.2f}"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_what_is_dark_and_what_lies_between() -> None:
    assert is_dark("#161716")
    assert not is_dark("#f6f6f4")
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#102030", "#ffffff", 0) == "#102030"
