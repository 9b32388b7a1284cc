"""Every change during which the power is cut, and what others do meanwhile."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import ConflictError
from app.domain.files import ConflictChoice
from app.files.pruning import PruneRule
from tests.files.place import Place
from tests.files.scenarios import NEW, OLD, SCENARIOS, Scenario

THEIRS = b"theirs, saved meanwhile\n" * 30


@dataclass(frozen=True)
class Cut:
    """A change during which the power is cut.

    ``stages``: what the folder may hold after it; the first before the change, the last when all
    was done. ``precious``: bytes that must be in the folder or in a version, whatever happens,
    beside those that were in the folder. ``outsiders``: versions of someone else that are right.
    ``contents``: instead of stages, what any file may hold. ``one_disk``: refused between two.
    ``noted``: an export was noted before it was made, so that nothing of it may be left.
    """

    name: str
    act: Callable[[Place], Awaitable[object]]
    stages: tuple[Mapping[str, bytes], ...]
    set_up: Callable[[Place], Awaitable[object]]
    outsiders: int = 0
    precious: frozenset[bytes] = frozenset()
    contents: frozenset[bytes] = frozenset()
    one_disk: bool = False
    noted: bool = True

    @staticmethod
    def of(scenario: Scenario) -> Cut:
        """The scenario, cut."""
        return Cut(
            scenario.name,
            lambda place: scenario.act(place.workspace("turn")),
            (scenario.before, scenario.after),
            scenario.set_up,
            scenario.outsiders,
        )


async def _busy_turn(place: Place) -> None:
    place.put({"a.md": OLD, "c.md": b"c", "gone.md": b"gone"})
    work = place.workspace("busy")
    await work.edit("a.md", lambda _: NEW)
    await work.move("c.md", "sub/d.md")
    await work.create("new.md", b"new")
    await work.remove("gone.md")


async def _put_old(place: Place) -> None:
    place.put({"a.md": OLD})


async def _three_versions(place: Place) -> None:
    place.put({"a.md": OLD})
    await place.workspace("earlier").edit("a.md", lambda _: b"second")
    await place.workspace("earlier").edit("a.md", lambda _: NEW)


async def _prune(place: Place) -> None:
    ids = place.manager.care.files_at([str(place.folder / "a.md")])
    await place.manager.prune(PruneRule(ids))


LARGE = random.Random(5).randbytes(300_000)


async def _put_large(place: Place) -> None:
    place.put({"a.md": LARGE[::-1]})


async def _put_folder(place: Place) -> None:
    place.put({"drafts/a.md": OLD, "drafts/deep/b.md": NEW, "new/x": b"x"})


async def _changed_outside(place: Place) -> None:
    place.put({"a.md": b"first"})
    await place.workspace("earlier").edit("a.md", lambda _: NEW)
    place.put({"a.md": OLD})


def _double(old: BinaryIO, new: BinaryIO) -> None:
    new.write(old.read())
    new.write(NEW)


async def _conflict(place: Place) -> None:
    """Someone saves just before the exchange."""
    place.put({"a.md": BASE})

    def save(name: str, _: int) -> None:
        if name == "exchange":
            place.wire.watch = None
            place.put({"a.md": YOURS})

    place.wire.watch = save
    with suppress(ConflictError):
        await place.workspace("earlier").edit("a.md", lambda _: MINE)
    assert place.files == {"a.md": YOURS}


def _resolve(choice: ConflictChoice) -> Callable[[Place], Awaitable[object]]:
    async def act(place: Place) -> None:
        work = place.workspace("turn")
        (one,) = await work.conflicts()
        await work.resolve(one.op_id, choice)

    return act


BASE, MINE, YOURS = b"1\n2\n3\n4\n5\n", b"1\n2\n3\n4\nfive\n", b"one\n2\n3\n4\n5\n"
MERGED = b"one\n2\n3\n4\nfive\n"
_UNDO_STAGES = (
    {"a.md": NEW, "sub/d.md": b"c", "new.md": b"new"},
    {"a.md": NEW, "sub/d.md": b"c", "new.md": b"new", "gone.md": b"gone"},
    {"a.md": NEW, "sub/d.md": b"c", "gone.md": b"gone"},
    {"a.md": NEW, "c.md": b"c", "gone.md": b"gone"},
    {"a.md": OLD, "c.md": b"c", "gone.md": b"gone"},
)

CUTS: tuple[Cut, ...] = (
    *(Cut.of(scenario) for scenario in SCENARIOS),
    Cut(
        "append",
        lambda place: place.workspace("turn").edit("a.md", lambda content: content + NEW),
        ({"a.md": OLD}, {"a.md": OLD + NEW}),
        _put_old,
    ),
    Cut(
        "rewrite in pieces",
        lambda place: place.workspace("turn").rewrite("a.md", _double),
        ({"a.md": OLD}, {"a.md": OLD + NEW}),
        _put_old,
    ),
    Cut(
        "edit of a file too large for a pack",
        lambda place: place.workspace("turn").edit("a.md", lambda _: LARGE),
        ({"a.md": LARGE[::-1]}, {"a.md": LARGE}),
        _put_large,
    ),
    Cut(
        "prune old versions",
        _prune,
        ({"a.md": NEW},),
        _three_versions,
        precious=frozenset({OLD, b"second", NEW}),
    ),
    Cut(
        "move a folder",
        lambda place: place.workspace("turn").move_folder("drafts", "new/final"),
        (
            {"drafts/a.md": OLD, "drafts/deep/b.md": NEW, "new/x": b"x"},
            {"new/final/a.md": OLD, "new/final/deep/b.md": NEW, "new/x": b"x"},
        ),
        _put_folder,
        one_disk=True,
    ),
    Cut(
        "undo of a turn",
        lambda place: place.workspace("turn").undo("busy"),
        _UNDO_STAGES,
        _busy_turn,
        precious=frozenset({OLD, NEW, b"c", b"new", b"gone"}),
    ),
    Cut(
        "take note of what someone else did",
        lambda place: place.manager.note(str(place.folder / "a.md")),
        ({"a.md": OLD},),
        _changed_outside,
        outsiders=1,
        precious=frozenset({b"first", NEW}),
    ),
    Cut(
        "end a conflict with ours",
        _resolve(ConflictChoice.OURS),
        ({"a.md": YOURS}, {"a.md": MINE}),
        _conflict,
        outsiders=1,
        precious=frozenset({BASE}),
    ),
    Cut(
        "end a conflict with both",
        _resolve(ConflictChoice.MERGE),
        ({"a.md": YOURS}, {"a.md": MERGED}),
        _conflict,
        outsiders=1,
        precious=frozenset({BASE}),
    ),
)


def save_in_place(path: Path) -> None:
    path.write_bytes(THEIRS)


def save_by_rename(path: Path) -> None:
    temporary = path.with_name("editor.tmp")
    temporary.write_bytes(THEIRS)
    temporary.replace(path)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


Meanwhile = Callable[[Path], None]
SOMEONE: dict[str, Meanwhile] = {
    "saves in place": save_in_place,
    "saves by rename": save_by_rename,
    "removes": remove,
}
