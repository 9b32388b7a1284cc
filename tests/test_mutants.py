"""The catalogue of mutants keeps up with the code: else nobody notices until it is run."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.every import EVERY

ROOT = Path(__file__).parents[1]


def test_what_a_mutant_changes_is_there_once() -> None:
    stale = [
        (mutant.name, path)
        for mutant in EVERY
        for path, old, new in mutant.changes
        if (ROOT / path).read_text("utf-8").count(old) != 1 or old == new
    ]
    assert stale == []


def test_the_tests_that_must_notice_are_there() -> None:
    missing = []
    for mutant in EVERY:
        assert mutant.tests
        for test in mutant.tests:
            file, _, name = test.partition("::")
            function = f"def {name.partition('[')[0]}("
            if name and function not in (ROOT / file).read_text("utf-8"):
                missing.append((mutant.name, test))
            assert (ROOT / file).exists(), test
    assert missing == []


def test_each_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in EVERY]
    assert len(names) == len(set(names))
