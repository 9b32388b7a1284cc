"""Renames the standard library cannot ask for: exchange two names, or never replace one.

Linux has ``renameat2``, macOS ``renameatx_np``. Where the system or the file system has
neither, ``UnsupportedRename`` is raised and nothing was done.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Final

_NO_REPLACE: Final = 0x4 if sys.platform == "darwin" else 0x1
_EXCHANGE: Final = 0x2
_UNSUPPORTED: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})

_Rename = Callable[[int, bytes, int, bytes, int], int]


class UnsupportedRename(OSError):  # noqa: N818 - one of the family of OSError, like BlockingIOError
    """This system or file system has no such rename; nothing was done."""


def exchange(folder: int, one: str, other: str) -> None:
    """Swap what two names in one open folder stand for, in one step.

    Raises ``UnsupportedRename``; ``OSError`` where either name does not exist.
    """
    _call(folder, one, folder, other, _EXCHANGE)


def rename_new(folder: int, name: str, to_folder: int, to_name: str) -> None:
    """Rename, but never over something: raises ``FileExistsError``, ``UnsupportedRename``."""
    _call(folder, name, to_folder, to_name, _NO_REPLACE)


def _call(folder: int, name: str, to_folder: int, to_name: str, flags: int) -> None:
    rename = _system_rename()
    if rename is None:
        raise UnsupportedRename(errno.ENOSYS, "no atomic rename on this system")
    if rename(folder, os.fsencode(name), to_folder, os.fsencode(to_name), flags) == 0:
        return
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        raise UnsupportedRename(code, os.strerror(code), name)
    raise OSError(code, os.strerror(code), name, None, to_name)


@cache
def _system_rename() -> _Rename | None:
    symbol = {"linux": "renameat2", "darwin": "renameatx_np"}.get(sys.platform)
    if symbol is None:
        return None
    found = getattr(ctypes.CDLL(None, use_errno=True), symbol, None)
    if found is None:
        return None
    found.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    found.restype = ctypes.c_int
    rename: _Rename = found
    return rename
