"""The vault: content by its hash, whole or not there."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import BlobDamagedError
from app.files.blobs import BlobStore, hash_of
from tests.files.faults import Crash, WatchedFs, Wire


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def blobs(tmp_path: Path, wire: Wire) -> BlobStore:
    return BlobStore(tmp_path / "vault", WatchedFs(wire))


def place_of(tmp_path: Path, content: bytes) -> Path:
    return tmp_path / "vault" / "blobs" / hash_of(content)[:2] / hash_of(content)


def test_bytes_come_back_and_only_the_person_can_read_them(
    blobs: BlobStore, tmp_path: Path
) -> None:
    blob = blobs.put([b"some ", b"bytes"])

    assert (blob.hash, blob.size) == (hash_of(b"some bytes"), 10)
    assert blobs.read(blob.hash) == b"some bytes"
    assert list(blobs.all()) == [blob.hash]
    file = place_of(tmp_path, b"some bytes")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (tmp_path / "vault", file.parent.parent, file.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


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

    assert "sync" in wire.steps
    assert "write" not in wire.steps


def test_a_damaged_blob_is_an_error_and_is_written_anew(blobs: BlobStore, tmp_path: Path) -> None:
    blob = blobs.put([b"good"])
    place_of(tmp_path, b"good").write_bytes(b"bad!")

    with pytest.raises(BlobDamagedError, match="have changed"):
        blobs.read(blob.hash)
    assert not blobs.is_whole(blob.hash)

    blobs.put([b"good"])
    assert blobs.read(blob.hash) == b"good"


def test_a_missing_blob_is_an_error(blobs: BlobStore) -> None:
    with pytest.raises(BlobDamagedError, match="cannot be read"):
        blobs.read("0" * 64)
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.read("../../../etc/passwd")


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
