"""One request and one answer, and the errors that Drive gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Request:
    """A request as it arrived; header names are in lower case.

    Attributes:
        number: of all requests, from 1.
        status: of its answer; 0 until there is one, and where none was sent.
        user, client, scope: whose token it carried, for which program, and what it allows.
        takes_all_drives: whether its method has the parameter ``supportsAllDrives``.
    """

    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    status: int = 0
    user: str = ""
    client: str = ""
    scope: str = ""
    takes_all_drives: bool = False

    # Kept: rights, fields and tests look at them again and again.
    @cached_property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> dict[str, Any]:
        """The body; an empty one is an empty object."""
        if not self.body:
            return {}
        try:
            found = json.loads(self.body)
        except ValueError:
            raise bad_request("Parse Error", reason="parseError") from None
        if not isinstance(found, dict):
            raise bad_request("Parse Error", reason="parseError")
        return found


@dataclass(slots=True)
class Response:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class DriveFault(Exception):  # noqa: N818 - it is an answer
    """An error as Drive says it: guide handle-errors has these shapes."""

    def __init__(
        self, status: int, reason: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = dict(headers or {})

    @property
    def response(self) -> Response:
        """The answer on the wire."""
        one = {"domain": "global", "reason": self.reason, "message": self.message}
        error = {"code": self.status, "message": self.message, "errors": [one]}
        return as_json({"error": error}, status=self.status, headers=self.headers)


def as_json(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON, written as Google writes it: over several lines."""
    raw = json.dumps(value, indent=1, ensure_ascii=False).encode()
    kind = {"content-type": "application/json; charset=UTF-8"}
    return Response(status, raw, {**kind, **(headers or {})})


def bad_request(message: str, *, reason: str = "badRequest") -> DriveFault:
    """400."""
    return DriveFault(400, reason, message)


def not_found(file_id: str) -> DriveFault:
    """404; guide handle-errors: "File not found: {fileId}"."""
    return DriveFault(404, "notFound", f"File not found: {file_id}.")


def forbidden(
    reason: str, message: str = "The user does not have sufficient permissions."
) -> DriveFault:
    """403."""
    return DriveFault(403, reason, message)
