"""A conflict is ended by the person: theirs, ours or both; nothing is lost whatever they choose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import (
    ConflictError,
    FileChangedError,
    FileError,
    NotFoundError,
    NotTextError,
    PathOutsideError,
    UncleanMergeError,
)
from app.domain.files import ConflictChoice, FileAction, FileConflict
from app.domain.workspace import Workspace
from app.files.blobs import hash_of
from app.files.merging import merged
from tests.files.faults import COMMIT, Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

THEIRS, OURS, MERGE = ConflictChoice.THEIRS, ConflictChoice.OURS, ConflictChoice.MERGE

BASE = b"one\r\ntwo\r\nthree\r\nfour\r\nfive"
MINE = b"one\r\ntwo\r\nthree\r\nfour\r\n5"
YOURS = b"1\r\ntwo\r\nthree\r\nfour\r\nfive"
BOTH = b"1\r\ntwo\r\nthree\r\nfour\r\n5"


async def conflict(
    place: Place,
    *,
    base: bytes = BASE,
    theirs: bytes | None = YOURS,
    act: Callable[[Workspace], Awaitable[object]] = lambda w: w.edit("a.md", lambda _: MINE),
) -> FileConflict:
    """Someone saves (or removes) a.md when ``act`` is about to change it."""
    place.put({"a.md": base})

    def meanwhile(name: str, _: int) -> None:
        if name == COMMIT and "write" in place.wire.steps:  # archived; the act comes next
            place.wire.watch = None
            if theirs is None:
                (place.folder / "a.md").unlink()
            else:
                place.put({"a.md": theirs})

    place.wire.watch = meanwhile
    with pytest.raises(ConflictError, match="both versions are kept"):
        await act(place.workspace("turn"))
    (found,) = await place.workspace().conflicts()
    return found


async def open_conflicts(place: Place) -> int:
    notes = [note.kind for note in (await place.manager.verify()).notes]
    found = await place.workspace().conflicts()
    assert notes.count("conflict") == len(found)
    return len(found)


async def test_a_conflict_says_what_each_side_has(place: Place) -> None:
    one = await conflict(place)

    assert (one.base, one.ours, one.theirs) == tuple(map(hash_of, (BASE, MINE, YOURS)))
    assert (one.path, one.their_version, one.by) == (str(place.folder / "a.md"), 2, "files.edit")
    assert one.merges


async def test_theirs_leaves_the_file_and_is_remembered(place: Place) -> None:
    one = await conflict(place)
    planned = await place.workspace().plan_resolve(one.op_id, THEIRS)
    assert planned.before == planned.after == YOURS

    standing = await place.workspace().resolve(one.op_id, THEIRS)

    assert standing is not None
    assert standing.version == 2
    assert place.files == {"a.md": YOURS}
    assert await open_conflicts(place) == 0
    await place.restart()
    assert await open_conflicts(place) == 0
    with pytest.raises(NotFoundError, match="decided already"):
        await place.workspace().resolve(one.op_id, OURS)


async def test_ours_is_a_version_on_top_of_theirs(place: Place) -> None:
    one = await conflict(place)
    planned = await place.workspace().plan_resolve(one.op_id, OURS)
    assert (planned.before, planned.after, planned.hash_before) == (YOURS, MINE, one.theirs)
    assert place.files == {"a.md": YOURS}

    made = await place.workspace().resolve(one.op_id, OURS)

    assert made is not None
    assert (made.version, made.action, made.by) == (3, FileAction.EDIT, "files.edit")
    assert made.metadata["resolves"] == one.op_id
    assert place.files == {"a.md": MINE}
    assert await open_conflicts(place) == 0
    assert await place.workspace().version_content("a.md", 2) == YOURS


async def test_a_merge_keeps_both_changes_to_the_byte(place: Place) -> None:
    one = await conflict(place)
    planned = await place.workspace().plan_resolve(one.op_id, MERGE)
    assert planned.after == BOTH

    made = await place.workspace().resolve(one.op_id, MERGE)

    assert made is not None
    assert place.files == {"a.md": BOTH}
    assert await open_conflicts(place) == 0


@pytest.mark.parametrize(
    ("ours", "error"),
    [(b"uno" + BASE[3:], UncleanMergeError), (b"\x89PNG\r\n\x1a\n", NotTextError)],
)
async def test_what_does_not_merge_is_refused_and_stays_open(
    place: Place, ours: bytes, error: type[FileError]
) -> None:
    one = await conflict(place, act=lambda work: work.edit("a.md", lambda _: ours))
    assert not one.merges

    for attempt in (place.workspace().plan_resolve, place.workspace().resolve):
        with pytest.raises(error):
            await attempt(one.op_id, MERGE)

    assert place.files == {"a.md": YOURS}
    assert await open_conflicts(place) == 1


@pytest.mark.parametrize("choice", [OURS, MERGE])
async def test_a_third_save_is_never_overwritten_by_a_decision(
    place: Place, choice: ConflictChoice
) -> None:
    one = await conflict(place)
    place.put({"a.md": b"saved once more"})

    with pytest.raises(FileChangedError, match="decide again"):
        await place.workspace().resolve(one.op_id, choice)

    assert place.files == {"a.md": b"saved once more"}
    (now,) = await place.workspace().conflicts()
    assert (now.theirs, now.their_version) == (hash_of(b"saved once more"), 3)
    await place.workspace().resolve(one.op_id, OURS)
    assert place.files == {"a.md": MINE}


async def test_a_save_in_the_instant_of_a_decision_is_not_overwritten(place: Place) -> None:
    one = await conflict(place)
    looks = 0

    def meanwhile(name: str, _: int) -> None:
        nonlocal looks
        looks += name == "open_read"
        if looks == 2:  # the first look found their bytes; this one reads them for the change
            place.wire.watch = None
            place.put({"a.md": b"saved in between"})

    place.wire.watch = meanwhile
    with pytest.raises(FileChangedError):
        await place.workspace().resolve(one.op_id, OURS)
    assert place.files == {"a.md": b"saved in between"}


async def test_an_approval_for_other_bytes_does_not_cover_a_decision(place: Place) -> None:
    one = await conflict(place)
    for expected in ({}, {one.path: hash_of(b"other")}):
        with pytest.raises(FileChangedError):
            await place.workspace(expected=expected).resolve(one.op_id, OURS)
    await place.workspace(expected={one.path: one.theirs}).resolve(one.op_id, OURS)
    assert place.files == {"a.md": MINE}


async def test_a_removal_in_conflict_can_still_be_made(place: Place) -> None:
    one = await conflict(place, act=lambda work: work.remove("a.md"))
    assert (one.ours, one.action, one.merges) == (None, FileAction.REMOVE, False)
    with pytest.raises(UncleanMergeError, match="removal"):
        await place.workspace().resolve(one.op_id, MERGE)

    made = await place.workspace().resolve(one.op_id, OURS)

    assert made is not None
    assert made.action is FileAction.REMOVE
    assert place.files == {}
    assert await place.workspace().version_content("a.md", 2) == YOURS
    assert await open_conflicts(place) == 0


@pytest.mark.parametrize("choice", [THEIRS, OURS])
async def test_ours_comes_back_where_they_removed_the_file(
    place: Place, choice: ConflictChoice
) -> None:
    one = await conflict(place, theirs=None)
    assert (one.theirs, one.their_version, one.merges) == (None, 0, False)

    made = await place.workspace().resolve(one.op_id, choice)

    assert (made is not None) == (choice is OURS)
    assert place.files == ({"a.md": MINE} if choice is OURS else {})
    assert await open_conflicts(place) == 0
    assert not (await place.manager.verify()).problems


@pytest.mark.parametrize("choice", [OURS, MERGE])
async def test_a_move_in_conflict_takes_their_bytes_along(
    place: Place, choice: ConflictChoice
) -> None:
    one = await conflict(place, act=lambda work: work.move("a.md", "b.md"))
    assert (one.action, one.target) == (FileAction.MOVE, str(place.folder / "b.md"))
    planned = await place.workspace().plan_resolve(one.op_id, choice)
    assert (planned.before, planned.after, planned.target) == (YOURS, YOURS, one.target)

    await place.workspace().resolve(one.op_id, choice)

    assert place.files == {"b.md": YOURS}
    assert await open_conflicts(place) == 0


async def test_conflicts_outside_the_folders_are_not_shown_and_not_decided(place: Place) -> None:
    one = await conflict(place)
    place.granted.revoke(place.folder)
    other = place.home.parent / "other"
    other.mkdir()
    place.granted.grant(other)

    assert await place.workspace().conflicts() == []
    with pytest.raises(PathOutsideError):
        await place.workspace().resolve(one.op_id, OURS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("choice", [THEIRS, OURS])
async def test_a_crash_at_any_step_of_a_decision_leaves_it_made_or_open(
    quick_path: Path, database: WatchedDatabase, choice: ConflictChoice
) -> None:
    outcomes = []
    for number in range(10_000):
        place = Place(quick_path / str(number), database=database)
        database.wire = place.wire
        one = await conflict(place)
        await place.manager.close()
        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire))
        with suppress(Crash):
            await place.workspace("turn").resolve(one.op_id, choice)
        await place.restart()

        is_open = bool(await place.workspace().conflicts())
        outcomes.append(is_open)
        made = MINE if choice is OURS and not is_open else YOURS
        assert place.files == {"a.md": made}, f"crashed at step {number}: {wire.steps[-6:]}"
        await place.close()
        if not wire.fired:
            break
    assert outcomes == sorted(outcomes, reverse=True)
    assert {True, False} == set(outcomes)


# -- merging by itself ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "both"),
    [
        (b"a\nb\nc\n", b"a\nb\nC\n", b"A\nb\nc\n", b"A\nb\nC\n"),
        (b"a\rb\rc", b"a\rb\rC", b"A\rb\rc", b"A\rb\rC"),
        (b"a\nb\nc\n", b"a\nb\nc", b"A\nb\nc\n", b"A\nb\nc"),
        ("ä\nb\nc\n".encode("cp1252"), "ä\nb\nü\n".encode("cp1252"), b"A\nb\nc\n",
         "A\nb\nü\n".encode("cp1252")),
        *[tuple(text.encode(code) for text in ("a\nb\n\u0a0a\n", "a\nb\nC\n", "A\r\nb\n\u0a0a\n",
          "A\r\nb\nC\n")) for code in ("utf-8", "utf-8-sig", "utf-16", "utf-32")],
        (b"", b"new\n", b"", b"new\n"),
        (b"a\nb\nc\n", b"a\nX\nc\n", b"a\nX\nc\n", b"a\nX\nc\n"),
    ],
)  # fmt: skip
def test_merged_bytes_are_exact(base: bytes, ours: bytes, theirs: bytes, both: bytes) -> None:
    assert merged(base, ours, theirs, "a.md") == both
    assert merged(base, theirs, ours, "a.md") == both


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (b"a\nb\n", b"a\nB\n", b"a\nbee\n"),
        (b"", b"mine\n", b"theirs\n"),
        (b"a\nb", b"a\nb\nmine", b"a\nb\ntheirs"),
        (b"a\nb\n", "a\nb\nc".encode("utf-16"), b"A\nb\n"),
    ],
)
def test_what_both_changed_is_no_clean_merge(base: bytes, ours: bytes, theirs: bytes) -> None:
    with pytest.raises(UncleanMergeError):
        merged(base, ours, theirs, "a.md")
