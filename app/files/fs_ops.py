"""Every file-system call of this room, one method a call, so that a test can count and fail each.

Folders are open handles and names are single parts, so that a link swapped into a path while an
operation runs cannot lead it elsewhere. Only files that are ours by their name can be unlinked.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.files import atomic_rename, no_links

SWAP_SUFFIX: Final = ".steward-swap"
"""Beside the person's file while it is being replaced; gone when the operation is over."""
ASIDE_SUFFIX: Final = ".steward-aside"
"""Holds the old file for a moment where the file system cannot exchange two names."""
PART_SUFFIX: Final = ".part"
"""In the vault: a blob that is not whole yet."""

_STORED: Final = re.compile(r"[0-9a-f]{64}(\.z)?|[0-9]{8}\.(pack|index)")

WORK_SUFFIX: Final = ".work"
"""In a private folder of the vault: a large content while a change is worked out."""

OURS: Final = (SWAP_SUFFIX, ASIDE_SUFFIX, PART_SUFFIX, WORK_SUFFIX)

_BESIDE: Final = re.compile(
    rf"\..*\.[0-9a-f]{{32}}({re.escape(SWAP_SUFFIX)}|{re.escape(ASIDE_SUFFIX)})", re.DOTALL
)

# Searching a folder needs no permission to list it; O_PATH (Linux) and O_SEARCH (macOS) say so.
_SEARCH: Final = getattr(os, "O_PATH", getattr(os, "O_SEARCH", os.O_RDONLY))
_FOLDER: Final = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_OPEN_FILES: Final = "/proc/self/fd"
_UNNAMED: Final[int | None] = getattr(os, "O_TMPFILE", None)
# As open(2) says of file systems and of kernels that do not know it; and what a sandbox or a
# file system of its own making answers to what it does not know.
_NO_UNNAMED: Final = frozenset(
    {
        errno.ENOTSUP, errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT,
        errno.EINVAL, errno.ENOSYS, errno.EPERM,
    }
)  # fmt: skip
# AppArmor does not find a file without a name (ENOENT, EACCES), a sandbox may refuse every link.
_NO_NAMING: Final = _NO_UNNAMED | {errno.EACCES, errno.EXDEV}

# <linux/fs.h>: FS_IOC_GETFLAGS is _IOR('f', 1, long).
_GET_FLAGS: Final = 0x80006601 | struct.calcsize("l") << 16
_IMMUTABLE: Final = 0x10
_APPEND_ONLY: Final = 0x20

_UNCOPIED: Final = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
)


class UnsupportedFile(OSError):  # noqa: N818 - one of the family of OSError
    """There are no files without a name here, or they cannot get one; nothing was done."""


