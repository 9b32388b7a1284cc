"""What else a file has beside its bytes: kept as an editor keeps it, or the change is refused."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import ConflictError, FileError, NotAFileError, StewardError
from app.domain.workspace import Workspace
from app.files.fs_ops import FsOps
from tests.files.faults import WatchedFs, Wire
from tests.files.place import Place

Act = Callable[[Workspace, str], Awaitable[object]]

REPLACING: dict[str, Act] = {
    "edit": lambda work, name: work.edit(name, lambda content: content + b"!"),
    "rewrite": lambda work, name: work.rewrite(
        name, lambda old, new: new.writelines([old.read(), b"!"])
    ),
    "restore": lambda work, name: work.restore(name, 1),
}

LONG_AGO = 1_000_000_000_123_456_789
# Version 2; entries of tag, permissions, id: owner rw, user 1234 r, group r, mask r, others none.
ACL = struct.pack(
    "<I" + "HHI" * 5,
    2, 1, 6, 0xFFFFFFFF, 2, 4, 1234, 4, 4, 0xFFFFFFFF, 16, 4, 0xFFFFFFFF, 32, 0, 0xFFFFFFFF,
)  # fmt: skip


@pytest.fixture
async def known(place: Place) -> Path:
    """A file with two versions."""
    place.put({"a.md": b"one"})
    await place.workspace().edit("a.md", lambda _: b"two")
    return place.folder / "a.md"


@pytest.mark.parametrize("act", REPLACING.values(), ids=REPLACING)
async def test_mode_owner_and_extended_attributes_stay_and_the_time_is_new(
    place: Place, known: Path, act: Act
) -> None:
    known.chmod(0o2751)
    if os.geteuid() == 0:
        os.chown(known, 1234, 4321)
        known.chmod(0o2751)
    try:
        os.setxattr(known, "user.colour", b"green")
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error}")
    with_acl = _set(known, "system.posix_acl_access", ACL)
    os.utime(known, ns=(LONG_AGO, LONG_AGO))
    was = known.stat()

    await act(place.workspace(), "a.md")

    now = known.stat()
    assert now.st_mode == was.st_mode
    assert (now.st_uid, now.st_gid) == (was.st_uid, was.st_gid)
    assert os.getxattr(known, "user.colour") == b"green"
    if with_acl:
        assert os.getxattr(known, "system.posix_acl_access") == ACL
    assert now.st_mtime_ns > was.st_mtime_ns


async def test_a_file_that_cannot_keep_its_owner_does_not_keep_running_as_it(
    place: Place, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not yours")

    if os.geteuid() != 0:
        pytest.skip("only root can make a file somebody else's")
    os.chown(known, 1234, 4321)
    known.chmod(0o6755)
    monkeypatch.setattr("app.files.fs_ops.os.fchown", refuse)

    await place.workspace().edit("a.md", lambda _: b"three")

    assert stat.S_IMODE(known.stat().st_mode) == 0o755


@pytest.mark.parametrize("one_device", [True, False], ids=["one disk", "to another disk"])
async def test_a_move_keeps_everything_and_the_times_too(place: Place, one_device: bool) -> None:
    place.start(WatchedFs(place.wire, one_device=one_device))
    place.put({"a.md": b"one"})
    path = place.folder / "a.md"
    path.chmod(0o640)
    with_xattr = _set(path, "user.colour", b"green")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))

    await place.workspace().move("a.md", "sub/b.md")

    moved = place.folder / "sub" / "b.md"
    assert stat.S_IMODE(moved.stat().st_mode) == 0o640
    assert moved.stat().st_mtime_ns == LONG_AGO
    if with_xattr:
        assert os.getxattr(moved, "user.colour") == b"green"


@pytest.mark.parametrize("act", REPLACING.values(), ids=REPLACING)
async def test_a_file_with_further_names_is_not_torn_from_them(
    place: Place, known: Path, act: Act
) -> None:
    os.link(known, place.folder / "same.md")

    with pytest.raises(FileError, match="2 names of the same file") as caught:
        await act(place.workspace(), "a.md")

    assert caught.value.details["links"] == 2
    assert caught.value.hint
    assert place.files == {"a.md": b"two", "same.md": b"two"}
    assert known.stat().st_ino == (place.folder / "same.md").stat().st_ino
    with pytest.raises(FileError, match="2 names of the same file"):
        await place.workspace().plan_edit("a.md", lambda _: b"three")


async def test_one_of_several_names_can_be_moved_and_removed(place: Place, known: Path) -> None:
    os.link(known, place.folder / "same.md")
    number = known.stat().st_ino
    work = place.workspace()

    await work.move("a.md", "sub/b.md")
    assert (place.folder / "sub/b.md").stat().st_ino == number
    await work.remove("same.md")

    assert place.files == {"sub/b.md": b"two"}
    await work.edit("sub/b.md", lambda _: b"three")  # it has one name now
    assert (await place.manager.verify()).problems == ()


async def test_a_file_that_is_only_touched_meanwhile_is_changed_as_usual(
    place: Place, known: Path
) -> None:
    touched: list[str] = []

    def touch(name: str, step: int) -> None:
        if name in ("commit", "copy_attributes"):
            os.utime(known)
            known.chmod(0o640)
            touched.append(name)

    place.wire.watch = touch
    await place.workspace().edit("a.md", lambda _: b"three")
    place.wire.watch = None

    assert "copy_attributes" in touched
    assert place.files == {"a.md": b"three"}
    assert len(await place.workspace().versions("a.md")) == 3


async def test_bytes_changed_without_a_new_time_are_not_lost(
    place: Place, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one tick of the clock, or through a mapping, a file's times stay as they are."""
    monkeypatch.setattr(
        "app.files.spot.stamp_of", lambda found: (found.st_dev, found.st_ino, found.st_size)
    )
    monkeypatch.setattr(
        "app.files.folder_reader.stamp_of",
        lambda found: (found.st_dev, found.st_ino, found.st_size),
    )

    def save(name: str, step: int) -> None:
        if name == "copy_attributes":
            known.write_bytes(b"six")

    place.wire.watch = save
    with pytest.raises(ConflictError):
        await place.workspace().edit("a.md", lambda _: b"three")
    place.wire.watch = None

    assert place.files == {"a.md": b"six"}
    assert await place.workspace().version_content("a.md", 3) == b"six"
    assert (await place.manager.verify()).problems == ()


