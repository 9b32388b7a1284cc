"""Google's sign-in: only the right browser ends it, only with a token that works and is kept."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.errors import (
    ConfigurationError,
    SignInError,
    SignInRefusedError,
    SignInTimeoutError,
    StewardError,
)
from app.domain.google_accounts import AccountState, DriveAccess
from tests.integrations.google_accounts import Desk
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.google_drive import ME, Answer, DriveServer
from tests.standins.google_drive.faults import to
from tests.standins.google_drive.requests import Response, as_json
from tests.standins.openrouter_site import visit

ALL = "https://www.googleapis.com/auth/drive"
FILE = "https://www.googleapis.com/auth/drive.file"


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[DriveServer]:
    # Google's library speaks without TLS to a server on loopback only if it is told so.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with DriveServer() as server:
        yield server


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


@pytest.fixture
def desk(steward_home: Path, google: DriveServer, keyring: WorkingKeyring) -> Iterator[Desk]:
    one = Desk(steward_home, google)
    yield one
    one.accounts.close()


def is_closed(address: str) -> bool:
    """Whether nothing listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) != 0


def callback_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["redirect_uri"][0]


async def test_the_person_allows_it_and_the_account_is_there(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring, steward_home: Path
) -> None:
    done = await desk.sign_in()

    assert done.account.email == ME
    assert (done.account.access, done.asked) == (DriveAccess.FILE, DriveAccess.FILE)
    assert done.account.lasting
    assert desk.accounts.all() == (done.account,)
    assert desk.changes == 1
    (kept,) = keyring.kept.values()
    assert json.loads(kept)["refresh_token"] in google.sign_ins.grants
    noted = json.loads((steward_home / "settings.json").read_text())["google_accounts"]
    assert [(one["email"], one["access"], one["state"]) for one in noted] == [(ME, "file", "ready")]
    assert desk.accounts.of("root").account().email == ME


