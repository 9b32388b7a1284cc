"""Every kind of change once: what is there, what is done, what must be there after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from app.domain.workspace import Workspace
from tests.files.place import Place


@dataclass(frozen=True)
class Scenario:
    """One change of one file.

    ``before``/``after``: the folder before and after ``act``. ``prepare`` makes a history, and
    ``outside`` is what someone else does then. ``outsiders``: how many ``external`` versions
    are right.
    """

    name: str
    before: Mapping[str, bytes]
    act: Callable[[Workspace], Awaitable[object]]
    after: Mapping[str, bytes]
    prepare: Callable[[Workspace], Awaitable[object]] | None = None
    first: Mapping[str, bytes] = field(default_factory=dict)
    outside: Callable[[Place], object] | None = None
    outsiders: int = 0

    async def set_up(self, place: Place) -> None:
        """Bring ``place`` to ``before``."""
        if self.prepare is None:
            place.put(self.before)
            return
        place.put(self.first)
        await self.prepare(place.workspace("earlier"))
        if self.outside is not None:
            self.outside(place)
        assert place.files == self.before, self.name


OLD, NEW = b"old words\n" * 40, b"new words, and more of them\n" * 50


async def _removed(work: Workspace) -> None:
    await work.create("a.md", OLD)
    await work.remove("a.md")


async def _edited(work: Workspace) -> None:
    await work.edit("a.md", lambda _: NEW)


def _add(old: BinaryIO, new: BinaryIO) -> None:
    new.write(old.read())
    new.write(NEW)


SCENARIOS = (
    Scenario(
        "create in new folders",
        before={"other.md": b"other"},
        act=lambda work: work.create("deep/er/a.md", NEW),
        after={"other.md": b"other", "deep/er/a.md": NEW},
    ),
    Scenario(
        "create an empty file",
        before={},
        act=lambda work: work.create("a.md", b""),
        after={"a.md": b""},
    ),
    Scenario(
        "first edit",
        before={"a.md": OLD},
        act=lambda work: work.edit("a.md", lambda _: NEW),
        after={"a.md": NEW},
    ),
    Scenario(
        "edit as streams",
        before={"a.md": OLD},
        act=lambda work: work.rewrite("a.md", _add),
        after={"a.md": OLD + NEW},
    ),
    Scenario(
        "edit to nothing",
        before={"a.md": OLD},
        act=lambda work: work.edit("a.md", lambda _: b""),
        after={"a.md": b""},
    ),
    Scenario(
        "later edit, after someone else",
        first={"a.md": b"first"},
        prepare=_edited,
        outside=lambda place: place.put({"a.md": OLD}),
        before={"a.md": OLD},
        act=lambda work: work.edit("a.md", lambda content: content + NEW),
        after={"a.md": OLD + NEW},
        outsiders=1,
    ),
    Scenario(
        "rename",
        before={"a.md": OLD},
        act=lambda work: work.move("a.md", "b.md"),
        after={"b.md": OLD},
    ),
    Scenario(
        "move to new folders",
        before={"a.md": OLD, "sub/x": b""},
        act=lambda work: work.move("a.md", "new/er/b.md"),
        after={"new/er/b.md": OLD, "sub/x": b""},
    ),
    Scenario(
        "remove",
        before={"a.md": OLD},
        act=lambda work: work.remove("a.md"),
        after={},
    ),
    Scenario(
        "restore",
        first={"a.md": OLD},
        prepare=_edited,
        before={"a.md": NEW},
        act=lambda work: work.restore("a.md", 1),
        after={"a.md": OLD},
    ),
    Scenario(
        "restore a removed file",
        prepare=_removed,
        before={},
        act=lambda work: work.restore("a.md", 1),
        after={"a.md": OLD},
    ),
)
