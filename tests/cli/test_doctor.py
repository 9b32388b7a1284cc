"""``steward doctor``: a real call to every part, and how to mend what is not well."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from app.cli.checks import ATTENTION, OK, TROUBLE, check_disk, check_folders, check_home
from tests.cli.conftest import Done, Steward
from tests.standins.model_server import Hang, ModelServer, Reply

CHECKS = [
    "python", "data", "disk", "settings", "folders", "skills", "database", "vault", "model",
    "servers", "keyring", "window",
]  # fmt: skip


def by_name(done: Done) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in done.objects}


def test_a_fresh_set_up_has_no_trouble(steward: Steward) -> None:
    found = by_name(steward.process("doctor", "--json"))
    assert list(found) == CHECKS
    for row in found.values():
        assert set(row) == {"check", "status", "message", "hint"}
        assert row["status"] in (OK, ATTENTION)
        assert row["message"]
    for row in (row for row in found.values() if row["status"] == ATTENTION):
        assert row["hint"]
    assert found["model"]["status"] == ATTENTION
    assert "OPENROUTER_API_KEY" in found["model"]["hint"]
    assert found["keyring"]["status"] == ATTENTION


def test_for_a_person_it_is_a_list_with_advice(steward: Steward) -> None:
    done = steward.process("doctor", STEWARD_FOLDERS="")
    assert "ok         python" in done.out
    assert "→ " in done.out
    assert "No folder is granted" in done.out


def test_the_model_s_server_is_really_asked(steward: Steward) -> None:
    with ModelServer(models=("small", "large"), api_key="sk-right-0123456789") as server:
        env: dict[str, Any] = {"STEWARD_LLM_BASE_URL": server.base_url}
        right = {**env, "STEWARD_LLM_API_KEY": "sk-right-0123456789"}
        found = by_name(steward.process("doctor", "--json", **right))
        assert found["model"]["status"] == OK
        assert "2 models" in found["model"]["message"]
        assert server.lookups
        found = by_name(steward.process("doctor", "--json", STEWARD_MODEL="huge", **right))
        assert found["model"]["status"] == ATTENTION
        assert "small" in found["model"]["hint"]
        found = by_name(steward.process("doctor", "--json", code=1, **env))
        assert found["model"]["status"] == TROUBLE
        assert "STEWARD_LLM_API_KEY" in found["model"]["hint"]


def test_it_ends_in_time_though_a_server_hangs(steward: Steward) -> None:
    with ModelServer(models=Reply(before=(Hang(),))) as server:
        before = time.monotonic()
        done = steward.process("doctor", "--json", code=1, STEWARD_LLM_BASE_URL=server.base_url)
        assert time.monotonic() - before < 15
    assert by_name(done)["model"]["status"] == TROUBLE


def test_no_network_is_trouble_with_the_model_only(steward: Steward) -> None:
    done = steward.process("doctor", "--json", code=1, STEWARD_LLM_BASE_URL="http://127.0.0.1:9/v1")
    troubled = [name for name, row in by_name(done).items() if row["status"] == TROUBLE]
    assert troubled == ["model"]


def test_several_troubles_are_all_told(steward: Steward) -> None:
    steward("files", "list")
    (steward.home / "steward.db").write_bytes(b"not a database at all" * 400)
    done = steward.process(
        "doctor", "--json", code=1, STEWARD_FOLDERS="/nowhere/at/all", STEWARD_PROVIDER="openrouter"
    )
    found = by_name(done)
    assert found["database"]["status"] == TROUBLE
    assert "steward.db" in found["database"]["message"]
    assert found["folders"]["status"] == TROUBLE
    bad = by_name(steward.process("doctor", "--json", code=1, STEWARD_MAX_ITERATIONS="many"))
    assert bad["settings"]["status"] == TROUBLE
    assert bad["skills"]["status"] == OK


def test_skills_that_do_not_load_are_not_blamed_on_the_database(steward: Steward) -> None:
    mine = steward.home / "skills" / "mine"
    mine.mkdir(parents=True)
    (mine / "SKILL.md").write_text("no header\n")
    (mine / "bad.py").write_text("this is no Python\n")
    found = by_name(steward.process("doctor", "--json", code=1))
    assert found["skills"]["status"] == TROUBLE
    assert "mine" in found["skills"]["message"]
    assert found["database"]["status"] == OK


def test_folders_that_are_gone_are_named(tmp_path: Path) -> None:
    assert check_folders([]).status == ATTENTION
    assert check_folders([tmp_path]).status == OK
    gone = check_folders([tmp_path, tmp_path / "gone"])
    assert gone.status == TROUBLE
    assert str(tmp_path / "gone") in gone.message


def test_a_data_directory_that_cannot_be_made_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_home(tmp_path / "file" / "home").status == TROUBLE
    assert check_home(tmp_path / "home").status == OK
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("place", ["", "not/made/yet"])
def test_free_space_is_measured_where_the_data_goes(tmp_path: Path, place: str) -> None:
    assert "GB free" in check_disk(tmp_path / place).message
