"""Answers cut off by ``kill -9``: a real process, a server that streams slowly, any moment.

What the person said and all but the last second of the answer must be there at the next start,
marked interrupted, with the button that resumes.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.assembly import Assembly
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.turns import TurnState
from app.settings_store import SettingsStore
from app.ui.chat.rows import SuggestionsRow
from app.ui.chat.stored import stored_rows
from tests.standins.model_server import ModelServer, text_reply, tools_reply

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
LOST_AT_MOST = 1.0
"""Seconds of an answer that a kill may take."""
ANSWERS = 50
"""How many points of time a whole run has."""
PIECES = 60
PAUSE = 0.04
ANSWER = "".join(f"Word {number} of the answer. " for number in range(PIECES))
CALLS = tuple(
    ("files_read", {"path": "notes.md", "limit": 100 + number}, f"call_{number}")
    for number in range(3)
)


@dataclass
class Summary:
    """What happened at all points."""

    points: int = 0
    killed: int = 0
    with_words: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.points} points, {self.killed} killed at work, {self.with_words} in the middle "
            f"of their words; {len(self.violations)} violations"
        )


@dataclass
class _Seen:
    """What a process told before it was killed."""

    events: list[dict[str, Any]]
    killed_at: float

    def of(self, type_: str, *, before: float = 0.0) -> list[dict[str, Any]]:
        """Events of one type that are older than ``before`` seconds."""
        latest = self.killed_at - before
        found = [event for event in self.events if event["type"] == type_]
        return [one for one in found if datetime.fromisoformat(one["at"]).timestamp() <= latest]


class Answers:
    """One home in which conversation follows conversation, each cut off."""

    def __init__(self, root: Path, seed: int) -> None:
        self.home, self.work = root / "home", root / "work"
        self.work.mkdir(parents=True)
        (self.work / "notes.md").write_text("a line\n" * 50)
        self.dice = random.Random(seed)
        self.summary = Summary()

    async def play(self) -> None:
        """One question, one kill, one start after it."""
        number = self.summary.points
        self.summary.points += 1
        asked = f"question {number}"
        with ModelServer() as server:
            server.script([tools_reply(*CALLS), text_reply(ANSWER, chunks=PIECES).slowly(PAUSE)])
            seen = self._cut_off(asked, server.base_url)
        assembly = await Assembly.open(self._settings(), provider="guided")
        try:
            wrong = await self._check(assembly, asked, seen)
        finally:
            await assembly.close()
        self.summary.violations += [f"point {number}: {one}" for one in wrong]

    # -- inside ----------------------------------------------------------------------------

    def _settings(self) -> SettingsStore:
        return SettingsStore(self.home, {})

    def _cut_off(self, asked: str, base_url: str) -> _Seen:
        environment = {
            **os.environ,
            "STEWARD_HOME": str(self.home),
            "STEWARD_FOLDERS": str(self.work),
            "STEWARD_PROVIDER": "openai-compatible",
            "STEWARD_LLM_BASE_URL": base_url,
            "STEWARD_MODEL": "test-model",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "ask", "--json", asked],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        told = bytearray()
        # The clock of the kill starts when the turn does: before it there is nothing to keep.
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not waiting.select(timeout=max(0.0, deadline - time.monotonic())):
                    break
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    break
                if not told:
                    deadline = time.monotonic() + self._moment()
                told += piece
        killed_at = time.time()
        process.kill()
        rest, _ = process.communicate(timeout=PATIENCE)
        self.summary.killed += process.returncode == -signal.SIGKILL
        lines = (bytes(told) + rest).split(b"\n")
        return _Seen([json.loads(line) for line in lines[:-1]], killed_at)

    def _moment(self) -> float:
        """Seconds into the turn: at random, and in five points once in each fifth of it."""
        fifth = (self.summary.points - 1) % 5
        return PIECES * PAUSE * 0.98 * (fifth + self.dice.random()) / 5

    async def _check(self, assembly: Assembly, asked: str, seen: _Seen) -> list[str]:
        if not seen.of("turn_started"):
            return [] if not seen.events else ["a turn told of something before it began"]
        conversation = str(seen.events[0]["conversation_id"])
        messages = await assembly.conversations.messages(conversation)
        turns = await assembly.turns.of_conversation(conversation)
        wrong = []
        if [m.text for m in messages if m.role is Role.USER] != [asked]:
            wrong.append("what the person said is not there")
        if not seen.of("turn_finished"):
            wrong += _unfinished(messages, [turn.state for turn in turns])
            last = stored_rows(messages, turns, now=assembly.clock.now())[-1]
            if not isinstance(last, SuggestionsRow) or last.labels != ("Resume",):
                wrong.append(f"nothing resumes: {last}")
        wrong += self._kept(messages, seen)
        return wrong

    def _kept(self, messages: list[ConversationMessage], seen: _Seen) -> list[str]:
        said = "".join(m.text for m in messages if m.role is Role.ASSISTANT)
        self.summary.with_words += 0 < len(said) < len(ANSWER)
        due = "".join(event["text"] for event in seen.of("delta", before=LOST_AT_MOST))
        wrong = []
        if not said.startswith(due):
            wrong.append(f"{len(due) - len(said)} letters are lost that were {LOST_AT_MOST} s old")
        if not ANSWER.startswith(said):
            wrong.append("what is stored was never said")
        stored = {m.tool_call_id for m in messages if m.role is Role.TOOL}
        # Handed to the database before it is told; a moment may pass until it is committed.
        lost = {event["id"] for event in seen.of("tool_result", before=0.1)} - stored
        if lost:
            wrong.append(f"results are lost that were told: {sorted(lost)}")
        return wrong


def _unfinished(messages: list[ConversationMessage], states: list[TurnState]) -> list[str]:
    wrong = []
    if states != [TurnState.INTERRUPTED]:
        wrong.append(f"the turn is {states}")
    if any(m.status is MessageStatus.STREAMING for m in messages):
        wrong.append("an answer still looks as if it were under way")
    return wrong
