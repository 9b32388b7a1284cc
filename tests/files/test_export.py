"""An export needs no Steward to be read, is right or is not there, and names nothing unsafe."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.domain.errors import FileError, FileExistsAlreadyError, FileMissingError
from app.files.archive_names import ArchiveNames, safe_part, version_name
from app.files.blobs import hash_of
from tests.files import vault_bytes
from tests.files.faults import WatchedFs, Wire
from tests.files.place import Place


async def a_history(place: Place) -> None:
    place.put({"a.md": b"one", "sub/b": b"bee"})
    work = place.workspace("turn")
    await work.edit("a.md", lambda _: b"two")
    await work.restore("a.md", 1)
    await work.move("sub/b", "sub/c.txt")
    await work.remove("sub/c.txt")


def opened(archive: Path) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    with ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        content = {name: zipped.read(name) for name in zipped.namelist()}
    return content, [json.loads(line) for line in content["history.jsonl"].splitlines()]


def in_home(place: Place) -> set[str]:
    return {path.name for path in place.home.iterdir()}


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(-1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


async def test_every_version_is_in_the_archive_with_what_is_known_of_it(place: Place) -> None:
    await a_history(place)
    archive = place.home / "out.zip"

    report = await place.manager.export(archive)

    assert (report.files, report.versions, report.contents) == (2, 6, 3)
    assert report.content_bytes == len(b"one" + b"two" + b"bee")
    content, history = opened(archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    by_name = {Path(str(row["path"])).name: row for row in history}
    assert set(by_name) == {"a.md", "b", "c.txt"}
    for row in history:
        if row["hash"] is not None:
            assert hash_of(content[str(row["content"])]) == row["hash"]
        else:
            assert row["content"] is None
    of_a = [row for row in history if row["path"] == str(place.folder / "a.md")]
    assert [row["version"] for row in of_a] == [1, 2, 3]
    assert str(of_a[0]["content"]).endswith("docs/a.md/v0001.md")
    assert of_a[2]["content"] == of_a[0]["content"]  # the same bytes are there once
    assert b"history.jsonl" in content["README.txt"]


async def test_what_is_unpacked_has_the_time_of_its_version(place: Place) -> None:
    await a_history(place)
    archive = place.home / "out.zip"
    await place.manager.export(archive)
    (first, *_) = await place.manager.versions(str(place.folder / "a.md"))
    (_, history) = opened(archive)
    name = next(row["content"] for row in history if row["hash"] == first.hash_after)

    with ZipFile(archive) as zipped:
        entries = {entry.filename: entry for entry in zipped.infolist()}

    assert all(entry.date_time[0] > 1980 for entry in entries.values())
    at = first.at.astimezone()
    assert entries[str(name)].date_time == (*at.timetuple()[:5], at.second // 2 * 2)


async def test_only_some_files_or_folders(place: Place) -> None:
    await a_history(place)

    for number, path in enumerate(["sub", "sub/c.txt", "sub/b"]):
        archive = place.home / f"{number}.zip"
        await place.manager.export(archive, [str(place.folder / path)])
        _, history = opened(archive)
        assert {Path(str(row["path"])).name for row in history} == {"b", "c.txt"}
    with pytest.raises(FileMissingError):
        await place.manager.export(place.home / "x.zip", [str(place.folder / "nothing")])


async def test_it_is_never_written_over_anything_or_into_the_vault(place: Place) -> None:
    await a_history(place)
    archive = place.home / "out.zip"
    archive.write_bytes(b"mine")

    told: list[object] = []
    with pytest.raises(FileExistsAlreadyError):
        await place.manager.export(archive, (), lambda *step: told.append(step))
    assert told == []  # before any work was done for nothing
    with pytest.raises(FileError, match="own vault"):
        await place.manager.export(place.home / "vault" / "x.zip")
    with pytest.raises(FileMissingError, match="no folder"):
        await place.manager.export(place.home / "none" / "x.zip")

    assert archive.read_bytes() == b"mine"
    assert not [name for name in in_home(place) if name.endswith(".part")]


async def test_a_damaged_version_costs_no_other(place: Place) -> None:
    await a_history(place)
    vault_bytes.rot(place.home / "vault", hash_of(b"two"))

    report = await place.manager.export(place.home / "out.zip")

    assert report.damaged == (f"{place.folder / 'a.md'}, version 2",)
    _, history = opened(place.home / "out.zip")
    damaged = [row for row in history if row["damaged"]]
    assert [(row["version"], row["content"]) for row in damaged] == [(2, None)]


@pytest.mark.parametrize("fault", ["stopped", "disk full", "torn"])
async def test_what_did_not_work_leaves_nothing_behind(
    place: Place, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_history(place)
    there = in_home(place)
    loop = asyncio.get_running_loop()
    stopped = threading.Event()

    def while_reading_back(done: int, total: int, _: str) -> None:
        if fault == "stopped" and done > total / 2:
            loop.call_soon_threadsafe(lambda: (task.cancel(), loop.call_soon(stopped.set)))
            stopped.wait(10)

    if fault == "disk full":
        place.wire.fail_from, place.wire.code = len(place.wire.steps) + 4, 28
    if fault == "torn":
        real = place.fs.write
        monkeypatch.setattr(
            place.fs,
            "write",
            lambda to, data: real(to, bytes(data).replace(deflated(b"two"), deflated(b"twx"))),
        )
    task = asyncio.ensure_future(
        place.manager.export(place.home / "out.zip", (), while_reading_back)
    )
    with pytest.raises((FileError, asyncio.CancelledError)):
        await task
    await place.manager.close()
    place.wire.fail_from = None

    if fault == "disk full":  # then nothing can be taken away either, until there is space
        place.start(WatchedFs(Wire()))
        await place.manager.recover()
    assert in_home(place) == there


@pytest.mark.parametrize(
    ("part", "safe"),
    [
        ("report.md", "report.md"),
        ("..", "__"),
        ('a<b>:"|?*\\c\n', "a_b_______c_"),
        ("dots. .", "dots___"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        (os.fsdecode(b"caf\xe9"), "caf_xe9"),
        ("ü" * 90, "ü" * 50 + "…"),
    ],
)
def test_names_in_the_archive_unpack_everywhere(part: str, safe: str) -> None:
    assert safe_part(part) == safe


def test_no_two_files_share_a_folder() -> None:
    names = ArchiveNames("files")
    paths = ["/d/a.md", "/d/A.md", "/d/a.md"]
    folders = [names.folder(path, str(number)) for number, path in enumerate(paths)]
    assert folders == ["files/d/a.md", "files/d/A.md~1", "files/d/a.md~2"]
    assert version_name("files/d", 12, "x.tar.gz") == "files/d/v0012.gz"
    assert version_name("files/d", 1, "x.a b") == "files/d/v0001"
