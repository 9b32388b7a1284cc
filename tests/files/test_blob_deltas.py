"""Versions built on versions: small, never many steps deep, and no rot costs more than itself."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BlobDamagedError
from app.files import packs
from app.files.blob_codec import decoded, delta
from app.files.blob_record import Header, Kind, Record, parse
from app.files.blobs import BlobStore, hash_of
from app.files.fs_ops import FsOps
from tests.files.faults import WatchedFs, Wire
from tests.files.vault_bytes import rot, stored


def texts(count: int, *, lines: int = 160, seed: int = 1) -> list[bytes]:
    """A text and its versions: one line changed at a time."""
    dice = Random(seed)
    words = ["".join(dice.choices("etaoinshrdlu", k=dice.randint(2, 9))) for _ in range(600)]
    text = [" ".join(dice.choices(words, k=9)) for _ in range(lines)]
    versions = []
    for _ in range(count):
        versions.append("\n".join(text).encode())
        text[dice.randrange(lines)] = " ".join(dice.choices(words, k=9))
    return versions


def put_all(blobs: BlobStore, versions: list[bytes], like: str | None = None) -> list[str]:
    digests = []
    for version in versions:
        like = blobs.put([version], like=like).hash
        digests.append(like)
    return digests


def steps(blobs: BlobStore, digest: str) -> int:
    """How far a content is from one that is stored whole."""
    line = blobs._reader.line(bytes.fromhex(digest))
    assert line
    return len(line) - 1


@pytest.fixture
def vault(quick_path: Path) -> Path:
    return quick_path / "vault"


def test_a_long_history_is_small_and_no_version_is_many_steps_away(vault: Path) -> None:
    versions = texts(300, lines=1500)

    digests = put_all(BlobStore(vault, FsOps()), versions)

    blobs = BlobStore(vault, FsOps())
    assert [blobs.read(digest) for digest in digests] == versions
    assert max(steps(blobs, digest) for digest in digests) == 4  # 255 is 3333 in base four
    whole = BlobStore(vault.with_name("whole"), FsOps())
    whole.put([versions[0]])
    assert blobs.size().stored_bytes < whole.size().stored_bytes * (2 + 300 / 8)


def test_an_edit_of_an_earlier_version_is_built_on_that_one(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    versions = texts(20)
    digests = put_all(blobs, versions)

    branch = blobs.put([versions[5] + b"\nand more"], like=digests[5])

    assert steps(blobs, branch.hash) <= 3
    assert blobs.read(branch.hash) == versions[5] + b"\nand more"


def test_the_line_begins_anew_after_its_last_generation(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.blob_deltas.LAST_GENERATION", 7)
    blobs = BlobStore(vault, FsOps())

    digests = put_all(blobs, texts(20))

    assert [steps(blobs, digest) for digest in digests[:10]] == [0, 1, 1, 1, 1, 2, 2, 2, 0, 1]


@pytest.mark.parametrize("like", ["0" * 64, "short", "itself", "unrelated"])
def test_a_hint_that_does_not_help_does_no_harm(vault: Path, like: str) -> None:
    blobs = BlobStore(vault, FsOps())
    (text,) = texts(1)
    hints = {
        "short": blobs.put([b"short"]).hash,
        "itself": hash_of(text),
        "unrelated": blobs.put([Random(2).randbytes(8000)]).hash,
    }

    digest = blobs.put([text], like=hints.get(like, like)).hash

    assert steps(blobs, digest) == 0 or like == "short"
    assert blobs.read(digest) == text


def test_a_damaged_version_is_not_built_on(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    first, second = texts(2)
    digest = blobs.put([first]).hash
    rot(vault, digest)

    later = blobs.put([second], like=digest).hash

    assert steps(blobs, later) == 0
    assert stored(vault) == {later: second}


def test_an_edit_of_a_blob_of_an_earlier_steward_is_built_on_it(vault: Path) -> None:
    first, second, third = texts(3)
    digest = hash_of(first)
    folder = vault / "blobs" / digest[:2]
    folder.mkdir(parents=True)
    (folder / digest).write_bytes(first)
    blobs = BlobStore(vault, FsOps())
    assert list(blobs.all()) == [digest]
    assert blobs.read(digest) == first

    digests = put_all(blobs, [first, second, third])

    assert [steps(blobs, one) for one in digests] == [0, 1, 1]
    assert (folder / digest).read_bytes() == first
    (folder / digest).write_bytes(b"\0" * len(first))
    assert set(stored(vault).values()) == {first, second, third}


def test_bytes_that_look_like_a_stored_blob_are_kept_as_they_are(vault: Path) -> None:
    """A pack, and a file of the vault, kept by a vault of either form."""
    inner = BlobStore(vault.with_name("inner"), FsOps())
    put_all(inner, [b"a" * 300, Random(3).randbytes(400_000)])
    files = [p.read_bytes() for p in vault.with_name("inner").rglob("*") if p.is_file()]
    assert len(files) == 2
    for content in files:
        folder = vault / "blobs" / hash_of(content)[:2]
        folder.mkdir(parents=True)
        (folder / hash_of(content)).write_bytes(content)

    assert set(stored(vault).values()) == set(files)

    again = BlobStore(vault.with_name("again"), FsOps())
    put_all(again, [*files, b"after"])
    assert {*files, b"after"} <= set(stored(vault.with_name("again")).values())


# -- rot -------------------------------------------------------------------------------------


def damages(path: Path, dice: Random, count: int) -> Iterator[int]:
    """Flip a byte here and there, one at a time; the file is whole again after each."""
    good = path.read_bytes()
    for at in sorted(dice.sample(range(len(good)), min(count, len(good)))):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        yield at
    path.write_bytes(good)


@pytest.mark.parametrize("kind", ["in packs", "in files", "in many packs"])
def test_rot_costs_at_most_the_one_version_it_hits(
    vault: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    versions = texts(60)
    if kind == "in files":
        noise = Random(4).randbytes(300_000)
        versions = [noise + version for version in versions[:16]]
    if kind == "in many packs":
        monkeypatch.setattr(packs, "FULL", 3000)
    blobs = BlobStore(vault, FsOps())
    contents = dict(zip(put_all(blobs, versions), versions, strict=True))
    built_on = {
        record.header.base.hex()
        for digest in contents
        for record in blobs._reader.line(bytes.fromhex(digest))[:1]
        if record.header.base
    }
    assert len(built_on) >= len(contents) // 4
    files = [path for path in vault.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {
        "in packs": {".pack"}, "in files": {".z"}, "in many packs": {".index", ".pack"},
    }[kind]  # fmt: skip

    hit = set()
    for path in files:
        for at in damages(path, Random(5), max(2, 60 // len(files))):
            read = stored(vault)
            lost = contents.keys() - read.keys()
            assert len(lost) <= 1, (path, at)
            assert not lost & built_on, (path, at)
            assert all(contents[digest] == content for digest, content in read.items())
            hit |= lost
    assert hit or kind == "in files", "a version that nothing is built on is kept once"
    assert stored(vault) == contents


def test_a_damaged_first_copy_is_told_and_made_good_by_the_next_put(vault: Path) -> None:
    blobs = BlobStore(vault, FsOps())
    versions = texts(4)
    digests = put_all(blobs, versions)
    assert not any(blobs.is_ailing(digest) for digest in digests)
    rot(vault, digests[0], copies=False)

    assert blobs.is_ailing(digests[0])
    assert [blobs.read(digest) for digest in digests] == versions

    blobs.put([versions[0]])
    assert not any(blobs.is_ailing(digest) for digest in digests)
    rot_copy(vault, digests[0])
    assert blobs.is_ailing(digests[0])
    before = (vault / "packs" / "00000001.pack").stat().st_size
    assert blobs.mend(digests[0])
    assert not blobs.mend(digests[0])
    assert not blobs.is_ailing(digests[0])
    assert (vault / "packs" / "00000001.pack").stat().st_size == before, "only the copy is new"
    rot(vault, digests[0], copies=False)
    assert stored(vault) == dict(zip(digests, versions, strict=True))


def rot_copy(vault: Path, digest: str) -> None:
    """Damage the second copies only."""
    (path,) = (vault / "copies" / "packs").iterdir()
    before = path.read_bytes()
    main = {file: file.read_bytes() for file in (vault / "packs").iterdir()}
    rot(vault, digest)
    for file, content in main.items():
        file.write_bytes(content)
    assert path.read_bytes() != before


def test_versions_that_heal_each_other_are_not_built_in_a_circle(vault: Path) -> None:
    """The second is built on the first; the first rots everywhere and comes back as its edit."""
    blobs = BlobStore(vault, FsOps())
    versions = texts(2)
    first, second = put_all(blobs, versions)
    rot(vault, first)
    with pytest.raises(BlobDamagedError, match="built on"):
        blobs.read(second)

    blobs.put([versions[0]], like=second)
    assert stored(vault) == {first: versions[0], second: versions[1]}

    rot(vault, first, copies=False)
    blobs.put([versions[0]], like=second)
    rot_copy(vault, first)
    assert stored(vault) == {first: versions[0], second: versions[1]}


def test_a_version_is_kept_twice_before_another_is_built_on_it(vault: Path) -> None:
    wire = Wire()
    blobs = BlobStore(vault, WatchedFs(wire))
    first, second = texts(2)
    digest = blobs.put([first]).hash
    order: list[str] = []

    def watch(name: str, step: int) -> None:
        if name in {"write", "sync"}:
            copied = digest in {key.hex() for key in copies_of(vault)}
            order.append(f"{name} {'after' if copied else 'before'}")

    wire.watch = watch
    blobs.put([second], like=digest)

    # The copy (its folders, its pack and their names), and then what is built on it.
    assert [step for step in order if step.startswith("write")] == ["write before", "write after"]
    assert order[-2:] == ["write after", "sync after"]


def copies_of(vault: Path) -> dict[bytes, int]:
    return BlobStore(vault, FsOps())._copies.contents()


# -- what a difference is made of ----------------------------------------------------------------


@given(
    st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300),
    st.binary(max_size=300), st.integers(1, 400),
)  # fmt: skip
def test_any_content_comes_back_from_any_other(
    start: bytes, end: bytes, old: bytes, new: bytes, times: int
) -> None:
    base, content = start * times + old + end * times, start * times + new + end * times
    record = delta(b"k" * 32, content, b"b" * 32, base, 1)
    assert decoded(record, base) == content
    header = parse(record.header.to_bytes() + record.payload)
    assert header == record.header


@given(st.binary(max_size=80), st.binary(max_size=200))
def test_a_damaged_difference_is_told_and_nothing_else_happens(payload: bytes, base: bytes) -> None:
    for kind in (Kind.MIDDLE, Kind.DELTA):
        header = Header(kind, b"k" * 32, 100, len(payload), 0, 1, b"b" * 32)
        with suppress(BlobDamagedError):
            assert len(decoded(Record(header, payload), base)) == 100


def test_a_difference_of_an_earlier_steward_is_read(vault: Path) -> None:
    """Its dictionary was the whole of what it is built on."""
    import zstandard

    first, second = texts(2)
    blobs = BlobStore(vault, FsOps())
    like = blobs.put([first]).hash
    dictionary = zstandard.ZstdCompressionDict(first, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    payload = zstandard.ZstdCompressor(dict_data=dictionary).compress(second)
    key = bytes.fromhex(hash_of(second))
    checksum = zlib.crc32(payload)
    header = Header(Kind.DELTA, key, len(second), len(payload), checksum, 1, bytes.fromhex(like))
    with (vault / "packs" / "00000001.pack").open("ab") as pack:
        pack.write(header.to_bytes() + payload)

    assert stored(vault) == {like: first, hash_of(second): second}
