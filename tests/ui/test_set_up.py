"""The first steps: nothing unasked, no model kept before it has answered, all skippable."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.events import Event
from app.integrations import openrouter, openrouter_sign_in
from app.integrations.discovery import LocalServer, find_local_servers
from app.redaction import Secret
from app.settings_store import SettingsStore
from app.ui.main_window import MainWindow
from app.ui.onboarding.panel import SetUpPanel
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.model_server import ModelServer
from tests.standins.openrouter_site import OpenRouterSite, visit
from tests.ui.conftest import settled
from tests.ui.driving import Person, click, press, type_text, until
from tests.ui.walking import nameless, shared_keys, without_keys

SIGN_IN, PASTE, SERVER, WITHOUT = range(4)


@pytest.fixture
async def desk() -> AsyncIterator[Assembly]:
    """A Steward that nobody has set up."""
    assembly = await Assembly.open(theme="light")
    try:
        yield assembly
    finally:
        await assembly.close()


@pytest.fixture
def panel(window: MainWindow) -> SetUpPanel:
    assert window.set_up is not None
    return window.set_up


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenRouterSite]:
    with OpenRouterSite() as one:
        monkeypatch.setattr(openrouter_sign_in, "OPENROUTER_SITE", one.url)
        monkeypatch.setattr(openrouter, "OPENROUTER_URL", f"{one.url}/api/v1")
        yield one


@pytest.fixture
def opened(window: MainWindow) -> list[str]:
    """Addresses that were opened in the person's browser."""
    addresses: list[str] = []

    def open_address(address: str) -> bool:
        addresses.append(address)
        return True

    assert window.session is not None
    window.session.open_address = open_address
    return addresses


def kept(home: Path) -> object:
    """What the next start would find: provider, model, key."""
    settings = SettingsStore(home, {}).load()
    key = settings.openrouter_api_key
    return settings.provider, settings.model, key.reveal() if key else None


def told(panel: SetUpPanel) -> str:
    """What the person is told of their try."""
    attempt = panel.model.attempt
    return attempt.words.text() if attempt.isVisible() else ""


def choose(panel: SetUpPanel, way: int) -> None:
    radio = panel.model.radios[way]
    panel.ensureWidgetVisible(radio)
    click(radio)


# -- when it shows ------------------------------------------------------------------------------


async def test_the_first_start_leads_through_two_steps(
    window: MainWindow, panel: SetUpPanel, person: Person, desk: Assembly, steward_home: Path,
    keyring: WorkingKeyring,
) -> None:  # fmt: skip
    assert panel.isVisible()
    assert panel.folder.choose.hasFocus()
    assert window.chat.transcript is not None
    assert not window.chat.transcript.isVisible()
    assert panel.end.text() == "Skip"

    click(panel.folder.sample)
    await until(lambda: panel.folder.done, "the sample folder")
    assert panel.folder.heading.words.whole == "Sample"
    choose(panel, WITHOUT)
    click(panel.model.without.button)
    await until(lambda: told(panel).startswith("Connected"), "the choice")
    assert panel.end.text() == "Star&t"
    assert panel.end.hasFocus()
    press(panel.end, Qt.Key.Key_Space)

    assert window.set_up is None
    assert window.chat.composer.editor.hasFocus()
    assert window.chat.transcript.isVisible()
    await person.ask("/files")
    assert "report.md" in person.answers[-1]
    assert kept(steward_home) == ("guided", None, None)


async def test_escape_skips_it_and_it_does_not_come_back_by_itself(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, theme: Theme, steward_home: Path
) -> None:
    press(panel.folder.choose, Qt.Key.Key_Escape)

    assert window.set_up is None
    assert desk.folders.folders == ()
    assert not (steward_home / "Sample").exists()
    again = MainWindow(theme, WindowState(steward_home))
    again.show()
    again.attach(desk)
    try:
        assert again.set_up is None
        await settled(again)
    finally:
        again.close()
        await again.detach()
        again.deleteLater()


