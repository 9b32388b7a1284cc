"""What happens to a file, and what its history says, for every kind of change."""

from __future__ import annotations

import stat
from collections.abc import Callable

import pytest

from app.domain.errors import (
    FileChangedError,
    FileError,
    FileExistsAlreadyError,
    FileMissingError,
    FileTooLargeError,
    NotAFileError,
    NotFoundError,
)
from app.domain.files import FileAction, OperationType
from app.files.blobs import hash_of
from tests.files.place import Place


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old, new)


def to(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


async def test_an_edit_keeps_the_bytes_first_seen_as_version_1(place: Place) -> None:
    place.put({"report.md": b"a draft\n"})
    work = place.workspace("turn")

    version = await work.edit("report.md", replaced(b"draft", b"final"))

    assert place.files == {"report.md": b"a final\n"}
    assert version.version == 2
    assert (version.hash_before, version.hash_after) == (
        hash_of(b"a draft\n"),
        hash_of(b"a final\n"),
    )
    assert await work.version_content("report.md", 1) == b"a draft\n"
    assert await work.version_content("report.md", 2) == b"a final\n"
    assert await place.told("report.md") == ["1 seen user_upload", "2 edit skill_edit"]
    first, second = await work.versions("report.md")
    assert (first.by, first.turn_id) == ("first seen", None)
    assert (second.by, second.skill, second.turn_id) == ("files.edit", "files.edit", "turn")


async def test_a_created_file_has_its_content_as_version_1(place: Place) -> None:
    work = place.workspace()

    version = await work.create("new/folder/note.md", b"hello")

    assert place.files == {"new/folder/note.md": b"hello"}
    assert (version.version, version.action) == (1, FileAction.CREATE)
    assert version.operation is OperationType.SKILL_EDIT
    assert version.hash_before is None
    assert version.size == 5


async def test_what_someone_else_saved_becomes_a_version_before_the_next_change(
    place: Place,
) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace()
    await work.edit("a.md", to(b"two"))
    place.put({"a.md": b"theirs"})

    version = await work.edit("a.md", replaced(b"s", b"s and mine"))

    assert version.version == 4
    assert await place.told("a.md") == [
        "1 seen user_upload", "2 edit skill_edit", "3 edit external", "4 edit skill_edit",
    ]  # fmt: skip
    assert await work.version_content("a.md", 3) == b"theirs"


async def test_a_move_takes_the_history_along(place: Place) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace()
    await work.edit("a.md", to(b"two"))

    version = await work.move("a.md", "sub/b.md")

    assert place.files == {"sub/b.md": b"two"}
    assert version.metadata["moved_from"] == str(place.folder / "a.md")
    assert [v.version for v in await work.versions("sub/b.md")] == [1, 2, 3]
    assert await work.version_content("sub/b.md", 1) == b"one"
    assert [v.version for v in await work.versions("a.md")] == [1, 2, 3]  # by its old name too


async def test_a_move_into_a_folder_keeps_the_name(place: Place) -> None:
    place.put({"a.md": b"one", "sub/other.md": b""})

    await place.workspace().move("a.md", "sub")

    assert place.files["sub/a.md"] == b"one"


async def test_a_move_never_replaces_a_file(place: Place) -> None:
    place.put({"a.md": b"a", "b.md": b"b"})

    with pytest.raises(FileExistsAlreadyError):
        await place.workspace().move("a.md", "b.md")

    assert place.files == {"a.md": b"a", "b.md": b"b"}


async def test_a_new_file_in_a_moved_files_place_has_a_history_of_its_own(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"first")
    await work.move("a.md", "b.md")
    await work.create("a.md", b"second")

    assert await place.told("a.md") == ["1 create skill_edit"]
    assert await place.told("b.md") == ["1 create skill_edit", "2 move skill_edit"]


async def test_a_removed_file_leaves_the_folder_and_can_be_restored(place: Place) -> None:
    place.put({"a.md": b"precious"})
    (place.folder / "a.md").chmod(0o640)
    work = place.workspace()

    gone = await work.remove("a.md")
    assert place.files == {}
    assert (gone.action, gone.hash_after, gone.size) == (FileAction.REMOVE, None, None)
    assert await place.told("a.md") == ["1 seen user_upload", "2 remove skill_edit"]

    back = await work.restore("a.md", 1)
    assert place.files == {"a.md": b"precious"}
    assert (back.version, back.operation) == (3, OperationType.RESTORE)
    assert back.metadata["restored_from"] == 1
    assert stat.S_IMODE((place.folder / "a.md").stat().st_mode) == 0o640


async def test_a_restore_is_itself_restorable(place: Place) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace()
    await work.edit("a.md", to(b"two"))

    assert (await work.restore("a.md", 1)).version == 3
    assert place.files == {"a.md": b"one"}
    assert (await work.restore("a.md", 2)).version == 4
    assert place.files == {"a.md": b"two"}


async def test_a_removed_file_is_created_again_with_its_history(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"one")
    await work.remove("a.md")

    assert (await work.create("a.md", b"two")).version == 3
    assert await work.version_content("a.md", 1) == b"one"


async def test_a_file_that_vanished_is_noted_and_restored(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"one")
    (place.folder / "a.md").unlink()

    await work.restore("a.md", 1)

    assert place.files == {"a.md": b"one"}
    assert await place.told("a.md") == [
        "1 create skill_edit", "2 remove external", "3 restore restore",
    ]  # fmt: skip


async def test_a_file_moved_onto_a_vanished_ones_name_makes_that_one_gone(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"a")
    await work.create("b.md", b"b")
    (place.folder / "b.md").unlink()

    await work.move("a.md", "b.md")

    assert place.files == {"b.md": b"a"}
    known = {(file.path, file.present) for file in await work.tracked()}
    assert known == {(str(place.folder / "b.md"), True), (str(place.folder / "b.md"), False)}
    assert not (await place.manager.verify()).problems


async def test_an_edit_that_changes_nothing_is_refused_and_makes_no_version(place: Place) -> None:
    place.put({"a.md": b"same"})
    work = place.workspace()

    with pytest.raises(FileError, match="nothing to change") as caught:
        await work.edit("a.md", to(b"same"))

    assert caught.value.details["unchanged"] is True
    assert await work.versions("a.md") == []


async def test_a_change_that_refuses_leaves_everything_as_it_was(place: Place) -> None:
    place.put({"a.md": b"same"})

    def refuse(content: bytes) -> bytes:
        raise FileError("not like this")

    with pytest.raises(FileError, match="not like this"):
        await place.workspace().edit("a.md", refuse)

    assert place.files == {"a.md": b"same"}
    assert await place.told("a.md") == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00binary\x00", b"a\r\nb", b"no end", b"\n"])
async def test_every_kind_of_content_comes_back_exactly(place: Place, content: bytes) -> None:
    place.put({"f": content})
    work = place.workspace()
    await work.edit("f", to(b"something else"))

    await work.restore("f", 1)

    assert place.files == {"f": content}
    assert await work.version_content("f", 1) == content


@pytest.mark.parametrize(
    "name",
    [
        "two words.md", "it's \"quoted\".md", "emoji 🦊.md", "new\nline.md", "n" * 255,
        "e\u0301.md", "\u00e9.md", "-rf", "ünïcödé/ß.md", " lead", "trail ", "a\\b", "..hidden",
    ],
)  # fmt: skip
async def test_names_as_they_are_in_the_world(place: Place, name: str) -> None:
    work = place.workspace()
    await work.create(name, b"one")
    await work.edit(name, to(b"two"))
    await work.remove(name)
    await work.restore(name, 1)

    assert place.files == {name: b"one"}
    assert len(await work.versions(name)) == 4
    assert not (await place.manager.verify()).problems


async def test_a_name_that_is_not_utf8_is_kept_as_it_is(place: Place) -> None:
    name = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    place.put({name: b"one"})
    work = place.workspace()

    version = await work.edit(name, to(b"two"))
    await work.move(name, f"sub/{name}")

    assert version.filename == name
    assert place.files == {f"sub/{name}": b"two"}
    assert not (await place.manager.verify()).problems


async def test_the_mode_of_an_edited_file_is_kept(place: Place) -> None:
    place.put({"run.sh": b"#!/bin/sh\n"})
    (place.folder / "run.sh").chmod(0o751)

    await place.workspace().edit("run.sh", to(b"#!/bin/sh\nexit 0\n"))

    assert stat.S_IMODE((place.folder / "run.sh").stat().st_mode) == 0o751


async def test_a_read_only_file_is_not_edited(place: Place) -> None:
    place.put({"a.md": b"law"})
    (place.folder / "a.md").chmod(0o444)

    with pytest.raises(FileError, match="read-only"):
        await place.workspace().edit("a.md", to(b"crime"))

    assert place.files == {"a.md": b"law"}


async def test_a_file_over_the_limit_is_refused_with_the_limit(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.manipulate.MAX_BYTES", 10)
    place.put({"big": b"x" * 11})

    with pytest.raises(FileTooLargeError, match="limit is 10"):
        await place.workspace().edit("big", to(b""))
    with pytest.raises(FileError, match="limit is 10"):
        await place.workspace().create("too-big", b"x" * 11)

    assert place.files == {"big": b"x" * 11}


async def test_missing_things_are_typed_errors(place: Place) -> None:
    place.put({"a.md": b"", "sub/b.md": b""})
    work = place.workspace()

    with pytest.raises(FileMissingError):
        await work.edit("nowhere.md", to(b""))
    with pytest.raises(FileMissingError):
        await work.remove("nowhere.md")
    with pytest.raises(FileMissingError):
        await work.restore("nowhere.md", 1)
    with pytest.raises(FileMissingError):
        await work.versions("nowhere.md")
    with pytest.raises(NotAFileError):
        await work.edit("sub", to(b""))
    with pytest.raises(NotAFileError):
        await work.create("a.md/inside", b"")
    with pytest.raises(FileExistsAlreadyError):
        await work.create("sub", b"")
    await work.create("c.md", b"")
    with pytest.raises(NotFoundError):
        await work.restore("c.md", 7)


async def test_a_file_that_was_moved_says_where_it_is(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"")
    await work.move("a.md", "b.md")

    with pytest.raises(FileMissingError, match=r"moved to .*b\.md"):
        await work.restore("a.md", 1)


async def test_a_removal_itself_cannot_be_restored(place: Place) -> None:
    work = place.workspace()
    await work.create("a.md", b"")
    await work.remove("a.md")

    with pytest.raises(FileError, match="its removal"):
        await work.restore("a.md", 2)


async def test_each_change_is_announced_once_on_the_loop(place: Place) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace("turn")

    await work.edit("a.md", to(b"two"))
    await work.move("a.md", "b.md")
    await work.remove("b.md")
    await work.restore("b.md", 1)

    assert [(e.version, e.action.value) for e in place.events] == [
        (2, "edit"), (3, "move"), (4, "remove"), (5, "restore"),
    ]  # fmt: skip


async def test_a_change_bound_to_other_bytes_touches_nothing(place: Place) -> None:
    place.put({"a.md": b"approved"})
    path = str(place.folder / "a.md")
    bound = place.workspace(expected={path: hash_of(b"approved")})
    place.put({"a.md": b"changed since"})

    with pytest.raises(FileChangedError):
        await bound.edit("a.md", to(b"mine"))
    with pytest.raises(FileChangedError):
        await bound.remove("a.md")
    with pytest.raises(FileChangedError):
        await bound.move("a.md", "b.md")

    assert place.files == {"a.md": b"changed since"}
    assert await place.told("a.md") == []


async def test_a_change_bound_to_these_bytes_goes_through(place: Place) -> None:
    place.put({"a.md": b"approved"})
    path = str(place.folder / "a.md")

    await place.workspace(expected={path: hash_of(b"approved")}).edit("a.md", to(b"mine"))
    await place.workspace(expected={str(place.folder / "n.md"): None}).create("n.md", b"new")

    assert place.files == {"a.md": b"mine", "n.md": b"new"}


async def test_an_approval_covers_only_the_files_it_names(place: Place) -> None:
    place.put({"a.md": b"a", "b.md": b"b"})
    bound = place.workspace(expected={str(place.folder / "a.md"): hash_of(b"a")})

    with pytest.raises(FileChangedError, match="not among the files"):
        await bound.edit("b.md", to(b"mine"))

    assert place.files["b.md"] == b"b"


async def test_a_bound_file_that_vanished_is_a_change_too(place: Place) -> None:
    place.put({"a.md": b"a"})
    bound = place.workspace(expected={str(place.folder / "a.md"): hash_of(b"a")})
    work = place.workspace()
    await work.edit("a.md", to(b"b"))
    await work.restore("a.md", 1)
    (place.folder / "a.md").unlink()

    with pytest.raises(FileChangedError):
        await bound.edit("a.md", to(b"mine"))
    with pytest.raises(FileChangedError):
        await bound.restore("a.md", 2)


async def test_plans_touch_nothing_and_show_what_would_be(place: Place) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace("turn")

    edit = await work.plan_edit("a.md", to(b"two"))
    assert (edit.before, edit.after, edit.display) == (b"one", b"two", "a.md")
    assert edit.hash_before == hash_of(b"one")
    create = await work.plan_create("new.md", b"new")
    assert (create.before, create.after, create.hash_before) == (None, b"new", None)
    move = await work.plan_move("a.md", "b.md")
    assert (move.target, move.after) == (str(place.folder / "b.md"), b"one")
    assert (await work.plan_remove("a.md")).after is None
    assert place.files == {"a.md": b"one"}
    assert await work.tracked() == []

    await work.edit("a.md", to(b"two"))
    restore = await work.plan_restore("a.md", 1)
    assert (restore.before, restore.after) == (b"two", b"one")
    (undo,) = await work.plan_undo("turn")
    assert (undo.before, undo.after) == (b"two", b"one")
    assert place.files == {"a.md": b"two"}


async def test_a_plan_fails_where_the_change_would(place: Place) -> None:
    place.put({"a.md": b"one"})
    work = place.workspace()

    with pytest.raises(FileExistsAlreadyError):
        await work.plan_create("a.md", b"")
    with pytest.raises(FileError, match="nothing to change"):
        await work.plan_edit("a.md", to(b"one"))
    with pytest.raises(FileMissingError):
        await work.plan_restore("a.md", 1)
    with pytest.raises(NotFoundError):
        await work.plan_undo()
