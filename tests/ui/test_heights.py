"""Row heights behave as a plain list of them would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.ui.chat.heights import Heights

whole = st.integers(1, 50)
changes = st.lists(
    st.tuples(st.sampled_from(["set", "insert", "remove", "ask"]), st.integers(0, 400), whole),
    max_size=40,
)


@given(st.lists(whole, max_size=300), changes)
def test_tops_and_rows_are_those_of_a_plain_list(
    begin: list[int], steps: list[tuple[str, int, int]]
) -> None:
    heights = Heights()
    heights.reset(begin)
    plain = list(begin)
    for what, where, value in steps:
        if what == "insert":
            index = where % (len(plain) + 1)
            heights.insert(index, value)
            plain.insert(index, value)
        elif plain and what == "set":
            index = where % len(plain)
            heights.set(index, value)
            plain[index] = value
        elif plain and what == "remove":
            index = where % len(plain)
            heights.remove(index)
            del plain[index]
        assert heights.total == sum(plain)
        if plain:
            index = where % len(plain)
            assert heights.top(index) == sum(plain[:index])
            assert heights.at(sum(plain[:index])) == index
            assert heights.at(sum(plain[:index]) + plain[index] - 0.5) == index


def test_beyond_the_ends_stand_the_first_and_the_last_row() -> None:
    heights = Heights()
    assert heights.at(10) == -1
    heights.reset([10, 10])
    assert heights.at(-5) == 0
    assert heights.at(500) == 1
    assert len(heights) == 2
    assert heights[1] == 10
