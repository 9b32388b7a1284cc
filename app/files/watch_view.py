"""What stands in watched folders, as it was last looked at; tells what is different now.

It reads names and facts of files, never their bytes, and keeps nothing on disk. Blocking; used by
one thread at a time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from app.files.walking import Ignored, Walker

MOST_FILES: Final = 200_000
"""More are not watched: every file costs memory and a look."""

_IGNORE_FILE: Final = ".gitignore"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a change of a file's bytes, or another file under its name, would change.

    Times of writing can be set back (``touch -r``, ``rsync -t``); ``touched_ns`` is the system's.
    """

    size: int
    changed_ns: int
    inode: int
    touched_ns: int

    @classmethod
    def of(cls, facts: os.stat_result) -> Self:
        """From what the system says."""
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_ctime_ns)

    @classmethod
    def read(cls, words: str | None) -> Self:
        """From what ``str`` made of it; of no file where there is nothing to be read."""
        numbers = [int(word) for word in (words or "").split() if word.isdecimal()]
        return cls(*numbers) if len(numbers) == 4 else cls(-1, -1, -1, -1)

    def __str__(self) -> str:
        return f"{self.size} {self.changed_ns} {self.inode} {self.touched_ns}"


@dataclass(slots=True)
class Difference:
    """What one look found: files that are new or changed, and files that are gone."""

    changed: dict[str, Facts] = field(default_factory=dict)
    gone: dict[str, Facts] = field(default_factory=dict)


@dataclass(slots=True)
class _Folder:
    above: Ignored
    inside: Ignored
    files: dict[str, Facts]
    folders: list[str]


class FolderView:
    """Folders below ``roots`` and their files.

    Args:
        walker: says what counts.
        roots: absolute folders, links resolved.
        most: at most so many files; then ``is_full``.
    """

    def __init__(self, walker: Walker, roots: Iterable[Path], *, most: int = MOST_FILES) -> None:
        self._walker = walker
        self._roots = tuple(str(root) for root in roots)
        self._most = most
        self._known: dict[str, _Folder] = {}
        self._count = 0
        self._identities: dict[str, tuple[int, int]] = {}

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders it was made for."""
        return self._roots

    @property
    def folders(self) -> set[str]:
        """Every folder that was looked into."""
        return set(self._known)

    @property
    def is_full(self) -> bool:
        """Whether there are files it does not know, for there are too many."""
        return self._count >= self._most

    def files(self) -> dict[str, Facts]:
        """Every file, by absolute path."""
        return {path: facts for folder in self._known.values() for path, facts in
                folder.files.items()}  # fmt: skip

    def facts(self, path: str) -> Facts | None:
        """The facts of a file as last looked at, or of an ignored one as it is now."""
        folder = self._known.get(os.path.dirname(path))  # noqa: PTH120 - thousands of times
        if folder is not None and path in folder.files:
            return folder.files[path]
        try:
            now = os.lstat(path)
        except OSError:
            return None
        return Facts.of(now) if stat.S_ISREG(now.st_mode) else None

    def root_of(self, path: str) -> str | None:
        """The root that holds ``path`` and can be looked into as before; ``None`` for none.

        One whose disk was taken away, or that is not the folder it was, holds nothing.
        """
        for root in self._roots:
            if path.startswith(root.rstrip(os.sep) + os.sep):
                return root if self._is_itself(root) else None
        return None

    def changed_roots(self) -> list[str]:
        """Roots that are there and are not the folders they were, or were not there before."""
        now = {root: _identity(root) for root in self._roots}
        return [
            root
            for root, identity in now.items()
            if identity is not None
            and (identity != self._identities.get(root) or root not in self._known)
            and os.access(root, os.R_OK | os.X_OK)
        ]

    def look(self, folders: Iterable[str] | None = None) -> Difference:
        """Look into ``folders``, and whatever is new below them; into all where ``None``.

        A folder that is not known yet is found by looking into those above it. One that cannot
        be read, but is there, is left as it was.
        """
        found = Difference()
        waiting = self._start(folders)
        looked: set[str] = set()
        while waiting:
            path, above = waiting.pop()
            if path not in looked:
                looked.add(path)
                waiting += self._look_into(path, above, found, everything=folders is None)
        for path in found.changed:
            found.gone.pop(path, None)
        return found

    # -- inside ----------------------------------------------------------------------------

    def _start(self, folders: Iterable[str] | None) -> list[tuple[str, Ignored]]:
        if folders is None:
            for root in self._roots:
                identity = _identity(root)
                if identity is not None:
                    self._identities[root] = identity
            return [(root, self._walker.ignored_above(Path(root))) for root in self._roots]
        nearest = {near for folder in folders if (near := self._nearest(folder)) is not None}
        return [(folder, self._known[folder].above) for folder in nearest]

    def _nearest(self, folder: str) -> str | None:
        """The folder, or the innermost known one around it."""
        for one in (folder, *map(str, Path(folder).parents)):
            if one in self._known:
                return one
        return None

    def _look_into(
        self, path: str, above: Ignored, found: Difference, *, everything: bool
    ) -> list[tuple[str, Ignored]]:
        """Look into one folder. Returns those below it to look into next."""
        before = self._known.get(path)
        try:
            contents = self._walker.contents(Path(path), above)
        except (FileNotFoundError, NotADirectoryError):
            if self._root_is_reachable(path):
                self._forget(path, found)
            return []
        except OSError:
            return []
        now: dict[str, Facts] = {}
        for name, facts in contents.files.items():
            known = before is not None and name in before.files
            if known or not self.is_full:
                now[name] = Facts.of(facts)
                self._count += not known
        was = before.files if before is not None else {}
        changed = {name: facts for name, facts in now.items() if was.get(name) != facts}
        found.changed |= changed
        gone = {name: facts for name, facts in was.items() if name not in now}
        found.gone |= gone
        self._count -= len(gone)
        self._known[path] = _Folder(above, contents.ignored, now, contents.folders)
        old = set(before.folders) if before is not None else set()
        for folder in old - set(contents.folders):
            self._forget(folder, found)
        rules_changed = any(
            os.path.basename(name) == _IGNORE_FILE  # noqa: PTH119 - thousands of times
            for name in (*changed, *gone)
        )
        return [
            (folder, contents.ignored)
            for folder in contents.folders
            if everything or rules_changed or folder not in self._known
        ]

    def _forget(self, path: str, found: Difference) -> None:
        folder = self._known.pop(path, None)
        if folder is not None:
            self._count -= len(folder.files)
            found.gone |= folder.files
            for below in folder.folders:
                self._forget(below, found)

    def _root_is_reachable(self, path: str) -> bool:
        return path in self._roots or self.root_of(path) is not None

    def _is_itself(self, root: str) -> bool:
        return _identity(root) == self._identities.get(root)


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        facts = os.stat(folder)  # noqa: PTH116 - a plain string
    except OSError:
        return None
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None
