"""``steward telegram``: a bot is tried before it is kept, codes pair, people are let go of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.assembly import Assembly
from app.domain.channels import Chat, PairedPerson, Sender
from app.domain.messages import Channel
from tests.cli.conftest import Steward
from tests.keyrings import WorkingKeyring
from tests.standins.telegram import TOKEN, Fault, TelegramServer

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
def bot(telegram: TelegramServer) -> dict[str, Any]:
    """What lets a command use the bot."""
    return {"TELEGRAM_BOT_TOKEN": TOKEN, "STEWARD_TELEGRAM_API_URL": telegram.url}


async def _pair(user: str, chat: Chat | None = None) -> PairedPerson | None:
    """Pair somebody by a new code, as a desk does it."""
    assembly = await Assembly.open(provider="guided")
    try:
        people = assembly.channels.people
        code = await people.new_code(Channel.TELEGRAM)
        if chat is not None:
            await people.note(chat)
        return await people.pair(Chat(Channel.TELEGRAM, user), Sender(user, "Ada"), code.code)
    finally:
        await assembly.close()


async def _spend(code: str) -> bool:
    assembly = await Assembly.open(provider="guided")
    try:
        chat = Chat(Channel.TELEGRAM, "42")
        return await assembly.channels.people.pair(chat, Sender("42"), code) is not None
    finally:
        await assembly.close()


# -- the bot -----------------------------------------------------------------------------------


def test_a_bot_is_connected_once_its_token_has_answered(
    steward: Steward, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = WorkingKeyring(monkeypatch)
    env: dict[str, Any] = {"STEWARD_TELEGRAM_API_URL": telegram.url}
    done = steward("telegram", "connect", "-", "--json", stdin=f"{TOKEN}\n", **env)
    (row,) = done.objects
    assert (row["connected"], row["username"]) == (True, "steward_test_bot")
    assert TOKEN in keyring.kept.values()
    assert "set" in steward("config", "get", "telegram_bot_token", **env).out
    # Its name was noted: without an answer the link is still there.
    (code,) = steward(
        "telegram", "pair", "--json", **{**env, "STEWARD_TELEGRAM_API_URL": NOBODY}
    ).objects
    assert code["link"] == f"https://t.me/steward_test_bot?start={code['code']}"
    other = {"STEWARD_TELEGRAM_API_URL": NOBODY, "TELEGRAM_BOT_TOKEN": "7:another-bots-token"}
    (code,) = steward("telegram", "pair", "--json", **{**env, **other}).objects
    assert code["link"] is None

    steward("telegram", "disconnect", **env)
    assert TOKEN not in keyring.kept.values()
    assert steward("telegram", "pair", code=3, **env).out == ""
    written = [path for path in steward.home.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]


def test_a_token_that_is_refused_or_cannot_be_tried_is_not_kept(
    steward: Steward, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    WorkingKeyring(monkeypatch)
    env: dict[str, Any] = {"STEWARD_TELEGRAM_API_URL": telegram.url}
    wrong = TOKEN[:-3] + "xyz"
    refused = steward("telegram", "connect", "-", stdin=wrong, code=3, **env)
    unreached = steward(
        "telegram", "connect", "-", stdin=TOKEN, code=1,
        **{**env, "STEWARD_TELEGRAM_API_URL": NOBODY},
    )  # fmt: skip
    for done in (refused, unreached):
        assert "Nothing was kept" in done.err
        assert wrong not in done.err
        assert TOKEN not in done.err
    assert steward("config", "get", "telegram_bot_token", **env).out == "not set\n"


def test_a_token_is_not_asked_for_where_nothing_would_come_of_it(
    steward: Steward, bot: dict[str, Any], telegram: TelegramServer
) -> None:
    assert (
        "is set in the environment"
        in steward("telegram", "connect", "-", stdin=TOKEN, code=2, **bot).err
    )
    url = {"STEWARD_TELEGRAM_API_URL": telegram.url}
    done = steward("telegram", "connect", "-", stdin=TOKEN, code=3, **url)
    assert "TELEGRAM_BOT_TOKEN in the environment" in done.err
    typed = steward("telegram", "connect", TOKEN, code=2, **url)
    assert "must not stand on the command line" in typed.err
    assert TOKEN not in typed.err
    assert telegram.asked() == []


# -- pairing -----------------------------------------------------------------------------------


def test_a_code_is_printed_with_the_link_that_sends_it_and_pairs_one_person_once(
    steward: Steward, bot: dict[str, Any]
) -> None:
    (row,) = steward("telegram", "pair", "--json", **bot).objects

    assert set(row) == {"code", "link", "expires_at"}
    assert row["link"] == f"https://t.me/steward_test_bot?start={row['code']}"
    left = datetime.fromisoformat(row["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=58) < left <= timedelta(hours=1)
    assert asyncio.run(_spend(row["code"].lower()))
    assert not asyncio.run(_spend(row["code"]))


def test_for_a_person_the_code_is_words_and_on_a_terminal_a_picture(
    steward: Steward, bot: dict[str, Any]
) -> None:
    done = steward("telegram", "pair", **bot)
    code = done.out.splitlines()[0].removeprefix("Code: ")
    assert f"/start {code}" in done.err
    assert "█" not in done.out
    with steward.on_terminal("telegram", "pair", **bot) as terminal:
        terminal.expect("https://t.me/steward_test_bot?start=")
        terminal.expect("▄▄▄▄▄")
        terminal.expect("/start ")
        assert terminal.exit_code() == 0


def test_without_telegram_the_code_is_printed_without_a_link(
    steward: Steward, bot: dict[str, Any], telegram: TelegramServer
) -> None:
    unreached: dict[str, Any] = {**bot, "STEWARD_TELEGRAM_API_URL": NOBODY}
    done = steward("telegram", "pair", "--json", **unreached)
    assert done.objects[0]["link"] is None
    assert "Telegram does not answer now" in done.err
    assert asyncio.run(_spend(done.objects[0]["code"]))
    telegram.fail("getMe", Fault.error(401, "Unauthorized"))
    refused = steward("telegram", "pair", "--json", code=3, **bot)
    assert [row["type"] for row in refused.objects] == ["error"]


def test_without_a_bot_there_is_nothing_to_pair_with(steward: Steward) -> None:
    done = steward("telegram", "pair", code=3)
    assert "steward telegram connect" in done.err
    assert done.out == ""


# -- people and groups -------------------------------------------------------------------------


def test_who_is_paired_is_listed_and_let_go_of_and_told(
    steward: Steward, bot: dict[str, Any], telegram: TelegramServer
) -> None:
    assert "Nobody is paired" in steward("telegram", "list", "--json", **bot).err
    asyncio.run(_pair("42"))
    phone = telegram.phone(42, "Ada")
    phone.send("hello")  # a bot may only write to whom has written to it
    (row,) = steward("telegram", "list", "--json", **bot).objects
    assert (row["id"], row["name"]) == ("42", "Ada")
    assert "42  Ada  " in steward("telegram", "list", **bot).out

    assert steward("telegram", "revoke", "7", code=1, **bot).out == ""
    (gone,) = steward("telegram", "revoke", "42", "--json", **bot).objects
    assert gone == {"id": "42", "revoked": True, "told": True}
    assert "no longer paired" in phone.wait_for("Steward").text
    assert steward("telegram", "list", "--json", **bot).objects == []


def test_somebody_is_let_go_of_also_where_they_cannot_be_told(
    steward: Steward, bot: dict[str, Any]
) -> None:
    asyncio.run(_pair("42"))
    done = steward("telegram", "revoke", "42", **{**bot, "STEWARD_TELEGRAM_API_URL": NOBODY})
    assert "Ada is not listened to any more" in done.out
    assert "were not told" in done.err
    assert steward("telegram", "list", "--json").objects == []


def test_groups_are_listed_once_seen_and_allowed_by_hand(steward: Steward) -> None:
    asyncio.run(_pair("42", Chat(Channel.TELEGRAM, "-100", private=False, title="Team\x1b[2J")))
    (row,) = steward("telegram", "groups", "--json").objects
    assert (row["id"], row["allowed"]) == ("-100", False)
    assert "\x1b" not in steward("telegram", "groups").out
    for command, allowed in (("allow-group", True), ("deny-group", False)):
        (row,) = steward("telegram", command, "--json", "-100").objects
        assert row["allowed"] is allowed
        (row,) = steward("telegram", "groups", "--json").objects
        assert row["allowed"] is allowed
    assert "was not seen" in steward("telegram", "allow-group", "-7", code=1).err


def test_google_chat_has_the_same_commands_for_its_own_people(steward: Steward) -> None:
    assert "google_chat_subscription" in steward("google-chat", "pair", code=3).err
    env: dict[str, Any] = {"STEWARD_GOOGLE_CHAT_SUBSCRIPTION": "projects/p/subscriptions/s"}
    (row,) = steward("google-chat", "pair", "--json", **env).objects
    assert row["link"] is None
    assert not asyncio.run(_spend(row["code"]))  # on Telegram it pairs nobody
    assert "/start " in steward("google-chat", "pair", **env).err
    asyncio.run(_pair("42"))
    assert "Nobody is paired: `steward google-chat pair`" in steward("google-chat", "list").err
