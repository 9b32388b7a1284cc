"""What the stand-in's Drive holds, and how it changes: by requests, or by a test as a colleague."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.standins.google_drive.documents import Document, Sheet

ME = "me@example.org"
COLLEAGUE = "colleague@example.org"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
WORKSPACE = "application/vnd.google-apps."
DOCUMENT = "application/vnd.google-apps.document"
SHEET = "application/vnd.google-apps.spreadsheet"
NAMES = {ME: "Me Myself", COLLEAGUE: "A Colleague"}
EXPORTED = 10 * 1024 * 1024  # guide manage-downloads: exports are limited to 10 MB
UNPINNED = 100  # guide manage-revisions: older ones may be purged beyond 100


class Checksums(NamedTuple):
    """Of one content, as Drive names them."""

    content: bytes
    md5: str
    sha1: str
    sha256: str


@dataclass(slots=True)
class StoredRevision:
    """One content of a file."""

    revision_id: str
    content: bytes = field(repr=False)
    mime_type: str
    at: datetime
    by: str
    keep_forever: bool = False
    _sums: Checksums | None = field(default=None, repr=False, compare=False)

    @property
    def checksums(self) -> Checksums:
        """Reckoned once for each content: nearly every answer has them, of 80 MB too."""
        if self._sums is None or self._sums.content is not self.content:
            self._sums = Checksums(
                self.content,
                hashlib.md5(self.content, usedforsecurity=False).hexdigest(),
                hashlib.sha1(self.content, usedforsecurity=False).hexdigest(),
                hashlib.sha256(self.content).hexdigest(),
            )
        return self._sums


@dataclass(slots=True)
class StoredFile:
    """A file, folder, shortcut or Workspace file.

    Attributes:
        roles: by e-mail: owner, organizer, writer, commenter or reader.
        exports: of a Workspace file, by format.
        noted: appProperties by client (discovery: "private to the requesting app").
        apps: clients that made or opened it, which is all that ``drive.file`` shows.
        locked: its content may not be changed (discovery: contentRestrictions).
    """

    id: str
    name: str
    mime_type: str
    parents: list[str]
    roles: dict[str, str]
    created: datetime
    modified: datetime
    modified_by: str
    version: int = 1
    explicitly_trashed: bool = False
    drive_id: str | None = None
    shortcut_to: str | None = None
    revisions: list[StoredRevision] = field(default_factory=list)
    exports: dict[str, bytes] = field(default_factory=dict)
    noted: dict[str, dict[str, str]] = field(default_factory=dict)
    apps: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    locked: bool = False
    document: Document | None = None
    sheets: list[Sheet] | None = None

    @property
    def has_bytes(self) -> bool:
        return not self.mime_type.startswith(WORKSPACE)

    @property
    def head(self) -> StoredRevision:
        return self.revisions[-1]

    @property
    def content(self) -> bytes:
        """Its newest bytes."""
        return self.head.content

    @property
    def etag(self) -> str:
        """Version 2's; another one after every change (discovery v2: "ETag of the file")."""
        return f'"{hashlib.sha256(f"{self.id}/{self.version}".encode()).hexdigest()[:20]}"'


