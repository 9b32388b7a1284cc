"""Names and kinds of files as they are in the world: each works fully, or is refused clearly."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import (
    FileError,
    FileExistsAlreadyError,
    FileMissingError,
    NotAFileError,
    PathOutsideError,
)
from app.domain.names import looks_the_same, shown
from app.domain.workspace import Workspace
from app.files.folders import GrantedFolders
from tests.files.faults import WatchedFs, Wire
from tests.files.place import Place

NAMES = [
    "two words.md", " before", "behind ", "dots..", "-rf", "...", ".hidden",
    "it's \"quoted\".md", "back\\slash.md", "pipe|.md", "`tick`*_[x](y).md", "%s{}$HOME.md",
    "#a?&b=c.md", "C:a.md", "~user", "naïve.md", "e\u0301.md", "日本語.md", "🎉👩‍👩‍👧.md",
    "line\nbreak.md", "carriage\r\t.md", "\x1b[31mred\x07.md", "\x7f\x85\u2028.md",
    "\u202egnp.exe", "\ufeffbom.md", os.fsdecode(b"caf\xe9.md"), os.fsdecode(b"\xff\xfe\x80"),
    "n" * 255, "ü" * 127 + "x", os.fsdecode(b"\xe9" * 255), ".x.steward-swap", ".x.steward-aside",
    f".a.md.{'0' * 32}.part", "x.work",
]  # fmt: skip


@pytest.fixture
async def place(quick_path: Path) -> AsyncIterator[Place]:
    """A granted folder in memory."""
    made = Place(quick_path)
    yield made
    await made.close()


# -- names ---------------------------------------------------------------------------------


async def test_everything_can_be_done_under_any_name(place: Place) -> None:
    work = place.workspace("turn")
    for name in NAMES:
        try:
            await _do_everything(place, work, name)
        except BaseException as error:
            error.add_note(f"name: {name!r}")
            raise
    assert not (await place.manager.verify()).problems


async def _do_everything(place: Place, work: Workspace, name: str) -> None:
    inside = f"{name}/{name}"  # a folder of that name, too
    path = str(place.folder / name / name)
    created = await work.create(inside, b"one\n")
    assert created.path == path
    await work.edit(inside, lambda content: content + b"two\n")
    display = work.display(path)
    display.encode()  # text that every output takes
    assert display.isprintable() or any(c in display for c in "\u200d\ufeff")
    (entry,) = await work.list(name)
    assert (entry.path, entry.display) == (path, display)
    assert [found.path for found in await work.walk(name)] == [path]
    assert await work.read(display) == b"one\ntwo\n"  # as it is shown it can be asked for
    assert len(await work.versions(display)) == 2
    await work.move(display, f"{name}/moved")
    assert (await work.move(f"{name}/moved", inside)).path == path
    await work.undo_version(display, 2)
    await work.remove(display)
    assert await work.version_content(display, 2) == b"one\ntwo\n"
    assert (await work.restore(display, 1)).path == path
    assert path in {file.path for file in await work.tracked()}
    assert place.files == {inside: b"one\n"}
    await work.remove(path)
    Path(path).parent.rmdir()


BYTES = st.binary(min_size=1, max_size=40).filter(
    lambda raw: not set(raw) & set(b"/\0") and raw.strip() and raw not in (b".", b"..", b"~")
)


@given(BYTES)
def test_a_name_can_be_given_as_it_is_shown(raw: bytes) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as at:  # noqa: PTH112
        folder = Path(at).resolve()
        path = folder / os.fsdecode(raw)
        path.touch()
        granted = GrantedFolders([folder])
        words = granted.display(path)
        assert words == words.encode().decode()
        assert not set(words) & set("\n\r\t\x1b\u2028\u202e")
        assert granted.resolve(words) == path


async def test_two_names_that_look_the_same_are_two_files_each_found_by_its_own(
    place: Place,
) -> None:
    composed, parted = "caf\u00e9.md", "cafe\u0301.md"
    place.put({composed: b"composed", parted: b"parted"})

    assert await place.workspace().read(composed) == b"composed"
    assert await place.workspace().read(parted) == b"parted"


@pytest.mark.parametrize(
    "asked", ["r\u00e9sum\u00e9/caf\u00e9.md", "re\u0301sum\u00e9/cafe\u0301.md"]
)
async def test_a_name_is_found_under_another_spelling_of_its_accents(
    place: Place, asked: str
) -> None:
    real = "re\u0301sume\u0301/caf\u00e9.md"
    place.put({real: b"text"})
    work = place.workspace()

    assert await work.read(asked) == b"text"
    version = await work.edit(asked, lambda _: b"changed")
    assert version.path == str(place.folder / real)
    with pytest.raises(FileExistsAlreadyError):  # no second file that looks the same is made
        await work.create(asked, b"new")
    await work.create(asked.replace("caf", "new"), b"new")
    assert [path.name for path in place.folder.iterdir()] == ["re\u0301sume\u0301"]


async def test_where_several_names_look_the_same_none_is_guessed(place: Place) -> None:
    place.put({"\u1e69.md": b"1", "s\u0323\u0307.md": b"2"})
    with pytest.raises(FileMissingError):
        await place.workspace().read("s\u0307\u0323.md")
    assert looks_the_same("\u1e69.md", "s\u0307\u0323.md")


async def test_other_capital_letters_are_hinted_at_not_guessed(place: Place) -> None:
    place.put({"Report.md": b"text"})
    with pytest.raises(FileMissingError) as caught:
        await place.workspace().read("report.MD")
    assert caught.value.hint == "There is Report.md: capital letters count."
    assert caught.value.details["similar"] == "Report.md"


async def test_an_escape_that_is_meant_as_it_stands_comes_first(place: Place) -> None:
    place.put({"a\\nb.md": b"backslash", "a\nb.md": b"line end"})
    assert await place.workspace().read("a\\nb.md") == b"backslash"
    assert shown("a\nb.md") == "a\\nb.md"


async def test_a_name_too_long_or_too_deep_is_refused(place: Place) -> None:
    work = place.workspace()
    for path in ("n" * 256, "ü" * 128, "/".join(["folder"] * 700), "a/" * 2040 + "b"):
        for call in (work.create(path, b""), work.read(path), work.move_folder("x", path)):
            with pytest.raises(FileError) as caught:
                await call
            assert "too long" in caught.value.message or isinstance(caught.value, FileMissingError)
    assert place.files == {}


async def test_folders_below_the_longest_path_are_passed_over(place: Place) -> None:
    handle = os.open(place.folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=handle)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("deep.md", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)
    place.put({"a.md": b"a"})

    assert [entry.display for entry in await place.workspace().walk()] == ["a.md"]
    with pytest.raises(FileError):
        await place.workspace("turn").move_folder("d" * 250, "shorter")
    assert (place.folder / ("d" * 250)).is_dir()


async def test_files_that_are_called_like_ours_are_never_touched(place: Place) -> None:
    theirs = {
        f".a.md.{'0' * 32}.steward-swap": b"mine 1", ".a.md.steward-aside": b"mine 2",
        "b.md.steward-swap": b"mine 3", ".x.part": b"mine 4",
    }  # fmt: skip
    place.put({"a.md": b"a", **theirs})
    work = place.workspace("turn")

    await work.edit("a.md", lambda _: b"a2")
    await work.move("a.md", "c.md")
    await work.remove("c.md")
    await place.manager.recover()

    assert place.files == theirs


# -- kinds ---------------------------------------------------------------------------------


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()


def _link_to_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


@pytest.mark.parametrize("make", [_pipe, _socket, _link_to_pipe, Path.mkdir])
async def test_what_is_no_file_is_refused_at_once(
    place: Place, make: Callable[[Path], object]
) -> None:
    make(place.folder / "x")
    work = place.workspace("turn")
    calls: list[Awaitable[object]] = [
        work.read("x"), work.edit("x", lambda _: b""), work.remove("x"), work.move("x", "y"),
        work.create("x", b""), work.plan_remove("x"), work.restore("x", 1),
    ]  # fmt: skip
    async with asyncio.timeout(20):
        for call in calls:
            with pytest.raises(FileError):
                await call
    assert os.path.lexists(place.folder / "x")
    assert place.files == {}


async def test_links_lead_to_their_file_and_no_further_than_the_folder(place: Place) -> None:
    place.put({"real.md": b"text"})
    (place.folder / "link.md").symlink_to("real.md")
    (place.folder / "nowhere.md").symlink_to("missing.md")
    (place.folder / "circle.md").symlink_to("circle.md")
    (place.folder / "out.md").symlink_to("/etc/hostname")
    (place.folder / "outside").symlink_to(place.home)
    work = place.workspace("turn")

    version = await work.edit("link.md", lambda _: b"new")
    assert version.path == str(place.folder / "real.md")
    assert (place.folder / "link.md").is_symlink()
    with pytest.raises(FileMissingError):
        await work.read("nowhere.md")
    with pytest.raises(FileError, match="circle"):
        await work.read("circle.md")
    for path in ("out.md", "outside/steward.db", "outside/new.md"):
        with pytest.raises(PathOutsideError):
            await work.read(path)
        with pytest.raises(PathOutsideError):
            await work.create(path, b"")


async def test_a_link_that_leads_out_is_no_missing_file_of_another_folder(
    place: Place, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    place.granted.grant(second)
    (place.folder / "out").symlink_to("/etc")
    work = place.workspace("turn")

    for call in (
        work.read("out/hostname"), work.entry("out"), work.create("out/new.md", b""),
        work.versions("out/hostname"),
    ):  # fmt: skip
        with pytest.raises(PathOutsideError):
            await call
    assert list(second.iterdir()) == []


async def test_a_file_that_vanishes_in_the_middle_is_a_clear_error(place: Place) -> None:
    for step in ("open_read", "exchange"):
        place.put({"a.md": b"text"})
        wire = Wire()
        await place.manager.close()
        place.start(WatchedFs(wire))

        def gone(name: str, _: int, *, at: str = step) -> None:
            if name == at:
                (place.folder / "a.md").unlink(missing_ok=True)

        wire.watch = gone
        with pytest.raises(FileError):
            await place.workspace("turn").edit("a.md", lambda _: b"new")
        wire.watch = None
        assert place.files == {}


async def test_a_refusal_names_a_file_as_it_is_shown_and_its_details_where_it_stands(
    place: Place,
) -> None:
    place.put({"notes/a.md": b"a", "notes/b.md": b"b"})
    (place.folder / "out.md").symlink_to("/etc/no-such-file")
    work = place.workspace("turn")
    refused: dict[str, tuple[Awaitable[object], str]] = {
        "read": (work.read("notes"), "notes"),
        "read out": (work.read("out.md"), "out.md"),
        "read above": (work.read("../x.md"), "../x.md"),
        "create": (work.create("notes/a.md", b""), "notes/a.md"),
        "plan create": (work.plan_create("notes", b""), "notes"),
        "edit": (work.edit("notes/a.md", lambda same: same), "notes/a.md"),
        "rewrite": (work.rewrite("notes", lambda *_: None), "notes"),
        "remove": (work.remove("out.md"), "out.md"),
        "move": (work.move("notes/a.md", "notes/b.md"), "notes/b.md"),
        "move folder": (work.move_folder("notes", "notes/sub"), "notes"),
        "restore": (work.restore("notes/a.md", 1), "notes/a.md"),
        "undo": (work.undo_version("notes/a.md", 1), "notes/a.md"),
        "content": (work.version_content("notes/a.md", 1), "notes/a.md"),
        "lines": (work.blame("out.md"), "out.md"),
        "approved": (place.workspace(expected={}).remove("notes/a.md"), "notes/a.md"),
    }
    for what, (call, name) in refused.items():
        with pytest.raises(FileError) as caught:
            await call
        words, details = str(caught.value), caught.value.details
        assert name in words, what
        assert str(place.folder) not in words, what
        assert (details["path"], details["display"]) == (f"{place.folder}/{name}", name), what
    assert place.files == {"notes/a.md": b"a", "notes/b.md": b"b"}


async def test_a_file_of_another_folder_with_the_same_name_is_named_in_full(
    place: Place, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    place.granted.grant(second)
    place.put({"a.md": b"a"})
    (second / "a.md").write_bytes(b"b")
    with pytest.raises(FileError, match=f"^Something stands at {second}/a.md already"):
        await place.workspace().create(str(second / "a.md"), b"")


CONTENTS = {
    "empty": b"",
    "no end of line": b"one\ntwo",
    "CR LF": b"one\r\ntwo\r\n",
    "mixed ends": b"one\r\ntwo\nthree\rfour",
    "binary": bytes(range(256)) * 20,
    "UTF-16": "one\ntwo\n".encode("utf-16"),
    "broken UTF-8": b"\xc3\x28 \xff\n",
    "holes": b"\0" * 300_000 + b"end",
}


async def test_every_content_comes_back_to_the_byte(place: Place) -> None:
    work = place.workspace("turn")
    for name, content in CONTENTS.items():
        await work.create(name, content)
        await work.edit(name, lambda old: old + b"more")
        await work.move(name, f"{name} moved")
        await work.remove(f"{name} moved")
        await work.restore(f"{name} moved", 1)
        assert place.files == {f"{name} moved": content}
        await work.remove(f"{name} moved")
    assert not (await place.manager.verify()).problems


# -- permissions, as somebody who is not root ----------------------------------------------

_AS_SOMEBODY = """
import asyncio, json, os, sys
sys.path.insert(0, {root!r})
from pathlib import Path
import _strptime, filelock, pathspec, peewee, zstandard, merge3, unicodedata
from app.domain.errors import StewardError
from tests.files.place import Place
if os.getuid() == 0:  # what is imported later may be out of reach
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)

