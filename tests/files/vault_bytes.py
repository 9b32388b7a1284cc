"""What a vault holds, and how it rots: for tests that do not care how bytes are laid out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from app.domain.errors import BlobDamagedError
from app.files.blobs import BlobStore
from app.files.fs_ops import FsOps
from app.files.packs import Packed


def stored(vault: Path) -> dict[str, bytes]:
    """Every content that a new process can read back, by hash."""
    blobs = BlobStore(vault, FsOps())
    found = {}
    for digest in blobs.all():
        with suppress(BlobDamagedError):
            found[digest] = blobs.read(digest)
    return found


def rot(vault: Path, digest: str, *, copies: bool = True) -> None:
    """Damage a content wherever it is kept; without ``copies`` where it was put first."""
    blobs = BlobStore(vault, FsOps())
    key = bytes.fromhex(digest)
    for shelf in (blobs._main, blobs._copies) if copies else (blobs._main,):
        for place in shelf.find(key):
            header = shelf.header(place, key)
            folder = vault if shelf is blobs._main else vault / "copies"
            if isinstance(place, Packed):
                path = folder / "packs" / f"{place.number:08}.pack"
                start = place.offset + header.length - header.stored
            else:
                path, start = folder / "blobs" / digest[:2] / place.name, 0
            with path.open("r+b") as file:
                file.seek(start)
                file.write(b"\0" * header.stored)


def lose(vault: Path, digest: str) -> None:
    """Take a content away wherever it is kept."""
    assert BlobStore(vault, FsOps()).discard([digest])


def add(vault: Path, content: bytes) -> str:
    """Keep a content that no version names. Returns its hash."""
    return BlobStore(vault, FsOps()).put([content]).hash
