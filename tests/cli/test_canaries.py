"""A key that is put anywhere comes out nowhere: not on disk, not on screen, not at the model."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.events import Event, Severity
from tests.canaries import ALL, CANARIES, canaries_in, found_at, found_below
from tests.cli.conftest import Done, Steward
from tests.cli.test_config import a_keyring
from tests.skill_runtime.skills_on_disk import MANUAL, write_module
from tests.standins.model_server import (
    ModelServer,
    chunk,
    error_reply,
    stream_reply,
    text_reply,
    tool_reply,
    tools_reply,
)

OPENROUTER, LLM, TELEGRAM, HOOK = CANARIES.values()

# A skill with every way to let a key slip; it takes them from the environment.
LEAKY = """
import logging, os, pathlib
from app.domain.errors import StewardError
from app.domain.skills import ReadSkill, SkillResult, ToolDefinition

class Leaky(ReadSkill):
    domain = "leaky"
    tool_definition = ToolDefinition(
        "leaky.slip", "Slips.",
        {"type": "object", "properties": {"how": {}}, "additionalProperties": False},
    )

    async def execute(self, params, context):
        key = " ".join(os.environ[name] for name in os.environ["CANARIES"].split())
        logging.getLogger("leaky").warning("it is %s", key, extra={
            "bytes": key.encode(), "path": pathlib.Path(key), "error": ValueError(key),
            "set": {key}, "deep": [{key: (key,)}],
        }, stack_info=True)
        match params["how"]:
            case "result":
                return SkillResult.ok(key, metadata={key: [key], "hex": key.encode().hex()})
            case "failure":
                raise StewardError(key, hint=key, details={"why": key})
            case _:
                raise RuntimeError(key, key.encode())

