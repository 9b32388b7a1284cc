"""``steward config``: settings are read and changed, secrets taken in and never given out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from app.setting_fields import FIELDS
from tests.cli.conftest import Steward
from tests.standins.model_server import ModelServer, text_reply

KEY = "sk-or-v1-0123456789abcdef"

# A keyring that works, for a subprocess: a file in the test's own folder.
KEYRING = """
import json, os, pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    path = pathlib.Path(os.environ["TEST_KEYRING"])

    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def get_password(self, service, name):
        return self._all().get(name)

    def set_password(self, service, name, password):
        self.path.write_text(json.dumps({**self._all(), name: password}))

    def delete_password(self, service, name):
        rest = self._all()
        del rest[name]
        self.path.write_text(json.dumps(rest))
"""


def a_keyring(tmp_path: Path) -> dict[str, str]:
    """What makes a process use a keyring that works."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "a_test_keyring.py").write_text(KEYRING)
    paths = (str(modules), os.environ.get("PYTHONPATH", ""))
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHON_KEYRING_BACKEND": "a_test_keyring.Keyring",
        "TEST_KEYRING": str(tmp_path / "keyring.json"),
    }


@pytest.fixture
def keyring(tmp_path: Path) -> dict[str, Any]:
    return dict(a_keyring(tmp_path))


def test_a_setting_is_kept_and_taken_out_again(steward: Steward) -> None:
    assert steward("config", "get", "max_iterations").out == "25\n"
    steward("config", "set", "max_iterations", "7")
    assert steward("config", "get", "STEWARD_MAX_ITERATIONS").out == "7\n"
    assert steward("config", "get", "max-iterations").out == "7\n"
    beaten = steward("config", "set", "max_iterations", "8", STEWARD_MAX_ITERATIONS="9")
    assert "STEWARD_MAX_ITERATIONS" in beaten.err
    (row,) = steward(
        "config", "get", "max_iterations", "--json", STEWARD_MAX_ITERATIONS="9"
    ).objects
    assert row == {"name": "max_iterations", "value": 9, "set": True, "source": "environment"}
    steward("config", "set", "max_iterations", "")
    assert steward("config", "get", "max_iterations").out == "25\n"


def test_a_value_that_cannot_be_used_changes_nothing(steward: Steward) -> None:
    steward("config", "set", "skill_timeout", "5")
    refused = steward("config", "set", "skill_timeout", "soon", code=2)
    assert "skill_timeout" in refused.err
    steward("config", "set", "skill_timeout", code=2)
    steward("config", "set", "skill_timeout", "1", "2", code=2)
    steward("config", "set", "home", "/tmp", code=2)
    assert steward("config", "get", "skill_timeout").out == "5\n"


def test_nonsense_is_refused_in_words(steward: Steward) -> None:
    for name, value in (
        ("llm_base_url", "http://["),
        ("llm_base_url", "https://"),
        ("llm_base_url", "http://a server/v1"),
        ("llm_base_url", "http://server:99999999/v1"),
        ("folders", "~nobody-of-this-name/papers"),
        ("max_iterations", "1,0"),
        ("max_day_cost", "0,50"),
    ):
        told = steward("config", "set", name, value, code=2).err
        assert f"{name} cannot be " in told, value
        assert "mistake in Steward" not in told
    assert steward("config", "set", "max_tool_calls", "1,000").out == ""
    assert steward("config", "get", "max_tool_calls").out == "1000\n"


