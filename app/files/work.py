"""Where a change of a large file is worked out: a private folder of its own in the vault.

The person's file is copied there and the new content is made there, so that nothing unfinished
ever stands beside the file. Contents that fit in memory need no folder, and get none.
"""

from __future__ import annotations

import errno
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from app.files.blobs import CHUNK
from app.files.contents import Content
from app.files.fs_ops import WORK_SUFFIX, FsOps
from app.files.holes import write_with_holes
from app.files.partial import NOTE, clear_noted, write_note
from app.files.streams import Made, reading, writing

logger = logging.getLogger(__name__)

Change = Callable[[BinaryIO, BinaryIO], None]
"""Makes a new content: reads the first, which can be sought in, and writes the second."""

_BEFORE: Final = f"before{WORK_SUFFIX}"
_AFTER: Final = f"after{WORK_SUFFIX}"
_OPERATION: Final = re.compile(r"[0-9a-f]{32}")
_TRIES: Final = 3


class WorkFolders:
    """``vault/work``: one folder an execution, held by a lock for as long as it lives."""

    def __init__(self, vault: Path, fs: FsOps) -> None:
        self._vault = vault
        self._fs = fs

    @contextmanager
    def folder(self, op_id: str, check: Callable[[], None] = lambda: None) -> Iterator[WorkFolder]:
        """The folder of one execution, made when it is first used and cleared at the end.

        ``check`` is called with every piece that is read or written, and may raise.
        """
        work = WorkFolder(self._fs, self._place, op_id, check)
        try:
            yield work
        finally:
            work.clear()

    def clear_abandoned(self) -> tuple[str, ...]:
        """Clear what executions left whose process has died.

        Only folders and files that are named like ours are touched. Returns the partial files
        outside the vault that were taken away. Raises ``OSError``.
        """
        root = self._place()
        names = [e.name for e in self._fs.scan(root) if _OPERATION.fullmatch(e.name)]
        if not names:
            return ()
        parent = self._fs.open_folder(root)
        try:
            cleared = [self._clear(parent, root, name) for name in names]
        finally:
            self._fs.close(parent)
        return tuple(str(path) for path in cleared if path is not None)

    def _clear(self, parent: int, root: Path, name: str) -> Path | None:
        try:
            handle = self._fs.open_folder(root / name)
        except FileNotFoundError:
            return None
        partial = None
        try:
            if not self._fs.try_lock(handle):
                return None  # its execution lives
            partial = clear_noted(self._fs, handle, name)
            for entry in self._fs.scan(root / name):
                if entry.name.endswith(WORK_SUFFIX) and entry.name != NOTE:
                    self._fs.unlink_ours(handle, entry.name)
            self._fs.remove_empty_folder(parent, name)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        finally:
            self._fs.close(handle)
        return partial

    def _place(self) -> Path:
        root = self._fs.make_vault(self._vault)
        handle = self._fs.open_folder(root)
        try:
            self._fs.make_folder(handle, "work", 0o700)
        except FileExistsError:
            pass
        finally:
            self._fs.close(handle)
        return root / "work"


