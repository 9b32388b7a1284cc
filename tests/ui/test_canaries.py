"""A key in what is typed, read, called with or answered is nowhere in the window or on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.assembly import Assembly
from app.domain.events import Severity
from app.orchestrator.approvals import Decision
from app.redaction import Secret
from app.ui.chat.rows import spoken
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.canaries import ALL, CANARIES, canaries_in, found_at, found_below
from tests.standins.model_server import ModelServer, text_reply, tool_reply, tools_reply
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, until

OPENROUTER, LLM, TELEGRAM, HOOK = CANARIES.values()
NOBODY = "http://127.0.0.1:1"
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


@pytest.fixture(autouse=True)
def _keys(steward_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All keys but the model server's are known from the start."""
    others = {"STEWARD_PROVIDER": "guided", "STEWARD_TELEGRAM_API_URL": NOBODY}
    for name, value in {**CANARIES, **others}.items():
        if value != LLM:
            monkeypatch.setenv(name, value)


def words_in(window: QWidget, *, but: QWidget | None = None) -> str:
    """All that a window shows or tells, in lists and trees too; ``but``: a part passed over."""
    said: list[object] = []
    for widget in (window, *window.findChildren(QWidget)):
        if but is not None and but.isAncestorOf(widget):
            continue
        said += [widget.windowTitle(), widget.toolTip(), widget.accessibleName()]
        for name in ("text", "toPlainText"):
            if callable(read := getattr(widget, name, None)):
                said.append(read())
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            said += cells(model)
    return "\n".join(map(str, said))


def cells(model: QAbstractItemModel) -> list[object]:
    found: list[object] = []
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        found += [index.data(role) for role in ROLES]
        found += [
            model.index(below, 0, index).data(role)
            for below in range(model.rowCount(index))
            for role in ROLES
        ]
    return found


async def test_keys_come_out_nowhere_in_the_window_and_in_what_it_writes(
    window: MainWindow, person: Person, desk: Assembly, folder: Path, tmp_path: Path
) -> None:
    (folder / "keys.env").write_text(f"A={OPENROUTER}\nB={TELEGRAM}\nstatus=draft\n")
    with ModelServer(api_key=LLM) as server:
        await desk.model.connect("openai-compatible", base_url=server.base_url, api_key=Secret(LLM))
        server.script(
            [
                tools_reply(
                    ("files_read", {"path": "keys.env"}, "1"),
                    ("files_search", {"query": TELEGRAM}, "2"),
                    (f"files_{HOOK}", {LLM: OPENROUTER}, "3"),
                    text=f"Here is {OPENROUTER}.",
                ),
                tool_reply("files_edit", {"path": "keys.env", "old": "draft", "new": "final"}),
                text_reply(f"They are {ALL}.", chunks=30),
            ]
        )
        person.say(f"my keys are {ALL}")
        card = await person.card()
        assert "keys.env" in words_in(card)
        assert canaries_in(words_in(card).encode()) == []
        await person.decide(Decision.ALLOW_ONCE)
        await person.idle()
        assert "status=final" in (folder / "keys.env").read_text()

        desk.router.notify(Severity.ERROR, "test", f"It failed with {ALL}.", context={HOOK: LLM})
        window.show_settings("you")
        await settled(window)
        dialog = window._settings
        assert dialog is not None
        row = dialog.rows["instructions"]
        row.control.show_written(f"Use {TELEGRAM}.")
        assert not row.commit()
        assert desk.settings.instructions == ""
        row.give_up()
        dialog.reject()
        assert window.session is not None
        await window.session.search("keys")
        await settled(window)
        assert "[secret:TELEGRAM_BOT_TOKEN]" in "\n".join(map(spoken, person.rows))
        assert canaries_in("\n".join(map(spoken, person.rows)).encode()) == []
        # The pane of versions shows the person's own file, as it is.
        assert canaries_in(words_in(window, but=window.versions).encode()) == []
        assert found_at(server) == []
    window.remember()
    await desk.close()
    assert found_below(tmp_path, but=["keys.env", "vault"]) == {}


async def test_a_key_that_was_typed_before_it_was_connected_is_hidden_in_what_is_opened_later(
    window: MainWindow, person: Person, model: Puppet, desk: Assembly, theme: Theme,
    steward_home: Path,
) -> None:  # fmt: skip
    model.answers(says(f"Is {LLM} your key?"))
    await person.ask(f"{LLM} is my key")
    conversation = (await desk.conversations.list())[0].id
    with ModelServer(api_key=LLM) as server:
        await desk.model.connect("openai-compatible", base_url=server.base_url, api_key=Secret(LLM))
        later = MainWindow(theme, WindowState(steward_home))
        later.show()
        later.attach(desk)
        await settled(later)
        assert later.session is not None
        await later.session.show(conversation)
        rows = await until(lambda: Person(later).rows, "the stored rows")
        assert "[secret:STEWARD_LLM_API_KEY]" in "\n".join(map(spoken, rows))
        assert canaries_in("\n".join(map(spoken, rows)).encode()) == []
        assert canaries_in(words_in(later).encode()) == []
        later.close()
        await later.detach()
        later.deleteLater()