class Flagged(FsOps):
    """A file system that has marked every file."""

    def __init__(self, flag: str) -> None:
        self._flag = flag

    def locked_by(self, handle: int) -> str | None:
        return self._flag


@pytest.mark.parametrize("flag", ["immutable", "append-only"])
async def test_a_marked_file_is_refused_in_words(place: Place, known: Path, flag: str) -> None:
    place.start(Flagged(flag))
    work = place.workspace()

    for act in (*REPLACING.values(), lambda w, n: w.move(n, "b.md"), lambda w, n: w.remove(n)):
        with pytest.raises(FileError, match=f"marked {flag}"):
            await act(work, "a.md")

    assert place.files == {"a.md": b"two"}


def test_the_marks_of_this_system_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"")
    with _flag(path, 0x10) as marked:
        assert FsOps().locked_by(marked) == "immutable"
    with path.open("rb") as file:
        assert FsOps().locked_by(file.fileno()) is None


async def test_a_folder_that_cannot_be_written_to_gives_a_clear_error(
    place: Place, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_new(self: FsOps, folder: int, name: str, mode: int = 0o600) -> int:
        if name.endswith(".steward-swap"):  # root may write everywhere: the tests may be root
            raise PermissionError(errno.EACCES, "not yours")
        return real(self, folder, name, mode)

    real = FsOps.open_new
    monkeypatch.setattr(FsOps, "open_new", open_new)
    monkeypatch.setattr(
        FsOps, "open_unnamed", lambda *_: (_ for _ in ()).throw(PermissionError(13, "no")),
        raising=False,
    )  # fmt: skip
    place.start(FsOps())

    for act in REPLACING.values():
        with pytest.raises(FileError, match="does not allow this"):
            await act(place.workspace(), "a.md")

    assert place.files == {"a.md": b"two"}
    assert len(await place.workspace().versions("a.md")) == 2
    assert (await place.manager.verify()).problems == ()


@pytest.fixture
def odd(place: Place) -> Iterator[list[str]]:
    """Names in the folder that are no regular files."""
    os.mkfifo(place.folder / "pipe")
    (place.folder / "folder").mkdir()
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(place.folder)  # the path of a socket may have some hundred characters only
    server.bind("socket")
    os.chdir(here)
    names = ["pipe", "folder", "socket"]
    try:
        os.mknod(place.folder / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        names.append("device")
    except OSError:
        pass
    yield names
    server.close()


@pytest.mark.timeout(20)
async def test_pipes_devices_sockets_and_folders_are_refused_at_once(
    place: Place, odd: list[str]
) -> None:
    work = place.workspace()
    before = {name: (place.folder / name).lstat().st_mode for name in odd}

    for name in odd:
        for act in (
            *list(REPLACING.values())[:2],
            lambda w, n: w.read(n),
            lambda w, n: w.read_with(n, lambda stream: stream.read()),
            lambda w, n: w.remove(n),
            lambda w, n: w.plan_edit(n, lambda content: content),
        ):
            with pytest.raises(NotAFileError):
                await act(work, name)
        with pytest.raises(StewardError):
            await work.create(name, b"")
        if name != "folder":
            with pytest.raises(NotAFileError):
                await work.move(name, "elsewhere")

    assert {name: (place.folder / name).lstat().st_mode for name in odd} == before
    assert await work.tracked() == []


@pytest.mark.parametrize("act", ["edit", "rewrite", "remove", "move"])
async def test_a_file_that_vanishes_at_any_look_is_an_error_and_nothing_else(
    place: Place, act: str
) -> None:
    """Someone removes the file between any two of our calls."""
    more: dict[str, tuple[object, ...]] = {
        "edit": (lambda content: content + b"!",),
        "rewrite": (lambda old, new: new.writelines([old.read(), b"!"]),),
        "move": ("b.md",),
        "remove": (),
    }
    path = place.folder / "a.md"
    number = 0
    while True:
        path.write_bytes(b"one")
        await place.manager.close()
        wire = Wire()

        def vanish(name: str, step: int, at: int = number) -> None:
            if step == at:
                path.unlink(missing_ok=True)

        wire.watch = vanish
        place.database.wire = wire  # type: ignore[attr-defined]
        place.start(WatchedFs(wire))
        try:
            await getattr(place.workspace(), act)("a.md", *more[act])
        except StewardError:
            pass
        finally:
            wire.watch = None
        left = [name for name in place.files if "steward" in name]
        assert not left, number
        if len(wire.steps) <= number:
            break
        for name in place.files:
            (place.folder / name).unlink()
        number += 5  # each is some milliseconds; another of the calls each time
    assert number > 40
    assert not (await place.manager.verify()).problems


def _set(path: Path, name: str, value: bytes) -> bool:
    try:
        os.setxattr(path, name, value)
    except OSError:
        return False
    return True


class _flag:  # noqa: N801 - reads as a function
    """The file, open, with a mark of this system; skips the test where it has none."""

    def __init__(self, path: Path, flag: int) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        self._flag = flag

    def _mark(self, flag: int) -> None:
        import fcntl

        fcntl.ioctl(self._handle, 0x40006602 | struct.calcsize("l") << 16, struct.pack("l", flag))

    def __enter__(self) -> int:
        try:
            self._mark(self._flag)
        except OSError as error:
            os.close(self._handle)
            pytest.skip(f"no marks here: {error}")
        return self._handle

    def __exit__(self, *_: object) -> None:
        self._mark(0)
        os.close(self._handle)