async def test_it_can_be_had_again_from_an_empty_conversation_and_from_the_settings(
    window: MainWindow, panel: SetUpPanel, person: Person
) -> None:
    click(panel.end)
    empty = window.chat._empty
    assert empty is not None
    (button,) = [b for b in empty.findChildren(type(panel.end)) if "Set" in b.text()]
    await until(button.isVisible, "the button")
    click(button)
    assert window.set_up is not None
    assert window.set_up.folder.choose.hasFocus()
    press(window.set_up.folder.choose, Qt.Key.Key_Escape)

    await person.ask("/help")
    window.show_settings("you")
    dialog = window._settings
    assert dialog is not None
    dialog.you.ensureWidgetVisible(dialog.you.set_up)
    click(dialog.you.set_up)
    await until(lambda: window.set_up is not None and window.set_up.isVisible(), "the first steps")
    assert person.rows == []


@pytest.mark.parametrize("what", ["folder", "provider", "server"])
async def test_it_stays_away_where_something_is_set_up(
    desk: Assembly, theme: Theme, steward_home: Path, tmp_path: Path, what: str
) -> None:
    with ModelServer() as server:
        if what == "folder":
            desk.grants.grant(tmp_path)
        if what == "provider":
            await desk.model.connect("guided")
        if what == "server":
            await desk.model.connect("openai-compatible", base_url=server.base_url)
        window = MainWindow(theme, WindowState(steward_home))
        window.show()
        window.attach(desk)
        try:
            assert window.set_up is None
            await settled(window)
        finally:
            window.close()
            await window.detach()
            window.deleteLater()


async def test_a_message_goes_before_and_the_steps_wait_in_an_empty_conversation(
    window: MainWindow, panel: SetUpPanel, person: Person
) -> None:
    await person.ask("/help")
    assert not panel.isVisible()
    assert window.chat.transcript is not None
    assert window.chat.transcript.isVisible()

    click(window.rail.new_button)
    await until(panel.isVisible, "the first steps")


async def test_nothing_is_contacted_before_a_button_is_pressed(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *address: asked.append(address))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *address: asked.append(address))
    for way in range(4):
        choose(panel, way)
    await settled(window)
    click(panel.end)
    await settled(window)

    assert asked == []


# -- a folder -----------------------------------------------------------------------------------


async def test_a_folder_of_ones_own_is_chosen_in_a_dialog(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    click(panel.folder.choose)
    dialog = panel.folder.dialog
    assert dialog is not None
    dialog.selectFile(str(own))
    dialog.accept()

    assert desk.folders.folders == (own,)
    assert panel.folder.heading.words.whole == "own"


async def test_a_folder_that_cannot_be_granted_is_explained(
    panel: SetUpPanel, desk: Assembly, steward_home: Path
) -> None:
    panel.folder.grant(steward_home / "vault")

    assert "belongs to Steward itself" in panel.folder.outcome.text()
    assert desk.folders.folders == ()


async def test_sample_files_that_cannot_be_made_are_explained(
    panel: SetUpPanel, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", no_room)
    click(panel.folder.sample)
    await until(panel.folder.outcome.isVisible, "the failure")

    assert "could not be made: No space left on device" in panel.folder.outcome.text()
    assert "Choose a folder of your own instead." in panel.folder.outcome.text()
    assert desk.folders.folders == ()


# -- signing in ---------------------------------------------------------------------------------


async def test_signing_in_with_openrouter_connects_it(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, site: OpenRouterSite,
    opened: list[str], keyring: WorkingKeyring, steward_home: Path,
) -> None:  # fmt: skip
    click(panel.folder.sample)
    await until(lambda: panel.folder.done, "the sample folder")
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    assert told(panel) == "Waiting for your browser (0:00 of 10:00). Nothing has changed yet."
    assert panel.model.attempt.cancel_button.hasFocus()
    await until(lambda: "(0:00" not in told(panel), "the next second")
    status, _ = await asyncio.to_thread(visit, opened[0])
    await until(lambda: told(panel).startswith("Connected"), "the key")

    assert status == 200
    assert told(panel) == "Connected: OpenRouter answers from now on."
    assert panel.model.heading.words.whole == "OpenRouter"
    assert panel.end.hasFocus()
    assert desk.llm.provider == "openrouter"
    assert kept(steward_home) == ("openrouter", None, site.keys[0])
    assert site.paths[-2:] == ["/api/v1/key", "/api/v1/models"]


async def test_cancel_ends_the_wait_and_closes_the_port(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str]
) -> None:
    panel.model.sign_in.button.setFocus()
    press(panel.model.sign_in.button, Qt.Key.Key_Space)
    await until(lambda: opened, "the browser")
    click(panel.model.attempt.cancel_button)
    await until(lambda: not panel.model.attempt.running, "the end")

    assert told(panel) == "Cancelled. Nothing has changed."
    assert panel.model.sign_in.button.hasFocus()
    callback = parse_qs(urlsplit(opened[0]).query)["callback_url"][0]
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(visit, callback)
    assert desk.llm.provider == "guided"


async def test_escape_ends_the_wait_too(
    window: MainWindow, panel: SetUpPanel, site: OpenRouterSite, opened: list[str]
) -> None:
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    press(panel.model.attempt.cancel_button, Qt.Key.Key_Escape)

    assert window.set_up is None
    await settled(window)


async def test_a_person_who_says_no_is_told_what_to_do(
    panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str]
) -> None:
    site.refuses_person = True
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: "refused in the browser" in told(panel), "the refusal")

    assert "Nothing was changed." in told(panel)
    assert "make a key at openrouter.ai/keys" in told(panel)
    assert desk.llm.provider == "guided"
    assert panel.model.sign_in.button.isEnabled()


