"""Several accounts: which one sees a file, how tokens are renewed, and how a sign-in ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.drive import DriveMissingError, DriveSignedOutError
from app.domain.google_accounts import AccountSource, AccountState, DriveAccess
from app.integrations.google.accounts import GoogleAccounts
from tests.integrations.google_accounts import Desk
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.google_drive import COLLEAGUE, ME, Answer, DriveServer, StoredFile
from tests.standins.google_drive.faults import to


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[DriveServer]:
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


def both_at_once(work: Callable[[], object]) -> None:
    """In two threads that begin together; raises what one of them raises."""
    start = threading.Barrier(2)

    def begun() -> object:
        start.wait(10)
        return work()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(begun) for _ in range(2)]:
            one.result(20)


def ended(work: Callable[[], object]) -> DriveSignedOutError:
    with pytest.raises(DriveSignedOutError) as caught:
        work()
    return caught.value


def a_file_of(user: str, google: DriveServer) -> StoredFile:
    """One that nobody else sees."""
    file = google.state.add("theirs.txt", b"2")
    file.parents.clear()
    file.roles = {user: "owner"}
    return file


# -- which account -------------------------------------------------------------------------------


async def test_the_first_account_that_sees_a_file_is_asked_from_then_on(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in(ME, DriveAccess.ALL)
    await desk.sign_in(COLLEAGUE, DriveAccess.ALL)
    mine = google.state.add("mine.txt", b"1", roles={ME: "owner"})
    theirs = a_file_of(COLLEAGUE, google)

    assert desk.accounts.of(mine.id).account().email == ME
    assert desk.accounts.of(theirs.id).account().email == COLLEAGUE
    assert desk.accounts.of("root").account().email == ME
    before = len(google.asked("GET", theirs.id))
    assert desk.accounts.of(theirs.id).get(theirs.id).name == "theirs.txt"
    assert len(google.asked("GET", theirs.id)) == before + 1


async def test_a_file_that_nobody_sees_is_missing(desk: Desk) -> None:
    await desk.sign_in(ME)
    await desk.sign_in(COLLEAGUE)

    with pytest.raises(DriveMissingError):
        desk.accounts.of("nowhere").get("nowhere")


async def test_with_one_account_nobody_is_asked(desk: Desk, google: DriveServer) -> None:
    await desk.sign_in()
    before = len(google.requests)

    desk.accounts.of("any-file")

    assert len(google.requests) == before


def test_without_an_account_it_says_how_to_sign_in(desk: Desk) -> None:
    error = ended(lambda: desk.accounts.of("root"))

    assert "Nobody is signed in" in error.message
    assert "steward google sign-in" in error.hint


# -- tokens --------------------------------------------------------------------------------------


async def test_two_threads_renew_an_expired_token_once(desk: Desk, google: DriveServer) -> None:
    await desk.sign_in()
    drive = desk.accounts.of("root")
    drive.account()
    google.sign_ins.expire()
    before = google.sign_ins.renewals

    both_at_once(drive.account)

    assert google.sign_ins.renewals == before + 1


async def test_a_sign_in_that_google_ended_is_told_once_and_asked_no_more(
    desk: Desk, google: DriveServer, steward_home: Path
) -> None:
    await desk.sign_in()
    drive = desk.accounts.of("root")
    drive.account()
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    changes, before = desk.changes, len(google.requests)

    both_at_once(lambda: ended(drive.account))

    told = len(google.requests)
    refused = [one for one in google.requests[before:] if one.path == "/token"]
    assert len(refused) == 1
    assert desk.changes == changes + 1
    assert desk.ended == [ME]
    for _ in range(3):
        ended(drive.account)
        assert "steward google sign-in" in ended(lambda: desk.accounts.of("root")).hint
    assert len(google.requests) == told
    assert desk.accounts.all()[0].state is AccountState.SIGN_IN_AGAIN

    later = Desk(steward_home, google)
    ended(lambda: later.accounts.of("root"))
    assert len(google.requests) == told


async def test_a_token_that_is_refused_although_it_is_new_ends_the_sign_in(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in()
    drive = desk.accounts.of("root")
    google.before = lambda request: google.sign_ins.expire()

    ended(drive.account)
    told = len(google.requests)
    ended(drive.account)

    assert len(google.requests) == told
    assert desk.accounts.all()[0].state is AccountState.SIGN_IN_AGAIN


async def test_signing_in_again_mends_it(desk: Desk, google: DriveServer) -> None:
    await desk.sign_in()
    old = desk.accounts.of("root")
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    ended(old.account)

    await desk.sign_in()

    assert desk.accounts.of("root").account().email == ME
    (account,) = desk.accounts.all()
    assert account.state is AccountState.READY
    ended(old.account)
    assert desk.accounts.all()[0].state is AccountState.READY


async def test_the_end_of_an_old_sign_in_is_not_that_of_the_new_one(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in()
    old = desk.accounts.of("root")
    (first,) = google.sign_ins.grants.values()
    await desk.sign_in()
    first.revoked = True

    ended(old.account)

    assert desk.accounts.all()[0].state is AccountState.READY
    assert desk.accounts.of("root").account().email == ME


async def test_signing_in_again_beside_this_run_mends_it_here_too(
    desk: Desk, google: DriveServer, steward_home: Path
) -> None:
    await desk.sign_in()
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    ended(desk.accounts.of("root").account)

    beside = Desk(steward_home, google)
    await beside.sign_in()

    assert desk.accounts.all()[0].state is AccountState.READY
    assert desk.accounts.of("root").account().email == ME
    beside.accounts.close()


async def test_new_files_go_to_no_other_account_than_the_first(
    desk: Desk, google: DriveServer, steward_home: Path
) -> None:
    await desk.sign_in(ME)
    await desk.sign_in(COLLEAGUE)
    for grant in google.sign_ins.grants.values():
        grant.revoked = grant.user == ME
    ended(desk.accounts.of("root").account)

    later, asked = Desk(steward_home, google), len(google.requests)
    assert ME in ended(lambda: later.accounts.of("root")).message
    assert len(google.requests) == asked


async def test_of_two_accounts_one_that_is_over_leaves_the_other_usable(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in(ME, DriveAccess.ALL)
    await desk.sign_in(COLLEAGUE, DriveAccess.ALL)
    theirs = a_file_of(COLLEAGUE, google)
    for grant in google.sign_ins.grants.values():
        grant.revoked = grant.user == ME

    assert desk.accounts.of(theirs.id).account().email == COLLEAGUE
    error = ended(lambda: desk.accounts.of("perhaps-in-the-other"))
    assert ME in error.message
    assert COLLEAGUE not in error.message


async def test_a_locked_keyring_is_said_and_does_not_end_the_sign_in(
    desk: Desk, google: DriveServer, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.sign_in()
    later = Desk(steward_home, google)
    with monkeypatch.context() as patch:
        LockedKeyring(patch)
        assert "keyring" in ended(lambda: later.accounts.of("root")).message
    assert later.accounts.all()[0].state is AccountState.READY
    assert later.accounts.of("root").account().email == ME
    later.accounts.close()


async def test_what_another_process_notes_is_seen(
    desk: Desk, google: DriveServer, steward_home: Path
) -> None:
    beside = Desk(steward_home, google)
    await beside.sign_in()

    assert desk.accounts.of("root").account().email == ME

    beside.accounts.sign_out(beside.accounts.all()[0])
    ended(lambda: desk.accounts.of("root"))


# -- the end -------------------------------------------------------------------------------------


async def test_signing_out_tells_google_and_forgets(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring, steward_home: Path
) -> None:
    await desk.sign_in()
    drive = desk.accounts.of("root")

    done = desk.accounts.sign_out(desk.accounts.all()[0])

    assert (done.email, done.problem) == (ME, "")
    assert all(grant.revoked for grant in google.sign_ins.grants.values())
    assert keyring.kept == {}
    assert desk.accounts.all() == ()
    assert "google_accounts" not in json.loads((steward_home / "settings.json").read_text())
    ended(lambda: desk.accounts.of("root"))
    ended(drive.account)


async def test_signing_out_without_google_says_so_and_forgets_all_the_same(
    desk: Desk, google: DriveServer, keyring: WorkingKeyring
) -> None:
    await desk.sign_in()
    google.sign_ins.consent.takes_revocations = False

    done = desk.accounts.sign_out(desk.accounts.all()[0])

    assert "503" in done.problem
    assert "myaccount.google.com" in done.problem
    assert keyring.kept == {}
    assert desk.accounts.all() == ()


async def test_taken_out_an_account_can_be_put_back_until_google_is_told(desk: Desk) -> None:
    await desk.sign_in()
    (account,) = desk.accounts.all()

    token = desk.accounts.take_out(account)
    assert token is not None
    ended(lambda: desk.accounts.of("root"))
    desk.accounts.adopt(account, token)

    assert desk.accounts.all() == (account,)
    assert desk.accounts.of("root").account().email == ME


# -- files ---------------------------------------------------------------------------------------


def test_a_ready_token_file_is_used_and_never_written(
    desk: Desk, google: DriveServer, tmp_path: Path
) -> None:
    access = google.sign_in(client="another.apps")
    path = tmp_path / "token.json"
    content = {
        "type": "authorized_user",
        "client_id": access.client_id,
        "client_secret": access.client_secret.reveal(),
        "refresh_token": access.refresh_token.reveal(),
        "token_uri": access.token_url,
    }
    path.write_text(json.dumps(content))
    path.chmod(0o400)
    desk.change(google_token_file=path)

    (account,) = desk.accounts.all()
    assert account.source is AccountSource.TOKEN_FILE
    assert desk.accounts.of("root").account().email == ME
    assert json.loads(path.read_text()) == content
    for secret in (content["client_secret"], content["refresh_token"]):
        assert secret not in desk.redactor.text(f"<{secret}>")

    google.sign_ins.grants[access.refresh_token.reveal()].revoked = True
    google.sign_ins.expire()
    ended(desk.accounts.of("root").account)
    assert desk.accounts.all()[0].state is AccountState.SIGN_IN_AGAIN


def test_a_service_account_signs_for_its_tokens(
    desk: Desk, google: DriveServer, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    email = "robot@steward-of-mine.iam.gserviceaccount.com"
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    google.sign_ins.consent.service_keys[email] = public.decode()
    path = tmp_path / "service.json"
    content = {
        "type": "service_account",
        "client_email": email,
        "private_key": pem,
        "private_key_id": "1",
        "token_uri": f"{google.root_url}token",
    }
    path.write_text(json.dumps(content))
    desk.change(google_service_account_file=path)

    (account,) = desk.accounts.all()
    assert (account.email, account.source) == (email, AccountSource.SERVICE_ACCOUNT)
    shared = google.state.add("shared.txt", b"x", roles={ME: "owner", email: "writer"})
    assert desk.accounts.of(shared.id).get(shared.id).name == "shared.txt"
    assert desk.redactor.text(f"<{pem.strip()}>") == "<[secret:GOOGLE_SERVICE_KEY]>"

    path.write_text(json.dumps({**content, "private_key": "-----BEGIN not a key"}))
    other = GoogleAccounts(
        desk.store, settings=lambda: desk.settings, clock=desk.accounts.clock,
        hide=desk.redactor.add,
    )  # fmt: skip
    assert "BEGIN" not in str(ended(lambda: other.of("root")))


@pytest.mark.parametrize("setting", ["google_token_file", "google_service_account_file"])
async def test_a_file_that_is_named_and_wrong_is_said_and_spoils_no_other_account(
    desk: Desk, google: DriveServer, tmp_path: Path, setting: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text("{}")
    desk.change(**{setting: path})

    (account,) = desk.accounts.all()
    assert account.state is AccountState.UNREADABLE
    assert "wrong.json cannot be used" in account.problem
    assert "wrong.json cannot be used" in ended(lambda: desk.accounts.of("root")).message

    await desk.sign_in()
    file = google.state.add("other.txt", b"x")
    file.apps.add("steward.apps")
    assert desk.accounts.of(file.id).get(file.id).name == "other.txt"


async def test_only_chosen_files_are_seen_with_that_access(desk: Desk, google: DriveServer) -> None:
    await desk.sign_in(ME, DriveAccess.FILE)
    file = google.state.add("other.txt", b"x")

    with pytest.raises(DriveMissingError):
        desk.accounts.of(file.id).get(file.id)


async def test_an_interrupted_network_does_not_end_the_sign_in(
    desk: Desk, google: DriveServer
) -> None:
    await desk.sign_in()
    google.fail(Answer(503), on=to("POST", "/token"), times=1)
    google.sign_ins.expire()

    desk.accounts.of("root").account()

    assert desk.accounts.all()[0].state is AccountState.READY
