"""Files that are made of bytes from here, and bytes that take the place of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from app.domain.drive import DriveFile
from app.files.drive_client import Check, Progress, Upload
from app.integrations.google.attempts import Attempts
from app.integrations.google.drive_errors import (
    Deed,
    as_drive_errors,
    changed_since,
    forgotten,
    no_sense,
)
from app.integrations.google.drive_metadata import NoSenseError, file_of
from app.integrations.google.drive_session import DriveSession
from app.integrations.google.uploads import (
    Sending,
    SessionLostError,
    UploadSizes,
    in_one_piece,
    in_pieces,
)

Describe = Callable[[Any], Any]
"""Gives the library's description of a request for the bytes it is given."""

_MOST_STARTS: Final = 3
"""An upload that Drive forgot is begun again, so many times in all."""


class DriveUploads:
    """Sends the bytes of ``create`` and ``replace``."""

    def __init__(self, session: DriveSession, sizes: UploadSizes) -> None:
        self._session = session
        self._sizes = sizes

    def make(
        self,
        describe: Describe,
        upload: Upload,
        attempts: Attempts,
        check: Check,
        progress: Progress | None,
    ) -> DriveFile:
        """Make a file with an id that we chose; may be repeated. Raises ``DriveError``."""
        check()
        if upload.size < self._sizes.small:
            request = describe(in_one_piece(upload))
            made = self._session.ask(request, file_of, Deed.REPEATABLE, attempts, given_id=True)
            _tell_all(progress, upload)
            return made
        for _ in range(_MOST_STARTS):
            media = in_pieces(upload, self._sizes)
            sending = Sending(describe(media), media, check=check, progress=progress)
            try:
                return _file(self._send(sending, attempts, Deed.REPEATABLE))
            except SessionLostError as lost:
                attempts.unsure = attempts.unsure or lost.unsure
        raise forgotten(Deed.REPEATABLE, unsure=attempts.unsure)

    def replace(
        self,
        describe: Describe,
        upload: Upload,
        check: Check,
        progress: Progress | None,
        newest: Callable[[], str | None],
    ) -> None:
        """Send bytes that take the place of others; once only. Raises ``DriveError``.

        Args:
            describe: the request, with its condition.
            upload: the bytes.
            check: may stop it.
            progress: is told how far it is.
            newest: the newest revision as it is now. Drive looks at the condition when an upload
                begins. One in several pieces may take long, so this is asked at its beginning and
                again before the last piece is sent.
        """
        check()
        attempts = Attempts(self._session.waiting, check)
        if upload.size < self._sizes.small:
            request = describe(in_one_piece(upload))
            self._session.ask(request, lambda said: said, Deed.ONCE, attempts)
            _tell_all(progress, upload)
            return
        media = in_pieces(upload, self._sizes)
        request = describe(media)
        before = newest()

        def unchanged() -> None:
            if newest() != before:
                raise changed_since()

        sending = Sending(request, media, check=check, progress=progress, before_last=unchanged)
        try:
            self._send(sending, attempts, Deed.ONCE)
        except SessionLostError as lost:
            raise forgotten(Deed.ONCE, unsure=lost.unsure) from None

    def _send(self, sending: Sending, attempts: Attempts, deed: Deed) -> Any:
        with (
            as_drive_errors(deed, given_id=deed is Deed.REPEATABLE),
            self._session.connections.borrow(fresh=True) as connection,
        ):
            return sending.through(connection, attempts)


def _file(answer: Any) -> DriveFile:
    try:
        return file_of(answer)
    except NoSenseError:
        raise no_sense(Deed.REPEATABLE) from None


def _tell_all(progress: Progress | None, upload: Upload) -> None:
    if progress is not None:
        progress(upload.size, upload.size)