async def test_another_address_ends_nothing(
    panel: SetUpPanel, site: OpenRouterSite, opened: list[str], keyring: WorkingKeyring
) -> None:
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    callback = parse_qs(urlsplit(opened[0]).query)["callback_url"][0]
    status, _ = await asyncio.to_thread(visit, f"{callback}x?code=theirs")

    assert status == 404
    assert panel.model.attempt.running
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: told(panel).startswith("Connected"), "the key")


async def test_a_browser_that_does_not_come_back_is_given_up(
    panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    real = openrouter_sign_in.openrouter_sign_in
    monkeypatch.setattr(desk.model, "sign_in", lambda: real(seconds=0.05))
    click(panel.model.sign_in.button)
    await until(lambda: "did not come back" in told(panel), "the end of its time")

    assert "Sign in again" in told(panel)


async def test_a_key_that_does_not_work_costs_nothing_that_worked(
    panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str],
    keyring: WorkingKeyring, steward_home: Path,
) -> None:  # fmt: skip
    with ModelServer(models=("small",)) as server:
        await desk.model.connect("openai-compatible", base_url=server.base_url, model="small")
        site.refuses_keys = True
        click(panel.model.sign_in.button)
        await until(lambda: opened, "the browser")
        await asyncio.to_thread(visit, opened[0])
        await until(lambda: "refused the key" in told(panel), "the refusal")

        assert "config set" not in told(panel)  # words for a terminal
        assert keyring.kept == {}
        assert kept(steward_home) == ("openai-compatible", "small", None)
        assert [one.id for one in await desk.llm.models()] == ["small"]


async def test_a_keyring_that_is_locked_is_told(
    panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    LockedKeyring(monkeypatch)
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: told(panel).startswith("Connected"), "the key")

    assert "No keyring works here, so the key holds until you close Steward." in told(panel)
    assert desk.llm.provider == "openrouter"


async def test_where_no_browser_opens_the_address_can_be_copied(
    window: MainWindow, panel: SetUpPanel, site: OpenRouterSite, keyring: WorkingKeyring
) -> None:
    assert window.session is not None
    window.session.open_address = lambda _: False
    click(panel.model.sign_in.button)
    await until(lambda: told(panel).startswith("No browser opened"), "the wait")
    click(panel.model.attempt.copy_button)
    await asyncio.to_thread(visit, QGuiApplication.clipboard().text())
    await until(lambda: told(panel).startswith("Connected"), "the key")