class WorkFolder:
    """``vault/work/<op_id>``, for this execution and nobody else."""

    def __init__(
        self, fs: FsOps, place: Callable[[], Path], op_id: str, check: Callable[[], None]
    ) -> None:
        self._fs = fs
        self._place = place
        self._op_id = op_id
        self._check = check
        self._parent: int | None = None
        self._handle: int | None = None

    def read(self, chunks: Iterable[bytes]) -> None:
        """Only read the bytes of a file: nothing is kept."""
        for _ in self._checked(chunks):
            pass

    def take(self, chunks: Iterable[bytes]) -> None:
        """Copy the bytes of a file here, instead of those taken before."""
        folder = self._open()
        self._drop(folder, _BEFORE)
        handle = self._fs.open_new(folder, _BEFORE)
        try:
            write_with_holes(self._fs, handle, self._checked(chunks))
        finally:
            self._fs.close(handle)

    def taken(self) -> Iterator[bytes]:
        """The copy, in pieces."""
        return self._chunks(_BEFORE)

    def rewrite(self, change: Change) -> Content:
        """What ``change`` makes of the copy. Raises what it raises, and ``OSError``."""
        folder = self._open()
        self._drop(folder, _AFTER)
        source = self._fs.open_read(folder, _BEFORE)
        try:
            target = self._fs.open_new(folder, _AFTER)
            try:
                made = Made(self._fs, target, self._check)
                with writing(made) as new, reading(self._fs, source, self._check) as old:
                    change(old, new)
                made.finish()
            finally:
                self._fs.close(target)
        finally:
            self._fs.close(source)
        return _NewContent(self, made.check.hexdigest(), made.size)

    def made(self) -> Iterator[bytes]:
        """What ``rewrite`` made, in pieces."""
        return self._chunks(_AFTER)

    def remember(self, partial: Path) -> None:
        """Say that this execution is about to make ``partial``, a file outside the vault.

        It is on disk on return, and what is left of the file is taken away in the end, by this
        execution or by recovery. Where it cannot be said, since the vault's disk is full perhaps,
        a warning is all: what is to be written may be the way out of that.
        """
        try:
            folder = self._open()
            write_note(self._fs, folder, partial)
            place = self._place()
            for above in (place, place.parent):
                self._sync(above)
        except OSError as error:
            logger.warning("a partial file was not noted", extra={"reason": str(error)})

    def forget(self) -> None:
        """What was remembered has its real name now, on disk: there is nothing left to clear."""
        if self._handle is not None:
            with suppress(OSError):  # then it is looked for in vain in the end
                self._fs.unlink_ours(self._handle, NOTE)

    def clear(self) -> None:
        """Take everything away. What cannot be goes at the next start."""
        if self._handle is None or self._parent is None:
            return
        try:
            clear_noted(self._fs, self._handle, self._op_id)
            for name in (_BEFORE, _AFTER):
                self._drop(self._handle, name)
            self._fs.remove_empty_folder(self._parent, self._op_id)
        except OSError as error:
            logger.warning("a work folder is left", extra={"reason": str(error)})
        finally:
            self._fs.close(self._handle)
            self._fs.close(self._parent)
            self._handle = self._parent = None

    # -- inside ----------------------------------------------------------------------------

    def _open(self) -> int:
        if self._handle is None:
            place = self._place()
            self._parent = self._fs.open_folder(place)
            self._handle = self._make(self._parent, place)
        return self._handle

    def _make(self, parent: int, place: Path) -> int:
        """Make and lock the folder; a recovery may clear it between the two: then once more."""
        for _ in range(_TRIES):
            try:
                self._fs.make_folder(parent, self._op_id, 0o700)
                handle = self._fs.open_folder(place / self._op_id)
            except (FileExistsError, FileNotFoundError):
                continue
            try:
                if self._fs.try_lock(handle):
                    self._fs.stat(parent, self._op_id)
                    return handle
            except FileNotFoundError:
                pass
            self._fs.close(handle)
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(place))

    def _sync(self, path: Path) -> None:
        handle = self._fs.open_folder(path)
        try:
            self._fs.sync(handle)
        finally:
            self._fs.close(handle)

    def _drop(self, folder: int, name: str) -> None:
        try:
            self._fs.unlink_ours(folder, name)
        except FileNotFoundError:
            return

    def _chunks(self, name: str) -> Iterator[bytes]:
        handle = self._fs.open_read(self._open(), name)
        try:
            while chunk := self._fs.read(handle, CHUNK):
                yield chunk
        finally:
            self._fs.close(handle)

    def _checked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._check()
            yield chunk


class _NewContent:
    """The new content, in its file."""

    def __init__(self, folder: WorkFolder, digest: str, size: int) -> None:
        self._folder = folder
        self.hash = digest
        self.size = size
        self.whole = None

    def chunks(self) -> Iterator[bytes]:
        return self._folder.made()
