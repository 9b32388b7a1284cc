"""What is written of a setting is read again as the same; what is nonsense is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import default_of
from app.setting_fields import FIELDS, Field, field_named
from app.setting_kinds import Dollars, Seconds, Whole


@pytest.mark.parametrize("f", [f for f in FIELDS if not f.secret], ids=lambda f: f.name)
def test_every_default_is_written_so_that_it_is_read_again(f: Field) -> None:
    default = default_of(f.name)
    written = f.kind.write(default)

    assert (f.read(written) if written else default) == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folders", (Path("/a b"), Path("/c"))),
        ("fallback_models", ("a/b:free", "c")),
        ("provider_routing", {"order": ["x"], "zdr": True}),
        ("watch_folders", True),
        ("approval_mode", "reversible"),
        ("reasoning_effort", "low"),
        ("notification_rules", "info=log"),
        ("instructions", " two\n lines "),
        ("llm_base_url", "http://127.0.0.1:9/v1"),
    ],
)
def test_a_value_is_written_so_that_it_is_read_again(name: str, value: object) -> None:
    f = field_named(name)

    assert f.read(f.kind.write(value)) == value


@given(st.integers(1, 10**9))
def test_whole_numbers_come_back(number: int) -> None:
    kind = Whole(1, 10**9)

    assert kind.read(kind.write(number)) == number


@given(st.floats(0.1, 86_400), st.floats(0.01, 1_000_000))
def test_times_and_amounts_come_back(seconds: float, dollars: float) -> None:
    assert Seconds(0.1, 86_400).read(f"{seconds!r}") == seconds
    written = Dollars().write(dollars)
    assert Dollars().read(written) == pytest.approx(dollars)
    assert "e" not in written


@pytest.mark.parametrize("f", FIELDS, ids=lambda f: f.name)
@given(text=st.text(max_size=60) | st.just("9" * 5_000))
def test_whatever_is_typed_is_read_or_refused_with_a_reason(f: Field, text: str) -> None:
    try:
        value = f.read(text)
    except ValueError as error:
        reason = str(error)
    else:
        reason = ""
        if not f.secret and value is not None:
            assert f.read(f.kind.write(value)) == value
    # Never Python's own words for what it could not read.
    assert "invalid literal" not in reason
    assert "Exceeds the limit" not in reason
