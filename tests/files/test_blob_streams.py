"""Long contents pass through in pieces, whatever their length."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import IN_MEMORY
from app.files.blobs import CHUNK, BlobStore, hash_of
from app.files.fs_ops import FsOps
from tests.files.faults import Crash, WatchedFs, Wire
from tests.files.vault_bytes import rot, stored

ROOT = Path(__file__).parents[2]


@pytest.fixture
def vault(quick_path: Path) -> Path:
    return quick_path / "vault"


@pytest.fixture
def soon_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contents count as long from 100 kB on."""
    for module in ("blobs", "blob_deltas", "shelf"):
        monkeypatch.setattr(f"app.files.{module}.IN_MEMORY", 100_000)


def pieces(count: int = 40) -> Iterator[bytes]:
    dice = Random(8)
    return (dice.randbytes(5000) + b"\0" * 5000 for _ in range(count))


WHOLE = b"".join(pieces())


@pytest.mark.usefixtures("soon_long")
def test_a_long_content_comes_back(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())

    blob = blobs.put(pieces())

    assert (blob.hash, blob.size) == (hash_of(WHOLE), len(WHOLE))
    assert blobs.read(blob.hash) == WHOLE
    assert stored(vault) == {blob.hash: WHOLE}
    assert blobs.size().content_bytes == len(WHOLE) > blobs.size().stored_bytes
    blobs.put([WHOLE])
    assert blobs.parts() == 0
    assert len(list((vault / "blobs").rglob("*.z"))) == 1


@pytest.mark.usefixtures("soon_long")
def test_a_long_content_that_rots_is_an_error_and_is_written_anew(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    digest = blobs.put(pieces()).hash
    rot(vault, digest)

    with pytest.raises(BlobDamagedError, match="have changed"):
        blobs.verify(digest)

    blobs.put(pieces())
    assert blobs.read(digest) == WHOLE


@pytest.mark.usefixtures("soon_long")
def test_a_long_content_of_an_earlier_steward_comes_back_and_can_be_discarded(vault: Path) -> None:
    file = vault / "blobs" / hash_of(WHOLE)[:2] / hash_of(WHOLE)
    file.parent.mkdir(parents=True)
    file.write_bytes(WHOLE)
    blobs = BlobStore(vault, FsOps())

    assert b"".join(blobs.chunks(hash_of(WHOLE))) == WHOLE
    assert blobs.put(pieces()).hash == hash_of(WHOLE)
    assert [path for path in vault.rglob("*") if path.is_file()] == [file]
    assert (blobs.size().content_bytes, blobs.size().stored_bytes) == (len(WHOLE), len(WHOLE))

    file.write_bytes(WHOLE[:-1])
    with pytest.raises(BlobDamagedError, match="have changed"):
        blobs.verify(hash_of(WHOLE))
    assert blobs.discard([hash_of(WHOLE)]) == len(WHOLE) - 1
    assert stored(vault) == {}


@pytest.mark.usefixtures("soon_long")
def test_a_crash_in_a_long_put_leaves_at_most_a_part(quick_path: Path) -> None:
    for number in range(10_000):
        vault = quick_path / str(number)
        wire = Wire(acts_only=True)
        wire.crash_at = number
        blobs = BlobStore(vault, WatchedFs(wire))
        with suppress(Crash):
            blobs.put([b"before"])
            blobs.put(pieces(20))
        again = BlobStore(vault, FsOps())
        assert again.drop_parts() <= 1
        for digest in again.all():
            again.verify(digest)
        again.put(pieces(20))
        assert again.read(hash_of(WHOLE[:200_000])) == WHOLE[:200_000]
        if not wire.fired:
            break
    else:
        raise AssertionError("there was no end")
    assert number > 20


def test_short_contents_of_many_pieces_are_one(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    content = Random(9).randbytes(3 * CHUNK + 5)

    digest = blobs.put(content[at : at + 1000] for at in range(0, len(content), 1000)).hash

    assert [len(piece) for piece in blobs.chunks(digest)] == [CHUNK, CHUNK, CHUNK, 5]
    assert hashlib.sha256(b"".join(blobs.chunks(digest))).hexdigest() == digest
    assert len(content) < IN_MEMORY


MEASURE = """
import resource, sys
from pathlib import Path
from random import Random
from app.files.blobs import BlobStore
from app.files.fs_ops import FsOps
import zstandard

def pieces(count):
    for n in range(count):
        yield Random(n).randbytes(1 << 20) if n % 3 else bytes(1 << 20)

blobs = BlobStore(Path(sys.argv[1]), FsOps())
blobs.put([b"warm"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest = blobs.put(pieces(120)).hash
blobs.verify(digest)
blobs.put(pieces(120))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
print((after - before) * unit)
"""


def test_a_long_content_needs_little_memory(vault: Path) -> None:
    """120 MB put, read and put again: at most 64 MB above idle."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(vault)],
        cwd=ROOT, capture_output=True, text=True, timeout=50, check=True,
    )  # fmt: skip

    assert int(done.stdout) < 64 * 1024 * 1024
