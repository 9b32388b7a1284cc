"""The agent loop: stored first, one result a call, within its limits, cancellable anywhere."""

from __future__ import annotations

import asyncio
import dataclasses
import threading

import pytest

from app.domain.errors import (
    ClosingError,
    MayNotWriteError,
    ModelCredentialsError,
    ModelStreamError,
)
from app.domain.events import (
    Answer,
    Approval,
    Delta,
    ErrorEvent,
    Event,
    FileVersionEvent,
    Notification,
    ToolResultEvent,
    TurnFinished,
    TurnStatus,
)
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.skills import SkillContext, SkillResult
from app.domain.tool_calls import ToolCall, ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.engine import Engine, TurnOutcome
from app.orchestrator.llm_client import Completed
from app.storage.models import Message
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})
READ = ("files.read", {"path": "report.md"})


async def run(
    desk: Desk, text: str = "go", mode: ApprovalMode = ApprovalMode.ALWAYS
) -> tuple[Engine, TurnOutcome]:
    engine = await desk.assembly.engines.get(None)
    return engine, await engine.run_turn(text, channel=Channel.TERMINAL, mode=mode)


async def seen(desk: Desk, type_: type) -> None:
    """Wait until an event of this type was published."""
    arrived = asyncio.Event()
    stop = desk.assembly.bus.subscribe(lambda e: arrived.set() if isinstance(e, type_) else None)
    if desk.of(type_):
        arrived.set()
    async with asyncio.timeout(10):
        await arrived.wait()
    stop()


async def answers(desk: Desk, engine: Engine) -> list[ConversationMessage]:
    """What the assistant said, as stored."""
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    return [message for message in stored if message.role is Role.ASSISTANT]


def page(number: int) -> tuple[str, dict[str, object]]:
    """A call like the others that asks for something else."""
    return ("files.read", {"path": "report.md", "limit": 100 + number})


async def test_an_answer_streams_is_stored_and_ends_the_turn(desk: Desk) -> None:
    desk.model(says("Hello there friend"))
    engine, outcome = await run(desk, "hi")
    assert outcome.status is TurnStatus.OK
    assert "".join(d.text for d in desk.of(Delta)) == "Hello there friend" == outcome.text
    assert desk.types()[:2] == ["turn_started", "waiting"]
    assert desk.types()[-2:] == ["answer", "turn_finished"]
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert [(m.role, m.text) for m in stored] == [
        (Role.USER, "hi"),
        (Role.ASSISTANT, "Hello there friend"),
    ]


async def test_the_message_is_on_disk_before_the_model_is_asked(desk: Desk) -> None:
    engine = await desk.assembly.engines.get(None)
    found: list[str] = []

    def look(_: object) -> object:
        rows = desk.assembly.database.read(lambda: [str(row.text) for row in Message.select()])
        found.extend(rows)
        return says("ok")

    desk.model(look)  # type: ignore[arg-type]
    await engine.run_turn("keep me", channel=Channel.TERMINAL)
    assert found == ["keep me"]


