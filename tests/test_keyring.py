"""The keyring may hang, crash or lie; a key goes only to the server it was given for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assembly import Assembly
from app.clock import SystemClock
from app.domain.errors import KeyringError, UsageError
from app.keyring_secrets import SystemKeyring
from app.origins import origin_of, same_origin
from app.providers import chosen, client_for
from app.redaction import Secret
from app.settings_store import SettingsStore
from tests.keyrings import WorkingKeyring
from tests.standins.model_server import ModelServer

KEY = "sk-server-a-0123456789abcdef"
OTHER = "sk-server-b-0123456789abcdef"
A, B = "http://127.0.0.1:8001/v1", "http://127.0.0.1:8002/v1"


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


def store(home: Path, **environ: str) -> SettingsStore:
    """Settings as a new run finds them."""
    return SettingsStore(home, environ)


def key_of(one: SettingsStore) -> str | None:
    """The key that would be sent."""
    key = one.load().llm_api_key
    return key.reveal() if key else None


def test_a_kept_key_is_not_sent_to_another_address_from_the_environment(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    first = store(tmp_path)
    first.save("llm_base_url", A)
    assert first.store_secret("llm_api_key", Secret(KEY))
    assert key_of(store(tmp_path)) == KEY
    elsewhere = store(tmp_path, STEWARD_LLM_BASE_URL=B)
    settings = elsewhere.load()
    assert settings.llm_api_key is None
    assert client_for(settings, SystemClock()).provider == "openai-compatible"
    (notice,) = settings.notices
    assert "127.0.0.1:8001" in notice
    assert "config set llm_api_key" in notice
    assert settings.secrets["STEWARD_LLM_API_KEY"].reveal() == KEY, "it is hidden all the same"
    assert KEY not in elsewhere.path.read_text() + str(settings)


def test_a_kept_key_does_not_follow_a_changed_address_and_is_there_again_with_the_old_one(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    one = store(tmp_path)
    one.save("llm_base_url", A)
    one.store_secret("llm_api_key", Secret(KEY))
    one.save("llm_base_url", B)
    assert key_of(one) is key_of(store(tmp_path)) is None
    one.save("llm_base_url", A.replace("/v1", "/other/path"))
    assert key_of(one) == key_of(store(tmp_path)) == KEY
    assert one.load().notices == ()


@pytest.mark.parametrize("works_not", [True, False])
def test_a_key_for_this_run_only_is_bound_to_its_server_too(
    tmp_path: Path, works_not: bool, request: pytest.FixtureRequest
) -> None:
    if not works_not:
        request.getfixturevalue("works")
    one = store(tmp_path)
    one.save("llm_base_url", A)
    assert one.store_secret("llm_api_key", Secret(KEY)) is not works_not
    assert key_of(one) == KEY
    one.save("llm_base_url", B)
    assert key_of(one) is None


def test_a_key_that_was_kept_before_any_address_belongs_to_the_first_that_is_saved(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    one = store(tmp_path)
    one.store_secret("llm_api_key", Secret(KEY))
    assert key_of(store(tmp_path, STEWARD_LLM_BASE_URL=B)) is None
    one.save("llm_base_url", A)
    assert key_of(store(tmp_path)) == KEY
    one.save("llm_base_url", B)
    assert key_of(store(tmp_path)) is None


def test_a_key_kept_before_servers_were_noted_belongs_to_the_one_in_the_file(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    works.kept["STEWARD_LLM_API_KEY"] = KEY
    (tmp_path / "settings.json").write_text(
        f'{{"llm_base_url": "{A}", "secrets_in_keyring": ["llm_api_key"]}}'
    )
    assert key_of(store(tmp_path)) == KEY
    assert key_of(store(tmp_path, STEWARD_LLM_BASE_URL=B)) is None
    store(tmp_path).save("llm_base_url", B)
    assert key_of(store(tmp_path)) is None


def test_a_key_and_an_address_of_the_environment_belong_together(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    one = store(tmp_path)
    one.save("llm_base_url", A)
    one.store_secret("llm_api_key", Secret(KEY))
    both = store(tmp_path, STEWARD_LLM_BASE_URL=B, STEWARD_LLM_API_KEY=OTHER)
    assert key_of(both) == OTHER
    assert both.load().notices == ()
    kept_from_there = store(tmp_path, STEWARD_LLM_BASE_URL=B)
    kept_from_there.store_secret("llm_api_key", Secret(OTHER))
    assert key_of(kept_from_there) == OTHER
    assert key_of(store(tmp_path)) is None


def test_connecting_elsewhere_and_back_sends_each_server_its_own_key(tmp_path: Path) -> None:
    environ = {"STEWARD_LLM_BASE_URL": A, "STEWARD_LLM_API_KEY": KEY}
    settings = store(tmp_path, **environ).load()
    there, _ = chosen(settings, "openai-compatible", B, None, None)
    assert there.llm_api_key is None
    there, _ = chosen(there, "openai-compatible", B, Secret(OTHER), None)
    back, _ = chosen(there, "openai-compatible", A, None, None)
    assert back.llm_api_key == Secret(KEY)
    again, _ = chosen(back, "openai-compatible", B, None, "another-model")
    assert again.llm_api_key == Secret(OTHER)


@given(st.text() | st.from_regex(r"https?://[\w.:@\[\]-]{0,12}(/\w*)?", fullmatch=True))
def test_any_text_has_an_origin_or_none(text: str) -> None:
    origin = origin_of(text)
    assert origin is None or "://" in origin
    assert same_origin(text, text) is (origin is not None)


def test_an_origin_is_the_scheme_the_host_and_the_port() -> None:
    assert same_origin("http://Example.com/v1", "http://example.com:80/v2/")
    assert same_origin("https://[::1]/", "https://[::1]:443")
    for other in ("https://a/v1", "http://a:81/v1", "http://b/v1", "http://a.b/v1", ""):
        assert not same_origin("http://a/v1", other)


# -- a keyring that does not work --------------------------------------------------------------


class Stuck:
    """A back-end that waits until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()

    def __call__(self, *_: object) -> None:
        self.entered.release()
        self.let_go.wait(30)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    one = Stuck()
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, one)
    yield one
    one.let_go.set()


