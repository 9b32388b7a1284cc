"""The vault: content by its hash, whole or not there."""

from __future__ import annotations

import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from app.domain.errors import BlobDamagedError
from app.domain.files import VaultSize
from app.files.blobs import BlobStore, hash_of
from app.files.fs_ops import FsOps
from tests.files.faults import Crash, WatchedFs, Wire
from tests.files.vault_bytes import rot, stored


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def blobs(tmp_path: Path, wire: Wire) -> BlobStore:
    return BlobStore(tmp_path / "vault", WatchedFs(wire))


def test_bytes_come_back_and_only_the_person_can_read_them(
    blobs: BlobStore, tmp_path: Path
) -> None:
    blob = blobs.put([b"some ", b"bytes"])

    assert (blob.hash, blob.size) == (hash_of(b"some bytes"), 10)
    assert blobs.read(blob.hash) == b"some bytes"
    assert list(blobs.all()) == [blob.hash]
    for path in [tmp_path / "vault", *(tmp_path / "vault").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


CONTENTS = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda seed, times: seed * times, st.binary(min_size=1, max_size=50), st.just(3000)),
)


@settings(max_examples=40, deadline=None)
@given(contents=st.lists(CONTENTS, max_size=8), cut=st.integers(1, 5000))
def test_whatever_is_put_comes_back_also_to_a_new_process(contents: list[bytes], cut: int) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as root:
        vault = Path(root) / "vault"
        blobs = BlobStore(vault, FsOps())
        like = None
        for content in contents:
            pieces = (content[at : at + cut] for at in range(0, len(content), cut))
            like = blobs.put(pieces, like=like).hash

        wanted = {hash_of(content): content for content in contents}
        assert {digest: blobs.read(digest) for digest in blobs.all()} == wanted
        assert stored(vault) == wanted
        size = blobs.size()
        assert (size.blobs, size.content_bytes) == (len(wanted), sum(map(len, wanted.values())))


def test_the_size_tells_what_is_kept_and_what_it_takes(blobs: BlobStore, tmp_path: Path) -> None:
    assert blobs.size() == VaultSize(0, 0, 0)
    text = b"the same line again\n" * 10_000
    blobs.put([text])
    blobs.put([b"x"])

    size = blobs.size()

    files = [path for path in (tmp_path / "vault").rglob("*") if path.is_file()]
    assert (size.blobs, size.content_bytes) == (2, len(text) + 1)
    assert size.stored_bytes == sum(path.stat().st_size for path in files)
    assert size.stored_bytes < len(text) / 50
    assert BlobStore(tmp_path / "vault", FsOps()).size() == size


def test_bytes_that_are_there_are_not_written_again(blobs: BlobStore, wire: Wire) -> None:
    blobs.put([b"x"])
    del wire.steps[:]

    assert blobs.put([b"x"]).hash == hash_of(b"x")

    assert "write" not in wire.steps


def test_a_stream_of_known_bytes_leaves_no_part(blobs: BlobStore) -> None:
    blobs.put([b"ab"])
    blobs.put(iter([b"a", b"b"]))

    assert blobs.parts() == 0
    assert len(list(blobs.all())) == 1


def test_a_new_store_syncs_what_it_finds_before_it_relies_on_it(
    blobs: BlobStore, tmp_path: Path
) -> None:
    blobs.put([b"x"])
    wire = Wire()

    BlobStore(tmp_path / "vault", WatchedFs(wire)).put([b"x"])

    # The folder of the vault, its folder of packs, the pack, and the name of the pack.
    assert wire.steps.count("sync") == 4
    assert "write" not in wire.steps


def test_a_small_blob_costs_one_write_and_one_sync(blobs: BlobStore, wire: Wire) -> None:
    blobs.put([b"first"])
    del wire.steps[:]

    blobs.put([b"second"])

    assert (wire.steps.count("write"), wire.steps.count("sync")) == (1, 1)


@pytest.mark.parametrize("size", [4, 1_000_000], ids=["in a pack", "in a file"])
def test_a_damaged_blob_is_an_error_and_is_written_anew(
    blobs: BlobStore, tmp_path: Path, size: int
) -> None:
    content = Random(1).randbytes(size)
    blob = blobs.put([content])
    blobs.put([b"another"])
    rot(tmp_path / "vault", blob.hash)

    with pytest.raises(BlobDamagedError, match="have changed"):
        blobs.read(blob.hash)
    assert not blobs.is_whole(blob.hash)
    assert blobs.is_ailing(blob.hash)
    assert blobs.read(hash_of(b"another")) == b"another"

    blobs.put([content])
    assert blobs.read(blob.hash) == content
    assert not blobs.is_ailing(blob.hash)
    assert stored(tmp_path / "vault")[blob.hash] == content


def test_a_missing_blob_is_an_error(blobs: BlobStore) -> None:
    with pytest.raises(BlobDamagedError, match="cannot be read"):
        blobs.read("0" * 64)
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.read("../../../etc/passwd")


def test_bytes_that_cannot_be_read_back_are_not_kept(tmp_path: Path) -> None:
    """A disk that loses what it is given."""

    class Forgetful(FsOps):
        def write(self, handle: int, data: bytes | memoryview) -> int:
            return super().write(handle, bytes(len(data)))

    for content in (b"small", Random(1).randbytes(1_000_000)):
        with pytest.raises(OSError, match="does not come back"):
            BlobStore(tmp_path / "vault", Forgetful()).put([content])

    assert stored(tmp_path / "vault") == {}
    BlobStore(tmp_path / "vault", FsOps()).put([b"small"])
    assert stored(tmp_path / "vault") == {hash_of(b"small"): b"small"}


def test_a_crash_at_any_step_leaves_no_half_blob_under_a_name(tmp_path: Path) -> None:
    for number in range(1000):
        wire = Wire()
        wire.crash_at = number
        vault = tmp_path / str(number)
        with suppress(Crash):
            BlobStore(vault, WatchedFs(wire)).put([b"content", b" in two pieces"])
        again = BlobStore(vault, WatchedFs(Wire()))
        for digest in again.all():
            again.verify(digest)
        again.drop_parts()
        assert again.parts() == 0
        again.put([b"content in two pieces"])
        assert again.read(hash_of(b"content in two pieces")) == b"content in two pieces"
        if not wire.fired:
            return
    raise AssertionError("there was no end")


@pytest.mark.parametrize("which", ["its own record", "what it is built on"])
def test_what_was_checked_before_is_not_taken_for_granted(
    blobs: BlobStore, tmp_path: Path, which: str
) -> None:
    text = "\n".join(str(number * 7919) for number in range(2000)).encode()
    first = blobs.put([text]).hash
    second = blobs.put([text + b"more"], like=first).hash
    assert blobs.is_sure(first)
    assert blobs.is_sure(second)

    rot(tmp_path / "vault", second if which == "its own record" else first)

    assert not blobs.is_sure(second)
    assert blobs.is_sure(first) is (which == "its own record")
