"""The stand-in does what the Bot API's documents say; see the words beside each behaviour there."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.standins.telegram import RemoteTelegram, TelegramServer
from tests.standins.telegram.html import RefusedError, parse

ROOT = Path(__file__).parents[3]


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


def ask(telegram: TelegramServer, method: str, **given: Any) -> Any:
    address = f"{telegram.url}/bot{telegram.token}/{method}"
    return httpx.post(address, json=given, timeout=20, trust_env=False).json()


def texts(answer: Any) -> list[str]:
    return [one["message"]["text"] for one in answer["result"]]


def test_only_a_higher_offset_confirms(telegram: TelegramServer) -> None:
    phone = telegram.phone()
    phone.send("one")
    phone.send("two")
    first = ask(telegram, "getUpdates")
    assert texts(first) == texts(ask(telegram, "getUpdates")) == ["one", "two"]
    number = first["result"][0]["update_id"]
    assert texts(ask(telegram, "GETUPDATES", offset=number)) == ["one", "two"]
    assert texts(ask(telegram, "getUpdates", offset=number + 1)) == ["two"]
    assert texts(ask(telegram, "getUpdates")) == ["two"]
    phone.send("three")
    assert texts(ask(telegram, "getUpdates", offset=-1)) == ["three"]
    assert texts(ask(telegram, "getUpdates", limit=1)) == ["three"]


def test_an_offset_from_the_future_forgets_nothing(telegram: TelegramServer) -> None:
    telegram.phone().send("one")
    assert texts(ask(telegram, "getUpdates", offset=2_000_000_000)) == ["one"]


def test_updates_are_kept_for_a_day(telegram: TelegramServer) -> None:
    phone = telegram.phone()
    phone.send("old")
    telegram.skip_time(24 * 3600 + 1)
    phone.send("new")
    assert texts(ask(telegram, "getUpdates")) == ["new"]


def test_a_second_poll_ends_the_first_one(telegram: TelegramServer) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, telegram, "getUpdates", timeout=50)
        telegram.wait_until(lambda: telegram.count("getUpdates") == 1)
        second = pool.submit(ask, telegram, "getUpdates", timeout=50)
        answer = first.result(10)
        assert (answer["ok"], answer["error_code"]) == (False, 409)
        assert "terminated by other getUpdates request" in answer["description"]
        telegram.phone().send("for the second")
        assert texts(second.result(10)) == ["for the second"]


def test_a_webhook_takes_the_updates_with_its_secret(telegram: TelegramServer) -> None:
    came: list[tuple[str | None, Any]] = []
    statuses = iter([500, 200, 200])

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)))
            self.send_response(next(statuses))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/telegram"
        assert ask(telegram, "setWebhook", url=url, secret_token="s-1")["ok"]
        assert ask(telegram, "getUpdates")["error_code"] == 409
        telegram.phone().send("pushed")
        telegram.wait_until(lambda: telegram.facts["pending"] == 0)
        assert [(secret, one["message"]["text"]) for secret, one in came] == [("s-1", "pushed")] * 2
        assert ask(telegram, "deleteWebhook")["ok"]
        assert ask(telegram, "getUpdates")["ok"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_press_is_answered_once_and_not_for_ever(telegram: TelegramServer) -> None:
    phone = telegram.phone()
    keyboard = {"inline_keyboard": [[{"text": "Allow", "callback_data": "x" * 64}]]}
    assert ask(telegram, "sendMessage", chat_id=42, text="?", reply_markup=keyboard)["ok"]
    query = phone.press("Allow")
    assert ask(telegram, "answerCallbackQuery", callback_query_id=query, text="done")["ok"]
    again = ask(telegram, "answerCallbackQuery", callback_query_id=query)
    assert "query is too old" in again["description"]
    late = phone.press("Allow")
    telegram.skip_time(3600)
    assert not ask(telegram, "answerCallbackQuery", callback_query_id=late)["ok"]
    assert phone.answers(query) == ["done"]
    keyboard["inline_keyboard"][0][0]["callback_data"] = "x" * 65
    answer = ask(telegram, "sendMessage", chat_id=42, text="?", reply_markup=keyboard)
    assert "BUTTON_DATA_INVALID" in answer["description"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "<b>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "chat_id": 999}, "chat not found"),
    ],
)
def test_what_is_refused(telegram: TelegramServer, given: dict[str, Any], reason: str) -> None:
    telegram.phone()
    answer = ask(telegram, "sendMessage", **{"chat_id": 42, **given})
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert reason in answer["description"]


def test_the_length_counts_after_entities_are_parsed(telegram: TelegramServer) -> None:
    telegram.phone()
    text = "<b>" + "&lt;" * 4096 + "</b>"
    assert ask(telegram, "sendMessage", chat_id=42, text=text, parse_mode="HTML")["ok"]


def test_html_gives_entities_in_utf_16() -> None:
    source = '😀<b>bold <i>both</i></b> <a href="http://x/?a=1&amp;b">a &lt;b&gt;</a> &copy; &#65;'
    text, entities = parse(source)
    assert text == "😀bold both a <b> &copy; A"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("bold", 2, 9),
        ("italic", 7, 4),
        ("text_link", 12, 5),
    ]
    text, entities = parse('<pre><code class="language-python">if 1 &lt; 2:</code></pre>')
    assert (text, entities) == (
        "if 1 < 2:",
        [{"type": "pre", "offset": 0, "length": 9, "language": "python"}],
    )


@pytest.mark.parametrize(
    "source", ["<b>", "</b>", "<b></i>", "a < b", "<x>y</x>", "<span>x</span>"]
)
def test_html_that_is_none_is_refused(source: str) -> None:
    with pytest.raises(RefusedError):
        parse(source)


def test_in_a_group_only_what_is_for_the_bot_reaches_it(telegram: TelegramServer) -> None:
    phone = telegram.phone(42, "Ada", group=-1001)
    phone.send("not for it")
    phone.send("@steward_test_bot for it")
    phone.send("/help")
    assert texts(ask(telegram, "getUpdates")) == ["@steward_test_bot for it", "/help"]


def test_an_album_is_a_message_for_each_file(telegram: TelegramServer) -> None:
    phone = telegram.phone()
    phone.send_album({"a.txt": b"a", "b.txt": b"b"}, "both")
    phone.send_album({"a.jpg": b"a", "b.jpg": b"b"}, kind="photo", forwarded_from="Eve")
    found = [one["message"] for one in ask(telegram, "getUpdates")["result"]]
    assert [one.get("caption") for one in found] == ["both", None, None, None]
    groups = [one["media_group_id"] for one in found]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    assert all(isinstance(group, str) for group in groups)
    assert ["forward_origin" in one for one in found] == [False, False, True, True]
    assert ["photo" in one for one in found] == [False, False, True, True]


def test_what_was_deleted_cannot_be_edited(telegram: TelegramServer) -> None:
    phone = telegram.phone()
    sent = ask(telegram, "sendMessage", chat_id=phone.chat, text="one")["result"]
    phone.delete(sent["message_id"])
    assert phone.messages() == []
    given = {"chat_id": phone.chat, "message_id": sent["message_id"], "text": "two"}
    told = ask(telegram, "editMessageText", **given)
    assert told["description"] == "Bad Request: message to edit not found"
    assert ask(telegram, "getUpdates")["result"] == []


def test_it_runs_as_a_process_with_the_same_phone() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.telegram", "--token", "77:process"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        telegram = RemoteTelegram(facts["url"])
        phone = telegram.phone(42, "Ada")
        phone.send("hello")
        address = f"{facts['url']}/bot{facts['token']}"
        assert texts(httpx.get(f"{address}/getUpdates", trust_env=False).json()) == ["hello"]
        httpx.post(f"{address}/sendMessage", data={"chat_id": "42", "text": "hi"}, trust_env=False)
        assert phone.wait_for("hi").of_bot
    finally:
        process.terminate()
        assert process.wait(10) == 0
        assert process.stdout is not None
        process.stdout.close()
