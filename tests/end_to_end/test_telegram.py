"""A phone and ``steward serve`` as processes: asked, allowed, undone, killed, and told to end.

What was done is read from the folder, from the phone, and by the terminal command.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward
from tests.end_to_end.serving import Serving
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.model_server import Gate, ModelServer, Reply, text_reply
from tests.standins.telegram import TOKEN, Phone, TelegramServer

ADA: Final = 42
SECRET: Final = "hook-45c48cce2e2d7fbdea1afc51c7c6ad26"

pytestmark = pytest.mark.timeout(120)


class Home:
    """A folder, a data directory, and a bot that Steward is to be reached by."""

    def __init__(self, steward: Steward, telegram: TelegramServer) -> None:
        self.steward = steward
        self.telegram = telegram
        self.report = steward.folder / "report.md"
        self.environment: dict[str, Any] = {
            "STEWARD_PROVIDER": "guided",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "STEWARD_TELEGRAM_API_URL": telegram.url,
        }
        self.servings: list[Serving] = []
        self.spoken = b""

    def serve(self, **more: str) -> Serving:
        """Start it; it is ended with the test."""
        serving = Serving(self.steward, **{**self.environment, **more})
        self.servings.append(serving)
        return serving

    def command(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command beside it says."""
        done = self.steward(*arguments, "--json", **self.environment)
        self.spoken += (done.out + done.err).encode()
        return done.objects

    def paired(self, user: int = ADA, name: str = "Ada") -> Phone:
        """A phone that has sent a code of the command."""
        phone = self.telegram.phone(user, name)
        (code,) = self.command("telegram", "pair")
        phone.send(f"/start {code['code']}")
        phone.wait_for("paired")
        return phone

    def versions(self) -> list[dict[str, Any]]:
        """The history of the report."""
        return self.command("files", "versions", "report.md")

    def assert_the_token_is_nowhere(self) -> None:
        """Not on disk, and in nothing that was said."""
        for serving in self.servings:
            self.spoken += serving.out + serving.err
        secret = TOKEN.partition(":")[2].encode()
        assert secret not in self.spoken
        written = [path for path in self.steward.home.rglob("*") if path.is_file()]
        assert any(path.name == "steward.log" for path in written)
        assert not [path for path in written if secret in path.read_bytes()]


@pytest.fixture
def steward(tmp_path: Path, steward_home: Path) -> Steward:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text(BEFORE)
    return Steward(folder, steward_home)


@pytest.fixture
def home(steward: Steward) -> Iterator[Home]:
    with TelegramServer() as telegram:
        home = Home(steward, telegram)
        try:
            yield home
        finally:
            for serving in home.servings:
                serving.__exit__()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def with_button(label: str) -> Any:
    return lambda shown: any(one.startswith(label) for one in shown.labels)


def said(phone: Phone, words: str) -> int:
    """In how many answers these words stand."""
    told = [one.text for one in phone.replies() if "may not have arrived" not in one.text]
    return sum(words in text for text in told)


# -- the main job ------------------------------------------------------------------------------


def test_a_phone_asks_allows_sees_and_undoes_and_the_terminal_agrees(home: Home) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()

    phone.send(FINALISE)
    card = phone.wait_for(with_button("Allow once"))
    assert "report.md" in card.text
    assert "final" in card.text
    assert home.report.read_text() == BEFORE
    assert any(one.startswith("Deny") for one in card.labels)
    phone.press("Allow once")
    phone.until(lambda: home.report.read_text() == AFTER)
    changed = phone.wait_for(with_button("Undo"))
    phone.until(lambda: not any(map(with_button("Allow once"), phone.replies())))
    assert [one["version"] for one in home.versions()] == [1, 2]

    phone.press(next(one for one in changed.labels if one.startswith("Undo")))
    phone.until(lambda: home.report.read_text() == BEFORE)
    versions = home.versions()
    assert [one["version"] for one in versions] == [1, 2, 3]
    assert versions[2]["hash"] == versions[0]["hash"]
    assert {"turn_started", "approval", "tool_result", "file_version", "answer"} <= {
        one["type"] for one in serving.said
    }
    code, took = serving.end()
    assert (code, took < 5) == (130, True)
    home.assert_the_token_is_nowhere()


