"""Another process in the same conversation: what is sent follows what the person sees."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.domain.messages import Role
from app.ui.chat.rows import ForkRow
from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.standins.scripted_model import ScriptedModel, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, elsewhere, press, type_text, until
from tests.ui.test_branches import acts
from tests.ui.test_branches_interrupted import edit_first


def started(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


async def terminal(*arguments: str) -> None:
    """Run a command of Steward in a process of its own."""
    running = started(*arguments)
    await until(lambda: running.poll() is not None, "the command", seconds=30)
    told, _ = running.communicate()
    assert running.returncode == 0, told


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


def id_of(window: MainWindow) -> str:
    conversation_id = session_of(window).current.id
    assert conversation_id is not None
    return conversation_id


async def first_message(desk: Assembly, window: MainWindow, text: str) -> int:
    """The newest message that says ``text``, on any branch."""
    hits = await desk.conversations.search(f'"{text}"')
    return next(one.message_id for one in hits if one.conversation_id == id_of(window))


async def stored(desk: Assembly, window: MainWindow) -> list[str]:
    """What the database shows of the conversation."""
    messages = await desk.conversations.messages(id_of(window))
    return [one.text for one in messages if one.role in (Role.USER, Role.ASSISTANT)]


def asked(model: ScriptedModel, number: int) -> list[str]:
    """What the model was told in a request."""
    return [one.text for one in model.requests[number].messages]


async def two_answers(person: Person, model: Puppet, *more: str) -> ScriptedModel:
    """A message that was answered twice; the second answer is shown."""
    scripted = model.answers(says("First."), says("Second."), *(says(one) for one in more))
    await person.ask("tell me")
    acts(person, "Answer again").click()
    await until(lambda: person.answers == ["Second."], "the second answer")
    await person.idle()
    await settled(person.window)
    return scripted


async def test_what_is_sent_follows_the_branch_that_is_seen(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = await two_answers(person, model, "Third.")
    await terminal(
        "conversations", "switch", id_of(window), str(await first_message(desk, window, "First"))
    )
    assert await stored(desk, window) == ["tell me", "First."]

    await person.ask("and then?")
    await settled(window)

    assert asked(scripted, 2) == ["tell me", "Second.", "and then?"]
    assert person.answers == ["Second.", "Third."]
    assert await stored(desk, window) == ["tell me", "Second.", "and then?", "Third."]


async def test_who_comes_back_to_the_window_sees_the_branch_that_was_chosen(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    await two_answers(person, model)
    async with elsewhere(window):
        message = await first_message(desk, window, "First")
        await terminal("conversations", "switch", id_of(window), str(message))

    await until(lambda: person.answers == ["First."], "the branch that was chosen")
    await settled(window)
    assert "chosen elsewhere" in window.status_line.text
    assert window.isActiveWindow()


async def test_what_is_being_answered_is_not_exchanged_under_the_persons_hands(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    await two_answers(person, model)
    type_text(window.chat.composer.editor, "and th")
    async with elsewhere(window):
        message = await first_message(desk, window, "First")
        await terminal("conversations", "switch", id_of(window), str(message))
    await until(lambda: "chosen elsewhere" in window.status_line.text, "the words")
    await settled(window)
    assert person.answers == ["Second."]

    editor = window.chat.composer.editor
    editor.selectAll()
    press(editor, Qt.Key.Key_Delete)
    async with elsewhere(window):
        pass
    await until(lambda: person.answers == ["First."], "the branch that was chosen")
    await settled(window)


async def test_an_edit_under_way_stays_though_the_terminal_went_on(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("First."))
    await person.ask("tell me")
    await edit_first(person, "tell me more")
    async with elsewhere(window):
        await terminal("ask", "--conversation", id_of(window), "/help")
    await until(lambda: "went on elsewhere" in window.status_line.text, "the words")
    await settled(window)

    assert window.chat.composer.text == "tell me more"
    press(window.chat.composer.editor, Qt.Key.Key_Escape)


async def test_a_message_follows_one_that_another_face_was_quicker_with(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = model.answers(says("First."), says("Third."))
    await person.ask("tell me")
    await terminal("ask", "--conversation", id_of(window), "/help")

    await person.ask("and then?")
    await until(lambda: person.said == ["tell me", "/help", "and then?"], "all three")
    await settled(window)

    assert asked(scripted, 1)[:3:2] == ["tell me", "/help"]
    assert asked(scripted, 1)[-1] == "and then?"
    assert not person.rows_of(ForkRow)
    assert "went on elsewhere" in window.status_line.text


async def test_where_others_said_more_than_one_thing_a_branch_begins_and_the_fork_bar_says_so(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = model.answers(says("First."), says("Mine."))
    await person.ask("tell me")
    await terminal("ask", "--conversation", id_of(window), "/help")
    help_ = str(await first_message(desk, window, "help"))
    await terminal("ask", "--conversation", id_of(window), "--instead-of", help_, "/help me")

    await person.ask("and then?")
    await until(lambda: person.rows_of(ForkRow), "the versions")
    await settled(window)

    assert asked(scripted, 1) == ["tell me", "First.", "and then?"]
    assert person.said == ["tell me", "and then?"]
    assert person.rows_of(ForkRow)[0].fork.words == "3 of 3"


async def test_what_waits_its_turn_follows_the_turn_it_waits_for(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = await two_answers(person, model)
    gate = asyncio.Event()
    scripted = model.answers(gate, says("Fourth."))
    person.say("and then?")
    await scripted.streaming.wait()
    person.say("and then that")
    await until(lambda: window.session and window.session.waiting, "the message in the line")
    message = str(await first_message(desk, window, "First"))
    await terminal("conversations", "switch", id_of(window), message)
    gate.set()
    await person.idle()
    await settled(window)

    assert person.said == ["tell me", "and then?", "and then that"]
    assert [one for one in await stored(desk, window) if not one.endswith(".")][:2] == [
        "tell me",
        "and then?",
    ]
    assert (await stored(desk, window))[-1] == "Fourth."
    assert asked(scripted, 1)[:3] == ["tell me", "Second.", "and then?"]


async def test_an_open_conversation_that_is_shown_again_shows_what_was_added(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("First."))
    await person.ask("tell me")
    session, conversation_id = session_of(window), id_of(window)
    session.start_new()
    await terminal("ask", "--conversation", conversation_id, "/help")

    await session.show(conversation_id)

    assert person.said == ["tell me", "/help"]
    await settled(window)
