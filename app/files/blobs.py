"""The vault's bytes: each content once, named by its SHA-256, never changed.

A small edit of a large content is stored as a delta. What others are built on is kept twice, in
different files, so that a place that rots costs no other content.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from app.domain.errors import BlobDamagedError
from app.domain.files import VaultSize
from app.files.blob_codec import CHUNK, IN_MEMORY, hash_of
from app.files.blob_deltas import Deltas
from app.files.blob_reader import BlobReader
from app.files.blob_record import Kind, damaged
from app.files.fs_ops import PART_SUFFIX, FsOps, write_all
from app.files.shelf import Place, Shelf
from app.files.vault_folders import VaultFolders, in_vault

__all__ = ["CHUNK", "Blob", "BlobStore", "hash_of", "write_all"]

_LOOKS: Final = 2
"""Looks at what another process may have moved, before a content counts as damaged."""
_CONTENTS: Final = ("packs", "blobs", "copies")
"""Folders that a vault has once anything was put in."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: SHA-256 hex and length."""

    hash: str
    size: int


class BlobStore:
    """The vault's contents, readable by the person only.

    ``put`` and ``discard`` are called under the store-wide lock; reading is free, also from
    several threads, while another thread or process writes.
    """

    def __init__(self, vault: Path, fs: FsOps) -> None:
        self._fs = fs
        self._folders = VaultFolders(vault, fs)
        self._main = Shelf(self._folders, fs)
        self._copies = Shelf(self._folders, fs, "copies")
        self._reader = BlobReader([self._main, self._copies])
        self._deltas = Deltas(self._reader)
        self._writing = threading.Lock()

    def make_ready(self) -> None:
        """Make the vault's folder. Raises ``OSError``."""
        _ = self._folders.root

    # -- writing ---------------------------------------------------------------------------

    def put(self, chunks: Iterable[bytes], *, like: str | None = None) -> Blob:
        """Keep bytes; durable, and read back, when it returns.

        Bytes already kept are verified, not rewritten; where a copy of them is damaged it is
        made good. Raises ``OSError``; then nothing was added under any blob's name.

        Args:
            chunks: the bytes. Long contents are never held in memory as a whole.
            like: hash of an earlier version, of which these bytes may be an edit.
        """
        pieces = iter(chunks)
        head: list[bytes] = []
        size = 0
        for piece in pieces:
            head.append(piece)
            size += len(piece)
            if size > IN_MEMORY:
                with self._writing:
                    self._refresh()
                    key, size = self._main.put_stream(
                        chain(head, pieces), lambda key: self._keeps(key, self._main.find(key))
                    )
                return Blob(key.hex(), size)
        content = head[0] if len(head) == 1 else b"".join(head)
        del head
        digest = hash_of(content)
        self.put_whole(content, digest, like=like)
        return Blob(digest, len(content))

    def put_whole(self, content: bytes, digest: str, *, like: str | None = None) -> bool:
        """``put`` of bytes whose SHA-256 is known.

        Returns whether it has also seen that ``like`` is sound: it need not have looked.
        """
        if len(content) > IN_MEMORY:
            self.put([content], like=like)
            return False
        with self._writing, in_vault():
            self._refresh()
            return self._put(bytes.fromhex(digest), content, _key(like) if like else None)

    def discard(self, digests: Collection[str]) -> int:
        """Let go of contents for good. Returns the bytes of disk space that this frees.

        Only for what the person has asked to prune, after its export. A content that one which
        stays is built on stays as well. After a crash in the middle everything else is there,
        and the same call ends the work. Raises ``OSError``.
        """
        named = {_key(digest) for digest in digests}
        with self._writing:
            self._refresh()
            doomed = named - self._needed(named)
            # First where most contents are, then what these may have been built on.
            return self._main.cut(doomed) + self._copies.cut(doomed) if doomed else 0

    # -- reading ---------------------------------------------------------------------------

    def read(self, digest: str) -> bytes:
        """The bytes, checked against their hash. Raises ``BlobDamagedError``."""
        return b"".join(self.chunks(digest))

    def chunks(self, digest: str) -> Iterator[bytes]:
        """The bytes in pieces; ``BlobDamagedError`` after the last where they are not right."""
        key = _key(digest)
        begun = False
        for _ in range(_LOOKS):
            try:
                for piece in self._reader.chunks(key):
                    begun = True
                    yield piece
            except BlobDamagedError:
                if begun:
                    raise
            else:
                return
            # Another process may have put it, or moved it, since this one looked.
            try:
                self._refresh()
            except OSError as error:
                raise damaged(key, f"it cannot be read: {error.strerror or error}") from error
        yield from self._reader.chunks(key)

    def verify(self, digest: str) -> None:
        """Read it all. Raises ``BlobDamagedError``."""
        for _ in self.chunks(digest):
            pass

    def kept_open(self) -> AbstractContextManager[None]:
        """What the calling thread reads of the vault stays open between its reads."""
        return self._reader.kept_open()

    def has(self, digest: str) -> bool:
        """Whether there is a place where the blob should be. Raises ``OSError``."""
        return self._main.has(_key(digest))

    def is_whole(self, digest: str) -> bool:
        """Whether the blob is there and sound."""
        try:
            self.verify(digest)
        except BlobDamagedError:
            return False
        return True

    def is_sure(self, digest: str) -> bool:
        """``is_whole``, for what is asked again and again.

        What this process has checked lately is not decoded anew where all its records, read from
        disk, still have the same checksums.
        """
        return self._reader.is_unchanged(_key(digest)) or self.is_whole(digest)

    def is_ailing(self, digest: str) -> bool:
        """Whether a place where it should be is damaged. Its bytes may still come back.

        Looks at each place by itself: ``verify`` tells whether they do. Raises ``OSError``.
        """
        key = _key(digest)
        shelves = [self._main, *([self._copies] if self._copies.has(key) else [])]
        return not all(
            any(self._reader.loads(shelf, place, key) for place in shelf.find(key))
            for shelf in shelves
        )

    def mend(self, digest: str) -> bool:
        """Make a damaged copy good from a sound one. Returns whether one was damaged.

        Called under the store-wide lock, like ``put``. Raises ``BlobDamagedError`` where no
        sound copy is left, and ``OSError``.
        """
        self._refresh()
        if not self.is_ailing(digest):
            return False
        self.put(self.chunks(digest))
        return True

    def all(self) -> Iterator[str]:
        """The hash of every blob."""
        keys = self._main.contents().keys() | self._copies.contents().keys()
        yield from (key.hex() for key in sorted(keys))

    def is_bare(self) -> bool:
        """Whether nothing was ever put in, or all was taken away with its folders.

        One look, which does not make the vault. Raises ``OSError``.
        """
        return not self._folders.has_one_of(_CONTENTS)

    def size(self) -> VaultSize:
        """How much is kept, and what it takes. Raises ``OSError``."""
        contents = {**self._copies.contents(), **self._main.contents()}
        return VaultSize(
            blobs=len(contents),
            content_bytes=sum(contents.values()),
            stored_bytes=self._main.stored_bytes() + self._copies.stored_bytes(),
        )

    # -- what a crash leaves ---------------------------------------------------------------

    def parts(self) -> int:
        """How many unfinished blobs a crash has left."""
        return len(self._folders.scan(self._parts))

    def drop_parts(self) -> int:
        """Clear away unfinished blobs; nobody may be writing one. Returns how many."""
        names = [e.name for e in self._folders.scan(self._parts) if e.name.endswith(PART_SUFFIX)]
        if names:
            with self._folders.opened(self._parts) as parts:
                for name in names:
                    self._fs.unlink_ours(parts, name)
        return len(names)

    # -- inside ----------------------------------------------------------------------------

    @property
    def _parts(self) -> Path:
        return self._folders.root / "parts"

    def _refresh(self) -> None:
        self._main.refresh()
        self._copies.refresh()

    def _put(self, key: bytes, content: bytes, like: bytes | None) -> bool:
        is_copied = self._copies.has(key)
        places = list(self._main.find(key))
        seen = False
        if not self._keeps(key, places):
            known = is_copied or bool(places)
            # Others may be built on what was there: on one of them it would go in a circle.
            built = self._deltas.record(key, content, None if known else like)
            seen = built.like_is_sound
            if built.line[0].header.base is not None:
                self._keep_copy(built.line[0].header.base)
            self._main.put(built.line[0])
            self._reader.remember(built.line, content)
        if is_copied:
            self._keep_copy(key)
        return seen

    def _keeps(self, key: bytes, places: Iterable[Place]) -> bool:
        """Whether one of the places where it was put first is sound, and on disk."""
        for place in places:
            if self._reader.is_sound(self._main, place, key):
                self._main.make_durable(place)
                return True
        return False

    def _sound_copy(self, key: bytes) -> bool:
        for place in self._copies.find(key):
            if self._reader.loads(self._copies, place, key):
                self._copies.make_durable(place)
                return True
        return False

    def _keep_copy(self, key: bytes) -> None:
        """See to it that there is a sound second copy."""
        if self._sound_copy(key):
            return
        for place in self._main.find(key):
            if self._reader.loads(self._main, place, key):
                record = self._main.load(place, key)
                if record.header.kind is not Kind.RAW:
                    self._copies.put(record)
                    return
        self._copies.put(self._deltas.whole(key, self._reader.content(key)))

    def _needed(self, doomed: set[bytes]) -> set[bytes]:
        """Those of ``doomed`` that one which stays is built on, at whatever distance."""
        bases: dict[bytes, set[bytes]] = {}
        for header in chain(self._main.headers(), self._copies.headers()):
            if header.base is not None:
                bases.setdefault(header.key, set()).add(header.base)
        needed: set[bytes] = set()
        waiting = [
            base for key, built_on in bases.items() if key not in doomed for base in built_on
        ]
        while waiting:
            key = waiting.pop()
            if key not in needed:
                needed.add(key)
                waiting.extend(bases.get(key, ()))
        return needed


def _key(digest: str) -> bytes:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is not a SHA-256")
    return bytes.fromhex(digest)