async def test_google_is_asked_as_its_guide_for_desktop_apps_says(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in(access=DriveAccess.ALL)

    (asked,) = google.sign_ins.consent.asked
    assert asked["scope"] == ALL
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["access_type"] == "offline"
    assert "consent" in asked["prompt"]
    assert len(asked["state"]) >= 32
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")


async def test_a_later_run_needs_no_sign_in(
    desk: Desk, google: DriveServer, steward_home: Path
) -> None:
    await desk.sign_in()
    asked = len(google.sign_ins.consent.asked)

    later = Desk(steward_home, google)
    assert later.accounts.of("root").account().email == ME
    later.accounts.close()

    assert len(google.sign_ins.consent.asked) == asked


async def test_an_answer_with_another_state_ends_nothing_and_is_not_taken(
    desk: Desk, google: DriveServer
) -> None:
    consent = google.sign_ins.consent
    async with desk.accounts.sign_in() as attempt:
        waiting = asyncio.create_task(attempt.account())
        for wrong in ("someone-elses", ""):
            consent.other_state = wrong
            assert (await asyncio.to_thread(visit, attempt.address))[0] == 404
        assert not waiting.done()
        consent.other_state = None
        assert (await asyncio.to_thread(visit, attempt.address))[0] == 200
        assert (await waiting).account.email == ME

    tokens = [one for one in google.requests if one.path == "/token"]
    exchanges = [one for one in tokens if b"authorization_code" in one.body]
    assert len(exchanges) == 1


async def test_an_answer_to_another_path_ends_nothing_and_is_not_taken(
    desk: Desk, google: DriveServer
) -> None:
    async with desk.accounts.sign_in() as attempt:
        waiting = asyncio.create_task(attempt.account())
        state = parse_qs(urlsplit(attempt.address).query)["state"][0]
        port = urlsplit(callback_in(attempt.address)).netloc
        elsewhere = f"http://{port}/signed-in/guessed?code=4/0A-guessed&state={state}"
        assert (await asyncio.to_thread(visit, elsewhere))[0] == 404
        assert not waiting.done()
        assert (await asyncio.to_thread(visit, attempt.address))[0] == 200
        assert (await waiting).account.email == ME


async def test_a_person_who_says_no_changes_nothing(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring
) -> None:
    google.sign_ins.consent.says_no = True

    with pytest.raises(SignInRefusedError, match=r"refused in the browser\. Nothing was changed"):
        await desk.sign_in()

    assert desk.accounts.all() == ()
    assert keyring.kept == {}


async def test_cancel_ends_it_at_once_and_leaves_nothing_behind(desk: Desk) -> None:
    loop = asyncio.get_running_loop()
    async with desk.accounts.sign_in() as attempt:
        waiting = asyncio.create_task(attempt.account())
        await asyncio.sleep(0)
        began = loop.time()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert loop.time() - began < 1
    assert is_closed(callback_in(attempt.address))
    assert not [one for one in threading.enumerate() if "sign" in one.name]
    assert desk.accounts.all() == ()


async def test_leaving_it_without_waiting_closes_the_port(desk: Desk) -> None:
    async with desk.accounts.sign_in() as attempt:
        assert not is_closed(callback_in(attempt.address))
    assert is_closed(callback_in(attempt.address))


async def test_cancel_while_google_is_asked_keeps_nothing(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring
) -> None:
    asked, go_on, before = threading.Event(), threading.Event(), asyncio.all_tasks()

    def hold() -> None:
        asked.set()
        assert go_on.wait(10)

    google.sign_ins.consent.before_exchange = hold
    try:
        async with desk.accounts.sign_in() as attempt:
            waiting = asyncio.create_task(attempt.account())
            await asyncio.to_thread(visit, attempt.address)
            await asyncio.to_thread(asked.wait, 10)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        left = asyncio.all_tasks() - before
    finally:
        go_on.set()

    # What Google answers after Cancel comes to the worker thread, and nobody takes it from there.
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
    assert google.sign_ins.grants
    assert desk.accounts.all() == ()
    assert not [name for name in keyring.kept if name != "probe"]


async def test_a_browser_that_does_not_come_back_is_waited_for_no_longer(desk: Desk) -> None:
    async with desk.accounts.sign_in(seconds=0.05) as attempt:
        with pytest.raises(SignInTimeoutError, match="did not come back"):
            await attempt.account()
    assert is_closed(callback_in(attempt.address))


async def test_without_a_token_that_lasts_nothing_is_kept(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring
) -> None:
    google.sign_ins.consent.lasting = False

    with pytest.raises(SignInError, match="no token that lasts"):
        await desk.sign_in()

    assert desk.accounts.all() == ()
    assert keyring.kept == {}


async def test_less_access_than_asked_for_is_said_not_assumed(
    desk: Desk, google: DriveServer
) -> None:
    consent = google.sign_ins.consent
    consent.unticks = {ALL, FILE}
    with pytest.raises(SignInRefusedError, match="not allowed to see Drive"):
        await desk.sign_in(access=DriveAccess.ALL)

    consent.unticks = set()
    consent.answer = as_json(
        {
            "access_token": "ya29.one-hour-only",
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": FILE,
            "refresh_token": google.sign_in(scope=FILE).refresh_token.reveal(),
        }
    )
    done = await desk.sign_in(access=DriveAccess.ALL)

    assert (done.asked, done.account.access) == (DriveAccess.ALL, DriveAccess.FILE)


async def test_a_drive_that_refuses_the_new_token_is_told_and_nothing_kept(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring
) -> None:
    google.fail(Answer(403, "accessNotConfigured", "Drive API is off"), on=to("GET", "/about"))

    with pytest.raises(SignInError, match="not switched on for this client") as caught:
        await desk.sign_in()

    assert "Switch on the Google Drive API" in caught.value.hint
    assert desk.accounts.all() == ()
    assert keyring.kept == {}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (as_json({"error": "invalid_client"}, status=401), "does not know the client"),
        (as_json({"error": "invalid_grant"}, status=400), "used already or too old"),
        (as_json({"error": "org_internal"}, status=400), "does not let this account in"),
        (as_json({"error": "server_error"}, status=500), r"could not finish .*server_error"),
        (Response(200, b"<html>"), "makes no sense|could not finish"),
        (Response(502, b""), "makes no sense|could not finish"),
    ],
)
async def test_each_refusal_says_what_to_do(
    desk: Desk, google: DriveServer, answer: Response, said: str
) -> None:
    google.sign_ins.consent.answer = answer

    with pytest.raises(SignInError, match=said) as caught:
        await desk.sign_in()

    assert caught.value.hint
    assert "Nothing was changed." in caught.value.message
    assert desk.accounts.all() == ()


