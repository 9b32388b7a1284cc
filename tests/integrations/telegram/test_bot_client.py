"""The client of the Bot API against the stand-in: what failures mean, where no token is."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import pytest

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApiError,
    BotBusyError,
    BotConflictError,
    BotRequestError,
    BotTokenError,
    BotUnreachableError,
)
from app.integrations.telegram import transport
from app.integrations.telegram.bot_client import BotClient
from app.redaction import Secret
from tests.standins.telegram import TOKEN, Fault, Phone, TelegramServer

Call = Callable[[BotClient], Coroutine[Any, Any, object]]

RESTART = "Internal Server Error: restart"


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def phone(telegram: TelegramServer) -> Phone:
    return telegram.phone(42, "Ada")


@pytest.fixture
async def bot(telegram: TelegramServer) -> AsyncIterator[BotClient]:
    made = BotClient(Secret(TOKEN), telegram.url)
    yield made
    await made.aclose()


def say(bot: BotClient) -> Coroutine[Any, Any, object]:
    return bot.send_message("42", "hello", html=False)


# -- what a failure means --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "arrived"),
    [
        (Fault("before"), BotAmbiguousError, False),
        (Fault("after"), BotAmbiguousError, True),
        (Fault("middle"), BotAmbiguousError, True),
        (Fault("garbage"), BotAmbiguousError, True),
        (Fault("done_error", 500, RESTART), BotAmbiguousError, True),
        (Fault("error", 500, "Internal Server Error: Request aborted"), BotAmbiguousError, False),
        (Fault("error", 500, "Internal Server Error: WORKER_BUSY"), BotUnreachableError, False),
        (Fault("page", 502), BotAmbiguousError, False),
        (Fault("page", 403), BotUnreachableError, False),
        (Fault("page", 413), BotRequestError, False),
        (Fault("page", 404), BotRequestError, False),
        (Fault("redirect", description="https://elsewhere.invalid/"), BotUnreachableError, False),
        (Fault.busy(7), BotBusyError, False),
        (Fault.error(401, "Unauthorized"), BotTokenError, False),
        (Fault.error(404, "Not Found"), BotRequestError, False),
        (Fault.error(409, "Conflict: terminated by other"), BotConflictError, False),
        (Fault.error(403, "Forbidden: bot was blocked"), BotRequestError, False),
        (Fault.error(400, "Bad Request: message is too long"), BotRequestError, False),
    ],
)
async def test_each_failure_says_whether_it_may_have_arrived(
    telegram: TelegramServer,
    phone: Phone,
    bot: BotClient,
    fault: Fault,
    kind: type[BotApiError],
    arrived: bool,
) -> None:
    telegram.fail("sendMessage", fault)
    with pytest.raises(BotApiError) as caught:
        await say(bot)
    assert type(caught.value) is kind
    assert bool(phone.replies()) is arrived


async def test_a_server_that_is_not_there_is_not_reached() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        bot = BotClient(Secret(TOKEN), f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(BotUnreachableError):
            await say(bot)
        await bot.aclose()


@pytest.mark.parametrize("root", ["ftp://127.0.0.1", "nonsense", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none_is_not_reached(root: str) -> None:
    bot = BotClient(Secret(TOKEN), root)
    with pytest.raises(BotUnreachableError):
        await say(bot)
    await bot.aclose()


async def test_silence_after_the_request_left_is_ambiguous(
    telegram: TelegramServer, bot: BotClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.05)
    telegram.fail("sendMessage", Fault("hang"))
    with pytest.raises(BotAmbiguousError):
        await say(bot)


async def test_an_endless_answer_is_cut_off(
    telegram: TelegramServer, bot: BotClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 100_000)
    telegram.fail("getUpdates", Fault("huge"))
    with pytest.raises(BotAmbiguousError):
        await bot.get_updates(None, 0)


async def test_how_long_to_wait_is_told(telegram: TelegramServer, bot: BotClient) -> None:
    telegram.fail("sendMessage", Fault.busy(7))
    with pytest.raises(BotBusyError) as caught:
        await say(bot)
    assert caught.value.retry_after == 7.0


async def test_a_method_that_the_server_lacks_is_no_question_of_the_token(
    telegram: TelegramServer, bot: BotClient
) -> None:
    telegram.lack("getMe")
    with pytest.raises(BotRequestError):
        await bot.get_me()


@pytest.mark.parametrize(
    "fault", [Fault.error(404, "Not Found"), Fault.error(401, "No"), Fault("page", 404)]
)
async def test_a_bot_that_is_not_there_is_known_by_its_updates(
    telegram: TelegramServer, bot: BotClient, fault: Fault
) -> None:
    telegram.fail("getUpdates", fault)
    with pytest.raises(BotTokenError):
        await bot.get_updates(None, 0)


@pytest.mark.parametrize("fault", [Fault.error(404, "Not Found"), Fault("page", 404)])
async def test_a_method_that_is_not_found_is_no_question_of_the_token_either(
    telegram: TelegramServer, bot: BotClient, fault: Fault
) -> None:
    telegram.fail("sendChatAction", fault)
    with pytest.raises(BotRequestError):
        await bot.send_typing("42")


async def test_telegram_opens_no_link_by_itself(
    telegram: TelegramServer, phone: Phone, bot: BotClient
) -> None:
    number = await bot.send_message("42", "https://example.org/?q=secret", html=False)
    await bot.edit_message("42", number, "https://example.org/?q=other", html=False)
    for method in ("sendMessage", "editMessageText"):
        (call,) = telegram.asked(method)
        assert call["given"]["link_preview_options"] == {"is_disabled": True}


async def test_a_wrong_token_is_refused(telegram: TelegramServer) -> None:
    bot = BotClient(Secret("1:wrong"), telegram.url)
    with pytest.raises(BotTokenError):
        await bot.get_me()
    await bot.aclose()


async def test_what_the_answers_say_is_told_apart(
    telegram: TelegramServer, phone: Phone, bot: BotClient
) -> None:
    number = await bot.send_message("42", "<b>one</b>", html=True)
    with pytest.raises(BotRequestError) as caught:
        await bot.edit_message("42", number, "<b>one</b>", html=True)
    assert caught.value.is_unchanged
    with pytest.raises(BotRequestError) as caught:
        await bot.send_message("42", "<x>", html=True)
    assert caught.value.is_markup
    with pytest.raises(BotRequestError) as caught:
        await bot.edit_message("42", 999, "two", html=True)
    assert caught.value.is_gone


async def test_what_is_sent_has_all_its_parts(
    telegram: TelegramServer, phone: Phone, bot: BotClient
) -> None:
    keyboard = [[{"text": "Allow", "callback_data": "a"}], [{"text": "Deny", "callback_data": "d"}]]
    first = await bot.send_message("42", "plain <b>", html=False, keyboard=keyboard, quiet=True)
    second = await bot.send_document(
        "42", "a.txt", b"bytes", caption="<i>it</i>", html=True, keyboard=keyboard
    )
    await bot.edit_message("42", second, "other", html=False, caption=True)
    shown, document = phone.replies()
    assert (shown.id, shown.text, shown.quiet) == (first, "plain <b>", True)
    assert shown.labels == ["Allow", "Deny"]
    assert (document.text, document.document, phone.file(document)) == ("other", "a.txt", b"bytes")
    await bot.delete_message("42", first)
    assert len(phone.replies()) == 1


async def test_a_webhook_is_set_and_told(telegram: TelegramServer, bot: BotClient) -> None:
    await bot.set_webhook("https://example.org/telegram", "secret")
    assert (await bot.webhook()).url == "https://example.org/telegram"
    await bot.delete_webhook()
    assert (await bot.webhook()).url == ""


# -- the token -------------------------------------------------------------------------------------

CALLS: dict[str, Call] = {
    "getMe": lambda bot: bot.get_me(),
    "getUpdates": lambda bot: bot.get_updates(None, 0),
    "sendMessage": say,
    "sendDocument": lambda bot: bot.send_document("42", "a.txt", b"data"),
    "editMessageText": lambda bot: bot.edit_message("42", 1, "x", html=True),
    "getFile": lambda bot: bot.download("AgAC", 100),
    "answerCallbackQuery": lambda bot: bot.answer_press("1"),
    "setWebhook": lambda bot: bot.set_webhook("https://example.org/", "s"),
}
FAULTS = [
    Fault("before"),
    Fault("after"),
    Fault("middle"),
    Fault("garbage"),
    Fault("hang"),
    Fault("page", 502),
    Fault("page", 404),
    Fault("redirect", description=f"http://127.0.0.1:1/bot{TOKEN}/getMe"),
    Fault.error(400, f"Bad Request: /bot{TOKEN}/sendMessage is not liked"),
    Fault.error(409, f"Conflict: {TOKEN}"),
    Fault.error(500, f"Internal Server Error: {TOKEN}"),
    Fault.error(500, f"restart of {TOKEN}"),
    Fault.error(401, f"Unauthorized: {TOKEN}"),
    Fault.busy(1),
]


@pytest.mark.parametrize("method", CALLS)
async def test_the_token_is_in_no_error_and_no_log(
    telegram: TelegramServer,
    bot: BotClient,
    method: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(transport, "POLL_GRACE_SECONDS", -0.95)
    monkeypatch.setattr(transport, "SLOWEST_UPLOAD", 1_000_000)
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    told: list[str] = [repr(bot), str(bot)]
    for fault in FAULTS:
        telegram.fail(method, fault)
        with pytest.raises(BotApiError) as caught:
            await CALLS[method](bot)
        error = caught.value
        told += [repr(error), str(error), repr(error.args), str(vars(error))]
        told += traceback.format_exception(error, chain=True)
        assert error.__cause__ is None
        assert error.__context__ is None
    secret = TOKEN.partition(":")[2]
    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert logged  # the libraries did log
    assert not [line for line in (*told, *logged) if secret in line]


async def test_the_token_is_not_told_while_a_file_comes(
    telegram: TelegramServer, phone: Phone, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone.send_file("a.txt", b"data")
    (update,) = await bot.get_updates(None, 0)
    number = update["message"]["document"]["file_id"]  # type: ignore[index]
    assert await bot.download(number, 100) == b"data"
    for fault in (Fault("after"), Fault("middle"), Fault("page", 404), Fault("page", 502)):
        telegram.fail("file", fault)
        with pytest.raises(BotApiError) as caught:
            await bot.download(number, 100)
        assert caught.value.__cause__ is caught.value.__context__ is None
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN.partition(":")[2] not in caplog.text


async def test_a_cancelled_call_tells_no_token(
    telegram: TelegramServer, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    polling = asyncio.create_task(bot.get_updates(None, 30))
    await telegram.until(lambda: bool(telegram.asked("getUpdates")))
    polling.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await polling
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in caplog.text
