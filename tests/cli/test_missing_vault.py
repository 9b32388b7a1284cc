"""The vault's folder is gone: Steward says so, what is safe, and what to do; and goes on."""

from __future__ import annotations

import pytest

from app.cli.checks import OK, TROUBLE
from tests.cli.conftest import AFTER, FINALISE, Done, Steward

GONE = "is missing or empty"


@pytest.fixture
def bereft(steward: Steward) -> Steward:
    """A report with two versions, whose bytes are gone."""
    steward("ask", FINALISE, "--approve", "always")
    (steward.home / "vault").rename(steward.home / "taken away")
    return steward


def vault_check(done: Done) -> dict[str, str]:
    (row,) = [row for row in done.objects if row["check"] == "vault"]
    return row


def test_recover_says_what_is_lost_what_is_safe_and_what_to_do(bereft: Steward) -> None:
    done = bereft("files", "recover", code=1)
    for words in (str(bereft.home / "vault"), GONE, "Your files are as they are", "a backup"):
        assert words in done.out
    assert GONE not in done.err
    (row,) = bereft("files", "recover", "--json", code=1).objects
    assert row["found"] == "vault_missing"
    assert GONE in row["reason"]
    assert (bereft.folder / "report.md").read_text() == AFTER


def test_every_command_says_it_beside_its_answer_until_something_is_in_the_new_vault(
    bereft: Steward,
) -> None:
    for command in (["list"], ["versions", "report.md"], ["log"]):
        done = bereft("files", *command, "--json")
        assert GONE in done.err
        assert done.objects
    assert GONE in bereft("conversations", "list").err
    assert GONE in bereft("ask", "/versions report.md").err

    bereft("ask", "append 'more' to report.md", "--approve", "always")

    assert GONE not in bereft("files", "list").err
    assert (bereft.folder / "report.md").read_text() == AFTER + "more\n"
    assert bereft("files", "show", "report.md@3").out == AFTER + "more\n"
    assert "damaged" in bereft("files", "show", "report.md@1", code=1).err


def test_the_doctor_finds_it_at_once_and_later(bereft: Steward) -> None:
    found = vault_check(bereft.process("doctor", "--json", code=1))
    assert found["status"] == TROUBLE
    assert GONE in found["message"]
    assert "backup" in found["hint"]

    bereft("ask", "append 'more' to report.md", "--approve", "always")

    found = vault_check(bereft.process("doctor", "--json", code=1))
    assert found["status"] == TROUBLE
    assert "The bytes of at least 1 version are missing" in found["message"]
    assert "backup" in found["hint"]


def test_a_vault_that_is_put_back_is_as_it_was(steward: Steward) -> None:
    steward("ask", FINALISE, "--approve", "always")
    (steward.home / "vault").rename(steward.home / "backup of the vault")
    assert GONE in steward("files", "list").err
    (steward.home / "vault").rename(steward.home / "new vault")
    (steward.home / "backup of the vault").rename(steward.home / "vault")

    assert steward("files", "recover").out == "Nothing was left open.\n"
    assert vault_check(steward.process("doctor", "--json"))["status"] == OK
    assert steward("files", "verify").out.startswith("All is well")


def test_nothing_is_said_where_no_version_needs_a_vault(steward: Steward) -> None:
    for command in ("list", "recover", "verify"):
        done = steward("files", command)
        assert GONE not in done.out + done.err
