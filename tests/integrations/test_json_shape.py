"""JSON that arrives in pieces: known to be closed at the moment it is, and read once."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.json_values import MAX_DEPTH, sound_json
from app.integrations.json_shape import JsonShape

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\{}[]a\u2028', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text('"\\{}a', max_size=3), VALUES, max_size=3)


def closed(*pieces: str) -> bool:
    shape = JsonShape()
    for piece in pieces:
        shape.feed(piece)
    return shape.closed


@given(OBJECTS, st.sampled_from(["", " ", "\n\t"]), st.booleans(), st.data())
def test_an_object_is_closed_at_its_last_brace_and_not_before(
    value: dict[str, object], blank: str, ascii_only: bool, data: st.DataObject
) -> None:
    raw = blank + json.dumps(value, ensure_ascii=ascii_only) + blank
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=6)))
    pieces = [raw[a:b] for a, b in itertools.pairwise([0, *cuts, len(raw)])]
    end = len(raw.rstrip())

    assert closed(*pieces)
    assert not closed(*raw[: end - 1])
    assert not closed(*pieces, "x")
    assert not closed(*pieces, "{}")
    assert closed(*pieces, " ", "")


@given(st.text('{}[]"\\ a1:,', max_size=12), st.integers(0, 12))
def test_whatever_comes_what_is_an_object_is_closed_and_a_cut_changes_nothing(
    raw: str, cut: int
) -> None:
    try:
        whole = isinstance(sound_json(raw), dict)
    except ValueError:
        whole = False

    assert closed(raw) == closed(raw[:cut], raw[cut:]) == closed(*raw)
    assert closed(raw) or not whole


@pytest.mark.parametrize("raw", ["", " ", "[]", "1", '"{}"', "{} {}", "{}]", "}", "x{}"])
def test_what_is_no_single_object_is_not_closed(raw: str) -> None:
    assert not closed(raw)
    assert not closed(*raw)


def test_what_is_nested_too_deeply_to_be_walked_is_refused() -> None:
    def nested(levels: int) -> str:
        return '{"a":' * levels + '"[[["' + "}" * levels

    assert sound_json(nested(MAX_DEPTH))
    for levels in (MAX_DEPTH + 1, 5000, 200_000):
        with pytest.raises(ValueError, match="too deeply"):
            sound_json(nested(levels))
    assert sound_json('["' + "[" * 500 + '"]') == ["[" * 500]


@pytest.mark.parametrize("raw", ['{"a":1e999}', '{"a":-1e999}', '{"a":NaN}', '{"a":Infinity}'])
def test_a_number_that_only_python_knows_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"1e999|not JSON"):
        sound_json(raw)
