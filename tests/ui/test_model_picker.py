"""A model is chosen for one conversation, from the list of the service or by its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.orchestrator.llm_client import ModelInfo, ModelPrice
from app.ui.known_models import model_words
from app.ui.main_window import MainWindow
from app.ui.model_picker import ModelPicker
from tests.standins.model_server import ModelServer, text_reply
from tests.ui.conftest import settled
from tests.ui.driving import Person, click, press, type_text, until


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(models=("small", "large")) as one:
        one.script([text_reply("Yes.") for _ in range(4)])
        yield one


@pytest.fixture
async def connected(
    window: MainWindow, desk: Assembly, server: ModelServer
) -> AsyncIterator[MainWindow]:
    await desk.model.connect("openai-compatible", base_url=server.base_url, model="small")
    assert window.session is not None
    window.session.provider_changed.emit()
    await settled(window)
    yield window
    await settled(window)


async def opened(window: MainWindow) -> ModelPicker:
    """Press the model's name in the line at the top, and wait for the list."""
    click(window.top_bar.provider)
    picker = await until(
        lambda: next((one for one in window.findChildren(ModelPicker) if one.isVisible()), None),
        "the list of models",
    )
    await until(lambda: picker.list.count() >= 3, "the models")
    return picker


def lines(picker: ModelPicker) -> list[str]:
    return [picker.list.item(row).text() for row in range(picker.list.count())]


async def test_a_new_conversation_has_its_model_from_the_first_message_on(
    connected: MainWindow, person: Person, desk: Assembly, server: ModelServer
) -> None:
    picker = await opened(connected)
    assert lines(picker) == ["The default", "small", "large"]
    type_text(picker.search, "LAR")
    assert lines(picker) == ["large", "Use “LAR”"]
    press(picker.search, Qt.Key.Key_Return)
    await until(lambda: "large" in connected.top_bar.provider.text(), "the choice")

    await person.ask("Hello?")

    assert server.requests[-1].json["model"] == "large"
    (stored,) = await desk.conversations.list()
    assert stored.model == "large"


async def test_a_model_belongs_to_its_conversation_until_the_default_is_taken_again(
    connected: MainWindow, person: Person, desk: Assembly, server: ModelServer
) -> None:
    await person.ask("Hello?")
    assert server.requests[-1].json["model"] == "small"
    picker = await opened(connected)
    picker.list.setCurrentRow(0)
    press(picker.search, Qt.Key.Key_Down)
    press(picker.search, Qt.Key.Key_Down)
    press(picker.search, Qt.Key.Key_Return)
    await until(lambda: "large" in connected.top_bar.provider.text(), "the choice")
    await person.ask("And now?")
    assert server.requests[-1].json["model"] == "large"

    assert connected.session is not None
    connected.session.start_new()
    assert "small" in connected.top_bar.provider.text()
    first = (await desk.conversations.list())[0].id
    await connected.session.show(first)
    picker = await opened(connected)
    assert picker.list.item(2).data(Qt.ItemDataRole.UserRole) == "chosen now"
    picker.list.setCurrentRow(0)
    press(picker.search, Qt.Key.Key_Return)
    await until(lambda: "small" in connected.top_bar.provider.text(), "the default")
    assert (await desk.conversations.get(first)).model is None


async def test_a_name_that_is_not_in_the_list_can_be_written(
    connected: MainWindow, person: Person, server: ModelServer
) -> None:
    picker = await opened(connected)
    type_text(picker.search, "someone/new:free")
    assert lines(picker) == ["Use “someone/new:free”"]
    press(picker.search, Qt.Key.Key_Return)
    await until(lambda: "someone/new:free" in connected.top_bar.provider.text(), "the choice")

    await person.ask("Hello?")
    assert server.requests[-1].json["model"] == "someone/new:free"


async def test_escape_chooses_nothing_and_a_server_that_is_gone_is_told(
    connected: MainWindow, desk: Assembly
) -> None:
    assert connected.session is not None
    with ModelServer(models=("small", "large")) as going:
        await desk.model.connect("openai-compatible", base_url=going.base_url)
        picker = await opened(connected)
        press(picker.search, Qt.Key.Key_Escape)
        assert connected.session.model is None

    picker = await opened(connected)  # what was known is shown at once
    await until(lambda: picker.state.property("kind") == "trouble", "the reason")
    assert lines(picker) == ["The default", "small", "large"]
    click(picker.connect_button)
    assert connected._settings is not None
    assert connected._settings.page == "model"
    connected._settings.reject()


async def test_without_a_model_the_button_leads_to_the_settings(
    window: MainWindow, person: Person
) -> None:
    click(window.top_bar.provider)

    assert window._settings is not None
    assert window._settings.page == "model"
    window._settings.reject()
    await person.idle()


def test_a_model_says_its_window_and_its_price() -> None:
    both = ModelInfo("a/b", "B", 128_000, price=ModelPrice(3e-6, 0.5e-7))
    assert model_words(both) == "128,000 tokens · $3.00 in, $0.05 out per million · B"
    free = ModelInfo("c", "c", None, supports_tools=False, price=ModelPrice(0.0, 0.0))
    assert model_words(free) == "free · uses no skills"
    assert model_words(ModelInfo("d", "d")) == ""
