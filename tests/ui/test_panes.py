"""The panes beside the conversation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.events import CircuitState
from app.orchestrator.approvals import Decision
from app.resilience.circuit_breaker import Outcome
from app.ui.chat.rows import CallRow
from app.ui.diff.lines import Kind
from app.ui.main_window import MainWindow
from app.ui.panes.circuit_line import CircuitLine
from app.ui.panes.circuits import CircuitsPane
from app.ui.panes.files import FilesPane
from app.ui.panes.folder_tree import FolderTree, Root
from app.ui.panes.trace import TracePane
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import REPORT, Puppet
from tests.ui.driving import Person, choose, click, press, until

EDIT = "replace 'draft' with 'final' in report.md"


async def allow(person: Person, text: str) -> None:
    person.say(text)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()


# --- versions -------------------------------------------------------------------------------------


async def test_an_empty_versions_pane_says_what_will_stand_there(window: MainWindow) -> None:
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")

    assert pane.versions == ()
    assert not pane.card.restore.isVisible()
    assert window.chat.composer.editor is not None


async def test_choosing_an_older_version_shows_its_difference_and_offers_it(
    person: Person, window: MainWindow
) -> None:
    await allow(person, EDIT)
    await allow(person, "replace 'total' with 'sum' in report.md")
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")
    await until(lambda: len(pane.versions) == 3, "three versions")
    assert pane.card.restore.accessibleName() == "Restore version 2"
    await until(lambda: (Kind.ADDED, "sum: 4,301") in shown(window), "the newest difference")

    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))

    await until(lambda: (Kind.ADDED, "status: final") in shown(window), "its difference")
    assert (Kind.ADDED, "sum: 4,301") not in shown(window)
    assert pane.card.restore.accessibleName() == "Restore version 2"
    pane.timeline.setCurrentIndex(pane.timeline.model().index(2, 0))
    assert pane.card.restore.accessibleName() == "Restore version 1"


def shown(window: MainWindow) -> list[tuple[Kind, str]]:
    assert window.versions is not None
    return [(line.kind, line.text) for line in window.versions.card.diff.lines]


async def test_an_answer_is_undone_with_one_click(
    person: Person, window: MainWindow, folder: Path, model: Puppet
) -> None:
    model.answers(
        calls(
            ("files.create", {"path": "a.md", "content": "a\n"}),
            ("files.create", {"path": "b.md", "content": "b\n"}),
        ),
        says("Made both."),
    )
    person.say("Make two files")
    await person.decide(Decision.ALLOW_CONVERSATION)
    await person.idle()
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")
    await until(lambda: pane.versions and pane.card.undo.isVisible(), "the button")

    click(pane.card.undo)
    choose(pane.card.undo.menu_shown, "Undo the whole answer")

    await until(lambda: not (folder / "a.md").exists(), "a.md to go")
    await until(lambda: not (folder / "b.md").exists(), "b.md to go")
    await until(lambda: "Took back 2 changes" in window.status_line.text, "the word of it")


async def test_side_by_side_and_back(person: Person, window: MainWindow) -> None:
    await allow(person, EDIT)
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")
    await until(lambda: shown(window), "the difference")
    unified = pane.card.diff.toPlainText()

    click(pane.card.side_by_side)
    assert pane.card.diff.toPlainText() != unified
    assert pane.card.diff.toPlainText().count("# Report") == 2

    click(pane.card.side_by_side)
    assert pane.card.diff.toPlainText() == unified


async def test_a_restore_over_a_change_from_outside_loses_neither(
    person: Person, window: MainWindow, folder: Path
) -> None:
    await allow(person, EDIT)
    (folder / "report.md").write_text("changed by hand\n")
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")
    await until(lambda: len(pane.versions) >= 2, "two versions")

    click(pane.card.restore)

    await until(lambda: (folder / "report.md").read_text() == REPORT, "version 1")
    await until(lambda: any(v.operation.value == "external" for v in pane.versions), "its version")


# --- circuits -------------------------------------------------------------------------------------


async def test_an_open_circuit_says_why_counts_down_and_can_be_reset(
    window: MainWindow, desk: Assembly
) -> None:
    pane = window.circuits
    assert pane is not None
    window.show_pane("Circuits")
    breaker = desk.breakers.breaker("files.edit")
    for _ in range(5):
        permit = breaker.acquire()
        assert permit is not None
        breaker.settle(permit, Outcome.FAILURE, reason="the disk is on fire")
    line = pane.line("files.edit")
    assert line is not None
    assert "open" in line.text
    assert "5 failures · the disk is on fire · tries again in 0:" in line.text

    click(line.reset)

    assert breaker.snapshot.state is CircuitState.CLOSED
    assert "closed" in line.text
    assert not line.reset.isVisible()
    assert line.trip.hasFocus(), "the focus stays on the line"
    assert line.outcomes.accessibleName() == "5 of the last 5 calls failed"


async def test_a_circuit_is_paused_and_reset_by_keyboard(
    window: MainWindow, desk: Assembly
) -> None:
    pane = window.circuits
    assert pane is not None
    window.show_pane("Circuits")
    line = pane.line("files.read")
    assert line is not None
    line.trip.setFocus()
    press(line.trip, Qt.Key.Key_Space)

    breaker = desk.breakers.breaker("files.read")
    assert breaker.acquire() is None
    assert "paused by hand" in line.text
    assert "stays so until it is reset" in line.text
    assert line.reset.hasFocus()
    assert not line.trip.isVisible()

    press(line.reset, Qt.Key.Key_Space)
    assert breaker.acquire() is not None
    assert line.text == "files.read  closed"
    press(line.trip, Qt.Key.Key_P)
    assert breaker.acquire() is None
    press(line.reset, Qt.Key.Key_R)
    assert breaker.acquire() is not None


async def test_a_service_stands_among_the_circuits_troubled_ones_first(
    window: MainWindow, desk: Assembly
) -> None:
    pane = window.circuits
    assert pane is not None
    window.show_pane("Circuits")
    desk.breakers.breaker("model: OpenRouter")
    desk.breakers.trip("files.undo")
    pane.refresh()
    shown = pane.findChildren(CircuitLine)
    await until(lambda: len({line.y() for line in shown}) == len(shown), "the lines to stand")
    assert all(line._title.width() > 60 for line in shown), "each name has room"
    ordered = [line.text.split("  ")[0] for line in sorted(shown, key=lambda line: line.y())]
    assert ordered[:2] == ["files.undo", "model: OpenRouter"]
    assert ordered[2:] == sorted(ordered[2:])


# --- files ----------------------------------------------------------------------------------------


async def test_the_tree_shows_the_folders_and_follows_changes(
    person: Person, window: MainWindow, folder: Path
) -> None:
    pane = window.files
    assert pane is not None
    window.show_pane("Files")
    await until(lambda: names(window) == ["notes.md", "report.md"], "the files")

    await allow(person, "create a file ideas.md with 'First idea'")

    await until(lambda: names(window) == ["ideas.md", "notes.md", "report.md"], "the new file")


def names(window: MainWindow) -> list[str]:
    assert window.files is not None
    model = window.files.tree.model()
    root = model.index(0, 0)
    return [str(model.index(i, 0, root).data()) for i in range(model.rowCount(root))]


async def test_a_folder_is_added_removed_and_brought_back(
    window: MainWindow, desk: Assembly, tmp_path: Path
) -> None:
    pane = window.files
    assert pane is not None
    window.show_pane("Files")
    other = tmp_path / "other"
    other.mkdir()

    pane.grant(other)
    assert desk.folders.folders[-1] == other
    assert window.top_bar.folders.text() == "2 folders"

    await until(lambda: pane.model.rowCount() == 2, "both folders")
    pane.tree.setCurrentIndex(pane.tree.model().index(1, 0))
    press(pane.tree, Qt.Key.Key_Delete)
    assert other not in desk.folders.folders
    assert window.top_bar.folders.text() == "1 folder"
    assert pane.undo_bar.text == "other removed; nothing in it was touched"
    assert "Its files and versions stay" in window.status_line.text
    assert other.is_dir()

    click(pane.undo_bar.button)

    assert desk.folders.folders[-1] == other
    await until(lambda: pane.model.rowCount() == 2, "both folders again")


async def test_a_folder_says_how_it_stands(
    window: MainWindow, desk: Assembly, tmp_path: Path
) -> None:
    pane = window.files
    assert pane is not None
    gone = tmp_path / "gone"
    gone.mkdir()
    pane.grant(gone)
    gone.rmdir()
    window.show_pane("Files")

    pane.refresh()

    await until(lambda: "gone  ·  not there" in tops(window), "the word on it")

    def why() -> str:
        return str(pane.model.index(0, 0, pane.model.index(1, 0)).data() or "")

    await until(lambda: why() == "It is not there now. Is its disk connected?", "why it is empty")


async def test_a_folder_that_could_not_be_read_before_it_was_known_how_it_stands() -> None:
    tree = FolderTree(lambda _: QIcon())
    tree.show_roots([Root("/usb", "usb", "", "/usb")])
    tree.fail("/usb", "/usb is not a folder.")
    tree.show_roots([Root("/usb", "usb", "not there", "/usb\nIt is not there now.")])
    row = tree.index(0, 0, tree.index(0, 0))
    assert row.data() == "It is not there now."
    assert row.data(Qt.ItemDataRole.ToolTipRole) == "/usb is not a folder."


async def test_a_folder_that_is_gone_is_not_read_without_end_and_comes_back(
    window: MainWindow, desk: Assembly, tmp_path: Path
) -> None:
    pane, session = window.files, window.session
    assert pane is not None
    assert session is not None
    usb, away = tmp_path / "usb", tmp_path / "away"
    usb.mkdir()
    (usb / "plan.md").touch()
    window.show_pane("Files")
    pane.grant(usb)

    def inside() -> str:
        return str(pane.model.index(0, 0, pane.model.index(1, 0)).data() or "")

    async def is_read(text: str) -> None:
        await until(lambda: inside().startswith(text), text)
        await until(lambda: session.tasks.idle, "the end of the reading")

    await is_read("plan.md")
    usb.rename(away)
    pane.refresh()
    await is_read("It is not there now.")
    away.rename(usb)
    pane.refresh()
    await is_read("plan.md")

    usb.rename(away)
    pane.refresh()
    await is_read("It is not there now.")
    away.rename(usb)
    top = pane.model.index(1, 0)
    pane.tree.collapse(top)
    pane.tree.expand(top)
    await is_read("plan.md")


def tops(window: MainWindow) -> list[str]:
    """The granted folders as they are shown."""
    assert window.files is not None
    model = window.files.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


async def test_a_folder_of_many_files_is_shown_in_parts(window: MainWindow, folder: Path) -> None:
    for number in range(1_203):
        (folder / f"one of many {number:04}.txt").touch()
    pane = window.files
    assert pane is not None
    window.show_pane("Files")
    pane.refresh()
    await until(lambda: names(window)[-1:] == ["205 more …"], "the first part")
    assert len(names(window)) == 1_001

    bar = pane.tree.verticalScrollBar()

    def scrolled() -> bool:
        bar.setValue(bar.maximum())  # it grows when what was added is laid out
        return len(names(window)) == 1_205

    await until(scrolled, "all of it")
    (folder / "one of many 0600.txt").unlink()
    pane.refresh()
    await until(lambda: len(names(window)) == 1_204, "one less")
    assert "one of many 0600.txt" not in names(window)


async def test_the_menu_of_a_file_leads_to_the_file_itself(
    window: MainWindow, folder: Path
) -> None:
    pane = window.files
    assert pane is not None
    window.show_pane("Files")
    await until(lambda: "report.md" in names(window), "the files")
    pane.tree.setCurrentIndex(pane.model.index(1, 0, pane.model.index(0, 0)))
    pane.tree.customContextMenuRequested.emit(QPoint(-1, -1))
    assert pane.menu.shown is not None
    choose(pane.menu.shown, "Copy path")
    assert QApplication.clipboard().text() == str(folder / "report.md")


async def test_what_is_no_folder_is_refused_in_words(window: MainWindow, tmp_path: Path) -> None:
    assert window.files is not None

    window.files.grant(tmp_path / "nowhere")

    assert "is not a folder" in window.status_line.text


async def test_a_file_in_the_tree_leads_to_its_versions(person: Person, window: MainWindow) -> None:
    await allow(person, EDIT)
    pane, versions = window.files, window.versions
    assert pane is not None
    assert versions is not None
    window.show_pane("Files")
    await until(lambda: "report.md" in names(window), "the files")
    root = pane.tree.model().index(0, 0)
    pane.tree.setCurrentIndex(pane.tree.model().index(1, 0, root))

    click(pane.versions)

    assert window.dock.tab == "Versions"
    await until(lambda: versions.path.endswith("report.md") and versions.versions, "its versions")


# --- trace ----------------------------------------------------------------------------------------


async def test_a_call_in_the_transcript_leads_to_its_step(
    person: Person, window: MainWindow
) -> None:
    await person.ask("what is in notes.md")
    window.show_pane("Files")
    transcript, trace = window.chat.transcript, window.trace
    assert transcript is not None
    assert trace is not None
    index = next(i for i, row in enumerate(person.rows) if isinstance(row, CallRow))
    rect = transcript.arrangement.rect(index)

    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=rect.center().toPoint())

    assert window.dock.tab == "Trace"
    assert trace.details.toPlainText().startswith("files.read")


async def test_the_trace_of_a_stored_conversation_has_its_durations(
    person: Person, window: MainWindow, desk: Assembly
) -> None:
    await person.ask("what is in notes.md")
    session, trace = window.session, window.trace
    assert session is not None
    assert trace is not None
    stored = session.current.id
    assert stored is not None
    session._open.clear()  # as after a restart
    session.start_new()

    await session.show(stored)

    turn = await until(lambda: trace.turns[0], "the turn")
    await until(lambda: turn.milliseconds is not None, "its record")
    step = next(step for step in turn.steps if step.name == "files.read")
    assert step.milliseconds is not None
    assert step.word == "done"
    assert "buy milk" in step.details()


# --- a pane is made when it is first seen ---------------------------------------------------------


async def test_a_pane_that_nobody_has_looked_at_is_not_made(
    person: Person, window: MainWindow
) -> None:
    await person.ask("what is in notes.md")
    window.show_pane("Versions")

    assert window.findChildren(TracePane) == []
    assert window.findChildren(CircuitsPane) == []
    assert window.findChildren(FilesPane) == []


async def test_a_trace_first_opened_shows_what_happened_before(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(("files.read", {"path": "notes.md"})), says("Milk."))
    await person.ask("what is in notes.md")
    model.answers(calls(("files.read", {"path": "report.md"})), says("A draft."))
    await person.ask("what is in report.md")
    assert window.findChildren(TracePane) == []

    window.show_pane("Trace")

    trace = window.trace
    assert trace is not None
    turns = trace.turns
    assert len(turns) == 2
    # What was recorded is read, too: the requests to the model are in no event.
    for number in range(2):
        await until(lambda at=number: _asked_model(trace, at), "its record")  # type: ignore[misc]


def _asked_model(trace: TracePane, turn: int) -> bool:
    return any(step.kind == "model" for step in trace.turns[turn].steps)


async def test_the_versions_first_opened_are_those_of_the_file_changed_last(
    person: Person, window: MainWindow
) -> None:
    window.show_pane("Files")
    await allow(person, EDIT)
    await allow(person, "replace 'milk' with 'tea' in notes.md")
    await allow(person, "replace 'final' with 'last' in report.md")

    window.show_pane("Versions")

    pane = window.versions
    assert pane is not None
    await until(lambda: len(pane.versions) == 3 and pane.path.endswith("report.md"), "its versions")


async def test_the_rail_shows_the_true_state(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(("files.create", {"path": "n.md", "content": "x"})), says("Made."))
    session, rail = window.session, window.rail
    assert session is not None
    assert rail._model is not None
    person.say("Make a file")
    await person.card()
    entries = rail._model
    await until(
        lambda: any(e.line == "Waiting for your approval" for e in entries.entries), "the state"
    )

    await person.decide(Decision.DENY)
    await person.idle()

    await until(lambda: any(e.line.startswith("Done in") for e in entries.entries), "the end")
    assert entries.entries[0].title == "Today"


async def test_search_finds_words_and_leads_to_the_message(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("The owl hoots at night."))
    await person.ask("What does it do?")
    click(window.rail.new_button)
    assert person.rows == []
    rail = window.rail
    assert rail._model is not None
    entries = rail._model

    rail.search.setFocus()
    QTest.keyClicks(rail.search, "hoots")
    await until(lambda: any(e.message_id for e in entries.entries), "the hit")
    hit = next(e for e in entries.entries if e.message_id)
    assert "hoots" in hit.line
    assert rail.list is not None
    index = entries.index(1, 0)
    point = rail.list.visualRect(index).center()
    QTest.mouseClick(rail.list.viewport(), Qt.MouseButton.LeftButton, pos=point)

    await until(lambda: person.answers == ["The owl hoots at night."], "the conversation")
    QTest.keyClick(rail.search, Qt.Key.Key_Escape)
    await until(lambda: entries.entries[0].title == "Today", "the list again")


async def test_a_conversation_is_renamed(person: Person, window: MainWindow, model: Puppet) -> None:
    model.answers(says("Yes."))
    await person.ask("Something")
    rail = window.rail
    assert rail._model is not None
    entries = rail._model

    assert entries.setData(entries.index(1, 0), "A better name")

    await until(lambda: window.windowTitle() == "A better name — Steward", "the new title")
