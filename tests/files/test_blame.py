"""Each line of a file knows the version that brought it in."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import FileError, NotFoundError, NotTextError
from app.files.line_matching import matching_blocks
from tests.files.place import Place


async def write(place: Place, *contents: bytes) -> None:
    """Version 1 stands there; each further content is an edit."""
    place.put({"a.md": contents[0]})
    for content in contents[1:]:
        await place.workspace(f"turn {content!r}").edit("a.md", partial(_first, content))


def _first(content: bytes, _: bytes) -> bytes:
    return content


async def told(place: Place, version: int | None = None) -> list[str]:
    lines = await place.workspace().blame("a.md", version)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    return [f"{line.version} {line.text}" for line in lines]


async def test_unchanged_lines_keep_their_version(place: Place) -> None:
    await write(place, b"a\nb\nc\n", b"a\nB\nc\n", b"0\na\nB\nc\nd", b"0\nB\nc\nd\n")

    assert await told(place) == ["3 0", "2 B", "1 c", "3 d"]
    assert await told(place, 2) == ["1 a", "2 B", "1 c"]
    (_, second, *_) = await place.workspace().blame("a.md")
    assert (second.by, second.skill, second.turn_id) == (
        "files.edit",
        "files.edit",
        "turn b'a\\nB\\nc\\n'",
    )


async def test_a_restore_brings_lines_back_as_whose_they_were(place: Place) -> None:
    await write(place, b"a\nb\n", b"a\nb2\n", b"x\n")
    await place.workspace("turn").restore("a.md", 2)
    assert await told(place) == ["1 a", "2 b2"]
    await place.workspace("turn").edit("a.md", lambda content: content + b"new\n")
    assert await told(place) == ["1 a", "2 b2", "5 new"]


async def test_moves_removals_and_new_line_ends_make_no_line_new(place: Place) -> None:
    await write(place, b"a\nb\n", b"a\r\nb\r\n", "a\r\nb\r\nä\r\n".encode("cp1252"))
    work = place.workspace("turn")
    await work.move("a.md", "b.md")
    await work.remove("b.md")
    await work.restore("b.md", 3)
    await work.edit("b.md", lambda _: "a\r\nb\r\nä\r\n".encode())
    await work.move("b.md", "a.md")

    assert await told(place) == ["1 a", "1 b", "3 ä"]


async def test_what_someone_else_wrote_is_theirs(place: Place) -> None:
    await write(place, b"a\n", b"a\nb\n")
    place.put({"a.md": b"a\ntheirs\nb\n"})
    await place.workspace("turn").edit("a.md", lambda content: content + b"c\n")

    assert await told(place) == ["1 a", "3 theirs", "2 b", "4 c"]


async def test_binary_bytes_have_no_lines(place: Place) -> None:
    await write(place, b"a\n", b"\x89PNG\r\n\x1a\n", b"a\n")

    with pytest.raises(NotTextError, match="PNG"):
        await told(place, 2)
    assert await told(place) == ["3 a"]


async def test_a_version_that_is_not_there_is_refused(place: Place) -> None:
    await write(place, b"a\n", b"b\n")
    await place.workspace("turn").remove("a.md")

    with pytest.raises(NotFoundError, match="no version 9"):
        await told(place, 9)
    with pytest.raises(FileError, match="its removal"):
        await told(place, 3)
    assert await told(place) == ["2 b"]  # what it held last
    place.put({"new.md": b"x\n"})
    with pytest.raises(NotFoundError, match="no versions yet"):
        await place.workspace().blame("new.md")


async def test_it_can_be_stopped(place: Place) -> None:
    await write(place, b"a\n", b"b\n", b"c\n")
    loop = asyncio.get_running_loop()
    steps: list[int] = []
    stopped = threading.Event()

    def stop(done: int, _: int) -> None:
        steps.append(done)
        loop.call_soon_threadsafe(lambda: (task.cancel(), loop.call_soon(stopped.set)))
        stopped.wait(10)

    path = str(place.folder / "a.md")
    task = asyncio.ensure_future(place.manager.blame(path, progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    await place.manager.close()
    assert steps == [0]


WORDS = st.lists(st.sampled_from("abcde"), max_size=40)


@given(WORDS, WORDS)
def test_matching_blocks_are_equal_lines_in_order(old: list[str], new: list[str]) -> None:
    check_blocks(old, new)


@given(st.integers(0, 3), st.lists(st.integers(0, 700), max_size=200), st.randoms())
def test_long_texts_are_matched_at_lines_that_occur_once(shift, cuts, random) -> None:  # type: ignore[no-untyped-def]
    old = [str(number % 650) for number in range(700)]
    new = ["x"] * shift + [line for number, line in enumerate(old) if number not in cuts]
    new[100:110] = random.sample(new[100:110], 10)
    blocks = check_blocks(old, new)
    assert sum(count for *_, count in blocks) >= len(old) - len(set(cuts)) - 30


def check_blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int]]:
    *blocks, end = matching_blocks(old, new)
    assert end == (len(old), len(new), 0)
    i = j = 0
    for a, b, count in blocks:
        assert count
        assert a >= i
        assert b >= j
        assert old[a : a + count] == new[b : b + count]
        i, j = a + count, b + count
    return blocks
