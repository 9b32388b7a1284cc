"""A whole folder is moved in one step; nothing in it is lost, every history goes along."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import (
    FileChangedError,
    FileError,
    FileExistsAlreadyError,
    NotAFileError,
    PathOutsideError,
)
from app.domain.files import FileAction, OperationType
from app.files import folder_rename
from app.files.fs_ops import FsOps
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

BEFORE = {
    "drafts/a.md": b"a",
    "drafts/same.md": b"a",
    "drafts/deep/er/b.md": b"b",
    "other.md": b"o",
}
AFTER = {"final/a.md": b"a", "final/same.md": b"a", "final/deep/er/b.md": b"b", "other.md": b"o"}


@pytest.fixture
async def place(quick_path: Path) -> AsyncIterator[Place]:
    """A granted folder in memory, with a folder in it."""
    made = Place(quick_path)
    made.put(BEFORE)
    yield made
    await made.close()


async def move(place: Place, path: str = "drafts", target: str = "final") -> None:
    await place.workspace("turn").move_folder(path, target)


async def test_a_folder_goes_with_all_that_is_in_it(place: Place) -> None:
    folder = place.folder / "drafts"
    (folder / "empty/inner").mkdir(parents=True)
    (folder / "link").symlink_to("../other.md")
    os.mkfifo(folder / "pipe")
    (folder / ".git/objects").mkdir(parents=True)
    (folder / ".git/objects/ab").write_bytes(b"git's own")
    await place.workspace("earlier").edit("drafts/a.md", lambda _: b"a2")

    planned = await place.workspace("turn").plan_move_folder("drafts", "final")
    versions = await place.workspace("turn").move_folder("drafts", "final")

    assert planned.folder is not None
    assert planned.folder.files == ("a.md", "deep/er/b.md", "same.md")
    assert planned.folder.others == 3
    assert place.files == {
        **AFTER, "final/a.md": b"a2", "final/.git/objects/ab": b"git's own", "final/link": b"o",
    }  # fmt: skip
    assert (place.folder / "final/empty/inner").is_dir()
    assert (place.folder / "final/link").readlink() == Path("../other.md")
    assert not folder.exists()
    assert {version.action for version in versions} == {FileAction.MOVE}
    assert {version.operation for version in versions} == {OperationType.SKILL_EDIT}
    told = ["1 seen user_upload", "2 edit skill_edit", "3 move skill_edit"]
    assert await place.told("final/a.md") == told
    assert await place.told("drafts/a.md") == told
    assert await place.told("final/deep/er/b.md") == ["1 seen user_upload", "2 move skill_edit"]
    assert not (await place.manager.verify()).problems


async def test_every_file_of_a_moved_folder_can_be_restored(place: Place) -> None:
    await move(place)
    await place.workspace().edit("final/same.md", lambda _: b"changed")

    await place.workspace().restore("final/same.md", 1)

    assert place.files == AFTER
    assert await place.workspace().version_content("final/deep/er/b.md", 1) == b"b"


async def test_a_folder_goes_into_a_folder_that_is_there(place: Place) -> None:
    (place.folder / "archive").mkdir()

    await move(place, target="archive")
    await move(place, "archive/drafts", "new/place/final")

    assert "new/place/final/deep/er/b.md" in place.files
    assert (place.folder / "archive").is_dir()


async def test_a_folder_without_files_is_moved_too(place: Place) -> None:
    (place.folder / "empty/inner").mkdir(parents=True)

    assert await place.workspace("turn").move_folder("empty", "new/full") == []

    assert (place.folder / "new/full/inner").is_dir()
    assert not (place.folder / "empty").exists()


async def _taken(place: Place) -> tuple[str, str]:
    place.put({"final": b"a file"})
    return "drafts", "final"


async def _into_itself(place: Place) -> tuple[str, str]:
    return "drafts", "drafts/deep/drafts"


async def _itself(place: Place) -> tuple[str, str]:
    return "drafts", "drafts"


async def _granted(place: Place) -> tuple[str, str]:
    return str(place.folder), "final"


async def _holds_a_granted_one(place: Place) -> tuple[str, str]:
    place.granted.grant(place.folder / "drafts/deep")
    return "drafts", "final"


async def _a_file(place: Place) -> tuple[str, str]:
    return "other.md", "final"


async def _outside(place: Place) -> tuple[str, str]:
    return "drafts", "../final"


@pytest.mark.parametrize(
    ("case", "error"),
    [
        (_taken, FileExistsAlreadyError),
        (_into_itself, FileError),
        (_itself, FileError),
        (_granted, FileError),
        (_holds_a_granted_one, FileError),
        (_a_file, NotAFileError),
        (_outside, PathOutsideError),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(place: Place, case, error) -> None:  # type: ignore[no-untyped-def]
    path, target = await case(place)
    before = place.files

    with pytest.raises(error) as planned:
        await place.workspace("turn").plan_move_folder(path, target)
    with pytest.raises(error) as caught:
        await place.workspace("turn").move_folder(path, target)

    assert str(planned.value) == str(caught.value)
    assert place.files == before


async def test_removing_a_folder_says_what_to_do(place: Place) -> None:
    for refused in (
        place.workspace().remove("drafts"),
        place.workspace().restore("drafts", 1),
        place.workspace().move("drafts", "final"),
    ):
        with pytest.raises(FileError) as caught:
            await refused
        assert caught.value.hint or "versions" in caught.value.message
    assert place.files == BEFORE


async def test_too_many_files_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_rename, "MAX_FILES", 2)

    with pytest.raises(FileError, match="more than 2 files") as caught:
        await move(place)

    assert "subfolders" in caught.value.hint
    assert place.files == BEFORE


async def test_another_disk_is_refused(place: Place) -> None:
    class TwoDisks(FsOps):
        def rename_no_replace(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    place.start(TwoDisks())

    with pytest.raises(FileError, match="another disk"):
        await move(place, target="new/final")

    assert place.files == BEFORE
    assert not (place.folder / "new").exists()
    assert not (await place.manager.verify()).problems


@pytest.mark.parametrize("atomic", [True, False])
async def test_what_comes_in_the_way_at_the_last_moment_is_not_overwritten(
    place: Place, atomic: bool
) -> None:
    wire = Wire()
    place.start(WatchedFs(wire, atomic=atomic))

    def someone(name: str, _number: int) -> None:
        if name == "rename_no_replace":
            place.put({"final/mine.md": b"mine"})

    wire.watch = someone

    with pytest.raises(FileError):
        await move(place)

    assert place.files == {**BEFORE, "final/mine.md": b"mine"}
    assert await place.told("drafts/a.md") == ["1 seen user_upload"]


async def test_a_file_that_is_not_in_the_folder_any_more_does_not_hinder(place: Place) -> None:
    await place.workspace().edit("drafts/a.md", lambda _: b"a2")
    (place.folder / "drafts/a.md").unlink()

    await move(place)

    assert place.files == {k: v for k, v in AFTER.items() if k != "final/a.md"}
    assert not (await place.manager.verify()).problems


async def test_an_approval_holds_for_the_files_that_were_shown(place: Place) -> None:
    planned = await place.workspace().plan_move_folder("drafts", "final")
    expected = {planned.path: planned.hash_before, str(planned.target): None}
    place.put({"drafts/new.md": b"new"})

    with pytest.raises(FileChangedError):
        await place.workspace("turn", expected=expected).move_folder("drafts", "final")
    assert "drafts/new.md" in place.files

    (place.folder / "drafts/new.md").unlink()
    await place.workspace("turn", expected=expected).move_folder("drafts", "final")
    assert place.files == AFTER


# -- undo ----------------------------------------------------------------------------------


async def test_a_folder_goes_back_in_one_step_and_so_does_the_undo(place: Place) -> None:
    (place.folder / "drafts/empty").mkdir()
    await move(place)

    (step,) = await place.workspace("undo").plan_undo("turn")
    assert step.folder is not None
    assert len(step.folder.files) == 3
    expected = {step.path: step.hash_before, str(step.target): None}
    versions = await place.workspace("undo", expected=expected).undo("turn")

    assert place.files == BEFORE
    assert (place.folder / "drafts/empty").is_dir()
    assert {version.metadata["undo_of"] for version in versions} == {"turn"}
    assert len({version.metadata["folder_move"] for version in versions}) == 1
    await place.workspace("redo").undo("undo")
    assert place.files == AFTER
    assert not (await place.manager.verify()).problems


async def test_what_the_turn_did_besides_goes_back_with_it(place: Place) -> None:
    work = place.workspace("turn")
    await work.edit("drafts/a.md", lambda _: b"a2")
    await work.move_folder("drafts", "interim")
    await work.create("interim/new.md", b"new")
    await work.edit("interim/deep/er/b.md", lambda _: b"b2")
    await work.remove("interim/same.md")
    await work.move_folder("interim", "final")
    await work.move("final/a.md", "z.md")
    changed = place.files

    await place.workspace("undo").undo("turn")
    assert place.files == BEFORE
    assert not (place.folder / "interim").exists()
    await place.workspace("redo").undo("undo")
    assert place.files == changed
    await place.workspace("again").undo("redo")
    assert place.files == BEFORE


async def test_two_folders_that_changed_places_change_back(place: Place) -> None:
    place.put({"final/x.md": b"x"})
    work = place.workspace("turn")
    await work.move_folder("drafts", "tmp")
    await work.move_folder("final", "drafts")
    await work.move_folder("tmp", "final")
    assert place.files == {**AFTER, "drafts/x.md": b"x"}

    await place.workspace("undo").undo("turn")

    assert place.files == {**BEFORE, "final/x.md": b"x"}


async def test_edits_since_stay_when_the_folder_goes_back(place: Place) -> None:
    await move(place)
    await place.workspace("later").edit("final/a.md", lambda _: b"edited")
    place.put({"final/same.md": b"edited outside"})

    await place.workspace("undo").undo("turn")

    assert place.files == {
        **BEFORE, "drafts/a.md": b"edited", "drafts/same.md": b"edited outside",
    }  # fmt: skip


async def test_files_go_back_one_by_one_where_the_folder_cannot(place: Place) -> None:
    await move(place)
    place.put({"drafts/new.md": b"someone's", "final/later.md": b"later"})

    await place.workspace("undo").undo("turn")

    assert place.files == {**BEFORE, "drafts/new.md": b"someone's", "final/later.md": b"later"}


async def test_one_file_of_the_folder_goes_back_alone(place: Place) -> None:
    await move(place)

    await place.workspace("undo").undo_version("final/a.md", 2)

    assert place.files == {
        "drafts/a.md": b"a", "final/same.md": b"a", "final/deep/er/b.md": b"b", "other.md": b"o",
    }  # fmt: skip
    await place.workspace("undo").undo("turn")
    assert place.files == BEFORE


# -- crashes -------------------------------------------------------------------------------


@pytest.mark.timeout(300)
@pytest.mark.parametrize("atomic", [True, False])
async def test_a_crash_at_any_step_leaves_the_folder_whole(
    quick_path: Path, database: WatchedDatabase, atomic: bool
) -> None:
    outcomes = []
    for number in range(10_000):
        place = Place(quick_path / f"{atomic}-{number}", database=database)
        database.wire = Wire()
        place.put(BEFORE)
        await place.workspace("earlier").edit("drafts/a.md", lambda _: b"a2")
        await place.workspace("earlier").restore("drafts/a.md", 1)
        await place.manager.close()

        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire, atomic=atomic))
        with suppress(Crash):
            await place.workspace("turn").move_folder("drafts", "new/final")
        database.wire = Wire()
        await place.manager.close()

        place.start(WatchedFs(database.wire, atomic=atomic))
        await place.manager.recover()
        after = {name.replace("final", "new/final"): content for name, content in AFTER.items()}
        try:
            assert place.files in (BEFORE, after)
            happened = place.files == after
            outcomes.append(happened)
            if not happened:
                assert not (place.folder / "new").exists()
            folder = "new/final" if happened else "drafts"
            for name in ("a.md", "same.md", "deep/er/b.md"):
                versions = await place.workspace().versions(f"{folder}/{name}")
                assert all(v.operation is not OperationType.EXTERNAL for v in versions)
                if happened:
                    assert versions[-1].path == str(place.folder / folder / name)
                    assert versions[-1].action is FileAction.MOVE
                else:
                    assert all(v.action is not FileAction.MOVE for v in versions)
            assert not (await place.manager.recover()).operations
        except AssertionError as error:
            error.add_note(f"crashed at step {number}: {wire.steps[-6:]}")
            raise
        finally:
            await place.manager.close()
        if not wire.fired:
            assert not (await _problems(place, database))
            break

    assert False in outcomes
    assert True in outcomes
    assert outcomes == sorted(outcomes)


async def _problems(place: Place, database: WatchedDatabase) -> list[str]:
    place.start(WatchedFs(database.wire))
    report = await place.manager.verify()
    await place.manager.close()
    return [
        f"{one.kind} {one.subject}" for one in report.problems if str(place.folder) in one.subject
    ]
