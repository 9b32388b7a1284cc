"""Docs and Sheets of Google Drive: their text is kept as versions, and edited in place.

They have no bytes, no checksums and no ids chosen beforehand. What is kept of each version is its
text, and before any change a copy of the whole document in Drive, made by Drive.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

from app.domain.drive import (
    DOCUMENT_TYPE,
    SHEET_TYPE,
    DriveError,
    DriveFile,
    DriveMissingError,
    DriveOfflineError,
    DriveStaleError,
)
from app.domain.errors import FileTooLargeError
from app.domain.files import OperationState
from app.files.contents import Content
from app.files.drive_client import DriveClient
from app.files.drive_places import place_at
from app.files.drive_reader import reaching, seen
from app.files.drive_settle import ABORTED, CHANGED, DONE, EXISTS, GONE, out_of_trash
from app.files.drive_store import ACCOUNT, DriveStore
from app.files.failures import changed
from app.files.gate import current_gate
from app.files.store import Archive, Change, ChangeKind, Outcome, Pulled, Take

if TYPE_CHECKING:
    from app.files.document_views import Looked, View

_KINDS: Final = frozenset([DOCUMENT_TYPE, SHEET_TYPE])
_TRIES: Final = 5
_MODE: Final = 0o600


class DocumentStore(DriveStore):
    """The ``FileStore`` of Docs and Sheets. Locators are those of all Drive files."""

    def is_document(self, locator: str) -> bool:
        """Whether the file is a Doc or a Sheet; what it is never changes."""
        file_id = place_at(locator).file_id
        if file_id not in self._kinds:
            try:
                self._kinds[file_id] = self._drives.of(file_id).get(file_id).mime_type
            except DriveMissingError:
                return False  # not there yet, or no more
        return self._kinds[file_id] in _KINDS

    # -- looking ---------------------------------------------------------------------------

    def pull(self, locator: str, *, limit: int, take: Take | None = None) -> Pulled:
        """Its text."""
        _, _, looked = self._require(locator)
        content = looked.content
        kept: bytes | None = content
        if len(content) > limit:
            if take is None:
                raise FileTooLargeError(
                    f"{locator} has {len(content):,} bytes of text; the limit is {limit:,}.",
                    details={"path": locator, "size": len(content), "limit": limit},
                )
            take(iter([content]))
            kept = None
        return Pulled(kept, looked.hash, len(content), _MODE, (looked.hash,))

    @contextmanager
    def reading(self, locator: str) -> Iterator[BinaryIO]:
        """Its text, to read and seek in."""
        with io.BytesIO(self._require(locator)[2].content) as stream:
            yield stream

    def probe(self, locator: str) -> str | None:
        """SHA-256 hex of its text."""
        try:
            return self._require(locator)[2].hash
        except FileNotFoundError:
            return None

    def is_as_pulled(self, locator: str, pulled: Pulled) -> bool:
        """Whether it says the same."""
        return self.probe(locator) == pulled.hash

    def require_possible(self, locator: str, after: Content) -> None:
        """Refuse a text that the document cannot become in place."""
        client, file, view = self._file(locator)
        view.require_possible(view.look(client, file.file_id), _text(after))

    # -- changing --------------------------------------------------------------------------

    def prepare(self, change: Change) -> Change:
        """Note what it says, also in the trash."""
        try:
            client, file, view = self._file(change.locator)
        except DriveMissingError as error:
            raise self._gone_for_good(change.locator) from error
        looked = view.look(client, file.file_id)
        if change.hash_before is not None and change.hash_before != looked.hash:
            raise changed(change.locator)
        account = self._drives.account(file.file_id)
        facts = {**change.facts, ACCOUNT: account, "text": looked.hash, "in_trash": file.trashed}
        if change.kind is ChangeKind.MOVE:
            facts |= {"name": file.name, "parents": list(file.parents)}
        return dataclasses.replace(change, facts=facts)

    def stage(self, change: Change, content: Content | None) -> None:
        """Copy the document in Drive, and see that the copy says the same."""
        current_gate().go_on()
        client, file, view = self._file(change.locator)
        if content is not None:
            after = _text(content)
            self._staged[change.op_id] = content
            view.require_possible(view.look(client, file.file_id), after)
        if change.kind is not ChangeKind.MOVE and change.hash_after != change.facts["text"]:
            copy = self._archive_of(client).keep_document(
                file,
                str(change.facts["text"]),
                change.op_id,
                lambda copy_id: view.look(client, copy_id).hash,
            )
            if copy is None:
                raise changed(change.locator)

    def act(self, change: Change, archive: Archive, pulled: Pulled | None) -> Outcome:
        """Edit it in place, move it, put it in the trash or take it out; then look."""
        current_gate().go_on()
        client, file, view = self._file(change.locator)
        match change.kind:
            case ChangeKind.CREATE:
                # Someone may have written in it since it went to the trash.
                looked = view.look(client, file.file_id)
                archive.secure(looked.hash, iter([looked.content]))
                out_of_trash(client, file.file_id)
                self._write(client, file, view, change)
            case ChangeKind.REPLACE:
                self._write(client, file, view, change)
            case ChangeKind.REMOVE:
                if view.look(client, file.file_id).hash == change.facts["text"]:
                    client.change(file.file_id, trashed=True)
            case _:
                self._place_anew(client, file, change)
        return self.settle(change, OperationState.REPLACING, archive)

    def settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        """See what it says now, and say how the change ended. Copies stay where they are."""
        self._staged.pop(change.op_id, None)
        if reached is not OperationState.REPLACING:
            return ABORTED
        with reaching(change.locator):
            self._require_account(change)
            try:
                client, file, view = self._file(change.locator)
            except DriveMissingError:
                return {ChangeKind.REMOVE: DONE, ChangeKind.CREATE: ABORTED}.get(change.kind, GONE)
            looked = view.look(client, file.file_id)
            return self._ended(client, file, looked, change, archive)

    # -- inside ----------------------------------------------------------------------------

    def _file(self, locator: str) -> tuple[DriveClient, DriveFile, View]:
        """It, also in the trash. Raises ``DriveMissingError``."""
        file_id = place_at(locator).file_id
        client, file = seen(self._drives, file_id)
        if file.mime_type not in _KINDS:
            raise DriveError(f"{file.name} is no Doc and no Sheet.", details={"path": locator})
        return client, file, _view(file.mime_type)

    def _require(self, locator: str) -> tuple[DriveClient, DriveFile, Looked]:
        """It as it says now. Raises ``FileNotFoundError`` where it is gone or in the trash."""
        try:
            client, file, view = self._file(locator)
        except DriveMissingError as error:
            raise FileNotFoundError(2, "No such file", locator) from error
        if file.trashed:
            raise FileNotFoundError(2, "No such file", locator)
        return client, file, view.look(client, file.file_id)

    def _write(self, client: DriveClient, file: DriveFile, view: View, change: Change) -> None:
        after = _text(self._staged[change.op_id])
        failure: DriveOfflineError | None = None
        for _ in range(_TRIES):
            looked = view.look(client, file.file_id)
            if looked.text == after or looked.hash != change.facts["text"]:
                return
            try:
                view.write(client, file.file_id, looked, after)
            except DriveStaleError:
                continue
            except DriveOfflineError as error:
                failure = error  # it may have happened: the next look tells
            else:
                return
        if failure is not None:
            raise failure

    def _ended(
        self,
        client: DriveClient,
        file: DriveFile,
        looked: Looked,
        change: Change,
        archive: Archive,
    ) -> Outcome:
        is_before, is_after = (
            looked.hash == one for one in (change.facts["text"], change.hash_after)
        )
        match change.kind:
            case ChangeKind.CREATE:
                if is_after:
                    return DONE if not file.trashed else ABORTED
                if is_before and not file.trashed:
                    client.change(file.file_id, trashed=True)  # taken out, and no more
                return ABORTED if is_before else EXISTS
            case ChangeKind.REPLACE if is_after:
                return DONE
            case ChangeKind.REMOVE if is_before:
                return DONE if file.trashed else ABORTED
            case ChangeKind.MOVE if is_before and not file.trashed:
                return DONE if _is_at(file, str(change.target)) else ABORTED
        if not is_before:
            archive.foreign(iter([looked.content]))
        if change.kind is ChangeKind.REMOVE and file.trashed:
            out_of_trash(client, file.file_id)
            return CHANGED
        if file.trashed:
            return GONE
        return ABORTED if is_before else CHANGED


def _view(mime_type: str) -> View:
    # Few people have such files, and nobody at the start.
    from app.files.document_views import VIEWS

    return VIEWS[mime_type]


def _is_at(file: DriveFile, target: str) -> bool:
    goal = place_at(target)
    return file.name == goal.name and (goal.folder is None or goal.folder in file.parents)


def _text(content: Content) -> str:
    return b"".join(content.chunks()).decode("utf-8", "surrogatepass")
