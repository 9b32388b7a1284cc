"""``steward sign-in openrouter``: tried before it is kept, and nothing is lost by a failed try."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest

from app.integrations import openrouter, openrouter_sign_in
from app.redaction import Secret
from app.settings_store import SettingsStore
from tests.cli.conftest import Steward
from tests.cli.terminal import CTRL_C, Terminal
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.openrouter_site import OpenRouterSite, visit

BEFORE = "sk-or-v1-what-was-there-before"
# The whole command in a process of its own, with another address of OpenRouter.
ELSEWHERE = """
import sys
from app.integrations import openrouter, openrouter_sign_in
openrouter_sign_in.OPENROUTER_SITE = sys.argv[1]
openrouter.OPENROUTER_URL = sys.argv[1] + "/api/v1"
import keyring
kept = {}
keyring.get_password = lambda _, name: kept.get(name)
keyring.set_password = lambda _, name, value: kept.update({name: value})
keyring.delete_password = lambda _, name: kept.pop(name)
from app.cli import main
sys.exit(main(sys.argv[2:]))
"""


class Browser:
    """The person's browser: does what the person would, in its own time."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.pages: list[tuple[int, str]] = []
        self.works = True

    def open(self, address: str) -> bool:
        self.opened.append(address)
        if self.works:
            self.pages.append(visit(address))
        return self.works


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenRouterSite]:
    with OpenRouterSite() as one:
        monkeypatch.setattr(openrouter_sign_in, "OPENROUTER_SITE", one.url)
        monkeypatch.setattr(openrouter, "OPENROUTER_URL", f"{one.url}/api/v1")
        yield one


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    one = Browser()
    monkeypatch.setattr(webbrowser, "open", one.open)
    monkeypatch.setenv("BROWSER", "the person's own")
    return one


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


@pytest.fixture
def connected(steward: Steward, keyring: WorkingKeyring) -> SettingsStore:
    """OpenRouter answers already, with a key and a model."""
    store = SettingsStore(steward.home, {})
    store.save("provider", "openrouter")
    store.save("model", "maker/small")
    store.store_secret("openrouter_api_key", Secret(BEFORE))
    return store


