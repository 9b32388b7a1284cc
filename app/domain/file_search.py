"""What a person may look for among the files that have a history. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from app.domain.files import TrackedFile


class FileKind(StrEnum):
    """What a file is, as far as its name tells."""

    TEXT = "text"
    PICTURE = "picture"
    DOCUMENT = "document"
    OTHER = "other"


class ChangedBy(StrEnum):
    """Who made a version."""

    STEWARD = "steward"
    PERSON = "person"
    OUTSIDE = "outside"


_DOCUMENTS: Final = frozenset({
    ".doc", ".docx", ".odp", ".ods", ".odt", ".pdf", ".ppt", ".pptx", ".rtf", ".xls", ".xlsx",
    ".epub",
})  # fmt: skip
_PICTURES: Final = frozenset({
    ".avif", ".bmp", ".gif", ".heic", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff",
    ".webp",
})  # fmt: skip
_OTHERS: Final = frozenset({
    ".7z", ".avi", ".bin", ".bz2", ".class", ".db", ".deb", ".dll", ".dmg", ".exe", ".flac",
    ".gz", ".iso", ".jar", ".m4a", ".mkv", ".mov", ".mp3", ".mp4", ".o", ".ogg", ".parquet",
    ".pyc", ".rar", ".so", ".sqlite", ".tar", ".tgz", ".wav", ".webm", ".whl", ".xz", ".zip",
    ".zst",
})  # fmt: skip


def kind_of(path: str) -> FileKind:
    """What the file at ``path`` is; what is not known is taken for text, as most of it is."""
    ending = PurePath(path).suffix.lower()
    if ending in _PICTURES:
        return FileKind.PICTURE
    if ending in _DOCUMENTS:
        return FileKind.DOCUMENT
    return FileKind.OTHER if ending in _OTHERS else FileKind.TEXT


@dataclass(frozen=True, slots=True)
class FileQuery:
    """Which files are meant, beside the words of their path.

    Attributes:
        since, until: they have a version of this time, ``until`` left out.
        by: they have a version that was made so, within that time.
        present: whether they are there now.
        kind: what they are.
    """

    since: datetime | None = None
    until: datetime | None = None
    by: ChangedBy | None = None
    present: bool | None = None
    kind: FileKind | None = None

    @property
    def asks_for_versions(self) -> bool:
        """Whether a single version can answer it, and not only the file."""
        return self.since is not None or self.until is not None or self.by is not None

    @property
    def conditions(self) -> int:
        """How many of the conditions of a filter are set; the time is not one of them."""
        return sum(one is not None for one in (self.by, self.present, self.kind))


ANY_FILE: Final = FileQuery()
"""Asks for nothing."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that was looked for.

    Attributes:
        file: the file.
        version: the newest of its versions that was meant.
        at: UTC, when that was made.
    """

    file: TrackedFile
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ConversationFiles:
    """The files that one conversation changed, changed last first."""

    conversation_id: str
    title: str
    files: tuple[FoundFile, ...]