async def test_an_answer_is_on_disk_while_it_still_arrives(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    async with asyncio.timeout(1):  # no more than a second of it may ever be lost
        while not (stored := await answers(desk, engine)):
            continue
    assert [(m.text, m.status) for m in stored] == [("One moment", MessageStatus.STREAMING)]
    engine.cancel()
    await turn


async def test_a_call_left_without_a_result_by_a_crash_has_one_in_the_next_request(
    desk: Desk,
) -> None:
    model = desk.model(says("Hello."))
    engine = await desk.assembly.engines.get(None)
    asked = calls(READ).tool_calls
    for role, made in ((Role.USER, ()), (Role.ASSISTANT, asked)):
        await desk.assembly.conversations.append(
            ConversationMessage(
                conversation_id=engine.conversation_id,
                turn_id="crashed",
                role=role,
                text="before the crash",
                created_at=desk.assembly.clock.now(),
                tool_calls=made,
            )
        )
    await engine.run_turn("hi", channel=Channel.WINDOW)
    results = [m for m in model.requests[0].messages if m.role is Role.TOOL]
    assert [(m.tool_call_id, m.tool_status) for m in results] == [
        (asked[0].id, ToolStatus.INTERRUPTED)
    ]


async def test_calls_run_and_their_results_go_back_before_the_next_request(desk: Desk) -> None:
    model = desk.model(calls(READ, READ), calls(EDIT), says("Done."))
    _, outcome = await run(desk)
    assert outcome.text == "Done."
    assert (desk.folder / "report.md").read_text() == "# Report\n\nstatus: final\n"
    for request in model.requests:
        asked = [c.id for m in request.messages for c in m.tool_calls]
        answered = [m.tool_call_id for m in request.messages if m.role is Role.TOOL]
        assert asked == answered
    assert "status: draft" in model.requests[1].messages[-1].text
    versions = [e for e in desk.events if e.type == "file_version"]
    assert [v.to_json()["version"] for v in versions] == [2]


async def test_the_loop_ends_at_its_limit_with_a_closing_call_that_may_use_no_tool(
    desk: Desk,
) -> None:
    desk.assembly.running_settings.use(
        dataclasses.replace(desk.assembly.settings, max_iterations=3)
    )
    model = desk.model(
        calls(page(1)), calls(page(2)), calls(page(3)), calls(EDIT, text="I read it three times.")
    )
    engine, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert outcome.text == "I read it three times."
    assert [r.tool_choice for r in model.requests] == ["auto", "auto", "auto", "none"]
    assert desk.of(TurnFinished)[0].iterations == 3
    assert "draft" in (desk.folder / "report.md").read_text()
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert stored[-1].tool_calls == ()


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (("files.fly", {}), "unknown_skill"),
        (("files.read", {"file": "x"}), "invalid_arguments"),
        (("files.read", {"path": "../../etc/passwd"}), "path_outside"),
        (("files.read", {"path": "none.md"}), "file_missing"),
    ],
)
async def test_a_call_that_cannot_run_is_a_typed_result_and_the_turn_goes_on(
    desk: Desk, call: tuple[str, dict[str, object]], kind: str
) -> None:
    desk.model(calls(call), says("I see."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.OK
    (result,) = desk.of(ToolResultEvent)
    assert result.status is ToolStatus.ERROR
    assert result.metadata["type"] == kind


async def test_approval_shows_the_diff_and_a_yes_changes_the_file(desk: Desk) -> None:
    desk.model(calls(EDIT), says("Done."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    (asked,) = desk.assembly.approvals.pending()
    assert "-status: draft" in asked.diff
    assert "+status: final" in asked.diff
    assert "draft" in (desk.folder / "report.md").read_text()
    assert desk.assembly.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="window")
    await turn
    assert "final" in (desk.folder / "report.md").read_text()
    assert [(a.decision, a.by) for a in desk.of(Approval)] == [(None, None), ("allowed", "window")]
    assert not desk.assembly.approvals.decide(asked.id, Decision.DENY, by="window")


@pytest.mark.parametrize(
    ("mode", "by"),
    [(ApprovalMode.NEVER, "--approve never"), (ApprovalMode.UNATTENDED, "nobody to ask")],
)
async def test_what_nobody_may_allow_is_denied_and_the_model_sees_it(
    desk: Desk, mode: ApprovalMode, by: str
) -> None:
    model = desk.model(calls(EDIT), says("You said no."))
    await run(desk, mode=mode)
    (result,) = desk.of(ToolResultEvent)
    assert result.status is ToolStatus.DENIED
    assert "Nothing was changed" in model.requests[1].messages[-1].text
    assert desk.of(Approval)[-1].by == by
    assert "draft" in (desk.folder / "report.md").read_text()


async def test_a_rule_for_this_conversation_does_not_ask_again_but_others_do(desk: Desk) -> None:
    back = ("files.edit", {"path": "report.md", "old": "final", "new": "draft"})
    desk.model(calls(EDIT), calls(back), says("Twice."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    (asked,) = desk.assembly.approvals.pending()
    desk.assembly.approvals.decide(asked.id, Decision.ALLOW_CONVERSATION, by="window")
    assert (await turn).status is TurnStatus.OK
    assert [a.by for a in desk.of(Approval) if a.decision] == [
        "window",
        "your rule (conversation)",
    ]
    desk.model(calls(EDIT), says("No."))
    await run(desk, mode=ApprovalMode.UNATTENDED)
    assert desk.of(Approval)[-1].decision == "denied"


async def test_a_file_changed_after_the_diff_was_shown_is_not_overwritten(desk: Desk) -> None:
    desk.model(calls(EDIT), says("It changed."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    (desk.folder / "report.md").write_text("mine: draft\n")
    (asked,) = desk.assembly.approvals.pending()
    desk.assembly.approvals.decide(asked.id, Decision.ALLOW_ONCE, by="window")
    await turn
    assert (desk.folder / "report.md").read_text() == "mine: draft\n"
    (result,) = desk.of(ToolResultEvent)
    assert result.metadata["type"] == "file_changed"


async def test_a_denied_call_asked_again_unchanged_is_refused_without_asking(desk: Desk) -> None:
    desk.model(calls(EDIT), calls(EDIT), says("All right."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    (asked,) = desk.assembly.approvals.pending()
    desk.assembly.approvals.decide(asked.id, Decision.DENY, by="window")
    await turn
    assert [r.status for r in desk.of(ToolResultEvent)] == [ToolStatus.DENIED] * 2
    assert len([a for a in desk.of(Approval) if a.decision is None]) == 1


async def test_after_a_long_turn_the_conversation_before_it_is_still_known(desk: Desk) -> None:
    steps = [calls(page(number)) for number in range(24)]
    model = desk.model(says("Hello Bob."), *steps, says("Read."), says("You said Bob."))
    engine = await desk.assembly.engines.get(None)
    for text in ("my name is Bob", "read it often", "what did I say?"):
        await engine.run_turn(text, channel=Channel.WINDOW)
    sent = [m.text for m in model.requests[-1].messages if m.role is not Role.TOOL and m.text]
    assert sent[:2] == ["my name is Bob", "Hello Bob."]
    assert sent[-2:] == ["Read.", "what did I say?"]


async def test_turns_of_two_processes_in_one_conversation_keep_their_results(desk: Desk) -> None:
    model = desk.model(says("Hello."))
    engine = await desk.assembly.engines.get(None)
    asked = {turn: calls(READ).tool_calls for turn in "ab"}
    rows: list[tuple[str, Role]] = [
        *(("a", Role.USER), ("b", Role.USER), ("a", Role.ASSISTANT), ("b", Role.ASSISTANT)),
        *(("a", Role.TOOL), ("b", Role.TOOL)),
    ]
    for turn, role in rows:
        call = asked[turn][0]
        await desk.assembly.conversations.append(
            ConversationMessage(
                conversation_id=engine.conversation_id,
                turn_id=turn,
                role=role,
                text=f"{role} {turn}",
                created_at=desk.assembly.clock.now(),
                tool_calls=(call,) if role is Role.ASSISTANT else (),
                tool_call_id=call.id if role is Role.TOOL else None,
                tool_status=ToolStatus.OK if role is Role.TOOL else None,
            )
        )
    await engine.run_turn("and?", channel=Channel.WINDOW)
    results = [m for m in model.requests[0].messages if m.role is Role.TOOL]
    assert [m.tool_status for m in results] == [ToolStatus.OK, ToolStatus.OK]
    assert ["\ntool a\n" in results[0].text, "\ntool b\n" in results[1].text] == [True, True]


async def test_a_model_without_closing_words_gets_a_true_account_instead(desk: Desk) -> None:
    desk.model(calls(READ), says(""))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.OK
    assert outcome.text == "".join(d.text for d in desk.of(Delta))
    assert "`files.read` ok" in outcome.text


async def test_an_answer_with_nothing_in_it_is_a_failure(desk: Desk) -> None:
    desk.model(says(""))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.FAILED
    assert "empty answer" in str(outcome.error)


async def test_stop_while_streaming_keeps_the_words_and_closes_the_stream(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    assert engine.cancel()
    assert not engine.cancel()
    assert (await turn).status is TurnStatus.CANCELLED
    assert model.closed_streams == 1
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert stored[-1].status is MessageStatus.INTERRUPTED
    assert stored[-1].text == "One moment"
    assert desk.types()[-1] == "turn_finished"


async def test_stop_at_the_first_word_stores_the_answer_once(desk: Desk) -> None:
    desk.model(("One", " two", " three", " four"))
    engine = await desk.assembly.engines.get(None)

    def stop(event: Event) -> None:
        if isinstance(event, Delta):
            engine.cancel()

    desk.assembly.bus.subscribe(stop)
    outcome = await engine.run_turn("go", channel=Channel.WINDOW)
    assert outcome.status is TurnStatus.CANCELLED
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    ((text, status),) = [(m.text, m.status) for m in stored[1:]]
    assert status is MessageStatus.INTERRUPTED
    assert text == "".join(d.text for d in desk.of(Delta)) != "One two three four"


async def test_stop_while_waiting_for_approval_leaves_one_result_a_call(desk: Desk) -> None:
    model = desk.model(calls(EDIT, READ))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, Approval)
    engine.cancel()
    assert (await turn).status is TurnStatus.CANCELLED
    assert desk.assembly.approvals.pending() == ()
    results = desk.of(ToolResultEvent)
    assert [r.status for r in results] == [ToolStatus.INTERRUPTED] * 2
    model.steps = [says("Again.")]
    await engine.run_turn("and now?", channel=Channel.WINDOW)
    history = model.requests[-1].messages
    assert [c.id for m in history for c in m.tool_calls] == [
        m.tool_call_id for m in history if m.role is Role.TOOL
    ]


async def test_a_result_is_on_disk_while_the_next_call_still_waits(desk: Desk) -> None:
    """Whoever is killed now has done, and has told, the first change."""
    other = ("files.create", {"path": "new.md", "content": "x"})
    desk.model(calls(EDIT, other))
    engine = await desk.assembly.engines.get(None)
    await desk.assembly.rules.allow("files.edit", engine.conversation_id)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await seen(desk, ToolResultEvent)
    assert [one.name for one in desk.assembly.approvals.pending()] in ([], ["files.create"])
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert [(m.tool_name, m.tool_status) for m in stored if m.role is Role.TOOL] == [
        ("files.edit", ToolStatus.OK)
    ]
    (turn_id,) = {m.turn_id for m in stored}
    finished = await desk.assembly.executions.finished_results([turn_id])
    assert [(one.name, one.status) for one in finished.values()] == [("files.edit", ToolStatus.OK)]
    (change,) = await desk.assembly.executions.changes(
        turn_id, (await desk.assembly.executions.for_turn(turn_id))[0].id
    )
    assert (change.path, change.version) == (str(desk.folder / "report.md"), 2)
    engine.cancel()
    await turn


async def test_two_new_files_in_one_new_folder_and_an_edit_are_made_from_one_answer(
    desk: Desk,
) -> None:
    made = [("files.create", {"path": f"new/{n}.md", "content": n}) for n in "abc"]
    desk.model(calls(EDIT, *made), says("Done."))
    await run(desk)
    assert [r.status for r in desk.of(ToolResultEvent)] == [ToolStatus.OK] * 4
    assert sorted(p.name for p in (desk.folder / "new").iterdir()) == ["a.md", "b.md", "c.md"]


async def test_a_call_that_was_left_behind_begins_no_change_and_what_it_had_begun_is_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    assembly = desk.assembly
    skill = assembly.registry.get("files.append")
    begun, gone, ended = (asyncio.Event() for _ in range(3))
    go = threading.Event()
    assembly.executor._grace = 0.05
    refused: list[str] = []

    loop = asyncio.get_running_loop()

    def slow(old: bytes) -> bytes:
        loop.call_soon_threadsafe(begun.set)
        assert go.wait(10)
        return old + b"late"

    async def stubborn(params: object, context: SkillContext) -> SkillResult:
        change = asyncio.create_task(context.workspace.edit("report.md", slow))
        while not change.done():
            try:
                await asyncio.wait({change})
            except asyncio.CancelledError:
                gone.set()
        try:
            await context.workspace.edit("report.md", lambda old: old + b"too late")
        except MayNotWriteError as error:
            refused.append(str(error))
        ended.set()
        return SkillResult.ok("")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(skill), "execute", staticmethod(stubborn))
        desk.model(calls(("files.append", {"path": "report.md", "text": "x"})))
        engine = await assembly.engines.get(None)
        turn = asyncio.create_task(
            engine.run_turn("go", channel=Channel.WINDOW, mode=ApprovalMode.ALWAYS)
        )
        await begun.wait()
        engine.cancel()
        await gone.wait()
        await turn
    assert [n.error_type for n in desk.of(Notification)] == ["abandoned"]
    assert len(assembly.executor.abandoned) == 1
    go.set()
    await seen(desk, FileVersionEvent)
    (late,) = [n for n in desk.of(Notification) if n.error_type == "late_change"]
    assert "report.md" in late.message
    assert "version 2" in late.message
    await ended.wait()
    assert "cannot change files any more" in refused[0]
    assert (desk.folder / "report.md").read_bytes().endswith(b"draft\nlate")
    await asyncio.sleep(0)  # what is called back at its end
    assert not assembly.executor.abandoned


async def test_cancelling_the_caller_stops_the_turn_first(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert not engine.busy
    assert desk.of(TurnFinished)[0].status is TurnStatus.CANCELLED


async def test_messages_of_several_faces_queue_in_one_conversation(desk: Desk) -> None:
    model = desk.model(asyncio.Event(), says("Second."))
    engine = await desk.assembly.engines.get(None)
    first = asyncio.create_task(engine.run_turn("one", channel=Channel.WINDOW))
    await model.streaming.wait()
    second = asyncio.create_task(engine.run_turn("two", channel=Channel.TERMINAL))
    await asyncio.wait([second], timeout=0)
    assert engine.queued == ("two",)
    engine.cancel()
    assert (await first).status is TurnStatus.CANCELLED
    assert (await second).text == "Second."
    assert (await desk.assembly.engines.get(engine.conversation_id)) is engine


async def test_when_all_is_stopped_what_waits_is_refused_and_nothing_of_it_is_stored(
    desk: Desk,
) -> None:
    model = desk.model(asyncio.Event(), says("Never asked."))
    engine = await desk.assembly.engines.get(None)
    first = asyncio.create_task(engine.run_turn("one", channel=Channel.WINDOW))
    await model.streaming.wait()
    waiting = [
        asyncio.create_task(engine.run_turn(text, channel=Channel.TERMINAL))
        for text in ("two", "three")
    ]
    await asyncio.wait(waiting, timeout=0)
    engine.cancel()  # it is stopping already: it is waited for all the same

    await desk.assembly.engines.stop_all()

    assert (await first).status is TurnStatus.CANCELLED
    refused = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in refused] == [ClosingError, ClosingError]
    assert len(model.requests) == 1
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert [m.text for m in stored if m.role is Role.USER] == ["one"]
    with pytest.raises(ClosingError):
        await engine.run_turn("four", channel=Channel.WINDOW)
    with pytest.raises(ClosingError):
        await desk.assembly.engines.get(None)


@pytest.mark.parametrize(
    "error", [ModelCredentialsError("The key was refused."), ModelStreamError("It broke off.")]
)
async def test_a_model_that_fails_fails_the_turn_with_words_and_leaves_it_usable(
    desk: Desk, error: ModelStreamError
) -> None:
    model = desk.model(error, says("Back."))
    engine, outcome = await run(desk)
    assert outcome.status is TurnStatus.FAILED
    assert outcome.error is error
    assert desk.of(ErrorEvent)[0].kind == error.kind
    assert (await engine.run_turn("again", channel=Channel.WINDOW)).text == "Back."
    assert [m.text for m in model.requests[-1].messages] == ["go", "again"]


async def test_a_secret_reaches_neither_model_nor_events_nor_history_and_is_not_written(
    folder: object, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    from pathlib import Path

    from app.assembly import Assembly

    key = "sk-secret-0123456789"
    monkeypatch.setenv("OPENROUTER_API_KEY", key)
    monkeypatch.setenv("STEWARD_PROVIDER", "guided")
    assert isinstance(folder, Path)
    (folder / ".env").write_text(f"KEY={key}\nMODE=draft\n")
    assembly = await Assembly.open(folders=(folder,))
    try:
        desk = Desk(assembly, folder)
        write = ("files.create", {"path": "x.txt", "content": "[secret:OPENROUTER_API_KEY]"})
        beside = ("files.edit", {"path": ".env", "old": "MODE=draft", "new": "MODE=final"})
        model = desk.model(
            calls(("files.read", {"path": ".env"})),
            calls(write),
            calls(beside),
            says(f"It is {key}."),
        )
        engine, _ = await run(desk, f"my key is {key}")
        assert key not in repr(model.requests)
        assert key not in repr(desk.events)
        assert key not in repr(await assembly.conversations.messages(engine.conversation_id))
        statuses = [(r.name, r.status) for r in desk.of(ToolResultEvent)]
        assert statuses[1:] == [("files.create", "error"), ("files.edit", "ok")]
        assert not (folder / "x.txt").exists()
        assert (folder / ".env").read_text() == f"KEY={key}\nMODE=final\n"
        assert desk.of(Answer)[0].text == "It is [secret:OPENROUTER_API_KEY]."
        (folder / "long.txt").write_text("x" * 100 + key)
        thinking = Completed(
            text="",
            tool_calls=(ToolCall(f"id{key}", f"files.{key}"),),
            metadata={"reasoning_details": [{"text": key}]},
        )
        pages = [("files.read", {"path": "long.txt", "offset": o, "limit": 110}) for o in (0, 110)]
        found = ("files.search", {"query": "x" * 60})
        model = desk.model(calls(*pages, found), thinking, says("Done."))
        await run(desk)
        assert "secret-01" not in repr(model.requests)
        assert "23456789" not in repr(model.requests)
        errors = [m for m in model.requests[-1].messages if m.tool_status == "error"]
        assert len(errors) == 1, "the call with a secret in its name has its own result"
        desk.model(("It is sk-sec", "ret-01234", "56789", " indeed"))
        await run(desk)
        said = "".join(d.text for d in desk.of(Delta))
        assert said.endswith("It is [secret:OPENROUTER_API_KEY] indeed")
    finally:
        await assembly.close()
    home = assembly.settings.home
    blobs = home / "vault"
    for file in home.rglob("*"):
        if file.is_file() and not file.is_relative_to(blobs):
            assert key.encode() not in file.read_bytes(), file


async def test_a_skill_that_keeps_failing_is_paused_and_the_model_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = desk.assembly.registry.get("files.read")

    async def crash(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(type(skill), "execute", crash)
    # Three failures of one kind end a turn; the circuit goes on counting.
    for numbers in (range(3), range(3, 6)):
        desk.model(*[calls(page(number)) for number in numbers], says("It is broken."))
        await run(desk)
    statuses = [r.status for r in desk.of(ToolResultEvent)]
    assert statuses == [ToolStatus.ERROR] * 5 + [ToolStatus.UNAVAILABLE]
    circuits = [e for e in desk.events if e.type == "circuit"]
    assert [c.state for c in circuits] == ["open"]  # type: ignore[attr-defined]
