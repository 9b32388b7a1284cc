"""Pictures the program makes of itself: the real window, the real assembly, the sample folder.

``python -m tests.ui.screens FOLDER`` writes one for each scene, theme and size. Names of scenes
choose some; ``contrast=high``, ``font_size=200`` and the like set how the window looks,
``size=900`` how large it is, ``direction=rtl`` where lines begin.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog

from app.assembly import Assembly
from app.domain.errors import ConflictError
from app.domain.events import Approval, Severity
from app.domain.turns import TurnState
from app.integrations import openrouter
from app.integrations.discovery import LocalServer
from app.last_run import EndedRun
from app.orchestrator.approvals import Decision
from app.orchestrator.llm_client import Patience
from app.resilience.circuit_breaker import Outcome
from app.settings_store import SettingsStore
from app.ui.chat.rows import ActsRow, ForkRow, WaitRow
from app.ui.collector import Collector
from app.ui.last_run_notice import tell_of_last_run
from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.onboarding.panel import SetUpPanel
from app.ui.panes.file_filters import Order
from app.ui.panes.versions import VersionsPane
from app.ui.settings.dialog import SettingsDialog
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.vault_dialog import VaultDialog
from app.ui.window_state import WindowState
from tests.standins.model_server import ModelServer, Reply, json_reply
from tests.standins.scripted_model import ScriptedModel, calls, says
from tests.ui.channel_scenes import CHANNEL_SCENES
from tests.ui.channels_at_window import put_in
from tests.ui.drive_scenes import (
    drive_browser,
    drive_finding,
    drive_offline,
    drive_pane,
    drive_search,
    drive_versions,
    drive_waiting,
)
from tests.ui.driving import Person, click, meanwhile, press, type_text, until
from tests.ui.settling import picture, still

WIDE: Final = QSize(1360, 860)
SMALL: Final = QSize(900, 600)
PLAIN: Final = Look()
EDIT: Final = "replace 'draft' with 'final' in report.md"


def offered(*models: tuple[str, int, float]) -> Reply:
    """A server's list: name, tokens taken in, dollars for a million of them."""
    return json_reply(
        {
            "data": [
                {
                    "id": f"maker/{name}",
                    "name": f"Maker: {name.title()}",
                    "context_length": window,
                    "pricing": {"prompt": str(price / 1e6), "completion": str(price * 4 / 1e6)},
                }
                for name, window, price in models
            ]
        }
    )


OFFERED: Final = offered(
    ("small", 32_768, 0),
    ("middle-2", 128_000, 0.15),
    ("large-1.5", 1_048_576, 2.5),
    ("a-model-with-quite-a-long-name-instruct:free", 200_000, 0),
)
Scene = Callable[[Person], Awaitable[None]]
Cut = Callable[[MainWindow], QRect]
"""Which part of a picture of the window is wanted."""


def render_screenshot(path: Path, *, theme: str = "light", size: QSize = WIDE) -> None:
    """The main job, done: a guided edit was approved, then version 1 was restored."""
    render(path, restored, theme=theme, size=size)


def render(
    path: Path,
    scene: Scene,
    *,
    theme: str = "light",
    size: QSize = WIDE,
    look: Look = PLAIN,
    cut: Cut = MainWindow.rect,
) -> None:
    """A picture of the window after ``scene``, or of the part that ``cut`` gives."""
    from app.ui.event_loop import StewardEventLoop

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("fusion")
    application.setQuitOnLastWindowClosed(False)
    collector = Collector(application)
    with (
        tempfile.TemporaryDirectory() as home,
        asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner,
    ):
        chosen = look._replace(theme=theme)
        runner.run(_render(application, Path(home), path, scene, chosen, size, cut))
    collector.close()
    gc.collect()


async def _render(
    application: QApplication,
    home: Path,
    path: Path,
    scene: Scene,
    look: Look,
    size: QSize,
    cut: Cut,
) -> None:
    async with staged(application, home, scene, look, size) as person:
        if not picture(person.window).copy(cut(person.window)).save(str(path)):
            raise OSError(f"{path} cannot be written")


