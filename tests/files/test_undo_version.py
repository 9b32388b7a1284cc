"""A single step is taken back, and it alone; what later steps did stays or stands in the way."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import (
    FileChangedError,
    FileError,
    FileExistsAlreadyError,
    FileMissingError,
    NotFoundError,
)
from app.domain.files import FileVersion, OperationType
from app.files.merging import merged_if_clean
from tests.files.place import Place

LINES = b"one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
async def place(quick_path: Path) -> AsyncIterator[Place]:
    """A granted folder in memory."""
    made = Place(quick_path)
    yield made
    await made.close()


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old, new)


async def undo(place: Place, path: str, version: int) -> FileVersion:
    planned = await place.workspace("undo").plan_undo_version(path, version)
    made = await place.workspace("undo").undo_version(path, version)
    assert [change.after for change in planned] == [place.files.get(made[-1].filename)]
    assert len(made) == 1
    assert made[0].operation is OperationType.RESTORE
    assert made[0].metadata["undo_of_version"] == version
    return made[0]


async def _edit(place: Place) -> None:
    await place.workspace("turn").edit("a.md", swap(b"two", b"2"))


async def _create(place: Place) -> None:
    await place.workspace("turn").create("a.md", LINES)


async def _remove(place: Place) -> None:
    await place.workspace("turn").remove("a.md")


async def _move(place: Place) -> None:
    await place.workspace("turn").move("a.md", "b.md")


async def _restore(place: Place) -> None:
    await _edit(place)
    await place.workspace("turn").restore("a.md", 1)


async def _restore_removed(place: Place) -> None:
    await _remove(place)
    await place.workspace("turn").restore("a.md", 1)


@pytest.mark.parametrize(
    ("act", "newest"),
    [(_edit, 2), (_create, 1), (_remove, 2), (_move, 2), (_restore, 3), (_restore_removed, 3)],
)
async def test_the_newest_step_is_undone_and_the_undo_too(
    place: Place, act: Callable[[Place], Awaitable[None]], newest: int
) -> None:
    before: dict[str, bytes] = {}
    if act is not _create:
        place.put({"a.md": LINES})
        before = {"a.md": LINES}
    if act is _restore:
        before = {"a.md": LINES.replace(b"two", b"2")}
    if act is _restore_removed:
        before = {}
    await act(place)
    after = place.files
    name = next(iter(after), "a.md")

    version = await undo(place, name, newest)
    assert place.files == before
    assert version.version == newest + 1
    assert version.metadata["restored_from"] == newest - 1

    await undo(place, name, newest + 1)
    assert place.files == after
    assert not (await place.manager.verify()).problems


async def test_an_earlier_edit_is_undone_and_the_later_ones_stay(place: Place) -> None:
    place.put({"a.md": LINES})
    work = place.workspace("turn")
    await work.edit("a.md", swap(b"one", b"ONE"))
    await work.edit("a.md", swap(b"five", b"FIVE"))
    await work.edit("a.md", swap(b"three", b"THREE"))

    version = await undo(place, "a.md", 2)

    assert place.files["a.md"] == b"one\ntwo\nTHREE\nfour\nFIVE\n"
    assert version.metadata["merged"] is True
    assert version.metadata["kept_versions"] == [3, 4]
    assert "restored_from" not in version.metadata
    await undo(place, "a.md", 5)
    assert place.files["a.md"] == b"ONE\ntwo\nTHREE\nfour\nFIVE\n"


async def test_a_later_version_on_the_same_lines_stands_in_the_way(place: Place) -> None:
    place.put({"a.md": LINES})
    work = place.workspace("turn")
    await work.edit("a.md", swap(b"two", b"2"))
    await work.edit("a.md", swap(b"five", b"5"))
    await work.edit("a.md", swap(b"2", b"zwei"))
    before = place.files

    with pytest.raises(FileChangedError, match="Version 4 changed the same place") as caught:
        await work.undo_version("a.md", 2)
    assert caught.value.details["in_the_way"] == 4
    assert "Undo version 4 first" in caught.value.hint
    assert place.files == before

    await undo(place, "a.md", 4)
    await undo(place, "a.md", 2)
    assert place.files["a.md"] == LINES.replace(b"five", b"5")


async def test_what_others_saved_meanwhile_stays_too(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)
    place.put({"a.md": LINES.replace(b"two", b"2") + b"six\n"})

    await undo(place, "a.md", 2)

    assert place.files["a.md"] == LINES + b"six\n"
    assert await place.told("a.md") == [
        "1 seen user_upload", "2 edit skill_edit", "3 edit external", "4 restore restore",
    ]  # fmt: skip


async def test_what_others_saved_on_the_same_lines_stands_in_the_way(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)
    place.put({"a.md": LINES.replace(b"two", b"deux")})

    with pytest.raises(FileChangedError, match="outside Steward") as caught:
        await place.workspace("undo").undo_version("a.md", 2)

    assert "in_the_way" not in caught.value.details


async def test_a_move_is_undone_below_later_edits(place: Place) -> None:
    place.put({"a.md": LINES})
    await _move(place)
    await place.workspace("turn").edit("b.md", swap(b"two", b"2"))

    await undo(place, "b.md", 2)

    assert place.files == {"a.md": LINES.replace(b"two", b"2")}
    assert not (await place.manager.verify()).problems


async def test_an_edit_is_undone_where_the_file_stands_now(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)
    await _move(place)

    await undo(place, "a.md", 2)

    assert place.files == {"b.md": LINES}


async def _then_edited(place: Place) -> int:
    await _create(place)
    await _edit(place)
    return 1


async def _then_removed(place: Place) -> int:
    place.put({"a.md": LINES})
    await _edit(place)
    await _remove(place)
    return 2


async def _then_moved_on(place: Place) -> int:
    place.put({"a.md": LINES})
    await _move(place)
    await place.workspace("turn").move("b.md", "c.md")
    return 2


async def _then_binary(place: Place) -> int:
    place.put({"a.md": LINES})
    await _edit(place)
    await place.workspace("turn").edit("a.md", lambda content: content + b"\0")
    return 2


@pytest.mark.parametrize("later", [_then_edited, _then_removed, _then_moved_on, _then_binary])
async def test_what_cannot_be_taken_back_alone_is_refused(
    place: Place, later: Callable[[Place], Awaitable[int]]
) -> None:
    number = await later(place)
    before = place.files

    with pytest.raises(FileChangedError) as caught:
        await place.workspace("undo").undo_version("a.md", number)

    assert caught.value.details["in_the_way"] == number + 1
    assert caught.value.hint
    assert place.files == before


@pytest.mark.parametrize("act", [_edit, _move, _remove])
async def test_nothing_is_undone_twice(
    place: Place, act: Callable[[Place], Awaitable[None]]
) -> None:
    place.put({"a.md": LINES})
    await act(place)
    await undo(place, "a.md", 2)

    with pytest.raises(FileError, match="undone already") as caught:
        await place.workspace("undo").undo_version("a.md", 2)

    assert caught.value.details["undone"] is True
    assert place.files == {"a.md": LINES}


async def test_there_is_nothing_to_take_back_in_the_first_sight(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)

    with pytest.raises(FileError, match="first saw it"):
        await place.workspace("undo").undo_version("a.md", 1)
    with pytest.raises(NotFoundError, match="no version 9"):
        await place.workspace("undo").undo_version("a.md", 9)
    place.put({"b.md": b"never changed"})
    with pytest.raises(FileMissingError, match="no versions"):
        await place.workspace("undo").undo_version("b.md", 1)


@pytest.mark.parametrize("act", [_remove, _move])
async def test_a_place_that_was_taken_is_left_alone(
    place: Place, act: Callable[[Place], Awaitable[None]]
) -> None:
    place.put({"a.md": LINES})
    await act(place)
    known = next(iter(place.files), "a.md")
    place.put({"a.md": b"someone's new file"})

    with pytest.raises(FileExistsAlreadyError):
        await place.workspace("undo").undo_version(known, 2)

    assert place.files["a.md"] == b"someone's new file"


async def test_an_approved_step_is_bound_to_what_was_shown(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)
    (planned,) = await place.workspace("undo").plan_undo_version("a.md", 2)
    expected = {planned.path: planned.hash_before}
    place.put({"a.md": LINES.replace(b"two", b"2") + b"six\n"})

    with pytest.raises(FileChangedError):
        await place.workspace("undo", expected=expected).undo_version("a.md", 2)

    expected = {planned.path: hashlib.sha256(place.files["a.md"]).hexdigest()}
    await place.workspace("undo", expected=expected).undo_version("a.md", 2)
    assert place.files["a.md"] == LINES + b"six\n"


async def test_the_undo_of_turns_passes_over_what_was_undone_singly(place: Place) -> None:
    place.put({"a.md": LINES, "b.md": b"b"})
    await place.workspace("first").edit("b.md", lambda _: b"b2")
    await _edit(place)
    await undo(place, "a.md", 2)

    await place.workspace("u1").undo()
    assert place.files == {"a.md": LINES, "b.md": b"b"}

    await undo(place, "a.md", 3)  # the step is made again, and so the turn counts again
    await place.workspace("u2").undo()
    assert place.files == {"a.md": LINES, "b.md": b"b"}


async def test_a_step_undone_outside_a_turn_can_be_undone_as_a_turn(place: Place) -> None:
    place.put({"a.md": LINES})
    await _edit(place)

    (version,) = await place.workspace(None).undo_version("a.md", 2)
    assert version.turn_id is not None
    await place.workspace("undo").undo(version.turn_id)

    assert place.files["a.md"] == LINES.replace(b"two", b"2")


@pytest.mark.parametrize("mark", [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_wide_text_is_merged_by_its_own_lines(mark: tuple[str, bytes]) -> None:
    codec, bom = mark

    def wide(text: str) -> bytes:
        return bom + text.encode(codec)

    base = wide("ਊ one\r\ntwo\r\nthree\r\n")  # the first character has the byte of a line end
    ours = wide("ਊ 1\r\ntwo\r\nthree\r\n")
    theirs = wide("ਊ one\r\ntwo\r\n3")

    assert merged_if_clean(base, ours, theirs, "a.md") == wide("ਊ 1\r\ntwo\r\n3")


def test_a_small_change_in_a_long_text_is_merged() -> None:
    base = b"".join(b"line %d\n" % number for number in range(200_000))

    joined = merged_if_clean(base, base.replace(b"line 7\n", b"7\n"), base + b"more\n", "a.md")

    assert joined == base.replace(b"line 7\n", b"7\n") + b"more\n"


CONTENT = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c", b"\xff\n", b"\n"])).map(b"".join)


@given(CONTENT, CONTENT, CONTENT)
def test_a_merge_takes_each_side_where_the_other_changed_nothing(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    assert merged_if_clean(base, ours, base, "a.md") == ours
    assert merged_if_clean(base, base, theirs, "a.md") == theirs
    assert merged_if_clean(base, ours, ours, "a.md") == ours
    assert merged_if_clean(base, ours, theirs, "a.md") == merged_if_clean(
        base, theirs, ours, "a.md"
    )
