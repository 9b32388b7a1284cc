"""The folders of a vault: made when they are first written to, with names that are on disk."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.files.fs_ops import FsOps


class VaultFailure(OSError):  # noqa: N818 - an ``OSError`` is what it is
    """It was the vault that failed, and not the person's file."""


@contextmanager
def in_vault() -> Iterator[None]:
    """``OSError`` from the body becomes ``VaultFailure``, with the same ``errno``."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # nothing the system said
            raise
        raise VaultFailure(error.errno, error.strerror, error.filename) from error


class VaultFolders:
    """Opens the vault's folders. Readable by the person only."""

    def __init__(self, vault: Path, fs: FsOps) -> None:
        self._vault = Path(vault).absolute()
        self._fs = fs
        self._root: Path | None = None
        # Folders whose own names this process knows to be on disk.
        self._named: set[Path] = set()

    @property
    def root(self) -> Path:
        """The vault, made if need be. Raises ``OSError``."""
        if self._root is None:
            self._root = self._fs.make_vault(self._vault)
        return self._root

    def has_one_of(self, names: Collection[str]) -> bool:
        """Whether one of these folders stands in the vault, which is not made for it."""
        return any(entry.name in names for entry in self.scan(self._vault))

    def make(self, *parts: str) -> Path:
        """A folder of the vault that is there, and stays there whatever happens next."""
        path = self.root
        if path not in self._named and not self.scan(path):
            self._name_all_above(path)
        self._name(path, is_there=True)
        for part in parts:
            path /= part
            self._name(path)
        return path

    def scan(self, path: Path) -> list[os.DirEntry[str]]:
        """What stands in a folder; nothing where there is no folder."""
        try:
            return self._fs.scan(path)
        except FileNotFoundError:
            return []

    def sizes(self, path: Path) -> Iterator[tuple[str, int]]:
        """Name and length of each file in a folder, but for what another process takes away."""
        for entry in self.scan(path):
            with suppress(FileNotFoundError):
                yield entry.name, entry.stat(follow_symlinks=False).st_size

    @contextmanager
    def opened(self, path: Path) -> Iterator[int]:
        """A folder, for as long as it is needed."""
        handle = self._fs.open_folder(path)
        try:
            yield handle
        finally:
            self._fs.close(handle)

    @contextmanager
    def file(self, folder: Path, name: str) -> Iterator[int]:
        """A file to read from."""
        with self.opened(folder) as parent:
            handle = self._fs.open_read(parent, name)
        try:
            yield handle
        finally:
            self._fs.close(handle)

    def _name_all_above(self, path: Path) -> None:
        """For a vault that is new: the folders it lies in may be as new."""
        for parent in path.parents[1:]:
            try:
                with self.opened(parent) as handle:
                    self._fs.sync(handle)
            except OSError:
                return  # not the person's, and so not as new as that

    def _name(self, path: Path, *, is_there: bool = False) -> None:
        """Also a folder that stands there may not be on disk: whoever made it may have died."""
        if path in self._named:
            return
        with self.opened(path.parent) as parent:
            if not is_there:
                with suppress(FileExistsError):
                    self._fs.make_folder(parent, path.name, 0o700)
            self._fs.sync(parent)
        self._named.add(path)
