"""What a hostile reader found: each of these lost, mis-told or hid bytes, or ended in a traceback.

Other programs, other Stewards and forged files do here what they do at the worst moment.
"""

from __future__ import annotations

import errno
import io
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from app.domain.errors import (
    BlobDamagedError,
    ConflictError,
    FileError,
    NotFoundError,
    NotTextError,
)
from app.files.blob_record import Header, Kind, Record
from app.files.blobs import BlobStore, hash_of
from app.files.fs_ops import OURS, FsOps
from app.files.gate import Gate, StoppedError, StoreLock
from app.files.pruning import PruneRule
from app.files.request import remove_request, rewrite_request
from skills.files import _large
from tests.files import vault_bytes
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import ME, Place


async def pruned(place: Place) -> Path:
    """The first two versions of a.md are pruned; returns where they went."""
    place.put({"a.md": b"one " * 50})
    for content in (b"two " * 50, b"three " * 50):
        await place.workspace("t").edit("a.md", lambda _, new=content: new)  # type: ignore[misc]
    archive = place.home / "old.zip"
    ids = place.manager.care.files_at([str(place.folder / "a.md")])
    await place.manager.prune(PruneRule(ids), archive)
    return archive


# -- archives --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "history", [b"[1]\n", b"7\n", b"null\n", b'"x"\n', b"[" * 100_000, b"\xff\n", b"{"]
)
async def test_forged_history_of_an_archive_is_a_clear_error(place: Place, history: bytes) -> None:
    await pruned(place)
    forged = place.home / "forged.zip"
    with ZipFile(forged, "w", ZIP_DEFLATED) as archive:
        archive.writestr("history.jsonl", history)

    with pytest.raises(FileError, match="no archive of versions"):
        await place.manager.bring_back(forged)


async def test_archive_packed_otherwise_is_a_clear_error(place: Place) -> None:
    await pruned(place)
    forged = place.home / "forged.zip"
    with ZipFile(forged, "w", ZIP_LZMA) as archive:
        archive.writestr("history.jsonl", b"{}\n")

    with pytest.raises(FileError, match="no archive of versions"):
        await place.manager.bring_back(forged)


async def test_archive_with_wrong_bytes_anywhere_is_a_clear_error_or_gives_right_ones(
    place: Place,
) -> None:
    archive = await pruned(place)
    whole = archive.read_bytes()
    random = Random(1)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        bad = place.home / "bad.zip"
        bad.write_bytes(data)
        with suppress(FileError):
            await place.manager.bring_back(bad)

    assert (await place.manager.verify()).problems == ()


async def test_pruning_that_ends_just_now_does_not_drop_what_is_said_to_be_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = await pruned(place)
    other = StoreLock(place.home / "vault" / "lock", make_folder=lambda: None, patience=0.05)
    unprune = place.manager._marks.unprune

    def later(digest: str) -> int:
        with suppress(FileError), other.held():  # another Steward, if it is let
            place.manager.care._pruner.drop()
        return unprune(digest)

    monkeypatch.setattr(place.manager._marks, "unprune", later)
    back = await place.manager.bring_back(archive)

    assert back.contents == 2
    assert hash_of(b"one " * 50) in vault_bytes.stored(place.home / "vault")
    assert (await place.manager.verify()).problems == ()


async def test_what_is_no_file_is_no_archive(place: Place) -> None:
    await pruned(place)
    for device in ("/dev/zero", "/dev/null"):
        with pytest.raises(FileError, match="no archive of versions"):
            await place.manager.bring_back(Path(device))


async def test_archive_may_have_a_name_as_long_as_names_are(place: Place) -> None:
    await pruned(place)
    archive = place.home / f"{'文' * 83}.zip"

    await place.manager.export(archive)

    assert archive.is_file()


# -- the vault -------------------------------------------------------------------------------


class Unreadable(FsOps):
    """One file of the vault cannot be read for a while."""

    name = ""

    def open_read(self, folder: int, name: str) -> int:
        if name == self.name:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), name)
        return super().open_read(folder, name)


def test_content_that_cannot_be_read_for_now_keeps_what_it_is_built_on(tmp_path: Path) -> None:
    fs = Unreadable()
    blobs = BlobStore(tmp_path / "vault", fs)
    random = Random(7)
    old = random.randbytes(600_000)
    new = old[:300_000] + random.randbytes(400_000) + old[300_000:]
    one = blobs.put([old])
    two = blobs.put([new], like=one.hash)
    line = blobs._reader.line(bytes.fromhex(two.hash))
    assert [record.header.base is None for record in line] == [False, True]

    fs.name = f"{two.hash}.z"
    with pytest.raises(OSError, match="open files"):
        blobs.discard([one.hash])

    fs.name = ""
    assert blobs.read(two.hash) == new


