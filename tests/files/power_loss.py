"""Real files, and beside them what of them would survive a power cut: see ``power_disk``."""

from __future__ import annotations

import errno
import itertools
import os
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from app.files.atomic_rename import UnsupportedRename
from app.files.fs_ops import FsOps, UnsupportedFile
from tests.files.faults import LOOKING, WatchedDatabase, Wire
from tests.files.power_disk import ROOT, Disk, Facts, Name, State

T = TypeVar("T")

HARMLESS: Final = ("open_append", "try_lock", "locked_by", "seek", "read_at", "begin_sync")
"""Calls that change nothing on the disk."""
NOT_OURS: Final = ("lock",)
"""Files that Steward locks and never reads; they are made anew."""


@dataclass(frozen=True)
class Moment:
    """The disk after a step, and how many transactions the database has committed by then.

    Those after the first ``safe`` ones were not synced: a power cut keeps some of them, in order.
    """

    step: str
    number: int
    disk: Disk
    commits: int
    safe: int


class PowerFs(FsOps):
    """Real files below ``root``, and what of them is on disk. Nodes stand for inode numbers.

    Every step goes over ``wire`` first, which may "crash"; ``moments`` has the disk after each.
    """

    def __init__(
        self,
        root: Path,
        *,
        torn_names: bool = False,
        atomic: bool = True,
        links: bool = True,
        one_device: bool = True,
        unnamed: bool = True,
    ) -> None:
        self.root = root
        self._unnamed = unnamed and atomic  # no file system has the first without the second
        self.wire = Wire(acts_only=True)
        self._atomic = atomic
        self._links = links
        self._one_device = one_device
        self.disk = Disk(torn_names=torn_names)
        self.moments: list[Moment] = []
        self.recording = False
        self.commits = self.safe = 0
        self._nodes: dict[tuple[int, int], int] = {}
        self._next = itertools.count(ROOT + 1)
        self._learn(root.stat(), ROOT)
        self.adopt()

    # -- the disk --------------------------------------------------------------------------

    def adopt(self) -> None:
        """What stands there that is not known was put there by someone else, durably."""
        found: dict[Name, int] = {}
        saved: set[int] = set()
        todo = [(self.root, ROOT)]
        while todo:
            folder, node = todo.pop()
            for entry in os.scandir(folder):
                if entry.name in NOT_OURS:
                    continue
                facts = entry.stat(follow_symlinks=False)
                inner = self._node(facts)
                found[node, entry.name] = inner
                if entry.is_dir(follow_symlinks=False):
                    self.disk.folders.add(inner)
                    todo.append((Path(entry.path), inner))
                elif self._adopt_data(inner, Path(entry.path), facts):
                    saved.add(inner)
        for name in self.disk.live.keys() | found.keys():
            stands = found.get(name)
            if self.disk.live.get(name) != stands or stands in saved:
                self.disk.settle_name(name, stands)

    def _adopt_data(self, node: int, path: Path, facts: os.stat_result) -> bool:
        now = Facts(path.read_bytes(), stat.S_IMODE(facts.st_mode))
        if self.disk.data.get(node) == now:
            return False
        self.disk.data[node] = self.disk.durable_data[node] = now
        return True

    def build(self, state: State) -> None:
        """Make the folder what a power cut left; its nodes stay what they were."""
        wipe(self.root)
        self._nodes.clear()
        self._learn(self.root.stat(), ROOT)
        disk = Disk(torn_names=self.disk.torn_names)
        for path, node in sorted(state.folders):
            where = self.root / path
            where.mkdir()
            self._learn(where.stat(), node)
            disk.folders.add(node)
            disk.live[self._name(where)] = node
        first: dict[int, Path] = {}
        for path, node, facts in sorted(state.files, key=lambda file: file[:2]):
            where = self.root / path
            if node in first:
                os.link(first[node], where)
            else:
                first[node] = where
                where.write_bytes(facts.content)
                where.chmod(facts.mode)
                self._learn(where.stat(), node)
                disk.data[node] = disk.durable_data[node] = facts
            disk.live[self._name(where)] = node
        disk.durable = dict(disk.live)
        self.disk = disk

    def moment(self, step: str) -> None:
        """Remember the disk as it is after ``step``."""
        if self.recording:
            number = len(self.moments)
            self.moments.append(Moment(step, number, self.disk.copy(), self.commits, self.safe))

    def _name(self, path: Path) -> Name:
        return self._node(path.parent.stat()), path.name

    def _learn(self, facts: os.stat_result, node: int) -> int:
        self._nodes[facts.st_dev, facts.st_ino] = node
        return node

    def _node(self, facts: os.stat_result) -> int:
        key = (facts.st_dev, facts.st_ino)
        if key not in self._nodes:
            self._nodes[key] = next(self._next)
        return self._nodes[key]

    def _open(self, handle: int) -> int:
        return self._node(os.fstat(handle))

    def _at(self, folder: int, name: str) -> int:
        return self._node(os.stat(name, dir_fd=folder, follow_symlinks=False))

    def _refresh(self, handle: int) -> None:
        """Read what an open file of ours holds now."""
        facts = os.fstat(handle)
        content = Path(f"/proc/self/fd/{handle}").read_bytes()
        self.disk.data[self._node(facts)] = Facts(content, stat.S_IMODE(facts.st_mode))

    # -- looking: the inode numbers survive with the nodes -----------------------------------

    def stat(self, folder: int, name: str) -> os.stat_result:
        return self._numbered(super().stat(folder, name))

    def stat_open(self, handle: int) -> os.stat_result:
        return self._numbered(super().stat_open(handle))

    def _numbered(self, facts: os.stat_result) -> os.stat_result:
        named = {
            name: getattr(facts, name)
            for name in dir(facts)
            if name.startswith("st_") and name not in ("st_ino", "st_dev")
        }
        values = list(facts)
        values[stat.ST_INO], values[stat.ST_DEV] = self._node(facts), 1
        return os.stat_result(values, named)

    # -- acting ----------------------------------------------------------------------------

    def make_vault(self, path: Path) -> Path:
        self.wire.step("make_vault")
        missing = [p for p in (path, *path.parents) if not p.exists()]
        made = super().make_vault(path)
        for folder in reversed(missing):
            self._made_folder(self._name(folder), self._node(folder.stat()))
        self.moment("make_vault")
        return made

    def make_folder(self, folder: int, name: str, mode: int = 0o777) -> None:
        self.wire.step("make_folder")
        super().make_folder(folder, name, mode)
        self._made_folder((self._open(folder), name), self._at(folder, name))
        self.moment("make_folder")

    def _made_folder(self, name: Name, node: int) -> None:
        self.disk.folders.add(node)
        self.disk.change((name, node))

    def remove_empty_folder(self, folder: int, name: str) -> None:
        self.wire.step("remove_empty_folder")
        super().remove_empty_folder(folder, name)
        self.disk.change(((self._open(folder), name), None))
        self.moment("remove_empty_folder")

    def open_new(self, folder: int, name: str, mode: int = 0o600) -> int:
        self.wire.step("open_new")
        handle = super().open_new(folder, name, mode)
        self.disk.change(((self._open(folder), name), self._made_file(handle)))
        self.moment("open_new")
        return handle

    def _made_file(self, handle: int) -> int:
        facts = os.fstat(handle)
        node = self._learn(facts, next(self._next))
        made = Facts(b"", stat.S_IMODE(facts.st_mode))
        self.disk.data[node] = self.disk.durable_data[node] = made
        return node

    def open_unnamed(self, folder: int, mode: int = 0o600) -> int:
        self.wire.step("open_unnamed")
        if not self._unnamed:
            raise UnsupportedFile(errno.ENOTSUP, "no files without a name here")
        handle = super().open_unnamed(folder, mode)
        self._made_file(handle)
        self.moment("open_unnamed")
        return handle

    def link_unnamed(self, handle: int, folder: int, name: str) -> None:
        self.wire.step("link_unnamed")
        super().link_unnamed(handle, folder, name)
        self.disk.change(((self._open(folder), name), self._open(handle)))
        self.moment("link_unnamed")

    def write(self, handle: int, data: bytes | memoryview) -> int:
        self.wire.step("write")
        written = super().write(handle, data)
        self._refresh(handle)
        self.moment("write")
        return written

    def sync(self, handle: int) -> None:
        self.wire.step("sync")
        node = self._open(handle)
        if node in self.disk.folders:
            self.disk.sync_folder(node)
        elif node in self.disk.data:  # and not a folder above ``root``
            self.disk.durable_data[node] = self.disk.data[node]
        self.moment("sync")

    def set_size(self, handle: int, size: int) -> None:
        self.wire.step("set_size")
        super().set_size(handle, size)
        self._refresh(handle)
        self.moment("set_size")

    def copy_times(self, source: int, target: int) -> None:
        self.wire.step("copy_times")  # a time that is lost is no loss
        super().copy_times(source, target)

    def set_mode(self, handle: int, mode: int) -> None:
        self.wire.step("set_mode")
        super().set_mode(handle, mode)
        self._refresh(handle)
        self.moment("set_mode")

    def copy_attributes(self, source: int, target: int) -> None:
        self.wire.step("copy_attributes")
        super().copy_attributes(source, target)
        self._refresh(target)
        self.moment("copy_attributes")

    def exchange(self, folder: int, one: str, other: str) -> None:
        self.wire.step("exchange")
        if not self._atomic:
            raise UnsupportedRename(errno.EINVAL, "no exchange here")
        super().exchange(folder, one, other)
        here = self._open(folder)
        self.disk.change(
            ((here, one), self._at(folder, one)), ((here, other), self._at(folder, other))
        )
        self.moment("exchange")

    def rename_no_replace(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("rename_no_replace")
        if not self._atomic:
            raise UnsupportedRename(errno.EINVAL, "no such rename here")
        if not self._one_device and self._open(folder) != self._open(to_folder):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        super().rename_no_replace(folder, name, to_folder, to_name)
        self._renamed(folder, name, to_folder, to_name)

    def rename_ours(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("rename_ours")
        super().rename_ours(folder, name, to_folder, to_name)
        self._renamed(folder, name, to_folder, to_name)

    def rename_aside(self, folder: int, name: str, to_name: str) -> None:
        self.wire.step("rename_aside")
        super().rename_aside(folder, name, to_name)
        self._renamed(folder, name, folder, to_name)

    def _renamed(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        old, new = name.rstrip("/"), to_name.rstrip("/")
        node = self._at(to_folder, new)
        here = (self._open(folder), old)
        if self.disk.live.get(here) == node and _exists(folder, old):
            return  # two names of one file: a rename does nothing
        names: tuple[tuple[Name, int | None], ...]
        names = (((self._open(to_folder), new), node), (here, None))
        if node in self.disk.folders:
            # A folder never has two places, or none: that would be a broken disk.
            self.disk.change_at_once(*names)
        else:
            self.disk.change(*names)
        self.moment("rename")

    def rename_folder(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("rename_folder")
        super().rename_folder(folder, name, to_folder, to_name)
        self._renamed(folder, name, to_folder, to_name)

    def link(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("link")
        if not self._links:
            raise PermissionError(errno.EPERM, "no hard links here")
        super().link(folder, name, to_folder, to_name)
        self.disk.change(((self._open(to_folder), to_name), self._at(to_folder, to_name)))
        self.moment("link")

    def unlink_ours(self, folder: int, name: str) -> None:
        self.wire.step("unlink_ours")
        super().unlink_ours(folder, name)
        self.disk.change(((self._open(folder), name), None))
        self.moment("unlink_ours")

    def unlink_stored(self, folder: int, name: str) -> None:
        self.wire.step("unlink_stored")
        super().unlink_stored(folder, name)
        self.disk.change(((self._open(folder), name), None))
        self.moment("unlink_stored")


def unmodelled() -> set[str]:
    """Calls of ``FsOps`` that ``PowerFs`` does not know; it would take their work for durable."""
    calls = {name for name in vars(FsOps) if not name.startswith("_")}
    return calls - vars(PowerFs).keys() - set(LOOKING) - set(HARMLESS)


class PowerDatabase(WatchedDatabase):
    """Commits that are asked to be are durable when they return.

    ``keep`` and ``put_back`` take it to each of them.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, Wire())
        self.fs: PowerFs | None = None
        self.copies: list[sqlite3.Connection] = []

    def write(self, fn: Callable[[], T], *, durable: bool = True) -> T:
        if self._writer is not None and self._writer.is_mine:
            return super().write(fn)
        done = super().write(fn, durable=durable)
        if self.fs is not None and self.fs.recording:
            self.keep()
            self.fs.commits = len(self.copies) - 1
            if durable:
                self.fs.safe = self.fs.commits
            self.fs.moment("commit")
        return done

    def keep(self) -> None:
        """Copy what is committed now."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        assert self._writing is not None
        self._writing.backup(copy)
        self.copies.append(copy)

    def put_back(self, number: int) -> None:
        """Make the database what it was at ``keep`` number ``number``."""
        assert self._writing is not None
        self.copies[number].backup(self._writing)

    def forget(self, *, after: int = 0) -> None:
        """Let go of the copies after the first ones."""
        for copy in self.copies[after:]:
            copy.close()
        del self.copies[after:]


def wipe(folder: Path) -> None:
    """Empty a scratch folder."""
    for where, folders, files in os.walk(folder, topdown=False):
        for name in files:
            Path(where, name).unlink()
        for name in folders:
            Path(where, name).rmdir()


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
