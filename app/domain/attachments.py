"""Attachments: files that the person hands over with a message. Pure.

An attachment is a copy in Steward's own vault, found by its hash: what a message means does not
change with the file it came from.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final

from app.domain.errors import FileTooLargeError
from app.domain.names import shown
from app.domain.text import describe

MAX_FILE: Final = 20_000_000
"""Bytes of one attachment."""
MAX_MESSAGE: Final = 50_000_000
"""Bytes of all attachments of a message."""
MAX_COUNT: Final = 20
"""Attachments of a message."""

HANDLE: Final = "attachment-"
"""How the name begins under which a model reads on in an attachment."""

_MAX_NAME: Final = 200
_MAX_ENDING: Final = 12
_HANDLE_DIGITS: Final = 16
_UNKNOWN: Final = "application/octet-stream"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PICTURES: Final = {
    "a PNG image": "image/png",
    "a JPEG image": "image/jpeg",
    "a GIF image": "image/gif",
    "a WebP image": "image/webp",
}
_DOCUMENTS: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class AttachmentKind(StrEnum):
    """What a person, and a model, can do with an attachment."""

    TEXT = "text"
    PICTURE = "picture"
    OTHER = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, as it is kept.

    Attributes:
        name: the file's name, without a folder.
        media_type: what its bytes are, for instance ``text/plain``.
        size: in bytes.
        hash: SHA-256 of its bytes, in hex; empty where the bytes are not kept here.
        readable: hash of what a model is given of it: its text as UTF-8, or the picture in a
            size a model takes. ``None``: nothing but its name.
        readable_size: length of that, in bytes.
        characters: of its text; 0 for what has none.
        width, height: of a picture, in pixels; else 0.
        given: so many characters of its text a request carries; for a picture 1 where the
            request carries it. Set for each request, never stored.
    """

    name: str
    media_type: str
    size: int
    hash: str
    readable: str | None = None
    readable_size: int = 0
    characters: int = 0
    width: int = 0
    height: int = 0
    given: int = 0

    @property
    def kind(self) -> AttachmentKind:
        """Whether it can be read, looked at, or only named."""
        if self.media_type.startswith("image/") and self.width:
            return AttachmentKind.PICTURE
        return AttachmentKind.TEXT if self.readable is not None else AttachmentKind.OTHER

    @property
    def handle(self) -> str:
        """The name under which a model reads on in it."""
        return f"{HANDLE}{self.hash[:_HANDLE_DIGITS]}"


def media_type(name: str, data: bytes, document: str | None = None) -> str:
    """What the bytes are: as they say themselves, else as the name says.

    ``document``: the format that ``documents.document_format`` has found.
    """
    if document is not None:
        return _DOCUMENTS[document]
    if (found := _PICTURES.get(describe(data) or "")) is not None:
        return found
    guessed, encoding = mimetypes.guess_type(name)
    return guessed if guessed is not None and encoding is None else _UNKNOWN


def picture_type(data: bytes) -> str:
    """The media type of a picture that a model is given."""
    return _PICTURES.get(describe(data) or "", "image/png")


def clean_name(name: str) -> str:
    """A file's name as it is shown and kept: one line, without a folder."""
    clean = shown(PurePath(name).name)
    if len(clean) > _MAX_NAME:
        stem, dot, ending = clean.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending) <= _MAX_ENDING else ""
        clean = f"{(stem if ending else clean)[: _MAX_NAME - len(ending) - 1]}…{ending}"
    return clean or "file"


def check_together(attachments: Sequence[Attachment]) -> None:
    """Raise ``FileTooLargeError`` for more than one message may carry."""
    if len(attachments) > MAX_COUNT:
        raise FileTooLargeError(
            f"A message can carry {MAX_COUNT} attachments, and these are {len(attachments)}.",
            hint="Send some of them with another message.",
        )
    total = sum(one.size for one in attachments)
    if total > MAX_MESSAGE:
        raise FileTooLargeError(
            f"The attachments of a message may have {size_in_words(MAX_MESSAGE)} together; these "
            f"have {size_in_words(total)}.",
            hint="Send some of them with another message, or name their folder to Steward.",
        )


def too_large(name: str, size: int) -> FileTooLargeError:
    """What is said of a file that is too large to be attached."""
    return FileTooLargeError(
        f"{name} has {size_in_words(size)}; an attachment may have {size_in_words(MAX_FILE)}.",
        hint="Give Steward its folder instead, and name the file in your message.",
        details={"size": size, "limit": MAX_FILE},
    )


def size_in_words(size: int) -> str:
    """A size as a person reads it: ``812 bytes``, ``1.4 MB``."""
    if size < 1_000:
        return "1 byte" if size == 1 else f"{size} bytes"
    amount, unit = size / 1_000, "KB"
    if amount >= 999.5:
        amount, unit = amount / 1_000, "MB"
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def names_of(attachments: Iterable[Attachment]) -> str:
    """Their names, one after the other."""
    return ", ".join(one.name for one in attachments)


# -- as JSON -----------------------------------------------------------------------------


def attachment_form(attachment: Attachment) -> dict[str, Any]:
    """An attachment as a JSON object; parts that say nothing are left out."""
    form: dict[str, Any] = {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "hash": attachment.hash,
    }
    for name in ("readable", "readable_size", "characters", "width", "height", "given"):
        if value := getattr(attachment, name):
            form[name] = value
    return form


def attachment_from(form: Mapping[str, Any]) -> Attachment:
    """The attachment that ``attachment_form`` wrote.

    Raises ``ValueError``, ``KeyError`` or ``TypeError`` where it did not.
    """
    attachment = Attachment(**form)
    numbers: tuple[Any, ...] = (
        attachment.size, attachment.readable_size, attachment.characters,
        attachment.width, attachment.height, attachment.given,
    )  # fmt: skip
    if not all(isinstance(one, int) and one >= 0 for one in numbers):
        raise ValueError("a size of an attachment is no number")
    for digest in (attachment.hash, attachment.readable):
        if digest and not _DIGEST.fullmatch(digest):
            raise ValueError("an attachment's hash is no SHA-256")
    return attachment