class SlowLook(FsOps):
    """Between listing a folder and looking at what is in it, someone else does something."""

    then: Callable[[], object] | None = None

    def scan(self, path: str | Path) -> list[os.DirEntry[str]]:
        found = super().scan(path)
        if self.then is not None and Path(path).name == "packs":
            then, self.then = self.then, None
            then()
        return found


def test_reader_does_not_trip_over_a_pruning_of_another_process(tmp_path: Path) -> None:
    theirs = BlobStore(tmp_path / "vault", FsOps())
    hashes = [theirs.put([Random(n).randbytes(2000)]).hash for n in range(3)]
    fs = SlowLook()
    fs.then = lambda: theirs.discard(hashes[2:])
    assert set(BlobStore(tmp_path / "vault", fs).all()) == set(hashes[:2])

    fs.then = lambda: theirs.discard(hashes[1:])
    assert BlobStore(tmp_path / "vault", fs).is_whole(hashes[0])


@pytest.mark.parametrize("kind", [Kind.WHOLE, Kind.DELTA, Kind.MIDDLE])
@pytest.mark.parametrize("claim", [2**62, 2**40, 2**34])
def test_forged_record_cannot_have_any_amount_of_memory(
    tmp_path: Path, kind: Kind, claim: int
) -> None:
    """Every checksum is right, and the frame agrees with what the header says of its size."""
    blobs = BlobStore(tmp_path / "vault", FsOps())
    base = blobs.put([Random(1).randbytes(5000)]).hash
    frame = b"\x28\xb5\x2f\xfd\xc0\x88" + struct.pack("<Q", claim) + b"\x03\x00\x00A"
    payload = (struct.pack("<QQ", 10, 10) if kind is Kind.MIDDLE else b"") + frame
    size = claim + 20 if kind is Kind.MIDDLE else claim
    facts = (size, len(payload), zlib.crc32(payload))
    built_on = None if kind is Kind.WHOLE else bytes.fromhex(base)
    header = Header(kind, bytes(32), *facts, base=built_on)
    blobs._main.refresh()
    blobs._main.put(Record(header, payload))

    with pytest.raises(BlobDamagedError):
        blobs.read(bytes(32).hex())
    assert blobs.is_whole(base)


# -- the person's file -----------------------------------------------------------------------


async def test_what_is_added_to_the_old_file_while_the_vault_is_checked_is_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put({"a.log": b"one\n"})
    writer = os.open(place.folder / "a.log", os.O_WRONLY | os.O_APPEND)
    blobs = place.manager._blobs
    is_sure = blobs.is_sure
    late = [b"late\n"]

    def slow(digest: str) -> bool:
        found = is_sure(digest)
        if late:
            os.write(writer, late.pop())
        return found

    monkeypatch.setattr(blobs, "is_sure", slow)
    try:
        with pytest.raises(ConflictError):
            await place.workspace("t").edit("a.log", lambda old: old + b"ours\n")
        os.write(writer, b"later\n")
    finally:
        os.close(writer)

    assert place.files == {"a.log": b"one\nlate\nlater\n"}
    assert b"one\nours\n" in vault_bytes.stored(place.home / "vault").values()


async def test_bytes_that_change_while_they_are_archived_are_not_let_go(place: Place) -> None:
    """What went into the vault has to be what was seen under the name."""
    from app.files.archiving import ArchiveOfChange
    from app.files.store import Change, ChangeKind
    from app.storage.file_journal import FileJournal

    change = Change("0" * 32, ChangeKind.REPLACE, "/a", None, None, None)
    journal = FileJournal(place.database, place.clock)
    archive = ArchiveOfChange(
        change, place.manager._blobs, journal, None, place.manager._runner._locks
    )

    def pieces() -> Iterator[bytes]:
        yield b"other bytes"

    with pytest.raises(FileError):
        archive.secure(hash_of(b"some bytes"), pieces())


