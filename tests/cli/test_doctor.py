"""``steward doctor``: a real call to every part, and how to mend what is not well."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest

from app.assembly import Assembly
from app.channels.lease import Lease
from app.channels.telegram_bridge import LEASE
from app.cli.check_google import check_google_chat
from app.cli.check_telegram import check_phones, check_telegram
from app.cli.checks import (
    ATTENTION,
    OK,
    TROUBLE,
    Check,
    check_disk,
    check_folders,
    check_home,
    check_keyring,
    within,
)
from app.cli.checks_of_parts import check_circuits, check_notifications
from app.config import Settings
from app.domain.channels import Chat, Part, Sender
from app.domain.events import Severity
from app.domain.messages import Channel
from app.redaction import Secret
from app.resilience.circuit_breaker import Outcome
from app.storage.database import Database
from app.storage.health import DatabaseHealth, examine
from app.storage.models import NotificationRow, User
from tests.cli.conftest import Done, Steward
from tests.standins.google_chat import SUBSCRIPTION, ChatServer, said
from tests.standins.model_server import (
    Hang,
    ModelServer,
    Reply,
    chunk,
    error_reply,
    text_reply,
)
from tests.standins.telegram import TOKEN, Fault, TelegramServer

CHECKS = [
    "python", "data", "disk", "last run", "settings", "folders", "skills", "log", "database",
    "vault", "notices", "circuits", "phones", "watching", "model", "google", "telegram",
    "google chat", "servers", "keyring", "window",
]  # fmt: skip


def by_name(done: Done) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in done.objects}


def test_a_fresh_set_up_has_no_trouble(steward: Steward) -> None:
    found = by_name(steward.process("doctor", "--json"))
    assert list(found) == CHECKS
    for row in found.values():
        assert set(row) == {"check", "status", "message", "hint"}
        assert row["status"] in (OK, ATTENTION)
        assert row["message"]
    for row in (row for row in found.values() if row["status"] == ATTENTION):
        assert row["hint"]
    assert found["model"]["status"] == ATTENTION
    assert "OPENROUTER_API_KEY" in found["model"]["hint"]
    assert found["keyring"]["status"] == ATTENTION


def test_for_a_person_it_is_a_list_with_advice(steward: Steward) -> None:
    done = steward.process("doctor", STEWARD_FOLDERS="")
    assert "ok         python" in done.out
    assert "→ " in done.out
    assert "No folder is granted" in done.out


async def test_the_bot_is_really_asked_and_where_its_messages_go(steward_home: Path) -> None:
    with TelegramServer() as telegram:
        settings = Settings(
            home=steward_home, telegram_bot_token=Secret(TOKEN), telegram_api_url=telegram.url
        )

        async def look(**more: Any) -> Check:
            check = check_telegram(dataclasses.replace(settings, **more))
            return await within("telegram", 10, check)

        assert "not used" in (await look(telegram_bot_token=None)).message
        assert telegram.asked() == []
        well = await look()
        assert (well.status, "@steward_test_bot answers" in well.message) == (OK, True)
        assert (await look(telegram_on=False)).status == ATTENTION
        assert "No webhook" in (await look(webhook_port=1)).message
        telegram.change("webhook", "http://127.0.0.1:1/elsewhere")
        away = await look()
        assert (away.status, "127.0.0.1:1/elsewhere" in away.message) == (ATTENTION, True)
        other = await look(webhook_port=1, webhook_url="http://127.0.0.1:2/here")
        assert (other.status, "not to http://127.0.0.1:2" in other.message) == (ATTENTION, True)
        telegram.phone(42).send("hello")
        await telegram.until(lambda: "last_error_date" in telegram.facts["webhook"])
        deaf = await look(webhook_port=1)
        assert (deaf.status, "Wrong response" in deaf.message) == (TROUBLE, True)
        telegram.fail("getMe", Fault.error(401, "Unauthorized"), times=9)
        refused = await look()
        assert refused.status == TROUBLE
        assert TOKEN not in str(refused)
        assert (await look(telegram_api_url="http://127.0.0.1:1")).status == TROUBLE


async def test_a_chat_app_s_events_are_really_asked_for(steward_home: Path, tmp_path: Path) -> None:
    with ChatServer() as google:
        settings = Settings(
            home=steward_home,
            google_chat_subscription=SUBSCRIPTION,
            google_service_account_file=google.service_key(tmp_path),
            google_api_url=google.root_url,
        )

        async def look(**more: Any) -> Check:
            check = check_google_chat(dataclasses.replace(settings, **more))
            return await within("google chat", 10, check)

        assert "not used" in (await look(google_chat_subscription=None)).message
        well = await look()
        assert (well.status, "nothing waits" in well.message) == (OK, True)
        google.chat.publish(said("hello"))
        assert "something waits" in (await look()).message
        assert google.chat.unacknowledged == 1
        away = await look(google_chat_subscription="projects/p/subscriptions/gone")
        assert away.status == TROUBLE
        assert (
            "GOOGLE_APPLICATION_CREDENTIALS" in (await look(google_service_account_file=None)).hint
        )


async def test_what_phones_wait_for_is_told(steward_home: Path) -> None:
    assembly = await Assembly.open(provider="guided")
    try:
        stores = assembly.channels.stores
        assert (await check_phones(assembly)).status == OK
        code = await stores.people.new_code(Channel.TELEGRAM)
        await stores.people.pair(Chat(Channel.TELEGRAM, "42"), Sender("42", "Ada"), code.code)
        well = await check_phones(assembly)
        assert (well.status, well.message) == (OK, "Paired: Ada. Nothing waits.")
        lease = Lease(steward_home / LEASE)
        assert lease.take()
        assert "A Steward listens" in (await check_phones(assembly)).message
        lease.release()
        await stores.inbox.take_in(Channel.TELEGRAM, [("1", {"update_id": 1})])
        assert "1 to be handled" in (await check_phones(assembly)).message
        await stores.outbox.put(Channel.TELEGRAM, "42", "a", [Part({"html": "x"})])
        (row,) = await stores.outbox.due(Channel.TELEGRAM)
        await stores.outbox.unsure(row.id, "cut")
        unsure = await check_phones(assembly)
        assert (unsure.status, "may not have arrived" in unsure.message) == (ATTENTION, True)
    finally:
        await assembly.close()


def test_the_model_s_server_is_really_asked(steward: Steward) -> None:
    with ModelServer(models=("small", "large"), api_key="sk-right-0123456789") as server:
        env: dict[str, Any] = {"STEWARD_LLM_BASE_URL": server.base_url}
        right = {**env, "STEWARD_LLM_API_KEY": "sk-right-0123456789"}
        server.script([text_reply("ready")])
        found = by_name(steward.process("doctor", "--json", **right))
        assert found["model"]["status"] == OK
        assert "2 models" in found["model"]["message"]
        assert len(server.requests) == 1, "it was really asked something"
        found = by_name(steward.process("doctor", "--json", STEWARD_MODEL="huge", **right))
        assert found["model"]["status"] == ATTENTION
        assert "small" in found["model"]["hint"]
        found = by_name(steward.process("doctor", "--json", code=1, **env))
        assert found["model"]["status"] == TROUBLE
        assert "STEWARD_LLM_API_KEY" in found["model"]["hint"]


def test_a_server_that_lists_models_and_answers_nothing_is_told_apart(steward: Steward) -> None:
    with ModelServer() as server:
        env: dict[str, Any] = {"STEWARD_LLM_BASE_URL": server.base_url}
        server.script([error_reply(401, {"error": {"code": 401, "message": "no credit for you"}})])
        model = by_name(steward.process("doctor", "--json", code=1, **env))["model"]
        assert model["status"] == TROUBLE
        assert model["hint"] or "credit" in model["message"]
        server.script([Reply((chunk({"role": "assistant"}), Hang()))])
        before = time.monotonic()
        model = by_name(steward.process("doctor", "--json", **env))["model"]
        assert time.monotonic() - before < 15
        assert (model["status"], "said no word" in model["message"]) == (ATTENTION, True)


def test_it_ends_in_time_though_a_server_hangs(steward: Steward) -> None:
    with ModelServer(models=Reply(before=(Hang(),))) as server:
        before = time.monotonic()
        done = steward.process("doctor", "--json", code=1, STEWARD_LLM_BASE_URL=server.base_url)
        assert time.monotonic() - before < 15
    assert by_name(done)["model"]["status"] == TROUBLE


def test_no_network_is_trouble_with_the_model_only(steward: Steward) -> None:
    done = steward.process("doctor", "--json", code=1, STEWARD_LLM_BASE_URL="http://127.0.0.1:9/v1")
    troubled = [name for name, row in by_name(done).items() if row["status"] == TROUBLE]
    assert troubled == ["model"]


def test_several_troubles_are_all_told(steward: Steward) -> None:
    steward("files", "list")
    (steward.home / "steward.db").write_bytes(b"not a database at all" * 400)
    done = steward.process(
        "doctor", "--json", code=1, STEWARD_FOLDERS="/nowhere/at/all", STEWARD_PROVIDER="openrouter"
    )
    found = by_name(done)
    assert found["database"]["status"] == TROUBLE
    assert "steward.db" in found["database"]["message"]
    assert found["folders"]["status"] == TROUBLE
    bad = by_name(steward.process("doctor", "--json", code=1, STEWARD_MAX_ITERATIONS="many"))
    assert bad["settings"]["status"] == TROUBLE
    assert bad["skills"]["status"] == OK


def test_skills_that_do_not_load_are_not_blamed_on_the_database(steward: Steward) -> None:
    mine = steward.home / "skills" / "mine"
    mine.mkdir(parents=True)
    (mine / "SKILL.md").write_text("no header\n")
    (mine / "bad.py").write_text("this is no Python\n")
    found = by_name(steward.process("doctor", "--json", code=1))
    assert found["skills"]["status"] == TROUBLE
    assert "mine" in found["skills"]["message"]
    assert found["database"]["status"] == OK


def test_folders_that_are_gone_are_named(tmp_path: Path) -> None:
    assert check_folders([]).status == ATTENTION
    assert check_folders([tmp_path]).status == OK
    gone = check_folders([tmp_path, tmp_path / "gone"])
    assert gone.status == TROUBLE
    assert str(tmp_path / "gone") in gone.message


def test_a_data_directory_that_cannot_be_made_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_home(tmp_path / "file" / "home").status == TROUBLE
    assert check_home(tmp_path / "home").status == OK
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("place", ["", "not/made/yet"])
def test_free_space_is_measured_where_the_data_goes(tmp_path: Path, place: str) -> None:
    assert "GB free" in check_disk(tmp_path / place).message


def test_it_leaves_nothing_behind(steward: Steward) -> None:
    steward("ask", "/files")
    folder = sorted(steward.folder.rglob("*"))
    (turns,) = [steward("traces", "list", "--json").objects]
    steward.process("doctor")
    assert sorted(steward.folder.rglob("*")) == folder
    assert not list(steward.home.glob("doctor-*"))
    assert steward("traces", "list", "--json").objects == turns


def test_a_log_that_cannot_be_written_is_trouble(steward: Steward) -> None:
    steward.home.mkdir(parents=True)
    (steward.home / "logs").write_text("in the way")
    found = by_name(steward.process("doctor", "--json", code=1))
    assert found["log"]["status"] == TROUBLE
    assert "logs" in found["log"]["hint"]


def test_a_damaged_database_is_found_though_it_opens(steward_home: Path) -> None:
    steward_home.mkdir()
    database = Database(steward_home / "steward.db")
    database.open()
    try:
        health = examine(database)
        assert health == DatabaseHealth(wrote=True, problems=(), checked=True)
        rows = database.read(lambda: NotificationRow.select().count())
        assert rows == 0, "the probe was taken back"
        _spoil(database)
        with ThreadPoolExecutor(1) as fresh:  # it has read nothing yet
            assert fresh.submit(examine, database).result().problems
    finally:
        database.close()


def _spoil(database: Database) -> None:
    """Write nonsense over the newest page, behind the back of everyone."""

    def fill() -> None:
        for number in range(300):
            User.create(name=f"{number} " * 40, created_at=datetime.now(UTC))

    database.write(fill)
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with database.path.open("r+b") as file:
        file.seek(-4096, 2)
        file.write(b"\xff" * 4096)


class Forgetful(keyring.backend.KeyringBackend):
    """Takes everything and keeps nothing."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        return

    def delete_password(self, service: str, username: str) -> None:
        return


