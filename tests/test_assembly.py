"""The composition root: what is broken in one place does not keep the rest from starting."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.errors import FileError, ModelError, UsageError
from app.domain.events import CircuitState, Event, FileVersionEvent, Notification, Severity
from app.domain.files import Origin
from app.domain.tool_calls import ToolCall, ToolStatus
from app.integrations.discovery import LocalServer
from app.resilience.circuit_breaker import Outcome
from tests.standins.model_server import ModelServer, error_reply, json_reply


async def test_a_broken_skill_of_the_person_costs_their_skills_and_nothing_else(
    steward_home: Path,
) -> None:
    broken = steward_home / "skills" / "mine"
    broken.mkdir(parents=True)
    (broken / "SKILL.md").write_text("---\nname: mine\ndescription: Mine.\n---\n")
    (broken / "oops.py").write_text("this is not Python")
    assembly = await Assembly.open()
    try:
        assert assembly.registry.get("files.read").domain == "files"
        heard: list[Event] = []
        assembly.bus.subscribe(heard.append)
        assembly.start_report.announce(assembly.router)
        (told,) = heard
        assert isinstance(told, Notification)
        assert "oops.py" in told.message
    finally:
        await assembly.close()


async def test_a_vault_that_is_gone_is_told_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    assembly = await Assembly.open(folders=(folder,))
    await assembly.workspaces.bind(Origin(user="me", by="you")).create("a.md", b"one")
    home = assembly.settings.home
    await assembly.close()
    (home / "vault").rename(home / "taken away")

    assembly = await Assembly.open(folders=(folder,))
    told: list[Event] = []
    try:
        assembly.bus.subscribe(told.append)
        assembly.start_report.announce(assembly.router)
    finally:
        await assembly.close()

    (told_once,) = [event for event in told if isinstance(event, Notification)]
    assert told_once.severity is Severity.ERROR
    assert told_once.message.startswith(f"Steward's vault {home / 'vault'} is missing or empty")
    assert "a backup" in told_once.message


async def test_the_sample_folder_is_made_when_it_is_asked_for_and_keeps_what_was_done_to_it(
    steward_home: Path,
) -> None:
    report = steward_home / "Sample" / "report.md"
    for run in ("first", "second"):
        assembly = await Assembly.open()
        try:
            assert len(assembly.folders.folders) == (0 if run == "first" else 1)
            assert await assembly.grants.grant_sample() == steward_home / "Sample"
            assert assembly.folders.folders == (steward_home / "Sample",)
            assert ("draft" if run == "first" else "done") in report.read_text()
            report.write_text("status: done")
        finally:
            await assembly.close()


async def test_a_sample_folder_that_cannot_be_made_is_explained(steward_home: Path) -> None:
    assembly = await Assembly.open()
    try:
        (steward_home / "Sample").write_text("a file in the way")
        with pytest.raises(UsageError, match="is not a folder"):
            await assembly.grants.grant_sample()
        (steward_home / "Sample").unlink()
        (steward_home / "Sample").symlink_to(steward_home / "nowhere" / "at all")
        with pytest.raises(FileError, match="could not be made"):
            await assembly.grants.grant_sample()
        assert assembly.folders.folders == ()
    finally:
        await assembly.close()


async def test_a_granted_folder_and_a_setting_hold_in_the_next_run(
    steward_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    assembly = await Assembly.open()
    try:
        assembly.grants.grant(tmp_path / "docs")
        assembly.running_settings.change("instructions", "Be brief.")
        assembly.grants.trust(tmp_path / "docs")
        (tmp_path / "docs" / "AGENTS.md").write_text("Use metric units.")
        prompt = await assembly.context.system_prompt()
        assert "Be brief." in prompt
        assert "Use metric units." in prompt
    finally:
        await assembly.close()
    again = await Assembly.open()
    try:
        assert again.folders.folders == (tmp_path / "docs",)
        assert "Be brief." in await again.context.system_prompt()
        again.grants.revoke(tmp_path / "docs")
        assert again.settings.folders == ()
    finally:
        await again.close()


async def test_a_model_server_on_this_machine_is_offered_and_not_adopted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assembly = await Assembly.open()
    try:
        with ModelServer() as server:
            found = [LocalServer("Ollama", server.base_url, ("small",))]

            async def find() -> list[LocalServer]:
                return found

            monkeypatch.setattr(assembly.model, "find_local_servers", find)
            heard: list[Event] = []
            assembly.bus.subscribe(heard.append)
            await assembly.model.offer_local_servers(assembly.router)
            (told,) = heard
            assert isinstance(told, Notification)
            assert server.base_url in told.message
            assert assembly.llm.provider == "guided"

            await assembly.model.connect("openai-compatible", base_url=server.base_url)
            assert assembly.llm.provider == "openai-compatible"
            heard.clear()
            await assembly.model.offer_local_servers(assembly.router)
            assert heard == []
    finally:
        await assembly.close()


async def test_a_server_that_does_not_answer_is_not_connected_and_all_stays_as_it_was() -> None:
    assembly = await Assembly.open()
    try:
        with pytest.raises(ModelError):
            await assembly.model.connect("openai-compatible", base_url="http://127.0.0.1:9/v1")
        assert assembly.llm.provider == "guided"
        assert assembly.store.load().effective_provider == "guided"
    finally:
        await assembly.close()


async def test_watching_follows_its_setting_and_the_folders(
    steward_home: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        (folder / "a.md").write_text("text")
    assembly = await Assembly.open(folders=(folders[0],))
    heard: asyncio.Queue[Event] = asyncio.Queue()
    assembly.bus.subscribe(heard.put_nowait)

    async def next_version() -> FileVersionEvent:
        async with asyncio.timeout(20):
            while True:
                event = await heard.get()
                if isinstance(event, FileVersionEvent):
                    return event

    try:
        assert not assembly.watcher.watching.is_set()
        assembly.running_settings.change("watch_folders", "on")
        assert (await next_version()).file == str(folders[0] / "a.md")
        assembly.grants.grant(folders[1])
        event = await next_version()
        assert (event.file, event.version) == (str(folders[1] / "a.md"), 1)
    finally:
        await assembly.close()

    assert "steward-watch" not in {thread.name for thread in threading.enumerate()}
    again = await Assembly.open()
    try:
        assert again.settings.watch_folders
        async with asyncio.timeout(20):
            await again.watcher.watching.wait()
    finally:
        await again.close()


async def test_a_changed_breaker_setting_holds_at_once(steward_home: Path) -> None:
    assembly = await Assembly.open()
    try:
        breaker = assembly.breakers.breaker("files.read")
        assembly.running_settings.change("breaker_threshold", 1)
        permit = breaker.acquire()
        assert permit is not None
        breaker.settle(permit, Outcome.FAILURE)
        assert breaker.snapshot.state is CircuitState.OPEN
    finally:
        await assembly.close()


async def test_a_call_that_a_crash_cut_off_says_which_files_it_had_changed(
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.md").write_text("one")
    before = await Assembly.open(folders=(work,))
    conversation = (await before.conversations.create()).id
    for name in ("did", "did nothing"):
        await before.executions.start(
            execution_id=name,
            call=ToolCall(name, "files.edit", {}),
            conversation_id=conversation,
            turn_id="t",
        )
    origin = Origin(user="ana", by="files.edit", turn_id="t", execution_id="did")
    await before.workspaces.bind(origin).edit("a.md", lambda old: old + b" two")
    await before.close()  # neither has ended

    after = await Assembly.open(folders=(work,))
    try:
        results = await after.executions.finished_results(["t"])
    finally:
        await after.close()
    did, nothing = results["t", "did"], results["t", "did nothing"]
    assert did.status is nothing.status is ToolStatus.INTERRUPTED
    assert did.metadata["changed"] == [{"path": str(work / "a.md"), "version": 2}]
    assert "a.md (now version 2)" in did.content
    assert "changed no file" in nothing.content


async def test_what_the_models_take_is_learned_without_asking_one_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = {"data": [{"id": "small", "context_length": 8192}]}
    with ModelServer(models=json_reply(listed)) as server:
        monkeypatch.setenv("STEWARD_LLM_BASE_URL", server.base_url)
        assembly = await Assembly.open()
        try:
            assert assembly.llm.context_length() is None
            await assembly.model.learn_models()
            assert assembly.llm.context_length() == 8192
            assert assembly.llm.default_model == "small"
        finally:
            await assembly.close()

        assert server.requests == []


async def test_a_server_that_lists_no_models_is_no_trouble_before_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ModelServer(models=error_reply(500)) as server:
        monkeypatch.setenv("STEWARD_LLM_BASE_URL", server.base_url)
        assembly = await Assembly.open()
        heard: list[Event] = []
        assembly.bus.subscribe(heard.append)
        try:
            await assembly.model.learn_models()
        finally:
            await assembly.close()

        assert [one.path for one in server.lookups] == ["/v1/models"]
    assert heard == []
