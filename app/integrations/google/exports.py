"""Workspace files in another format; large ones by an operation that takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.domain.drive import DriveError
from app.domain.errors import FileTooLargeError
from app.files.drive_client import Check
from app.files.request import MAX_BYTES
from app.integrations.google.attempts import Attempts, Waiting, repeated
from app.integrations.google.connections import Connections
from app.integrations.google.downloads import pieces_of
from app.integrations.google.drive_errors import Deed, no_sense
from app.integrations.google.drive_metadata import mapping, text
from app.integrations.google.failures import Refusal, Unreached

_TOO_LARGE: Final = "exportSizeLimitExceeded"
_LONGEST: Final = 600.0
"""Seconds until a long-running export is given up."""


class Exports:
    """Gives Workspace files in other formats. All of it only reads."""

    def __init__(self, connections: Connections, waiting: Waiting, v3: Any) -> None:
        self._connections = connections
        self._waiting = waiting
        self._v3 = v3

    def export(self, file_id: str, mime_type: str, check: Check) -> bytes:
        """The file in the format ``mime_type``. Raises the last ``Failure`` and ``DriveError``."""
        request = self._v3.files().export_media(fileId=file_id, mimeType=mime_type)
        try:
            check()
            return bytes(self._ask(request, check))
        except Refusal as refused:
            # Above 10 MB; a 403 as it is documented, and taken at its word whatever the status.
            if refused.reason != _TOO_LARGE:
                raise
        return self._long_way(file_id, mime_type, check)

    def _long_way(self, file_id: str, mime_type: str, check: Check) -> bytes:
        start = self._v3.files().download(fileId=file_id, mimeType=mime_type)
        operation = mapping(self._ask(start, check))
        waited, polls = 0.0, 0
        while operation.get("done") is not True:
            polls += 1
            seconds = self._waiting.length(polls)
            if waited + seconds > _LONGEST:
                raise Unreached("Drive takes too long to make the export.", may_pass=False)
            self._waiting.pause(seconds, check)
            waited += seconds
            operation = mapping(self._ask(self._poll(operation), check))
        address = text(mapping(operation.get("response")).get("downloadUri"))
        if address is None:
            raise _failed(mapping(operation.get("error")))
        pieces = pieces_of(self._connections, self._waiting, address, check=check)
        found = bytearray()
        for piece in pieces:
            found += piece
            if len(found) > MAX_BYTES:
                raise FileTooLargeError(
                    f"The export has more than {MAX_BYTES:,} bytes.",
                    hint="Nothing was changed. Save it in the browser (File, Download).",
                    details={"limit": MAX_BYTES},
                )
        return bytes(found)

    def _poll(self, operation: Mapping[str, object]) -> Any:
        name = text(operation.get("name"))
        if name is None:
            raise no_sense(Deed.READ)
        # The address puts ``operations/`` before the name, which may have it already.
        return self._v3.operations().get(name=name.removeprefix("operations/"))

    def _ask(self, request: Any, check: Check) -> Any:
        def once() -> Any:
            with self._connections.borrow() as connection:
                return request.execute(http=connection, num_retries=0)

        return repeated(once, Attempts(self._waiting, check))


def _failed(error: Mapping[str, object]) -> DriveError:
    return DriveError(
        "Drive could not make this export.",
        hint="Nothing was changed. Try another format.",
        details={"said": (text(error.get("message")) or "")[:300]},
    )
