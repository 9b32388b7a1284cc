"""SKILL.md files as people really write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidSkillError
from app.skill_runtime.manual import SkillManual, parse_manual, read_manual

PLACE = Path("/skills/weather/SKILL.md")


def parsed(text: str) -> SkillManual:
    return parse_manual(text, PLACE)


def test_a_manual_as_the_format_wants_it() -> None:
    manual = parsed(
        "---\nname: weather\ndescription: Tells the weather.\nlicense: MIT\n"
        "compatibility: needs a window\nmetadata:\n  author: Ana\n  year: 2026\n"
        "allowed-tools: files_read files_list\n---\n\n# Weather\n\nLook outside.\n"
    )
    assert manual == SkillManual(
        name="weather",
        description="Tells the weather.",
        body="# Weather\n\nLook outside.",
        path=PLACE,
        license="MIT",
        compatibility="needs a window",
        metadata={"author": "Ana", "year": "2026"},
        allowed_tools=("files_read", "files_list"),
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_endings_and_a_byte_order_mark_do_not_matter(
    tmp_path: Path, newline: str, bom: str
) -> None:
    file = tmp_path / "SKILL.md"
    text = "---\nname: weather\ndescription: Yes.\n---\nbody\n".replace("\n", newline)
    file.write_bytes((bom + text).encode())
    assert read_manual(file).body == "body"


def test_dashes_inside_a_value_or_the_body_do_not_end_the_header() -> None:
    manual = parsed(
        "---\ndescription: a --- b\nmetadata:\n  line: ' --- '\n---\nbefore\n---\nafter\n"
    )
    assert manual.description == "a --- b"
    assert manual.body == "before\n---\nafter"


def test_a_value_with_a_colon_need_not_be_quoted() -> None:
    manual = parsed("---\nname: weather\ndescription: Use when: it's raining or not.\n---\n")
    assert manual.description == "Use when: it's raining or not."


def test_a_folded_description_is_one_text() -> None:
    assert parsed("---\ndescription: >\n  one\n  two\n---\n").description == "one two"


@pytest.mark.parametrize(
    ("header", "warning"),
    [
        ("name: rain\ndescription: x", "not the folder's name"),
        ("name: weather\ndescription: x\nversion: 2", "key 'version' is not known"),
        (f"name: weather\ndescription: {'x' * 1025}", "more than 1024 characters"),
        ("name: Weather Report\ndescription: x", "single hyphens"),
    ],
)
def test_small_faults_are_warnings(header: str, warning: str) -> None:
    manual = parsed(f"---\n{header}\n---\n")
    assert any(warning in one for one in manual.warnings)


def test_without_a_name_it_is_the_folders() -> None:
    manual = parsed("---\ndescription: x\n---\n")
    assert (manual.name, manual.warnings) == ("weather", ())


def test_tools_may_be_a_list() -> None:
    manual = parsed("---\ndescription: x\nallowed-tools: [a, b]\n---\n")
    assert manual.allowed_tools == ("a", "b")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not begin with a line ---"),
        ("# Weather\n", "does not begin with a line ---"),
        ("---\ndescription: x\n", "no second line ---"),
        ("---\nname: weather\n---\n", "has no description"),
        ("---\ndescription: [\n---\n", "not YAML"),
        ("---\n- a\n- b\n---\n", "not a list of keys"),
        ("---\ndescription: !!python/object:os.system x\n---\n", "not YAML"),
    ],
)
def test_a_manual_that_cannot_be_read_says_why(text: str, says: str) -> None:
    with pytest.raises(InvalidSkillError, match=says):
        parsed(text)


def test_a_manual_in_another_encoding_or_far_too_long_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "SKILL.md"
    file.write_bytes(b"---\ndescription: \xff\n---\n")
    with pytest.raises(InvalidSkillError, match="not UTF-8"):
        read_manual(file)
    file.write_bytes(b"x" * 300_000)
    with pytest.raises(InvalidSkillError, match="larger than"):
        read_manual(file)
    with pytest.raises(InvalidSkillError, match="cannot be read"):
        read_manual(tmp_path / "none")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_header_is_read_or_refused(header: str) -> None:
    try:
        manual = parsed(f"---\n{header}\n---\nbody\n")
    except InvalidSkillError:
        return
    assert manual.description
