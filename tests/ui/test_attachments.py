"""Attachments at the window: chosen, dropped and pasted, taken out again, sent, and opened."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from app.assembly import Assembly
from app.domain.attachments import AttachmentKind
from app.ui.chat.attachment_bar import AttachmentChip
from app.ui.chat.rows import UserRow, spoken
from app.ui.main_window import MainWindow
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, choose, click, click_at, press, type_text, until


@pytest.fixture
def desktop(tmp_path: Path) -> Path:
    """Files outside of the granted folder."""
    place = tmp_path / "desktop"
    place.mkdir()
    (place / "note.md").write_text("buy milk\n")
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "teal").save(out, "PNG")
    (place / "photo.png").write_bytes(out.getvalue())
    return place


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(target: QWidget, data: QMimeData) -> None:
    """Drag something in, and let it go."""
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), action, data, button, none)
    QApplication.sendEvent(target, entering)
    assert entering.isAccepted()
    dropping = QDropEvent(QPointF(5, 5), action, data, button, none)
    QApplication.sendEvent(target, dropping)
    assert dropping.isAccepted()


def chips(window: MainWindow) -> list[AttachmentChip]:
    bar = window.chat.composer.attachment_bar
    return list(bar.chips) if bar is not None and bar.isVisible() else []


async def attached(window: MainWindow, count: int) -> list[AttachmentChip]:
    return await until(
        lambda: found if len(found := chips(window)) == count else None, f"{count} chips"
    )


# -- the ways in -----------------------------------------------------------------------------------


async def test_files_dropped_on_the_window_are_sent_with_the_message(
    person: Person, window: MainWindow, model: Puppet, desktop: Path
) -> None:
    scripted = model.answers(says("Milk."))
    drop(window.chat, files(desktop / "note.md", desktop / "photo.png"))
    note, photo = await attached(window, 2)
    assert note.accessibleName() == "note.md, Text · 9 bytes"
    assert photo.accessibleName().startswith("photo.png, Picture · ")

    await person.ask("what do I need?")

    assert chips(window) == []
    (row,) = person.rows_of(UserRow)
    assert [one.name for one in row.attachments] == ["note.md", "photo.png"]
    assert spoken(row) == "You: what do I need? Attached: note.md, photo.png."
    (asked,) = scripted.requests[0].messages
    assert "buy milk" in asked.text
    assert any(isinstance(one, bytes) for one in scripted.requests[0].attached.values())


async def test_files_dropped_on_the_words_are_attached_and_not_typed(
    person: Person, window: MainWindow, desktop: Path
) -> None:
    drop(window.chat.composer.editor.viewport(), files(desktop / "note.md"))
    await attached(window, 1)
    assert window.chat.composer.text == ""


async def test_dropped_text_is_text(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("plain words")
    drop(window.chat.composer.editor.viewport(), data)
    assert window.chat.composer.text == "plain words"
    assert chips(window) == []


async def test_a_picture_from_the_clipboard_becomes_a_png(
    person: Person, window: MainWindow, desk: Assembly
) -> None:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    clipboard = QGuiApplication.clipboard()
    editor = window.chat.composer.editor
    editor.setFocus()
    for _ in range(2):
        clipboard.setImage(image)
        press(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: not window.session.current.copying, "the picture")  # type: ignore[union-attr]
        image.fill(Qt.GlobalColor.darkBlue)
    first, second = await attached(window, 2)
    assert [first.attachment.name, second.attachment.name] == [
        "Pasted picture.png", "Pasted picture 2.png",
    ]  # fmt: skip
    assert first.attachment.kind is AttachmentKind.PICTURE
    data = await desk.versions.attachments.content(first.attachment)
    assert Image.open(io.BytesIO(data)).size == (30, 20)


async def test_files_from_the_clipboard_are_attached(window: MainWindow, desktop: Path) -> None:
    QGuiApplication.clipboard().setMimeData(files(desktop / "note.md"))
    press(window.chat.composer.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await attached(window, 1)
    assert window.chat.composer.text == ""


async def test_text_that_has_a_picture_beside_it_is_pasted_as_text(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("from a document")
    data.setImageData(QImage(3, 3, QImage.Format.Format_RGB32))
    QGuiApplication.clipboard().setMimeData(data)
    press(window.chat.composer.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.chat.composer.text == "from a document"


async def test_the_paper_clip_opens_a_dialog_for_files(window: MainWindow, desktop: Path) -> None:
    click(window.chat.composer.attach_button)
    dialog = await until(lambda: window.findChild(QFileDialog), "the dialog")
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(desktop / "note.md")])
    dialog.close()
    await attached(window, 1)
    await until(lambda: window.findChild(QFileDialog) is None, "the dialog's end")


# -- before it is sent -----------------------------------------------------------------------------


async def test_a_chip_is_taken_out_with_the_keyboard_and_the_mouse(
    person: Person, window: MainWindow, desktop: Path
) -> None:
    drop(window.chat, files(desktop / "note.md", desktop / "photo.png"))
    note, photo = await attached(window, 2)
    names = [
        QAccessible.queryAccessibleInterface(chip.remove).text(QAccessible.Text.Name)
        for chip in (note, photo)
    ]
    assert names == ["Remove note.md", "Remove photo.png"]
    note.remove.setFocus()
    press(note.remove, Qt.Key.Key_Delete)
    (left,) = await attached(window, 1)
    assert left is photo
    assert photo.remove.hasFocus(), "the keyboard goes on where it was"
    click(photo.remove)
    await until(lambda: not chips(window), "no chips")
    assert window.chat.composer.editor.hasFocus()
    assert not window.chat.composer.button.isEnabled()


async def test_what_cannot_be_attached_is_said_and_costs_nothing(
    person: Person, window: MainWindow, desktop: Path
) -> None:
    type_text(window.chat.composer.editor, "my words")
    drop(window.chat, files(desktop / "gone.md", desktop, desktop / "note.md"))
    await attached(window, 1)
    bar = window.chat.composer.attachment_bar
    assert bar is not None
    assert "is a folder" in bar.problem
    assert window.chat.composer.text == "my words"


async def test_enter_while_a_file_is_copied_sends_both(
    person: Person, window: MainWindow, model: Puppet, desktop: Path
) -> None:
    model.answers(says("Yes."))
    drop(window.chat, files(desktop / "note.md"))
    await person.ask("look")
    await until(lambda: person.answers, "the answer")
    (row,) = person.rows_of(UserRow)
    assert [one.name for one in row.attachments] == ["note.md"]


async def test_a_file_alone_is_a_message(person: Person, window: MainWindow, desktop: Path) -> None:
    drop(window.chat, files(desktop / "note.md"))
    await attached(window, 1)
    press(window.chat.composer.editor, Qt.Key.Key_Return)
    await person.idle()
    assert "`note.md`" in person.answers[-1]
    assert window.session is not None
    await until(lambda: window.session.title == "note.md", "the title")  # type: ignore[union-attr]


async def test_a_draft_keeps_its_attachments_while_another_conversation_is_shown(
    person: Person, window: MainWindow, desktop: Path
) -> None:
    session = window.session
    assert session is not None
    await person.ask("/help")
    first = session.current.id
    assert first is not None
    drop(window.chat, files(desktop / "note.md"))
    await attached(window, 1)
    session.start_new()
    assert chips(window) == []
    await session.show(first)
    assert len(chips(window)) == 1


async def test_a_message_that_is_stopped_before_its_turn_gives_its_files_back(
    person: Person, window: MainWindow, model: Puppet, desktop: Path
) -> None:
    import asyncio

    model.answers(asyncio.Event())
    person.say("first")
    assert window.session is not None
    await until(lambda: person.answers, "the first words")
    drop(window.chat, files(desktop / "note.md"))
    await attached(window, 1)
    person.say("second")
    assert chips(window) == []
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    assert window.chat.composer.text == "second"
    assert [one.attachment.name for one in chips(window)] == ["note.md"]


# -- in the transcript -----------------------------------------------------------------------------


async def test_a_stored_message_shows_its_attachments_again(
    person: Person, window: MainWindow, desk: Assembly, desktop: Path
) -> None:
    drop(window.chat, files(desktop / "photo.png"))
    await attached(window, 1)
    await person.ask("keep this")
    (desktop / "photo.png").unlink()
    session = window.session
    assert session is not None
    session.current.model.load(await desk.conversations.messages(str(session.current.id)))
    (row,) = person.rows_of(UserRow)
    assert [one.name for one in row.attachments] == ["photo.png"]
    await until(lambda: session.thumbnails.of(row.attachments[0]), "the small picture")
    assert window.chat.transcript is not None
    window.chat.transcript._select_all()
    assert "photo.png" in window.chat.transcript.selected_text()


async def test_a_click_opens_a_copy_and_a_program_is_only_shown_in_its_folder(
    person: Person, window: MainWindow, desktop: Path, opened: list[QUrl]
) -> None:
    (desktop / "run.sh").write_text("#!/bin/sh\n")
    drop(window.chat, files(desktop / "note.md", desktop / "run.sh"))
    await attached(window, 2)
    await person.ask("keep these")
    transcript = window.chat.transcript
    assert transcript is not None
    transcript.verticalScrollBar().setValue(0)
    arrangement = transcript.arrangement
    for place, name in ((0, "note.md"), (1, "")):
        box = arrangement.layout(0).rect(place).translated(arrangement.rect(0).topLeft())
        before = len(opened)
        click_at(transcript.viewport(), box.center().x(), box.center().y())
        await until(lambda before=before: len(opened) > before, "the desktop to be asked")  # type: ignore[misc]
        path = Path(opened[-1].toLocalFile())
        assert path.name == name if name else path.is_dir()
        assert not path.is_relative_to(desktop)
    assert Path(opened[0].toLocalFile()).read_text() == "buy milk\n"


async def test_the_menu_of_a_message_opens_its_attachments(
    person: Person, window: MainWindow, desktop: Path, opened: list[QUrl]
) -> None:
    from PySide6.QtGui import QContextMenuEvent

    drop(window.chat, files(desktop / "note.md"))
    await attached(window, 1)
    await person.ask("keep this")
    transcript = window.chat.transcript
    assert transcript is not None
    transcript.verticalScrollBar().setValue(0)
    at = transcript.arrangement.rect(0).center().toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, transcript.mapToGlobal(at))
    QApplication.sendEvent(transcript.viewport(), event)
    menu = await until(lambda: transcript.findChild(QMenu), "the menu")
    choose(menu, "Show a copy of note.md in its folder")
    await until(lambda: opened, "the desktop to be asked")
    assert (Path(opened[0].toLocalFile()) / "note.md").read_text() == "buy milk\n"


async def test_a_click_beside_an_attachment_opens_nothing(
    person: Person, window: MainWindow, desktop: Path, opened: list[QUrl]
) -> None:
    drop(window.chat, files(desktop / "note.md"))
    await attached(window, 1)
    await person.ask("keep this")
    transcript = window.chat.transcript
    assert transcript is not None
    transcript.verticalScrollBar().setValue(0)
    row = transcript.arrangement.rect(0)
    click_at(transcript.viewport(), row.left() + 4, row.top() + 40)
    assert opened == []
