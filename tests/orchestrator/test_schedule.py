"""Which calls of one answer may run beside each other."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orchestrator.schedule import Access, Need, groups, may_be_same, may_run_together

READ = Need(Access.READ)
ALONE = Need(Access.ALONE)


def write(*paths: str) -> Need:
    return Need(Access.WRITE, paths)


NAMES = st.sampled_from(
    ["a.md", "b.md", "sub/a.md", "sub", "/w/a.md", "/w/b.md", "../a.md", "A.md"]
)
NEEDS = st.lists(
    st.one_of(
        st.just(READ),
        st.just(ALONE),
        st.lists(NAMES, max_size=2).map(lambda paths: write(*paths)),
    ),
    max_size=12,
)


@given(NEEDS)
def test_every_call_is_in_exactly_one_group_and_in_its_order(needs: list[Need]) -> None:
    assert [at for group in groups(needs) for at in group] == list(range(len(needs)))
    assert all(groups(needs))


@given(NEEDS)
def test_what_stands_in_one_group_may_run_together_pair_by_pair(needs: list[Need]) -> None:
    for group in groups(needs):
        for one in group:
            for other in range(one + 1, group.stop):
                assert may_run_together(needs[one], needs[other])


@given(NEEDS)
def test_a_group_ends_only_where_the_next_call_does_not_fit(needs: list[Need]) -> None:
    found = groups(needs)
    for group, after in itertools.pairwise(found):
        assert not all(may_run_together(needs[one], needs[after.start]) for one in group)


@given(NAMES, NAMES)
def test_sameness_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert may_be_same(one, other) == may_be_same(other, one)
    assert may_be_same(one, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.md", "./a.md"),
        ("a.md", "A.MD"),
        ("sub/x/../a.md", "sub/a.md"),
        ("sub", "sub/a.md"),
        ("a.md", "/w/b.md"),  # the first may stand anywhere
        ("../a.md", "b.md"),
        ("caf\u00e9.md", "cafe\u0301.md"),
        (".", "a.md"),
    ],
)
def test_paths_that_may_be_one_file_are_not_touched_at_once(one: str, other: str) -> None:
    assert not may_run_together(write(one), write(other))


def test_reads_run_together_and_a_write_parts_them() -> None:
    assert groups([READ, READ, write("a"), READ, ALONE, READ]) == [
        range(2), range(2, 3), range(3, 4), range(4, 5), range(5, 6),
    ]  # fmt: skip


def test_writes_of_different_files_run_together_and_of_one_file_one_after_the_other() -> None:
    assert groups([write("a"), write("b"), write("a"), write("c")]) == [range(2), range(2, 4)]


def test_a_write_that_cannot_say_what_it_touches_runs_alone() -> None:
    assert groups([write("a"), write(), write("b")]) == [range(1), range(1, 2), range(2, 3)]
