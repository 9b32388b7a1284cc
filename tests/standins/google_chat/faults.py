"""Errors as Google's newer interfaces say them (cloud.google.com/apis/design/errors)."""

from __future__ import annotations

from tests.standins.google_drive.requests import DriveFault, Response, as_json


class ChatFault(DriveFault):
    """An error with a canonical code (``NOT_FOUND``) and, where there is one, a reason."""

    def __init__(self, status: int, code: str, message: str, reason: str = "") -> None:
        super().__init__(status, reason, message)
        self.code = code

    @property
    def response(self) -> Response:
        error: dict[str, object] = {
            "code": self.status,
            "message": self.message,
            "status": self.code,
        }
        if self.reason:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            error["details"] = [{"@type": kind, "reason": self.reason, "domain": "googleapis.com"}]
        return as_json({"error": error}, status=self.status)