skill = Leaky()
"""


class Everything:
    """A Steward with a key in every place that there is, and all that it has said."""

    def __init__(self, steward: Steward, server: ModelServer, environment: dict[str, str]) -> None:
        self.steward = steward
        self.server = server
        self.environment = environment
        self.said: list[Done] = []

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = 0) -> Done:
        done = self.steward(*arguments, stdin=stdin, code=code, **self.environment)
        self.said.append(done)
        return done

    def process(self, *arguments: str, stdin: str = "", code: int | None = 0) -> Done:
        """The same in a process of its own."""
        done = self.steward.process(*arguments, stdin=stdin, code=code, **self.environment)
        self.said.append(done)
        return done

    def assert_nothing_came_out(self, tmp_path: Path) -> None:
        """Every byte below the data directory and beside it, all output, and all requests."""
        spoken = "\n".join(done.out + done.err for done in self.said)
        assert canaries_in(spoken.encode()) == [], "on the screen"
        assert found_at(self.server) == []
        assert found_below(tmp_path, but=["keys.env", "vault", "keyring.json"]) == {}


@pytest.fixture
def everything(steward: Steward, folder: Path) -> Iterator[Everything]:
    (folder / "keys.env").write_text(f"A={OPENROUTER}\nB={TELEGRAM}\nC={HOOK}\nstatus=draft\n")
    leaky = steward.home / "skills" / "leaky"
    leaky.mkdir(parents=True)
    (leaky / "SKILL.md").write_text(MANUAL.format(domain="leaky"))
    write_module(leaky / "slip.py", LEAKY)
    with ModelServer(api_key=LLM) as server:
        environment = {
            **CANARIES,
            "CANARIES": " ".join(CANARIES),
            "STEWARD_PROVIDER": "openai-compatible",
            "STEWARD_LLM_BASE_URL": server.base_url,
        }
        yield Everything(steward, server, environment)


def test_keys_that_are_typed_read_called_with_and_answered_come_out_nowhere(
    everything: Everything, tmp_path: Path
) -> None:
    encoded = base64.b64encode(f"{OPENROUTER} {HOOK}".encode()).decode()
    everything.server.script(
        [
            tools_reply(
                ("files_read", {"path": "keys.env"}, "1"),
                ("files_read", {"path": TELEGRAM}, f"id-{HOOK}"),
                ("files_search", {"query": encoded}, "2"),
                (f"files_{OPENROUTER}", {LLM: [HOOK]}, "3"),
                ("files_list", "{broken " + HOOK, "4"),
                text=f"I have seen {TELEGRAM}",
            ),
            tools_reply(
                ("files_edit", {"path": "keys.env", "old": "draft", "new": "final"}, "5"),
                ("files_create", {"path": "copy.env", "content": OPENROUTER}, "6"),
                ("files_edit", {"path": "report.md", "old": HOOK, "new": "x"}, "7"),
            ),
            text_reply(f"They are {ALL}, or {encoded}, or {LLM.encode().hex()}.", chunks=40),
        ]
    )
    done = everything("ask", f"my keys are {ALL}", "--approve", "always", "--json")
    assert len(done.of("tool_result")) == 8
    assert "[secret:OPENROUTER_API_KEY]" in done.out
    assert "status=final" in (everything.steward.folder / "keys.env").read_text()
    assert not (everything.steward.folder / "copy.env").exists()

    everything.server.script([text_reply(HOOK, chunks=9), text_reply("Well.")])
    lines = f"{TELEGRAM}\n{json.dumps({'approve': LLM})}\nand {HOOK}\n"
    chat = everything.process("chat", "--json", stdin=lines)
    assert len(chat.of("answer")) == 2

    (first, *_) = everything("conversations", "list", "--json").objects[::-1]
    for how in ([], ["--json"]):
        everything("conversations", "show", first["id"], *how)
        everything("conversations", "search", "my keys", *how)
        everything("conversations", "search", OPENROUTER, *how)
        everything("files", "log", *how)
    everything("conversations", "export", first["id"])
    everything("conversations", "export", first["id"], "--output", str(tmp_path / "export.json"))
    everything("conversations", "import", str(tmp_path / "export.json"))
    everything("conversations", "show", LLM, code=1)
    everything.process("doctor", "--json", code=None)
    everything.process("doctor", code=None)
    everything.assert_nothing_came_out(tmp_path)


def test_a_key_that_was_stored_before_it_was_known_is_not_shown_by_any_command(
    everything: Everything, tmp_path: Path
) -> None:
    for name in CANARIES:
        del everything.environment[name]
    everything.environment |= {"STEWARD_PROVIDER": "guided", "CANARIES": ""}
    everything.steward("ask", f"{TELEGRAM} is my token", code=None, **everything.environment)
    everything.environment |= CANARIES
    (conversation,) = everything("conversations", "list", "--json").objects
    everything("conversations", "list")
    for how in ([], ["--json"]):
        everything("conversations", "show", conversation["id"], *how)
        everything("conversations", "search", "token", *how)
    everything("conversations", "export", conversation["id"])
    assert sum("[secret:TELEGRAM_BOT_TOKEN]" in done.out for done in everything.said) == 7
    assert canaries_in("\n".join(done.out + done.err for done in everything.said).encode()) == []


def test_keys_in_errors_of_the_server_and_of_skills_come_out_nowhere(
    everything: Everything, tmp_path: Path
) -> None:
    bad = {"error": {"code": 400, "message": f"bad key {LLM}", "metadata": {"raw": ALL}}}
    everything.server.script([error_reply(400, bad), error_reply(418, ALL)])
    everything("ask", "hello", "--json", code=None)
    everything("ask", "hello", code=None)
    broken = (
        chunk({"content": f"well, {HOOK[:20]}"}),
        f'data: {{"error": {{"message": "{ALL}"}}}}\n\n',
    )
    everything.server.script([stream_reply(broken[0], broken[1].encode())])
    everything("ask", "hello", "--json", code=None)
    for how in ("result", "failure", "crash"):
        everything.server.script([tool_reply("leaky_slip", {"how": how}), text_reply("So.")])
        done = everything("ask", f"slip by {how}", "--json")
        (result,) = done.of("tool_result")
        assert result["name"] == "leaky.slip"
    log = (everything.steward.home / "logs" / "steward.log").read_text()
    assert "skill crashed" in log
    assert "[secret:TELEGRAM_BOT_TOKEN]" in log
    everything.assert_nothing_came_out(tmp_path)


def test_keys_in_settings_come_out_nowhere_and_do_not_get_into_the_file(
    everything: Everything, tmp_path: Path
) -> None:
    everything("config", "get")
    everything("config", "get", "--json")
    for name in ("openrouter_api_key", "llm_api_key"):
        everything("config", "get", name)
        everything("config", "set", name, "-", stdin=OPENROUTER, code=3)
    everything("config", "set", "instructions", f"My token is {TELEGRAM}.", code=2)
    everything("config", "set", "model", HOOK, code=2)
    everything("config", "set", "llm_base_url", f"http://127.0.0.1:1/{LLM}", code=2)
    everything("config", "set", HOOK, "x", code=2)
    everything("config", "set", "theme", HOOK, code=2)
    everything.assert_nothing_came_out(tmp_path)


def test_keys_of_the_keyring_come_out_nowhere(everything: Everything, tmp_path: Path) -> None:
    for name in CANARIES:
        del everything.environment[name]
    everything.environment |= {"CANARIES": "", **a_keyring(tmp_path)}
    keys = {"openrouter_api_key": OPENROUTER, "llm_api_key": LLM}
    everything.server.script([tool_reply("files_read", {"path": OPENROUTER}), text_reply(LLM)])
    commands: list[tuple[tuple[str, ...], str]] = [
        *((("config", "set", name, "-"), value) for name, value in keys.items()),
        (("config", "get"), ""),
        (("ask", f"{OPENROUTER} and {LLM}", "--json"), ""),
        (("config", "set", "instructions", f"use {LLM}"), ""),
    ]
    for arguments, stdin in commands:
        code = 2 if "instructions" in arguments else 0
        everything.process(*arguments, stdin=stdin, code=code)
    assert len(everything.server.requests) == 2
    everything.assert_nothing_came_out(tmp_path)


@pytest.mark.parametrize("settings", ["", "{broken"])
def test_a_key_in_a_crash_of_the_program_itself_is_not_in_its_report(
    everything: Everything, tmp_path: Path, settings: str
) -> None:
    if settings:
        (everything.steward.home / "settings.json").write_text(settings)
    script = (
        "import os, sys, app.cli, app.__main__\n"
        "def fail(arguments): raise RuntimeError(os.environ['OPENROUTER_API_KEY'], arguments)\n"
        f"app.cli.main = fail\nsys.argv = ['steward', {HOOK!r}]\napp.__main__.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=everything.steward.environment(**everything.environment),
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        timeout=40,
    )
    everything.said.append(Done(ended.returncode, ended.stdout, ended.stderr))
    assert ended.returncode == 1
    assert "mistake in Steward" in ended.stderr
    assert "RuntimeError" in (everything.steward.home / "logs" / "steward.log").read_text()
    everything.assert_nothing_came_out(tmp_path)


async def test_a_key_in_a_notification_is_not_in_what_is_told_or_stored(
    everything: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in everything.environment.items():
        monkeypatch.setenv(name, value)
    heard: list[Event] = []
    assembly = await Assembly.open()
    try:
        assembly.bus.subscribe(heard.append)
        assembly.router.notify(
            Severity.ERROR, "test", f"failed with {ALL}", context={OPENROUTER: [HOOK, {"x": LLM}]}
        )
        await assembly.notifications.add(heard[0])  # type: ignore[arg-type]
        stored = await assembly.notifications.recent()
    finally:
        await assembly.close()
    assert canaries_in(json.dumps([one.to_json() for one in (*heard, *stored)]).encode()) == []
    everything.assert_nothing_came_out(tmp_path)