def test_the_key_is_tried_and_kept(
    steward: Steward, site: OpenRouterSite, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = steward("sign-in", "openrouter")

    assert done.out.splitlines() == [
        browser.opened[0],
        "OpenRouter is connected and offers 2 models. Its key is in the keyring.",
    ]
    assert browser.pages[0][0] == 200
    assert keyring.kept == {"OPENROUTER_API_KEY": site.keys[0]}
    settings = SettingsStore(steward.home, {}).load()
    assert settings.effective_provider == "openrouter"
    assert settings.openrouter_api_key == Secret(site.keys[0])
    assert site.paths[-2:] == ["/api/v1/key", "/api/v1/models"]
    assert site.keys[0] not in done.out + done.err


def test_the_address_can_be_opened_by_the_person_alone(
    steward: Steward, site: OpenRouterSite, browser: Browser, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", ELSEWHERE, site.url, "sign-in", "openrouter", "--no-browser"]
    with Terminal(command, steward.environment(), tmp_path) as terminal:
        terminal.expect("Waiting for your browser: 0:00 of 10:00. Ctrl+C cancels.")
        (address,) = [one for one in terminal.text.split() if one.startswith(site.url)]
        site.answer = 500, b""
        assert visit(address)[0] == 200
        terminal.expect("could not finish the sign-in (500). Nothing was changed.")
        assert terminal.exit_code() == 1
    assert browser.opened == []


def test_ctrl_c_cancels(steward: Steward, site: OpenRouterSite, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ELSEWHERE, site.url, "sign-in", "openrouter", "--no-browser"]
    with Terminal(command, steward.environment(), tmp_path) as terminal:
        terminal.expect("Waiting for your browser")
        (address,) = [one for one in terminal.text.split() if one.startswith(site.url)]
        terminal.type(CTRL_C)
        terminal.expect("Cancelled. Nothing was kept; what was set up before still holds.")
        assert terminal.exit_code() == 130
    with pytest.raises(URLError):
        visit(parse_qs(urlsplit(address).query)["callback_url"][0])
    assert not SettingsStore(steward.home, {}).path.exists()


def test_json_says_where_to_go_and_what_came_of_it(
    steward: Steward, site: OpenRouterSite, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = steward("sign-in", "openrouter", "--json")

    where, connected = done.objects
    assert where["address"] == browser.opened[0]
    assert where["expires_at"].endswith("Z")
    assert connected == {"provider": "openrouter", "connected": True, "models": 2}


def test_a_browser_that_cannot_be_opened_is_told(
    steward: Steward, site: OpenRouterSite, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", ELSEWHERE, site.url, "sign-in", "openrouter"]
    environment = steward.environment(BROWSER="/bin/false", DISPLAY="", WAYLAND_DISPLAY="")
    with Terminal(command, environment, tmp_path) as terminal:
        terminal.expect("No browser could be opened here: open the address yourself.")
        (address,) = [one for one in terminal.text.split() if one.startswith(site.url)]
        assert visit(address)[0] == 200
        terminal.expect("OpenRouter is connected and offers 2 models.")
        assert terminal.exit_code() == 0


def test_a_person_who_says_no_keeps_what_there_was(
    steward: Steward, site: OpenRouterSite, browser: Browser, connected: SettingsStore
) -> None:
    site.refuses_person = True

    done = steward("sign-in", "openrouter", "--json", code=3)

    assert done.objects[-1]["kind"] == "sign_in_refused"
    assert "Nothing was changed." in done.err
    assert connected.load().openrouter_api_key == Secret(BEFORE)


def test_a_key_that_does_not_work_is_not_kept(
    steward: Steward,
    site: OpenRouterSite,
    browser: Browser,
    keyring: WorkingKeyring,
    connected: SettingsStore,
) -> None:
    site.refuses_keys = True

    done = steward("sign-in", "openrouter", code=3)

    assert "refused the key" in done.err
    assert "Nothing was kept; what was set up before still holds." in done.err
    assert keyring.kept == {"OPENROUTER_API_KEY": BEFORE}
    settings = connected.load()
    assert (settings.provider, settings.model) == ("openrouter", "maker/small")


def test_the_model_that_was_chosen_stays_where_it_is_the_same_service(
    steward: Steward, site: OpenRouterSite, browser: Browser, connected: SettingsStore
) -> None:
    steward("sign-in", "openrouter")

    assert connected.load().model == "maker/small"


@pytest.mark.parametrize("locked", [True, False])
def test_where_no_keyring_works_nothing_is_asked_for(
    steward: Steward,
    site: OpenRouterSite,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    if locked:
        LockedKeyring(monkeypatch)

    done = steward("sign-in", "openrouter", code=3)

    assert "keyring cannot be used" in done.err
    assert "set keys in the environment" in done.err
    assert browser.opened == []
    assert site.seen == []
    assert not SettingsStore(steward.home, {}).path.exists()


def test_a_keyring_that_fails_at_the_end_keeps_what_there_was(
    steward: Steward, site: OpenRouterSite, browser: Browser, connected: SettingsStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    site.before_exchange = lambda: LockedKeyring(monkeypatch)

    done = steward("sign-in", "openrouter", code=3)

    assert "keyring did not take the key" in done.err
    stored = json.loads(connected.path.read_text())
    assert (stored["provider"], stored["model"]) == ("openrouter", "maker/small")
    assert stored["secrets_in_keyring"] == ["openrouter_api_key"]


def test_a_key_in_the_environment_is_named(
    steward: Steward, site: OpenRouterSite, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = steward("sign-in", "openrouter", OPENROUTER_API_KEY="sk-or-v1-from-the-environment")

    assert "OPENROUTER_API_KEY is set in the environment and beats it" in done.err


def test_verifier_and_code_are_nowhere(
    steward: Steward, site: OpenRouterSite, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = steward("sign-in", "openrouter")

    (asked,) = [json.loads(body) for _, path, body in site.seen if path == "/api/v1/auth/keys"]
    files = [path for path in steward.home.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    for secret in (asked["code"], asked["code_verifier"], site.keys[0]):
        assert secret not in written + done.out + done.err
