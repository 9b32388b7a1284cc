"""Keeps what is attached to messages: a copy of the bytes in the vault, and what can be read of it.

A file is read once, because the person chose it by hand: nothing more of its folder is opened.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.domain.attachments import (
    MAX_FILE,
    Attachment,
    check_together,
    clean_name,
    media_type,
    too_large,
)
from app.domain.documents import document_format, document_text
from app.domain.errors import (
    BlobDamagedError,
    FileError,
    FileMissingError,
    FileTooLargeError,
    NotAFileError,
    NotTextError,
)
from app.domain.names import shown
from app.domain.text import decode, printable
from app.files.blobs import BlobStore
from app.files.failures import explaining
from app.files.gate import Gate, StoreLock
from app.files.pictures import picture_in
from app.files.workers import Workers
from app.storage.attached_contents import AttachedContents

_PIECE: Final = 1024 * 1024
_DOCUMENT_SECONDS: Final = 20.0
"""A document whose text takes longer to work out is read as far as that."""


class AttachmentKeeper:
    """Puts attachments into the vault. Blocking, for worker threads."""

    def __init__(
        self, blobs: BlobStore, contents: AttachedContents, lock: StoreLock, vault: Path
    ) -> None:
        self._blobs = blobs
        self._contents = contents
        self._lock = lock
        self._vault = vault

    def keep(self, name: str, data: bytes, gate: Gate) -> Attachment:
        """Keep bytes under a name. Raises ``FileError`` and its kin; then nothing was kept."""
        name = clean_name(name)
        if len(data) > MAX_FILE:
            raise too_large(name, len(data))
        kind, readable, facts = _looked_at(name, data)
        with explaining(str(self._vault)), self._lock.held(gate):
            gate.go()
            digest = self._put(data)
            given = self._put(readable) if readable is not None else None
        return Attachment(
            name=name,
            media_type=kind,
            size=len(data),
            hash=digest,
            readable=given,
            readable_size=len(readable or b""),
            **facts,
        )

    def content(self, digest: str) -> bytes:
        """Bytes that were kept. Raises ``BlobDamagedError`` and other ``FileError``."""
        if not digest:
            raise FileMissingError("This attachment is not kept on this computer.")
        with explaining(str(self._vault)):
            return self._blobs.read(digest)

    def _put(self, data: bytes) -> str:
        from hashlib import sha256

        # Named first: what a crash leaves is known to be an attachment's.
        self._contents.add([sha256(data).hexdigest()])
        return self._blobs.put([data]).hash


class Attachments:
    """Attachments, for what runs on the event loop."""

    def __init__(self, keeper: AttachmentKeeper, workers: Workers) -> None:
        self._keeper = keeper
        self._workers = workers

    async def keep_file(self, path: Path) -> Attachment:
        """Keep a copy of the file at ``path``, which may lie anywhere.

        Raises ``FileMissingError``, ``NotAFileError``, ``FileTooLargeError`` and other
        ``FileError``; then nothing was kept.
        """
        return await self._workers.uncut(
            lambda gate: self._keeper.keep(path.name, read_chosen(path), gate)
        )

    async def keep_files(self, paths: Sequence[Path]) -> tuple[Attachment, ...]:
        """Keep several for one message. Raises as ``keep_file`` does."""
        kept = tuple([await self.keep_file(path) for path in paths])
        check_together(kept)
        return kept

    async def keep(self, name: str, data: bytes) -> Attachment:
        """Keep bytes that are no file. Raises ``FileError`` and its kin."""
        return await self._workers.uncut(lambda gate: self._keeper.keep(name, data, gate))

    async def content(self, attachment: Attachment) -> bytes:
        """The bytes that were attached. Raises ``FileError``."""
        return await self._workers.look(lambda: self._keeper.content(attachment.hash))

    async def readable(self, attachment: Attachment) -> bytes | None:
        """What a model is given of it: text as UTF-8, or a picture.

        ``None`` where there is nothing, or where its bytes are gone.
        """
        digest = attachment.readable
        if digest is None:
            return None
        try:
            return await self._workers.look(lambda: self._keeper.content(digest))
        except (BlobDamagedError, FileMissingError):
            return None


def read_chosen(path: Path) -> bytes:
    """The bytes of a file that the person named. Raises ``FileError`` and its kin, in words."""
    name = shown(str(path))
    try:
        # Not waiting: a pipe without a writer would keep this thread for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unread(path, error) from error
    except ValueError as error:  # a NUL
        raise FileMissingError(f"There is no file {name}.") from error
    try:
        _check_is_file(os.fstat(handle), name, path)
        data = bytearray()
        while piece := os.read(handle, _PIECE):
            data += piece
            if len(data) > MAX_FILE:  # it grows
                raise too_large(name, len(data))
    except OSError as error:
        raise _unread(path, error) from error
    finally:
        os.close(handle)
    return bytes(data)


def _check_is_file(facts: os.stat_result, name: str, path: Path) -> None:
    details = {"path": str(path)}
    if stat.S_ISDIR(facts.st_mode):
        raise NotAFileError(
            f"{name} is a folder; only files can be attached.",
            hint="Attach files from it, or give Steward the folder to work in.",
            details=details,
        )
    if not stat.S_ISREG(facts.st_mode):
        raise NotAFileError(
            f"{name} is a device or a pipe and no file; it cannot be attached.", details=details
        )
    if facts.st_size > MAX_FILE:
        raise too_large(name, facts.st_size)


def _unread(path: Path, error: OSError) -> FileError:
    name, details = shown(str(path)), {"path": str(path), "errno": error.errno}
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        if path.is_symlink():
            return FileMissingError(
                f"{name} is a link to a file that is not there.", details=details
            )
        return FileMissingError(f"There is no file {name}.", details=details)
    if isinstance(error, PermissionError):
        return FileError(f"You may not read {name}; it was not attached.", details=details)
    return FileError(f"{name} cannot be read: {error.strerror or error}.", details=details)


def _looked_at(name: str, data: bytes) -> tuple[str, bytes | None, dict[str, int]]:
    """What the bytes are, what a model is given of them, and facts about that."""
    try:
        if (picture := picture_in(data, name)) is not None:
            facts = {"width": picture.width, "height": picture.height}
            return picture.media_type, picture.sent, facts
        document = document_format(data)
        text = _text(name, data, document)
    except (NotTextError, FileTooLargeError):  # it can be named all the same
        return media_type(name, data, document_format(data)), None, {}
    return _media_type(name, data, document), text.encode(), {"characters": len(text)}


def _text(name: str, data: bytes, document: str | None) -> str:
    if document is None:
        return printable(decode(data, name).shown)
    stop = threading.Event()
    late = threading.Timer(_DOCUMENT_SECONDS, stop.set)
    late.name = "steward-document"
    late.daemon = True
    late.start()
    try:
        found = document_text(data, document, name, stop)
    finally:
        late.cancel()
        late.join()
    return printable(found.text).replace("\0", "")


def _media_type(name: str, data: bytes, document: str | None) -> str:
    found = media_type(name, data, document)
    # What could be read as text is text, whatever its name says.
    known = found.startswith("text/") or document is not None or found.endswith(("json", "xml"))
    return found if known else "text/plain"
