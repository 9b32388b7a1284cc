"""``verify`` finds every broken promise, and calls what is merely worth knowing a note."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from app.domain.files import OperationState
from app.files.blobs import hash_of
from app.files.reports import VerifyReport
from app.storage.models import File, FileOperation, FileVersionRow
from tests.files.faults import Crash, WatchedFs, Wire
from tests.files.place import Place
from tests.files.vault_bytes import add, lose, rot, stored


def kinds(report: VerifyReport) -> tuple[list[str], list[str]]:
    return [p.kind for p in report.problems], [n.kind for n in report.notes]


async def a_history(place: Place) -> None:
    place.put({"a.md": b"one", "b.md": b"b"})
    work = place.workspace("turn")
    await work.edit("a.md", lambda _: b"two")
    await work.move("b.md", "c.md")
    await work.remove("c.md")


async def test_a_sound_history_has_nothing_to_report(place: Place) -> None:
    await a_history(place)

    report = await place.manager.verify()

    assert report.ok
    assert report.notes == ()
    assert (report.files, report.versions, report.blobs) == (2, 5, 3)
    assert report.vault_bytes == len(b"one" + b"two" + b"b")


async def test_outside_edits_are_notes(place: Place) -> None:
    await a_history(place)
    place.put({"a.md": b"edited", "c.md": b"another file in a removed one's place"})
    assert kinds(await place.manager.verify()) == ([], ["outside"])

    (place.folder / "a.md").unlink()
    assert kinds(await place.manager.verify()) == ([], ["outside"])

    (place.folder / "a.md").mkdir()
    assert kinds(await place.manager.verify()) == ([], ["unreadable"])


async def test_orphan_blobs_and_parts_are_notes(place: Place) -> None:
    await a_history(place)
    orphan = add(place.home / "vault", b"orphan")
    parts = place.home / "vault" / "parts"
    parts.mkdir(exist_ok=True)
    (parts / "x.part").write_bytes(b"tor")

    assert kinds(await place.manager.verify()) == ([], ["orphan", "parts"])

    report = await place.manager.recover()
    assert report.parts_removed == 1
    assert stored(place.home / "vault")[orphan] == b"orphan"


async def test_damaged_and_missing_bytes_are_problems_and_cost_no_other_version(
    place: Place,
) -> None:
    await a_history(place)
    rot(place.home / "vault", hash_of(b"one"))
    lose(place.home / "vault", hash_of(b"b"))

    report = await place.manager.verify()

    assert kinds(report) == (["blob_damaged", "blob_missing"], [])
    assert "a.md, version 1" in report.problems[0].subject
    assert await place.workspace().version_content("a.md", 2) == b"two"


async def test_a_damaged_copy_is_made_good_and_noted(place: Place) -> None:
    text = b"".join(b"line %d of many\n" % n for n in range(1000))
    place.put({"a.md": text})
    await place.workspace().edit("a.md", lambda content: content + b"one more\n")
    vault = place.home / "vault"
    assert stored(vault / "copies") == {hash_of(text): text}
    rot(vault, hash_of(text), copies=False)

    report = await place.manager.verify()

    assert kinds(report) == ([], ["copy_mended"])
    assert "a.md, version 1" in report.notes[0].subject
    assert kinds(await place.manager.verify()) == ([], [])


async def test_something_of_ours_left_in_a_folder_is_a_problem(place: Place) -> None:
    await a_history(place)
    (place.folder / f".a.md.{'0123' * 8}.steward-swap").write_bytes(b"")

    assert kinds(await place.manager.verify()) == (["left_behind"], [])


def delete_the_second_version(place: Place) -> None:
    FileVersionRow.delete().where(
        FileVersionRow.path.endswith("a.md"), FileVersionRow.version == 1
    ).execute()


def break_the_chain(place: Place) -> None:
    FileVersionRow.update(hash_before=hash_of(b"b")).where(
        FileVersionRow.path.endswith("a.md"), FileVersionRow.version == 2
    ).execute()


def forget_the_end(place: Place) -> None:
    FileOperation.delete().where(FileOperation.state == "DONE").execute()


def misplace_the_file(place: Place) -> None:
    File.update(present=True).where(File.locator.endswith("c.md")).execute()


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (delete_the_second_version, "numbers"),
        (break_the_chain, "chain"),
        (forget_the_end, "journal"),
        (misplace_the_file, "record"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_history_that_contradicts_itself_is_a_problem(
    place: Place, harm: Callable[[Place], None], kind: str
) -> None:
    await a_history(place)

    place.database.write(lambda: harm(place))

    assert kind in kinds(await place.manager.verify())[0]


async def test_an_unfinished_change_is_a_problem_until_recovery(place: Place) -> None:
    place.put({"a.md": b"old"})
    wire = Wire()
    place.start(WatchedFs(wire))

    def crash(name: str, step: int) -> None:
        if name == "exchange":
            wire.dead = True
            raise Crash

    wire.watch = crash
    with pytest.raises(Crash):
        await place.workspace().edit("a.md", lambda _: b"new")
    await place.manager.close()
    place.start(WatchedFs(Wire()))
    assert "unfinished" in kinds(await place.manager.verify())[0]

    report = await place.manager.recover()

    (recovered,) = report.operations
    assert (recovered.found, recovered.became) == (
        OperationState.REPLACING,
        OperationState.ABORTED,
    )
    assert "taken back" in str(recovered)
    assert kinds(await place.manager.verify()) == ([], [])


async def test_a_change_on_a_disk_that_is_gone_waits_for_it(place: Place) -> None:
    """The folder disappears in the middle of a change, and comes back later."""
    place.put({"sub/a.md": b"old"})
    wire = Wire()
    place.start(WatchedFs(wire))

    def crash(name: str, step: int) -> None:
        if name == "exchange":
            wire.dead = True
            raise Crash

    wire.watch = crash
    with pytest.raises(Crash):
        await place.workspace().edit("sub/a.md", lambda _: b"new")
    await place.manager.close()
    (place.folder / "sub").rename(place.home / "unplugged")
    place.start(WatchedFs(Wire()))

    (waiting,) = (await place.manager.recover()).operations
    assert waiting.became is None
    assert "cannot be reached" in str(waiting)
    assert kinds(await place.manager.verify()) == ([], ["waiting"])

    (place.home / "unplugged").rename(place.folder / "sub")
    (recovered,) = (await place.manager.recover()).operations
    assert recovered.became is OperationState.ABORTED
    assert place.files == {"sub/a.md": b"old"}
    assert kinds(await place.manager.verify()) == ([], [])


async def test_the_log_lists_versions_of_all_files_newest_first(place: Place) -> None:
    await a_history(place)

    log = await place.manager.log(limit=3)

    assert [(v.filename, v.action.value) for v in log] == [
        ("c.md", "remove"), ("c.md", "move"), ("b.md", "seen"),
    ]  # fmt: skip


async def test_tracked_files_are_those_with_versions_newest_first(place: Place) -> None:
    await a_history(place)
    place.clock.advance(60)
    await place.workspace().edit("a.md", lambda _: b"three")

    tracked = await place.workspace().tracked()

    assert [(file.path, file.present, file.versions) for file in tracked] == [
        (str(place.folder / "a.md"), True, 3),
        (str(place.folder / "c.md"), False, 3),
    ]
    assert tracked[0].changed_at == place.clock.now()


async def test_the_person_can_work_while_everything_is_checked(place: Place) -> None:
    await a_history(place)
    loop = asyncio.get_running_loop()
    told: list[tuple[int, int, str]] = []

    def work_meanwhile(done: int, total: int, what: str) -> None:
        told.append((done, total, what))
        if done in (0, 3):
            content = f"at step {done}".encode()
            edit = place.workspace("turn").edit("a.md", lambda _: content)
            asyncio.run_coroutine_threadsafe(edit, loop).result(10)

    report = await place.manager.verify(work_meanwhile)

    assert kinds(report) == ([], [])
    assert place.files == {"a.md": b"at step 3"}
    assert [what for *_, what in told[:3]] == ["files", "files", "blobs"]
    assert [done for done, *_ in told] == list(range(len(told)))
    assert told[-1][0] < told[-1][1]


async def test_what_is_seen_in_the_middle_of_a_change_is_looked_at_again(place: Place) -> None:
    await a_history(place)
    looks = iter([b"half of a change", b"two"])

    def in_the_middle(name: str, _: int) -> None:
        if name == "open_read" and (content := next(looks, None)) is not None:
            place.put({"a.md": content})

    place.wire.watch = in_the_middle

    assert kinds(await place.manager.verify()) == ([], [])
    assert next(looks, None) is None


async def test_a_check_can_be_stopped(place: Place) -> None:
    await a_history(place)
    loop = asyncio.get_running_loop()
    told: list[int] = []
    stopped = threading.Event()

    def stop(done: int, *_: object) -> None:
        told.append(done)
        loop.call_soon_threadsafe(lambda: (task.cancel(), loop.call_soon(stopped.set)))
        stopped.wait(10)

    task = asyncio.ensure_future(place.manager.verify(stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    await place.manager.close()
    assert told == [0]
