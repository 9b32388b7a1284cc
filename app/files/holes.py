"""Writes long runs of zeros as holes, so that a sparse file stays sparse."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

from app.files.blobs import CHUNK, write_all
from app.files.fs_ops import FsOps

_ZEROS: Final = bytes(CHUNK)


def write_with_holes(fs: FsOps, handle: int, chunks: Iterable[bytes]) -> int:
    """Write ``chunks`` to an empty file. Returns how many bytes it has. Raises ``OSError``."""
    size = 0
    ends_in_hole = False
    for chunk in chunks:
        size += len(chunk)
        ends_in_hole = is_hole(chunk)
        if ends_in_hole:
            fs.seek(handle, len(chunk), os.SEEK_CUR)
        else:
            write_all(fs, handle, chunk)
    if ends_in_hole:
        fs.set_size(handle, size)
    return size


def is_hole(chunk: bytes) -> bool:
    """Whether a piece is long enough to be left out, and nothing but zeros."""
    return len(chunk) == CHUNK and chunk == _ZEROS
