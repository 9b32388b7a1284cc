"""``files.download`` and the operation it begins (guide long-running-operations)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from tests.standins.google_drive.calls import Call
from tests.standins.google_drive.reading_v3 import exported, part_of
from tests.standins.google_drive.requests import DriveFault, Request, Response


@dataclass(slots=True)
class _Operation:
    content: bytes
    mime_type: str
    polls: int


class Operations:
    """Exports that take their time.

    Attributes:
        polls: how often one is asked for before it is done.
        error: with it they fail.
    """

    def __init__(self) -> None:
        self.polls = 2
        self.error: str | None = None
        self.root_url = ""
        self._numbers = itertools.count(1)
        self._operations: dict[str, _Operation] = {}

    def download(self, call: Call) -> dict[str, Any]:
        """Discovery: files.download answers with an Operation."""
        content = exported(call)
        name = f"op-{next(self._numbers)}"
        self._operations[name] = _Operation(content, call.query["mimeType"], self.polls)
        return self._said(name)

    def get(self, call: Call) -> dict[str, Any]:
        """Discovery: operations.get."""
        operation = self._operations.get(call.names["name"])
        if operation is None:
            raise DriveFault(404, "notFound", "Operation not found.")
        operation.polls -= 1
        return self._said(call.names["name"])

    def content(self, request: Request) -> Response:
        """What ``downloadUri`` gives; it takes the same token."""
        operation = self._operations[request.path.rsplit("/", 1)[1]]
        return part_of(operation.content, operation.mime_type, request.headers.get("range"))

    def _said(self, name: str) -> dict[str, Any]:
        operation = self._operations[name]
        if operation.polls > 0:
            return {"name": name}
        if self.error is not None:
            return {"name": name, "done": True, "error": {"code": 13, "message": self.error}}
        kind = "type.googleapis.com/google.apps.drive.v3.DownloadFileResponse"
        place = f"{self.root_url}exported/{name}"
        response = {"@type": kind, "downloadUri": place, "partialDownloadAllowed": True}
        return {"name": name, "done": True, "response": response}
