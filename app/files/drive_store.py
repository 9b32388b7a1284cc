"""Files of Google Drive: copied there, then given a new revision in one request.

Nothing here deletes, and nothing puts out of sight what the vault has not got: a file keeps its id,
so that sharing, links and comments stay; a removed one is in Drive's trash.
"""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from typing import Final

from app.domain.drive import (
    DriveExistsError,
    DriveFile,
    DriveForbiddenError,
    DriveMissingError,
    DriveOfflineError,
    DriveRevision,
    DriveSignedOutError,
    DriveStaleError,
)
from app.domain.errors import FileMissingError
from app.domain.files import OperationState
from app.domain.names import shown
from app.files.contents import Content
from app.files.drive_archive import FOLDER_NAME, OPERATION, DriveArchive
from app.files.drive_bytes import md5_of, put_back_on_top, upload_of
from app.files.drive_client import DriveClient, Progress, Upload
from app.files.drive_places import ROOT, place_at
from app.files.drive_reader import DriveReader, Drives, reaching, require_bytes
from app.files.drive_settle import ABORTED, DriveSettling, out_of_trash
from app.files.drive_transfers import Transfers
from app.files.failures import changed, exists
from app.files.gate import current_gate
from app.files.store import AGAIN, Archive, Change, ChangeKind, Outcome, Pulled, Ready

ACCOUNT: Final = "account"
"""Among the facts of a change: whose Drive it is made in."""
_TRIES: Final = 5
"""Each may find that someone renamed or shared the file, or that Drive is out of order."""