def test_folders_are_given_one_by_one(steward: Steward, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    steward("config", "set", "folders", str(one), str(other))
    got = steward("config", "get", "folders", STEWARD_FOLDERS="").out
    assert got == f"{one}{os.pathsep}{other}\n"


def test_what_is_a_list_or_an_object_is_shown_so_that_it_can_be_set_again(
    steward: Steward,
) -> None:
    steward("config", "set", "fallback_models", "a/b:free", "c/d")
    steward("config", "set", "provider_routing", '{"order": "anthropic"}')
    models = steward("config", "get", "fallback_models").out
    routing = steward("config", "get", "provider_routing").out

    assert models == "a/b:free, c/d\n"
    assert routing == '{"order": ["anthropic"]}\n'
    steward("config", "set", "fallback_models", models)
    steward("config", "set", "provider_routing", routing)
    assert steward("config", "get", "fallback_models").out == models
    assert steward("config", "get", "provider_routing").out == routing
    assert steward("config", "set", "provider_routing", '{"odd": 1}', code=2).err


def test_all_settings_and_their_file_can_be_seen(steward: Steward) -> None:
    shown = steward("config", "get", OPENROUTER_API_KEY=KEY).out
    assert f"home = {steward.home}" in shown
    assert "openrouter_api_key = set (environment)" in shown
    assert "llm_api_key = not set" in shown
    assert KEY not in shown
    assert steward("config", "path").out == f"{steward.home / 'settings.json'}\n"
    assert KEY not in steward("config", "get", "--json", OPENROUTER_API_KEY=KEY).out


def test_every_setting_is_listed_with_where_it_comes_from(steward: Steward) -> None:
    steward("config", "set", "max_tool_calls", "7")
    environment: dict[str, Any] = {"STEWARD_MAX_ITERATIONS": "9", "OPENROUTER_API_KEY": KEY}
    names = ["home", *(f.name for f in FIELDS)]

    rows = {row["name"]: row for row in steward("config", "get", "--json", **environment).objects}
    lines = steward("config", "get", **environment).out.splitlines()

    assert list(rows) == names
    assert [line.partition(" = ")[0] for line in lines] == names
    expected = dict.fromkeys(
        ("home", "folders", "max_iterations", "openrouter_api_key"), "environment"
    ) | {"max_tool_calls": "file"}
    assert {n: row["source"] for n, row in rows.items() if row["source"] != "default"} == expected
    assert "max_tool_calls = 7  (settings file)" in lines
    assert "max_iterations = 9  (environment)" in lines
    assert "max_turn_seconds = 900  (default)" in lines


def test_a_secret_goes_to_the_keyring_and_never_comes_back(
    steward: Steward, keyring: dict[str, Any]
) -> None:
    name = "openrouter_api_key"
    steward.process("config", "set", name, "-", stdin=f"{KEY}\n", **keyring)
    assert KEY in Path(keyring["TEST_KEYRING"]).read_text()
    assert steward.process("config", "get", name, **keyring).out == "set (in the keyring)\n"
    assert KEY not in steward.process("config", "get", "--json", **keyring).out
    assert KEY not in (steward.home / "settings.json").read_text()
    steward.process("config", "set", name, "", **keyring)
    assert steward.process("config", "get", name, **keyring).out == "not set\n"
    assert KEY not in Path(keyring["TEST_KEYRING"]).read_text()


def test_a_secret_typed_on_a_terminal_is_not_shown(
    steward: Steward, keyring: dict[str, Any]
) -> None:
    with steward.on_terminal("config", "set", "llm_api_key", "-", **keyring) as terminal:
        terminal.expect("(not shown): ")
        terminal.type(f"{KEY}\n")
        assert terminal.exit_code() == 0
        assert KEY not in terminal.shown


def test_a_secret_must_not_stand_on_the_command_line(steward: Steward) -> None:
    refused = steward("config", "set", "openrouter_api_key", KEY, code=2)
    assert KEY not in refused.out + refused.err
    steward("config", "set", "openrouter_api_key", "-", stdin="", code=2)


def test_without_a_keyring_a_secret_is_not_said_to_be_kept(steward: Steward) -> None:
    done = steward("config", "set", "OPENROUTER_API_KEY", "-", stdin=KEY, code=3)
    assert "OPENROUTER_API_KEY" in done.err
    assert KEY not in done.out + done.err
    assert steward("config", "get", "openrouter_api_key").out == "not set\n"


def test_a_kept_key_is_not_sent_to_another_server_and_the_person_is_told(
    steward: Steward, keyring: dict[str, Any]
) -> None:
    with ModelServer() as mine, ModelServer() as other:
        for server in (mine, other):
            server.script([text_reply("Hello.")] * 2)
        steward.process("config", "set", "llm_base_url", mine.base_url, **keyring)
        steward.process("config", "set", "llm_api_key", "-", stdin=KEY, **keyring)
        steward.process("ask", "hi", **keyring)
        assert mine.requests[0].headers["authorization"] == f"Bearer {KEY}"

        told = steward.process("ask", "hi", **keyring, STEWARD_LLM_BASE_URL=other.base_url).err
        assert f"127.0.0.1:{mine.port} is not sent to http://127.0.0.1:{other.port}" in told
        steward.process("config", "set", "llm_base_url", other.base_url, **keyring)
        assert "is not sent to" in steward.process("config", "get", **keyring).err
        assert "is not sent to" in steward.process("ask", "hi", **keyring).err
        assert len(other.requests) == 2
        assert not any("authorization" in request.headers for request in other.requests)
