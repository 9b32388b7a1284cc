"""A disk that takes ``a.md`` and ``A.md`` for one name: a file gets its capital letters."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import FileExistsAlreadyError
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place


class Caseless(WatchedFs):
    """A double of such a disk over one that is not: every name stands for the one listed."""

    def _real(self, folder: int, name: str) -> str:
        fits = [one for one in os.listdir(folder) if one.casefold() == name.casefold()]
        return fits[0] if fits else name

    def stat(self, folder: int, name: str) -> os.stat_result:
        return super().stat(folder, self._real(folder, name))

    def open_read(self, folder: int, name: str) -> int:
        return super().open_read(folder, self._real(folder, name))

    def rename_aside(self, folder: int, name: str, to_name: str) -> None:
        super().rename_aside(folder, self._real(folder, name), to_name)

    def rename_no_replace(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        if self._real(to_folder, to_name) in os.listdir(to_folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        super().rename_no_replace(folder, self._real(folder, name), to_folder, to_name)


async def renamed(place: Place, fs: Any) -> None:
    await place.manager.close()
    place.start(fs)
    place.put({"a.md": b"text"})
    await place.workspace("turn").move("a.md", "A.md")


async def test_a_file_gets_its_capital_letter(place: Place) -> None:
    await renamed(place, Caseless(Wire()))

    assert place.files == {"A.md": b"text"}
    assert await place.told("A.md") == ["1 seen user_upload", "2 move skill_edit"]
    await place.workspace("undo").undo("turn")
    assert place.files == {"a.md": b"text"}


async def test_two_names_of_one_file_are_not_taken_for_one(place: Place) -> None:
    place.put({"a.md": b"text"})
    os.link(place.folder / "a.md", place.folder / "A.md")

    with pytest.raises(FileExistsAlreadyError):
        await place.workspace("turn").move("a.md", "A.md")

    assert place.files == {"a.md": b"text", "A.md": b"text"}


async def test_a_crash_leaves_one_spelling_or_the_other(
    quick_path: Path, database: WatchedDatabase
) -> None:
    outcomes = []
    for number in range(200):
        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = Wire()
        place = Place(quick_path / str(number), database=database)
        database.wire = wire
        with suppress(Crash):
            await renamed(place, Caseless(wire))
        await place.manager.close()
        database.wire = Wire()
        place.start(Caseless(database.wire))
        await place.manager.recover()
        assert place.files in ({"a.md": b"text"}, {"A.md": b"text"}), wire.steps[-4:]
        outcomes.append("A.md" in place.files)
        known = [file.path for file in await place.workspace().tracked() if file.present]
        assert known in ([], [str(place.folder / name) for name in place.files])
        await place.manager.close()
        if not wire.fired:
            break
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert outcomes == sorted(outcomes)
