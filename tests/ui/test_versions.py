"""The versions pane: long histories, ways back, who wrote a line, what came from outside."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.files import FileVersion, Origin
from app.ui.diff.lines import Kind
from app.ui.main_window import MainWindow
from app.ui.panes.file_filters import Order
from app.ui.panes.large_view import LargeView
from app.ui.panes.version_rows import line_height
from app.ui.panes.versions import VersionsPane
from app.ui.panes.versions_model import PAGE, VersionRole
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.benchmarks.big_history import BigHistory, fill
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import REPORT, Puppet, settled
from tests.ui.driving import Person, choose, click, press, type_text, until
from tests.ui.test_panes import EDIT, allow
from tests.ui.walking import nameless, shared_keys, without_keys

MANY = 1_000
NINE = 9
"""Versions of the other files."""


def shown(window: MainWindow) -> VersionsPane:
    """The pane, in view."""
    window.show_pane("Versions")
    assert window.versions is not None
    return window.versions


def newest(pane: VersionsPane) -> int:
    """Number of the newest version shown."""
    return pane.timeline.model().rowCount()


def at(pane: VersionsPane, row: int) -> FileVersion | None:
    """The version in a row, where it is read."""
    version = pane.timeline.model().index(row, 0).data(VersionRole.VERSION)
    return version if isinstance(version, FileVersion) else None


async def long_history(window: MainWindow, desk: Assembly, folder: Path) -> BigHistory:
    """300 files with versions, one of them with a thousand; that one is shown."""
    history = fill(desk.database, folder, folders=3, per_folder=100, busiest=MANY)
    pane = shown(window)
    pane.show_file(str(history.busiest))
    await until(lambda: newest(pane) == MANY, "the history")
    return history


# --- long histories -------------------------------------------------------------------------------


async def test_a_long_history_is_read_where_it_is_looked_at(
    window: MainWindow, desk: Assembly, folder: Path
) -> None:
    await long_history(window, desk, folder)
    pane = shown(window)
    assert pane.heading == "1,000 versions, every one restorable"
    assert len(pane.versions) == PAGE + 1  # the newest, and the first: it tells whether all is here

    bar = pane.timeline.verticalScrollBar()
    bar.setValue(bar.maximum())

    second = await until(lambda: at(pane, MANY - 2), "the second version")
    assert (second.version, second.path) == (2, pane.path)
    assert len(pane.versions) <= 2 * PAGE + 1
    press(pane.timeline, Qt.Key.Key_End)
    await until(lambda: pane.card.version == at(pane, MANY - 1), "the first one's card")


async def test_a_version_that_is_not_read_yet_is_shown_once_it_is(
    window: MainWindow, desk: Assembly, folder: Path
) -> None:
    await long_history(window, desk, folder)
    pane = shown(window)

    pane.timeline.setCurrentIndex(pane.timeline.model().index(500, 0))

    await until(lambda: pane.card.version and pane.card.version.version == MANY - 500, "it")
    assert pane.card.restore.accessibleName() == f"Restore version {MANY - 500}"
    row = pane.timeline.model().index(500, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert row.startswith("Version 500, files.edit, ")


async def test_a_file_is_found_by_words_of_its_path(
    window: MainWindow, desk: Assembly, folder: Path
) -> None:
    await long_history(window, desk, folder)
    pane = shown(window)

    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 200, "the files changed last")
    assert pane.files.words == "The 200 changed last; type to find the others."
    assert nameless(pane) == []
    assert without_keys(window) == []
    type_text(pane.files.filter, "folder 01 report 22")
    await until(lambda: len(pane.files.files) == 5, "those that are meant")
    assert {file.folder for file in pane.files.files} == {"folder 01"}
    press(pane.files.filter, Qt.Key.Key_Down)
    wanted = pane.files.files[1]
    press(pane.files.filter, Qt.Key.Key_Return)

    await until(lambda: newest(pane) == 9, "its history")
    assert pane.path == wanted.path
    assert pane.chooser.choice == f"folder 01/{wanted.name}"


async def test_escape_leaves_the_list_of_files_as_it_was(
    person: Person, window: MainWindow
) -> None:
    await allow(person, EDIT)
    pane = shown(window)
    await until(lambda: pane.versions, "the versions")

    click(pane.chooser)
    press(pane.files.filter, Qt.Key.Key_Escape)

    assert pane.chooser.isVisible()
    assert pane.chooser.choice == "report.md"


# --- what comes from outside ----------------------------------------------------------------------


async def test_a_change_from_outside_comes_in_and_takes_nobody_away(
    person: Person, window: MainWindow, desk: Assembly, folder: Path
) -> None:
    await allow(person, "replace 'milk' with 'tea' in notes.md")
    await allow(person, EDIT)
    pane = shown(window)
    await until(lambda: newest(pane) == 2, "two versions")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))

    for name in ("report.md", "notes.md"):
        (folder / name).write_text("by hand\n")
        await desk.versions.note(str(folder / name))

    await until(lambda: newest(pane) == 3, "the new version")
    assert pane.path == str(folder / "report.md")
    line = pane.timeline.model().index(0, 0).data(VersionRole.LINE)
    assert line == "changed outside Steward"
    assert pane.card.version is not None
    assert pane.card.version.version == 1
    assert pane.timeline.currentIndex().row() == 2


# --- ways back ------------------------------------------------------------------------------------


async def test_one_change_is_undone_and_later_ones_stay(
    person: Person, window: MainWindow, folder: Path
) -> None:
    await allow(person, EDIT)
    await allow(person, "replace 'Report' with 'Account' in report.md")
    pane = shown(window)
    await until(lambda: newest(pane) == 3, "three versions")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))

    click(pane.card.undo)
    choose(pane.card.undo.menu_shown, "Undo this change")

    await until(lambda: newest(pane) == 4, "the undo")
    assert (folder / "report.md").read_text() == REPORT.replace("Report", "Account")
    await until(lambda: "Took back version 2" in window.status_line.text, "the word of it")
    line = pane.timeline.model().index(0, 0).data(VersionRole.LINE)
    assert line == "took back version 2; later changes kept · you"


async def test_what_cannot_be_undone_alone_says_why_and_changes_nothing(
    person: Person, window: MainWindow, folder: Path
) -> None:
    await allow(person, EDIT)
    await allow(person, "replace 'final' with 'sent' in report.md")
    pane = shown(window)
    await until(lambda: newest(pane) == 3, "three versions")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))

    click(pane.card.undo)
    choose(pane.card.undo.menu_shown, "Undo this change")

    await until(lambda: "version 3" in window.status_line.text, "the reason")
    assert newest(pane) == 3
    assert "status: sent" in (folder / "report.md").read_text()
    await until(pane.card.undo.isEnabled, "the buttons")


async def test_a_removed_file_says_so_and_comes_back_with_one_click(
    person: Person, window: MainWindow, folder: Path
) -> None:
    await allow(person, "remove report.md")
    pane = shown(window)
    await until(lambda: pane.chooser.choice == "report.md (removed)", "the state")
    assert pane.heading.startswith("Removed. Its 2 versions are kept here")
    assert not pane.card.lines.isVisible()

    click(pane.card.restore)

    await until((folder / "report.md").exists, "the file")
    await until(lambda: pane.chooser.choice == "report.md", "the state")
    assert (folder / "report.md").read_text() == REPORT
    assert pane.heading == "3 versions, every one restorable"


# --- who wrote it ---------------------------------------------------------------------------------


async def test_a_line_leads_to_the_message_that_asked_for_it(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    change = {"path": "report.md", "old": "status: draft", "new": "status: final"}
    model.answers(calls(("files.edit", change)), says("Done."))
    await allow(person, "Set the status to final, please")
    pane = shown(window)
    await until(lambda: newest(pane) == 2, "two versions")

    click(pane.card.lines)
    view = pane.card.blame
    await until(lambda: view.lines, "the lines")
    assert [(line.version, line.text) for line in view.lines] == [
        (1, "# Report"), (1, ""), (2, "status: final"), (1, "total: 4,301"),
    ]  # fmt: skip
    place = view.list.visualRect(view.list.model().index(2, 0)).center()
    QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert view.about.text().splitlines()[1:] == [
        "Asked for: “Set the status to final, please”", "You approved it.",
    ]  # fmt: skip
    assert view.about.text().startswith("Line 3: version 2 · files.edit · ")
    assert not pane.card.diff.isVisible()
    assert nameless(pane) == []
    assert without_keys(window) == []
    assert shared_keys(window) == []

    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))
    await until(lambda: all(line.version == 1 for line in view.lines), "version 1's lines")
    click(pane.card.lines)
    assert pane.card.diff.isVisible()
    await until(lambda: pane.card.diff.lines[0].kind is Kind.NOTE, "what version 1 is")


async def test_a_file_without_lines_says_so_instead_of_who_wrote_them(
    window: MainWindow, desk: Assembly
) -> None:
    assert window.session is not None
    await window.session.workspace().create("photo.bin", b"\x00\x01\xff" * 40)
    pane = shown(window)
    await until(lambda: newest(pane) == 1, "its version")

    click(pane.card.lines)

    await until(lambda: "text" in pane.card.blame.about.text(), "the reason")
    assert pane.card.blame.lines == ()


async def test_a_long_difference_is_written_in_parts_and_whole_at_the_end(
    window: MainWindow, folder: Path
) -> None:
    assert window.session is not None
    before = "".join(f"line {number}\n" for number in range(700))
    (folder / "long.md").write_text(before)
    await window.session.workspace().edit("long.md", lambda old: old.replace(b"line", b"row"))
    pane = shown(window)
    view = pane.card.diff
    await until(lambda: len(view.lines) == 1_400, "the difference")
    view.show_lines(view.lines)
    assert "line 30" in view.toPlainText()
    assert "line 60" not in view.toPlainText()

    await until(lambda: "more lines" in view.toPlainText(), "all of it")

    written = view.toPlainText().split("\n")
    assert [row for row in written if row] == [
        *(f"- line {number}" for number in range(500)), "  … 900 more lines are not shown.",
    ]  # fmt: skip
    click(pane.card.side_by_side)
    await until(lambda: "200 more lines" in view.toPlainText(), "both columns")
    assert "row 499" in view.toPlainText()
    assert "row 500" not in view.toPlainText()


async def test_at_the_start_a_history_shows_more_than_one_line(
    desk: Assembly, theme: Theme, steward_home: Path, application: QApplication
) -> None:
    work = desk.workspaces.bind(Origin(user=desk.user, by="you"))
    for _ in range(4):
        await work.edit("report.md", lambda before: before + b"more\n")
    window = MainWindow(theme, WindowState(steward_home))
    window.resize(1360, 860)
    window.show()
    window.attach(desk)
    pane = shown(window)
    await until(lambda: newest(pane) == 5, "the history")
    await settled(window)
    line = line_height(pane.timeline.fontMetrics().height())
    assert pane.timeline.height() >= 5 * line
    window.close()
    await window.detach()
    window.deleteLater()


# --- looking for files ----------------------------------------------------------------------------


def type_when(pane: VersionsPane, text: str) -> None:
    """Write a time into its field."""
    pane.files.filters.when.clear()
    type_text(pane.files.filters.when, text)


async def test_a_file_is_found_by_when_it_was_changed_and_shown_at_that_version(
    window: MainWindow, desk: Assembly, folder: Path
) -> None:
    await long_history(window, desk, folder)  # from the first of January 2026 on
    pane = shown(window)
    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 200, "the files")

    type_when(pane, "2 January 2026")
    await until(
        lambda: all(file.state.startswith("version ") for file in pane.files.files), "that day's"
    )
    type_when(pane, "gibberish")
    await until(pane.files.filters.problem.isVisible, "the words on that")
    type_when(pane, "before 2026")
    await until(lambda: pane.files.words == "No file with versions is like that.", "none")
    assert not pane.files.filters.problem.isVisible()
    type_when(pane, "2 January 2026")
    await until(lambda: pane.files.files, "them again")
    press(pane.files.filters.when, Qt.Key.Key_Down)
    wanted = pane.files.files[1]
    assert f"of {NINE}" in wanted.state
    press(pane.files.filters.when, Qt.Key.Key_Return)

    await until(
        lambda: pane.card.version and pane.card.version.version == wanted.version, "that version"
    )
    assert pane.path == wanted.path


async def test_files_are_put_together_by_folder_and_by_conversation(
    person: Person, window: MainWindow, folder: Path
) -> None:
    (folder / "ideas").mkdir()
    await allow(person, EDIT)
    await allow(person, "replace 'milk' with 'tea' in notes.md")
    window.rail.new_button.click()
    await allow(person, "create ideas/new.md with 'hello'")
    pane = shown(window)
    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 3, "three files")
    assert pane.files.headings == []

    click(pane.files.filters.orders[Order.FOLDER])
    await until(lambda: pane.files.headings == ["Top of a folder", "ideas"], "the folders")
    click(pane.files.filters.orders[Order.CONVERSATION])
    await until(lambda: pane.files.headings[1:] == [EDIT], "the conversations")
    assert [file.name for file in pane.files.files] == ["new.md", "notes.md", "report.md"]
    press(pane.files.filter, Qt.Key.Key_Down)
    press(pane.files.filter, Qt.Key.Key_Return)  # over the heading to the next file

    await until(lambda: pane.chooser.choice == "notes.md", "its history")


async def test_a_filter_narrows_the_list_down_and_says_so(
    person: Person, window: MainWindow, folder: Path
) -> None:
    assert window.session is not None
    await window.session.workspace().create("photo.png", PICTURE)
    await allow(person, EDIT)
    pane = shown(window)
    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 2, "both files")

    click(pane.files.filters.menu)
    choose(pane.files.filters.menu.menu_shown, "Pictures")

    await until(lambda: [file.name for file in pane.files.files] == ["photo.png"], "the picture")
    assert pane.files.filters.menu.accessibleName() == "Filter, 1 set"
    click(pane.files.filters.menu)
    choose(pane.files.filters.menu.menu_shown, "Clear all filters")
    await until(lambda: len(pane.files.files) == 2, "both again")
    assert nameless(pane) == []
    assert without_keys(window) == []
    assert shared_keys(window) == []


# --- what a version changed -----------------------------------------------------------------------


def picture(width: int, height: int, colour: str) -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


PICTURE = picture(40, 30, "red")


async def test_pictures_are_shown_before_and_after_with_their_size(
    window: MainWindow, folder: Path
) -> None:
    assert window.session is not None
    work = window.session.workspace()
    await work.create("photo.png", PICTURE)
    await work.edit("photo.png", lambda _: picture(3_000, 20, "blue"))
    pane = shown(window)
    content = pane.card.content

    captions = await until(lambda: content.pictures.captions, "the pictures")

    assert [text.rsplit(" · ", 1)[0] for text in captions] == [
        "Version 1 · 40 × 30 PNG",  # noqa: RUF001
        "Version 2 · 3,000 × 20 PNG",  # noqa: RUF001
    ]
    assert content.pictures.isVisible()
    assert not pane.card.side_by_side.isVisible()
    assert nameless(pane) == []
    await work.edit("photo.png", lambda _: b"\x89PNG\r\n\x1a\n damaged")
    await until(lambda: any("no picture" in text for text in content.pictures.captions), "words")


async def test_what_is_no_text_and_no_picture_is_told_in_words(window: MainWindow) -> None:
    assert window.session is not None
    work = window.session.workspace()
    await work.create("data.bin", b"\x00\x01" * 40)
    pane = shown(window)
    await until(lambda: pane.card.diff.lines, "the words")
    said = [line.text for line in pane.card.diff.lines]
    assert said == [
        "Binary file data.bin added (80 bytes)",
        "It is no text: open it, or a copy of a version, to see it.",
    ]


async def test_why_a_version_is_there_is_said_in_the_persons_own_words(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    change = {"path": "report.md", "old": "draft", "new": "final"}
    model.answers(calls(("files.edit", change)), says("Done."))
    await allow(person, "Set the status to final, please")
    pane = shown(window)
    await until(lambda: pane.card.why == "Asked for: “Set the status to final, please”", "why")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))
    await until(lambda: not pane.card.why, "nobody asked for the first one")


async def test_the_large_view_shows_the_version_that_was_chosen_a_moment_ago(
    person: Person, window: MainWindow
) -> None:
    await allow(person, EDIT)
    pane = shown(window)
    await until(lambda: pane.card.diff.lines, "the difference")
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))
    click(pane.card.enlarge)
    large = await until(lambda: window.findChild(LargeView), "the large view")
    assert large.windowTitle().endswith("Version 1")
    assert "as Steward first saw it" in large.content.diff.toPlainText()


async def test_side_by_side_is_remembered_and_can_be_shown_large(
    person: Person, window: MainWindow, desk: Assembly, theme: Theme, steward_home: Path
) -> None:
    await allow(person, EDIT)
    pane = shown(window)
    await until(lambda: pane.card.diff.lines, "the difference")
    click(pane.card.side_by_side)
    click(pane.card.enlarge)
    large = await until(lambda: window.findChild(LargeView), "the large view")
    assert large.content.diff.toPlainText() == pane.card.diff.toPlainText()
    assert large.width() > pane.width()
    assert nameless(large) == []
    press(large, Qt.Key.Key_Escape)
    assert not large.isVisible()

    assert WindowState(steward_home).flag("side_by_side", False)
