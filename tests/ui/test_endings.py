"""How a turn ended is shown, live and when opened again, with a button that goes on from there."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.assembly import Assembly
from app.domain.errors import ModelRefusedError
from app.domain.events import Phase, Reasoning, TurnStarted, Waiting
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.turns import SummaryRecord, TurnRecord, TurnState
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
)
from app.redaction import Secret
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.rows import (
    ActsRow,
    AnswerRow,
    DayRow,
    FoldRow,
    NoticeRow,
    SuggestionsRow,
    UserRow,
    WaitRow,
)
from app.ui.chat.stored import stored_rows, thought
from app.ui.main_window import MainWindow
from app.ui.panes.trace_model import TraceModel
from tests.standins.model_server import ModelServer, error_reply
from tests.standins.scripted_model import ScriptedModel, calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, click_at, press, until

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
READ = ("files.read", {"path": "report.md"})


def message(role: Role, text: str, turn: str = "t", **more: object) -> ConversationMessage:
    return ConversationMessage("c", turn, role, text, NOW, **more)  # type: ignore[arg-type]


def turn(state: TurnState, turn_id: str = "t", **more: str) -> TurnRecord:
    return TurnRecord(turn_id, "c", Channel.WINDOW, "ask", NOW, state, **more)  # type: ignore[arg-type]


class Thinker(ScriptedModel):
    """Thinks, then answers."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        for words in ("The report says draft. ", "It should say final."):
            yield ReasoningDelta(words)
        yield TextDelta("It is a draft.")
        yield Completed("It is a draft.")


def button(person: Person, row: type = SuggestionsRow) -> QPushButton:
    """The one button below the answer."""
    transcript = person.window.chat.transcript
    assert transcript is not None
    at = next(i for i, one in enumerate(person.rows) if isinstance(one, row))
    widget = transcript.widget_at(at)
    assert widget is not None
    (found,) = widget.findChildren(QPushButton)
    return found


async def reopened(window: MainWindow, desk: Assembly) -> MainWindow:
    """The conversation shown, read from disk again."""
    session = window.session
    assert session is not None
    conversation_id = session.current.id
    assert conversation_id is not None
    session.start_new()
    session._open.clear()
    await session.show(conversation_id)
    await settled(window)
    return window


