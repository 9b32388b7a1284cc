"""What a sign-in with Google is made of comes out nowhere, before it is used and after."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries import GOOGLE, canaries_in, found_at, found_below
from tests.cli.conftest import Done, Steward
from tests.standins.google_drive import ME, Answer, DriveServer, StoredFile
from tests.standins.google_drive.consent import Grant
from tests.standins.google_drive.faults import anything
from tests.standins.google_drive.requests import Request
from tests.standins.google_drive.rights import SCOPES
from tests.standins.model_server import ModelServer, text_reply, tools_reply

REFRESH, CLIENT, ACCESS, KEY = GOOGLE.values()
FILES = ("token.json", "client.json", "service.json")


class Desk:
    """A Steward whose files for Google lie in its granted folder, and all that it has said."""

    def __init__(self, steward: Steward, model: ModelServer, google: DriveServer) -> None:
        self.steward = steward
        self.model = model
        self.google = google
        self.said: list[Done] = []
        folder = steward.folder
        address = {"token_uri": f"{google.root_url}token"}
        token = {"client_id": "steward.apps", "client_secret": CLIENT, "refresh_token": REFRESH}
        client = {"client_id": "steward.apps", "client_secret": CLIENT}
        pem = f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----\n"
        service = {"type": "service_account", "client_email": "robot@x.org", "private_key": pem}
        for name, content in zip(
            FILES,
            ({**token, **address}, {"installed": {**client, **address}}, {**service, **address}),
            strict=True,
        ):
            (folder / name).write_text(json.dumps(content))
        self.environment = {
            "STEWARD_PROVIDER": "openai-compatible",
            "STEWARD_LLM_BASE_URL": model.base_url,
            "STEWARD_GOOGLE_API_URL": google.root_url,
            "STEWARD_GOOGLE_TOKEN_FILE": str(folder / "token.json"),
            "GOOGLE_OAUTH_CLIENT_FILE": str(folder / "client.json"),
            "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "service.json"),
        }

    def __call__(self, *arguments: str, code: int | None = 0) -> Done:
        done = self.steward(*arguments, code=code, **self.environment)
        self.said.append(done)
        return done

    def process(self, *arguments: str, code: int | None = 0) -> Done:
        """The same in a process of its own."""
        done = self.steward.process(*arguments, code=code, **self.environment)
        self.said.append(done)
        return done

    def assert_nothing_came_out(self, tmp_path: Path) -> None:
        spoken = "\n".join(done.out + done.err for done in self.said)
        assert canaries_in(spoken.encode()) == [], "on the screen"
        assert found_at(self.model) == []
        assert found_below(tmp_path, but=[*FILES, "vault"]) == {}


@pytest.fixture
def google() -> Iterator[DriveServer]:
    with DriveServer() as server:
        server.sign_ins.tokens_begin = ACCESS
        server.sign_ins.grants[REFRESH] = Grant(ME, "steward.apps", CLIENT, SCOPES)
        yield server


@pytest.fixture
def desk(steward: Steward, google: DriveServer) -> Iterator[Desk]:
    with ModelServer() as model:
        yield Desk(steward, model, google)


@pytest.fixture
def plan(google: DriveServer) -> StoredFile:
    return google.state.add("plan.md", f"We meet on Monday. {REFRESH}\n".encode())


def test_they_are_hidden_before_drive_is_asked_for_anything(desk: Desk, tmp_path: Path) -> None:
    desk.model.script(
        [
            tools_reply(*(("files_read", {"path": name}, name) for name in FILES)),
            text_reply(f"They are {REFRESH}, {CLIENT} and {KEY}."),
        ]
    )
    done = desk("ask", f"is {REFRESH} good?", "--json")
    assert not desk.google.requests
    assert "[secret:GOOGLE_REFRESH_TOKEN]" in done.out
    assert "[secret:GOOGLE_CLIENT_SECRET]" in done.out
    assert "[secret:GOOGLE_SERVICE_KEY]" in done.out
    (conversation,) = desk("conversations", "list", "--json").objects
    desk("conversations", "show", conversation["id"])
    desk("conversations", "export", conversation["id"])
    desk.assert_nothing_came_out(tmp_path)


@pytest.mark.parametrize("status", [400, 403])
def test_google_saying_them_again_tells_nobody(
    desk: Desk, plan: StoredFile, tmp_path: Path, status: int
) -> None:
    del desk.environment["GOOGLE_APPLICATION_CREDENTIALS"]
    path = f"drive:{plan.id}"
    begin = tools_reply(("drive_read", {"path": path}, "1"))
    edit = ("drive_edit", {"path": path, "old": "Monday", "new": "Friday"}, "2")
    desk.model.script([begin, tools_reply(edit), text_reply("Done.")])
    assert "[secret:GOOGLE_REFRESH_TOKEN]" in desk("ask", "go", "--approve", "always", "--json").out

    def echo(request: Request) -> None:
        token = request.headers.get("authorization", "")
        words = f"bad {token}, {REFRESH}, {CLIENT}"
        desk.google.heal()
        desk.google.fail(Answer(status, "badRequest", words), on=anything, times=100)

    desk.google.before = echo
    desk.model.script([tools_reply(("drive_read", {"path": path}, "1")), text_reply("So.")] * 2)
    desk("ask", "again", "--json", code=None)
    desk("files", "restore", path, "1", code=None)
    desk.process("doctor", code=None)
    desk.process("doctor", "--json", code=None)
    for command in (("google", "accounts"), ("files", "log"), ("files", "verify")):
        desk(*command, code=None)
    desk("traces", "show", "last", code=None)
    desk("traces", "export", "last", "--bundle", str(tmp_path / "bug.json"), code=None)
    desk.google.heal()
    desk.google.before = lambda _: None
    desk.google.sign_ins.grants[REFRESH].revoked = True
    desk("files", "restore", path, "1", code=1)
    desk("files", "export", str(tmp_path / "history.zip"), "--path", path)
    desk.assert_nothing_came_out(tmp_path)


def test_who_the_account_is_stays_in_the_database(
    desk: Desk, plan: StoredFile, tmp_path: Path
) -> None:
    """A change notes whose Drive it is made in, for recovery; nobody else has to know."""
    del desk.environment["GOOGLE_APPLICATION_CREDENTIALS"]
    token = desk.steward.folder / "token.json"
    token.write_text(json.dumps({**json.loads(token.read_text()), "account": ME}))
    path = f"drive:{plan.id}"
    edit = ("drive_edit", {"path": path, "old": "Monday", "new": "Friday"}, "1")
    search: tuple[str, dict[str, object], str] = ("drive_search", {}, "2")
    desk.model.script([tools_reply(search, edit), text_reply("Done.")])
    desk("ask", "go", "--approve", "always", "--json")
    desk("files", "log", "--json")
    desk("files", "versions", path, "--json")
    desk("files", "export", str(tmp_path / "history.zip"), "--path", path)
    desk("traces", "export", "last", "--bundle", str(tmp_path / "bug.json"))
    assert ME.encode() in (desk.steward.home / "steward.db").read_bytes()
    with zipfile.ZipFile(tmp_path / "history.zip") as archive:
        exported = b"".join(map(archive.read, archive.namelist()))
    spoken = "".join(done.out + done.err for done in desk.said).encode()
    asked = b"".join(request.body for request in desk.model.requests)
    for told in (exported, spoken, asked, (tmp_path / "bug.json").read_bytes()):
        assert ME.encode() not in told
