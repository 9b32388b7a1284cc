"""The bytes that a change reads or writes, however many: in memory, in the vault, or in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.files.blobs import BlobStore, hash_of


class Content(Protocol):
    """Bytes that do not change while they are used."""

    @property
    def hash(self) -> str:
        """Their SHA-256 hex."""
        ...

    @property
    def size(self) -> int:
        """How many they are."""
        ...

    @property
    def whole(self) -> bytes | None:
        """All of them, where they are in memory."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """All of them, in pieces. Raises ``OSError``, ``BlobDamagedError``."""
        ...


class InMemory:
    """Few bytes."""

    def __init__(self, content: bytes) -> None:
        self.whole = content
        self.hash = hash_of(content)
        self.size = len(content)

    def chunks(self) -> Iterator[bytes]:
        """All at once."""
        yield self.whole


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes of the vault."""

    blobs: BlobStore
    hash: str
    size: int
    whole: None = None

    def chunks(self) -> Iterator[bytes]:
        """As they are read; ``BlobDamagedError`` after the last where they are not right."""
        return self.blobs.chunks(self.hash)


def kept(
    blobs: BlobStore, digest: str, limit: int, check: Callable[[], None] = lambda: None
) -> Content:
    """The bytes with this hash, read through once: up to ``limit`` of them stay in memory.

    ``check`` is called now and then, and may raise. Raises ``BlobDamagedError``.
    """
    pieces: list[bytes] = []
    size = 0
    for chunk in blobs.chunks(digest):
        check()
        size += len(chunk)
        if size <= limit:
            pieces.append(chunk)
        else:
            pieces.clear()
    return InMemory(b"".join(pieces)) if size <= limit else Kept(blobs, digest, size)
