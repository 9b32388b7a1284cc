"""Opens a folder by its whole path, following no link in any part of it, in one system call.

The standard library cannot ask for that. Linux has ``openat2``; where the system, or what guards
the process, does not have it, ``None`` says so and the caller goes part by part.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Final

_OPENAT2: Final = 437  # the same on every architecture
_AT_FDCWD: Final = -100
_RESOLVE_NO_SYMLINKS: Final = 0x04
_UNSUPPORTED: Final = frozenset({errno.ENOSYS, errno.EPERM, errno.E2BIG, errno.EINVAL})


class _How(ctypes.Structure):
    """``struct open_how`` of <linux/openat2.h>."""

    _fields_ = [
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    ]


def open_folder(path: bytes) -> int | None:
    """A handle on the folder; ``None`` where this cannot be asked for.

    Raises ``OSError`` (``ELOOP`` for a link, ``ENOTDIR`` for what is no folder).
    """
    call = _system_call()
    if call is None:
        return None
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    how = _How(flags, 0, _RESOLVE_NO_SYMLINKS)
    while True:
        handle = call(_OPENAT2, _AT_FDCWD, path, ctypes.byref(how), ctypes.sizeof(how))
        if handle >= 0:
            return handle
        code = ctypes.get_errno()
        if code in _UNSUPPORTED:
            return None  # and where it was a real refusal, the long way meets it too
        if code not in (errno.EINTR, errno.EAGAIN):  # something was renamed on the way: again
            raise OSError(code, os.strerror(code), os.fsdecode(path))


@cache
def _system_call() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t]
    system_call: Callable[..., int] = call
    return system_call