class Keeping(Forgetful):
    """As it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop(username, None)


def test_the_keyring_is_really_used_and_left_as_it_was() -> None:
    before = keyring.get_keyring()
    try:
        keeping = Keeping()
        keyring.set_keyring(keeping)
        assert check_keyring().status == OK
        assert keeping.kept == {}
        keyring.set_keyring(Forgetful())
        assert check_keyring().status == TROUBLE
    finally:
        keyring.set_keyring(before)


async def test_errors_of_the_last_day_are_told_again(steward_home: Path) -> None:
    assembly = await Assembly.open()
    try:
        assert (await check_notifications(assembly)).status == OK
        assembly.router.notify(Severity.ERROR, "watch", "The disk went away.")
        await assembly.database.write_async(lambda: None)  # it is kept by now
        found = await check_notifications(assembly)
        assert found.status == ATTENTION
        assert "The disk went away." in found.message
    finally:
        await assembly.close()


async def test_paused_skills_are_named(steward_home: Path) -> None:
    assembly = await Assembly.open()
    try:
        assert "all closed" in (await check_circuits(assembly)).message
        breaker = assembly.breakers.breaker("files.read")
        while (permit := breaker.acquire()) is not None:
            breaker.settle(permit, Outcome.FAILURE, reason="it fell over")
        found = await check_circuits(assembly)
        assert found.status == ATTENTION
        assert "files.read (it fell over)" in found.message
    finally:
        await assembly.close()