@contextlib.asynccontextmanager
async def staged(
    application: QApplication, home: Path, scene: Scene, look: Look, size: QSize
) -> AsyncIterator[Person]:
    """Someone before a window of its own, on which ``scene`` has just been played."""
    theme = Theme(application, look)
    environment = {f"STEWARD_{name.upper()}": value for name, value in look._asdict().items()}
    assembly = await Assembly.open(SettingsStore(home, environment))
    if scene in CHANNEL_SCENES:
        put_in(assembly)
    window = MainWindow(theme, WindowState(home))
    try:
        if scene not in FIRST_STEPS:
            await assembly.grants.grant_sample()
        window.resize(size)
        window.show()
        window.attach(assembly)
        person = Person(window)
        await scene(person)
        await still(window)
        yield person
    finally:
        window.close()
        await window.detach()
        await assembly.close()
        window.deleteLater()
        theme.deleteLater()


# --- scenes -----------------------------------------------------------------------------------


async def nothing_yet(person: Person) -> None:
    """The window as it opens for the first time."""


async def asked(person: Person) -> None:
    """A change waits for approval."""
    await person.ask("/files")
    person.say(EDIT)
    await person.card()
    person.window.show_pane("Trace")


async def editing(person: Person) -> None:
    """A change that the person wants, but otherwise."""
    person.say(EDIT)
    card = await person.card()
    click(card.edit_button)
    await until(lambda: card.form, "the fields")


async def rules(person: Person) -> None:
    """What needs no asking."""
    person.say(EDIT)
    await person.decide(Decision.ALLOW_FOLDER)
    await person.idle()
    person.say("replace 'final' with 'ready' in report.md")
    await person.idle()
    person.window.show_settings("approvals")


async def allowed(person: Person) -> None:
    """The change was made."""
    person.say(EDIT)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    pane = person.window.versions
    assert pane is not None
    person.window.show_pane("Versions")
    await until(lambda: len(pane.versions) >= 2, "two versions")


async def restored(person: Person) -> None:
    """And taken back."""
    await allowed(person)
    pane = person.window.versions
    assert pane is not None
    click(pane.card.restore)
    await until(lambda: len(pane.versions) >= 3, "three versions")


async def removed(person: Person) -> None:
    """A removed file, and the way back."""
    await allowed(person)
    await _changed(person, "remove report.md")


async def conflict(person: Person) -> None:
    """Two changes at once: told."""
    await _conflicted(person)


async def deciding(person: Person) -> None:
    """Two changes at once: what a merge would do."""
    pane = await _conflicted(person)
    click(pane.conflict.decide)
    await until(pane.conflict.apply.isEnabled, "the difference")


async def blame(person: Person) -> None:
    """Who wrote each line."""
    await restored(person)
    await _changed(person, "replace '12 April' with '13 April' in report.md")
    pane = _pane(person)
    click(pane.card.lines)
    view = pane.card.blame
    await until(lambda: view.lines, "the lines")
    row = next(i for i, line in enumerate(view.lines) if "13 April" in line.text)
    view.list.setCurrentIndex(view.list.model().index(row, 0))


async def side_by_side(person: Person) -> None:
    """Both texts beside each other."""
    await allowed(person)
    click(_pane(person).card.side_by_side)


async def finding(person: Person) -> None:
    """The list that finds a file."""
    for name in ("notes.md", "todo.txt"):
        await _changed(person, f"append 'One more line' to {name}")
    await allowed(person)
    await _changed(person, "remove todo.txt")
    pane = _pane(person)
    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 3, "the files")


async def long_history(person: Person) -> None:
    """Many versions, some made outside, seen in the middle."""
    session = person.window.session
    assert session is not None
    files = session.workspace("files.edit")
    place = Path(files.folders[0]) / "notes.md"
    for number in range(25):
        if number % 7 == 3:
            place.write_text(place.read_text() + f"outside {number}\n")
        await files.edit("notes.md", lambda old: old + b"One more line.\n")
    pane = _pane(person)
    person.window.show_pane("Versions")
    await until(lambda: len(pane.versions) == 30, "the versions")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(12, 0))