@pytest.fixture
def kept_earlier(tmp_path: Path) -> Path:
    """A data directory whose keys are in the keyring."""
    (tmp_path / "settings.json").write_text(
        f'{{"llm_base_url": "{A}", "secrets_in_keyring": ["llm_api_key", "openrouter_api_key"]}}'
    )
    return tmp_path


def test_a_keyring_that_hangs_is_given_up_and_the_person_is_told(
    kept_earlier: Path, stuck: Stuck
) -> None:
    impatient = SystemKeyring(patience=0.05)
    one = SettingsStore(kept_earlier, {}, impatient)
    settings = one.load()
    assert settings.llm_api_key is None
    assert settings.openrouter_api_key is None
    (notice,) = settings.notices
    assert "does not answer" in notice
    assert "Unlock it" in notice
    assert one.store_secret("openrouter_api_key", Secret(KEY)) is False
    kept = one.load().openrouter_api_key
    assert kept is not None
    assert kept.reveal() == KEY
    assert stuck.entered.acquire(timeout=5)
    assert not stuck.entered.acquire(blocking=False), "while one call hangs, no other is begun"


def test_a_keyring_that_answers_again_is_used_again(
    kept_earlier: Path, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = SystemKeyring(patience=0.05)
    with pytest.raises(KeyringError):
        one.read("STEWARD_LLM_API_KEY")
    stuck.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "steward keyring":
            thread.join(5)
    monkeypatch.setattr(keyring, "get_password", lambda *_: KEY)
    assert one.read("STEWARD_LLM_API_KEY") == Secret(KEY)


@pytest.mark.parametrize("error", [RuntimeError, OSError, KeyError, ImportError])
def test_whatever_a_back_end_raises_is_a_keyring_that_cannot_be_used(
    kept_earlier: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("no bus")

    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, fail)
    one = store(kept_earlier)
    assert "keyring" in one.load().notices[0]
    assert one.store_secret("llm_api_key", Secret(KEY)) is False
    assert key_of(one) == KEY
    with pytest.raises(KeyringError):
        one.store_secret("openrouter_api_key", None)
    assert one.source("openrouter_api_key") == "default"


async def test_a_setting_changes_at_once_however_long_the_keyring_takes(
    kept_earlier: Path, stuck: Stuck
) -> None:
    one = SettingsStore(kept_earlier, {}, SystemKeyring(patience=0.05))
    assembly = await Assembly.open(one)
    try:
        assert any("keyring" in notice for notice in assembly.start_report.notices)
        while stuck.entered.acquire(blocking=False):
            pass
        await asyncio.to_thread(stuck.let_go.set)
        started = time.monotonic()
        assembly.running_settings.change("theme", "dark")
        assembly.running_settings.change("skill_timeout", 7)
        assert time.monotonic() - started < 1
        assert assembly.settings.theme == "dark"
        assert assembly.settings.skill_timeout == 7
        assert not stuck.entered.acquire(blocking=False), "the keyring was not asked"
    finally:
        await assembly.close()


# -- a key that is taken out -------------------------------------------------------------------


async def test_a_key_that_is_removed_is_used_no_longer_and_forgotten(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    one = store(tmp_path)
    one.store_secret("openrouter_api_key", Secret(KEY))
    one.save("provider", "openrouter")
    assembly = await Assembly.open(one)
    try:
        assert assembly.llm.provider == "openrouter"
        assert assembly.running_settings.source("openrouter_api_key") == "keyring"

        await assembly.keys.remove("openrouter_api_key")

        assert assembly.llm.provider == "guided"
        assert works.kept == {}
        assert assembly.running_settings.source("openrouter_api_key") == "default"
        assert store(tmp_path).load().effective_provider == "guided"
        assert KEY not in assembly.hide_secrets(f"the key was {KEY}")
    finally:
        await assembly.close()


async def test_a_server_is_asked_without_the_key_that_was_removed(
    tmp_path: Path, works: WorkingKeyring
) -> None:
    with ModelServer() as server:
        one = store(tmp_path)
        one.save("llm_base_url", server.base_url)
        one.store_secret("llm_api_key", Secret(KEY))
        assembly = await Assembly.open(one)
        try:
            await assembly.llm.models()
            await assembly.keys.remove("llm_api_key")
            await assembly.llm.models()
        finally:
            await assembly.close()
        sent = [lookup.headers.get("authorization") for lookup in server.lookups]

    assert sent == [f"Bearer {KEY}", None]
    assert works.kept == {}


async def test_a_key_of_the_environment_cannot_be_removed(tmp_path: Path) -> None:
    assembly = await Assembly.open(store(tmp_path, OPENROUTER_API_KEY=KEY))
    try:
        with pytest.raises(UsageError, match="OPENROUTER_API_KEY is set in the environment"):
            await assembly.keys.remove("openrouter_api_key")
        assert assembly.llm.provider == "openrouter"
    finally:
        await assembly.close()