class DriveState:
    """All files of all accounts. The server holds ``lock`` around it; tests call it between."""

    def __init__(self) -> None:
        self.files: dict[str, StoredFile] = {}
        self.drives: dict[str, str] = {}
        self.reserved: set[str] = set()
        self.log: list[tuple[str, str | None]] = []
        self.limit: int | None = 15 * 2**30
        self.used = 0
        self.incomplete = False
        self.page_limit = 1_000
        self._numbers = itertools.count(1)
        self._now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        self._roots: dict[str, str] = {}
        self.root = self.root_of(ME)

    def root_of(self, user: str) -> str:
        """The top folder of an account's My Drive."""
        if user not in self._roots:
            self._roots[user] = self.new_id()
            self._store(self._roots[user], "My Drive", FOLDER, [], {user: "owner"}, user)
        return self._roots[user]

    # -- what tests do -------------------------------------------------------------------------

    def add(
        self,
        name: str,
        content: bytes = b"",
        *,
        mime_type: str = "text/plain",
        folder: str | None = None,
        by: str = ME,
        roles: dict[str, str] | None = None,
        exports: dict[str, bytes] | None = None,
    ) -> StoredFile:
        """Make a file; ``exports`` makes it a Workspace file."""
        file = self.make(self.new_id(), name, mime_type, folder or self.root_of(by), by)
        file.roles |= roles or {}
        file.exports = dict(exports or {})
        if file.has_bytes:
            self.put(file, content, by=by, mime_type=mime_type)
        return file

    def add_folder(self, name: str, folder: str | None = None) -> StoredFile:
        """Make a folder."""
        return self.add(name, mime_type=FOLDER, folder=folder)

    def add_shortcut(self, name: str, target: str) -> StoredFile:
        """Make a shortcut to a file."""
        file = self.add(name, mime_type=SHORTCUT)
        file.shortcut_to = target
        return file

    def add_drive(self, name: str) -> str:
        """Make a shared drive; its id is that of its top folder (discovery: Drive.id)."""
        drive_id = f"0A{self.new_id()[:16]}"
        self.drives[drive_id] = name
        file = self._store(drive_id, name, FOLDER, [], {ME: "organizer"}, ME)
        file.drive_id = drive_id
        return drive_id

    def edit(self, file_id: str, content: bytes, *, by: str = COLLEAGUE) -> None:
        """Someone saves other bytes."""
        self.put(self.files[file_id], content, by=by)

    def rename(self, file_id: str, name: str, *, by: str = COLLEAGUE) -> None:
        """Someone gives it another name."""
        self.files[file_id].name = name
        self.touch(self.files[file_id], by)

    def share(self, file_id: str, email: str, role: str = "reader") -> None:
        """Share it; ``role`` none takes it back."""
        roles = self.files[file_id].roles
        roles.pop(email, None)
        if role:
            roles[email] = role
        self.changed(self.files[file_id])

    def stir(self, file_id: str) -> None:
        """A change that nobody sees (discovery: File.version)."""
        self.changed(self.files[file_id])

    def purge(self, file_id: str, *revision_ids: str) -> None:
        """Drive lets go of revisions; all but the newest and the pinned ones, or these."""
        file = self.files[file_id]
        file.revisions = [
            one
            for one in file.revisions
            if one is file.head
            or (one.keep_forever if not revision_ids else one.revision_id not in revision_ids)
        ]

    def add_document(self, name: str, document: Document) -> StoredFile:
        """Make a Doc."""
        file = self.add(name, mime_type=DOCUMENT)
        file.document = document
        return file

    def add_sheets(self, name: str, *sheets: Sheet) -> StoredFile:
        """Make a Sheet."""
        file = self.add(name, mime_type=SHEET)
        file.sheets = list(sheets)
        return file

    # -- what requests do ----------------------------------------------------------------------

    def new_id(self) -> str:
        """An id as Drive's: opaque, letters, digits and ``-``."""
        number = next(self._numbers)
        return f"1{hashlib.sha256(str(number).encode()).hexdigest()[:27]}-{number:04d}"

    def make(self, file_id: str, name: str, mime_type: str, folder: str, by: str) -> StoredFile:
        """A file without content. In a shared drive nobody owns it (discovery: ownedByMe)."""
        parent = self.files[folder]
        roles = dict(parent.roles) if parent.drive_id else {by: "owner"}
        file = self._store(file_id, name, mime_type, [folder], roles, by)
        file.drive_id = parent.drive_id
        self.changed(file)
        return file

    def put(
        self, file: StoredFile, content: bytes, *, by: str, mime_type: str | None = None
    ) -> None:
        """New bytes as a new revision; identity, sharing and comments stay (facts, section 1)."""
        file.mime_type = mime_type or file.mime_type
        number = f"0B{self.new_id()[:12]}{len(file.revisions)}"
        self.used += len(content)
        self.touch(file, by)
        file.revisions.append(StoredRevision(number, content, file.mime_type, file.modified, by))
        unpinned = [one for one in file.revisions if not one.keep_forever]
        for old in unpinned[:-UNPINNED]:
            file.revisions.remove(old)

    def touch(self, file: StoredFile, by: str) -> None:
        """A change that everybody sees."""
        file.modified = self.now()
        file.modified_by = by
        self.changed(file)

    def changed(self, file: StoredFile) -> None:
        """Any change: the version moves, and by more than one (facts, section 1: 3 → 6)."""
        file.version += 3
        self.log.append((file.id, file.drive_id))

    def now(self) -> datetime:
        """Each time it is asked, a little later."""
        self._now += timedelta(milliseconds=250)
        return self._now

    def is_trashed(self, file: StoredFile) -> bool:
        """Itself, or by a folder above it (discovery: File.trashed)."""
        seen: set[str] = set()
        while file.id not in seen:
            if file.explicitly_trashed:
                return True
            seen.add(file.id)
            if not file.parents or file.parents[0] not in self.files:
                return False
            file = self.files[file.parents[0]]
        return False

    def set_trashed(self, file: StoredFile, trashed: bool, by: str) -> None:
        """Into or out of the trash; what is below is told as changed, too."""
        file.explicitly_trashed = trashed
        self.touch(file, by)
        for one in self.files.values():
            if one is not file and self._is_below(one, file.id):
                self.changed(one)

    def _is_below(self, file: StoredFile, folder: str) -> bool:
        seen: set[str] = set()
        while file.parents and file.id not in seen and file.parents[0] in self.files:
            if file.parents[0] == folder:
                return True
            seen.add(file.id)
            file = self.files[file.parents[0]]
        return False

    def _store(
        self,
        file_id: str,
        name: str,
        mime_type: str,
        parents: list[str],
        roles: dict[str, str],
        by: str,
    ) -> StoredFile:
        now = self.now()
        file = StoredFile(file_id, name, mime_type, parents, roles, now, now, by)
        self.files[file_id] = file
        return file
