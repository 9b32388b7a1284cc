"""The bytes of a text file or a document as text, off the event loop where that takes long."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Final

from app.domain.documents import document_format, document_text
from app.domain.errors import NotTextError
from app.domain.text import decode, printable

_DECODED_HERE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class ReadableText:
    """A file as text: ``encoding`` for text files, ``format`` of documents, else ``text``."""

    text: str
    encoding: str | None
    format: str = "text"
    complete: bool = True


async def read_text(data: bytes, name: str) -> ReadableText:
    """The text in a file's bytes, worked out in a thread where that may take long.

    Raises ``NotTextError``, ``FileTooLargeError``.
    """
    kind = document_format(data)
    if kind is None:
        return await read_plain(data, name)
    stop = threading.Event()
    try:
        document = await asyncio.to_thread(document_text, data, kind, name, stop)
    finally:
        stop.set()  # cancelled: the thread ends at the next page, row or paragraph
    return ReadableText(printable(document.text).replace("\0", ""), None, kind, document.complete)


async def read_plain(data: bytes, name: str) -> ReadableText:
    """The text of a text file. Raises ``NotTextError``, for documents too."""
    if len(data) <= _DECODED_HERE and _is_utf8(data):
        return _decoded(data, name)
    return await asyncio.to_thread(_decoded, data, name)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:  # finding the encoding takes longer than a frame
        return False
    return True


def _decoded(data: bytes, name: str) -> ReadableText:
    try:
        file = decode(data, name)
    except NotTextError as error:
        raise NotTextError(
            error.message,
            hint="It cannot be read as text.",
            details={**error.details, "path": name},
        ) from error
    return ReadableText(file.shown, file.encoding)
