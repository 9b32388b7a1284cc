"""Someone else saves, replaces or removes the file while Steward changes it: nothing is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import ConflictError, FileError, FileExistsAlreadyError, StewardError
from app.files.blobs import hash_of
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

OLD, MINE, THEIRS = b"old", b"mine", b"theirs, saved meanwhile"


def save_in_place(path: Path) -> None:
    path.write_bytes(THEIRS)


def save_by_rename(path: Path, content: bytes = THEIRS) -> None:
    """As most editors do."""
    temporary = path.with_name("editor.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


SAVES = {"in place": save_in_place, "by rename": save_by_rename}


class Someone:
    """Does something at one step of what Steward does, and remembers that they did."""

    def __init__(self, place: Place, at: int, act: Callable[[Path], None], **kind: bool) -> None:
        self.wire = Wire()
        self.did = False
        self._path = place.folder / "a.md"
        self._at = at
        self._act = act
        self.wire.watch = self._watch
        place.start(WatchedFs(self.wire, **kind))
        place.wire = self.wire
        assert isinstance(place.database, WatchedDatabase)
        place.database.wire = self.wire

    def _watch(self, name: str, step: int) -> None:
        if step == self._at:
            self.did = True
            self._act(self._path)

    def rest(self) -> None:
        self.wire.watch = None


Attempt = Callable[[Place, int], Awaitable[Someone]]


async def at_every_step(quick_path: Path, database: WatchedDatabase, attempt: Attempt) -> None:
    """Call ``attempt`` with step 0, 1, 2 … until there is no such step; then verify all."""
    home = quick_path / "home"
    for number in range(10_000):
        place = Place(quick_path / str(number), database=database, home=home)
        try:
            someone = await attempt(place, number)
        except AssertionError as wrong:
            wrong.add_note(f"at step {number}: {place.wire.steps[max(0, number - 3) : number + 2]}")
            raise
        finally:
            await place.close()
        if not someone.did:
            break
    database.wire = Wire()
    last = Place(quick_path / "last", database=database, home=home)
    try:
        report = await last.manager.verify()
        assert report.problems == ()
        assert {note.kind for note in report.notes} <= {"conflict", "outside"}
    finally:
        await last.close()


async def everything_ever(place: Place) -> set[bytes]:
    """Bytes in the folder and in every version of a.md."""
    found = set(place.files.values())
    work = place.workspace()
    for version in await work.versions("a.md"):
        if version.hash_after is not None:
            found.add(await work.version_content("a.md", version.version))
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
@pytest.mark.parametrize("atomic", [True, False], ids=["exchange", "no exchange"])
async def test_a_save_before_any_step_of_an_edit_is_never_lost(
    quick_path: Path,
    database: WatchedDatabase,
    save: Callable[[Path], None],
    atomic: bool,
) -> None:
    conflicts = 0

    async def attempt(place: Place, number: int) -> Someone:
        nonlocal conflicts
        place.put({"a.md": OLD})
        someone = Someone(place, number, save, atomic=atomic)
        failure: StewardError | None = None
        try:
            await place.workspace("turn").edit("a.md", lambda content: content + MINE)
        except StewardError as error:
            failure = error
        someone.rest()
        kept = await everything_ever(place)
        if someone.did:
            assert THEIRS in kept
        if failure is not None:
            conflicts += 1
            assert isinstance(failure, ConflictError)
            assert failure.details["theirs"] == hash_of(THEIRS)
            assert place.files == {"a.md": THEIRS}
            assert [event.operation.value for event in place.events] == ["external"]
            ours = str(failure.details["ours"])
            assert place.manager.plans.content(ours) == OLD + MINE
        elif place.files["a.md"] == THEIRS:  # saved when the change was whole
            assert OLD + MINE in kept
        else:
            assert place.files in ({"a.md": OLD + MINE}, {"a.md": THEIRS + MINE})
        assert set(place.files) == {"a.md"}
        return someone

    await at_every_step(quick_path, database, attempt)
    assert conflicts > 5


@pytest.mark.timeout(300)
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
async def test_a_save_before_any_step_of_a_removal_is_never_lost(
    quick_path: Path, database: WatchedDatabase, save: Callable[[Path], None]
) -> None:
    conflicts = 0

    async def attempt(place: Place, number: int) -> Someone:
        nonlocal conflicts
        place.put({"a.md": OLD})
        someone = Someone(place, number, save)
        try:
            await place.workspace("turn").remove("a.md")
        except ConflictError:
            conflicts += 1
        someone.rest()
        kept = await everything_ever(place)
        assert OLD in kept or THEIRS in kept
        if someone.did:
            assert THEIRS in kept
        assert set(place.files) <= {"a.md"}
        return someone

    await at_every_step(quick_path, database, attempt)
    assert conflicts > 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["rename", "no exchange", "across disks"])
async def test_a_save_before_any_step_of_a_move_is_never_lost(
    quick_path: Path, database: WatchedDatabase, kind: str
) -> None:
    async def attempt(place: Place, number: int) -> Someone:
        place.put({"a.md": OLD, "sub/x": b""})
        someone = Someone(
            place,
            number,
            save_by_rename,
            atomic=kind != "no exchange",
            one_device=kind != "across disks",
        )
        with suppress(FileError):
            await place.workspace("turn").move("a.md", "sub/b.md")
        someone.rest()
        contents = set(place.files.values()) | await everything_ever(place)
        if someone.did:
            assert THEIRS in contents
        assert OLD in contents or THEIRS in contents
        assert set(place.files) <= {"a.md", "sub/b.md", "sub/x"}
        return someone

    await at_every_step(quick_path, database, attempt)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("atomic", [True, False], ids=["exchange", "no exchange"])
async def test_a_file_that_appears_during_a_creation_is_never_replaced(
    quick_path: Path, database: WatchedDatabase, atomic: bool
) -> None:
    refusals = 0

    async def attempt(place: Place, number: int) -> Someone:
        nonlocal refusals
        someone = Someone(place, number, save_by_rename, atomic=atomic)
        try:
            await place.workspace("turn").create("a.md", MINE)
        except FileExistsAlreadyError:
            refusals += 1
        except ConflictError as error:  # saved over ours in the instant after it was placed
            ours = str(error.details["ours"])
            if place.manager.plans.content(ours) != MINE:
                raise
        someone.rest()
        assert place.files == {"a.md": THEIRS if someone.did else MINE}
        return someone

    await at_every_step(quick_path, database, attempt)
    assert refusals > 5


@pytest.mark.parametrize("atomic", [True, False], ids=["exchange", "no exchange"])
async def test_two_saves_in_a_row_around_the_exchange_are_both_kept(
    quick_path: Path, database: WatchedDatabase, atomic: bool
) -> None:
    """They save in the instant before the exchange, and once more at any step after it."""
    again = b"theirs, once more"

    async def attempt(place: Place, number: int) -> Someone:
        place.put({"a.md": OLD})
        someone = Someone(place, -1, save_by_rename, atomic=atomic)
        first = 0

        def save_twice(name: str, step: int) -> None:
            nonlocal first
            if name == ("exchange" if atomic else "rename_aside") and not first:
                first = step
                save_by_rename(place.folder / "a.md")
            if first and step == first + 1 + number:
                someone.did = True
                save_by_rename(place.folder / "a.md", again)

        someone.wire.watch = save_twice
        with pytest.raises(ConflictError):
            await place.workspace("turn").edit("a.md", lambda _: MINE)
        someone.rest()
        assert {OLD, THEIRS} <= await everything_ever(place)
        assert place.files == {"a.md": again if someone.did else THEIRS}
        return someone

    await at_every_step(quick_path, database, attempt)


async def test_a_crash_after_someone_saved_notes_their_bytes_once(
    quick_path: Path, database: WatchedDatabase
) -> None:
    """They save just before the exchange, and the process dies at every step after it."""

    async def attempt(place: Place, number: int) -> Someone:
        place.put({"a.md": OLD})
        someone = Someone(place, -1, save_by_rename)

        def save_then_crash(name: str, step: int) -> None:
            if name == "exchange" and someone.wire.crash_at is None:
                save_by_rename(place.folder / "a.md")
                someone.wire.crash_at = step + 1 + number

        someone.wire.watch = save_then_crash
        with pytest.raises((Crash, ConflictError)):
            await place.workspace("turn").edit("a.md", lambda _: MINE)
        someone.did = someone.wire.dead
        await place.restart()
        assert place.files == {"a.md": THEIRS}
        assert await place.told("a.md") == ["1 seen user_upload", "2 edit external"]
        return someone

    await at_every_step(quick_path, database, attempt)


async def test_a_save_seen_in_time_is_not_moved_even_for_a_moment(place: Place) -> None:
    place.put({"a.md": OLD})

    def save_before_the_look(name: str, step: int) -> None:
        if name == "copy_attributes":
            save_by_rename(place.folder / "a.md")

    place.wire.watch = save_before_the_look
    with pytest.raises(ConflictError):
        await place.workspace().edit("a.md", lambda _: MINE)
    place.wire.watch = None

    assert "exchange" not in place.wire.steps
    assert place.files == {"a.md": THEIRS}


async def test_a_removal_by_someone_else_is_a_conflict_with_our_bytes_kept(place: Place) -> None:
    place.put({"a.md": OLD})

    def remove_before_exchange(name: str, step: int) -> None:
        if name == "exchange":
            (place.folder / "a.md").unlink(missing_ok=True)

    place.wire.watch = remove_before_exchange
    with pytest.raises((ConflictError, FileError)):
        await place.workspace().edit("a.md", lambda _: MINE)
    place.wire.watch = None

    assert place.files == {}
    assert await place.workspace().version_content("a.md", 1) == OLD
    assert not (await place.manager.verify()).problems


async def test_a_conflict_is_settled_by_the_next_change(place: Place) -> None:
    place.put({"a.md": OLD})

    def save_before_exchange(name: str, step: int) -> None:
        if name == "exchange" and place.files["a.md"] == OLD:
            save_by_rename(place.folder / "a.md")

    place.wire.watch = save_before_exchange
    with pytest.raises(ConflictError, match="both versions are kept"):
        await place.workspace().edit("a.md", lambda _: MINE)
    place.wire.watch = None
    assert [note.kind for note in (await place.manager.verify()).notes] == ["conflict"]

    await place.workspace().edit("a.md", lambda content: content + MINE)

    assert place.files == {"a.md": THEIRS + MINE}
    assert (await place.manager.verify()).notes == ()
