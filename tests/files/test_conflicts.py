"""Someone else saves, replaces or removes the file while Steward changes it: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import ConflictError, FileError, FileExistsAlreadyError, StewardError
from app.files.blobs import hash_of
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

OLD, MINE, THEIRS = b"old", b"mine", b"theirs, saved meanwhile"


def save_in_place(path: Path) -> None:
    path.write_bytes(THEIRS)


def save_by_rename(path: Path) -> None:
    """As most editors do."""
    temporary = path.with_name("editor.tmp")
    temporary.write_bytes(THEIRS)
    temporary.replace(path)


SAVES = {"in place": save_in_place, "by rename": save_by_rename}


def watched(place: Place, **kind: bool) -> tuple[Wire, list[int]]:
    """Count steps from here on. The list says at which step someone did something, if any."""
    wire = Wire()
    place.start(WatchedFs(wire, **kind))
    place.wire = wire
    assert isinstance(place.database, WatchedDatabase)
    place.database.wire = wire
    return wire, []


def at_step(number: int, act: Callable[[], None], done: list[int]) -> Callable[[str, int], None]:
    def watch(name: str, step: int) -> None:
        if step == number:
            done.append(step)
            act()

    return watch


async def no_problems(tmp_path: Path, database: WatchedDatabase) -> None:
    """Every invariant holds for all that a test did."""
    database.wire = Wire()
    last = Place(tmp_path / "last", database=database, home=tmp_path / "home")
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
    tmp_path: Path,
    database: WatchedDatabase,
    save: Callable[[Path], None],
    atomic: bool,
) -> None:
    conflicts = 0
    for number in range(10_000):
        place = Place(tmp_path / str(number), database=database, home=tmp_path / "home")
        place.put({"a.md": OLD})
        wire, saved = watched(place, atomic=atomic)
        wire.watch = at_step(number, lambda: save(place.folder / "a.md"), saved)
        failure: StewardError | None = None
        try:
            await place.workspace("turn").edit("a.md", lambda content: content + MINE)
        except StewardError as error:
            failure = error
        wire.watch = None
        try:
            kept = await everything_ever(place)
            if saved:
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
        except AssertionError as wrong:
            wrong.add_note(f"saved at step {number}: {wire.steps[max(0, number - 3) : number + 2]}")
            raise
        finally:
            await place.close()
        if not saved:
            await no_problems(tmp_path, database)
            break
    assert conflicts > 5


@pytest.mark.timeout(300)
@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
async def test_a_save_before_any_step_of_a_removal_is_never_lost(
    tmp_path: Path, database: WatchedDatabase, save: Callable[[Path], None]
) -> None:
    conflicts = 0
    for number in range(10_000):
        place = Place(tmp_path / str(number), database=database, home=tmp_path / "home")
        place.put({"a.md": OLD})
        wire, saved = watched(place)
        wire.watch = at_step(number, lambda: save(place.folder / "a.md"), saved)
        try:
            await place.workspace("turn").remove("a.md")
        except ConflictError:
            conflicts += 1
        wire.watch = None
        try:
            kept = await everything_ever(place)
            assert OLD in kept or THEIRS in kept
            if saved:
                assert THEIRS in kept
            assert set(place.files) <= {"a.md"}
        except AssertionError as wrong:
            wrong.add_note(f"saved at step {number}: {wire.steps[max(0, number - 3) : number + 2]}")
            raise
        finally:
            await place.close()
        if not saved:
            await no_problems(tmp_path, database)
            break
    assert conflicts > 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["rename", "no exchange", "across disks"])
async def test_a_save_before_any_step_of_a_move_is_never_lost(
    tmp_path: Path, database: WatchedDatabase, kind: str
) -> None:
    for number in range(10_000):
        place = Place(tmp_path / str(number), database=database, home=tmp_path / "home")
        place.put({"a.md": OLD, "sub/x": b""})
        wire, saved = watched(
            place, atomic=kind != "no exchange", one_device=kind != "across disks"
        )
        wire.watch = at_step(number, lambda: save_by_rename(place.folder / "a.md"), saved)
        try:
            await place.workspace("turn").move("a.md", "sub/b.md")
        except (ConflictError, FileError):
            pass
        wire.watch = None
        try:
            contents = set(place.files.values()) | await everything_ever(place)
            if saved:
                assert THEIRS in contents
            assert OLD in contents or THEIRS in contents
            assert set(place.files) <= {"a.md", "sub/b.md", "sub/x"}
        except AssertionError as wrong:
            wrong.add_note(f"saved at step {number}: {wire.steps[max(0, number - 3) : number + 2]}")
            raise
        finally:
            await place.close()
        if not saved:
            await no_problems(tmp_path, database)
            break


@pytest.mark.timeout(300)
@pytest.mark.parametrize("atomic", [True, False], ids=["exchange", "no exchange"])
async def test_a_file_that_appears_during_a_creation_is_never_replaced(
    tmp_path: Path, database: WatchedDatabase, atomic: bool
) -> None:
    refusals = 0
    for number in range(10_000):
        place = Place(tmp_path / str(number), database=database, home=tmp_path / "home")
        wire, saved = watched(place, atomic=atomic)
        wire.watch = at_step(number, lambda: save_by_rename(place.folder / "a.md"), saved)
        refused = False
        try:
            await place.workspace("turn").create("a.md", MINE)
        except FileExistsAlreadyError:
            refused = True
            refusals += 1
        except ConflictError:
            pass  # saved over ours in the instant after it was placed
        wire.watch = None
        try:
            if saved:
                assert place.files == {"a.md": THEIRS}
            assert set(place.files) == {"a.md"}
        except AssertionError as wrong:
            wrong.add_note(f"saved at step {number}: {wire.steps[max(0, number - 3) : number + 2]}")
            raise
        finally:
            await place.close()
        if not saved:
            await no_problems(tmp_path, database)
            break
    assert refusals > 5


async def test_a_crash_after_someone_saved_notes_their_bytes_once(
    tmp_path: Path, database: WatchedDatabase
) -> None:
    """They save just before the exchange, and the process dies at every step after it."""
    for crash in range(10_000):
        place = Place(tmp_path / str(crash), database=database, home=tmp_path / "home")
        place.put({"a.md": OLD})
        wire, saved = watched(place)

        def save_then_crash(name: str, step: int) -> None:
            if name == "exchange" and not saved:
                saved.append(step)
                save_by_rename(place.folder / "a.md")
                wire.crash_at = step + 1 + crash

        wire.watch = save_then_crash
        with pytest.raises((Crash, ConflictError)):
            await place.workspace("turn").edit("a.md", lambda _: MINE)
        wire.watch = None
        crashed = wire.dead
        await place.restart()
        try:
            assert place.files == {"a.md": THEIRS}
            told = await place.told("a.md")
            assert told == ["1 seen user_upload", "2 edit external"]
        except AssertionError as wrong:
            wrong.add_note(f"crashed {crash} steps after the exchange: {wire.steps[-4:]}")
            raise
        finally:
            await place.close()
        if not crashed:
            await no_problems(tmp_path, database)
            break
    assert crash > 10


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