async def checking(person: Person) -> None:
    """The vault's check, done, with something to tell."""
    await allowed(person)
    pane = _pane(person)
    folders = person.window.session.desk.folders.folders if person.window.session else ()
    (folders[0] / "report.md").write_text("changed by hand")
    pane.vault.check.trigger()
    dialog = await until(lambda: person.window.findChild(VaultDialog), "the dialog")
    await until(lambda: not dialog.running, "its end")


def _pane(person: Person) -> VersionsPane:
    assert person.window.versions is not None
    return person.window.versions


async def _changed(person: Person, words: str) -> None:
    before = _pane(person).versions
    person.say(words)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    person.window.show_pane("Versions")
    await until(lambda: _pane(person).versions != before, "the version")


async def _conflicted(person: Person) -> VersionsPane:
    """The person's editor saves while a change is being made."""
    session = person.window.session
    assert session is not None
    files = session.workspace("files.edit")
    place = Path(files.folders[0]) / "report.md"
    text = place.read_text()

    theirs = partial(place.write_text, text.replace("draft", "draft, read by Anna"))
    with meanwhile(theirs), contextlib.suppress(ConflictError):
        await files.edit("report.md", lambda old: old.replace(b"12 April", b"13 April"))
    pane = _pane(person)
    person.window.show_pane("Versions")
    await until(pane.conflict.isVisible, "the conflict")
    await until(lambda: pane.versions, "the versions")
    return pane


async def read(person: Person) -> None:
    """A longer answer, and the trace."""
    await person.ask("what is in notes.md")
    await person.ask("/help")
    person.window.show_pane("Trace")


async def branched(person: Person) -> None:
    """A message that was sent in two ways, and is being said in a third."""
    await person.ask("what is in notes.md")
    session = person.window.session
    assert session is not None
    turn = person.rows_of(ActsRow)[0].turn_id
    session.branching.say_again(turn, "what is in todo.txt")
    await until(lambda: person.rows_of(ForkRow), "two versions")
    await person.idle()
    assert person.window.chat.transcript is not None
    person.window.chat.transcript.edit_wanted.emit(person.rows_of(ActsRow)[0].turn_id)


async def traced(person: Person) -> None:
    """The trace of a turn that was allowed, and of its steps in time."""
    await person.ask("what is in notes.md")
    await allowed(person)
    person.window.show_pane("Trace")
    pane = person.window.trace
    assert pane is not None
    model = pane.tree.model()
    await until(lambda: model.rowCount(model.index(1, 0)) >= 4, "the record")
    pane.tree.setCurrentIndex(model.index(0, 0, model.index(1, 0)))


async def replayed(person: Person) -> None:
    """A turn that was run again."""
    await traced(person)
    pane = person.window.trace
    assert pane is not None
    click(pane.acts.replay)
    told = translate("Trace", "Replayed. The first difference: {where}\n\n{diff}")
    replayed, _, _ = told.partition(".")
    await until(lambda: replayed in pane.details.toPlainText(), "what came of it")


ARABIC: Final = """\
## تقرير المعرض

غيّرت الحالة في `report.md` إلى **نهائي**، وبقيت النسخة 1 كما كانت في `ideas/2026/list.md`.

- حضر 120 زائرا
- بيعت كل الكعكات
  - ما عدا واحدة

> هطل المطر في الصباح.

```python
status = "final"  # الحالة
print(status)
```

| الملف | النسخ |
|---|---|
| report.md | 3 |
| notes.md | 1 |

An English paragraph stands where English begins.
"""


async def arabic(person: Person) -> None:
    """A conversation in a language that is written from right to left."""
    session = person.window.session
    assert session is not None
    edit = ("files.edit", {"path": "report.md", "old": "draft", "new": "نهائي"})
    session.desk.model.llm = ScriptedModel(  # type: ignore[attr-defined]
        [says(ARABIC), calls(edit, text="سأغيّر الملف الآن."), says("تم.")]
    )
    await person.ask("ماذا يوجد في report.md؟")
    person.say("غيّر الحالة إلى نهائي")
    await person.card()
    session.desk.router.notify(Severity.WARNING, "files", "photo.raw cannot be read.")
    person.window.show_pane("Trace")


