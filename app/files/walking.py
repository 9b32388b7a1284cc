"""Lists and walks granted folders for reading; follows no link out and skips what is ignored."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.domain.workspace import FileEntry
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps, is_ours

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_IGNORE_FILE: Final = ".gitignore"
_IGNORE_BYTES: Final = 256 * 1024
_SKIPPED_FOLDERS: Final = frozenset({".git"})


class Walker:
    """Looks into folders. Blocking."""

    def __init__(self, folders: GrantedFolders, fs: FsOps) -> None:
        self._folders = folders
        self._fs = fs

    def entry(self, path: Path) -> FileEntry:
        """What stands at a resolved path. Raises ``OSError``."""
        return self._entry(path, path.stat())

    def entries(self, folder: Path) -> list[FileEntry]:
        """What stands in a folder, folders first, then by name. Raises ``OSError``."""
        found = []
        for item in self._fs.scan(folder):
            if is_ours(item.name) or not self._folders.holds(Path(item.path)):
                continue
            facts = self._facts(item)
            if facts is not None:
                found.append(self._entry(Path(item.path), facts))
        return sorted(found, key=_folders_first)

    def walk(self, folder: Path, *, include_ignored: bool, limit: int) -> list[FileEntry]:
        """At most ``limit`` files below a folder, by name, the folder's own files first."""
        ignored = Ignored() if include_ignored else self.ignored_above(folder)
        found: list[FileEntry] = []
        for path, facts in self._files(folder, ignored, include_ignored):
            found.append(self._entry(path, facts))
            if len(found) >= limit:
                break
        return found

    def contents(self, folder: Path, ignored: Ignored) -> Contents:
        """What a watcher looks at in a folder: no links, nothing that is ignored.

        ``ignored``: the rules from above, of ``ignored_above`` or the folder around it. Raises
        ``OSError``.
        """
        others, folders, ignored = self._contents(folder, ignored, include_ignored=False)
        files = {}
        for item in others:
            try:
                facts = item.stat(follow_symlinks=False)
            except OSError:
                continue  # gone meanwhile
            if stat.S_ISREG(facts.st_mode):
                files[item.path] = facts
        return Contents(files, [item.path for item in folders], ignored)

    # -- inside ----------------------------------------------------------------------------

    def _files(
        self, folder: Path, ignored: Ignored, include_ignored: bool
    ) -> Iterator[tuple[Path, os.stat_result]]:
        waiting = [(folder, ignored)]
        while waiting:
            here, ignored = waiting.pop()
            try:
                items, folders, ignored = self._contents(here, ignored, include_ignored)
            except OSError:
                continue  # gone meanwhile, or closed to us
            for item in items:
                facts = self._facts(item)
                if facts is not None and stat.S_ISREG(facts.st_mode):
                    yield Path(item.path), facts
            waiting.extend((Path(item.path), ignored) for item in reversed(folders))

    def _contents(
        self, folder: Path, ignored: Ignored, include_ignored: bool
    ) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]], Ignored]:
        """What counts in a folder: what is no folder, folders, and the rules that hold inside."""
        items = sorted(self._fs.scan(folder), key=lambda item: item.name)
        if not include_ignored:
            ignored = ignored.within(folder, _read_ignore_file(items))
        is_held = self._folders.holds(folder)
        others: list[os.DirEntry[str]] = []
        folders: list[os.DirEntry[str]] = []
        for item in items:
            path = Path(item.path)
            is_folder = item.is_dir(follow_symlinks=False)
            # What is Steward's own is a folder: files are judged by the folder they are in.
            if is_ours(item.name) or not (self._folders.holds(path) if is_folder else is_held):
                continue
            if not include_ignored and (
                item.name in _SKIPPED_FOLDERS or ignored.names(path, is_folder=is_folder)
            ):
                continue
            (folders if is_folder else others).append(item)
        return others, folders, ignored

    def _facts(self, item: os.DirEntry[str]) -> os.stat_result | None:
        """Facts about an entry; about what a link leads to where that is inside."""
        try:
            if item.is_symlink():
                target = Path(item.path).resolve()
                if not self._folders.holds(target):
                    return None
                return target.stat()
            return item.stat(follow_symlinks=False)
        except (OSError, RuntimeError):  # gone meanwhile, or links in a circle
            return None

    def _entry(self, path: Path, facts: os.stat_result) -> FileEntry:
        is_dir = stat.S_ISDIR(facts.st_mode)
        return FileEntry(
            path=str(path),
            display=self._folders.display(path),
            is_dir=is_dir,
            size=0 if is_dir else facts.st_size,
            modified_at=datetime.fromtimestamp(facts.st_mtime, UTC),
        )

    def ignored_above(self, folder: Path) -> Ignored:
        """What the ignore files above ``folder`` name; nothing where they name it itself."""
        root = next((r for r in self._folders.roots if folder.is_relative_to(r)), folder)
        above = [parent for parent in reversed(folder.parents) if parent.is_relative_to(root)]
        ignored = Ignored()
        for parent in above:
            ignored = ignored.within(parent, _ignore_text(parent / _IGNORE_FILE))
        return Ignored() if ignored.names(folder, is_folder=True) else ignored


@dataclass(frozen=True, slots=True)
class Contents:
    """A folder's files by path with their facts, its folders, and the rules that hold inside."""

    files: dict[str, os.stat_result]
    folders: list[str]
    ignored: Ignored


class Ignored:
    """The rules of the ignore files from the root down to a folder; the innermost decides."""

    def __init__(self, rules: tuple[tuple[Path, GitIgnoreSpec], ...] = ()) -> None:
        self._rules = rules

    def within(self, folder: Path, text: str) -> Ignored:
        """These rules and those of the ignore file of ``folder``."""
        if not text.strip():
            return self
        from pathspec import GitIgnoreSpec

        lines = text.splitlines()
        try:
            spec = GitIgnoreSpec.from_lines(lines)
        except ValueError:  # one bad pattern must not hide the others, as in git
            spec = GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))
        return Ignored(((folder, spec), *self._rules))

    def names(self, path: Path, *, is_folder: bool) -> bool:
        """Whether the rules name ``path``."""
        for folder, spec in self._rules:
            if not path.is_relative_to(folder) or path == folder:
                continue
            inner = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
            verdict = spec.check_file(inner).include
            if verdict is not None:
                return verdict
        return False


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _read_ignore_file(items: list[os.DirEntry[str]]) -> str:
    for item in items:
        if item.name == _IGNORE_FILE and item.is_file(follow_symlinks=False):
            return _ignore_text(Path(item.path))
    return ""


def _ignore_text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as file:
            return file.read(_IGNORE_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _folders_first(entry: FileEntry) -> tuple[bool, str, str]:
    name = os.path.basename(entry.path)  # noqa: PTH119 - a plain string, thousands of times
    return (not entry.is_dir, name.casefold(), name)
