"""What an operation in Drive came to, read off from what Drive says now.

The answer to a request is never relied on: it may be lost after the deed. The same tables serve a
living operation and the recovery after a crash, each may be entered again after a failure at any
line, and bytes of others are archived before anything of theirs is put out of sight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from app.domain.drive import DriveError, DriveFile, DriveMissingError, DriveRevision
from app.domain.files import OperationState
from app.files.drive_archive import OPERATION
from app.files.drive_client import DriveClient
from app.files.drive_places import ROOT, place_at
from app.files.store import Archive, Change, Outcome

DONE: Final = Outcome(OperationState.DONE)
ABORTED: Final = Outcome(OperationState.ABORTED)
CHANGED: Final = Outcome(OperationState.CONFLICT, "changed")
GONE: Final = Outcome(OperationState.CONFLICT, "gone")
EXISTS: Final = Outcome(OperationState.ABORTED, "exists")

PutBack = Callable[[DriveRevision], None]
"""Makes a revision the newest again, as a new one."""


class DriveSettling:
    """One operation on one file, looked at. Blocking."""

    def __init__(self, client: DriveClient, change: Change, archive: Archive) -> None:
        self._client = client
        self._change = change
        self._archive = archive
        self._file_id = place_at(change.locator).file_id

    def replaced(self, put_back: PutBack) -> Outcome:
        """The file was to get a new revision."""
        file = self._file()
        if file is None:
            return GONE
        new = self._new_revisions(file)
        if not new:
            return GONE if file.trashed else ABORTED
        ours = next((at for at, one in enumerate(new) if self._is_ours(one)), None)
        if ours is None:
            self._keep(new)
            return GONE if file.trashed else CHANGED
        if ours == 0:
            return DONE  # whatever came later is theirs, and is noted as such
        # Drive took our bytes although someone had saved: what they saved goes back on top.
        self._keep([one for one in new if not self._is_ours(one)])
        if self._is_ours(new[-1]):
            put_back(new[ours - 1])
        return CHANGED

    def created(self) -> Outcome:
        """A file was to be made with an id that was nobody's."""
        file = self._file()
        if file is None:
            return ABORTED
        return DONE if file.app_properties.get(OPERATION) == self._change.op_id else EXISTS

    def brought_back(self, put_back: PutBack) -> Outcome:
        """A file in the trash was to get its bytes and to come out of it."""
        file = self._file()
        if file is None:
            return ABORTED
        outcome = DONE if self._has_wanted(file) else self.replaced(put_back)
        if outcome is GONE or outcome is ABORTED:
            return ABORTED if file.trashed else EXISTS
        if outcome is DONE and file.trashed:
            out_of_trash(self._client, self._file_id)
        return outcome

    def removed(self) -> Outcome:
        """The file was to go to the trash."""
        file = self._file()
        if file is None:
            return DONE
        new = self._new_revisions(file)
        if not new:
            return DONE if file.trashed else ABORTED
        self._keep(new)
        if file.trashed:
            out_of_trash(self._client, self._file_id)
        return CHANGED

    def moved(self) -> Outcome:
        """The file was to get another name, or another folder."""
        file = self._file()
        if file is None:
            return GONE
        goal = place_at(str(self._change.target))
        arrived = goal.folder is None or goal.folder in file.parents
        if file.name == goal.name and arrived:
            return DONE
        new = self._new_revisions(file)
        self._keep(new)
        if file.trashed:
            return GONE
        return CHANGED if new else ABORTED

    # -- inside ----------------------------------------------------------------------------

    def _file(self) -> DriveFile | None:
        try:
            return self._client.get(self._file_id)
        except DriveMissingError:
            return None

    def _has_wanted(self, file: DriveFile) -> bool:
        wanted = self._change.facts.get("md5_after")
        return wanted is not None and file.md5 == wanted

    def _new_revisions(self, file: DriveFile) -> list[DriveRevision]:
        """Those that came after the one the change was made from, oldest first."""
        base = self._change.facts.get("head")
        if file.head_revision == base:
            return []
        listed = list(self._client.revisions(self._file_id))
        names = [one.revision_id for one in listed]
        if base in names:
            new = listed[names.index(base) + 1 :]
        else:  # purged meanwhile; the list is never complete for certain
            known = self._change.facts.get("revisions")
            before = set(known) if isinstance(known, list) else set()
            new = [one for one in listed if one.revision_id not in before]
        if not new or new[-1].revision_id != file.head_revision:
            new.append(
                DriveRevision(
                    str(file.head_revision), file.md5, file.size, file.modified_at, file.modified_by
                )
            )
        same = self._change.facts.get("md5")  # saved once more as it was: that changed nothing
        return [one for one in new if one.md5 is None or one.md5 != same]

    def _is_ours(self, revision: DriveRevision) -> bool:
        wanted = self._change.facts.get("md5_after")
        return wanted is not None and revision.md5 == wanted

    def _keep(self, revisions: Sequence[DriveRevision]) -> None:
        """Archive what others saved."""
        for one in revisions:
            try:
                with self._client.download(self._file_id, one.revision_id) as chunks:
                    self._archive.foreign(chunks)
            except DriveMissingError as error:
                if one is revisions[-1]:
                    raise DriveError(
                        "What someone else saved cannot be read yet.",
                        hint="Steward looks again at its next start.",
                        details={"file_id": self._file_id},
                    ) from error


def out_of_trash(client: DriveClient, file_id: str) -> None:
    """Take a file out of the trash; one whose folder is in there, too, goes to My Drive."""
    file = client.change(file_id, trashed=False)
    if file.trashed:
        client.change(
            file_id, to_folder=ROOT, from_folder=file.parents[0] if file.parents else None
        )
