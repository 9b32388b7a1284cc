"""Reading, listing and walking granted folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.errors import (
    FileError,
    FileMissingError,
    FileTooLargeError,
    NoFolderError,
    NotAFileError,
    PathOutsideError,
)
from app.files.folders import GrantedFolders
from tests.files.place import Place

TREE = {
    "readme.md": b"hello",
    "Zebra.txt": b"",
    "src/main.py": b"print()",
    "src/deep/er.py": b"",
    ".git/config": b"[core]",
    ".hidden/x": b"",
    "build/out.bin": b"",
    "src/cache/c.tmp": b"",
    "src/cache/keep.tmp": b"",
    ".gitignore": b"/build/\n*.tmp\n",
    "src/.gitignore": b"!keep.tmp\n",
}


async def names(place: Place, path: str | None = None, **options: bool) -> list[str]:
    return [entry.display for entry in await place.workspace().walk(path, **options)]


async def test_a_walk_skips_what_git_would(place: Place) -> None:
    place.put(TREE)

    assert await names(place) == [
        ".gitignore", "Zebra.txt", "readme.md", ".hidden/x", "src/.gitignore", "src/main.py",
        "src/cache/keep.tmp", "src/deep/er.py",
    ]  # fmt: skip


async def test_a_walk_shows_everything_when_asked(place: Place) -> None:
    place.put(TREE)

    assert set(await names(place, include_ignored=True)) == set(TREE)


async def test_rules_from_above_hold_below_and_a_named_folder_is_shown(place: Place) -> None:
    place.put(TREE)

    assert "src/cache/c.tmp" not in await names(place, "src")
    assert await names(place, "src/cache") == ["src/cache/keep.tmp"]
    assert await names(place, "build") == ["build/out.bin"]


async def test_a_bad_pattern_hides_nothing_else(place: Place) -> None:
    place.put({"a.log": b"", "b.md": b"", ".gitignore": b"\\\n*.log\n"})

    assert await names(place) == [".gitignore", "b.md"]


async def test_a_walk_is_bounded(place: Place) -> None:
    place.put({f"{n}.md": b"" for n in range(20)})

    assert len(await place.workspace().walk(limit=7)) == 7


async def test_links_are_shown_only_where_they_stay_inside(place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    place.put({"a.md": b"12345", "sub/b.md": b""})
    (place.folder / "in.md").symlink_to("a.md")
    (place.folder / "out.md").symlink_to(outside)
    (place.folder / "dead.md").symlink_to("nowhere")
    (place.folder / "round").symlink_to(".")

    listed = {entry.display: entry for entry in await place.workspace().list()}

    assert set(listed) == {"a.md", "in.md", "sub", "round"}
    assert listed["in.md"].size == 5
    assert await names(place) == ["a.md", "in.md", "sub/b.md"]


async def test_a_list_has_folders_first_then_names(place: Place) -> None:
    place.put(TREE)

    entries = await place.workspace().list()

    assert [entry.display for entry in entries] == [
        ".git", ".hidden", "build", "src", ".gitignore", "readme.md", "Zebra.txt",
    ]  # fmt: skip
    assert entries[0].is_dir
    assert entries[-2].size == 5
    inner = await place.workspace().list("src")
    assert [entry.display for entry in inner] == [
        "src/cache", "src/deep", "src/.gitignore", "src/main.py",
    ]  # fmt: skip


async def test_steward_does_not_show_files_of_its_own(place: Place) -> None:
    place.put({"a.md": b"", f".a.md.{'0' * 32}.steward-swap": b"", "mine.part": b""})

    assert [entry.display for entry in await place.workspace().list()] == ["a.md", "mine.part"]
    assert await names(place) == ["a.md", "mine.part"]


async def test_several_folders_are_listed_together(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.md").write_text("")
    place.put({"a.md": b""})
    place.granted.grant(other)

    assert [e.display for e in await place.workspace().list()] == ["a.md", "b.md"]
    assert await names(place) == ["a.md", "b.md"]
    assert place.workspace().folders == (str(place.folder), str(other))


async def test_reading_is_whole_or_refused(place: Place) -> None:
    place.put({"a.md": b"x" * 100, "sub/b": b""})
    work = place.workspace()

    assert await work.read("a.md") == b"x" * 100
    assert await work.read("a.md", max_bytes=100) == b"x" * 100
    with pytest.raises(FileTooLargeError, match="limit is 99"):
        await work.read("a.md", max_bytes=99)
    with pytest.raises(NotAFileError):
        await work.read("sub")
    with pytest.raises(NotAFileError):
        await work.list("a.md")
    with pytest.raises(FileMissingError):
        await work.read("nowhere")
    with pytest.raises(PathOutsideError):
        await work.read("/etc/hostname")
    with pytest.raises(PathOutsideError):
        await work.walk("..")


async def test_without_permission_there_is_a_clear_error(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put({"a.md": b"x"})

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(place.fs, "open_read", denied)
    with pytest.raises(FileError, match="does not allow"):
        await place.workspace().read("a.md")
    with pytest.raises(FileError, match="does not allow"):
        await place.workspace().edit("a.md", lambda _: b"y")


async def test_with_no_folder_granted_every_look_says_so(place: Place) -> None:
    place.granted = GrantedFolders([])
    place.start()
    work = place.workspace()

    for look in (work.list(), work.walk(), work.read("a.md"), work.entry("a.md")):
        with pytest.raises(NoFolderError):
            await look
    assert await work.tracked() == []


async def test_histories_are_listed_by_folder_also_of_one_that_is_gone(
    place: Place, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    place.granted.grant(other)
    (place.folder / "in").mkdir()
    place.granted.grant(place.folder / "in")
    work = place.workspace()
    for name in ("a.md", "in/b.md", "in/deep/c.md", "inner/d.md", str(other / "e.md")):
        await work.create(name, b"text")
        place.clock.advance(1)
    for name in ("in/b.md", "in/deep/c.md"):
        await work.edit(name, lambda _: b"more")
        place.clock.advance(1)

    async def names(folder: str | None = None, limit: int | None = None) -> list[str]:
        return [Path(file.path).name for file in await work.tracked(folder, limit=limit)]

    everything = ["c.md", "b.md", "e.md", "d.md", "a.md"]
    assert await names() == everything
    assert await names(limit=3) == everything[:3]
    assert await names("in") == ["c.md", "b.md"]
    assert await names(str(other)) == ["e.md"]
    for name in ("in/deep/c.md", "in/b.md"):
        await work.remove(name)
    (place.folder / "in" / "deep").rmdir()
    assert await names("in/deep") == ["c.md"]
    with pytest.raises(FileMissingError):
        await work.tracked("never")
    with pytest.raises(NotAFileError):
        await work.tracked("a.md")
    with pytest.raises(PathOutsideError):
        await work.tracked("/etc")


async def test_a_long_history_is_read_page_by_page(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"0")
    for number in range(1, 5):
        await work.edit("a.md", lambda _, text=str(number): text.encode())  # type: ignore[misc]

    assert [v.version for v in await work.versions("a.md", limit=2)] == [4, 5]
    assert [v.version for v in await work.versions("a.md", limit=2, before=4)] == [2, 3]
    assert [v.version for v in await work.versions("a.md", before=3)] == [1, 2]
    at = str(place.folder / "a.md")
    assert [v.version for v in await place.manager.versions(at, limit=1)] == [5]


async def test_an_entry_is_a_file_or_a_folder(place: Place) -> None:
    place.put({"sub/a.md": b"abc"})
    os.utime(place.folder / "sub" / "a.md", (0, 86400))
    work = place.workspace()

    entry = await work.entry("sub/a.md")
    assert (entry.display, entry.size, entry.is_dir) == ("sub/a.md", 3, False)
    assert entry.modified_at.isoformat() == "1970-01-02T00:00:00+00:00"
    assert (await work.entry("sub")).is_dir
    assert (await work.entry(".")).display == "."


async def test_a_file_moves_between_real_disks(place: Place, quick_path: Path) -> None:
    """Where the machine has two: the copy takes its name, then the original goes."""
    if os.lstat(quick_path).st_dev == os.lstat(place.folder).st_dev:
        return
    place.granted.grant(quick_path)
    place.put({"a.sh": b"#!/bin/sh\n"})
    (place.folder / "a.sh").chmod(0o750)
    work = place.workspace("turn")

    await work.move("a.sh", str(quick_path / "new" / "b.sh"))

    assert place.files == {}
    moved = quick_path / "new" / "b.sh"
    assert moved.read_bytes() == b"#!/bin/sh\n"
    assert moved.stat().st_mode & 0o777 == 0o750
    assert [entry.name for entry in moved.parent.iterdir()] == ["b.sh"]
    await place.workspace("undo").undo()
    assert place.files == {"a.sh": b"#!/bin/sh\n"}
    assert not (await place.manager.verify()).problems


async def test_a_history_is_read_in_parts(place: Place) -> None:
    place.put({"a.md": b"0"})
    work = place.workspace()
    for _ in range(5):
        await work.edit("a.md", lambda content: content + b"+")

    async def numbers(**part: int) -> list[int]:
        return [version.version for version in await work.versions("a.md", **part)]

    assert await numbers() == [1, 2, 3, 4, 5, 6]
    assert await numbers(limit=2) == [5, 6]
    assert await numbers(limit=2, before=5) == [3, 4]
    assert await numbers(limit=9, before=3) == [1, 2]
    assert await numbers(before=1) == []


async def test_files_with_a_history_are_found_by_words_of_their_path(
    place: Place, quick_path: Path
) -> None:
    work = place.workspace()
    for name in ("Reports/May.md", "reports/june.md", "100%_sure.md", "Äpfel.md"):
        await work.create(name, b"x")
        place.clock.advance(1)
    await work.edit("Reports/May.md", lambda _: b"y")
    place.clock.advance(1)
    await work.remove("reports/june.md")

    async def found(text: str = "", limit: int = 9) -> list[str]:
        tracked = [one.file for one in await work.find_tracked(text, limit=limit)]
        assert list(tracked) == [file for file in await work.tracked() if file in tracked]
        return [Path(file.path).relative_to(place.folder).as_posix() for file in tracked]

    assert await found() == [
        "reports/june.md", "Reports/May.md", "Äpfel.md", "100%_sure.md",
    ]  # fmt: skip
    assert await found(limit=2) == ["reports/june.md", "Reports/May.md"]
    assert await found("JUNE report") == ["reports/june.md"]
    assert await found("0%_") == ["100%_sure.md"]
    assert await found("äpfel") == ["Äpfel.md"]
    assert await found("nowhere") == []
    assert await found(place.folder.name) == []
    place.granted.revoke(place.folder)
    place.granted.grant(quick_path)
    assert await place.workspace().find_tracked() == []
