"""A file system and a database that count their calls, and fail or "crash" at one of them."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from app.domain.errors import DiskFullError
from app.files.atomic_rename import UnsupportedRename
from app.files.fs_ops import FsOps, UnsupportedFile
from app.storage.database import Database

T = TypeVar("T")

COMMIT = "commit"
LOOKING = (
    "is_there",
    "open_folder", "open_read", "read", "read_at", "stat", "stat_open", "close", "scan", "seek",
    "try_lock", "locked_by",
)  # fmt: skip


class Crash(BaseException):
    """The process has died. No ``except OSError`` or ``except Exception`` sees it."""


class Wire:
    """Every file-system call and every transaction passes here, in order, as a step.

    At step ``crash_at`` the process dies: that step and all later ones raise ``Crash``. At step
    ``fail_at`` the call raises ``OSError(code)``, once; from step ``fail_from`` on all that write
    do. With ``acts_only`` only steps that change something on disk count: a crash before a look
    leaves the same disk as a crash before the next act.
    """

    def __init__(self, *, acts_only: bool = False) -> None:
        self.steps: list[str] = []
        self.acts_only = acts_only
        self.crash_at: int | None = None
        self.fail_at: int | None = None
        self.fail_from: int | None = None
        self.code = errno.EIO
        self.kill_at: int | None = None
        self.dead = False
        self.watch: Callable[[str, int], None] | None = None

    def step(self, name: str) -> None:
        if self.dead:
            raise Crash
        if self.acts_only and name in LOOKING:
            return
        number = len(self.steps)
        self.steps.append(name)
        if self.watch is not None:
            self.watch(name, number)
        if number == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == self.crash_at:
            self.dead = True
            raise Crash
        full = self.fail_from is not None and number >= self.fail_from and name not in LOOKING
        if number == self.fail_at or full:
            if name == COMMIT:
                raise DiskFullError("The disk that holds the database is full.")
            raise OSError(self.code, os.strerror(self.code))

    @property
    def fired(self) -> bool:
        """Whether the step where something goes wrong was reached."""
        at = [n for n in (self.crash_at, self.fail_at, self.fail_from) if n is not None]
        return bool(at) and len(self.steps) > min(at)


class WatchedFs(FsOps):
    """The real file system behind a ``Wire``; on request without the atomic renames."""

    def __init__(
        self,
        wire: Wire,
        *,
        atomic: bool = True,
        links: bool = True,
        one_device: bool = True,
        unnamed: bool = True,
    ) -> None:
        self.wire = wire
        self._unnamed = unnamed and atomic  # no file system has the first without the second
        self._atomic = atomic
        self._links = links
        self._one_device = one_device

    def write(self, handle: int, data: bytes | memoryview) -> int:
        try:
            self.wire.step("write")
        except BaseException:
            super().write(handle, data[: len(data) // 2])  # torn
            raise
        return super().write(handle, data)

    def close(self, handle: int) -> None:
        super().close(handle)
        if not self.wire.dead:
            self.wire.step("close")

    def exchange(self, folder: int, one: str, other: str) -> None:
        self.wire.step("exchange")
        if not self._atomic:
            raise UnsupportedRename(errno.EINVAL, "no exchange here")
        super().exchange(folder, one, other)

    def rename_no_replace(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("rename_no_replace")
        if not self._atomic:
            raise UnsupportedRename(errno.EINVAL, "no such rename here")
        if not self._one_device and folder != to_folder and _differ(folder, to_folder):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        super().rename_no_replace(folder, name, to_folder, to_name)

    def open_unnamed(self, folder: int, mode: int = 0o600) -> int:
        self.wire.step("open_unnamed")
        if not self._unnamed:
            raise UnsupportedFile(errno.ENOTSUP, "no files without a name here")
        return super().open_unnamed(folder, mode)

    def link(self, folder: int, name: str, to_folder: int, to_name: str) -> None:
        self.wire.step("link")
        if not self._links:
            raise PermissionError(errno.EPERM, "no hard links here")
        super().link(folder, name, to_folder, to_name)


def _differ(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return (first.st_dev, first.st_ino) != (second.st_dev, second.st_ino)


def _watched(name: str) -> Callable[..., Any]:
    real = getattr(FsOps, name)

    def call(self: WatchedFs, *args: Any, **kwargs: Any) -> Any:
        self.wire.step(name)
        return real(self, *args, **kwargs)

    return call


for _name in vars(FsOps):
    if not _name.startswith("_") and _name not in vars(WatchedFs):
        setattr(WatchedFs, _name, _watched(_name))


class WatchedDatabase(Database):
    """A database whose transactions are steps of a ``Wire``."""

    def __init__(self, path: Path, wire: Wire) -> None:
        super().__init__(path)
        self.wire = wire

    def write(self, fn: Callable[[], T], *, durable: bool = True) -> T:
        self.wire.step(COMMIT)
        return super().write(fn, durable=durable)
