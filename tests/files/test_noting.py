"""What someone else did to a file becomes a version when the manager is told to look."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import FileError
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place


async def test_a_change_outside_becomes_a_version(place: Place) -> None:
    await place.workspace().create("a.md", b"mine")
    del place.events[:]
    place.put({"a.md": b"theirs"})
    path = str(place.folder / "a.md")

    version = await place.manager.note(path)

    assert version is not None
    assert version == place.events[-1]
    assert await place.told("a.md") == ["1 create skill_edit", "2 edit external"]
    assert await place.workspace().version_content("a.md", 2) == b"theirs"
    assert await place.manager.note(path) is None
    assert (await place.manager.verify()).problems == ()
    assert (await place.workspace().restore("a.md", 1)).version == 3


async def test_a_file_without_a_history_is_noted_only_when_asked(place: Place) -> None:
    place.put({"a.md": b"", "b.md": b"b"})

    assert await place.manager.note(str(place.folder / "a.md")) is None
    seen = await place.manager.note(str(place.folder / "a.md"), first_seen=True)

    assert seen is not None
    assert await place.told("a.md") == ["1 seen user_upload"]
    assert await place.told("b.md") == []
    assert await place.manager.note(str(place.folder / "a.md"), first_seen=True) is None
    assert await place.manager.note(str(place.folder / "none"), first_seen=True) is None


async def test_a_file_that_vanished_and_came_back_is_told_so(place: Place) -> None:
    await place.workspace().create("sub/a.md", b"mine")
    path = str(place.folder / "sub/a.md")
    (place.folder / "sub/a.md").unlink()
    (place.folder / "sub").rmdir()

    gone = await place.manager.note(path)
    assert gone is not None
    assert gone.hash_after is None
    assert [file.present for file in await place.manager.tracked()] == [False]
    assert await place.manager.note(path) is None

    (place.folder / "sub/a.md").mkdir(parents=True)  # a folder is not the file
    assert await place.manager.note(path) is None
    (place.folder / "sub/a.md").rmdir()
    place.put({"sub/a.md": b"back"})
    assert await place.manager.note(path) is not None
    assert await place.told("sub/a.md") == [
        "1 create skill_edit", "2 remove external", "3 create external",
    ]  # fmt: skip
    assert (await place.manager.verify()).problems == ()


async def test_a_large_file_is_noted_in_pieces(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.noting.MAX_BYTES", 10)
    place.put({"big": b"x" * 30})

    version = await place.manager.note(str(place.folder / "big"), first_seen=True)

    assert version is not None
    assert version.size == 30
    assert await place.workspace().version_content("big", 1) == b"x" * 30


async def test_nothing_in_the_vault_is_noted(place: Place) -> None:
    await place.workspace().create("a.md", b"mine")
    lock = place.home / "vault" / "lock"

    with pytest.raises(FileError, match="vault"):
        await place.manager.note(str(lock), first_seen=True)


async def test_noting_in_the_middle_of_a_change_finds_nothing_foreign(place: Place) -> None:
    await place.workspace().create("a.md", b"one")
    other = Place(place.folder.parent, database=place.database)  # another process's manager
    loop = asyncio.get_running_loop()
    noting: list[asyncio.Task[object]] = []

    async def begin() -> None:
        noting.append(asyncio.create_task(other.manager.note(str(place.folder / "a.md"))))
        done, _ = await asyncio.wait(noting, timeout=0.1)
        assert not done, "it did not wait"

    def watch(name: str, step: int) -> None:
        if name == "unlink_ours":  # exchanged; the history does not say so yet
            asyncio.run_coroutine_threadsafe(begin(), loop).result(10)

    place.wire.watch = watch
    await place.workspace().edit("a.md", lambda _: b"two")
    place.wire.watch = None

    assert await noting[0] is None
    assert await place.told("a.md") == ["1 create skill_edit", "2 edit skill_edit"]
    await other.close()


async def test_a_crash_at_any_step_of_noting_leaves_a_sound_history(
    quick_path: Path, database: WatchedDatabase
) -> None:
    for number in range(100):
        place = Place(quick_path / str(number), database=database)
        database.wire = Wire()
        await place.workspace().create("a.md", b"mine")
        place.put({"a.md": b"theirs"})
        await place.manager.close()
        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire))
        with suppress(Crash):
            await place.manager.note(str(place.folder / "a.md"))
        database.wire = Wire()
        await place.manager.close()
        place.start(WatchedFs(database.wire))
        assert not (await place.manager.recover()).operations
        await place.manager.note(str(place.folder / "a.md"))
        assert await place.told("a.md") == ["1 create skill_edit", "2 edit external"]
        assert await place.workspace().version_content("a.md", 2) == b"theirs"
        await place.manager.close()
        if not wire.fired:
            break
    assert number > 4
