"""What the tests of Drive share."""

from __future__ import annotations

from collections.abc import Iterator

from app.files.drive_client import Upload, pieces
from app.integrations.google.drive import GoogleDrive


class Time:
    """Waits that take no time, and the clock that they move."""

    def __init__(self) -> None:
        self.slices: list[float] = []
        self._now = 1_000.0

    @property
    def waited(self) -> float:
        """Seconds waited in all."""
        return sum(self.slices)

    def wait(self, seconds: float) -> None:
        self.slices.append(seconds)
        self._now += seconds

    def pass_by(self, seconds: float) -> None:
        self._now += seconds

    def monotonic(self) -> float:
        return self._now


class StopError(Exception):
    """The person pressed Cancel."""


class Cancel:
    """A ``check`` that stops at its n-th call, or when it is told to."""

    def __init__(self, at: int | None = None) -> None:
        self.calls = 0
        self.now = False
        self._at = at

    def __call__(self) -> None:
        self.calls += 1
        if self.now or self.calls == self._at:
            raise StopError


def upload(content: bytes, mime_type: str = "text/plain", *, piece: int = 100_000) -> Upload:
    """Bytes on their way up."""

    def chunks() -> Iterator[bytes]:
        return iter(pieces(content, piece))

    return Upload(len(content), chunks, mime_type)


def downloaded(drive: GoogleDrive, file_id: str, revision: str) -> bytes:
    """All bytes of a revision."""
    with drive.download(file_id, revision) as chunks:
        return b"".join(chunks)


def some_bytes(size: int) -> bytes:
    """Bytes without a pattern that a mix-up could hide in."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]
