"""Old versions go only after they are in an archive; a crash on the way loses nothing of them."""

from __future__ import annotations

import json
import os
import warnings
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.domain.errors import ConflictError, FileError, FileExistsAlreadyError, PrunedError
from app.domain.files import ConflictChoice
from app.files.blobs import hash_of
from app.files.pruning import PruneRule
from tests.files import vault_bytes
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

CONTENTS = [b"one " * 50, b"two " * 50, b"three " * 50, b"four " * 50]


async def a_history(place: Place) -> None:
    """a.md has four versions; b.md has two, the first with the bytes of a.md's second."""
    place.put({"a.md": CONTENTS[0], "b.md": CONTENTS[1]})
    for content in CONTENTS[1:]:
        await place.workspace("turn").edit("a.md", lambda _, new=content: new)  # type: ignore[misc]
        place.clock.advance(60)
    await place.workspace("turn").edit("b.md", lambda _: b"bee")


def rule(place: Place, *names: str, **more: object) -> PruneRule:
    ids = place.manager.care.files_at([str(place.folder / name) for name in names])
    return PruneRule(ids, **more)  # type: ignore[arg-type]


def in_vault(place: Place) -> set[bytes]:
    return set(vault_bytes.stored(place.home / "vault").values())


def in_archive(archive: Path) -> set[bytes]:
    with ZipFile(archive) as zipped:
        return {zipped.read(name) for name in zipped.namelist() if name.startswith("files/")}


async def is_sound(place: Place) -> bool:
    report = await place.manager.verify()
    assert report.problems == ()
    assert report.notes == ()
    return True


async def test_pruned_versions_stay_in_the_history_and_say_where_their_bytes_are(
    place: Place,
) -> None:
    await a_history(place)
    archive = place.home / os.fsdecode(b"old \xff.zip")
    before = await place.manager.vault_size()

    report = await place.manager.prune(rule(place, "a.md"), archive)

    assert report.export is not None
    assert (report.versions, report.export.contents) == (3, 3)
    assert report.freed > 0
    # The second is b.md's first too, and that one is kept.
    assert in_vault(place) == {CONTENTS[1], CONTENTS[3], b"bee"}
    assert (await place.manager.vault_size()).stored_bytes == before.stored_bytes - report.freed
    assert in_archive(archive) == set(CONTENTS[:3])
    work = place.workspace("later")
    assert await place.told("a.md") == [
        "1 seen user_upload", "2 edit skill_edit", "3 edit skill_edit", "4 edit skill_edit",
    ]  # fmt: skip
    for wrong in (work.version_content("a.md", 3), work.restore("a.md", 1)):
        with pytest.raises(PrunedError, match="pruned") as told:
            await wrong
        assert str(place.home / "old \\xff.zip") in str(told.value)
    assert await work.version_content("a.md", 2) == CONTENTS[1]
    assert place.files["a.md"] == CONTENTS[3]
    assert [line.version for line in await work.blame("a.md")] == [4]
    assert await is_sound(place)
    assert (await place.manager.verify()).pruned == 3


async def test_rules_say_what_may_go(place: Place) -> None:
    await a_history(place)
    last_change = (await place.workspace().versions("a.md"))[3].at

    async def going(*names: str, **more: object) -> list[tuple[str, int]]:
        plan = await place.manager.plan_prune(rule(place, *names, **more))
        return [(one.filename, one.version) for one in plan.versions]

    assert await going("a.md", keep=2) == [("a.md", 1), ("a.md", 2)]
    assert await going("a.md", keep=9) == []
    assert await going("a.md", keep=0) == [("a.md", 1), ("a.md", 2), ("a.md", 3)]
    assert await going("a.md", before=last_change) == [("a.md", 1), ("a.md", 2), ("a.md", 3)]
    assert len(await going()) == 4
    await place.workspace().remove("a.md")
    assert await going("a.md") == [("a.md", 1), ("a.md", 2), ("a.md", 3)]  # 4 was its last
    with pytest.raises(FileError, match="nothing to prune"):
        await place.manager.prune(rule(place, "a.md", keep=4), place.home / "x.zip")
    assert not (place.home / "x.zip").exists()


async def test_nothing_goes_without_a_whole_archive(place: Place) -> None:
    await a_history(place)
    kept = in_vault(place)
    (place.home / "old.zip").write_bytes(b"mine")

    with pytest.raises(FileExistsAlreadyError):
        await place.manager.prune(rule(place), place.home / "old.zip")
    vault_bytes.rot(place.home / "vault", hash_of(CONTENTS[2]))
    report = await place.manager.prune(rule(place, "a.md"), place.home / "new.zip")

    assert report.versions == 2  # what cannot be read is not pruned either
    assert report.export is not None
    assert report.export.damaged == (f"{place.folder / 'a.md'}, version 3",)
    assert in_vault(place) == kept - {CONTENTS[0], CONTENTS[2]}
    assert [one.kind for one in (await place.manager.verify()).problems] == ["blob_damaged"]