async def main():
    place = Place(Path({base!r}))
    work = place.workspace("turn")
    place.put({{"closed.md": b"text", "readonly.md": b"text", "shut/a.md": b"text",
                "dark/a.md": b"text", "locked/a.md": b"text", "locked/b.md": b"text"}})
    os.chmod(place.folder / "closed.md", 0)
    os.chmod(place.folder / "readonly.md", 0o444)
    os.chmod(place.folder / "shut", 0o555)
    os.chmod(place.folder / "dark", 0)
    os.chmod(place.folder / "locked/b.md", 0)
    told = {{}}
    for name, call in {{
        "read closed": lambda: work.read("closed.md"),
        "edit closed": lambda: work.edit("closed.md", lambda _: b"new"),
        "edit readonly": lambda: work.edit("readonly.md", lambda _: b"new"),
        "edit in shut": lambda: work.edit("shut/a.md", lambda _: b"new"),
        "create in shut": lambda: work.create("shut/b.md", b"new"),
        "remove in shut": lambda: work.remove("shut/a.md"),
        "move out of shut": lambda: work.move("shut/a.md", "a.md"),
        "read in dark": lambda: work.read("dark/a.md"),
        "create in dark": lambda: work.create("dark/b.md", b"new"),
        "list dark": lambda: work.list("dark"),
        "move folder with closed file": lambda: work.move_folder("locked", "open"),
        "move folder dark": lambda: work.move_folder("dark", "light"),
    }}.items():
        try:
            await call()
            told[name] = "ok"
        except StewardError as error:
            told[name] = error.kind
    listed = [entry.display for entry in await work.walk()]
    await place.close()
    os.chmod(place.folder / "dark", 0o755)
    print(json.dumps([told, listed]))

asyncio.run(main())
"""


async def test_without_permission_everything_is_refused_and_nothing_changes() -> None:
    with tempfile.TemporaryDirectory() as at:
        base = Path(at)
        base.chmod(0o777)
        root = str(Path(__file__).parents[2])
        script = _AS_SOMEBODY.format(root=root, base=str(base / "place"))
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told, listed = json.loads(done.stdout)
        folder = base / "place/docs"
        assert {path.name: path.read_bytes() for path in folder.rglob("*.md")}
        assert set(told.values()) == {"file_error"}, told
        assert "dark/a.md" not in listed
        assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md")) == [
            "closed.md", "dark/a.md", "locked/a.md", "locked/b.md", "readonly.md", "shut/a.md",
        ]  # fmt: skip
        assert all(path.read_bytes() == b"text" for path in folder.rglob("*.md"))


def test_a_folder_and_its_name_are_told_apart() -> None:
    assert shown("plain name.md") == "plain name.md"
    assert shown("👩‍👩‍👧") == "👩‍👩‍👧"
    assert issubclass(NotAFileError, FileError)