async def test_a_limit_is_told_with_its_reason_and_go_on_goes_on(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    desk.running_settings.use(dataclasses.replace(desk.settings, max_iterations=1))
    scripted = model.answers(calls(READ), says("So far."), says("Done."))
    await person.ask("go")
    (notice,) = person.rows_of(NoticeRow)
    assert notice.text.startswith("The limit of 1 model call was reached.")
    before = [type(row) for row in person.rows]
    await reopened(window, desk)
    assert person.rows_of(NoticeRow) == [notice]
    assert [type(row) for row in person.rows] == before
    assert button(person).text() == "Go on"
    click(button(person))
    await person.idle()
    assert scripted.requests[-1].messages[-1].text == "Go on."
    assert person.answers[-1] == "Done."
    assert not person.rows_of(SuggestionsRow)


async def test_an_answer_a_crash_cut_off_is_shown_so_with_a_button_that_resumes(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = model.answers(says("and that is all."))
    summary = await desk.conversations.create()
    session = window.session
    assert session is not None
    asked = dataclasses.replace(message(Role.USER, "tell me"), conversation_id=summary.id)
    await desk.turns.begin(TurnRecord("t", summary.id, Channel.WINDOW, "ask", NOW), asked)
    half = dataclasses.replace(
        message(Role.ASSISTANT, "It began", status=MessageStatus.INTERRUPTED),
        conversation_id=summary.id,
    )
    await desk.conversations.append(half)
    await desk.turns.finish("t", TurnState.INTERRUPTED, reason="", message="", iterations=0)
    await session.show(summary.id)
    await settled(window)
    shown = [type(row) for row in person.rows]
    assert shown == [DayRow, UserRow, AnswerRow, NoticeRow, ActsRow, SuggestionsRow]
    assert "Interrupted" in person.rows_of(NoticeRow)[0].text
    assert button(person).text() == "Resume"
    click(button(person))
    await person.idle()
    sent = [m.text for m in scripted.requests[0].messages]
    assert sent[:2] == ["tell me", "It began"]
    assert "Go on from where your answer stopped" in sent[2]
    assert person.answers == ["It began", "and that is all."]


async def test_a_failure_before_the_first_word_is_still_there_when_opened_again(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(ModelRefusedError("Not this model.", hint="Choose another."))
    await person.ask("go")
    (notice,) = person.rows_of(NoticeRow)
    await reopened(window, desk)
    assert person.rows_of(NoticeRow) == [notice]
    assert notice.state == "trouble"
    session = window.session
    assert session is not None
    trace = TraceModel()
    trace.load(session.current.messages, session.current.past_turns)
    assert [(one.state, one.word) for one in trace.turns] == [("trouble", "failed")]


async def test_an_answer_cut_off_by_its_length_can_be_continued(
    person: Person, model: Puppet
) -> None:
    model.answers(Completed("It begins", finish_reason="length"), says(" and ends."))
    await person.ask("go")
    assert "length limit" in person.rows_of(NoticeRow)[0].text
    assert button(person).text() == "Continue"


async def test_thoughts_are_folded_and_open_by_mouse_and_by_keyboard(
    person: Person, desk: Assembly, window: MainWindow
) -> None:
    desk.model.llm = Thinker([])
    await person.ask("go")
    (fold,) = person.rows_of(FoldRow)
    assert (fold.title, fold.open) == ("Thought for a moment", False)
    assert fold.text == "The report says draft. It should say final."
    transcript = window.chat.transcript
    assert transcript is not None
    at = next(i for i, row in enumerate(person.rows) if isinstance(row, FoldRow))
    place = transcript.arrangement.rect(at)
    folded = place.height()
    click_at(transcript.viewport(), place.left() + 40, place.bottom() - 6)
    assert person.rows_of(FoldRow)[0].open
    assert transcript.arrangement.rect(at).height() > folded
    press(transcript, Qt.Key.Key_Return)
    assert not person.rows_of(FoldRow)[0].open
    await reopened(window, desk)
    assert person.rows_of(FoldRow)[0].text == fold.text


def test_thinking_is_live_until_words_come() -> None:
    model = ConversationModel(lambda: NOW)
    about = {"at": NOW, "conversation_id": "c", "turn_id": "t"}
    model.take(TurnStarted(**about, text="go"))  # type: ignore[arg-type]
    model.take(Waiting(**about, phase=Phase.MODEL, detail="M", since=NOW))  # type: ignore[arg-type]
    for text in ("one ", "two"):
        model.take(Reasoning(**about, text=text))  # type: ignore[arg-type]
    fold = model.rows[-1]
    assert isinstance(fold, FoldRow)
    assert (fold.title, fold.text, fold.live) == ("Thinking …", "one two", True)
    assert not any(isinstance(row, WaitRow) for row in model.rows)


def test_stored_turns_say_how_they_ended_and_only_the_newest_offers_to_go_on() -> None:
    said = [
        message(Role.USER, "a", "1"),
        message(Role.ASSISTANT, "x", "1", status=MessageStatus.INTERRUPTED),
        message(Role.USER, "b", "2"),
        message(Role.ASSISTANT, "y", "2"),
    ]
    turns = [turn(TurnState.LIMIT, "1", reason="Enough."), turn(TurnState.OK, "2")]
    rows = stored_rows(said, turns, now=NOW)
    assert [type(row) for row in rows] == [
        UserRow, AnswerRow, NoticeRow, UserRow, AnswerRow, ActsRow,
    ]  # fmt: skip
    (notice,) = [row for row in rows if isinstance(row, NoticeRow)]
    assert notice.text.startswith("Enough.")


def test_a_summary_is_shown_where_it_was_made_and_can_be_read() -> None:
    said = [message(Role.USER, "a"), message(Role.ASSISTANT, "x")]
    rows = stored_rows(
        said, [turn(TurnState.OK)], [SummaryRecord("c", "t", 1, "Notes.", NOW)], now=NOW
    )
    fold = rows[1]
    assert isinstance(fold, FoldRow)
    assert (fold.text, fold.open) == ("Notes.", False)
    assert "summarised" in fold.title


def test_thinking_times_are_said_in_whole_seconds() -> None:
    assert thought(None) == thought(300) == "Thought for a moment"
    assert thought(4_200) == "Thought for 4 s"
    assert thought(125_000) == "Thought for 2 min 5 s"


async def test_what_a_conversation_used_is_still_known_when_it_is_opened_again(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("Hello."))
    await person.ask("go")
    await until(window.top_bar.usage.text, "the usage")
    await reopened(window, desk)
    assert window.top_bar.usage.text() == "15 tokens · $0.001"
    assert "All of today: 15 tokens, $0.001" in window.top_bar.usage.toolTip()


async def test_a_refused_key_says_where_in_the_window_it_is_set(
    window: MainWindow, desk: Assembly, person: Person
) -> None:
    session = window.session
    assert session is not None
    with ModelServer(models=("small",), api_key="sk-right-0123456789") as server:
        right = Secret("sk-right-0123456789")
        await desk.model.connect("openai-compatible", base_url=server.base_url, api_key=right)
        server.script([error_reply(401, {"error": {"message": "Invalid API key"}})])
        await person.ask("hello")
    ended = [row.text for row in person.rows_of(NoticeRow)]
    await session.reopen(session.current)
    reopened = [row.text for row in person.rows_of(NoticeRow)]

    assert ended == reopened
    (said,) = ended
    assert "refused the key" in said
    assert said.endswith("Check the key. It is set under Settings → Model.")
    assert "STEWARD_" not in said
    assert "config set" not in said


async def test_a_notification_says_where_in_the_window_it_is_set(
    window: MainWindow, desk: Assembly
) -> None:
    error = ModelRefusedError(
        "The server offers no model.", hint="Load one there.", details={"settings": ["model"]}
    )
    desk.router.notify_error("window", error)

    (card,) = window.cards.cards
    assert "Load one there. It is set under Settings → Model." in card.text
    assert "Settings → Model" in card.accessibleDescription()
