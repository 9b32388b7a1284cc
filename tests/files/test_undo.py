"""A whole turn is taken back at once, whatever it did; and so is the undo."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.domain.errors import FileChangedError, FileError, NotFoundError, PathOutsideError
from app.domain.files import OperationType
from app.files.folders import GrantedFolders
from app.storage.models import Conversation
from app.storage.users import ensure_user
from tests.files.place import Place


def to(content: bytes):  # type: ignore[no-untyped-def]
    return lambda _: content


START = {"a.md": b"a", "b.md": b"b", "c.md": b"c"}


async def edit_twice(place: Place) -> None:
    work = place.workspace("turn")
    await work.edit("a.md", to(b"a2"))
    await work.edit("a.md", to(b"a3"))


async def create(place: Place) -> None:
    await place.workspace("turn").create("new/file.md", b"new")


async def remove(place: Place) -> None:
    await place.workspace("turn").remove("b.md")


async def move(place: Place) -> None:
    await place.workspace("turn").move("a.md", "sub/z.md")


async def everything(place: Place) -> None:
    work = place.workspace("turn")
    await work.edit("a.md", to(b"a2"))
    await work.move("a.md", "moved.md")
    await work.edit("moved.md", to(b"a3"))
    await work.remove("b.md")
    await work.create("d.md", b"d")
    await work.edit("d.md", to(b"d2"))


async def chain_of_names(place: Place) -> None:
    work = place.workspace("turn")
    await work.move("a.md", "z.md")
    await work.move("b.md", "a.md")
    await work.move("c.md", "b.md")


async def two_change_places(place: Place) -> None:
    work = place.workspace("turn")
    await work.move("a.md", "tmp.md")
    await work.move("b.md", "a.md")
    await work.move("tmp.md", "b.md")
    await work.edit("a.md", to(b"now in a"))


async def remove_and_make_anew(place: Place) -> None:
    work = place.workspace("turn")
    await work.remove("a.md")
    await work.create("a.md", b"other")


async def remove_and_move_there(place: Place) -> None:
    work = place.workspace("turn")
    await work.remove("a.md")
    await work.move("b.md", "a.md")


async def move_and_remove(place: Place) -> None:
    work = place.workspace("turn")
    await work.move("a.md", "z.md")
    await work.remove("z.md")


async def move_away_and_make_anew(place: Place) -> None:
    work = place.workspace("turn")
    await work.move("a.md", "z.md")
    await work.create("a.md", b"another")


async def restore(place: Place) -> None:
    await place.workspace("before").edit("a.md", to(b"earlier"))
    await place.workspace("before").restore("a.md", 1)
    await place.workspace("turn").restore("a.md", 2)


TURNS = [
    edit_twice, create, remove, move, everything, chain_of_names, two_change_places,
    remove_and_make_anew, remove_and_move_there, move_and_remove, move_away_and_make_anew, restore,
]  # fmt: skip


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.__name__)
async def test_undo_redo_and_undo_again(place: Place, turn) -> None:  # type: ignore[no-untyped-def]
    place.put(START)
    await turn(place)
    changed = place.files
    assert changed != START

    planned = await place.workspace("undo").plan_undo("turn")
    made = await place.workspace("undo").undo("turn")
    assert place.files == START
    assert len(planned) == len(made)
    assert all(v.operation is OperationType.RESTORE for v in made)
    assert all(v.metadata["undo_of"] == "turn" for v in made)

    await place.workspace("redo").undo("undo")
    assert place.files == changed

    await place.workspace("again").undo("redo")
    assert place.files == START
    assert not (await place.manager.verify()).problems


async def test_several_edits_of_a_file_are_undone_by_one_version(place: Place) -> None:
    place.put(START)
    await edit_twice(place)

    (version,) = await place.workspace("undo").undo("turn")

    assert version.version == 4
    assert version.metadata["restored_from"] == 1


async def test_undo_without_a_turn_goes_further_back_each_time(place: Place) -> None:
    place.put(START)
    await place.workspace("one").edit("a.md", to(b"a1"))
    await place.workspace("two").edit("b.md", to(b"b2"))

    await place.workspace("u1").undo()
    assert place.files == {**START, "a.md": b"a1"}
    await place.workspace("u2").undo()
    assert place.files == START
    with pytest.raises(NotFoundError, match="nothing to undo"):
        await place.workspace("u3").undo()


async def test_an_undone_undo_makes_the_turn_the_newest_again(place: Place) -> None:
    place.put(START)
    await place.workspace("one").edit("a.md", to(b"a1"))
    await place.workspace("u1").undo()
    await place.workspace("r1").undo("u1")
    assert place.files["a.md"] == b"a1"

    await place.workspace("u2").undo()

    assert place.files == START


async def test_an_undo_outside_a_turn_can_be_undone_by_its_own_id(place: Place) -> None:
    place.put(START)
    await place.workspace("one").edit("a.md", to(b"a1"))

    (version,) = await place.workspace(None).undo()
    assert place.files == START
    assert version.turn_id is not None
    await place.workspace(None).undo(version.turn_id)

    assert place.files["a.md"] == b"a1"


async def test_a_conversation_undoes_its_own_turns_only(place: Place) -> None:
    def converse() -> None:
        user = ensure_user(place.database, "me")
        now = place.clock.now()
        for name in ("mine", "other"):
            Conversation.create(id=name, user_id=user, created_at=now, updated_at=now)

    await asyncio.to_thread(place.database.write, converse)
    place.put(START)
    await place.workspace("one", conversation="mine").edit("a.md", to(b"a1"))
    await place.workspace("two", conversation="other").edit("b.md", to(b"b2"))

    await place.workspace("undo", conversation="mine").undo()

    assert place.files == {**START, "b.md": b"b2"}


async def test_a_file_changed_since_stops_the_whole_undo(place: Place) -> None:
    place.put(START)
    await everything(place)
    place.put({"moved.md": b"edited by the person"})
    changed = place.files

    with pytest.raises(FileChangedError):
        await place.workspace("undo").plan_undo("turn")
    with pytest.raises(FileChangedError):
        await place.workspace("undo").undo("turn")

    assert place.files == changed


@pytest.mark.parametrize("since", ["edited", "moved", "removed", "place taken"])
async def test_what_a_later_turn_did_stops_the_undo(place: Place, since: str) -> None:
    place.put(START)
    await place.workspace("turn").edit("a.md", to(b"a2"))
    await place.workspace("turn").remove("b.md")
    later = place.workspace("later")
    if since == "edited":
        await later.edit("a.md", to(b"a3"))
    elif since == "moved":
        await later.move("a.md", "z.md")
    elif since == "removed":
        await later.remove("a.md")
    else:
        await later.create("b.md", b"something new")
    changed = place.files

    with pytest.raises(FileChangedError):
        await place.workspace("undo").undo("turn")

    assert place.files == changed


async def test_a_later_turn_that_was_undone_is_no_obstacle(place: Place) -> None:
    place.put(START)
    await place.workspace("turn").edit("a.md", to(b"a2"))
    await place.workspace("later").edit("a.md", to(b"a3"))
    await place.workspace("u1").undo("later")

    await place.workspace("u2").undo("turn")

    assert place.files == START


async def test_what_is_undone_is_not_undone_twice(place: Place) -> None:
    place.put(START)
    await edit_twice(place)
    await place.workspace("u1").undo("turn")

    with pytest.raises(FileError, match="undone already"):
        await place.workspace("u2").undo("turn")


async def test_a_turn_that_left_everything_as_it_was_is_passed_over(place: Place) -> None:
    place.put(START)
    await place.workspace("one").edit("a.md", to(b"a1"))
    await place.workspace("two").create("x.md", b"x")
    await place.workspace("two").remove("x.md")

    await place.workspace("undo").undo()

    assert place.files == START


async def test_a_turn_that_changed_nothing_is_not_found(place: Place) -> None:
    with pytest.raises(NotFoundError):
        await place.workspace("undo").undo("never")


async def test_an_undo_stays_inside_the_granted_folders(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.md").write_bytes(b"x")
    place.granted.grant(other)
    await place.workspace("turn").edit("x.md", to(b"x2"))
    place.granted.revoke(other)

    with pytest.raises(PathOutsideError):
        await place.workspace("undo").undo("turn")

    assert (other / "x.md").read_bytes() == b"x2"


async def test_an_approved_undo_is_bound_to_what_was_shown(place: Place) -> None:
    place.put(START)
    await everything(place)
    planned = await place.workspace("undo").plan_undo("turn")
    targets = {change.path: change.hash_before for change in planned}

    wrong = {**targets, planned[0].path: "0" * 64}
    with pytest.raises(FileChangedError):
        await place.workspace("undo", expected=wrong).undo("turn")
    assert place.files != START

    await place.workspace("undo", expected=targets).undo("turn")
    assert place.files == START


async def test_a_removed_scripts_mode_comes_back_with_the_undo(place: Place) -> None:
    place.put({"run.sh": b"#!/bin/sh\n"})
    (place.folder / "run.sh").chmod(0o755)
    await place.workspace("turn").remove("run.sh")

    await place.workspace("undo").undo()

    assert (place.folder / "run.sh").stat().st_mode & 0o777 == 0o755


async def test_folders_can_be_regranted_between_turn_and_undo(place: Place) -> None:
    place.put(START)
    await edit_twice(place)
    place.granted = GrantedFolders([place.folder])
    place.start()

    await place.workspace("undo").undo("turn")

    assert place.files == START
