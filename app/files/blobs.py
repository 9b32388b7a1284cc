"""The vault's bytes: one file a content, named by its SHA-256, never changed, never dropped."""

from __future__ import annotations

import errno
import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import BlobDamagedError
from app.domain.files import VaultSize
from app.files.fs_ops import PART_SUFFIX, FsOps

CHUNK: Final = 1024 * 1024
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: SHA-256 hex and length."""

    hash: str
    size: int


def hash_of(content: bytes) -> str:
    """The name of ``content`` in the vault."""
    return hashlib.sha256(content).hexdigest()


class BlobStore:
    """``vault/blobs/ab/<sha256>``, readable by the person only.

    A blob is written to ``vault/parts``, synced, and renamed: under its name it is whole.
    Used by one thread at a time (the store-wide lock sees to that); reading is free.
    """

    def __init__(self, vault: Path, fs: FsOps) -> None:
        self._fs = fs
        self._vault = Path(vault).absolute()
        self._ready: Path | None = None
        # Blobs this process has put or found whole, and synced: their folder needs no more care.
        self._durable: set[str] = set()
        # Folders of the vault whose names this process knows to be on disk.
        self._synced: set[Path] = set()

    def make_ready(self) -> None:
        """Make the vault's folders. Raises ``OSError``."""
        self._root()

    def put(self, chunks: Iterable[bytes], *, like: str | None = None) -> Blob:
        """Keep bytes; durable when it returns. Bytes already kept are verified, not rewritten.

        ``like``: hash of an earlier version, of which these bytes may be an edit.

        Raises ``OSError``; then nothing was added under any blob's name.
        """
        content = next(iter(chunks)) if isinstance(chunks, list) and len(chunks) == 1 else None
        if content is not None and self._keeps(hash_of(content)):
            return Blob(hash_of(content), len(content))
        root = self._root()
        with self._folder(root / "parts") as parts:
            name = f"{uuid.uuid4().hex}{PART_SUFFIX}"
            blob = self._write_part(parts, name, chunks)
            if content is None and self._keeps(blob.hash):
                self._fs.unlink_ours(parts, name)
                return blob
            self._make_folder(root / "blobs", blob.hash[:2])
            with self._folder(self._place(blob.hash).parent) as folder:
                self._fs.rename_ours(parts, name, folder, blob.hash)
                self._fs.sync(folder)
        self._durable.add(blob.hash)
        return blob

    def read(self, digest: str) -> bytes:
        """The bytes, checked against their hash. Raises ``BlobDamagedError``."""
        return b"".join(self.chunks(digest))

    def chunks(self, digest: str) -> Iterator[bytes]:
        """The bytes in pieces; ``BlobDamagedError`` after the last where they are not right."""
        check = hashlib.sha256()
        try:
            with (
                self._folder(self._place(digest).parent) as folder,
                self._file(folder, digest) as handle,
            ):
                while chunk := self._fs.read(handle, CHUNK):
                    check.update(chunk)
                    yield chunk
        except OSError as error:
            raise _damaged(digest, f"it cannot be read: {error.strerror or error}") from error
        if check.hexdigest() != digest:
            raise _damaged(digest, "its bytes have changed")

    def verify(self, digest: str) -> None:
        """Read it all. Raises ``BlobDamagedError``."""
        for _ in self.chunks(digest):
            pass

    def is_whole(self, digest: str) -> bool:
        """Whether the blob is there and sound."""
        try:
            self.verify(digest)
        except BlobDamagedError:
            return False
        return True

    def all(self) -> Iterator[str]:
        """The hash of every blob."""
        blobs = self._root() / "blobs"
        for folder in sorted(self._fs.scan(blobs), key=lambda entry: entry.name):
            if folder.is_dir(follow_symlinks=False):
                names = sorted(entry.name for entry in self._fs.scan(folder.path))
                yield from (name for name in names if _DIGEST.fullmatch(name))

    def size(self) -> VaultSize:
        """How much is kept, and what it takes."""
        sizes = [
            entry.stat(follow_symlinks=False).st_size
            for folder in self._fs.scan(self._root() / "blobs")
            if folder.is_dir(follow_symlinks=False)
            for entry in self._fs.scan(folder.path)
            if _DIGEST.fullmatch(entry.name)
        ]
        return VaultSize(blobs=len(sizes), content_bytes=sum(sizes), stored_bytes=sum(sizes))

    def parts(self) -> int:
        """How many unfinished blobs a crash has left."""
        return len(self._fs.scan(self._root() / "parts"))

    def drop_parts(self) -> int:
        """Clear away unfinished blobs; nobody may be writing one. Returns how many."""
        where = self._root() / "parts"
        names = [e.name for e in self._fs.scan(where) if e.name.endswith(PART_SUFFIX)]
        if names:
            with self._folder(where) as parts:
                for name in names:
                    self._fs.unlink_ours(parts, name)
        return len(names)

    # -- inside ----------------------------------------------------------------------------

    def _keeps(self, digest: str) -> bool:
        if not self.is_whole(digest):
            return False  # not there, or damaged: it is written anew
        if digest not in self._durable:
            # A crash may have come between its rename and the sync of its folder.
            with self._folder(self._place(digest).parent) as folder:
                self._fs.sync(folder)
            self._durable.add(digest)
        return True

    def _write_part(self, parts: int, name: str, chunks: Iterable[bytes]) -> Blob:
        check = hashlib.sha256()
        size = 0
        handle = self._fs.open_new(parts, name)
        try:
            for chunk in chunks:
                check.update(chunk)
                size += len(chunk)
                write_all(self._fs, handle, chunk)
            self._fs.sync(handle)
        finally:
            self._fs.close(handle)  # what a failure leaves here goes at the next start
        return Blob(check.hexdigest(), size)

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a SHA-256")
        return self._root() / "blobs" / digest[:2] / digest

    def _root(self) -> Path:
        if self._ready is None:
            root = self._fs.make_vault(self._vault)
            self._keep_names(root)
            for name in ("blobs", "parts"):
                self._make_folder(root, name)
            blobs = root / "blobs"
            with self._folder(blobs) as handle:
                self._fs.sync(handle)
            self._synced.update(blobs / entry.name for entry in self._fs.scan(blobs))
            self._ready = root
        return self._ready

    def _keep_names(self, root: Path) -> None:
        """Sync the name of the vault, which a process may have made just before it died.

        For a vault that is new, the names of all folders above it too: they may be as new.
        """
        with self._folder(root.parent) as handle:
            self._fs.sync(handle)
        if not self._fs.scan(root):
            for parent in root.parents[1:]:
                try:
                    with self._folder(parent) as handle:
                        self._fs.sync(handle)
                except OSError:
                    break  # not the person's, and not as new as that

    def _make_folder(self, parent: Path, name: str) -> None:
        place = parent / name
        with self._folder(parent) as handle:
            try:
                self._fs.stat(handle, name)
            except FileNotFoundError:
                self._fs.make_folder(handle, name, 0o700)
                self._synced.discard(place)
            if place not in self._synced:
                # A process may have died between making it and the sync of its name.
                self._fs.sync(handle)
                self._synced.add(place)

    @contextmanager
    def _folder(self, path: Path) -> Iterator[int]:
        handle = self._fs.open_folder(path)
        try:
            yield handle
        finally:
            self._fs.close(handle)

    @contextmanager
    def _file(self, folder: int, name: str) -> Iterator[int]:
        handle = self._fs.open_read(folder, name)
        try:
            yield handle
        finally:
            self._fs.close(handle)


def write_all(fs: FsOps, handle: int, data: bytes) -> None:
    """Write every byte of ``data``. Raises ``OSError``, also where the system writes nothing."""
    rest = memoryview(data)
    while rest:
        written = fs.write(handle, rest)
        if written <= 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def _damaged(digest: str, why: str) -> BlobDamagedError:
    return BlobDamagedError(
        f"The stored version {digest[:12]} is damaged: {why}.",
        hint="Other versions are not affected. `steward files verify` checks the whole vault.",
        details={"hash": digest},
    )
