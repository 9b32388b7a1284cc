"""``steward skills``: each says what it is for, what it takes and what it can change."""

from __future__ import annotations

from tests.cli.conftest import Steward


def test_skills_are_listed_with_what_they_can_change(steward: Steward) -> None:
    rows = steward("skills", "list", "--json").objects
    effects = {row["name"]: row["effect"] for row in rows}
    assert effects["files.read"] == "read"
    assert effects["files.edit"] == "write"
    assert all(row["description"] and row["parameters"]["type"] == "object" for row in rows)
    lines = steward("skills", "list").out.splitlines()
    assert len(lines) == len(rows)
    assert all(len(line) < 130 for line in lines)


def test_a_skill_is_shown_with_its_manual(steward: Steward) -> None:
    shown = steward("skills", "show", "files.edit").out
    assert shown.startswith("files.edit (write)\n")
    assert "  path (string)" in shown
    assert steward("skills", "show", "files_edit").out == shown
    (row,) = steward("skills", "show", "files.edit", "--json").objects
    assert row["manual"].strip()
    assert row["manual"].splitlines()[0] in shown


def test_a_domain_is_shown_with_all_its_skills(steward: Steward) -> None:
    rows = steward("skills", "show", "files", "--json").objects
    assert {"files.read", "files.edit", "files.restore"} <= {row["name"] for row in rows}


def test_an_unknown_skill_names_near_ones(steward: Steward) -> None:
    done = steward("skills", "show", "files.edti", code=1)
    assert "files.edit" in done.err


def test_a_broken_skill_of_the_person_is_named(steward: Steward) -> None:
    broken = steward.home / "skills" / "mine"
    broken.mkdir(parents=True)
    (broken / "SKILL.md").write_text("no header\n")
    (broken / "bad.py").write_text("this is no Python\n")
    done = steward("skills", "list", code=1)
    assert "mine" in done.err
