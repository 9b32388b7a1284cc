"""One call of a method: what the handlers are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.google_drive.requests import Request
from tests.standins.google_drive.rights import visible
from tests.standins.google_drive.state import DriveState, StoredFile


@dataclass(slots=True)
class Media:
    """Bytes that came with a call."""

    content: bytes
    mime_type: str | None


@dataclass(slots=True)
class Call:
    """A call.

    Attributes:
        names: what its path names.
        body: its metadata.
        media: its bytes, where it brings some.
    """

    state: DriveState
    request: Request
    names: Mapping[str, str]
    body: dict[str, Any]
    media: Media | None = None

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def user(self) -> str:
        return self.request.user

    @property
    def client(self) -> str:
        return self.request.client

    def file(self) -> StoredFile:
        """The file that the path names; 404 where this account does not see it."""
        return visible(self.state, self.names["fileId"], self.request)

    def says(self, parameter: str) -> bool:
        """Whether a parameter is ``true``."""
        return self.query.get(parameter) == "true"