class FsOps:
    """The real file system. Every method raises ``OSError`` as the system does."""

    # -- folders ---------------------------------------------------------------------------

    def open_folder(self, path: str | Path) -> int:
        """Open an absolute, resolved path, following no link in any part of it.

        A link that stands in the path raises ``OSError`` (``ENOTDIR`` or ``ELOOP``).
        """
        found = no_links.open_folder(os.fsencode(path))
        if found is not None:
            return found
        parts = Path(path).parts
        handle = os.open(parts[0], (os.O_RDONLY if len(parts) == 1 else _SEARCH) | _FOLDER)
        for number, part in enumerate(parts[1:], start=2):
            access = os.O_RDONLY if number == len(parts) else _SEARCH
            try:
                inner = os.open(part, access | _FOLDER, dir_fd=handle)
            finally:
                os.close(handle)
            handle = inner
        return handle

    def make_vault(self, path: Path) -> Path:
        """Make the vault's folder, for the person only. Returns it with links resolved."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.resolve()

    def make_folder(self, folder: int, name: str, mode: int = 0o777) -> None:
        """Make a folder. Raises ``FileExistsError``."""
        os.mkdir(name, mode, dir_fd=folder)

    def remove_empty_folder(self, folder: int, name: str) -> None:
        """Take away a folder that holds nothing; one that holds anything raises ``OSError``."""
        os.rmdir(name, dir_fd=folder)

    def is_there(self, path: str) -> bool:
        """Whether anything stands at an absolute path of the vault."""
        return os.path.lexists(path)

    def scan(self, path: str | Path) -> list[os.DirEntry[str]]:
        """What stands in a folder."""
        with os.scandir(path) as entries:
            return list(entries)

    # -- files -----------------------------------------------------------------------------

    def stat(self, folder: int, name: str) -> os.stat_result:
        """Facts about a name, without following it."""
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def open_read(self, folder: int, name: str) -> int:
        """Open for reading. A link raises ``OSError`` (``ELOOP``); a FIFO does not block."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(name, flags, dir_fd=folder)

    def open_new(self, folder: int, name: str, mode: int = 0o600) -> int:
        """Make a file for writing. Raises ``FileExistsError``."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, mode, dir_fd=folder)

    def open_unnamed(self, folder: int, mode: int = 0o600) -> int:
        """Make a file for writing that has no name yet, on the disk of a folder.

        Should the process or the machine stop before ``link_unnamed``, nothing is left of it.
        Raises ``UnsupportedFile`` where the system or the file system has no such files.
        """
        if _UNNAMED is None or not os.access(_OPEN_FILES, os.X_OK):
            raise UnsupportedFile(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
        try:
            return os.open(".", os.O_WRONLY | _UNNAMED | os.O_CLOEXEC, mode, dir_fd=folder)
        except OSError as error:
            if error.errno not in _NO_UNNAMED:
                raise
            raise UnsupportedFile(error.errno, error.strerror) from error

    def link_unnamed(self, handle: int, folder: int, name: str) -> None:
        """Give an open file without a name its first one. Raises ``FileExistsError``.

        Raises ``UnsupportedFile`` where something does not let it have one; nothing was done.
        """
        _require_ours(name)
        try:
            os.link(f"{_OPEN_FILES}/{handle}", name, dst_dir_fd=folder, follow_symlinks=True)
        except OSError as error:
            if error.errno not in _NO_NAMING:
                raise
            raise UnsupportedFile(error.errno, error.strerror) from error

    def open_append(self, folder: int, name: str) -> int:
        """Open a file of the vault so that every write goes to its end; a FIFO does not block."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(name, flags, dir_fd=folder)

    def stat_open(self, handle: int) -> os.stat_result:
        """Facts about an open file."""
        return os.fstat(handle)

    def locked_by(self, handle: int) -> str | None:
        """The flag that keeps an open file from being changed, whoever asks; ``None`` for none."""
        flags = getattr(os.fstat(handle), "st_flags", 0)  # macOS and the BSDs
        if flags & (stat.UF_IMMUTABLE | stat.SF_IMMUTABLE):
            return "immutable"
        if flags & (stat.UF_APPEND | stat.SF_APPEND):
            return "append-only"
        return _linux_flag(handle) if sys.platform == "linux" else None

    def read(self, handle: int, size: int) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        return os.read(handle, size)

    def read_at(self, handle: int, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset`` on; empty at the end."""
        return os.pread(handle, size, offset)

    def seek(self, handle: int, offset: int, whence: int) -> int:
        """Go to another place in an open file; where that is, in bytes from its start."""
        return os.lseek(handle, offset, whence)

    def set_size(self, handle: int, size: int) -> None:
        """Make a file of ours so long; what is added is a hole."""
        os.ftruncate(handle, size)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        """Write some of ``data``; how many bytes."""
        return os.write(handle, data)

    def sync(self, handle: int) -> None:
        """Return when the file's bytes, or the folder's names, are on disk."""
        os.fsync(handle)

    def begin_sync(self, handle: int) -> None:
        """Let the system begin to write a file's bytes to disk; ``sync`` then takes less long."""
        if hasattr(os, "posix_fadvise"):
            # Linux starts writing out what is dirty, and so cannot be dropped (mm/fadvise.c).
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)

    def try_lock(self, handle: int) -> bool:
        """Lock an open folder of ours until it is closed, or its process ends."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self, handle: int) -> None:
        """Close a file or folder."""
        os.close(handle)

    def set_mode(self, handle: int, mode: int) -> None:
        """Set permission bits."""
        os.fchmod(handle, stat.S_IMODE(mode))

    def copy_attributes(self, source: int, target: int) -> None:
        """Give ``target`` the owner, extended attributes and mode of ``source``.

        Owner and attributes as far as the person may set them; the mode always.
        """
        was, now = os.fstat(source), os.fstat(target)
        mode = stat.S_IMODE(was.st_mode)
        if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
            with _as_allowed():
                os.fchown(target, was.st_uid, was.st_gid)
            now = os.fstat(target)
            if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
                # Else it would run as somebody else than before.
                mode &= ~(stat.S_ISUID | stat.S_ISGID)
        if hasattr(os, "listxattr"):
            with _as_allowed():
                _copy_xattrs(source, target)
        os.fchmod(target, mode)

    def copy_times(self, source: int, target: int) -> None:
        """Give ``target`` the times of reading and changing of ``source``, as a move does."""
        was = os.fstat(source)
        os.utime(target, ns=(was.st_atime_ns, was.st_mtime_ns))

    # -- names -----------------------------------------------------------------------------

    def exchange(self, folder: int, one: str, other: str) -> None:
        """Swap two names of one folder in one step. Raises ``UnsupportedRename``."""
        atomic_rename.exchange(folder, one, other)

    def rename_no_replace(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        """Rename without ever replacing. Raises ``FileExistsError``, ``UnsupportedRename``."""
        atomic_rename.rename_new(folder, name, to_folder, to_name)

    def rename_folder(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        """Rename a folder; an empty one under the new name is replaced, nothing else can be.

        Both names end with ``/``: then the system takes nothing but folders.
        """
        if not (name.endswith("/") and to_name.endswith("/")):
            raise ValueError(f"{name!r} or {to_name!r} may be no folder")
        os.rename(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder)

    def link(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        """Give a file a second name. Raises ``FileExistsError``."""
        os.link(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder, follow_symlinks=False)

    def rename_ours(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        """Rename a file of ours, over whatever stands under the new name: look first."""
        _require_ours(name)
        os.rename(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder)

    def rename_aside(self, folder: int, name: str, to_name: str) -> None:
        """Take a file out of the way, to a name that only this operation uses."""
        _require_ours(to_name)
        os.rename(name, to_name, src_dir_fd=folder, dst_dir_fd=folder)

    def unlink_ours(self, folder: int, name: str) -> None:
        """Unlink a temporary file of ours; anything else is refused, whoever asks."""
        _require_ours(name)
        os.unlink(name, dir_fd=folder)

    def unlink_stored(self, folder: int, name: str) -> None:
        """Unlink a file of the vault: a stored blob, a pack or its index, and no other name.

        Only for what the person has asked to let go of, after its export, and for files whose
        every record has a durable place elsewhere.
        """
        if not _STORED.fullmatch(name):
            raise ValueError(f"{name!r} is not a file of the vault")
        os.unlink(name, dir_fd=folder)


def write_all(fs: FsOps, handle: int, data: bytes) -> None:
    """Write every byte of ``data``. Raises ``OSError``, also where the system writes nothing."""
    rest = memoryview(data)
    while rest:
        written = fs.write(handle, rest)
        if written <= 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def is_ours(name: str) -> bool:
    """Whether a name beside the person's files is one of ours; they may have made similar ones."""
    return _BESIDE.fullmatch(name) is not None


def _require_ours(name: str) -> None:
    if not name.endswith(OURS):
        raise ValueError(f"{name!r} is not a temporary file of ours")


def _linux_flag(handle: int) -> str | None:
    import fcntl

    try:
        answer = fcntl.ioctl(handle, _GET_FLAGS, bytes(struct.calcsize("l")))
    except OSError:  # a file system that has no such flags
        return None
    (flags,) = struct.unpack("l", answer)
    if flags & _IMMUTABLE:
        return "immutable"
    return "append-only" if flags & _APPEND_ONLY else None


def _copy_xattrs(source: int, target: int) -> None:
    for name in os.listxattr(source):
        with _as_allowed():
            os.setxattr(target, name, os.getxattr(source, name))


@contextmanager
def _as_allowed() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _UNCOPIED:
            raise
