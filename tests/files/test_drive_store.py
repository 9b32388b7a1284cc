"""Files of Google Drive, changed through the same versions as those in folders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.drive import DriveForbiddenError, DriveFullError
from app.domain.errors import (
    ConflictError,
    FileChangedError,
    FileExistsAlreadyError,
    FileMissingError,
    NotAFileError,
)
from app.domain.files import ConflictChoice, FileAction, OperationType
from tests.files.drive_place import DrivePlace
from tests.files.place import ME
from tests.standins.google_drive import Answer, CutAfter
from tests.standins.google_drive.faults import to


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path) as made:
        yield made
        await made.stop()


def upper(content: bytes) -> bytes:
    return content.upper()


async def test_an_edit_copies_first_and_keeps_what_others_see_of_the_file(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    file.comments.append("Nice.")
    place.state.share(file.id, "friend@example.org", "writer")
    version = await place.work.edit(path, upper)
    assert file.content == b"ONE\n"
    assert (version.version, version.action) == (2, FileAction.EDIT)
    assert place.work.display(version.path) == f"{path}/notes.txt"
    assert [one.content for one in place.archived()] == [b"one\n"]
    assert file.roles["friend@example.org"] == "writer"
    assert file.comments == ["Nice."]
    assert [one.version for one in await place.work.versions(path)] == [1, 2]
    assert await place.work.version_content(path, 1) == b"one\n"
    report = await place.manager.verify()
    assert (report.problems, report.notes) == ((), ())
    asked = [one for one in place.server.requests if one.method == "DELETE"]
    assert asked == []


async def test_every_request_comes_after_the_archive(place: DrivePlace) -> None:
    _, path = place.add()
    await place.work.edit(path, upper)
    targets = [one.target.partition("?")[0] for one in place.server.requests]
    copied = next(at for at, one in enumerate(targets) if one.endswith("/copy"))
    uploaded = next(at for at, one in enumerate(targets) if "/upload/" in one)
    assert copied < uploaded


async def test_a_restore_brings_back_and_an_undo_takes_that_back(place: DrivePlace) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    turn = place.turn()
    await turn.restore(path, 1)
    assert file.content == b"one\n"
    await turn.undo()
    assert file.content == b"ONE\n"
    assert [one.version for one in await place.work.versions(path)] == [1, 2, 3, 4]


async def test_the_same_bytes_are_copied_once(place: DrivePlace) -> None:
    _, path = place.add()
    await place.work.edit(path, upper)
    await place.work.restore(path, 1)
    await place.work.edit(path, upper)
    assert sorted(one.content for one in place.archived()) == [b"ONE\n", b"one\n"]


async def test_a_new_file_appears_once_and_is_undone_into_the_trash(place: DrivePlace) -> None:
    folder = place.state.add_folder("Reports")
    turn = place.turn()
    version = await turn.create(f"drive:{folder.id}/new plan.md", b"Plan")
    (made,) = [one for one in place.state.files.values() if one.name == "new plan.md"]
    assert (made.content, made.parents, made.mime_type) == (b"Plan", [folder.id], "text/markdown")
    assert version.version == 1
    with pytest.raises(FileExistsAlreadyError):
        await place.work.create(f"drive:{folder.id}/new plan.md", b"Other")
    await turn.undo()
    assert made.explicitly_trashed
    back = await place.work.restore(f"drive:{made.id}", 1)
    assert not made.explicitly_trashed
    assert (made.content, back.version) == (b"Plan", 3)


async def test_a_removed_file_is_in_the_trash_and_comes_back_with_any_version(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    await place.work.edit(path, upper)
    await place.work.remove(path)
    assert file.explicitly_trashed
    with pytest.raises(FileMissingError):
        await place.work.read(path)
    await place.work.restore(path, 1)
    assert not file.explicitly_trashed
    assert file.content == b"one\n"
    assert [one.action for one in await place.work.versions(path)] == [
        FileAction.SEEN,
        FileAction.EDIT,
        FileAction.REMOVE,
        FileAction.RESTORE,
    ]


async def test_a_rename_and_a_move_keep_the_id_and_go_back(place: DrivePlace) -> None:
    file, path = place.add()
    folder = place.state.add_folder("Reports")
    turn = place.turn()
    version = await turn.move(path, "plan: a/b.txt".replace("/", "-"))
    assert file.name == "plan: a-b.txt"
    assert version.action is FileAction.MOVE
    await turn.move(path, f"drive:{folder.id}")
    assert file.parents == [folder.id]
    assert await place.work.read(path) == b"one\n"
    await place.turn().undo(version.turn_id)
    assert (file.name, file.parents) == ("notes.txt", [place.state.root])


async def test_what_a_colleague_saved_meanwhile_is_a_conflict_and_stays(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if "/upload/drive/v2/" in getattr(request, "target", "") and not done:
            done.append(True)
            place.state.edit(file.id, b"theirs\n")

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.edit(path, upper)
    assert file.content == b"theirs\n"
    versions = await place.work.versions(path)
    assert [one.operation for one in versions][-1] is OperationType.EXTERNAL
    assert await place.work.version_content(path, versions[-1].version) == b"theirs\n"
    (conflict,) = await place.work.conflicts()
    assert place.work.display(conflict.path) == f"{path}/notes.txt"
    assert [one.kind for one in (await place.manager.verify()).notes] == ["conflict"]


async def test_a_rename_or_a_share_meanwhile_is_no_conflict(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[str] = []

    def meanwhile(request: object) -> None:
        if "/upload/drive/v2/" in getattr(request, "target", "") and len(done) < 2:
            done.append("renamed")
            place.state.rename(file.id, f"Renamed {len(done)}")

    place.server.before = meanwhile
    await place.work.edit(path, upper)
    assert (file.content, file.name) == (b"ONE\n", "Renamed 2")


async def test_a_change_is_made_only_on_what_was_approved(place: DrivePlace) -> None:
    file, path = place.add()
    plan = await place.work.plan_edit(path, upper)
    bound = place.workspaces.bind(
        ME,
        expected={plan.path: plan.hash_before},
    )
    place.state.edit(file.id, b"other\n")
    with pytest.raises(FileChangedError):
        await bound.edit(path, upper)
    assert file.content == b"other\n"


async def test_what_drive_does_not_allow_is_said_before_anything_is_done(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    file.roles = {"colleague@example.org": "owner", "me@example.org": "reader"}
    with pytest.raises(DriveForbiddenError):
        await place.work.plan_edit(path, upper)
    with pytest.raises(DriveForbiddenError):
        await place.work.edit(path, upper)
    assert place.archived() == []


async def test_a_full_account_is_said_and_nothing_is_changed(place: DrivePlace) -> None:
    file, path = place.add()
    place.server.fail(Answer(403, "storageQuotaExceeded", "Full."), on=to("POST", "/copy"))
    with pytest.raises(DriveFullError):
        await place.work.edit(path, upper)
    assert file.content == b"one\n"
    await place.work.edit(path, upper)
    assert file.content == b"ONE\n"


async def test_folders_documents_and_shortcuts_are_no_files(place: DrivePlace) -> None:
    folder = place.state.add_folder("Reports")
    document = place.state.add(
        "Letter", mime_type="application/vnd.google-apps.presentation", exports={"text/plain": b"x"}
    )
    shortcut = place.state.add_shortcut("Link", document.id)
    for one in (folder, document, shortcut):
        with pytest.raises(NotAFileError):
            await place.work.read(f"drive:{one.id}")


async def test_what_is_in_a_folder_is_listed(place: DrivePlace) -> None:
    place.add("b.txt")
    place.state.add_folder("Reports")
    entries = await place.work.list("drive:root")
    assert [(one.is_dir, one.display.partition("/")[2]) for one in entries] == [
        (True, "Reports"),
        (False, "b.txt"),
    ]


async def test_files_of_drive_stand_among_those_with_a_history(place: DrivePlace) -> None:
    _, path = place.add()
    (place.folder / "local.txt").write_bytes(b"local")
    await place.work.edit(path, upper)
    await place.work.edit("local.txt", upper)
    assert [place.work.display(one.path) for one in await place.work.tracked()] == [
        "local.txt",
        f"{path}/notes.txt",
    ]
    (found,) = await place.work.find_tracked("NOTES")
    assert found.file.path.endswith("notes.txt")


async def test_the_kind_of_a_file_stays(place: DrivePlace) -> None:
    file = place.state.add("data", b"one\n", mime_type="application/x-special")
    await place.work.edit(f"drive:{file.id}", upper)
    assert (file.content, file.mime_type) == (b"ONE\n", "application/x-special")


async def test_the_answer_to_the_copy_is_lost_and_there_is_one(place: DrivePlace) -> None:
    file, path = place.add()
    place.server.fail(CutAfter(), on=to("POST", "/copy"))
    await place.work.edit(path, upper)
    assert file.content == b"ONE\n"
    assert [one.content for one in place.archived()] == [b"one\n"]


async def test_a_copy_of_other_bytes_is_no_archive(place: DrivePlace) -> None:
    """Someone saves just before the copy, and would put back what there was just after it."""
    file, path = place.add()
    done: list[str] = []

    def meanwhile(request: object) -> None:
        target = getattr(request, "target", "")
        if "/copy" in target and not done:
            done.append("saved")
            place.state.edit(file.id, b"theirs\n")
        elif done == ["saved"] and "/copy" not in target:
            done.append("put back")
            place.state.edit(file.id, b"one\n")

    place.server.before = meanwhile
    with pytest.raises(FileChangedError):
        await place.work.edit(path, upper)
    assert file.content == b"theirs\n"


async def test_what_was_saved_as_it_went_to_the_trash_comes_out_again(place: DrivePlace) -> None:
    file, path = place.add()
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if getattr(request, "method", "") == "PATCH" and not done:
            done.append(True)
            place.state.edit(file.id, b"theirs\n")

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.remove(path)
    assert not file.explicitly_trashed
    newest = (await place.work.versions(path))[-1]
    assert newest.operation is OperationType.EXTERNAL
    assert await place.work.version_content(path, newest.version) == b"theirs\n"


@pytest.mark.parametrize(
    ("choice", "holds"),
    [
        (ConflictChoice.THEIRS, b"one\ntwo\nTHEIRS\n"),
        (ConflictChoice.OURS, b"OURS\ntwo\nthree\n"),
        (ConflictChoice.MERGE, b"OURS\ntwo\nTHEIRS\n"),
    ],
)
async def test_a_conflict_ends_as_the_person_chooses(
    place: DrivePlace, choice: ConflictChoice, holds: bytes
) -> None:
    file, path = place.add(content=b"one\ntwo\nthree\n")
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if "/upload/drive/v2/" in getattr(request, "target", "") and not done:
            done.append(True)
            place.state.edit(file.id, b"one\ntwo\nTHEIRS\n")

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.edit(path, lambda old: old.replace(b"one", b"OURS"))
    (conflict,) = await place.work.conflicts()
    await place.work.resolve(conflict.op_id, choice)
    assert file.content == holds
    assert await place.work.conflicts() == []
    assert (await place.manager.verify()).problems == ()


async def test_who_wrote_each_line_is_known(place: DrivePlace) -> None:
    _, path = place.add(content=b"one\ntwo\n")
    await place.work.edit(path, lambda old: old + b"three\n")
    assert [line.version for line in await place.work.blame(path)] == [1, 1, 2]


async def test_one_change_is_taken_back_and_later_ones_stay(place: DrivePlace) -> None:
    file, path = place.add(content=b"one\ntwo\nthree\n")
    await place.work.edit(path, lambda old: old.replace(b"one", b"ONE"))
    await place.work.edit(path, lambda old: old.replace(b"three", b"THREE"))
    await place.work.undo_version(path, 2)
    assert file.content == b"one\ntwo\nTHREE\n"


async def test_an_undo_takes_back_what_a_turn_did_in_drive_and_in_a_folder(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    (place.folder / "local.txt").write_bytes(b"local\n")
    turn = place.turn()
    await turn.edit(path, upper)
    await turn.edit("local.txt", upper)
    await turn.undo()
    assert file.content == b"one\n"
    assert (place.folder / "local.txt").read_bytes() == b"local\n"
