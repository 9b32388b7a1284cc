"""Copies a pack without some of its records; the copy is on disk, and checked, when it is named."""

from __future__ import annotations

import errno
import uuid
import zlib
from collections.abc import Sequence
from pathlib import Path

from app.files.blob_codec import CHUNK
from app.files.fs_ops import PART_SUFFIX, FsOps, write_all
from app.files.vault_folders import VaultFolders


def copy_without(
    fs: FsOps,
    folders: VaultFolders,
    folder: Path,
    names: tuple[str, str],
    ranges: Sequence[tuple[int, int]],
) -> None:
    """Copy the first of ``names`` to the second, byte for byte but for ``ranges``.

    ``ranges`` are offset and length of each stretch that is left out, in order. The copy is
    durable when this returns. Raises ``OSError``; then there is no file under the new name.
    """
    name, new_name = names
    part = f"{uuid.uuid4().hex}{PART_SUFFIX}"
    with (
        folders.opened(folders.make("parts")) as parts,
        folders.opened(folder) as target,
        folders.file(folder, name) as source,
    ):
        size = fs.stat_open(source).st_size
        handle = fs.open_new(parts, part)
        check = at = 0
        try:
            for offset, length in [*ranges, (size, 0)]:
                while at < offset:
                    piece = _some(fs, source, at, offset)
                    write_all(fs, handle, piece)
                    check = zlib.crc32(piece, check)
                    at += len(piece)
                at = offset + length
            fs.sync(handle)
        finally:
            fs.close(handle)
        _require_written(fs, parts, part, size - sum(length for _, length in ranges), check)
        fs.rename_ours(parts, part, target, new_name)
        fs.sync(target)


def _require_written(fs: FsOps, folder: int, name: str, size: int, check: int) -> None:
    handle = fs.open_read(folder, name)
    try:
        at = found = 0
        while at < size:
            piece = _some(fs, handle, at, size)
            found = zlib.crc32(piece, found)
            at += len(piece)
    finally:
        fs.close(handle)
    if found != check:
        raise OSError(errno.EIO, "what was written does not come back")


def _some(fs: FsOps, handle: int, begin: int, end: int) -> bytes:
    piece = fs.read_at(handle, min(CHUNK, end - begin), begin)
    if not piece:
        raise OSError(errno.EIO, "the file is shorter than it was")
    return piece
