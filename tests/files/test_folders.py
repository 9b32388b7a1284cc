"""Paths resolve inside granted folders and nowhere else."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from app.domain.errors import (
    FileError,
    FileMissingError,
    NoFolderError,
    NotAFileError,
    PathOutsideError,
    UsageError,
)
from app.files.folders import GrantedFolders
from tests.files.faults import WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("a")
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    return folder


def test_a_relative_path_is_found_in_the_first_folder_that_has_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    (two / "only-here.md").write_text("")
    folders = GrantedFolders([one, two])

    assert folders.resolve("only-here.md") == two / "only-here.md"
    assert folders.resolve("new.md", for_new=True) == one / "new.md"
    assert folders.resolve(str(two / "x.md"), for_new=True) == two / "x.md"
    with pytest.raises(FileMissingError):
        folders.resolve("new.md")


@pytest.mark.parametrize(
    "path",
    ["../outside/secret.txt", "sub/../../outside/secret.txt", "/etc/passwd", "~root/x/../../.."],
)
def test_a_path_that_leaves_is_refused(docs: Path, outside: Path, path: str) -> None:
    for for_new in (False, True):
        with pytest.raises(PathOutsideError):
            GrantedFolders([docs]).resolve(path, for_new=for_new)


def test_a_path_may_go_up_and_come_back(docs: Path) -> None:
    assert GrantedFolders([docs]).resolve("x/../a.md") == docs / "a.md"
    assert GrantedFolders([docs]).resolve("../docs/a.md") == docs / "a.md"


def test_a_link_out_of_the_folder_is_refused(docs: Path, outside: Path) -> None:
    (docs / "file").symlink_to(outside / "secret.txt")
    (docs / "folder").symlink_to(outside)
    (docs / "nowhere").symlink_to(outside / "not-yet.txt")
    folders = GrantedFolders([docs])

    for path in ("file", "folder/secret.txt", "folder", str(docs / "file")):
        with pytest.raises(PathOutsideError):
            folders.resolve(path)
    with pytest.raises(PathOutsideError):
        folders.resolve("nowhere", for_new=True)
    with pytest.raises(PathOutsideError):
        folders.resolve("folder/new.txt", for_new=True)


def test_a_link_inside_leads_to_its_target(docs: Path) -> None:
    (docs / "link.md").symlink_to("a.md")

    assert GrantedFolders([docs]).resolve("link.md") == docs / "a.md"


def test_a_granted_folder_may_itself_be_a_link(docs: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(docs)
    folders = GrantedFolders([link])

    assert list(folders.folders) == [link]
    assert folders.resolve("a.md") == docs / "a.md"
    assert folders.resolve(str(link / "a.md")) == docs / "a.md"
    assert folders.resolve(str(docs / "a.md")) == docs / "a.md"
    assert folders.display(docs / "a.md") == "a.md"
    folders.revoke(link)
    assert not folders.folders


def test_a_granted_link_that_is_turned_elsewhere_grants_nothing_new(
    docs: Path, outside: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(docs)
    folders = GrantedFolders([link])
    link.unlink()
    link.symlink_to(outside)

    with pytest.raises(PathOutsideError):
        folders.resolve(str(link / "secret.txt"))
    assert folders.resolve("a.md") == docs / "a.md"


def test_links_in_a_circle_are_a_clear_error(docs: Path) -> None:
    (docs / "round").symlink_to("about")
    (docs / "about").symlink_to("round")

    with pytest.raises(FileError, match="circle"):
        GrantedFolders([docs]).resolve("round")


def test_the_home_folder_sign_is_understood(
    docs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folders = GrantedFolders([Path("~/docs")])

    assert folders.resolve("~/docs/a.md") == docs / "a.md"
    with pytest.raises(PathOutsideError):
        folders.resolve("~/outside.md", for_new=True)


@pytest.mark.parametrize("path", ["", "  ", "a\0b", "n" * 256, "d/" * 2100 + "x", "\ud800"])
def test_paths_no_disk_can_hold_are_typed_errors(docs: Path, path: str) -> None:
    with pytest.raises(FileError) as caught:
        GrantedFolders([docs]).resolve(path, for_new=True)

    assert type(caught.value) is FileError


def test_without_a_folder_nothing_resolves() -> None:
    with pytest.raises(NoFolderError):
        GrantedFolders([]).resolve("a.md")


def test_a_granted_folder_that_has_gone_says_so(docs: Path, tmp_path: Path) -> None:
    folders = GrantedFolders([docs])
    docs.rename(tmp_path / "elsewhere")

    for for_new in (True, False):
        with pytest.raises(FileError, match="not there any more"):
            folders.resolve("a.md", for_new=for_new)
        with pytest.raises(FileError, match="not there any more"):
            folders.resolve(str(docs / "a.md"), for_new=for_new)


def test_folders_come_and_go(docs: Path, outside: Path) -> None:
    folders = GrantedFolders([docs])
    folders.grant(outside)
    folders.grant(outside)
    assert folders.folders == (docs, outside)
    assert folders.resolve("secret.txt") == outside / "secret.txt"

    folders.revoke(outside)
    with pytest.raises(PathOutsideError):
        folders.resolve(str(outside / "secret.txt"))
    with pytest.raises(UsageError):
        folders.revoke(outside)
    with pytest.raises(UsageError):
        folders.grant(docs / "a.md")


def test_stewards_own_data_is_out_of_reach_inside_a_granted_folder(tmp_path: Path) -> None:
    home = tmp_path / "steward"
    (home / "vault").mkdir(parents=True)
    (home / "steward.db").write_text("")
    (home / "Sample").mkdir()
    (home / "Sample" / "report.md").write_text("")
    (tmp_path / "link").symlink_to(home / "steward.db")
    folders = GrantedFolders([tmp_path], private=[home])

    for path in ("steward/steward.db", "steward/vault", "steward", "link"):
        with pytest.raises(PathOutsideError):
            folders.resolve(path)
    for own in (home, home / "vault"):
        with pytest.raises(UsageError):
            folders.grant(own)
    with pytest.raises(PathOutsideError):
        GrantedFolders([home / "vault"], private=[home]).resolve("x", for_new=True)

    folders.grant(home / "Sample")
    assert folders.resolve("report.md") == home / "Sample" / "report.md"


def test_a_short_form_means_the_same_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "both.md").write_text("")
    (two / "sub").mkdir()
    (two / "sub" / "own.md").write_text("")
    folders = GrantedFolders([one, two])

    for path in (one / "both.md", two / "both.md", two / "sub" / "own.md"):
        assert folders.resolve(folders.display(path)) == path
    assert folders.display(one / "both.md") == "both.md"
    assert folders.display(two / "both.md") == str(two / "both.md")
    assert folders.display("/elsewhere/x") == "/elsewhere/x"


# -- through the whole workspace ---------------------------------------------------------------


async def test_pipes_sockets_and_devices_are_left_alone(place: Place) -> None:
    os.mkfifo(place.folder / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        cwd = Path.cwd()
        os.chdir(place.folder)
        try:
            made.bind("socket")
        finally:
            os.chdir(cwd)
    place.granted.grant(Path("/dev"))
    work = place.workspace()

    for path in ("pipe", "socket", "/dev/null"):
        with pytest.raises(NotAFileError):
            await work.read(path)
        with pytest.raises(NotAFileError):
            await work.edit(path, lambda _: b"x")
        with pytest.raises(NotAFileError):
            await work.remove(path)
    assert (place.folder / "pipe").is_fifo()


async def test_the_vault_is_never_changed_even_where_it_was_granted(place: Place) -> None:
    await place.workspace().create("a.md", b"x")
    place.granted = GrantedFolders([place.home])
    place.start()

    with pytest.raises(FileError, match="own vault"):
        await place.workspace().create("vault/blobs/x", b"")


async def test_an_edit_through_a_link_changes_the_target_and_keeps_the_link(place: Place) -> None:
    place.put({"a.md": b"one"})
    (place.folder / "link.md").symlink_to("a.md")

    version = await place.workspace().edit("link.md", lambda _: b"two")

    assert version.path == str(place.folder / "a.md")
    assert (place.folder / "link.md").is_symlink()
    assert (place.folder / "a.md").read_bytes() == b"two"


@pytest.mark.parametrize("what", ["file", "folder", "folder above"])
@pytest.mark.parametrize("change", ["edit", "create", "remove", "move"])
async def test_a_link_swapped_in_at_any_step_lets_nothing_out(
    quick_path: Path, database: WatchedDatabase, what: str, change: str
) -> None:
    """An attacker turns the file, or a folder on its path, into a link while we work."""
    for number in range(10_000):
        root = quick_path / str(number)
        place = Place(root, database=database)
        elsewhere = root / "elsewhere"
        (elsewhere / "sub").mkdir(parents=True)
        (elsewhere / "sub/a.md").write_bytes(b"not yours")
        place.put({"top/sub/a.md": b"mine"} if change != "create" else {"top/sub/x": b""})
        wire = Wire()
        place.start(WatchedFs(wire))
        turned = Turned(place.folder / "top", elsewhere, what, number)
        wire.watch = turned
        work = place.workspace()
        try:
            if change == "edit":
                await work.edit("top/sub/a.md", lambda _: b"changed")
            elif change == "create":
                await work.create("top/sub/a.md", b"changed")
            elif change == "remove":
                await work.remove("top/sub/a.md")
            else:
                await work.move("top/sub/a.md", "top/sub/b.md")
        except FileError:
            pass
        finally:
            wire.watch = None
            await place.close()
        try:
            assert {p.name for p in elsewhere.rglob("*")} == {"sub", "a.md"}
            assert (elsewhere / "sub/a.md").read_bytes() == b"not yours"
        except AssertionError as wrong:
            wrong.add_note(f"at step {number}: {wire.steps[max(0, number - 3) : number + 2]}")
            raise
        if not turned.did:
            break
    assert number > 20


@pytest.mark.parametrize("what", ["file", "folder", "folder above"])
async def test_a_link_swapped_in_at_any_step_lets_nothing_in(
    quick_path: Path, database: WatchedDatabase, what: str
) -> None:
    """What the link leads to is neither read nor kept as a version."""
    for number in range(10_000):
        root = quick_path / str(number)
        place = Place(root, database=database)
        elsewhere = root / "elsewhere"
        (elsewhere / "sub").mkdir(parents=True)
        (elsewhere / "sub/a.md").write_bytes(b"not yours")
        place.put({"top/sub/a.md": b"mine"})
        turned = Turned(place.folder / "top", elsewhere, what, number)
        database.wire = place.wire
        place.wire.watch = turned
        read = b""
        try:
            read = await place.workspace().read("top/sub/a.md")
        except FileError:
            pass
        finally:
            place.wire.watch = None
            await place.close()
        assert read in (b"mine", b"")
        if not turned.did:
            break
    assert number > 3


class Turned:
    """Turns a file, or a folder on its path, into a link at one step."""

    def __init__(self, top: Path, elsewhere: Path, what: str, at: int) -> None:
        self.did = False
        self._what = what
        self._at = at
        below = {"file": "sub/a.md", "folder": "sub", "folder above": "."}[what]
        self._turned, self._elsewhere = top / below, elsewhere / below

    def __call__(self, name: str, step: int) -> None:
        if step != self._at:
            return
        self.did = True
        if self._what == "file":
            self._turned.unlink(missing_ok=True)
        else:
            self._turned.rename(self._turned.with_name("was"))
        self._turned.symlink_to(self._elsewhere)