async def arabic_versions(person: Person) -> None:
    """What became of it."""
    await arabic(person)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    pane = _pane(person)
    person.window.show_pane("Versions")
    await until(lambda: len(pane.versions) >= 2, "two versions")


async def circuits(person: Person) -> None:
    """The circuits pane."""
    await person.ask("/files")
    person.window.show_pane("Circuits")


async def circuits_in_trouble(person: Person) -> None:
    """The circuits pane when some skills and the model fail."""
    await person.ask("/files")
    session = person.window.session
    assert session is not None
    breakers = session.desk.breakers
    outcomes = {
        "files.read": "ssssffssssssssss",
        "files.search": "sssfsfffff",
        "model: OpenRouter": "ssffsfsfff",
    }
    for name, marks in outcomes.items():
        for mark in marks:
            if (permit := breakers.breaker(name).acquire()) is not None:
                breakers.breaker(name).settle(
                    permit,
                    Outcome.FAILURE if mark == "f" else Outcome.SUCCESS,
                    reason="took longer than 30 seconds and was stopped",
                )
    breakers.trip("files.remove", "Paused by you.")
    person.window.show_pane("Circuits")


async def told(person: Person) -> None:
    """Notifications over the conversation."""
    await person.ask("/files")
    session = person.window.session
    assert session is not None
    notify, cards = session.desk.router.notify, person.window.cards
    notify(Severity.INFO, "watch", "12 files have their first version.")
    for _ in range(1_000):
        notify(
            Severity.ERROR,
            "database",
            "The disk is full; the history is not written.",
            context={"hint": "Make room; nothing is lost while Steward runs."},
        )
    for number in range(9):
        notify(Severity.WARNING, "files", f"photo-{number}.raw cannot be read.")

    def counts_are_told() -> bool:  # what a card makes of them is in the window's language
        told = [(card.notification.source, card.notification.count) for card in cards.cards]
        return ("database", 1_000) in told and ("files", 4) in told

    await until(counts_are_told, "the last counts")


async def notification_settings(person: Person) -> None:
    """Where notifications go."""
    person.window.show_settings("notifications")


async def quick(person: Person) -> None:
    """The small window for one question."""
    person.window.ask_quickly()


async def quick_answer(person: Person) -> None:
    """What it answers."""
    small = person.window.ask_quickly()
    for question in ("/files", "read report.md"):
        type_text(small.line, question)
        press(small.line, Qt.Key.Key_Return)
        await until(lambda: not _works(person), "the answer")


async def quick_change(person: Person) -> None:
    """A change that it asks about."""
    small = person.window.ask_quickly()
    type_text(small.line, EDIT)
    press(small.line, Qt.Key.Key_Return)
    session = person.window.session
    assert session is not None
    await until(
        lambda: (shown := session.opened(small.conversation_id or "")) and shown.model.asking,
        "the question",
    )


def _works(person: Person) -> bool:
    assert person.window.session is not None
    return person.window.session.any_busy


async def paused(person: Person) -> None:
    """Nothing new begins."""
    await person.ask("/files")
    assert person.window.session is not None
    person.window.session.desk.engines.pause.begin()
    person.say("read report.md")
    await until(lambda: person.window.session and person.window.session.waiting, "the line")


async def last_run(person: Person) -> None:
    """The last one ended without being closed."""
    session = person.window.session
    assert session is not None
    for text in ("/files", "What did I plan for the journey to Lisbon in spring?"):
        session.start_new()
        await person.ask(text)
    newest, older = session.summaries[:2]
    turns = session.desk.turns
    for summary in (newest, older):
        (last, *_) = reversed(await turns.of_conversation(summary.id))
        await turns.finish(last.id, TurnState.INTERRUPTED, reason="", message="", iterations=1)
    session.desk.start_report.unsent[newest.id] = 2  # type: ignore[index]
    began = session.desk.clock.now() - timedelta(hours=1)
    await tell_of_last_run(person.window, session, EndedRun(began, began))


async def conversations(person: Person) -> None:
    """Pinned, archived, and one just taken out of the list."""
    await _talked(person)
    session, rail = person.window.session, person.window.rail
    assert session is not None
    assert rail.list is not None
    listed = [one.id for one in session.summaries]
    await session.conversations.pin(listed[-1], pinned=True)
    rail.list.setFocus()
    rail.list.select(3)
    press(rail.list, Qt.Key.Key_Delete)
    await until(lambda: rail.undo_bar is not None and rail.undo_bar.isVisible(), "Undo")


