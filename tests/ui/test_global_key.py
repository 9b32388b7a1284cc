"""A key of the desktop for a quick question, from a portal that stands in for a desktop's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.session_bus import IS_MISSING, NEEDED, Service, session_bus
from tests.ui.conftest import settled
from tests.ui.driving import until

pytestmark = pytest.mark.skipif(IS_MISSING, reason=NEEDED)

PORTAL = "tests.standins.shortcuts_portal"


@pytest.fixture(autouse=True)
def bus(steward_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A session bus; before the window, which then finds it."""
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        monkeypatch.setenv("STEWARD_QUICK_KEY", "on")
        yield address


@pytest.fixture
def portal(bus: str) -> Iterator[Service]:
    service = Service(bus, PORTAL)
    yield service
    service.stop()


@pytest.fixture
def unwilling(bus: str) -> Iterator[Service]:
    service = Service(bus, PORTAL, "no")
    yield service
    service.stop()


async def test_the_key_opens_the_small_window_and_is_given_back(
    portal: Service, window: MainWindow, application: QApplication
) -> None:
    asked = await until(lambda: portal.find(lambda one: "bound" in one), "the question")
    assert asked["description"] == "Ask Steward a quick question"
    assert asked["preferred_trigger"] == "CTRL+ALT+space"
    await settled(window)
    assert window.quick is None
    portal.tell("press leave")
    quick = await until(lambda: window.quick, "the small window")
    assert quick.isVisible()
    await window.detach()
    await until(lambda: portal.find(lambda one: "closed" in one), "the end of it")


async def test_a_person_who_wants_no_key_gets_none_and_is_told_the_other_way(
    unwilling: Service, window: MainWindow
) -> None:
    await until(lambda: "steward ask --window" in window.status_line.text, "the words")


async def test_without_a_portal_it_is_said_how_to_get_a_key(window: MainWindow) -> None:
    await until(lambda: "steward ask --window" in window.status_line.text, "the words")


async def test_who_did_not_ask_for_a_key_is_not_asked(
    portal: Service,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    theme: Theme,
    steward_home: Path,
) -> None:
    monkeypatch.delenv("STEWARD_QUICK_KEY")
    desk = await Assembly.open(folders=(folder,))
    window = MainWindow(theme, WindowState(steward_home))
    window.attach(desk)
    await settled(window)
    assert portal.said == []
    await window.detach()
    await desk.close()
    window.deleteLater()
