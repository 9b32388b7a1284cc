"""The trace tells what was recorded, also after a restart, and does something with it."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.assembly import Assembly
from app.domain.errors import ModelUnreachableError
from app.orchestrator import context
from app.orchestrator.approvals import Decision
from app.orchestrator.recorded_turn import from_bundle
from app.ui.main_window import MainWindow
from app.ui.panes.trace import TracePane
from app.ui.panes.trace_nodes import Node
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, choose, click, type_text, until

READ = ("files.read", {"path": "notes.md"})
EDIT = ("files.edit", {"path": "notes.md", "old": "milk", "new": "bread"})


async def restarted(window: MainWindow) -> Node:
    """The newest turn of the conversation shown, read again as after a restart."""
    session, trace = window.session, window.trace
    assert session is not None
    assert trace is not None
    stored = session.current.id
    assert stored is not None
    session._open.clear()
    session.start_new()
    await session.show(stored)
    turn = await until(lambda: trace.turns[-1], "the turn")
    await until(lambda: turn.milliseconds is not None, "its record")
    return turn


def pane(window: MainWindow) -> TracePane:
    window.show_pane("Trace")
    assert window.trace is not None
    return window.trace


async def test_a_failed_turn_is_still_a_failed_turn_after_a_restart(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), ModelUnreachableError("Nobody answers.", hint="Look at the cable."))
    await person.ask("read it")

    turn = await restarted(window)

    assert (turn.state, turn.word) == ("trouble", "failed")
    assert "Nobody answers. Look at the cable." in turn.details()
    assert [(step.kind, step.word) for step in turn.steps] == [
        ("model", "done"),
        ("call", "done"),
        ("model", "failed"),
        ("error", "failed"),
    ]
    assert "Nobody answers." in turn.steps[-1].details()


async def test_a_turn_at_its_limit_says_so_after_a_restart(
    person: Person, window: MainWindow, model: Puppet, desk: Assembly
) -> None:
    desk.running_settings.change("max_iterations", 1)
    model.answers(calls(READ), says("That is all."))
    await person.ask("read it")
    turn = await restarted(window)
    assert (turn.state, turn.word) == ("attention", "at its limit")


async def test_steps_have_their_tokens_their_time_and_who_allowed_them(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), calls(EDIT), says("Bread it is."))
    person.say("make it bread")
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    live = pane(window).turns[-1]
    kinds = ["model", "call", "model", "approval", "call", "version", "model"]
    await until(lambda: [s.kind for s in live.steps] == kinds, "the record of the turn")

    turn = await restarted(window)

    first, read, _, approval, edit, last = turn.steps
    assert (approval.title, approval.word) == ("approval: Change notes.md", "allowed")
    assert "allowed by you" in approval.details()
    assert first.title == "model: 15 tokens · $0.0010"
    assert "10 tokens sent, 5 received" in first.details()
    assert edit.decided == "allowed by you"
    begins = [step.begins for step in turn.steps if step.begins is not None]
    assert begins == sorted(begins)
    assert len(begins) == 6
    assert turn.milliseconds is not None
    assert (last.begins or 0) + (last.milliseconds or 0) <= turn.milliseconds + 1
    assert read.milliseconds is not None


async def test_the_chosen_step_stays_chosen_when_its_turn_ends(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), calls(EDIT), says("Done."))
    person.say("go")
    await person.card()
    trace = pane(window)
    turn = trace.turns[-1]
    read = next(step for step in turn.steps if step.name == "files.read")
    trace.show_call(read.id, turn.id)
    await person.decide(Decision.DENY)
    await person.idle()
    await until(lambda: [s.kind for s in turn.steps].count("model") == 3, "the record of the turn")
    assert trace.details.toPlainText().startswith("files.read")
    assert trace.tree.currentIndex().isValid()


async def test_the_bars_of_a_turn_grow_while_it_runs(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), calls(EDIT), says("Done."))
    person.say("go")
    await person.card()
    turn = pane(window).turns[-1]
    assert turn.milliseconds is None
    assert turn.span > 0
    assert all(step.begins is not None for step in turn.steps if step.kind in ("call", "model"))
    await person.decide(Decision.DENY)
    await person.idle()


async def test_who_looks_at_an_earlier_turn_is_not_taken_away(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), says("Milk."), calls(READ), says("Still milk."))
    await person.ask("first")
    trace = pane(window)
    earlier = trace.turns[0]
    person.say("second")
    await until(lambda: len(trace.turns) == 2, "the second turn")
    trace.show_call(earlier.steps[1].id, earlier.id)
    await person.idle()
    assert trace.tree.currentIndex().parent().row() == 0
    assert trace.details.toPlainText().startswith("files.read")


async def test_the_filter_leaves_the_steps_that_are_meant(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), says("Milk."), says("Hello."))
    await person.ask("what to buy?")
    await person.ask("good day")
    trace = pane(window)

    type_text(trace.filter, "read done")

    def shown() -> list[str]:
        tree, turns = trace.tree, trace.turns
        found = []
        for row, turn in enumerate(turns):
            above = tree.model().index(row, 0)
            hidden = tree.isRowHidden(row, QModelIndex())
            steps = (
                []
                if hidden
                else [
                    step.name
                    for at, step in enumerate(turn.steps)
                    if not tree.isRowHidden(at, above)
                ]
            )
            found += steps
        return found

    assert shown() == ["files.read"]
    assert trace.found == "1 step"
    trace.filter.setText("nowhere")
    assert shown() == []
    assert trace.found == "No step is like that."
    trace.filter.clear()
    assert len(shown()) == 4


async def test_the_menu_of_a_step_copies_it(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), says("Milk."))
    await person.ask("what to buy?")
    trace = pane(window)
    step = next(one for one in trace.turns[0].steps if one.kind == "call")
    trace.show_call(step.id, step.turn.id)
    trace.tree.customContextMenuRequested.emit(QPoint(-1, -1))
    assert trace.menu.shown is not None
    choose(trace.menu.shown, "Copy this step")
    text = QGuiApplication.clipboard().text()
    assert text.startswith("files.read")
    assert "what to buy?" not in text


async def test_a_turn_is_replayed_and_its_difference_shown(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(READ), says("Milk."))
    await person.ask("what to buy?")
    trace = pane(window)
    click(trace.acts.replay)
    await until(lambda: "no difference" in trace.details.toPlainText(), "the replay")
    assert "2 requests" in trace.details.toPlainText()

    rules = context._RULES
    context._RULES = rules.replace("briefly", "at length")  # type: ignore[misc]
    try:
        click(trace.acts.replay)
        await until(lambda: "first difference" in trace.details.toPlainText(), "the difference")
    finally:
        context._RULES = rules  # type: ignore[misc]
    assert "the system prompt of request 1" in trace.details.toPlainText()


async def test_a_turn_is_copied(person: Person, window: MainWindow, model: Puppet) -> None:
    model.answers(calls(READ), says("Milk."))
    await person.ask("what to buy?")
    click(pane(window).acts.copy)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("what to buy?")
    assert "buy milk" in text


async def test_a_turn_is_exported_as_a_bug_report(
    person: Person, window: MainWindow, model: Puppet, tmp_path: Path
) -> None:
    model.answers(calls(READ), says("Milk."))
    await person.ask("what to buy?")
    trace = pane(window)
    for entry, name in (("Bug report …", "a.json"), ("OpenTelemetry spans …", "b.json")):
        click(trace.acts.export)
        choose(trace.acts.export.menu_shown, entry)
        dialog = await until(lambda: trace.acts.findChild(QFileDialog), "the dialog")
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        await until((tmp_path / name).exists, "the file")
        await until(lambda: trace.acts.findChild(QFileDialog) is None, "the dialog to go")
    await person.idle()
    assert from_bundle(json.loads((tmp_path / "a.json").read_text())).text == "what to buy?"
    assert "resourceSpans" in json.loads((tmp_path / "b.json").read_text())
