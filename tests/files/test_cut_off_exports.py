"""An export that is cut off leaves nothing: recovery clears its own file, and no other."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.files.faults import Crash, WatchedFs, Wire
from tests.files.place import Place

ROOT = Path(__file__).parents[2]

# Exports in a process of its own, and waits for its end while the archive is being written.
WORKER = """
import asyncio, sys, threading
from pathlib import Path
from tests.files.place import Place

def wait(done, total, what):
    print("writing", flush=True)
    threading.Event().wait()

async def main():
    place = Place(Path(sys.argv[1]))
    await place.manager.export(Path(sys.argv[2]), (), wait)

asyncio.run(main())
"""


def start(root: Path, archive: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(root), str(archive)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def notes(place: Place) -> list[Path]:
    """What stands in the vault's work folder."""
    return list((place.home / "vault" / "work").iterdir())


async def with_history(place: Place) -> Path:
    """A file with versions, and an empty folder to export to."""
    place.put({"a.md": b"one"})
    await place.workspace().edit("a.md", lambda _: b"two")
    out = place.home / "out"
    out.mkdir()
    return out


async def cut_off(place: Place, archive: Path, *, at: str = "rename_no_replace") -> Path:
    """An export whose process dies before it does ``at``; the file that it leaves."""
    await place.manager.close()
    wire = Wire()

    def die(name: str, number: int) -> None:
        if name == at:
            wire.crash_at = number

    wire.watch = die
    place.start(WatchedFs(wire))
    with pytest.raises(Crash):
        await place.manager.export(archive)
    await place.manager.close()
    place.start(WatchedFs(Wire()))
    (left,) = archive.parent.iterdir()
    return left


@pytest.mark.serial
async def test_a_killed_export_leaves_nothing_once_the_next_start_has_recovered(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    out = await with_history(place)
    await place.close()
    like_ours = out / f".old.zip.{'0' * 32}.part"
    like_ours.write_bytes(b"someone's own")
    before = set(out.iterdir())

    worker = start(tmp_path, out / "all.zip")
    assert worker.stdout is not None
    assert await asyncio.to_thread(worker.stdout.readline) == "writing\n"
    (part,) = set(out.iterdir()) - before
    place = Place(tmp_path)
    try:
        assert (await place.manager.recover()).partial_removed == ()
        assert part.exists(), "it lives"
        worker.kill()
        await asyncio.to_thread(worker.communicate)
        assert worker.returncode == -signal.SIGKILL
        assert part.exists()

        report = await place.manager.recover()

        assert report.partial_removed == (str(part),)
        assert set(out.iterdir()) == before
        assert like_ours.read_bytes() == b"someone's own"
        assert notes(place) == []
        await place.manager.export(out / "all.zip")
        assert notes(place) == []
    finally:
        await place.close()


async def test_an_export_may_die_at_any_step(quick_path: Path) -> None:
    place = Place(quick_path)
    archive = await with_history(place) / "all.zip"
    try:
        for number in range(1000):
            await place.manager.close()
            wire = Wire(acts_only=True)
            wire.crash_at = number
            place.start(WatchedFs(wire))
            with suppress(Crash):
                await place.manager.export(archive)
            await place.restart()
            assert {path.name for path in archive.parent.iterdir()} <= {"all.zip"}
            assert notes(place) == []
            if not wire.fired:
                break
            if archive.exists():
                with ZipFile(archive) as whole:
                    assert whole.testzip() is None
                archive.unlink()
        assert number > 10
    finally:
        await place.close()


async def test_what_cannot_be_reached_is_cleared_once_it_can(place: Place) -> None:
    out = await with_history(place)
    part = await cut_off(place, out / "all.zip")
    away = out.rename(place.home / "away")

    assert (await place.manager.recover()).partial_removed == ()
    assert list(away.iterdir())

    away.rename(out)
    assert (await place.manager.recover()).partial_removed == (str(part),)
    assert list(out.iterdir()) == []
    assert notes(place) == []


async def test_a_link_in_the_path_is_not_followed(place: Place) -> None:
    out = await with_history(place)
    part = await cut_off(place, out / "all.zip")
    elsewhere = out.rename(place.home / "elsewhere")
    out.symlink_to(elsewhere)

    assert (await place.manager.recover()).partial_removed == ()

    assert (elsewhere / part.name).exists()


@pytest.mark.parametrize("what", ["a link", "a folder", "a pipe"])
async def test_only_a_regular_file_is_taken_away(place: Place, what: str) -> None:
    out = await with_history(place)
    part = await cut_off(place, out / "all.zip")
    kept = part.rename(out / "kept")
    match what:
        case "a link":
            part.symlink_to(kept)
        case "a folder":
            part.mkdir()
        case _:
            os.mkfifo(part)

    assert (await place.manager.recover()).partial_removed == ()

    assert os.path.lexists(part)
    assert kept.exists()
    assert notes(place) == []


OP = "a" * 32
OTHER = "b" * 32


@pytest.mark.parametrize(
    "name",
    ["out.zip", f".out.zip.{OTHER}.part", f"out.zip.{OP}.part", f".out.zip.{OP}.partial", ""],
)
async def test_a_note_about_a_file_that_is_not_ours_is_not_believed(
    place: Place, name: str
) -> None:
    out = await with_history(place)
    theirs = out / (name or "file")
    theirs.write_bytes(b"theirs")
    await _note(place, os.fsencode(theirs) if name else b"")

    assert (await place.manager.recover()).partial_removed == ()

    assert theirs.read_bytes() == b"theirs"
    assert notes(place) == []


@pytest.mark.parametrize(
    "note", [f"docs/.a.{OP}.part".encode(), f"/x\0/.a.{OP}.part".encode(), bytes(40)]
)
async def test_a_torn_note_is_dropped(place: Place, note: bytes) -> None:
    await with_history(place)
    await _note(place, note)

    assert (await place.manager.recover()).partial_removed == ()

    assert notes(place) == []


async def _note(place: Place, note: bytes) -> None:
    folder = place.home / "vault" / "work" / OP
    folder.mkdir(parents=True)
    (folder / "partial.work").write_bytes(note)


async def test_an_export_needs_no_space_in_the_vault(place: Place) -> None:
    out = await with_history(place)

    def full(name: str, _: int) -> None:
        if name == "make_folder":
            raise OSError(errno.ENOSPC, "full")

    place.wire.watch = full
    await place.manager.export(out / "all.zip")

    place.wire.watch = None
    assert [path.name for path in out.iterdir()] == ["all.zip"]
