"""Somebody in Google Chat, and ``steward serve`` as a process: paired, asked, undone, killed.

Google Chat and Pub/Sub are a stand-in, which Google's own client library speaks to.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from app.clock import SystemClock
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_people import ChannelPeople
from app.storage.database import Database
from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward
from tests.end_to_end.serving import SECONDS, Serving
from tests.standins.google_chat import DM, SUBSCRIPTION, ChatServer, added, pressed, said
from tests.standins.google_chat.people import buttons

pytestmark = pytest.mark.timeout(120)

EVE: Final = {"name": "users/666", "displayName": "Eve", "type": "HUMAN"}
EVES: Final = {**DM, "name": "spaces/EVE"}


class Home:
    """A folder, a data directory, and a Chat app that Steward is to be reached by."""

    def __init__(self, steward: Steward, google: ChatServer, key: Path) -> None:
        self.steward = steward
        self.google = google
        self.chat = google.chat
        self.report = steward.folder / "report.md"
        self.key = key
        self.servings: list[Serving] = []
        google.chat.spaces.add("spaces/EVE")

    def serve(self) -> Serving:
        """Start it; it is ended with the test."""
        serving = Serving(
            self.steward,
            STEWARD_PROVIDER="guided",
            STEWARD_GOOGLE_CHAT_SUBSCRIPTION=SUBSCRIPTION,
            STEWARD_GOOGLE_API_URL=self.google.root_url,
            GOOGLE_APPLICATION_CREDENTIALS=str(self.key),
        )
        self.servings.append(serving)
        return serving.until_listening()

    def pair(self) -> None:
        """What the window does for its button *Pair*, and what the person then sends."""
        database = Database(self.steward.home / "steward.db")
        database.open()
        try:
            people = ChannelPeople(database, Redactor(), SystemClock())
            code = asyncio.run(people.new_code(Channel.GOOGLE_CHAT))
        finally:
            database.close()
        self.chat.publish(said(f"/start {code.code}"))
        self.wait_for(lambda shown: "paired" in shown["text"])

    def all_taken_in(self) -> bool:
        """Whether Pub/Sub holds nothing more, also of what a process took along that is no more."""
        self.chat.deliver_again()
        return self.chat.unacknowledged == 0

    def wait_for(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """A message that is shown, now or later."""
        self.until(lambda: any(map(what, self.chat.shown())))
        return next(one for one in reversed(self.chat.shown()) if what(one))

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < end, self.chat.texts()
            time.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path, steward_home: Path) -> Iterator[Home]:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text(BEFORE)
    with ChatServer() as google:
        home = Home(Steward(folder, steward_home), google, google.service_key(tmp_path))
        try:
            yield home
        finally:
            for serving in home.servings:
                serving.__exit__()


def with_button(label: str) -> Callable[[dict[str, Any]], bool]:
    return lambda shown: any(one["text"].startswith(label) for one in buttons(shown))


def test_somebody_pairs_asks_allows_and_undoes(home: Home) -> None:
    serving = home.serve()
    home.chat.publish(added())
    home.pair()

    home.chat.publish(said(FINALISE))
    card = home.wait_for(with_button("Allow once"))
    assert "report.md" in card["text"]
    assert home.report.read_text() == BEFORE
    home.chat.publish(pressed(card, "Allow once"))
    home.until(lambda: home.report.read_text() == AFTER)
    changed = home.wait_for(with_button("Undo"))
    home.until(lambda: not any(map(with_button("Allow once"), home.chat.shown())))

    undo = next(one["text"] for one in buttons(changed) if one["text"].startswith("Undo"))
    home.chat.publish(pressed(changed, undo))
    home.until(lambda: home.report.read_text() == BEFORE)
    home.until(lambda: home.chat.unacknowledged == 0)
    code, took = serving.end()
    assert (code, took < 5) == (130, True)
    secret = "PRIVATE KEY"
    assert secret not in (serving.out + serving.err).decode()
    log = home.steward.home.rglob("*.log")
    assert all(secret not in path.read_text() for path in log)


def test_what_is_said_while_it_is_killed_is_answered_or_asked_about_once(home: Home) -> None:
    """Where a kill came in the middle of an answer, it is not given again without asking."""
    home.serve()
    home.pair()
    words = [f"what is number {number}" for number in range(3)]
    for word in words:
        home.chat.publish(said(word))
        home.servings[-1].end(signal.SIGKILL)
        home.chat.deliver_again()
        home.serve()
    home.until(home.all_taken_in)
    home.until(lambda: len(home.chat.shown()) == 1 + len(words))
    home.chat.publish(said("/status"))  # comes after all of theirs
    home.until(lambda: len(home.chat.shown()) > 1 + len(words))
    assert len(home.chat.shown()) == 2 + len(words), home.chat.texts()


def test_a_stranger_gets_no_answer(home: Home) -> None:
    serving = home.serve()
    home.pair()
    for text in ("hello", FINALISE, "/start ABCDEFGH", "/status"):
        home.chat.publish(said(text, space=EVES, user=EVE))
    serving.until(lambda one: one["type"] == "notification" and one["error_type"] == "stranger")
    home.until(lambda: home.chat.unacknowledged == 0)
    home.chat.publish(said("/status"))  # comes after all of theirs
    seen = len(home.chat.shown())
    home.until(lambda: len(home.chat.shown()) > seen)
    assert home.chat.shown("spaces/EVE") == []
    assert home.report.read_text() == BEFORE