async def test_where_no_keyring_works_it_is_said_before_the_browser_opens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, steward_home: Path, google: DriveServer
) -> None:
    LockedKeyring(monkeypatch)
    async with desk.accounts.sign_in() as attempt:
        assert not attempt.lasting
        assert google.sign_ins.consent.asked == []

    done = await desk.sign_in()
    assert not done.account.lasting
    assert desk.accounts.of("root").account().email == ME

    later = Desk(steward_home, google)
    assert later.accounts.all() == ()


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        ({"web": {"client_id": "a", "client_secret": "b"}}, "web application", "Desktop app"),
        ({"type": "service_account"}, "service account's key", "GOOGLE_APPLICATION_CREDENTIALS"),
        ({"type": "authorized_user"}, "a ready token", "STEWARD_GOOGLE_TOKEN_FILE"),
        ({"installed": {"client_id": "a"}}, "no client_id and client_secret", "google-drive.md"),
        ({}, "no client of the type", "google-drive.md"),
        ([], "no JSON object", "google-drive.md"),
        (
            {"installed": {"client_id": "a", "client_secret": "b", "token_uri": "http://x.org/t"}},
            "not https",
            "google-drive.md",
        ),
    ],
)
async def test_a_wrong_client_file_says_which_one_is_needed(
    desk: Desk, tmp_path: Path, content: object, said: str, hint: str
) -> None:
    path = tmp_path / "downloaded.json"
    path.write_text(json.dumps(content))
    desk.change(google_oauth_client_file=path)

    with pytest.raises(ConfigurationError, match=said) as caught:
        async with desk.accounts.sign_in():
            pytest.fail("it began")

    assert hint in caught.value.hint


async def test_without_a_client_file_it_says_where_to_get_one(desk: Desk, tmp_path: Path) -> None:
    for path, said in ((None, "No OAuth client file"), (tmp_path / "gone.json", "cannot be read")):
        desk.change(google_oauth_client_file=path)
        with pytest.raises(ConfigurationError, match=said):
            async with desk.accounts.sign_in():
                pytest.fail("it began")


async def test_a_keyring_that_fails_at_the_end_leaves_it_for_this_run(
    desk: Desk, google: DriveServer, monkeypatch: pytest.MonkeyPatch, steward_home: Path
) -> None:
    google.sign_ins.consent.before_exchange = lambda: LockedKeyring(monkeypatch)

    done = await desk.sign_in()

    assert not done.account.lasting
    assert desk.accounts.all()[0].state is AccountState.READY
    assert not (steward_home / "settings.json").exists()


async def test_verifier_state_code_and_tokens_are_nowhere(
    desk: Desk,
    google: DriveServer,
    keyring: WorkingKeyring,
    steward_home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[StewardError] = []
    await desk.sign_in()
    for answer in (as_json({"error": "invalid_grant"}, status=400), Response(200, b"<html>")):
        google.sign_ins.consent.answer = answer
        with pytest.raises(SignInError) as caught:
            await desk.sign_in()
        errors.append(caught.value)

    secrets = {*google.sign_ins.consent.codes, *google.sign_ins.grants, *google.sign_ins._tokens}
    secrets |= {one["state"] for one in google.sign_ins.consent.asked}
    secrets |= {"GOCSPX-secret-of-steward.apps"}
    bodies = [parse_qs(one.body.decode()) for one in google.requests if one.path == "/token"]
    secrets |= {body["code_verifier"][0] for body in bodies if "code_verifier" in body}
    written = b"".join(path.read_bytes() for path in steward_home.rglob("*") if path.is_file())
    told = "".join("".join(traceback.format_exception(error)) + repr(error) for error in errors)
    logged = "\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    assert len(secrets) > 8
    for secret in secrets:
        assert secret not in written.decode() + told + logged


async def test_the_redactor_knows_what_a_sign_in_gave(desk: Desk, google: DriveServer) -> None:
    await desk.sign_in()

    (token,) = google.sign_ins.grants
    assert desk.redactor.text(f"<{token}>") == "<[secret:GOOGLE_REFRESH_TOKEN]>"
    assert "GOOGLE_CLIENT_SECRET" in desk.redactor.text("GOCSPX-secret-of-steward.apps")
