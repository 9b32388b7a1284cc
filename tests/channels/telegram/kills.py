"""A phone that goes on talking while the Steward at the other end is killed again and again."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.telegram import Phone, TelegramServer

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0
IDLE = 3.0


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
    """One home, in which process follows process: a bridge with a desk that only notes.

    ``moments``: calls after some of which it is killed, at once.
    """

    moments: tuple[str, ...] = ("getUpdates", "getUpdates", "sendMessage", "sendMessage")

    def __init__(self, server: TelegramServer, home: Path, seed: int, phones: int = 1) -> None:
        self.server = server
        self.home = home
        self.dice = random.Random(seed)
        self.phones: list[Phone] = [server.phone(42 + number, "Ada") for number in range(phones)]
        self.summary = Summary()
        home.mkdir(parents=True, exist_ok=True)

    def play(self, messages: int, kills: int) -> Summary:
        """Send so many in all, and kill so often meanwhile; then let the last one finish."""
        told = self.summary
        cuts = sorted(self.dice.sample(range(1, messages), kills))
        process = self.run()
        try:
            for number in range(messages):
                self.phones[number % len(self.phones)].send(f"message {number}")
                if cuts and number == cuts[0]:
                    cuts.pop(0)
                    self._kill(process)
                    process = self.run()
            told.messages = messages
            self.server.wait_until(lambda: self.is_done(messages), seconds=10 * PATIENCE)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        self.check({f"message {number}" for number in range(messages)})
        return told

    def run(self) -> subprocess.Popen[bytes]:
        """Start a process."""
        command = [sys.executable, "-m", "tests.channels.telegram.worker"]
        return subprocess.Popen(
            [*command, self.server.url, self.server.token, str(self.home)], cwd=ROOT
        )

    # -- processes -------------------------------------------------------------------------

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        method = self.dice.choice(self.moments)
        # A poll takes all there is: it is the first one after a start that does most.
        wanted = self.server.count(method) + (
            1 if method == "getUpdates" else self.dice.randrange(1, 6)
        )
        # Where there is not so much left to do, it is killed while it is idle.
        with contextlib.suppress(AssertionError):
            self.server.wait_until(lambda: self.server.count(method) >= wanted, seconds=IDLE)
        if self.dice.random() < 0.5:  # anywhere in what it does with the answer
            time.sleep(self.dice.uniform(0.0, 0.08))
        process.kill()
        process.wait(PATIENCE)
        self.summary.kills += 1

    # -- what became of it -----------------------------------------------------------------

    def is_done(self, messages: int) -> bool:
        """Whether all of them came in, and nothing is left to do."""
        ((kept,),) = self.query("SELECT count(*) FROM channel_inbox")
        if self.server.facts["pending"] or kept != messages:
            return False
        return not self.query("SELECT 1 FROM channel_inbox WHERE state = 'new'") and not (
            self.query("SELECT 1 FROM channel_outbox WHERE state IN ('queued', 'sending')")
        )

    def _ledger(self) -> list[tuple[str, str]]:
        path = self.home / "ledger"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(what, text) for what, _, text in (line.partition(" ") for line in lines)]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, from outside."""
        with closing(sqlite3.connect(self.home / "steward.db", timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def check(self, texts: set[str]) -> None:
        """Compare what was sent with what became of it."""
        told = self.summary
        handled = Counter(text for what, text in self._ledger() if what == "handled")
        asked = {text for what, text in self._ledger() if what == "asked"}
        replies = [one for phone in self.phones for one in phone.replies()]
        shown = Counter(one.text.removeprefix("re ") for one in replies)
        told.handled, told.asked, told.shown = len(handled), len(asked), len(shown)
        unsure = self.query("SELECT body FROM channel_outbox WHERE state = 'unknown'")
        told.unsure = len(unsure)
        wrong = told.violations
        wrong += [f"handled {n} times: {text}" for text, n in handled.items() if n > 1]
        wrong += [f"lost: {text}" for text in texts - set(handled) - asked]
        wrong += [f"answered {n} times: {text}" for text, n in shown.items() if n > 1]
        may_miss = asked | {text for text in texts if any(f'"re {text}"' in str(b) for b in unsure)}
        wrong += [f"never answered: {text}" for text in set(handled) - set(shown) - may_miss]