async def test_what_a_conflict_needs_stays(place: Place) -> None:
    await a_history(place)

    def meanwhile(name: str, _: int) -> None:
        if name == "copy_attributes":
            place.wire.watch = None
            place.put({"a.md": b"theirs"})

    place.wire.watch = meanwhile
    with pytest.raises(ConflictError):
        await place.workspace("turn").edit("a.md", lambda _: b"ours")
    plan = await place.manager.plan_prune(rule(place, "a.md"))
    assert [version.version for version in plan.versions] == [1, 2, 3, 4]
    assert plan.contents == {hash_of(CONTENTS[0]), hash_of(CONTENTS[2])}  # not what both had
    await place.manager.prune(rule(place, "a.md"), place.home / "old.zip")

    assert in_vault(place) == {CONTENTS[1], CONTENTS[3], b"ours", b"theirs", b"bee"}
    (one,) = await place.workspace().conflicts()
    await place.workspace().resolve(one.op_id, ConflictChoice.OURS)
    assert place.files["a.md"] == b"ours"


async def test_bytes_that_come_back_are_kept_again(place: Place) -> None:
    await a_history(place)
    await place.manager.prune(rule(place, "a.md"), place.home / "old.zip")

    await place.workspace().edit("a.md", lambda _: CONTENTS[0])
    await place.workspace().edit("a.md", lambda _: b"newer")
    assert await place.workspace().version_content("a.md", 1) == CONTENTS[0]
    assert await is_sound(place)
    await place.manager.prune(rule(place, "a.md"), place.home / "older.zip")

    assert CONTENTS[0] not in in_vault(place)
    assert CONTENTS[0] in in_archive(place.home / "older.zip")
    assert await is_sound(place)


async def test_without_a_name_the_archive_is_beside_the_vault(place: Place) -> None:
    await a_history(place)
    report = await place.manager.prune(rule(place, "a.md"))
    (archive,) = (place.home / "exports").iterdir()
    assert report.export is not None
    assert report.export.path == str(archive)
    assert archive.suffix == ".zip"


async def test_pruned_bytes_come_back_from_their_archive_and_no_others_do(place: Place) -> None:
    await a_history(place)
    kept = in_vault(place)
    archive = place.home / "old.zip"
    await place.manager.prune(rule(place, "a.md"), archive)
    with ZipFile(archive, "a") as zipped:
        zipped.writestr("files/stranger", b"stranger")
        facts = {"hash": hash_of(b"stranger"), "content": "files/stranger"}
        rows = zipped.read("history.jsonl") + json.dumps(facts).encode()
        with warnings.catch_warnings(action="ignore"):  # a second entry of the same name
            zipped.writestr("history.jsonl", rows)

    back = await place.manager.bring_back(archive)

    assert (back.versions, back.contents) == (3, 2)
    assert in_vault(place) == kept
    for number, content in enumerate(CONTENTS, start=1):
        assert await place.workspace().version_content("a.md", number) == content
    assert (await place.manager.verify()).pruned == 0
    assert await is_sound(place)


@pytest.mark.parametrize("harm", ["bytes", "names", "history", "all"])
async def test_a_damaged_archive_brings_nothing_wrong_back(place: Place, harm: str) -> None:
    await a_history(place)
    archive, bad = place.home / "old.zip", place.home / "bad.zip"
    await place.manager.prune(rule(place, "a.md"), archive)
    kept = in_vault(place)
    with ZipFile(archive) as good, ZipFile(bad, "w") as wrong:
        for name in good.namelist():
            content = good.read(name)
            if harm == "bytes" and name.startswith("files/"):
                content += b"!"
            if harm == "history" and name == "history.jsonl":
                content = b"{not json"
            if harm != "names" or not name.startswith("files/"):
                wrong.writestr(name, content)
    if harm == "all":
        bad.write_bytes(archive.read_bytes()[:200])

    with pytest.raises(FileError, match="no archive of versions"):
        await place.manager.bring_back(bad)

    assert in_vault(place) == kept
    assert (await place.manager.verify()).pruned >= 2  # b.md still has the bytes of one


@pytest.mark.timeout(300)
async def test_a_crash_at_any_step_loses_nothing_that_the_archive_does_not_hold(
    quick_path: Path, database: WatchedDatabase
) -> None:
    outcomes = set()
    for number in range(10_000):
        place = Place(quick_path / str(number), database=database)
        database.wire = Wire()
        await a_history(place)
        pruning = rule(place, "a.md", "b.md")
        await place.manager.close()
        archive = place.home / "old.zip"

        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire))
        with suppress(Crash):
            await place.manager.prune(pruning, archive)
        await place.restart()

        kept = in_vault(place)
        lost = {*CONTENTS, b"bee"} - kept
        there = in_archive(archive) if archive.exists() else set()
        assert lost <= there, f"crashed at step {number}: {wire.steps[-6:]}"
        assert {CONTENTS[3], b"bee"} <= kept
        versions = await place.workspace().versions("a.md")
        marked = [one.version for one in versions if "pruned" in one.metadata]
        assert await is_sound(place)
        outcomes.add((bool(there), len(marked), len(lost)))
        if archive.exists():
            with ZipFile(archive) as zipped:
                assert zipped.testzip() is None
                assert len(zipped.read("history.jsonl").splitlines()) == 6
                assert all(map(json.loads, zipped.read("history.jsonl").splitlines()))
        # The same command again ends what was begun.
        with suppress(FileError):
            await place.manager.prune(pruning, place.home / "again.zip")
        assert in_vault(place) == {CONTENTS[3], b"bee"}
        await place.close()
        if not wire.fired:
            break

    assert (False, 0, 0) in outcomes
    assert (True, 0, 0) in outcomes
    assert (True, 3, 0) in outcomes
    assert (True, 3, 3) in outcomes