class DriveStore(DriveReader):
    """The ``FileStore`` of Google Drive. Locators are those of ``app.files.drive_places``."""

    def __init__(self, drives: Drives, transfers: Transfers | None = None) -> None:
        super().__init__(drives, transfers)
        self._staged: dict[str, Content] = {}
        self._kinds: dict[str, str] = {}
        self._archives: dict[DriveClient, DriveArchive] = {}

    def require_allowed(self, kind: ChangeKind, locator: str) -> None:
        """Refuse what Drive would."""
        client = self._drives.of(place_at(locator).file_id)
        file = client.get(place_at(locator).file_id)
        allowed = file.can_trash if kind is ChangeKind.REMOVE else file.can_edit
        if not allowed:
            deed = "put this file in the trash" if kind is ChangeKind.REMOVE else "change this file"
            raise DriveForbiddenError(
                f"You may not {deed}: {locator}.",
                hint="Ask its owner in Drive for the right to, or work on a copy (drive.copy).",
                details={"path": locator},
            )

    def require_possible(self, locator: str, after: Content) -> None:
        """A file can hold any bytes."""

    def prepare(self, change: Change) -> Change:
        """Note what stands there, and which copy is going to be its archive."""
        place = place_at(change.locator)
        client_of = place.folder or ROOT if self._is_new(change) else place.file_id
        client = self._drives.of(client_of)
        facts = {**change.facts, ACCOUNT: self._drives.account(client_of)}
        try:
            file = client.get(place.file_id)
        except DriveMissingError as error:
            if change.facts.get(AGAIN):
                raise self._gone_for_good(change.locator) from error
            # A new file, or one that is gone: ``act`` finds out for certain.
            return dataclasses.replace(change, facts=facts)
        if change.kind is ChangeKind.MOVE:
            facts |= {"name": file.name, "parents": list(file.parents)}
        # Looked at anew: what is noted here is what the change must find in the end.
        standing = change.hash_before is not None and not file.trashed
        if standing and change.hash_before != (file.sha256 or self._hash(client, file)):
            raise changed(change.locator)
        facts |= {
            "head": file.head_revision,
            "md5": file.md5,
            "revisions": [one.revision_id for one in client.revisions(file.file_id)],
        }
        if change.kind is ChangeKind.CREATE:
            if not file.trashed:
                raise exists(change.locator)
            facts["in_trash"] = True
        if change.kind is not ChangeKind.MOVE:
            archive = self._archive_of(client)
            facts["copy"] = archive.known_copy(file) or client.new_ids(1)[0]
        return dataclasses.replace(change, facts=facts)

    def stage_unseen(self, change: Change, content: Content | None) -> Ready | None:
        """Nothing in Drive is unseen."""
        return None

    def stage(self, change: Change, content: Content | None) -> None:
        """Copy the file in Drive; the new bytes are in the vault, and go up in ``act``."""
        if content is not None:
            self._staged[change.op_id] = content
        current_gate().go_on()
        copy = change.facts.get("copy")
        if not isinstance(copy, str):
            return
        client = self._drives.of(place_at(change.locator).file_id)
        file = client.get(place_at(change.locator).file_id)
        made = self._archive_of(client).keep(file, copy, change.op_id)
        if made is not None and made.md5 != change.facts.get("md5"):
            raise changed(change.locator)

    def act(self, change: Change, archive: Archive, pulled: Pulled | None) -> Outcome:
        """Give it the new bytes, another name, or put it in the trash; then see what came of it."""
        current_gate().go_on()
        client = self._client_of(change)
        match change.kind:
            case ChangeKind.CREATE if "in_trash" in change.facts:
                change = self._bring_back(client, change, archive)
            case ChangeKind.CREATE:
                change = self._create(client, change, archive)
            case ChangeKind.REPLACE:
                change = self._replace(client, change, archive)
            case ChangeKind.REMOVE:
                if self._is_as_noted(client.get(place_at(change.locator).file_id), change):
                    client.change(place_at(change.locator).file_id, trashed=True)
            case _:
                self._move(client, change)
        return self.settle(change, OperationState.REPLACING, archive)

    def settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        """Ask Drive what happened, and say how it ended. Copies stay where they are."""
        if reached is not OperationState.REPLACING:
            self._staged.pop(change.op_id, None)
            return ABORTED  # the file itself was not touched yet
        with reaching(change.locator):
            self._require_account(change)
            client = self._client_of(change)
            settling = DriveSettling(client, change, archive)

            def put_back(revision: DriveRevision) -> None:
                put_back_on_top(client, place_at(change.locator).file_id, revision)

            match change.kind:
                case ChangeKind.CREATE if "in_trash" in change.facts:
                    outcome = settling.brought_back(put_back)
                case ChangeKind.CREATE:
                    outcome = settling.created()
                case ChangeKind.REPLACE:
                    outcome = settling.replaced(put_back)
                case ChangeKind.REMOVE:
                    outcome = settling.removed()
                case _:
                    outcome = settling.moved()
        self._staged.pop(change.op_id, None)
        return outcome

    # -- inside ----------------------------------------------------------------------------

    def _require_account(self, change: Change) -> None:
        """Another account may not see the file, and must not take it for gone.

        Raises ``DriveSignedOutError``.
        """
        account = change.facts.get(ACCOUNT)
        if isinstance(account, str) and not self._drives.is_signed_in(account):
            raise DriveSignedOutError(
                f"The change was begun with the account {account}, which is not signed in now.",
                hint="Sign in with it again: Steward then ends what it began.",
            )

    def _client_of(self, change: Change) -> DriveClient:
        place = place_at(change.locator)
        return self._drives.of(place.folder or ROOT if self._is_new(change) else place.file_id)

    def _is_new(self, change: Change) -> bool:
        return change.kind is ChangeKind.CREATE and "in_trash" not in change.facts

    def _archive_of(self, client: DriveClient) -> DriveArchive:
        return self._archives.setdefault(client, DriveArchive(client))

    def _is_as_noted(self, file: DriveFile, change: Change) -> bool:
        """Whether the bytes are those the change was made from; a trashed file is not."""
        same = file.head_revision == change.facts.get("head")
        same = same or (file.md5 is not None and file.md5 == change.facts.get("md5"))
        return same and file.trashed == bool(change.facts.get("in_trash"))

    def _replace(self, client: DriveClient, change: Change, archive: Archive) -> Change:
        """One upload that depends on the file being as it was looked at, until it is settled."""
        file_id = place_at(change.locator).file_id
        content = self._staged[change.op_id]
        change = self._amended(change, archive, md5_after=md5_of(content))
        failure: DriveOfflineError | None = None
        for _ in range(_TRIES):
            tag = client.tag(file_id)
            if not self._is_as_noted(tag.file, change):
                return change
            if tag.file.head_revision != change.facts.get("head"):
                change = self._amended(change, archive, head=tag.file.head_revision)
            try:
                # Its kind stays: Drive takes that of the upload for the file's.
                upload = Upload(content.size, content.chunks, tag.file.mime_type)
                with self._sending(change, content) as progress:
                    client.replace(
                        file_id,
                        tag.etag,
                        upload,
                        check=current_gate().go_on,
                        progress=progress,
                    )
            except DriveStaleError:
                continue  # renamed or shared just now, or changed: that is looked at again
            except DriveOfflineError as error:
                failure = error  # it may have happened: the next look tells
            else:
                return change
        if failure is not None:
            raise failure
        return change

    def _bring_back(self, client: DriveClient, change: Change, archive: Archive) -> Change:
        content = self._staged[change.op_id]
        wanted = md5_of(content)
        self._secure_trashed(client, change, archive)
        if change.facts.get("md5") == wanted:
            change = self._amended(change, archive, md5_after=wanted)
        else:
            change = self._replace(client, change, archive)
        file_id = place_at(change.locator).file_id
        if client.get(file_id).md5 == wanted:
            out_of_trash(client, file_id)
        return change

    def _secure_trashed(self, client: DriveClient, change: Change, archive: Archive) -> None:
        """Someone may have saved in it before it went to the trash, unknown to the history."""
        file = client.get(place_at(change.locator).file_id)
        with client.download(file.file_id, str(file.head_revision)) as chunks:
            archive.secure(file.sha256 or self._hash(client, file), chunks)

    def _create(self, client: DriveClient, change: Change, archive: Archive) -> Change:
        place, content = place_at(change.locator), self._staged[change.op_id]
        change = self._amended(change, archive, md5_after=md5_of(content))
        try:
            with self._sending(change, content) as progress:
                client.create(
                    place.file_id,
                    place.name,
                    None if place.folder in (None, ROOT) else place.folder,
                    upload_of(content, place.name),
                    app_properties={OPERATION: change.op_id},
                    check=current_gate().go_on,
                    progress=progress,
                )
        except DriveExistsError:
            return change  # an earlier try arrived
        return change

    def _gone_for_good(self, locator: str) -> FileMissingError:
        """Drive lets nobody make a file again by its id; what is left is named."""
        place = place_at(locator)
        copy: str | None = None
        for client in self._drives.clients():
            copy = copy or self._archive_of(client).newest_copy(place.file_id)
        there = (
            "" if copy is None else f" Its newest copy in the folder {FOLDER_NAME}: drive:{copy}."
        )
        return FileMissingError(
            f"{shown(place.display)} was deleted for good in Google Drive, or is not shared with "
            "you any more: it cannot be put back in its place. Nothing was changed, and every "
            "version is kept.",
            hint="Save the version as a new file: `steward files show` writes it out, drive.create "
            f"makes a file of it.{there} drive.copy copies a file, drive.export a document.",
            details={"path": locator, "copy": copy},
        )

    def _move(self, client: DriveClient, change: Change) -> None:
        file = client.get(place_at(change.locator).file_id)
        require_bytes(file, change.locator)
        if self._is_as_noted(file, change):
            self._place_anew(client, file, change)

    def _is_placed_as_noted(self, file: DriveFile, change: Change) -> bool:
        """Whether nobody else renamed or moved it since; of older changes nothing is noted."""
        name, parents = change.facts.get("name"), change.facts.get("parents")
        return name in (None, file.name) and parents in (None, list(file.parents))

    def _place_anew(self, client: DriveClient, file: DriveFile, change: Change) -> None:
        if not self._is_placed_as_noted(file, change):
            return
        goal = place_at(str(change.target))
        elsewhere = goal.folder is not None and goal.folder not in file.parents
        client.change(
            file.file_id,
            name=goal.name if goal.name != file.name else None,
            to_folder=goal.folder if elsewhere else None,
            from_folder=file.parents[0] if elsewhere and file.parents else None,
        )

    def _sending(self, change: Change, content: Content) -> AbstractContextManager[Progress]:
        return self._transfers.under_way(change.locator, content.size, upload=True)

    def _amended(self, change: Change, archive: Archive, **facts: object) -> Change:
        """The change with more facts, on disk before anything depends on them."""
        change = dataclasses.replace(change, facts={**change.facts, **facts})
        archive.amend(change)
        return change
