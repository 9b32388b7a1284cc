"""Packs only grow; what a crash leaves in them costs nothing, and other processes see it all."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from app.files import packs
from app.files.blobs import BlobStore, hash_of
from app.files.fs_ops import FsOps
from tests.files.faults import Crash, WatchedFs, Wire
from tests.files.test_blob_deltas import put_all, texts
from tests.files.vault_bytes import rot, stored


@pytest.fixture
def vault(quick_path: Path) -> Path:
    return quick_path / "vault"


@pytest.fixture
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "FULL", 4000)


def vaults(root: Path) -> Iterator[tuple[int, Path]]:
    """A place for a vault, again and again; each is gone when the next is asked for."""
    for number in range(10_000):
        with tempfile.TemporaryDirectory(dir=root) as folder:
            yield number, Path(folder) / "vault"


def a_bit_of_all() -> list[bytes]:
    """Small ones, versions of a text, and two that get files of their own."""
    noise = Random(6).randbytes(270_000)
    return [b"", b"one", *texts(6), b"two", noise, noise + b"!"]


@pytest.mark.usefixtures("small_packs")
def test_a_crash_at_any_step_of_a_put_costs_nothing_that_was_put(quick_path: Path) -> None:
    contents = a_bit_of_all()
    for number in range(10_000):
        vault = quick_path / str(number)
        wire = Wire(acts_only=True)
        wire.crash_at = number
        blobs = BlobStore(vault, WatchedFs(wire))
        kept: list[bytes] = []
        with suppress(Crash):
            for content in contents:
                blobs.put([content], like=hash_of(kept[-1]) if kept else None)
                kept.append(content)

        found = set(stored(vault).values())
        assert set(kept) <= found <= set(contents), f"crashed at {wire.steps[-3:]}"
        again = BlobStore(vault, FsOps())
        again.drop_parts()
        put_all(again, contents)
        assert set(stored(vault).values()) == set(contents)
        assert not any(again.is_ailing(digest) for digest in again.all())
        if not wire.fired:
            break
    else:
        raise AssertionError("there was no end")
    assert number > 60


@pytest.mark.parametrize("step", ["write", "sync", "open_new", "open_append", "rename_ours"])
def test_a_failure_in_a_put_is_an_error_and_costs_nothing(vault: Path, step: str) -> None:
    wire = Wire()
    blobs = BlobStore(vault, WatchedFs(wire))
    before = texts(3)
    put_all(blobs, before)
    noise = Random(7).randbytes(300_000)
    some = noise[:2000]  # of which a write that fails leaves the header, whole

    def fail(name: str, number: int) -> None:
        if name == step:
            raise OSError(28, "No space left on device")

    wire.watch = fail
    refused = 0
    for content in (noise, some, b"small"):
        with suppress(OSError):
            blobs.put([content])
            continue
        refused += 1
    assert refused
    wire.watch = None

    put_all(blobs, [b"small", noise, some, *before])
    assert set(stored(vault).values()) == {noise, some, b"small", *before}


def test_what_a_failed_sync_left_is_not_taken_for_kept(vault: Path) -> None:
    """After a failed sync nobody knows what is on disk, also where a later one succeeds."""
    wire = Wire()
    blobs = BlobStore(vault, WatchedFs(wire))
    blobs.put([b"first"])

    def fail(name: str, number: int) -> None:
        if name == "sync":
            raise OSError(5, "Input/output error")

    wire.watch = fail
    with pytest.raises(OSError, match="Input/output"):
        blobs.put([b"second"])
    wire.watch = None
    del wire.steps[:]

    blobs.put([b"second"])

    assert "write" in wire.steps
    assert {b"first", b"second"} == set(stored(vault).values())


@pytest.mark.parametrize("torn", [1, 40, 64, 66], ids=lambda n: f"{n} bytes of it")
def test_a_torn_tail_stays_and_the_next_record_goes_elsewhere(vault: Path, torn: int) -> None:
    put_all(BlobStore(vault, FsOps()), [b"first", b"second"])
    (pack,) = (vault / "packs").iterdir()
    good = pack.read_bytes()
    record = good[: len(good) // 2]
    pack.write_bytes(good + record[:torn])

    BlobStore(vault, FsOps()).put([b"third"])

    assert pack.read_bytes() == good + record[:torn]
    assert set(stored(vault).values()) == {b"first", b"second", b"third"}
    assert len(list((vault / "packs").glob("*.pack"))) == 2


def test_an_index_is_only_a_cache(vault: Path, small_packs: None) -> None:
    contents = [Random(n).randbytes(500) for n in range(40)]
    put_all(BlobStore(vault, FsOps()), contents)
    indexes = sorted((vault / "packs").glob("*.index"))
    assert len(indexes) >= 4
    other = indexes[1].read_bytes()
    good = indexes[0].read_bytes()

    for wrong in (
        b"",
        good[:-1],
        good[:-40],
        bytes(len(good)),
        good[:100] + b"!" + good[101:],
        other,
    ):
        indexes[0].write_bytes(wrong)
        assert set(stored(vault).values()) == set(contents)
    for index in indexes:
        index.unlink()
    assert set(stored(vault).values()) == set(contents)
    BlobStore(vault, FsOps()).put([b"more"])
    assert sorted((vault / "packs").glob("*.index"))[: len(indexes)] == indexes
    assert indexes[0].read_bytes() == good


def test_a_pack_with_an_index_is_not_read_to_find_what_it_holds(
    vault: Path, small_packs: None
) -> None:
    put_all(BlobStore(vault, FsOps()), [Random(n).randbytes(500) for n in range(60)])
    wire = Wire()

    size = BlobStore(vault, WatchedFs(wire)).size()

    assert size.blobs == 60
    # One read for each index, and those of the newest pack.
    assert wire.steps.count("read_at") <= len(list((vault / "packs").glob("*.pack"))) + 1


# -- others at work --------------------------------------------------------------------------


@pytest.mark.usefixtures("small_packs")
def test_two_processes_take_turns_and_see_each_others_versions(vault: Path) -> None:
    both = [BlobStore(vault, FsOps()), BlobStore(vault, FsOps())]
    versions = texts(40)
    like = None
    for number, version in enumerate(versions):
        like = both[number % 2].put([version], like=like).hash
        assert both[(number + 1) % 2].read(like) == version

    assert set(stored(vault).values()) == set(versions)
    assert all(blobs.size().blobs == 40 for blobs in both)


@pytest.mark.usefixtures("small_packs")
def test_a_reader_follows_when_another_process_discards(vault: Path) -> None:
    contents = [Random(n).randbytes(500) for n in range(30)]
    digests = put_all(BlobStore(vault, FsOps()), contents)
    reader = BlobStore(vault, FsOps())
    assert reader.read(digests[0]) == contents[0]

    BlobStore(vault, FsOps()).discard(digests[1::2])

    assert [reader.read(digest) for digest in digests[::2]] == contents[::2]
    assert not any(reader.is_whole(digest) for digest in digests[1::2])
    reader.put([contents[1]])
    assert reader.read(digests[1]) == contents[1]


@pytest.mark.usefixtures("small_packs")
def test_threads_read_while_one_writes(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    versions = texts(120, lines=100)
    done: list[tuple[str, bytes]] = []
    wrong: list[object] = []
    over = threading.Event()

    def read(dice: Random) -> None:
        while not over.is_set():
            if done:
                digest, content = dice.choice(done)
                try:
                    if blobs.read(digest) != content:
                        wrong.append(digest)
                except Exception as error:  # noqa: BLE001 -- whatever it is, it is wrong
                    wrong.append(error)

    readers = [threading.Thread(target=read, args=(Random(n),)) for n in range(3)]
    for reader in readers:
        reader.start()
    try:
        like = None
        for number, version in enumerate(versions):
            like = blobs.put([version], like=like).hash
            done.append((like, version))
            if number % 20 == 19:
                gone = blobs.put([b"%d" % number]).hash
                blobs.discard([gone])
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert wrong == []


# -- letting go ------------------------------------------------------------------------------


def of_a_history(vault: Path) -> tuple[dict[str, bytes], list[str]]:
    """A vault, all it holds, and what to discard: some of everything."""
    contents = a_bit_of_all() + texts(9, seed=2)
    digests = put_all(BlobStore(vault, FsOps()), contents)
    return dict(zip(digests, contents, strict=True)), digests[1:12:2] + digests[-4:]


@pytest.mark.usefixtures("small_packs")
def test_what_is_discarded_is_gone_but_for_what_others_are_built_on(vault: Path) -> None:
    contents, doomed = of_a_history(vault)
    before = usage(vault)

    freed = BlobStore(vault, FsOps()).discard(doomed)

    left = stored(vault)
    assert contents.keys() - set(doomed) <= left.keys()
    assert all(contents[digest] == content for digest, content in left.items())
    blobs = BlobStore(vault, FsOps())
    built_on = {header.base.hex() for header in blobs._main.headers() if header.base}
    assert left.keys() & set(doomed) <= built_on
    assert len(left) < len(contents) - 4
    # Indexes are made and dropped along with packs; they are no bytes of contents.
    assert freed == before - usage(vault) > 0


def usage(vault: Path) -> int:
    files = [path for path in vault.rglob("*") if path.suffix in {".pack", ".z"}]
    return sum(path.stat().st_size for path in files)


def test_everything_can_be_discarded_and_the_vault_goes_on(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    digests = put_all(blobs, a_bit_of_all())

    blobs.discard(digests)

    assert stored(vault) == {}
    assert blobs.size().content_bytes == 0
    put_all(blobs, a_bit_of_all())
    assert stored(vault).keys() == set(digests)


def test_discarding_nothing_that_is_there_changes_nothing(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    put_all(blobs, a_bit_of_all())
    before = {path: path.read_bytes() for path in vault.rglob("*") if path.is_file()}

    assert blobs.discard([]) == 0
    assert blobs.discard(["0" * 64]) == 0

    assert {path: path.read_bytes() for path in vault.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("small_packs")
@pytest.mark.parametrize("end", ["crash", "failure"])
def test_whatever_stops_a_discard_nothing_else_is_lost(quick_path: Path, end: str) -> None:
    original = quick_path / "original"
    contents, doomed = of_a_history(original)
    safe = contents.keys() - set(doomed)
    shutil.copytree(original, quick_path / "done")
    BlobStore(quick_path / "done", FsOps()).discard(doomed)
    finished = stored(quick_path / "done")

    for number, vault in vaults(quick_path):
        shutil.copytree(original, vault)
        wire = Wire(acts_only=True)
        if end == "crash":
            wire.crash_at = number
        else:
            wire.fail_at = number
        with suppress(Crash, OSError):
            BlobStore(vault, WatchedFs(wire)).discard(doomed)

        left = stored(vault)
        assert safe <= left.keys(), f"stopped at {wire.steps[-3:]}"
        assert left.keys() >= finished.keys()
        assert left.keys() == set(BlobStore(vault, FsOps()).all()), "nothing is left half"
        again = BlobStore(vault, FsOps())
        again.drop_parts()
        again.discard(doomed)
        assert stored(vault) == finished
        if not wire.fired:
            break
    else:
        raise AssertionError("there was no end")
    assert number > 20


def test_a_discard_keeps_what_it_cannot_read(vault: Path) -> None:
    """Damaged bytes that were not named may be worth something to someone."""
    blobs = BlobStore(vault, FsOps())
    contents = [Random(n).randbytes(300) for n in range(4)]
    digests = put_all(blobs, contents)
    (pack,) = (vault / "packs").iterdir()
    data = bytearray(pack.read_bytes())
    length = len(data) // 4
    data[length + 10] ^= 1  # the header of the second
    pack.write_bytes(data)
    rot(vault, digests[3])
    damaged = pack.read_bytes()

    BlobStore(vault, FsOps()).discard([digests[0]])

    (left,) = (vault / "packs").glob("*.pack")
    assert left.read_bytes() == damaged[length:]
    assert set(stored(vault)) == {digests[2]}


def test_only_files_of_the_vault_can_be_discarded(tmp_path: Path) -> None:
    fs = FsOps()
    (tmp_path / "letter.pack").write_text("precious")
    (tmp_path / "00000001.pack").write_text("")
    folder = fs.open_folder(tmp_path)
    try:
        for name in ("letter.pack", "00000001.pack.bak", "a" * 63, "notes", ".."):
            with pytest.raises(ValueError, match="not a file of the vault"):
                fs.unlink_stored(folder, name)
        fs.unlink_stored(folder, "00000001.pack")
    finally:
        fs.close(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.pack"]