async def looking_for_words(person: Person) -> None:
    """The search in the conversation shown, which is archived."""
    await person.ask("what is in report.md")
    session, archived = person.window.session, person.window.chat.archived_bar
    assert session is not None
    assert session.current.id is not None
    assert archived is not None
    await session.conversations.archive(session.current.id, archived=True)
    await until(archived.isVisible, "the line above it")
    press(person.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = person.window.chat.find_bar
    assert bar is not None
    type_text(bar.field, "report")
    await until(bar.later.isEnabled, "what was found")


async def hits(person: Person) -> None:
    """What a search found, and where one of them leads."""
    await _talked(person)
    window = person.window
    type_text(window.rail.search, "report")
    await until(lambda: window.rail.showing_hits, "the hits")
    assert window.rail.list is not None
    window.rail.list.setCurrentIndex(window.rail.list.model().index(2, 0))
    press(window.rail.list, Qt.Key.Key_Return)
    await still(window)


async def _talked(person: Person) -> None:
    for text in ("what is in report.md", "/files", "What does the report say of the total?"):
        person.window.rail.new_button.click()
        await person.ask(text)


async def files(person: Person) -> None:
    """The files pane."""
    person.window.show_pane("Files")


async def settings(person: Person) -> None:
    """The settings."""
    person.window.show_settings("model")


async def folders(person: Person) -> None:
    """The settings of the folders."""
    person.window.show_settings("folders")


async def limits(person: Person) -> None:
    """The limits, one of them mistyped."""
    dialog = _settings(person, "limits")
    row = dialog.rows["max_tool_calls"]
    row.control.show_written("lots")
    row.commit()
    dialog.rows["max_iterations"].control.show_written("40")
    dialog.rows["max_iterations"].commit()


async def you(person: Person) -> None:
    """The person's instructions, and the look."""
    _settings(person, "you")


async def asking(person: Person) -> None:
    """How the model is asked, and the keys."""
    _settings(person, "model").show_setting("provider_routing")


async def searched(person: Person) -> None:
    """A search over all settings."""
    _settings(person, "model").search.setText("cost")


async def searched_in_vain(person: Person) -> None:
    """A search that finds nothing."""
    _settings(person, "model").search.setText("weather")


async def picking(person: Person, models: Reply = OFFERED) -> None:
    """Models to choose from, for one conversation."""
    session = person.window.session
    assert session is not None
    with ModelServer(models=models) as server:
        await session.desk.model.connect(
            "openai-compatible", base_url=server.base_url, model="maker/small"
        )
        session.provider_changed.emit()
        picker = person.window.choose_model()
        assert picker is not None
        await until(lambda: picker.list.count() >= 3, "the models")


async def by_conversation(person: Person) -> None:
    """Files by the conversations that changed them, and a time that is none."""
    for text in (EDIT, "replace 'Garden' with 'Orchard' in notes.md"):
        person.say(text)
        await person.decide(Decision.ALLOW_ONCE)
        await person.idle()
        person.window.rail.new_button.click()
    pane = _versions(person)
    await until(pane.chooser.isVisible, "the file")  # the pane reads it when it is first seen
    click(pane.chooser)
    click(pane.files.filters.orders[Order.CONVERSATION])
    await until(lambda: pane.files.headings, "the conversations")
    type_text(pane.files.filters.when, "last wee")
    await until(pane.files.filters.problem.isVisible, "the words on that")


async def pictures(person: Person) -> None:
    """A picture before and after a version."""
    session = person.window.session
    assert session is not None
    work = session.workspace()
    await work.create("photo.png", _picture_of(320, 200, "#0b6e5f"))
    await work.edit("photo.png", lambda _: _picture_of(640, 480, "#8a5a00"))
    pane = _versions(person)
    await until(lambda: pane.card.content.pictures.captions, "the pictures")


def _picture_of(width: int, height: int, colour: str) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGBA", (width, height), colour)
    image.paste((255, 255, 255, 0), (width // 4, height // 4, width // 2, height // 2))
    image.save(out, "PNG")
    return out.getvalue()


async def enlarged(person: Person) -> None:
    """A change as large as the window, side by side."""
    await restored(person)
    pane = _versions(person)
    await until(lambda: pane.card.diff.lines, "the difference")
    session = person.window.session
    assert session is not None
    await until(lambda: session.tasks.idle, "the versions to settle")
    pane.card.show_side_by_side(True)
    click(pane.card.enlarge)
    await until(lambda: _dialogs(person), "the large view")


def _dialogs(person: Person) -> list[QDialog]:
    return [one for one in person.window.findChildren(QDialog) if one.isVisible()]


async def filtered(person: Person) -> None:
    """The trace, filtered, with a step of an approval."""
    await traced(person)
    trace = person.window.trace
    assert trace is not None
    type_text(trace.filter, "files.edit")


async def removed_folder(person: Person) -> None:
    """A folder that is not there, and one just removed."""
    pane = person.window.files
    session = person.window.session
    assert pane is not None
    assert session is not None
    person.window.show_pane("Files")
    for name in ("Holidays", "Taxes"):
        folder = session.desk.folders.folders[0].parent / "Sample" / name
        folder.mkdir()
        pane.grant(folder)
    session.desk.folders.folders[1].rmdir()
    pane.revoke(session.desk.folders.folders[2])


async def two_cards(person: Person) -> None:
    """Two questions at once: one of them takes the keys."""
    session = person.window.session
    assert session is not None
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-status: draft\n+status: final\n"
    now = session.desk.clock.now()
    for number, name in enumerate(("report.md", "notes.md")):
        session.current.model.take(
            Approval(
                at=now,
                id=name,
                name="files.edit",
                summary=f"Change {name}",
                diff=diff,
                expires_at=now + timedelta(seconds=40 + 200 * number),
            )
        )


async def stalled(person: Person) -> None:
    """A stream that stalls, and messages behind it."""
    session = person.window.session
    assert session is not None
    model = ScriptedModel([asyncio.Event()])
    model.waits = Patience(silence=60, stall=600)
    session.desk.model.llm = model  # type: ignore[attr-defined]
    person.say("What does the report say?")
    await model.streaming.wait()
    gives_up = translate("Waiting", "gives up in {time}").removesuffix("{time}")
    person.say("And what is in the notes?")
    person.say("Then make a list of both, please, with the longest lines first")
    await until(
        lambda: any(gives_up in row.text for row in person.rows_of(WaitRow)),
        "what is said of a long wait",
    )


def _versions(person: Person) -> VersionsPane:
    person.window.show_pane("Versions")
    pane = person.window.versions
    assert pane is not None
    return pane


async def setting_up(person: Person) -> None:
    """The first start."""


async def setting_up_sign_in(person: Person) -> None:
    """A folder is there; the browser is waited for."""
    panel = _set_up(person)
    click(panel.folder.sample)
    await until(lambda: panel.folder.done, "the sample folder")
    assert person.window.session is not None
    person.window.session.open_address = lambda _: True
    panel.model.sign_in.button.click()
    await until(panel.model.attempt.copy_button.isVisible, "the browser")


async def setting_up_server(person: Person) -> None:
    """Servers that were found."""
    panel = _set_up(person)
    person.window.session.desk.model.find_local_servers = _found  # type: ignore[union-attr,method-assign]
    panel.model.radios[2].click()
    panel.model.server.look.click()
    await until(lambda: panel.model.server.offers, "the servers")
    panel.verticalScrollBar().setValue(10_000)


async def setting_up_failed(person: Person) -> None:
    """A key that is refused, explained."""
    panel = _set_up(person)
    with ModelServer(api_key="sk-another") as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(openrouter, "OPENROUTER_URL", server.base_url)
        panel.model.radios[1].click()
        type_text(panel.model.key.field, "sk-or-v1-mistyped")
        panel.model.key.button.click()
        await until(lambda: not panel.model.attempt.running, "the refusal")
    panel.verticalScrollBar().setValue(10_000)


async def set_up(person: Person) -> None:
    """Both steps are done."""
    panel = _set_up(person)
    click(panel.folder.sample)
    await until(lambda: panel.folder.done, "the sample folder")
    panel.model.radios[3].click()
    panel.model.without.button.click()
    await until(lambda: panel.model.done, "the offline commands")
    panel.verticalScrollBar().setValue(10_000)


async def set_up_skipped(person: Person) -> None:
    """Without a folder."""
    _set_up(person).finish()


async def signing_in(person: Person) -> None:
    """The sign-in in the settings."""
    page = _settings(person, "model").model
    assert person.window.session is not None
    person.window.session.open_address = lambda _: False
    page.choose("openrouter")
    page.sign_in_button.click()
    await until(page.attempt.copy_button.isVisible, "the browser")


async def drive(person: Person) -> None:
    """The accounts of Google Drive: one that works, one that has to sign in again."""
    assert person.window.session is not None
    noted = [
        {"email": email, "access": access, "state": state, "signed_in_at": "2026-03-10T09:30:00Z"}
        for email, access, state in (
            ("ada@example.org", "file", "ready"),
            ("a-longer-name@an-organisation.example.org", "all", "sign_in_again"),
        )
    ]
    desk = person.window.session.desk
    assert isinstance(desk, Assembly)
    desk.store.note("google_accounts", lambda _: noted)
    _settings(person, "drive")


async def drive_files(person: Person) -> None:
    """What a sign-in with Google needs."""
    _settings(person, "drive").show_setting("google_token_file")


async def _found() -> list[LocalServer]:
    return [
        LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("qwen3:8b", "llama3.2:3b")),
        LocalServer("llama.cpp", "http://127.0.0.1:8080/v1", ("a-model-with-quite-a-long-name",)),
    ]


def _set_up(person: Person) -> SetUpPanel:
    panel = person.window.set_up
    assert panel is not None
    return panel


FIRST_STEPS: Final[frozenset[Scene]] = frozenset(
    {setting_up, setting_up_sign_in, setting_up_server, setting_up_failed, set_up, set_up_skipped}
)


def _settings(person: Person, page: str) -> SettingsDialog:
    person.window.show_settings(page)
    dialog = person.window._settings
    assert dialog is not None
    return dialog


SCENES: Final[dict[str, Scene]] = {
    scene.__name__: scene
    for scene in (
        nothing_yet,
        asked,
        editing,
        rules,
        allowed,
        restored,
        removed,
        conflict,
        deciding,
        blame,
        side_by_side,
        finding,
        long_history,
        checking,
        read,
        branched,
        traced,
        replayed,
        arabic,
        arabic_versions,
        circuits,
        circuits_in_trouble,
        told,
        notification_settings,
        quick,
        quick_answer,
        quick_change,
        paused,
        last_run,
        conversations,
        looking_for_words,
        hits,
        files,
        settings,
        folders,
        drive,
        drive_files,
        drive_pane,
        drive_offline,
        drive_waiting,
        drive_browser,
        drive_search,
        drive_versions,
        drive_finding,
        *CHANNEL_SCENES,
        picking,
        limits,
        you,
        asking,
        searched,
        searched_in_vain,
        by_conversation,
        pictures,
        enlarged,
        filtered,
        removed_folder,
        two_cards,
        stalled,
        *sorted(FIRST_STEPS, key=lambda scene: scene.__name__),
        signing_in,
    )
}


def main() -> int:
    """Write all pictures into the folder named on the command line."""
    folder = Path(sys.argv[1])
    wanted = [one for one in sys.argv[2:] if "=" not in one] or list(SCENES)
    chosen = dict(one.split("=") for one in sys.argv[2:] if "=" in one)
    themes = [chosen.pop("theme")] if "theme" in chosen else ["light", "dark"]
    width = chosen.pop("size", "")
    sizes = [size for size in (WIDE, SMALL) if width in ("", str(size.width()))]
    if chosen.pop("direction", "") == "rtl":
        QApplication([]).setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        for theme in themes:
            for size in sizes:
                path = folder / f"{name}-{theme}-{size.width()}.png"
                render(path, SCENES[name], theme=theme, size=size, look=Look(**chosen))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
