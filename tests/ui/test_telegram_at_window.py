"""The window with the real bridge, a stand-in for the Bot API, and a phone at its other end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.orchestrator.approvals import Decision
from app.ui.chat.rows import CardRow, UserRow, spoken
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.settings.channels_page import ChannelsPage
from tests.keyrings import WorkingKeyring
from tests.standins.scripted_model import calls, says
from tests.standins.telegram import TOKEN, Fault, Phone, TelegramServer
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, click, type_text, until

ADA = 42
EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})


@pytest.fixture(autouse=True)
def telegram(monkeypatch: pytest.MonkeyPatch, steward_home: Path) -> Iterator[TelegramServer]:
    WorkingKeyring(monkeypatch)
    with TelegramServer() as server:
        monkeypatch.setenv("STEWARD_TELEGRAM_API_URL", server.url)
        yield server


@pytest.fixture
def session(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


@pytest.fixture
async def page(window: MainWindow, session: Session) -> AsyncIterator[ChannelsPage]:
    """The settings, with a bot that is connected by hand."""
    window.show_settings("channels")
    dialog = window._settings
    assert dialog is not None
    type_text(dialog.channels.token, TOKEN)
    click(dialog.channels.connect_button)
    page = dialog.channels
    await until(lambda: page.telegram.state.headline.text().startswith("Listening as @"), "it")
    yield page
    while window._settings is not None:
        window._settings.reject()
    await until(lambda: session.tasks.idle, "the window to settle")


async def paired(page: ChannelsPage, telegram: TelegramServer) -> Phone:
    """A phone that has sent the code of the dialog."""
    click(page.telegram.pair_button)
    dialog = page.telegram.dialog
    assert dialog is not None
    await until(lambda: dialog.code is not None, "the code")
    assert dialog.code is not None
    phone = telegram.phone(ADA, "Ada")
    phone.send(f"/start {dialog.code.code}")
    await until(lambda: page.telegram.dialog is None, "the end of the dialog")
    return phone


async def test_a_phone_is_paired_and_talks_and_the_window_sees_it(
    page: ChannelsPage,
    telegram: TelegramServer,
    window: MainWindow,
    person: Person,
    session: Session,
    model: Puppet,
    folder: Path,
) -> None:
    assert window.status_line.channels["telegram"].text() == "Telegram: listening"
    click(page.telegram.pair_button)
    dialog = page.telegram.dialog
    assert dialog is not None
    await until(lambda: dialog.code is not None, "the code")
    assert dialog.code is not None
    assert dialog.code.link.endswith(f"?start={dialog.code.code}")
    dialog.reject()
    phone = await paired(page, telegram)
    assert [row.heading.text() for row in page.telegram.people.people] == ["Ada"]
    window._settings.reject()  # type: ignore[union-attr]

    model.answers(calls(EDIT), says("It is final."))
    phone.send("make it final")
    await until(lambda: any(x.channel == "telegram" for x in session.summaries), "the conversation")
    (listed,) = session.summaries
    await session.show(listed.id)
    await until(lambda: person.rows_of(CardRow), "the question")
    assert spoken(person.rows_of(UserRow)[0]) == "You: make it final (from Telegram)"
    await person.decide(Decision.ALLOW_ONCE)
    await phone.shows("It is final.")

    assert person.answers == ["It is final."]
    assert "final" in (folder / "report.md").read_text()
    await until(lambda: not session.busy, "the end")


async def test_what_is_revoked_here_is_told_there(
    page: ChannelsPage, telegram: TelegramServer, desk: Assembly
) -> None:
    phone = await paired(page, telegram)
    (row,) = page.telegram.people.people
    row.revoked.emit()
    await until(lambda: not page.telegram.people.people, "that nobody is paired")
    await phone.holds(lambda: len(phone.replies()) > 1)
    assert await desk.channels.people.people() == []


async def test_a_bot_that_is_used_elsewhere_shows_at_once_and_is_well_again(
    page: ChannelsPage, telegram: TelegramServer, window: MainWindow
) -> None:
    conflict = Fault.error(409, "Conflict: terminated by other getUpdates request")
    telegram.fail("getUpdates", conflict, times=1_000)
    telegram.phone(ADA, "Ada").send("hello")  # ends the poll that waits
    chip = window.status_line.channels["telegram"]
    await until(lambda: chip.text() == "Telegram: used elsewhere", "the conflict", 30)
    assert page.telegram.state.headline.text() == "Somebody else uses the same token."
    assert page.telegram.state.advice.text()
    telegram.heal()
    await until(lambda: chip.text() == "Telegram: listening", "that it is well", 30)


async def test_a_switch_ends_the_polling_and_disconnecting_forgets_the_token(
    page: ChannelsPage, telegram: TelegramServer, window: MainWindow, desk: Assembly
) -> None:
    switch = page.rows["telegram_on"].control
    page.ensureWidgetVisible(switch)
    click(switch)  # type: ignore[arg-type]  # a check box
    state = page.telegram.state
    await until(lambda: state.headline.text().startswith("Switched off"), "the end")
    await until(lambda: not window.status_line.channels["telegram"].isVisible(), "its place")
    click(switch)  # type: ignore[arg-type]
    await until(lambda: state.headline.text().startswith("Listening"), "it again")
    page._disconnect()
    await until(lambda: state.headline.text().startswith("Not connected"), "the end")
    assert desk.settings.telegram_bot_token is None
