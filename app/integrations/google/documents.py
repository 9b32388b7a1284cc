"""Docs and Sheets behind the port ``DriveClient``: read whole, edited in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.drive import DriveError
from app.integrations.google.attempts import Attempts
from app.integrations.google.drive_errors import Deed, changed_since
from app.integrations.google.drive_metadata import mapping
from app.integrations.google.drive_session import DriveSession

_CELLS: Final = (
    "sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),"
    "data(rowData(values(userEnteredValue))))"
)
_WRONG: Final = 400


class GoogleDocuments:
    """The part of ``DriveClient`` for Docs and Sheets; its words hold here, too."""

    def __init__(self, session: DriveSession) -> None:
        self._session = session

    def document(self, file_id: str) -> Mapping[str, object]:
        """A Doc with its tabs and its ``revisionId``."""
        request = self._session.services.docs.documents().get(
            documentId=file_id, includeTabsContent=True
        )
        return self._session.read(request, mapping)

    def edit_document(
        self, file_id: str, requests: Sequence[Mapping[str, object]], revision: str
    ) -> None:
        """Carry out edits as a whole, if it still has this ``revisionId``."""
        body = {"requests": list(requests), "writeControl": {"requiredRevisionId": revision}}
        request = self._session.services.docs.documents().batchUpdate(documentId=file_id, body=body)
        try:
            self._session.ask(request, mapping, Deed.ONCE, Attempts(self._session.waiting))
        except DriveError as error:
            # A revision that is no longer the newest is refused like any request that is wrong.
            refused = error.details.get("status") == _WRONG
            if refused and self.document(file_id).get("revisionId") != revision:
                raise changed_since() from None
            raise

    def spreadsheet(self, file_id: str) -> Mapping[str, object]:
        """A Sheet's sheets, each with what was entered in its cells."""
        request = self._session.services.sheets.spreadsheets().get(
            spreadsheetId=file_id, fields=_CELLS
        )
        return self._session.read(request, mapping)

    def edit_spreadsheet(self, file_id: str, requests: Sequence[Mapping[str, object]]) -> None:
        """Carry out edits of cells as a whole."""
        request = self._session.services.sheets.spreadsheets().batchUpdate(
            spreadsheetId=file_id, body={"requests": list(requests)}
        )
        self._session.ask(request, mapping, Deed.ONCE, Attempts(self._session.waiting))
