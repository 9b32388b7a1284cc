"""Turns against a server and skills that fail, stopped at any moment: what must hold all the same.

- Each turn ends, within its deadline, and says so exactly once.
- Every message of the person is in the database, in order, and no turn is left running there.
- Every request that reached the server had exactly one result for each call id.
- A recorded turn runs again the same way.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from app.assembly import Assembly
from app.domain.events import Approval, Event, TurnFinished
from app.domain.messages import Channel, Role
from app.domain.turns import TurnState
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.engine import Engine
from app.orchestrator.llm_client import ModelEvent, ModelInfo, ModelPrice, ModelRequest, Patience
from app.orchestrator.recorded_turn import recorded
from app.orchestrator.replay import replay
from app.resilience.retry import RetryPolicy
from app.settings_store import SettingsStore
from tests.chaos.chaos_skills import write_chaos_skills
from tests.chaos.faulty_server import FaultyServer

DEADLINE_SECONDS: Final = 30.0
"""Of one turn. Silence is given up after ``_IDLE_SECONDS``, so an honest turn is far below."""
AT_ONCE: Final = 4
REPLAYED: Final = 100
"""So many turns of a run are run again."""

_IDLE_SECONDS: Final = 0.25
_IN_ONE_CONVERSATION: Final = 12
_MODES: Final = (
    *([ApprovalMode.ALWAYS] * 6),
    *([ApprovalMode.ASK] * 3),
    ApprovalMode.NEVER,
    ApprovalMode.UNATTENDED,
)


@dataclass
class Summary:
    """What happened."""

    turns: int = 0
    requests: int = 0
    stopped: int = 0
    replayed: int = 0
    longest: float = 0.0
    ended: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    hangs: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """Everything that must not be."""
        return [*self.hangs, *self.lost, *self.unmatched, *self.different]

    def __str__(self) -> str:
        ended = ", ".join(f"{n} {how}" for how, n in sorted(self.ended.items()))
        return (
            f"{self.turns} turns ({ended}; Stop pressed in {self.stopped}), {self.requests} "
            f"requests, {len(self.met)} kinds of answers, the longest turn {self.longest:.1f} s; "
            f"{len(self.hangs)} hangs, {len(self.lost)} lost messages, {len(self.unmatched)} "
            f"unmatched call ids; {self.replayed} turns replayed, {len(self.different)} different"
        )


class Chaos:
    """One home, one folder, one server, many turns."""

    def __init__(self, place: Path, seed: int) -> None:
        self._place = place
        self._seed = seed
        self.summary = Summary()
        self._sent: dict[str, list[str]] = {}
        self._finished: Counter[str] = Counter()
        self._turns: list[str] = []

    async def run(self, turns: int) -> Summary:
        """Run so many turns, a few at once, and look at what they left."""
        home, folder = self._place / "home", self._place / "work"
        for one in (home, folder):
            one.mkdir()
        (folder / "notes.md").write_text("# Notes\n")
        write_chaos_skills(home / "skills")
        limits = {"max_iterations": 6, "breaker_cooldown": 0.3, "skill_timeout": 5.0}
        with FaultyServer(self._seed) as server:
            assembly = await Assembly.open(SettingsStore(home, {}), folders=(folder,), **limits)
            try:
                assert not assembly.start_report.notices, assembly.start_report.notices
                await self._play(assembly, server, turns)
                await self._look(assembly)
            finally:
                await assembly.close()
            self.summary.met = server.met
            self.summary.requests = sum(server.met.values())
            self.summary.unmatched += server.violations
        return self.summary

    async def _play(self, assembly: Assembly, server: FaultyServer, turns: int) -> None:
        await assembly.llm.aclose()
        gone = _client(f"http://127.0.0.1:{_free_port()}/v1")
        assembly.model.llm = _SometimesGone(_client(server.base_url), gone, self._seed)
        assembly.bus.subscribe(partial(self._take, assembly))
        numbers = iter(range(turns))
        await asyncio.gather(*(self._talk(assembly, numbers) for _ in range(AT_ONCE)))

    async def _talk(self, assembly: Assembly, numbers: Iterator[int]) -> None:
        engine: Engine | None = None
        for number in numbers:
            if engine is None or len(self._sent[engine.conversation_id]) >= _IN_ONE_CONVERSATION:
                engine = await assembly.engines.get(None)
                self._sent[engine.conversation_id] = []
            await self._turn(assembly, engine, number)

    async def _turn(self, assembly: Assembly, engine: Engine, number: int) -> None:
        dice = random.Random(f"{self._seed}/turn {number}")
        text = f"turn {number}: {dice.choice(['go', 'größer', 'and now?'])}"
        self._sent[engine.conversation_id].append(text)
        stop = self._stop_sometime(engine, dice, assembly)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                outcome = await engine.run_turn(
                    text, channel=Channel.TERMINAL, mode=dice.choice(_MODES)
                )
        except TimeoutError:
            self.summary.hangs.append(f"turn {number} hangs")
            return
        finally:
            stop()
        summary = self.summary
        summary.turns += 1
        summary.longest = max(summary.longest, loop.time() - began)
        summary.ended[outcome.status.value] += 1
        self._turns.append(outcome.turn_id)

    def _stop_sometime(
        self, engine: Engine, dice: random.Random, assembly: Assembly
    ) -> Callable[[], None]:
        """Press Stop in some turns: after so many events, or after a moment."""
        kind = dice.random()
        if kind > 0.2:
            return lambda: None
        self.summary.stopped += 1
        if kind > 0.1:
            timer = asyncio.get_running_loop().call_later(dice.random() * 0.2, engine.cancel)
            return timer.cancel
        left = dice.randrange(1, 25)

        def count(event: Event) -> None:
            nonlocal left
            if event.conversation_id == engine.conversation_id:
                left -= 1
                if left == 0:
                    engine.cancel()

        return assembly.bus.subscribe(count)

    def _take(self, assembly: Assembly, event: Event) -> None:
        match event:
            case TurnFinished(turn_id=str(turn_id)):
                self._finished[turn_id] += 1
            case Approval(decision=None):
                dice = random.Random(f"{self._seed}/{event.summary}")
                decision = dice.choice([Decision.ALLOW_ONCE, Decision.DENY])
                asyncio.get_running_loop().call_later(
                    dice.random() * 0.02,
                    partial(assembly.approvals.decide, event.id, decision, by="chaos"),
                )

    # -- afterwards ------------------------------------------------------------------------

    async def _look(self, assembly: Assembly) -> None:
        lost = self.summary.lost
        for conversation_id, sent in self._sent.items():
            messages = await assembly.conversations.messages(conversation_id)
            kept = [one.text for one in messages if one.role is Role.USER]
            if kept != sent:
                lost.append(f"in {conversation_id}: {sorted(set(sent) ^ set(kept))}")
        ended = ((turn_id, self._finished[turn_id]) for turn_id in self._turns)
        lost += [f"{turn_id} ended {times} times" for turn_id, times in ended if times != 1]
        rows = await assembly.traces.list(limit=len(self._turns) + 10)
        states = {row.id: row.state for row in rows}
        for turn_id in self._turns:
            if states.get(turn_id) in (None, TurnState.RUNNING):
                lost.append(f"the row of {turn_id} says {states.get(turn_id)}")
        report = await assembly.versions.verify()
        lost += [problem.message for problem in report.problems]
        await self._replay_some(assembly, [one for one in self._turns if one in states])

    async def _replay_some(self, assembly: Assembly, turns: Sequence[str]) -> None:
        for turn_id in turns[:: max(1, len(turns) // REPLAYED)]:
            recording = await recorded(assembly.traces, turn_id)
            found = await replay(recording, assembly.skills_now())
            self.summary.replayed += 1
            if (difference := found.difference) is not None:
                told = f"{recording.text}: {difference.where}\n{difference.diff()[:2000]}"
                self.summary.different.append(told)


class _SometimesGone:
    """Reaches the server, or an address where nobody listens."""

    provider = "openai-compatible"
    label = "The faulty server"
    default_model = "test-model"

    def __init__(
        self, there: OpenAICompatibleClient, gone: OpenAICompatibleClient, seed: int
    ) -> None:
        self._there = there
        self._gone = gone
        self._seed = seed

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        said = [one.text for one in request.messages if one.role is Role.USER]
        dice = random.Random(f"{self._seed}/gone/{said[-1]}/{len(request.messages)}")
        return (self._gone if dice.random() < 0.04 else self._there).stream(request)

    @property
    def patience(self) -> Patience | None:
        """As the client's."""
        return None

    def context_length(self, model: str | None = None) -> int | None:
        return self._there.context_length(model)

    def price(self, model: str | None = None) -> ModelPrice | None:
        return self._there.price(model)

    async def models(self) -> list[ModelInfo]:
        return await self._there.models()

    async def aclose(self) -> None:
        await self._there.aclose()
        await self._gone.aclose()


def _client(base_url: str) -> OpenAICompatibleClient:
    from app.clock import SystemClock

    return OpenAICompatibleClient(
        base_url=base_url,
        api_key=None,
        provider="openai-compatible",
        default_model="test-model",
        clock=SystemClock(),
        connect_timeout=2.0,
        idle_timeout=_IDLE_SECONDS,
        policy=RetryPolicy(retries=2, base=0.02, cap=0.05),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port
