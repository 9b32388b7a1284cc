"""What a vault holds, and how it rots: for tests that do not care how bytes are laid out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from app.domain.errors import BlobDamagedError
from app.files.blobs import BlobStore
from app.files.fs_ops import FsOps


def stored(vault: Path) -> dict[str, bytes]:
    """Every content that a new process can read back, by hash."""
    blobs = BlobStore(vault, FsOps())
    found = {}
    for digest in blobs.all():
        with suppress(BlobDamagedError):
            found[digest] = blobs.read(digest)
    return found


def rot(vault: Path, digest: str) -> None:
    """Damage a content wherever it is kept."""
    (vault / "blobs" / digest[:2] / digest).write_bytes(b"rotten")


def lose(vault: Path, digest: str) -> None:
    """Take a content away wherever it is kept."""
    (vault / "blobs" / digest[:2] / digest).unlink()


def add(vault: Path, content: bytes) -> str:
    """Keep a content that no version names. Returns its hash."""
    return BlobStore(vault, FsOps()).put([content]).hash