@pytest.mark.parametrize(
    "change",
    [_large.append_text("a.txt", "naïve"), _large.replace_exact("a.txt", "caf", "naïve", 3)],
)
def test_letters_are_not_put_into_a_large_file_in_another_encoding_than_its_own(
    change: Callable[[BinaryIO, BinaryIO], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_large, "_PIECE", 64)
    lines = b"plain line\n" * 10
    with pytest.raises(NotTextError, match="goes on otherwise"):
        change(io.BytesIO(lines + "café\n".encode("cp1252") * 3), io.BytesIO())

    new = io.BytesIO()
    change(io.BytesIO(lines + "café\n".encode() * 3), new)
    assert new.getvalue().decode().count("naïve") in (1, 3)


async def test_vault_that_is_reached_through_a_link_is_never_changed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    place = Place(tmp_path / "link")
    try:
        place.put({"a.md": b"one"})
        manager, docs = place.manager, str(real / "docs")
        await manager.edit(f"{docs}/a.md", lambda old: old + b"two", origin=ME)
        pack = str(real / "home" / "vault" / "packs" / "00000001.pack")
        for wrong in (
            manager.edit(pack, lambda old: old + b"x", origin=ME),
            manager.remove(pack, origin=ME),
            manager.move(pack, f"{docs}/pack", origin=ME),
            manager.move_folder(str(real / "home"), f"{docs}/home", origin=ME),
        ):
            with pytest.raises(FileError, match="Steward's own vault"):
                await wrong
        assert (await manager.verify()).ok
    finally:
        await place.close()


@pytest.mark.parametrize("another", [True, False])
@pytest.mark.parametrize("name", ["a.md", "new.md"])
async def test_folder_that_gets_another_name_during_a_change_keeps_nothing_of_ours(
    place: Place, monkeypatch: pytest.MonkeyPatch, another: bool, name: str
) -> None:
    """``another``: a folder with the old name, and the same file, takes its place."""
    place.put({"sub/a.md": b"one"})
    archiver = place.manager._runner._archiver
    keep_both = archiver.keep_both

    def slow(*args: Any) -> None:
        keep_both(*args)
        (place.folder / "sub").rename(place.folder / "old")
        if another:
            place.put({"sub/a.md": b"one"})

    monkeypatch.setattr(archiver, "keep_both", slow)
    work = place.workspace("t")
    with suppress(FileError):
        await (
            work.edit("sub/a.md", lambda _: b"two")
            if name == "a.md"
            else work.create("sub/new.md", b"new")
        )

    assert {one for one in place.files if one.startswith("old/")} == {"old/a.md"}
    assert not [one for one in place.files if one.endswith(OURS)]
    assert place.files["old/a.md"] == b"one"


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES, errno.ENOENT, errno.EOPNOTSUPP])
async def test_file_without_a_name_that_may_not_get_one_is_made_in_sight(
    place: Place, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """AppArmor, seccomp and file systems of other programs refuse what ``O_TMPFILE`` promised."""
    place.put({"a.md": b"one"})
    link = os.link

    def refuse(source: Any, *args: Any, **kwargs: Any) -> None:
        if str(source).startswith("/proc/"):
            raise OSError(code, os.strerror(code))
        link(source, *args, **kwargs)

    monkeypatch.setattr(os, "link", refuse)
    work = place.workspace("t")
    await work.edit("a.md", lambda old: old + b" two")
    await work.create("b.md", b"new")

    assert place.files == {"a.md": b"one two", "b.md": b"new"}
    assert await place.told("a.md") == ["1 seen user_upload", "2 edit skill_edit"]
    assert (await place.manager.verify()).problems == ()


@pytest.mark.parametrize("dies_at", ["write", "sync", "exchange"])
async def test_crash_where_it_is_made_in_sight_after_all_loses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    """A swap file that is not whole is never taken for what someone else saved."""
    place.put({"a.md": b"one"})
    steps: list[str] = []

    def watch(name: str, _: int) -> None:
        steps.append(name)
        if name == dies_at and "open_new" in steps[steps.index("link_unnamed") :]:
            place.wire.dead = True
            raise Crash

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, "no")

    await place.workspace("t").create("b.md", b"the vault is there")
    monkeypatch.setattr(os, "link", refuse)
    steps.append("link_unnamed")
    place.wire.watch = watch
    with pytest.raises(Crash):
        await place.workspace("t").edit("a.md", lambda old: old + b" two")
    await place.restart()

    assert place.files == {"a.md": b"one", "b.md": b"the vault is there"}
    assert "external" not in str(await place.told("a.md"))
    assert (await place.manager.verify()).problems == ()


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS, errno.EPERM])
async def test_system_that_does_not_know_files_without_a_name_says_so_in_many_ways(
    place: Place, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    place.put({"a.md": b"one"})
    real = os.open

    def refuse(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(code, os.strerror(code))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    await place.workspace("t").edit("a.md", lambda _: b"two")

    assert place.files == {"a.md": b"two"}


async def test_system_that_takes_no_hints_changes_files_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel built without ``posix_fadvise`` answers ``ENOSYS``."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(os, "posix_fadvise", refuse)
    place.put({"a.md": b"one"})
    await place.workspace("t").edit("a.md", lambda _: b"two")

    assert place.files == {"a.md": b"two"}


@pytest.mark.parametrize("step", ["link_unnamed", "rename_no_replace"])
async def test_change_another_steward_died_at_is_ended_whichever_file_is_known_there_now(
    place: Place, step: str
) -> None:
    """Two files had the same name one after the other; the older one is brought back."""
    place.put({"a.md": b"first"})
    work = place.workspace
    await work("1").move("a.md", "b.md")
    await work("1").create("a.md", b"second")
    await work("gone").remove("a.md")
    await work("1").move("b.md", "a.md")
    await work("1").remove("a.md")

    def watch(name: str, _: int) -> None:
        if name == step:
            place.wire.dead = True
            raise Crash

    place.wire.watch = watch
    with pytest.raises(Crash):
        await work("2").undo("gone")
    await place.manager.close()
    place.wire = cast("WatchedDatabase", place.database).wire = Wire()
    place.start(WatchedFs(place.wire))  # it runs already: it recovers nothing

    await work("3").undo("gone")

    assert place.files == {"a.md": b"second"}
    assert (await place.manager.verify()).problems == ()


@pytest.mark.parametrize("kind", ["rewrite", "remove"])
async def test_change_stopped_while_a_large_file_is_archived_does_not_hold_up_the_others(
    place: Place, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whoever asked is told at once; the lock is let go soon, and the vault is as before."""
    place.put({"a.bin": Random(1).randbytes(20 * 1024 * 1024)})
    path, gate = str(place.folder / "a.bin"), Gate()
    pieces: list[int] = []
    request = remove_request(path, ME)
    if kind == "rewrite":
        request = rewrite_request(path, _add, ME)
    blobs = place.manager._blobs
    put = blobs.put

    def stopping(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            pieces.append(len(chunk))
            gate.stop()
            yield chunk

    monkeypatch.setattr(blobs, "put", lambda chunks, **like: put(stopping(chunks), **like))
    monkeypatch.setattr("app.files.manipulate.MAX_BYTES", 1024 * 1024)
    with pytest.raises(StoppedError):
        place.manager._runner.run(request, gate)

    assert len(pieces) == 1
    assert list(place.files) == ["a.bin"]
    assert blobs.parts() == 0
    report = await place.manager.verify()
    assert (report.problems, report.notes, report.blobs) == ((), (), 0)


def _add(old: BinaryIO, new: BinaryIO) -> None:
    new.write(old.read())
    new.write(b"more")


# -- what is said ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2**63, 10**30, -(10**30)])
async def test_number_beyond_every_version_is_no_mistake_in_steward(
    place: Place, number: int
) -> None:
    await pruned(place)
    work = place.workspace("t")
    for asked in (work.restore("a.md", number), work.version_content("a.md", number)):
        with pytest.raises(NotFoundError, match="1 to 3"):
            await asked
    assert len(await work.versions("a.md", before=10**30)) == 3


@pytest.mark.parametrize(
    ("wrong", "known"),
    [
        ("gone", True),  # a new process makes a new one
        *(
            (wrong, known)
            for wrong in ("a pack is a folder", "a pack is a FIFO")
            for known in (True, False)
        ),
    ],
)
async def test_vault_that_fails_is_not_told_as_a_failure_of_the_persons_file(
    place: Place, wrong: str, known: bool
) -> None:
    """``known``: to this process, which has looked into the vault before."""
    place.put({"a.md": b"one"})
    await place.workspace("t").edit("a.md", lambda _: b"two")
    vault = place.home / "vault"
    if wrong == "gone":
        vault.rename(place.home / "elsewhere")
    else:
        pack = vault / "packs" / "00000001.pack"
        pack.unlink()
        pack.mkdir() if wrong.endswith("folder") else os.mkfifo(pack)
    if not known:
        place.start()

    with pytest.raises(FileError, match="vault cannot be used"):
        await place.workspace("t").edit("a.md", lambda _: b"three")

    assert place.files == {"a.md": b"two"}
