"""The promises, each read off from the order of what was really done.

Invariant 1: archive before replace. Invariant 2: nothing is ever deleted for good. Invariant 3:
the version is committed before the act it announces.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app.files
from app.domain.errors import BlobDamagedError, StewardError
from app.files.blobs import hash_of
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.storage.models import FileOperation, FileVersionRow
from tests.files.faults import COMMIT, LOOKING, Crash
from tests.files.place import Place
from tests.files.scenarios import SCENARIOS, Scenario
from tests.files.vault_bytes import rot, stored

ACTS = ("exchange", "rename_no_replace", "rename_aside", "link", "link_unnamed")
"""Calls that change what a name in the person's folder stands for."""


class Recorder:
    """At each act on the person's folder: what the vault and the journal hold at that moment."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.at_acts: list[tuple[set[bytes], list[Any], list[str]]] = []

    def __call__(self, name: str, step: int) -> None:
        if name not in ACTS:
            return
        blobs = set(stored(self._place.home / "vault").values())

        def read() -> tuple[list[Any], list[str]]:
            rows = list(FileVersionRow.select().order_by(FileVersionRow.id))
            newest = rows[-1].op_id
            steps = FileOperation.select().where(FileOperation.op_id == newest)
            return rows, [step.state for step in steps.order_by(FileOperation.id)]

        # A reading connection sees only what has been committed.
        rows, states = self._place.database.read(read)
        self.at_acts.append((blobs, rows, states))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_the_vault_and_the_journal_come_before_the_act(
    place: Place, scenario: Scenario
) -> None:
    await scenario.set_up(place)
    before = place.files
    recorder = Recorder(place)
    place.wire.watch = recorder

    await scenario.act(place.workspace("turn"))

    place.wire.watch = None
    assert recorder.at_acts
    for blobs, rows, states in recorder.at_acts:
        last = rows[-1]
        if "a.md" in before:
            assert before["a.md"] in blobs, "archived before replaced"
            assert last.hash_before == hash_of(before["a.md"])
        assert last.turn_id == "turn"
        assert last.state == "pending"
        assert states == [
            "INTENT", "PULLED", "STAGED", "ARCHIVING", "ARCHIVED", "REPLACING",
        ]  # fmt: skip
        others = [row for row in rows[:-1] if row.op_id == last.op_id]
        assert all(row.state == "done" for row in others), "what was found is a version by now"


async def test_the_archive_is_synced_before_the_act_is_announced(place: Place) -> None:
    place.put({"a.md": b"old"})
    await place.manager.recover()
    del place.wire.steps[:]

    await place.workspace().edit("a.md", lambda _: b"new")

    opening = (*LOOKING, "open_append", "make_folder", "make_vault", "begin_sync")
    acts = [step for step in place.wire.steps if step not in opening]
    # The first blob of a process makes sure of the names of the vault's folders, and of its pack;
    # the second only grows the pack.
    folders, first, second = (
        ["sync", "sync"],
        ["open_new", "write", "sync", "sync"],
        ["write", "sync"],
    )
    unseen = ["open_unnamed", "write", "copy_attributes"]
    archived, replaced = acts[: acts.index(COMMIT)], acts[acts.index(COMMIT) :]
    assert archived == [*unseen, *folders, *first, *second, "sync"]
    # The user's row joins the first transaction.
    announced, replaced = replaced[:2], replaced[2:]
    assert announced == [COMMIT, COMMIT]
    assert replaced == ["link_unnamed", "exchange", "unlink_ours", "sync", COMMIT]


async def test_bytes_that_rot_just_before_the_replacement_are_archived_anew(place: Place) -> None:
    place.put({"a.md": b"old"})
    work = place.workspace()
    await work.edit("a.md", lambda _: b"new")
    spoilt: list[int] = []

    def spoil(name: str, step: int) -> None:
        if name == "write" and not spoilt:  # what is put now is the newer content
            spoilt.append(step)
            rot(place.home / "vault", hash_of(b"new"))

    place.wire.watch = spoil
    await work.edit("a.md", lambda _: b"newer")
    place.wire.watch = None

    assert spoilt
    assert place.files == {"a.md": b"newer"}
    assert await work.version_content("a.md", 2) == b"new"


async def test_a_version_that_cannot_be_archived_soundly_stops_the_change(place: Place) -> None:
    place.put({"a.md": b"old"})
    work = place.workspace()
    await work.edit("a.md", lambda _: b"new")

    def spoil(name: str, step: int) -> None:
        if name in ("write", "read_at", "stat_open"):  # a disk that keeps nothing
            rot(place.home / "vault", hash_of(b"new"))

    place.wire.watch = spoil
    with pytest.raises(StewardError):
        await work.edit("a.md", lambda _: b"newer")
    place.wire.watch = None

    assert place.files == {"a.md": b"new"}


async def test_a_damaged_blob_is_healed_by_the_next_archive(place: Place) -> None:
    place.put({"a.md": b"old"})
    work = place.workspace()
    await work.edit("a.md", lambda _: b"new")
    rot(place.home / "vault", hash_of(b"new"))
    with pytest.raises(BlobDamagedError):
        await work.version_content("a.md", 2)

    await work.edit("a.md", lambda _: b"newer")

    assert await work.version_content("a.md", 2) == b"new"


@pytest.mark.parametrize("change", ["edit", "remove"])
async def test_bytes_taken_out_are_kept_even_where_the_vault_lost_them_meanwhile(
    place: Place, change: str
) -> None:
    """The process dies before it lets go of the old file, and the blob rots before recovery."""
    place.put({"a.md": b"old"})

    def die(name: str, step: int) -> None:
        if name == "unlink_ours":
            place.wire.dead = True
            raise Crash

    place.wire.watch = die
    work = place.workspace()
    with pytest.raises(Crash):
        await (work.edit("a.md", lambda _: b"new") if change == "edit" else work.remove("a.md"))
    rot(place.home / "vault", hash_of(b"old"))

    await place.restart()

    assert place.files == ({"a.md": b"new"} if change == "edit" else {})
    await place.workspace().restore("a.md", 1)
    assert place.files == {"a.md": b"old"}


# -- nothing is ever deleted -----------------------------------------------------------------


async def test_every_byte_that_ever_was_is_still_there(place: Place) -> None:
    place.put({"a.md": b"1"})
    work = place.workspace()
    await work.edit("a.md", lambda _: b"2")
    place.put({"a.md": b"3, from outside"})
    await work.edit("a.md", lambda _: b"4")
    await work.move("a.md", "b.md")
    await work.remove("b.md")
    await work.create("b.md", b"5")
    await work.restore("b.md", 1)

    versions = await work.versions("b.md")
    kept = {
        await work.version_content("b.md", v.version) for v in versions if v.hash_after is not None
    }
    assert kept == {b"1", b"2", b"3, from outside", b"4", b"5"}


def test_only_names_of_ours_can_be_unlinked(tmp_path: Path) -> None:
    (tmp_path / "person.md").write_text("precious")
    (tmp_path / ".x.steward-swap").write_text("")
    fs = FsOps()
    folder = fs.open_folder(tmp_path)
    try:
        for call in (
            lambda: fs.unlink_ours(folder, "person.md"),
            lambda: fs.rename_ours(folder, "person.md", folder, "other.md"),
            lambda: fs.rename_aside(folder, ".x.steward-swap", "person.md"),
        ):
            with pytest.raises(ValueError, match="not a temporary file of ours"):
                call()
    finally:
        fs.close(folder)
    assert (tmp_path / "person.md").read_text() == "precious"


def test_deleting_calls_exist_in_one_guarded_place_only() -> None:
    """``os.unlink`` and its kin are called in ``fs_ops.py`` and nowhere else in the room."""
    deleting = {"unlink", "remove", "rmdir", "rmtree", "removedirs", "replace", "rename"}
    found = set()
    for source in Path(next(iter(app.files.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner, call = node.func.value, node.func.attr
            modules = ("os", "shutil", "path", "Path")
            if call in deleting and isinstance(owner, ast.Name) and owner.id in modules:
                found.add((source.name, f"{owner.id}.{call}"))
    calls = {"os.unlink", "os.rmdir", "os.rename"}
    assert found == {("fs_ops.py", call) for call in calls}


def test_no_public_method_deletes_but_the_prune_that_exports_first() -> None:
    words = ("delete", "unlink", "purge", "prune", "wipe", "clear", "forget", "discard")
    names = [name for name in dir(VersionManager) if not name.startswith("_")]
    deleting = {name for name in names if any(word in name for word in words)}
    assert deleting == {"plan_prune", "prune"}


def test_stored_bytes_are_let_go_of_in_one_place_only() -> None:
    """Only the prune discards contents, and only the vault's own parts unlink stored files."""
    callers: dict[str, set[str]] = {"discard": set(), "cut": set(), "unlink_stored": set()}
    for source in Path(next(iter(app.files.__path__))).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if node.func.attr == "discard" and "blobs" not in owner:
                continue  # of a set
            if node.func.attr == "cut" and source.parent.name != "files":
                continue  # of a picture
            if node.func.attr in callers:
                callers[node.func.attr].add(source.name)
    assert callers == {
        "discard": {"pruning.py"},
        "cut": {"blobs.py", "shelf.py"},
        "unlink_stored": {"packs.py", "loose.py"},
    }


# -- versions come first, and only real ones stay --------------------------------------------


async def test_a_failed_change_leaves_no_version_and_gives_its_number_back(place: Place) -> None:
    place.put({"a.md": b"old"})
    work = place.workspace()
    place.wire.watch = failing_at("exchange")
    with pytest.raises(StewardError):
        await work.edit("a.md", lambda _: b"new")
    place.wire.watch = None
    assert await place.told("a.md") == ["1 seen user_upload"]  # archived by then

    assert (await work.edit("a.md", lambda _: b"new")).version == 2


async def test_a_change_that_fails_before_its_archive_leaves_no_trace(place: Place) -> None:
    place.put({"a.md": b"old"})
    work = place.workspace()
    place.wire.watch = failing_at("open_new")
    with pytest.raises(StewardError):
        await work.edit("a.md", lambda _: b"new")
    place.wire.watch = None

    assert await work.tracked() == []
    states = place.database.read(lambda: [step.state for step in FileOperation.select()])
    assert states == []


def failing_at(name: str) -> Callable[[str, int], None]:
    def watch(step: str, number: int) -> None:
        if step == name:
            raise OSError(5, "Input/output error")

    return watch
