"""What a disk may hold when the power comes back: everything that was synced, and any of the rest.

A file's bytes and mode are durable from its sync on, a name from the sync of its folder on.
``Disk.states`` gives every disk that a power cut at that moment can leave, more than any one file
system would: each unsynced file as it was, as it should be, cut, or full of zeros; each unsynced
name there or not, in any order that keeps the order of one name's own changes.

A rename is one thing on every file system that keeps a journal (``torn_names=False``). POSIX does
not say so: with ``torn_names=True`` its two names survive apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from app.files.partial import NOTE

Name = tuple[int, str]
"""A name in a folder, which is named by its node."""
ROOT: Final = 1
SCRATCH: Final = "home/vault/work/"
"""Where a change is worked out: cleared by name at the next start, and never read by it, but for
the note about a file that is made outside the vault."""


@dataclass(frozen=True)
class Facts:
    """A file's bytes and permission bits."""

    content: bytes
    mode: int


@dataclass(frozen=True)
class NameChange:
    """Names changed in one step: each stands for this node afterwards, or for nothing."""

    names: tuple[tuple[Name, int | None], ...]

    def touches(self, names: set[Name]) -> bool:
        return any(name in names for name, _ in self.names)


@dataclass(frozen=True)
class State:
    """A disk after the power came back: what stands under each path, and which node it is."""

    folders: frozenset[tuple[str, int]]
    files: frozenset[tuple[str, int, Facts]]


@dataclass
class Disk:
    """What is on the disk, and what is only in memory yet."""

    folders: set[int] = field(default_factory=lambda: {ROOT})
    live: dict[Name, int] = field(default_factory=dict)
    durable: dict[Name, int] = field(default_factory=dict)
    pending: list[NameChange] = field(default_factory=list)
    data: dict[int, Facts] = field(default_factory=dict)
    durable_data: dict[int, Facts] = field(default_factory=dict)
    torn_names: bool = False

    def copy(self) -> Disk:
        return replace(
            self,
            folders=set(self.folders),
            live=dict(self.live),
            durable=dict(self.durable),
            pending=list(self.pending),
            data=dict(self.data),
            durable_data=dict(self.durable_data),
        )

    def change(self, *names: tuple[Name, int | None]) -> None:
        """Names were changed in one step, which may tear where names do."""
        if self.torn_names:
            for one in names:
                self.change_at_once(one)
        else:
            self.change_at_once(*names)

    def change_at_once(self, *names: tuple[Name, int | None]) -> None:
        """Names were changed, all or none of them."""
        _apply(self.live, names)
        self.pending.append(NameChange(names))

    def sync_folder(self, folder: int) -> None:
        """Every change of a name in it is on disk, with what had to come before."""
        wanted = {name for op in self.pending for name, _ in op.names if name[0] == folder}
        self._settle(wanted)

    def settle_name(self, name: Name, node: int | None) -> None:
        """Someone else did this, durably."""
        self._settle({name})
        for names in (self.live, self.durable):
            _apply(names, ((name, node),))

    def _settle(self, wanted: set[Name]) -> None:
        done: list[NameChange] = []
        for op in reversed(self.pending):
            if op.touches(wanted):
                wanted |= {name for name, _ in op.names}
                done.append(op)
        for op in reversed(done):
            self.pending.remove(op)
            _apply(self.durable, op.names)

    # -- what a power cut leaves -------------------------------------------------------------

    def states(self) -> Iterator[State]:
        """Every disk that may be left; the same one perhaps more than once."""
        for names in self._names():
            folders, files = self._reachable(names)
            unsynced = sorted(
                {
                    node
                    for path, node in files
                    if self.data[node] != self.durable_data[node]
                    and (not path.startswith(SCRATCH) or path.endswith(f"/{NOTE}"))
                }
            )
            for facts in itertools.product(*(self._variants(node) for node in unsynced)):
                chosen = dict(zip(unsynced, facts, strict=True))
                yield State(
                    frozenset(folders),
                    frozenset((path, n, chosen.get(n, self.data[n])) for path, n in files),
                )

    def all_kept(self) -> State:
        """The disk after the process died and the machine went on."""
        folders, files = self._reachable(self.live)
        return State(frozenset(folders), frozenset((p, n, self.data[n]) for p, n in files))

    def _names(self) -> Iterator[dict[Name, int]]:
        seen: set[frozenset[tuple[Name, int]]] = set()

        def choose(
            number: int, names: dict[Name, int], lost: frozenset[Name]
        ) -> Iterator[dict[Name, int]]:
            if number == len(self.pending):
                key = frozenset(names.items())
                if key not in seen:
                    seen.add(key)
                    yield names
                return
            op = self.pending[number]
            if not op.touches(set(lost)):
                kept = dict(names)
                _apply(kept, op.names)
                yield from choose(number + 1, kept, lost)
            # What comes after a lost change of the same name is lost too.
            yield from choose(number + 1, names, lost | {name for name, _ in op.names})

        return choose(0, dict(self.durable), frozenset())

    def _reachable(
        self, names: dict[Name, int]
    ) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        inside: dict[int, list[tuple[str, int]]] = {}
        for (folder, name), node in names.items():
            inside.setdefault(folder, []).append((name, node))
        folders: list[tuple[str, int]] = []
        files: list[tuple[str, int]] = []
        todo = [("", ROOT)]
        while todo:
            path, folder = todo.pop()
            for name, node in inside.get(folder, ()):
                where = f"{path}/{name}" if path else name
                if node in self.folders:
                    folders.append((where, node))
                    todo.append((where, node))
                else:
                    files.append((where, node))
        return folders, files

    def _variants(self, node: int) -> list[Facts]:
        now, was = self.data[node], self.durable_data[node]
        # What was synced before and only appended to stays.
        kept = was.content if now.content.startswith(was.content) else b""
        added = now.content[len(kept) :]
        torn = (
            Facts(kept + added[: len(added) // 2], now.mode),
            Facts(kept + bytes(len(added)), now.mode),
        )
        found: list[Facts] = []
        for facts in (now, was, *torn):
            if facts not in found:
                found.append(facts)
        return found


def _apply(names: dict[Name, int], changes: tuple[tuple[Name, int | None], ...]) -> None:
    for name, node in changes:
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node
