"""``steward google``: tried before it is kept, several accounts, and no secret in any output."""

from __future__ import annotations

import json
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.conftest import Done, Steward
from tests.cli.terminal import CTRL_C, Terminal
from tests.cli.test_sign_in import Browser
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.google_drive import COLLEAGUE, ME, Answer, DriveServer
from tests.standins.google_drive.consent import client_file
from tests.standins.google_drive.faults import to
from tests.standins.openrouter_site import visit

# The whole command in a process of its own, with a keyring in memory.
WITH_A_KEYRING = """
import sys, keyring
kept = {}
keyring.get_password = lambda _, name: kept.get(name)
keyring.set_password = lambda _, name, value: kept.update({name: value})
keyring.delete_password = lambda _, name: kept.pop(name)
from app.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DriveServer]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with DriveServer() as server:
        monkeypatch.setenv("STEWARD_GOOGLE_API_URL", server.root_url)
        monkeypatch.setenv("GOOGLE_OAUTH_CLIENT_FILE", str(client_file(tmp_path, server.root_url)))
        yield server


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    one = Browser()
    monkeypatch.setattr(webbrowser, "open", one.open)
    monkeypatch.setenv("BROWSER", "the person's own")
    return one


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


def signed_in(steward: Steward, google: DriveServer, user: str = ME, *more: str) -> Done:
    google.sign_ins.consent.user = user
    return steward("google", "sign-in", *more)


def test_sign_in_says_what_it_asks_for_and_what_came_of_it(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = signed_in(steward, google)

    assert done.out.splitlines() == [
        browser.opened[0],
        f"{ME} is signed in (files Steward made). Its token is in the keyring.",
    ]
    assert "Asked for: the files that Steward makes in your Drive, and no others." in done.err
    assert browser.pages[0][0] == 200
    assert list(keyring.kept) == [f"google {ME}"]


def test_all_files_are_asked_for_only_where_that_is_said(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = signed_in(steward, google, ME, "--scope", "all", "--json")

    where, account = done.objects
    assert where["address"] == browser.opened[0]
    assert where["expires_at"].endswith("Z")
    assert account["email"] == ME
    assert (account["access"], account["asked"]) == ("all", "all")
    assert account["signed_in"] is True
    assert "every file of your Drive, to read and to change" in done.err


def test_the_client_file_is_remembered_once_it_has_worked(
    steward: Steward,
    google: DriveServer,
    browser: Browser,
    keyring: WorkingKeyring,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("GOOGLE_OAUTH_CLIENT_FILE")
    wrong = tmp_path / "web.json"
    wrong.write_text(json.dumps({"web": {}}))

    assert "desktop app" in steward("google", "sign-in", "--client-file", str(wrong), code=3).err
    assert browser.opened == []
    assert not (steward.home / "settings.json").exists()

    steward("google", "sign-in", "--client-file", str(tmp_path / "client_secret.json"))
    steward("google", "sign-in")
    assert len(browser.opened) == 2


def test_the_accounts_are_listed_as_google_says_now(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    google.state.used, google.state.limit = 2_500_000_000, 15_000_000_000
    signed_in(steward, google)
    signed_in(steward, google, COLLEAGUE, "--scope", "all")

    first, second = steward("google", "accounts", "--json").objects
    assert (first["email"], first["access"], first["state"]) == (ME, "file", "ready")
    assert (second["email"], second["access"], second["state"]) == (COLLEAGUE, "all", "ready")
    assert (first["used"], first["limit"]) == (2_500_000_000, 15_000_000_000)

    for grant in google.sign_ins.grants.values():
        grant.revoked = grant.user == ME
    lines = steward("google", "accounts").out.splitlines()
    assert lines[0] == f"{ME}  files Steward made  sign in again"
    assert lines[2] == f"{COLLEAGUE}  all files  ready"
    assert "2.5 GB of 15.0 GB used" in lines[3]


def token_file(folder: Path, google: DriveServer) -> Path:
    """A ready token, as google-auth writes it."""
    access = google.sign_in()
    path = folder / "token.json"
    content = {
        "type": "authorized_user",
        "client_id": access.client_id,
        "client_secret": access.client_secret.reveal(),
        "refresh_token": access.refresh_token.reveal(),
        "token_uri": access.token_url,
    }
    path.write_text(json.dumps(content))
    return path


def test_doctor_asks_once_for_each_account(
    steward: Steward, google: DriveServer, tmp_path: Path
) -> None:
    named = {"STEWARD_GOOGLE_TOKEN_FILE": str(token_file(tmp_path, google))}

    def check(**env: str) -> tuple[str, str, str]:
        rows = steward.process("doctor", "--json", code=None, **env).objects
        row = next(row for row in rows if row["check"] == "google")
        return row["status"], row["message"], row["hint"]

    assert check() == ("ok", "Nobody is signed in; Google Drive is not used.", "")
    assert google.requests == []
    status, message, _ = check(**named)
    assert (status, message[: len(ME)]) == ("ok", ME)
    assert len(google.asked("GET", "/about")) == 1

    google.fail(Answer(503), on=to("GET", "/about"))
    status, message, _ = check(**named)
    assert status == "trouble"
    assert "out of order" in message
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    assert check(**named)[0] == "attention"


def test_sign_out_names_whom_it_means(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    assert "Nobody is signed in" in steward("google", "sign-out", code=1).err
    signed_in(steward, google)
    signed_in(steward, google, COLLEAGUE)
    assert COLLEAGUE in steward("google", "sign-out", code=2).err
    assert "not signed in" in steward("google", "sign-out", "who@example.org", code=1).err

    (done,) = steward("google", "sign-out", COLLEAGUE, "--json").objects
    assert done == {"email": COLLEAGUE, "signed_out": True, "google_told": True, "problem": ""}
    google.sign_ins.consent.takes_revocations = False
    last = steward("google", "sign-out")
    assert last.out == f"{ME} is signed out. Versions of its files stay.\n"
    assert "myaccount.google.com" in last.err
    assert keyring.kept == {}


def test_a_token_file_is_an_account_that_only_its_setting_takes_out(
    steward: Steward, google: DriveServer, tmp_path: Path
) -> None:
    path = str(token_file(tmp_path, google))

    listed = steward("google", "accounts", "--json", STEWARD_GOOGLE_TOKEN_FILE=path)
    (account,) = listed.objects
    assert (account["email"], account["source"]) == (ME, "token_file")
    command = ("google", "sign-out", "token file")
    refused = steward(*command, code=2, STEWARD_GOOGLE_TOKEN_FILE=path)
    assert "STEWARD_GOOGLE_TOKEN_FILE" in refused.err


def test_the_person_says_no(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    google.sign_ins.consent.says_no = True

    done = steward("google", "sign-in", "--json", code=3)

    assert done.objects[-1]["kind"] == "sign_in_refused"
    assert keyring.kept == {}


@pytest.mark.parametrize("locked", [True, False])
def test_where_no_keyring_works_no_browser_opens(
    steward: Steward,
    google: DriveServer,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    if locked:
        LockedKeyring(monkeypatch)

    done = steward("google", "sign-in", code=3)

    assert "keyring cannot be used" in done.err
    assert browser.opened == []
    assert google.requests == []


def test_ctrl_c_cancels(steward: Steward, google: DriveServer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITH_A_KEYRING, "google", "sign-in", "--no-browser"]
    with Terminal(command, steward.environment(), tmp_path) as terminal:
        terminal.expect("Waiting for your browser: 0:00 of 10:00. Ctrl+C cancels.")
        (address,) = [one for one in terminal.text.split() if one.startswith(google.root_url)]
        terminal.type(CTRL_C)
        terminal.expect("Cancelled. Nothing was kept; what was set up before still holds.")
        assert terminal.exit_code() == 130
    with pytest.raises(URLError):
        visit(parse_qs(urlsplit(address).query)["redirect_uri"][0])
    assert not (steward.home / "settings.json").exists()


def test_no_secret_is_in_any_output_or_file(
    steward: Steward, google: DriveServer, browser: Browser, keyring: WorkingKeyring
) -> None:
    done = [
        signed_in(steward, google),
        steward("google", "accounts"),
        steward("google", "accounts", "--json"),
        steward.process("doctor", code=None),
        steward("google", "sign-out"),
    ]

    consent = google.sign_ins.consent
    secrets = {*consent.codes, *google.sign_ins.grants, *google.sign_ins._tokens}
    files = [path for path in steward.home.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    shown = "".join(one.out + one.err for one in done).replace(browser.opened[0], "")
    assert len(secrets) > 3
    for secret in (*secrets, "GOCSPX-secret-of-steward.apps"):
        assert secret not in written + shown


def test_googles_libraries_are_not_loaded_where_nobody_signed_in(steward: Steward) -> None:
    looked = (
        "import asyncio, sys\n"
        "from app.assembly import Assembly\n"
        "async def main():\n"
        "    desk = await Assembly.open()\n"
        "    assert desk.google.all() == ()\n"
        "    await desk.close()\n"
        "asyncio.run(main())\n"
        "heavy = ('google', 'googleapiclient', 'httplib2', 'requests', 'oauthlib')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", looked], env=steward.environment(), capture_output=True, timeout=40
    )
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()