def test_strangers_get_nothing_and_who_is_let_go_of_is_one(home: Home) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    card = phone.wait_for(with_button("Allow once"))
    data = next(data for row in card.buttons for label, data in row if label == "Allow once")

    stranger = home.telegram.phone(666, "Mallory")
    for text in ("hello", FINALISE, "/start ABCDEFGH", "/status", "/undo"):
        stranger.send(text)
    stranger.press_data(data, card.id, chat=ADA)
    serving.until(lambda one: one["type"] == "notification" and one["error_type"] == "stranger")
    phone.send("/status")  # comes after all of theirs
    phone.wait_for(lambda shown: shown.id > card.id)
    assert stranger.replies() == []
    assert home.report.read_text() == BEFORE
    assert [one["id"] for one in home.command("telegram", "list")] == [str(ADA)]

    phone.press("Deny")  # their press has used nothing up
    phone.wait_for(lambda shown: "denied" in shown.text.casefold())
    phone.send("/read report.md")  # the bridge has no such command: the engine has
    phone.wait_for("report.md:\n\n# Report")
    assert home.report.read_text() == BEFORE
    assert [one["versions"] for one in home.command("files", "list")] == [0]

    home.command("telegram", "revoke", str(ADA))
    phone.wait_for("no longer paired")
    number = len(phone.replies())
    phone.send("/help")
    home.paired(43, "Bob")  # comes after it
    assert len(phone.replies()) == number


# -- ends --------------------------------------------------------------------------------------


@pytest.fixture
def model(home: Home) -> Iterator[ModelServer]:
    with ModelServer() as server:
        home.environment |= {
            "STEWARD_PROVIDER": "openai-compatible",
            "STEWARD_LLM_BASE_URL": server.base_url,
        }
        yield server


def hanging() -> tuple[Reply, Gate]:
    gate = Gate()
    return Reply(before=(gate,)), gate


def test_what_a_kill_cuts_off_is_asked_about_and_not_done_again_by_itself(
    home: Home, model: ModelServer
) -> None:
    reply, gate = hanging()
    model.script([reply, text_reply("Here it is."), text_reply("Well.")])
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send("tell me a story")
    phone.until(lambda: len(model.requests) == 1)
    serving.end(signal.SIGKILL)
    gate.open()
    phone.send("/help")  # nobody listens

    home.serve().until_listening()
    asked = phone.wait_for("Steward stopped while it worked")
    assert "tell me a story" in asked.text
    phone.wait_for("/conversations")
    assert len(model.requests) == 1
    phone.press("Do it again")
    phone.wait_for("Here it is.")
    phone.send("and now?")
    phone.wait_for("Well.")
    assert len(model.requests) == 3
    assert said(phone, "Here it is.") == said(phone, "/conversations") == 1
    home.assert_the_token_is_nowhere()


def test_an_album_is_one_question_also_after_a_kill(home: Home, model: ModelServer) -> None:
    reply, gate = hanging()
    model.script([reply, text_reply("A cat and a dog."), text_reply("Well.")])
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send_album({"cat.txt": b"It is a cat.", "dog.txt": b"It is a dog."}, "What are these?")
    phone.until(lambda: len(model.requests) == 1)
    serving.end(signal.SIGKILL)
    gate.open()

    home.serve().until_listening()
    asked = phone.wait_for("Steward stopped while it worked")
    assert "What are these?" in asked.text
    phone.press("Do it again")
    phone.wait_for("A cat and a dog.")
    phone.send("and now?")
    phone.wait_for("Well.")
    assert said(phone, "Steward stopped while it worked") == 1
    assert len(model.requests) == 3
    for request in model.requests:
        words = str(request.json["messages"])
        assert "It is a cat." in words
        assert "It is a dog." in words


def test_an_answer_whose_message_was_deleted_while_it_grew_comes_anew(
    home: Home, model: ModelServer
) -> None:
    whole, gate = text_reply("It begins here and ends there.", chunks=2), Gate()
    model.script([Reply((*whole.steps[:2], gate, *whole.steps[2:]))])
    home.serve().until_listening()
    phone = home.paired()
    phone.send("Tell me")
    phone.delete(phone.wait_for("It begins").id)
    gate.open()
    phone.wait_for("It begins here and ends there.")
    assert said(phone, "It begins") == 1


def test_it_ends_in_time_although_a_person_is_being_asked(home: Home) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    phone.wait_for(with_button("Allow once"))
    code, took = serving.end()
    assert took < 5
    assert code == 130
    assert b"Traceback" not in serving.err
    assert home.report.read_text() == BEFORE
    assert home.command("files", "verify")


def test_it_ends_in_time_although_telegram_does_not_answer(home: Home) -> None:
    serving = home.serve(STEWARD_TELEGRAM_API_URL="http://127.0.0.1:1")
    serving.until(lambda one: one["type"] == "channel" and one["state"] == "offline")
    code, took = serving.end(signal.SIGINT)
    assert took < 5
    assert code == 130