async def test_verifier_code_and_key_are_in_no_event_log_or_file(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, site: OpenRouterSite,
    opened: list[str], keyring: WorkingKeyring, steward_home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    heard: list[Event] = []
    desk.bus.subscribe(heard.append)
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: told(panel).startswith("Connected"), "the key")
    await settled(window)

    (asked,) = [json.loads(body) for _, path, body in site.seen if path == "/api/v1/auth/keys"]
    files = [path for path in steward_home.rglob("*") if path.is_file()]
    everywhere = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    everywhere += "\n".join(caplog.messages) + repr(heard) + told(panel)
    for secret in (asked["code"], asked["code_verifier"], site.keys[0]):
        assert secret not in everywhere


async def test_the_settings_sign_in_too(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, site: OpenRouterSite,
    opened: list[str], keyring: WorkingKeyring, steward_home: Path,
) -> None:  # fmt: skip
    window.show_settings("model")
    dialog = window._settings
    assert dialog is not None
    page = dialog.model
    assert not page.sign_in_button.isVisible()
    page.choose("openrouter")
    click(page.sign_in_button)
    await until(lambda: opened, "the browser")
    assert page.outcome.text().startswith("Waiting for your browser")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: page.outcome.text().startswith("Connected"), "the key")

    assert page.model.choice == "openrouter/auto"
    assert page.keys["openrouter_api_key"].state.text() == "Kept in the system's keyring."
    assert kept(steward_home) == ("openrouter", None, site.keys[0])
    dialog.reject()


async def test_closing_the_settings_ends_the_wait(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str]
) -> None:
    window.show_settings("model")
    dialog = window._settings
    assert dialog is not None
    dialog.model.choose("openrouter")
    click(dialog.model.sign_in_button)
    await until(lambda: opened, "the browser")
    dialog.reject()
    await settled(window)

    callback = parse_qs(urlsplit(opened[0]).query)["callback_url"][0]
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(visit, callback)


# -- a key, a server, nothing -------------------------------------------------------------------


async def test_a_pasted_key_is_tried_and_kept(
    panel: SetUpPanel, site: OpenRouterSite, keyring: WorkingKeyring, steward_home: Path
) -> None:
    site.keys.append("sk-or-v1-made-on-the-web-site")
    choose(panel, PASTE)
    click(panel.model.key.button)
    assert told(panel) == "Paste the key first."
    field = panel.model.key.field
    assert field.hasFocus()
    type_text(field, "sk-or-v1-mistyped-on-the-way")
    press(field, Qt.Key.Key_Return)
    await until(lambda: "refused the key" in told(panel), "the refusal")
    assert field.hasFocus()
    assert field.text() == "sk-or-v1-mistyped-on-the-way"
    assert kept(steward_home) == (None, None, None)
    field.selectAll()
    type_text(field, site.keys[0])
    press(field, Qt.Key.Key_Return)
    await until(lambda: told(panel).startswith("Connected"), "the key")

    assert field.text() == ""
    assert kept(steward_home) == ("openrouter", None, site.keys[0])


