"""The composer: what its keys do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, click, press, type_text, until


async def test_enter_sends_and_shift_enter_begins_a_line(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("Yes."))
    editor = window.chat.composer.editor
    editor.setFocus()
    type_text(editor, "first line")
    press(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    type_text(editor, "second line")
    assert person.said == []

    press(editor, Qt.Key.Key_Return)
    await person.idle()

    assert person.said == ["first line\nsecond line"]
    assert window.chat.composer.text == ""


async def test_the_frame_shows_the_focus_from_the_start_and_as_it_goes(
    window: MainWindow, theme: Theme
) -> None:
    composer = window.chat.composer

    def edge() -> str:
        picture = composer.grab().toImage()
        return picture.pixelColor(1, picture.height() // 2).name()

    accent = QColor(theme.tokens.accent).name()
    await until(lambda: edge() == accent, "the frame of who begins with the focus")

    window.chat.composer.button.setEnabled(True)
    window.chat.composer.button.setFocus()
    assert edge() != accent
    composer.editor.setFocus()
    assert edge() == accent


async def test_nothing_is_not_sent(person: Person, window: MainWindow) -> None:
    assert not window.chat.composer.button.isEnabled()

    person.say("   ")

    assert person.said == []


async def test_the_button_sends_too(person: Person, window: MainWindow, model: Puppet) -> None:
    model.answers(says("Yes."))
    type_text(window.chat.composer.editor, "hello")

    click(window.chat.composer.button)
    await person.idle()

    assert person.said == ["hello"]


async def test_up_brings_back_what_was_said_and_down_what_was_not(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("Yes."))
    await person.ask("first")
    await person.ask("second")
    composer = window.chat.composer

    press(composer.editor, Qt.Key.Key_Up)
    assert composer.text == "second"
    press(composer.editor, Qt.Key.Key_Up)
    assert composer.text == "first"
    press(composer.editor, Qt.Key.Key_Up)
    assert composer.text == "first"
    press(composer.editor, Qt.Key.Key_Down)
    press(composer.editor, Qt.Key.Key_Down)
    assert composer.text == ""


async def test_a_command_is_completed_with_tab(person: Person, window: MainWindow) -> None:
    composer = window.chat.composer
    composer.editor.setFocus()
    type_text(composer.editor, "/ver")
    offers = composer.offer_list
    assert offers is not None
    assert offers.isVisible()

    press(composer.editor, Qt.Key.Key_Tab)

    assert composer.text == "/versions "
    await until(lambda: offers.offers is not None, "the files")
    assert [o.label for o in offers.offers.offers] == ["notes.md", "report.md"]  # type: ignore[union-attr]

    press(composer.editor, Qt.Key.Key_Down)
    press(composer.editor, Qt.Key.Key_Down)
    press(composer.editor, Qt.Key.Key_Return)

    assert composer.text == "/versions report.md "
    assert not offers.isVisible()


async def test_escape_puts_the_completions_away(person: Person, window: MainWindow) -> None:
    composer = window.chat.composer
    composer.editor.setFocus()
    type_text(composer.editor, "/re")
    offers = composer.offer_list
    assert offers is not None
    assert offers.isVisible()

    press(composer.editor, Qt.Key.Key_Escape)

    assert not offers.isVisible()
    assert composer.text == "/re"


async def test_a_file_can_be_named_with_an_at_sign(person: Person, window: MainWindow) -> None:
    composer = window.chat.composer
    composer.editor.setFocus()
    await until(lambda: composer._files, "the names of the files")
    type_text(composer.editor, "what is in @rep")

    press(composer.editor, Qt.Key.Key_Return)

    assert composer.text == "what is in report.md "
    press(composer.editor, Qt.Key.Key_Return)
    await person.idle()
    assert "status: draft" in person.answers[-1]


async def test_the_composer_grows_with_its_text_up_to_nine_lines(window: MainWindow) -> None:
    editor = window.chat.composer.editor
    one = editor.height()

    editor.setPlainText("\n".join("line" for _ in range(5)))
    five = editor.height()
    editor.setPlainText("\n".join("line" for _ in range(50)))

    assert one < five < editor.height()
    assert editor.height() <= one + 8 * editor.fontMetrics().lineSpacing() + 2
