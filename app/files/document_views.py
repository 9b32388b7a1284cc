"""Docs and Sheets as text that can be read, compared and changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from app.domain.drive import DOCUMENT_TYPE, SHEET_TYPE
from app.files import docs_text, sheets_text
from app.files.blobs import hash_of
from app.files.docs_text import DocText
from app.files.drive_client import DriveClient
from app.files.sheets_text import SheetText


@dataclass(frozen=True, slots=True)
class Looked:
    """A document as it was read.

    Attributes:
        text: all of it.
        read: what edits are worked out from.
    """

    text: str
    read: DocText | SheetText

    @property
    def content(self) -> bytes:
        """As the vault keeps it."""
        return self.text.encode("utf-8", "surrogatepass")

    @property
    def hash(self) -> str:
        """SHA-256 hex of ``content``."""
        return hash_of(self.content)


class View(Protocol):
    """One kind of documents. Blocking."""

    def look(self, client: DriveClient, file_id: str) -> Looked:
        """Read it."""
        ...

    def write(self, client: DriveClient, file_id: str, looked: Looked, after: str) -> None:
        """Make ``after`` of it in place, by one request. See ``DriveClient``.

        Raises ``DriveStaleError``, ``DriveLossyError`` where that would take something away.
        """
        ...

    def require_possible(self, looked: Looked, after: str) -> None:
        """Raises ``DriveLossyError`` as ``write`` would."""
        ...


class _Docs:
    def look(self, client: DriveClient, file_id: str) -> Looked:
        read = docs_text.doc_text(client.document(file_id))
        return Looked(read.text, read)

    def write(self, client: DriveClient, file_id: str, looked: Looked, after: str) -> None:
        assert isinstance(looked.read, DocText)
        client.edit_document(file_id, docs_text.edits(looked.read, after), looked.read.revision)

    def require_possible(self, looked: Looked, after: str) -> None:
        assert isinstance(looked.read, DocText)
        docs_text.edits(looked.read, after)


class _Sheets:
    def look(self, client: DriveClient, file_id: str) -> Looked:
        read = sheets_text.sheet_text(client.spreadsheet(file_id))
        return Looked(read.text, read)

    def write(self, client: DriveClient, file_id: str, looked: Looked, after: str) -> None:
        assert isinstance(looked.read, SheetText)
        client.edit_spreadsheet(file_id, sheets_text.edits(looked.read, after))

    def require_possible(self, looked: Looked, after: str) -> None:
        assert isinstance(looked.read, SheetText)
        sheets_text.edits(looked.read, after)


VIEWS: Final[dict[str, View]] = {DOCUMENT_TYPE: _Docs(), SHEET_TYPE: _Sheets()}
"""By Drive's word for the kind."""