def test_a_second_one_stands_by_and_takes_over(home: Home) -> None:
    first = home.serve().until_listening()
    phone = home.paired()
    second = home.serve()
    second.until(lambda one: one["type"] == "channel" and one["state"] == "standby")
    phone.send("/read report.md")
    phone.wait_for("status: draft")
    first.end(signal.SIGKILL)
    second.until_listening()
    phone.send("/files")
    phone.wait_for(lambda shown: "status" not in shown.text and "report.md" in shown.text)
    assert said(phone, "status: draft") == 1


# -- the webhook -------------------------------------------------------------------------------


@pytest.fixture
def hook(home: Home) -> str:
    """The webhook's root; Telegram is told of it."""
    port = free_port()
    home.environment |= {
        "STEWARD_WEBHOOK_PORT": str(port),
        "STEWARD_WEBHOOK_SECRET": SECRET,
        "STEWARD_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
    }
    return f"http://127.0.0.1:{port}"


def test_by_a_webhook_the_same_job_is_done_and_only_telegram_gets_in(home: Home, hook: str) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    phone.wait_for(with_button("Allow once"))
    phone.press("Allow once")
    phone.until(lambda: home.report.read_text() == AFTER)
    phone.wait_for(with_button("Undo"))
    assert home.telegram.asked("getUpdates") == []
    assert home.telegram.asked("deleteWebhook") == []

    update = {
        "update_id": 900_000_001,
        "message": {
            "message_id": 900,
            "date": int(time.time()),
            "chat": {"id": ADA, "type": "private"},
            "from": {"id": ADA, "is_bot": False, "first_name": "Ada"},
            "text": "/read report.md",
        },
    }
    name = "X-Telegram-Bot-Api-Secret-Token"
    with httpx.Client(base_url=hook, trust_env=False) as client:
        told = client.get("/health")
        assert (told.status_code, told.json()["status"]) == (200, "ok")
        assert told.json()["channels"]["telegram"]["state"] == "listening"
        for headers in ({}, {name: "wrong"}, {name: SECRET + "x"}):
            assert client.post("/telegram", json=update, headers=headers).status_code == 401
        for _ in range(3):
            assert client.post("/telegram", json=update, headers={name: SECRET}).status_code == 200
        assert client.post("/telegram", content=b"{", headers={name: SECRET}).status_code == 200
    phone.wait_for("report.md:\n\n# Report")
    phone.send("/files")  # comes after all of them
    phone.wait_for(lambda shown: "# Report" not in shown.text and "report.md" in shown.text)
    assert said(phone, "report.md:\n\n# Report") == 1

    assert serving.end()[1] < 5
    home.assert_the_token_is_nowhere()
    assert SECRET.encode() not in home.spoken + told.content
    written = [path for path in home.steward.home.rglob("*") if path.is_file()]
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


# -- what it refuses to begin ------------------------------------------------------------------


def test_without_a_channel_it_says_what_to_set_up(steward: Steward) -> None:
    done = steward("serve", code=3)
    assert "steward telegram connect" in done.err
    off = steward("serve", code=3, TELEGRAM_BOT_TOKEN=TOKEN, STEWARD_TELEGRAM_ON="off")
    assert "telegram_on" in off.err


def test_a_keyring_that_is_locked_is_not_nothing_set_up(
    steward: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    WorkingKeyring(monkeypatch)
    steward("config", "set", "telegram_bot_token", "-", stdin=TOKEN)
    LockedKeyring(monkeypatch)
    done = steward("serve", code=1)
    assert "keyring, which cannot be read now" in done.err


@pytest.mark.parametrize(
    ("secret", "said"),
    [("", "needs a secret token"), ("with blanks in it", "cannot be used")],
)
def test_a_webhook_without_a_usable_secret_is_not_opened(
    home: Home, hook: str, secret: str, said: str
) -> None:
    environment = {**home.environment, "STEWARD_WEBHOOK_SECRET": secret}
    done = home.steward("serve", code=3, **environment)
    assert said in done.err
    assert "webhook_secret" in done.err
    assert home.telegram.asked() == []


def test_a_webhook_on_a_port_that_is_taken_is_said(home: Home, hook: str) -> None:
    with socket.create_server(("127.0.0.1", int(hook.rpartition(":")[2]))):
        done = home.steward("serve", code=3, **home.environment)
    assert "another program uses it" in done.err
