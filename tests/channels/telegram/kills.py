"""A phone that goes on talking while the Steward at the other end is killed again and again."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.telegram import Phone, TelegramServer

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
MOMENTS = ("getUpdates", "getUpdates", "sendMessage", "sendMessage", "getMe")
"""Calls after which it is killed, at once."""


@dataclass
class Summary:
    """What came of it."""

    messages: int = 0
    kills: int = 0
    handled: int = 0
    asked: int = 0
    shown: int = 0
    unsure: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.kills} kills: {self.handled} handled, "
            f"{self.asked} asked about, {self.shown} answers shown, {self.unsure} unsure; "
            f"{len(self.violations)} violations"
        )


class Kills:
    """One home, in which process follows process."""

    def __init__(self, server: TelegramServer, home: Path, seed: int) -> None:
        self.server = server
        self.home = home
        self.dice = random.Random(seed)
        self.phone: Phone = server.phone(42, "Ada")
        self.summary = Summary()
        home.mkdir(parents=True, exist_ok=True)

    def play(self, messages: int, kills: int) -> Summary:
        """Send so many in all, and kill so often meanwhile; then let the last one finish."""
        told = self.summary
        cuts = sorted(self.dice.sample(range(1, messages), kills))
        process = self._start()
        try:
            for number in range(messages):
                self.phone.send(f"message {number}")
                if cuts and number == cuts[0]:
                    cuts.pop(0)
                    self._kill(process)
                    process = self._start()
            told.messages = messages
            self.server.wait_until(lambda: self._is_done(messages), seconds=PATIENCE)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        self._check(messages)
        return told

    # -- processes -------------------------------------------------------------------------

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.channels.telegram.worker"]
        return subprocess.Popen(
            [*command, self.server.url, self.server.token, str(self.home)], cwd=ROOT
        )

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        method = self.dice.choice(MOMENTS)
        before = len(self.server.asked(method))
        more = 1 if method == "getMe" else self.dice.randrange(1, 6)
        try:
            self.server.wait_until(
                lambda: (
                    len(self.server.asked(method)) >= before + more
                    or self.server.facts["pending"] == 0
                ),
                seconds=PATIENCE,
            )
        finally:
            process.kill()
            process.wait(PATIENCE)
        self.summary.kills += 1

    # -- what became of it -----------------------------------------------------------------

    def _is_done(self, messages: int) -> bool:
        if len({text for _, text in self._ledger()}) < messages or self.server.facts["pending"]:
            return False
        return not self._query("SELECT 1 FROM channel_inbox WHERE state <> 'done'") and not (
            self._query("SELECT 1 FROM channel_outbox WHERE state IN ('queued', 'sending')")
        )

    def _ledger(self) -> list[tuple[str, str]]:
        path = self.home / "ledger"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(what, text) for what, _, text in (line.partition(" ") for line in lines)]

    def _query(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.home / "steward.db", timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def _check(self, messages: int) -> None:
        told = self.summary
        texts = {f"message {number}" for number in range(messages)}
        handled = Counter(text for what, text in self._ledger() if what == "handled")
        asked = {text for what, text in self._ledger() if what == "asked"}
        shown = Counter(one.text.removeprefix("re ") for one in self.phone.replies())
        told.handled, told.asked, told.shown = len(handled), len(asked), len(shown)
        unsure = self._query("SELECT body FROM channel_outbox WHERE state = 'unknown'")
        told.unsure = len(unsure)
        wrong = told.violations
        wrong += [f"handled {n} times: {text}" for text, n in handled.items() if n > 1]
        wrong += [f"lost: {text}" for text in texts - set(handled) - asked]
        wrong += [f"answered {n} times: {text}" for text, n in shown.items() if n > 1]
        kept = Counter(update for (update,) in self._query("SELECT update_id FROM channel_inbox"))
        wrong += [f"{messages} sent, {len(kept)} kept"] if len(kept) != messages else []
        may_miss = asked | {text for text in texts if any(f'"re {text}"' in str(b) for b in unsure)}
        wrong += [f"never answered: {text}" for text in set(handled) - set(shown) - may_miss]
