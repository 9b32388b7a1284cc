"""Bytes on their way up: in one request where they are few, else in pieces that can be resumed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from app.domain.drive import DriveError
from app.files.drive_client import Check, Progress, Upload
from app.integrations.google.attempts import Attempts
from app.integrations.google.connections import Connection
from app.integrations.google.failures import Refusal, Unreached

UNIT: Final = 256 * 1024
"""Every piece but the last is a multiple of this many bytes: Drive refuses others."""


@dataclass(frozen=True, slots=True)
class UploadSizes:
    """Bytes.

    Attributes:
        small: less goes in one request (Drive's limit for that is 5 MB).
        piece: how much goes in one of several; a multiple of ``UNIT``.
    """

    small: int = 5 * 1024 * 1024
    piece: int = 8 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.piece % UNIT or self.piece <= 0:
            raise ValueError(f"a piece must be a multiple of {UNIT}")


class SessionLostError(Exception):
    """Drive no longer knows an upload that had begun.

    Attributes:
        unsure: whether its last piece had been sent, so that it may be done.
    """

    def __init__(self, *, unsure: bool) -> None:
        super().__init__()
        self.unsure = unsure


def in_one_piece(upload: Upload) -> Any:
    """All bytes, for a single request."""
    from googleapiclient.http import MediaIoBaseUpload

    content = b"".join(upload.chunks())
    if len(content) != upload.size:
        raise changed_meanwhile()
    return MediaIoBaseUpload(io.BytesIO(content), mimetype=media_type(upload), resumable=False)


def in_pieces(upload: Upload, sizes: UploadSizes) -> Any:
    """Bytes for an upload that can be resumed; read from their beginning again where it must."""
    return _kind()(upload, sizes.piece)


def media_type(upload: Upload) -> str:
    """The kind of the bytes, in a form that the library can take apart."""
    kind, slash, rest = upload.mime_type.partition("/")
    fits = kind and slash and rest and "/" not in rest and upload.mime_type.isprintable()
    return upload.mime_type if fits and upload.mime_type.isascii() else "application/octet-stream"


def changed_meanwhile() -> DriveError:
    """For bytes that are not as many as was said."""
    return DriveError(
        "What was to be sent to Drive changed while it was read.",
        hint="Nothing in Drive was changed. Try again.",
    )


class Sending:
    """One upload in pieces, from its first request to its last.

    Args:
        request: the library's description of it.
        media: what ``in_pieces`` gave.
        before_last: called before the piece that completes it is sent; may raise.
    """

    def __init__(
        self,
        request: Any,
        media: Any,
        *,
        check: Check,
        progress: Progress | None,
        before_last: Callable[[], None] | None = None,
    ) -> None:
        self._request = request
        self._media = media
        self._check = check
        self._progress = progress
        self._before_last = before_last

    def through(self, connection: Connection, attempts: Attempts) -> Any:
        """Send all of it; gives Drive's answer.

        Where the answer to a piece is lost, or Drive asks to wait, it is asked how much it has, and
        goes on there. Raises ``SessionLostError``, the last ``Failure``, and what ``check`` raises.
        """
        self._tell(0)
        while True:
            self._check()
            self._look_before_last()
            before = self._request.resumable_progress
            try:
                _, answer = self._request.next_chunk(http=connection, num_retries=0)
            except (Refusal, Unreached) as failure:
                began = self._request.resumable_uri is not None
                if began and isinstance(failure, Refusal) and failure.status in (404, 410):
                    raise SessionLostError(unsure=self._media.all_given) from None
                attempts.wait_after(failure)
                continue
            if answer is not None:
                self._tell(self._media.size())
                return answer
            if self._request.resumable_progress > before:
                attempts.went_on()
                self._tell(self._request.resumable_progress)
            else:
                # Drive took none of it: without a bound this would go on for ever.
                attempts.wait_after(Unreached("Drive takes no more of the upload."))

    def _look_before_last(self) -> None:
        if self._before_last is None or self._media.all_given:
            return
        rest = self._media.size() - self._request.resumable_progress
        if self._request.resumable_uri is not None and rest <= self._media.chunksize():
            self._before_last()

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self._media.size())


@lru_cache(maxsize=1)
def _kind() -> Any:
    """The library's kind of bytes to send, over an ``Upload``. Made late: it is imported late."""
    from googleapiclient.http import MediaUpload

    class UploadPieces(MediaUpload):  # type: ignore[misc]
        """Gives the pieces of an ``Upload`` in order, from its beginning again if need be."""

        def __init__(self, upload: Upload, piece: int) -> None:
            self._upload = upload
            self._piece = piece
            self._pieces: Iterator[bytes] | None = None
            self._held = bytearray()
            self._held_from = 0
            self.all_given = False

        def chunksize(self) -> int:
            """Bytes in one request."""
            return self._piece

        def mimetype(self) -> str:
            """The kind of the bytes."""
            return media_type(self._upload)

        def size(self) -> int:
            """All bytes."""
            return self._upload.size

        def resumable(self) -> bool:
            """They are sent in pieces."""
            return True

        def has_stream(self) -> bool:
            """There is no file to hand over."""
            return False

        def getbytes(self, begin: int, length: int) -> bytes:
            """These bytes; always all of them, since fewer would be taken for the end."""
            end = min(begin + length, self._upload.size)
            if self._pieces is None or begin < self._held_from:
                self._pieces = self._upload.chunks()
                self._held = bytearray()
                self._held_from = 0
            self._let_go_before(begin)
            while self._held_from + len(self._held) < end:
                piece = next(self._pieces, None)
                if piece is None:
                    raise changed_meanwhile()
                self._held += piece
                self._let_go_before(begin)
            if end == self._upload.size:
                over = self._held_from + len(self._held) > end or any(self._pieces)
                if over:
                    raise changed_meanwhile()
                self.all_given = True
            return bytes(self._held[: end - begin])

        def _let_go_before(self, begin: int) -> None:
            done = min(begin - self._held_from, len(self._held))
            if done > 0:
                del self._held[:done]
                self._held_from += done

    return UploadPieces
