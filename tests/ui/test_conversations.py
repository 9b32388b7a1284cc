"""The rail: what the person does with their conversations, by mouse and by keyboard."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from app.assembly import Assembly
from app.domain.messages import ConversationMessage, Role
from app.storage.drafts import StoredDraft
from app.ui.chat import page
from app.ui.conversation_line import Entry, excerpt
from app.ui.conversation_list import ConversationList
from app.ui.listing import PAGE
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.scripted_model import says
from tests.ui.conftest import NOW, Puppet, settled
from tests.ui.driving import Person, choose, click, press, type_text, until
from tests.ui.test_find import marked


async def add(desk: Assembly, *titles: str, text: str = "") -> list[str]:
    """Stored conversations, the last one newest; each with one message."""
    made = []
    for title in titles:
        one = await desk.conversations.create(title=title)
        said = ConversationMessage(one.id, f"t-{one.id}", Role.USER, text or f"about {title}", NOW)
        await desk.conversations.append(said)
        made.append(one.id)
    return made


@pytest.fixture
async def owls(desk: Assembly, window: MainWindow) -> list[str]:
    """Three conversations in the list: Ducks, Owls, Geese (from the top)."""
    made = await add(desk, "Geese", "Owls", "Ducks")
    await read(window)
    return made


async def read(window: MainWindow) -> None:
    assert window.session is not None
    await window.session.refresh()


def listed(window: MainWindow) -> ConversationList:
    assert window.rail.list is not None
    return window.rail.list


def entries(window: MainWindow) -> list[Entry]:
    assert window.rail._model is not None
    return list(window.rail._model.entries)


def titles(window: MainWindow) -> list[str]:
    return [one.title for one in entries(window) if one.conversation_id]


def choose_line(window: MainWindow, title: str) -> None:
    rail = listed(window)
    row = next(i for i, one in enumerate(entries(window)) if one.title == title)
    rail.setFocus()
    rail.setCurrentIndex(rail.model().index(row, 0))


def menu_by_key(window: MainWindow, title: str) -> QMenu:
    """The menu of a line, by the menu key."""
    choose_line(window, title)
    view = listed(window).viewport()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(view, asked)
    menu = window.rail.menu
    assert menu is not None
    assert menu.isVisible()
    return menu


async def test_delete_archives_and_undo_brings_back_at_once(
    owls: list[str], desk: Assembly, window: MainWindow
) -> None:
    choose_line(window, "Owls")
    press(listed(window), Qt.Key.Key_Delete)
    bar = window.rail.undo_bar
    assert bar is not None
    await until(bar.isVisible, "Undo")
    assert bar.text == "Archived “Owls”"
    assert titles(window) == ["Ducks", "Geese"]
    assert window.rail.archive_button.text() == "Archived (1)"
    assert len(await desk.conversations.messages(owls[1])) == 1, "nothing is gone"

    click(bar.button)
    await until(lambda: titles(window) == ["Ducks", "Owls", "Geese"], "the list as it was")
    assert not bar.isVisible()
    await settled(window)

    choose_line(window, "Owls")
    press(listed(window), Qt.Key.Key_Delete)
    await until(bar.isVisible, "Undo")
    press(listed(window), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: "Owls" in titles(window), "what Ctrl+Z brings back")
    await settled(window)


async def test_what_is_archived_stands_apart_and_is_still_found(
    owls: list[str], desk: Assembly, window: MainWindow
) -> None:
    choose(menu_by_key(window, "Owls"), "Remove from the list\tDel")
    await until(lambda: "Owls" not in titles(window), "one fewer")
    type_text(window.rail.search, "about")
    await until(lambda: window.rail.showing_hits, "the hits")
    hit = next(one for one in entries(window) if one.title == "Owls")
    assert "Archived · about Owls" in hit.line
    press(window.rail.search, Qt.Key.Key_Escape)
    await until(lambda: len(titles(window)) == 2, "the list")

    click(window.rail.archive_button)
    await until(lambda: titles(window) == ["Owls"], "the archived ones")
    assert entries(window)[0].title == "Archived"
    assert window.rail.archive_button.text() == "← All conversations"
    await settled(window)
    choose(menu_by_key(window, "Owls"), "Bring back to the list")
    await until(lambda: titles(window) == ["Ducks", "Owls", "Geese"], "all of them")
    assert not window.rail.archive_button.isVisible()
    await settled(window)


async def test_who_archives_what_is_shown_comes_to_the_next_one_and_back_with_undo(
    owls: list[str], window: MainWindow
) -> None:
    geese, owl, ducks = owls
    session, bar = window.session, window.rail.undo_bar
    assert session is not None
    assert bar is not None
    choose_line(window, "Owls")
    press(listed(window), Qt.Key.Key_Return)
    await until(lambda: session.current.id == owl, "the owls")

    press(listed(window), Qt.Key.Key_Delete)
    await until(lambda: session.current.id == geese, "the one below")
    assert listed(window).hasFocus()
    await until(bar.isVisible, "Undo")
    click(bar.button)
    await until(lambda: session.current.id == owl, "the owls again")
    assert "Owls" in titles(window)

    for title, left in (("Owls", geese), ("Geese", ducks), ("Ducks", None)):
        choose_line(window, title)
        press(listed(window), Qt.Key.Key_Delete)
        await until(lambda left=left: session.current.id == left, f"what comes after {title}")  # type: ignore[misc]
        assert window.chat.archived_bar is not None
        assert not window.chat.archived_bar.isVisible()
    await settled(window)


async def test_an_archived_conversation_that_is_opened_says_so_with_the_way_back(
    owls: list[str], desk: Assembly, window: MainWindow
) -> None:
    await desk.conversations.archive(owls[1], archived=True)
    await read(window)
    line = window.chat.archived_bar
    assert line is not None
    assert not line.isVisible()

    click(window.rail.archive_button)
    await until(lambda: titles(window) == ["Owls"], "the archived ones")
    choose_line(window, "Owls")
    press(listed(window), Qt.Key.Key_Return)
    await until(line.isVisible, "the line")
    assert "This conversation is archived." in line.accessibleName()

    for title in ("Ducks", "Owls"):  # also where it was opened before
        type_text(window.rail.search, title)
        await until(lambda: window.rail.showing_hits and titles(window), "the hits")
        choose_line(window, title)
        press(listed(window), Qt.Key.Key_Return)
        await until(lambda title=title: line.isVisible() == (title == "Owls"), title)  # type: ignore[misc]
        await until(lambda title=title: title in window.windowTitle(), "its title")  # type: ignore[misc]
        press(window.rail.search, Qt.Key.Key_Escape)

    click(line.button)
    await until(lambda: not line.isVisible(), "no line")
    assert "Owls" in {one.title for one in await desk.conversations.list()}
    assert window.chat.composer.editor.hasFocus()
    await settled(window)


async def test_a_conversation_that_works_stays_in_view_when_it_is_archived(
    window: MainWindow, model: Puppet, person: Person
) -> None:
    one = model.answers(asyncio.Event())
    person.say("Tell me of owls")
    await one.streaming.wait()
    await until(lambda: titles(window), "the line in the list")
    window.rail.archive(entries(window)[-1], archived=True)
    assert window.chat.archived_bar is not None
    await until(window.chat.archived_bar.isVisible, "the line")

    assert person.said == ["Tell me of owls"]
    assert window.session is not None
    window.session.stop()
    await person.all_idle()


async def test_a_pinned_conversation_stands_first(owls: list[str], window: MainWindow) -> None:
    choose(menu_by_key(window, "Geese"), "Pin to the top")
    await until(lambda: titles(window) == ["Geese", "Ducks", "Owls"], "the pinned one")
    assert entries(window)[0].title == "Pinned"
    await settled(window)
    choose(menu_by_key(window, "Geese"), "Unpin")
    await until(lambda: titles(window) == ["Ducks", "Owls", "Geese"], "the order of time")
    await settled(window)


async def test_f2_renames(owls: list[str], window: MainWindow) -> None:
    choose_line(window, "Owls")
    press(listed(window), Qt.Key.Key_F2)
    field = await until(lambda: listed(window).findChild(QLineEdit), "the field")
    assert field.selectedText() == "Owls"
    type_text(field, "Night birds")
    press(field, Qt.Key.Key_Return)
    await until(lambda: titles(window) == ["Ducks", "Night birds", "Geese"], "the new title")
    await settled(window)


async def test_a_hit_is_marked_in_the_list_and_for_a_moment_in_the_transcript(
    person: Person, window: MainWindow, model: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.answers(says("Far up in the [old] beech it hoots at night."))
    await person.ask("What does it do?")
    click(window.rail.new_button)
    type_text(window.rail.search, "hoots")
    await until(lambda: window.rail.showing_hits, "the hits")
    hit = entries(window)[1]
    assert [hit.line[a:b] for a, b in hit.marks] == ["hoots"]
    assert "[old] beech it hoots" in hit.line, "brackets of the text are only text"
    timer = window.chat._hit_time
    assert timer is not None
    assert timer.interval() == page.HIT_SHOWN_MS
    timer.setInterval(150)
    choose_line(window, hit.title)
    press(listed(window), Qt.Key.Key_Return)
    transcript = window.chat.transcript
    assert transcript is not None
    await until(lambda: marked(transcript), "the mark")
    await until(lambda: not marked(transcript), "its end")
    await settled(window)


def test_the_first_mark_can_be_seen_however_long_the_excerpt_is() -> None:
    line, marks = excerpt("Mon · ", "one two three four five six seven owl eight", ((34, 37),))
    assert line == "Mon · …five six seven owl eight"
    assert [line[a:b] for a, b in marks] == ["owl"]


@pytest.mark.parametrize(
    ("entry", "form", "begins"),
    [
        ("Markdown …", "md", "# Owls"),
        ("Web page …", "html", "<!doctype html>"),
        ("JSON, to import again …", "json", "{"),
    ],
)
async def test_a_conversation_is_exported_to_a_new_file(
    owls: list[str], window: MainWindow, tmp_path: Path, entry: str, form: str, begins: str
) -> None:
    taken = tmp_path / f"Owls.{form}"
    taken.write_text("mine")
    menu = menu_by_key(window, "Owls")
    export = next(one.menu() for one in menu.actions() if one.text() == "&Export as")
    assert isinstance(export, QMenu)
    export.popup(QPoint(400, 200))
    choose(export, entry)
    menu.close()
    dialog = window.rail.dialog
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == taken.name
    dialog.fileSelected.emit(str(taken))
    dialog.reject()
    written = tmp_path / f"Owls 2.{form}"
    await until(lambda: window.status_line.text == f"Exported to {written}.", "the word of it")
    assert written.read_text().startswith(begins)
    assert taken.read_text() == "mine", "what was there stays"


async def test_an_export_is_imported_and_nonsense_is_refused(
    owls: list[str], desk: Assembly, window: MainWindow, person: Person, tmp_path: Path
) -> None:
    async def bring(source: Path) -> None:
        choose(menu_by_key(window, "Owls"), "Import a conversation …")
        dialog = window.rail.dialog
        assert dialog is not None
        dialog.fileSelected.emit(str(source))
        dialog.reject()
        await settled(window)

    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_text("{nonsense")
    await bring(bad)
    assert "nothing was added" in window.status_line.text
    assert len(titles(window)) == 3
    good.write_text(json.dumps(await desk.conversations.export(owls[1])))
    await bring(good)
    assert titles(window).count("Owls") == 2
    assert person.said == ["about Owls"]


async def test_a_long_list_is_read_as_it_is_scrolled(desk: Assembly, window: MainWindow) -> None:
    await add(desk, *(f"number {n}" for n in range(PAGE + 5)))
    await read(window)
    await settled(window)
    assert len(titles(window)) == PAGE
    bar = listed(window).verticalScrollBar()
    await until(lambda: bar.maximum() > 0, "the layout")
    bar.setValue(bar.maximum())
    await until(lambda: len(titles(window)) == PAGE + 5, "the rest")
    assert bar.value() > 0, "the place in the list is kept"
    await settled(window)


async def test_drafts_are_kept_by_conversation_and_over_a_restart(
    owls: list[str],
    desk: Assembly,
    window: MainWindow,
    theme: Theme,
    steward_home: Path,
    tmp_path: Path,
) -> None:
    session, composer = window.session, window.chat.composer
    assert session is not None
    type_text(composer.editor, "for a new one")
    await session.show(owls[0])
    assert composer.text == ""
    type_text(composer.editor, "to the geese")
    (tmp_path / "geese.txt").write_text("honk")
    session.attaching.add_files(session.current, [tmp_path / "geese.txt"])
    await until(lambda: session.current.attached, "the attachment")
    session.start_new()
    assert composer.text == "for a new one"
    await session.show(owls[0])
    composer.editor.moveCursor(composer.editor.textCursor().MoveOperation.End)
    type_text(composer.editor, " again")
    await window.detach()  # before the pause after the last letter is over

    other = MainWindow(theme, WindowState(steward_home))
    other.show()
    other.attach(desk)
    await until(lambda: other.chat.composer.text == "for a new one", "the draft")
    assert other.session is not None
    await other.session.show(owls[0])
    assert other.chat.composer.text == "to the geese again"
    assert [one.name for one in other.session.current.attached] == ["geese.txt"]
    assert other.chat.composer.attachment_bar is not None
    await settled(other)
    other.close()
    await other.detach()
    other.deleteLater()
    QApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)


async def test_a_message_that_was_sent_is_no_draft(
    desk: Assembly, window: MainWindow, person: Person, model: Puppet
) -> None:
    model.answers(says("Yes."))
    assert window.session is not None
    composer = window.chat.composer
    type_text(composer.editor, "Something")
    async with asyncio.timeout(10):
        while (await desk.drafts.of(None)).text != "Something":  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(0.01)
    press(composer.editor, Qt.Key.Key_Return)
    await person.idle()
    await settled(window)
    assert await desk.drafts.of(None) == StoredDraft()
    assert await desk.drafts.of(window.session.current.id) == StoredDraft()
