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
from tests.standins.model_server import Gate, ModelServer, Reply, text_reply
from tests.standins.telegram import TOKEN, Fault, Phone, TelegramServer

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


def all_texts(phone: Phone) -> str:
    return "\n".join(one.text for one in phone.replies())


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


def test_what_is_denied_does_not_happen_and_a_command_of_the_guide_reaches_it(home: Home) -> None:
    home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    phone.wait_for(with_button("Deny"))
    phone.press("Deny")
    phone.wait_for(lambda shown: "denied" in shown.text.casefold())
    phone.send("/read report.md")
    phone.wait_for("status: draft")
    assert home.report.read_text() == BEFORE
    assert [one["versions"] for one in home.command("files", "list")] == [0]


def test_a_stranger_gets_nothing_and_their_press_uses_nothing_up(home: Home) -> None:
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
    phone.press("Allow once")
    phone.until(lambda: home.report.read_text() == AFTER)


def test_who_is_let_go_of_by_a_command_is_told_and_not_listened_to(home: Home) -> None:
    home.serve().until_listening()
    phone = home.paired()
    home.command("telegram", "revoke", str(ADA))
    phone.wait_for("no longer paired")
    number = len(phone.replies())
    phone.send("hello")
    other = home.paired(43, "Bob")  # comes after it
    assert len(phone.replies()) == number
    assert other.replies()


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
    model.script([reply, text_reply("Here it is.")])
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send("tell me a story")
    phone.until(lambda: len(model.requests) == 1)
    serving.end(signal.SIGKILL)
    gate.open()

    home.serve().until_listening()
    asked = phone.wait_for("Steward stopped while it worked")
    assert "tell me a story" in asked.text
    assert len(model.requests) == 1
    phone.press("Do it again")
    phone.wait_for("Here it is.")
    assert len(model.requests) == 2
    home.assert_the_token_is_nowhere()


def test_what_is_sent_while_nobody_listens_is_answered_once_somebody_does(home: Home) -> None:
    first = home.serve().until_listening()
    phone = home.paired()
    first.end(signal.SIGKILL)
    phone.send("/read report.md")
    home.serve().until_listening()
    phone.wait_for("status: draft")
    assert all_texts(phone).count("status: draft") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_time_although_a_person_is_being_asked(
    home: Home, number: signal.Signals
) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    phone.wait_for(with_button("Allow once"))
    code, took = serving.end(number)
    assert took < 5
    assert code == 130
    assert b"Traceback" not in serving.err
    assert home.report.read_text() == BEFORE
    assert home.command("files", "verify")


def test_it_ends_in_time_although_telegram_does_not_answer(home: Home) -> None:
    serving = home.serve(STEWARD_TELEGRAM_API_URL="http://127.0.0.1:1")
    serving.until(lambda one: one["type"] == "channel" and one["state"] == "offline")
    assert serving.end()[1] < 5


def test_a_second_one_stands_by_and_takes_over(home: Home) -> None:
    first = home.serve().until_listening()
    phone = home.paired()
    second = home.serve()
    second.until(lambda one: one["type"] == "channel" and one["state"] == "standby")
    phone.send("/read report.md")
    phone.wait_for("status: draft")
    first.end(signal.SIGKILL)
    second.until_listening()
    phone.send("/list")
    phone.wait_for("report.md")
    assert all_texts(phone).count("status: draft") == 1


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


def test_by_a_webhook_the_same_job_is_done_and_nothing_is_asked_for(home: Home, hook: str) -> None:
    serving = home.serve().until_listening()
    phone = home.paired()
    phone.send(FINALISE)
    phone.wait_for(with_button("Allow once"))
    phone.press("Allow once")
    phone.until(lambda: home.report.read_text() == AFTER)
    assert home.telegram.asked("getUpdates") == []
    assert home.telegram.asked("deleteWebhook") == []
    told = httpx.get(f"{hook}/health", trust_env=False)
    assert (told.status_code, told.json()["status"]) == (200, "ok")
    assert told.json()["channels"]["telegram"]["state"] == "listening"
    assert serving.end()[1] < 5
    home.assert_the_token_is_nowhere()
    assert SECRET.encode() not in home.spoken + told.content
    assert not [
        path
        for path in home.steward.home.rglob("*")
        if path.is_file() and SECRET.encode() in path.read_bytes()
    ]


def test_only_telegram_gets_in_and_an_update_that_comes_again_is_done_once(
    home: Home, hook: str
) -> None:
    home.serve().until_listening()
    phone = home.paired()
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
        for headers in ({}, {name: "wrong"}, {name: SECRET + "x"}):
            assert client.post("/telegram", json=update, headers=headers).status_code == 401
        number = len(phone.replies())
        for _ in range(3):
            assert client.post("/telegram", json=update, headers={name: SECRET}).status_code == 200
        assert client.post("/telegram", content=b"{", headers={name: SECRET}).status_code == 200
    phone.wait_for("status: draft")
    phone.send("/list")  # comes after all of them
    phone.until(lambda: len(phone.replies()) == number + 2)
    assert all_texts(phone).count("status: draft") == 1


def test_the_health_tells_that_telegram_refuses_the_address(home: Home, hook: str) -> None:
    home.environment["STEWARD_WEBHOOK_URL"] = "http://127.0.0.1:1/elsewhere"
    home.telegram.fail(
        "setWebhook", Fault.error(400, "Bad Request: bad webhook: HTTPS url must be provided"),
        times=1000,
    )  # fmt: skip
    serving = home.serve()
    refused = serving.until(lambda one: one["type"] == "channel" and one["state"] == "refused")
    assert "bad webhook" in refused["error"]
    told = httpx.get(f"{hook}/health", trust_env=False)
    assert (told.status_code, told.json()["status"]) == (503, "unwell")
    assert "bad webhook" in told.json()["channels"]["telegram"]["error"]


# -- what it refuses to begin ------------------------------------------------------------------


def test_without_a_channel_it_says_what_to_set_up(steward: Steward) -> None:
    done = steward.process("serve", code=3)
    assert "steward telegram connect" in done.err
    switched_off = steward.process(
        "serve", code=3, TELEGRAM_BOT_TOKEN=TOKEN, STEWARD_TELEGRAM_ON="off"
    )
    assert "telegram_on" in switched_off.err


@pytest.mark.parametrize(
    ("secret", "said"),
    [("", "needs a secret token"), ("with blanks in it", "cannot be used")],
)
def test_a_webhook_without_a_usable_secret_is_not_opened(
    home: Home, hook: str, secret: str, said: str
) -> None:
    serving = home.serve(STEWARD_WEBHOOK_SECRET=secret)
    assert serving.code() == 3
    assert said in serving.err.decode()
    assert "webhook_secret" in serving.err.decode()
    assert home.telegram.asked() == []


def test_a_webhook_on_a_port_that_is_taken_is_said(home: Home, hook: str) -> None:
    with socket.create_server(("127.0.0.1", int(hook.rpartition(":")[2]))):
        serving = home.serve()
        assert serving.code() == 3
    assert "another program uses it" in serving.err.decode()