async def test_a_server_on_this_computer_is_looked_for_when_asked(
    panel: SetUpPanel, desk: Assembly, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(models=("small", "large")) as server:

        async def find() -> list[LocalServer]:
            return await find_local_servers([server.port])

        monkeypatch.setattr(desk.model, "find_local_servers", find)
        choose(panel, SERVER)
        assert server.lookups == []
        click(panel.model.server.look)
        (offer,) = await until(lambda: panel.model.server.offers, "the server")
        assert offer.use.hasFocus()
        assert desk.llm.provider == "guided"
        offer.models.setFocus()
        press(offer.models, Qt.Key.Key_Down)
        panel.ensureWidgetVisible(offer.use)
        click(offer.use)
        await until(lambda: told(panel).startswith("Connected"), "the server")

        assert desk.llm.default_model == "large"
        settings = SettingsStore(steward_home, {}).load()
        assert (settings.provider, settings.model) == ("openai-compatible", "large")
        assert settings.llm_base_url == server.base_url


async def test_a_server_that_is_gone_again_is_told(
    panel: SetUpPanel, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find() -> list[LocalServer]:
        return [LocalServer("Ollama", "http://127.0.0.1:9/v1", ("small",))]

    monkeypatch.setattr(desk.model, "find_local_servers", find)
    choose(panel, SERVER)
    click(panel.model.server.look)
    (offer,) = await until(lambda: panel.model.server.offers, "the server")
    panel.ensureWidgetVisible(offer.use)
    click(offer.use)
    await until(lambda: "cannot be reached" in told(panel), "the failure")

    assert "Is the server running" in told(panel)
    assert desk.llm.provider == "guided"


async def test_where_no_server_answers_it_is_said_what_to_do(
    panel: SetUpPanel, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find() -> list[LocalServer]:
        return []

    monkeypatch.setattr(desk.model, "find_local_servers", find)
    choose(panel, SERVER)
    click(panel.model.server.look)
    await until(lambda: panel.model.server.state.text().startswith("None answered"), "the answer")
    assert panel.model.server.look.hasFocus()


async def test_what_the_environment_sets_is_shown_and_not_changed(
    desk: Assembly, theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEWARD_MODEL", "maker/large")
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    window.attach(desk)
    try:
        assert window.set_up is not None
        assert not window.set_up.model.radios[SIGN_IN].isEnabled()
        await settled(window)
    finally:
        window.close()
        await window.detach()
        window.deleteLater()


# -- keyboard and screen reader -----------------------------------------------------------------


async def test_every_control_has_a_name_and_a_key(
    window: MainWindow, panel: SetUpPanel, desk: Assembly, opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def find() -> list[LocalServer]:
        return [LocalServer("Ollama", "http://127.0.0.1:9/v1", ("small",))]

    monkeypatch.setattr(desk.model, "find_local_servers", find)
    for way in range(4):
        choose(panel, way)
        if way == SERVER:
            click(panel.model.server.look)
            await until(lambda: panel.model.server.offers, "the server")
        assert nameless(panel) == []
        assert without_keys(panel) == []
        assert shared_keys(window) == []
    choose(panel, SIGN_IN)
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    assert nameless(panel) == []
    assert without_keys(panel) == []
    assert shared_keys(window) == []
    panel.cancel()
    await settled(window)


async def test_tab_goes_through_the_steps_in_their_order(
    window: MainWindow, panel: SetUpPanel
) -> None:
    choose(panel, PASTE)
    panel.folder.choose.setFocus()
    reached = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.append(focused)
        press(focused, Qt.Key.Key_Tab)

    key = panel.model.key
    assert reached == [
        panel.folder.choose, panel.folder.sample, panel.model.radios[PASTE],
        key.field, key.button, panel.end,
    ]  # fmt: skip


async def test_the_steps_fit_a_small_window(window: MainWindow, panel: SetUpPanel) -> None:
    window.resize(900, 600)
    await asyncio.sleep(0)
    await until(lambda: panel.width() <= 900, "the layout")
    assert panel.horizontalScrollBar().maximum() == 0

    panel.end.setFocus()
    panel.ensureWidgetVisible(panel.end)
    place = panel.end.mapTo(panel.viewport(), panel.end.rect().bottomRight())
    assert panel.viewport().rect().contains(place)


async def test_a_key_known_before_is_not_lost_by_a_failed_sign_in(
    panel: SetUpPanel, desk: Assembly, site: OpenRouterSite, opened: list[str],
    keyring: WorkingKeyring, steward_home: Path,
) -> None:  # fmt: skip
    site.keys.append("sk-or-v1-what-was-there-before")
    await desk.model.connect("openrouter", api_key=Secret(site.keys[0]), model="maker/small")
    site.answer = 403, b"{}"
    click(panel.model.sign_in.button)
    await until(lambda: opened, "the browser")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: "refused the sign-in (403)" in told(panel), "the refusal")

    assert kept(steward_home) == ("openrouter", "maker/small", site.keys[0])
    assert desk.llm.default_model == "maker/small"
