"""Settings: environment beats file beats default; a secret never stands in the file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from app.config import Settings
from app.domain.errors import ConfigurationError, UsageError
from app.redaction import Secret
from app.settings_store import SettingsStore

KEY = "sk-or-v1-0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("max_tool_calls", "7", 7),
        ("max_turn_seconds", "60", 60.0),
        ("max_turn_tokens", "50000", 50_000),
        ("max_turn_cost", "$0.50", 0.5),
        ("max_day_cost", "none", None),
        ("context_tokens", "8192", 8_192),
    ],
)
def test_limits_of_a_turn_can_be_set_and_taken_away(
    tmp_path: Path, name: str, value: str, read: object
) -> None:
    store = SettingsStore(tmp_path, {})
    store.save(name, value)
    assert getattr(store.load(), name) == read
    with pytest.raises(UsageError):
        store.save(name, "-1")
    store.save(name, "")
    assert getattr(store.load(), name) == getattr(Settings(home=tmp_path), name)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("address", ["http://me:{}@proxy:8080", "me:{}@proxy:8080"])
def test_the_password_of_the_systems_proxy_is_hidden_too(
    tmp_path: Path, name: str, address: str
) -> None:
    store = SettingsStore(tmp_path, {name: address.format("correct%20horse%20battery")})
    assert store.load().secrets[name.upper()].reveal() == "correct horse battery"
    assert "battery" not in repr(store.load())
    assert not SettingsStore(tmp_path, {name: "http://proxy:8080"}).load().secrets


def test_a_password_in_a_refused_address_is_not_said_again(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        SettingsStore(tmp_path, {}).save("llm_base_url", "http://me:hunter2@localhost/v1")
    assert "hunter2" not in str(refused.value)
    assert "http://me:***@localhost/v1" in str(refused.value)


def test_environment_beats_file_beats_default(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    assert store.load().max_iterations == 25
    store.save("max_iterations", "7")
    assert store.load().max_iterations == 7
    assert SettingsStore(tmp_path, {"STEWARD_MAX_ITERATIONS": "9"}).load().max_iterations == 9
    store.save("max_iterations", None)
    assert store.load().max_iterations == 25


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEWARD_MAX_ITERATIONS", "101"),
        ("STEWARD_MAX_ITERATIONS", "many"),
        ("STEWARD_SKILL_TIMEOUT", "nan"),
        ("STEWARD_PROVIDER", "skynet"),
        ("STEWARD_LLM_BASE_URL", "localhost:1"),
        ("STEWARD_LLM_BASE_URL", "http://me:password@localhost:1/v1"),
    ],
)
def test_a_bad_value_is_named_with_the_place_it_stands_in(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SettingsStore(tmp_path, {name: value}).load()
    assert name in str(caught.value)


def test_routing_is_kept_as_it_was_said(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    wanted = {
        "order": ["anthropic", "google-vertex"],
        "only": ["anthropic"],
        "ignore": ["x"],
        "allow_fallbacks": False,
        "require_parameters": True,
        "data_collection": "deny",
        "zdr": True,
        "sort": "price",
        "max_price": {"prompt": 1, "completion": 2.5},
        "quantizations": ["fp8"],
    }
    store.save("provider_routing", json.dumps(wanted))
    assert store.load().provider_routing == wanted
    assert SettingsStore(tmp_path, {"STEWARD_PROVIDER_ROUTING": '{"order": "x"}'}).load() == (
        dataclasses.replace(store.load(), provider_routing={"order": ["x"]})
    )
    store.save("provider_routing", "")
    assert store.load().provider_routing == {}


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("price", "JSON object"),
        ("[]", "JSON object"),
        ("[" * 100_000, "JSON object"),
        ('{"data_colection": "deny"}', "data_colection"),
        ('{"data_collection": "never"}', "allow, deny"),
        ('{"order": []}', "order"),
        ('{"order": ["a", 7]}', "order"),
        ('{"zdr": "yes"}', "true or false"),
        ('{"max_price": {"prompt": -1}}', "prompt"),
        ('{"max_price": {"prompt": NaN}}', "prompt"),
        ('{"max_price": {"hour": 1}}', "hour"),
        ('{"max_price": 3}', "dollars"),
        ('{"sort": "beauty"}', "price, throughput, latency"),
    ],
)
def test_routing_that_openrouter_would_not_follow_is_refused(
    tmp_path: Path, value: str, named: str
) -> None:
    with pytest.raises(UsageError, match="provider_routing") as caught:
        SettingsStore(tmp_path, {}).save("provider_routing", value)
    assert named in str(caught.value)


def test_fallback_models_are_a_list_however_they_are_given(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    for given in ("a/b:free, c/d", ["a/b:free", "c/d"], "a/b:free c/d a/b:free"):
        store.save("fallback_models", given)
        assert store.load().fallback_models == ("a/b:free", "c/d")
    with pytest.raises(UsageError, match="up to 10"):
        store.save("fallback_models", " ".join(map(str, range(11))))


def test_an_effort_is_one_of_five(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    store.save("reasoning_effort", "minimal")
    assert store.load().reasoning_effort == "minimal"
    with pytest.raises(UsageError, match="none, minimal, low, medium, high"):
        store.save("reasoning_effort", "extreme")


def test_a_refused_value_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    store.save("model", "some/model")
    before = store.path.read_bytes()
    with pytest.raises(UsageError):
        store.save("skill_timeout", "-1")
    assert store.path.read_bytes() == before


def test_a_broken_settings_file_is_reported_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{oops")
    with pytest.raises(ConfigurationError, match="settings file"):
        SettingsStore(tmp_path, {}).load()
    assert (tmp_path / "settings.json").read_text() == "{oops"


def test_without_a_keyring_a_secret_holds_for_this_run_only_and_is_not_written(
    tmp_path: Path,
) -> None:
    store = SettingsStore(tmp_path, {})
    assert store.store_secret("openrouter_api_key", Secret(KEY)) is False
    loaded = store.load()
    assert loaded.openrouter_api_key is not None
    assert loaded.openrouter_api_key.reveal() == KEY
    assert loaded.effective_provider == "openrouter"
    assert not any(KEY in p.read_text() for p in tmp_path.rglob("*") if p.is_file())
    with pytest.raises(UsageError):
        store.save("openrouter_api_key", KEY)


def test_with_a_keyring_a_secret_is_there_on_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring

    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda s, n: kept.get((s, n)))
    monkeypatch.setattr(keyring, "set_password", lambda s, n, v: kept.update({(s, n): v}))
    monkeypatch.setattr(keyring, "delete_password", lambda s, n: kept.pop((s, n)))
    assert SettingsStore(tmp_path, {}).store_secret("openrouter_api_key", Secret(KEY)) is True
    again = SettingsStore(tmp_path, {})
    assert again.source("openrouter_api_key") == "keyring"
    secret = again.load().openrouter_api_key
    assert secret is not None
    assert secret.reveal() == KEY
    assert KEY not in again.path.read_text()
    assert again.store_secret("openrouter_api_key", None)
    assert kept == {}
    assert SettingsStore(tmp_path, {}).load().openrouter_api_key is None


@pytest.mark.parametrize(
    ("environ", "provider"),
    [
        ({}, "guided"),
        ({"OPENROUTER_API_KEY": KEY}, "openrouter"),
        ({"STEWARD_LLM_BASE_URL": "http://127.0.0.1:1/v1"}, "openai-compatible"),
        ({"OPENROUTER_API_KEY": KEY, "STEWARD_PROVIDER": "guided"}, "guided"),
    ],
)
def test_the_provider_is_the_chosen_one_else_what_is_configured(
    tmp_path: Path, environ: dict[str, str], provider: str
) -> None:
    assert SettingsStore(tmp_path, environ).load().effective_provider == provider


def test_every_known_secret_is_hidden_also_those_of_services_to_come(tmp_path: Path) -> None:
    environ = {"TELEGRAM_BOT_TOKEN": "123:telegram-token", "STEWARD_LLM_API_KEY": "abcdefghijklm"}
    secrets = SettingsStore(tmp_path, environ).load().secrets
    assert {"TELEGRAM_BOT_TOKEN", "STEWARD_LLM_API_KEY"} <= set(secrets)


def test_a_switch_is_read_in_the_words_people_use(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path, {})
    assert not store.load().watch_folders
    for words, meant in (("on", True), ("No", False), (True, True), ("0", False)):
        store.save("watch_folders", words)
        assert store.load().watch_folders is meant
    assert SettingsStore(tmp_path, {"STEWARD_WATCH_FOLDERS": "1"}).load().watch_folders
    with pytest.raises(UsageError, match="on or off"):
        store.save("watch_folders", "sometimes")
