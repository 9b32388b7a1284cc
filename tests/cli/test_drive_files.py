"""Files of Google Drive from the terminal: asked for, changed, compared, restored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Steward
from tests.skills.files.documents import docx_file
from tests.standins.google_drive import Answer, CutAfter, DriveServer, StoredFile
from tests.standins.google_drive.faults import anything
from tests.standins.google_drive.requests import Request


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DriveServer]:
    with DriveServer() as server:
        access = server.sign_in()
        token = tmp_path / "token.json"
        token.write_text(
            json.dumps(
                {
                    "type": "authorized_user",
                    "client_id": access.client_id,
                    "client_secret": access.client_secret.reveal(),
                    "refresh_token": access.refresh_token.reveal(),
                    "token_uri": access.token_url,
                }
            )
        )
        monkeypatch.setenv("STEWARD_GOOGLE_API_URL", server.root_url)
        monkeypatch.setenv("STEWARD_GOOGLE_TOKEN_FILE", str(token))
        yield server


@pytest.fixture
def plan(google: DriveServer) -> StoredFile:
    return google.state.add("plan.md", b"We meet on Monday.\n")


def ask(steward: Steward, words: str, *more: str) -> str:
    return steward("ask", *more, words, STEWARD_PROVIDER="guided").out


def test_a_file_is_read_changed_and_restored(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    path = f"drive:{plan.id}"
    assert "We meet on Monday." in ask(steward, f"read {path}")
    ask(steward, f"replace 'Monday' with 'Friday' in {path}", "--approve", "always")
    assert plan.content == b"We meet on Friday.\n"
    assert len(steward("files", "versions", path).out.splitlines()) == 2
    assert steward("files", "show", f"{path}@1").out == "We meet on Monday.\n"
    assert "+We meet on Friday." in steward("files", "diff", path, "1", "2").out
    assert f"{path}/plan.md: version 3" in steward("files", "restore", path, "1").out
    assert plan.content == b"We meet on Monday.\n"
    assert f"{path}/plan.md" in steward("files", "list").out
    steward("files", "restore", path, "2")
    steward("files", "undo")
    assert plan.content == b"We meet on Monday.\n"
    assert steward("files", "verify").out


def test_the_history_is_there_without_drive(
    steward: Steward, google: DriveServer, plan: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"drive:{plan.id}"
    ask(steward, f"replace 'Monday' with 'Friday' in {path}", "--approve", "always")
    monkeypatch.delenv("STEWARD_GOOGLE_TOKEN_FILE")
    assert steward("files", "show", f"{path}@1").out == "We meet on Monday.\n"
    refused = steward("files", "restore", path, "1", code=None)
    assert refused.code != 0
    assert "Google" in refused.err
    assert "Traceback" not in refused.err
    archive = steward.home / "plan.zip"
    steward("files", "export", str(archive), "--path", path)
    assert archive.exists()


def cut_off(steward: Steward, google: DriveServer, plan: StoredFile) -> str:
    """A change whose last answers are lost, so that nobody knows whether it was made."""
    seen: list[str] = []

    def upload(request: Request) -> bool:
        is_upload = request.method in ("PUT", "PATCH") and "/upload/" in request.target
        seen.extend([request.target] if is_upload else [])
        return is_upload

    google.fail(CutAfter(), on=upload)
    refused = Answer(403, "domainPolicy")  # a failure that is not tried again
    google.fail(refused, on=lambda request: bool(seen) and anything(request), times=100)
    answer = ask(steward, f"append 'and again' to drive:{plan.id}", "--approve", "always")
    google.heal()
    assert b"and again" in plan.content
    return answer


def test_recover_ends_what_was_left_open_in_drive(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    cut_off(steward, google, plan)
    listed = steward("files", "versions", f"drive:{plan.id}")
    assert len(listed.out.splitlines()) == 1
    assert listed.err == ""  # nothing went wrong here: Drive is not asked while Steward starts
    done = steward("files", "recover")
    assert done.out == f"drive:{plan.id}/plan.md: a change that was cut off is complete.\n"
    assert steward("files", "recover").out == "Nothing was left open.\n"
    assert len(steward("files", "versions", f"drive:{plan.id}").out.splitlines()) == 2


def test_recover_says_what_waits_for_drive(
    steward: Steward, google: DriveServer, plan: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(steward, google, plan)
    monkeypatch.delenv("STEWARD_GOOGLE_TOKEN_FILE")
    done = steward("files", "recover", code=1)
    (line,) = done.out.splitlines()
    assert line.startswith(f"drive:{plan.id}/plan.md: cannot be reached now; finished later.")
    assert f"/{google.state.root}/" not in done.out  # a place as the history names it


@pytest.mark.parametrize("folders", ["", "here"])
def test_a_conflict_is_decided(
    steward: Steward, google: DriveServer, plan: StoredFile, folders: str
) -> None:
    granted = str(steward.folder) if folders else ""
    path = f"drive:{plan.id}"

    def meanwhile(request: Request) -> None:
        if request.method in ("PUT", "PATCH") and "/upload/" in request.target:
            google.before = lambda _: None
            google.state.edit(plan.id, b"Ann was here.\nWe meet on Monday.\n")

    google.before = meanwhile
    ask(steward, f"append 'Bring cake.' to {path}", "--approve", "always")
    assert f"{path}/plan.md" in steward("files", "conflicts", STEWARD_FOLDERS=granted).out
    assert (
        "+Bring cake."
        in steward("files", "resolve", path, "merge", "--diff", STEWARD_FOLDERS=granted).out
    )
    steward("files", "resolve", f"{path}/plan.md", "merge", STEWARD_FOLDERS=granted)
    assert plan.content == b"Ann was here.\nWe meet on Monday.\nBring cake.\n"
    assert (
        "no open conflict"
        in steward("files", "resolve", path, "ours", code=1, STEWARD_FOLDERS=granted).err
    )


def test_what_is_no_text_file_is_said_in_words(steward: Steward, google: DriveServer) -> None:
    slides = google.state.add(
        "Talk",
        mime_type="application/vnd.google-apps.presentation",
        exports={"text/plain": b"Slide one\n"},
    )
    form = google.state.add("Form", mime_type="application/vnd.google-apps.form")
    plan = google.state.add("plan.md", b"We meet on Monday.\n")
    link = google.state.add_shortcut("link", plan.id)
    listed = ask(steward, "/files drive:root")
    assert f"`drive:{slides.id}/Talk` (Google presentation)" in listed
    assert f"`drive:{link.id}/link` (shortcut to drive:{plan.id})" in listed
    assert f"`drive:{plan.id}/plan.md` (19 bytes)" in listed
    assert "Slide one" in ask(steward, f"read drive:{slides.id}")
    assert "We meet on Monday." in ask(steward, f"read drive:{link.id}")
    assert "form, which has no text" in ask(steward, f"read drive:{form.id}")
    said = ask(steward, f"append 'x' to drive:{slides.id}", "--approve", "always")
    assert f"`drive:{slides.id}/Talk` is a Google presentation" in said
    assert "drive.export" in said


def test_a_folder_and_a_file_of_drive_are_searched(steward: Steward, google: DriveServer) -> None:
    folder = google.state.add_folder("Project")
    plan = google.state.add("plan.md", b"We meet on Monday.\n", folder=folder.id)
    google.state.add("else.md", b"We meet on Monday.\n")
    assert f"`drive:{plan.id}` `plan.md`" in ask(steward, f"find 'Monday' in drive:{folder.id}")
    assert "else.md" not in ask(steward, f"find 'Monday' in drive:{folder.id}/Project")
    assert "did not find" in ask(steward, f"find 'Sunday' in drive:{folder.id}")
    assert f"`drive:{plan.id}/plan.md:1`" in ask(steward, f"find 'Monday' in drive:{plan.id}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("read drive:unknown", "It may have been removed, or not be shared with you."),
        ("read drive:{trashed}", "It is in Drive's trash"),
        ("append 'x' to drive:{trashed}", "It is in Drive's trash"),
        ("append 'x' to drive:{locked}", "You may not change this file"),
    ],
)
def test_a_failure_says_what_is_the_matter_in_drive(
    steward: Steward, google: DriveServer, words: str, said: str
) -> None:
    trashed, locked = (google.state.add(name, b"x") for name in ("old.md", "locked.md"))
    google.state.set_trashed(trashed, True, "me@example.org")
    locked.locked = True
    answer = ask(steward, words.format(trashed=trashed.id, locked=locked.id))
    assert said in answer
    assert "folders you granted" not in answer
    assert "shows whether" not in answer
    if words.startswith("append"):
        assert answer.count("Nothing was changed.") == 1


def test_a_change_with_an_open_end_is_not_said_to_have_changed_nothing(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    answer = cut_off(steward, google, plan)
    assert "Steward finishes this change, or takes it back" in answer
    assert "Nothing was changed" not in answer


def test_a_word_file_is_read_and_not_changed_and_it_is_said_what_to_do(
    steward: Steward, google: DriveServer
) -> None:
    content = docx_file()
    letter = google.state.add("letter.docx", content, mime_type="application/msword")
    assert "Dear Ana" in ask(steward, f"read drive:{letter.id}")
    said = ask(steward, f"replace 'Ana' with 'Ann' in drive:{letter.id}", "--approve", "always")
    assert "is a Word document" in said
    assert "comments" in said
    assert "put the new text into a new file" in said
    assert letter.content == content


@pytest.mark.parametrize("name", ["", "/plan.md"])
def test_a_file_is_renamed_and_goes_into_a_folder(
    steward: Steward, google: DriveServer, plan: StoredFile, name: str
) -> None:
    folder = google.state.add_folder("Project")
    path = f"drive:{plan.id}{name}"
    ask(steward, f"rename {path} to idea.md", "--approve", "always")
    assert plan.name == "idea.md"
    for slash in ("/", ""):
        said = ask(steward, f"move {path} to drive:{folder.id}{slash}", "--approve", "always")
        assert f"to `drive:{folder.id}" in said
        assert (plan.name, plan.parents) == ("idea.md", [folder.id])
        ask(steward, f"move {path} to drive:root", "--approve", "always")
        assert plan.parents == [google.state.root]
    ask(steward, f"rename {path} to drive:{folder.id}/plan.md", "--approve", "always")
    assert (plan.name, plan.parents) == ("plan.md", [folder.id])


@pytest.mark.parametrize("target", ["drive:root/", "drive:root/report.md", "drive:root"])
def test_a_file_of_a_folder_is_not_moved_into_a_folder_called_drive(
    steward: Steward, google: DriveServer, target: str
) -> None:
    said = ask(steward, f"move report.md to {target}", "--approve", "always")
    assert "does not move between Google Drive and a folder" in said
    assert [one.name for one in steward.folder.iterdir()] == ["report.md"]


def test_a_file_of_drive_is_not_moved_to_this_machine(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    target = steward.folder / "plan.md"
    said = ask(steward, f"move drive:{plan.id} to {target}", "--approve", "always")
    assert "does not move between Google Drive and a folder" in said
    assert "plan.md is no name" not in said


def test_a_file_in_the_trash_without_versions_is_not_said_to_be_restorable(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    google.state.set_trashed(plan, True, "me@example.org")
    assert "in the browser" in steward("files", "restore", f"drive:{plan.id}", "1", code=1).err


def test_a_sign_in_that_is_over_is_said_once_and_with_the_way_back(
    steward: Steward, google: DriveServer, plan: StoredFile
) -> None:
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    done = steward("ask", f"read drive:{plan.id}", STEWARD_PROVIDER="guided")
    assert "`steward google sign-in`" in done.out
    assert "! The sign-in of" in done.err
    assert "steward:" not in done.err
