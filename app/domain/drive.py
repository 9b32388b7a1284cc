"""What Google Drive tells of a file, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from app.domain.errors import FileError

FOLDER_TYPE: Final = "application/vnd.google-apps.folder"
SHORTCUT_TYPE: Final = "application/vnd.google-apps.shortcut"
DOCUMENT_TYPE: Final = "application/vnd.google-apps.document"
SHEET_TYPE: Final = "application/vnd.google-apps.spreadsheet"
SLIDES_TYPE: Final = "application/vnd.google-apps.presentation"
_WORKSPACE: Final = "application/vnd.google-apps."
_KINDS: Final = {
    FOLDER_TYPE: "folder",
    SHORTCUT_TYPE: "shortcut",
    DOCUMENT_TYPE: "Google Doc",
    SHEET_TYPE: "Google Sheet",
}


@dataclass(frozen=True, slots=True)
class DriveFile:
    """A file or folder as Drive describes it.

    Attributes:
        file_id: names it for ever, whatever its name and place.
        name: need not be unique in its folder.
        mime_type: its kind.
        parents: the folder it is in; empty where this account may not see that.
        size: bytes; ``None`` for Workspace files and folders.
        md5, sha256: checksums of the newest revision, hex; ``None`` where Drive has none.
        head_revision: the newest revision of its bytes; ``None`` for Workspace files.
        version: counts every change, also those that nobody sees; it never goes back.
        modified_at: UTC.
        modified_by: name of who changed it last, where Drive says so.
        trashed: whether it, or a folder above it, is in the trash.
        drive_id: the shared drive it is in; ``None`` in My Drive.
        shortcut_to: the file a shortcut stands for.
        can_edit, can_trash, can_copy: what this account may do with it.
        link: where a browser shows it.
        app_properties: what this program noted on it.
    """

    file_id: str
    name: str
    mime_type: str
    parents: tuple[str, ...] = ()
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    head_revision: str | None = None
    version: int = 0
    modified_at: datetime | None = None
    modified_by: str = ""
    trashed: bool = False
    drive_id: str | None = None
    shortcut_to: str | None = None
    can_edit: bool = True
    can_trash: bool = True
    can_copy: bool = True
    link: str = ""
    app_properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mime_type == FOLDER_TYPE

    @property
    def kind(self) -> str:
        """What it is, in words; empty for a file with bytes."""
        if self.shortcut_to is not None:
            return f"shortcut to drive:{self.shortcut_to}"
        if not self.is_workspace:
            return ""
        word = self.mime_type.rpartition(".")[2]
        return _KINDS.get(self.mime_type) or f"Google {word if word.isalpha() else 'file'}"

    @property
    def is_workspace(self) -> bool:
        """Whether it is a Doc, a Sheet or the like: it has no bytes of its own."""
        return self.mime_type.startswith(_WORKSPACE)


@dataclass(frozen=True, slots=True)
class DriveRevision:
    """One earlier or the newest content of a file.

    Attributes:
        revision_id: names it within the file.
        md5: of its bytes, hex; ``None`` for Workspace files.
        size: bytes.
        modified_at: UTC.
        modified_by: name of who made it, where Drive says so.
        kept_forever: whether Drive may not purge it.
    """

    revision_id: str
    md5: str | None
    size: int | None
    modified_at: datetime | None
    modified_by: str = ""
    kept_forever: bool = False


@dataclass(frozen=True, slots=True)
class DriveAccount:
    """Whose Drive it is.

    Attributes:
        email: names the account.
        name: of the person.
        used, limit: bytes; ``limit`` is ``None`` where there is none.
    """

    email: str
    name: str = ""
    used: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class DrivePage:
    """Some of the files that were asked for.

    Attributes:
        files: in the order that was asked for.
        next_page: asks for more.
        incomplete: Drive did not look everywhere; one shared drive alone may give more.
    """

    files: tuple[DriveFile, ...]
    next_page: str | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class DriveChange:
    """A change in the feed; ``file`` is ``None`` where it is gone for this account."""

    file_id: str
    file: DriveFile | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class DriveChanges:
    """A page of the changes feed.

    Attributes:
        changes: oldest first.
        next_page: where it goes on now; ``None`` at the end.
        next_start: from where to ask the next time; only on the last page.
    """

    changes: tuple[DriveChange, ...]
    next_page: str | None = None
    next_start: str | None = None


@dataclass(frozen=True, slots=True)
class DriveSpot:
    """Where one can look into an account's Drive.

    Attributes:
        account: whose it is; empty where any account that sees it may be asked.
        folder_id: the folder; ``None`` for all that Steward may see, where it may not see folders.
        name: as Drive shows it.
        shared: whether it is the top of a shared drive.
    """

    account: str
    folder_id: str | None
    name: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class DriveTransfer:
    """Bytes of a file on their way.

    Attributes:
        locator: the file, as the history names it.
        upload: whether they go to Drive.
        done: bytes that have arrived; those of a small upload arrive all at once.
        total: how many there are, where that is known.
    """

    locator: str
    upload: bool
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class DriveStatus:
    """How the last look at the changes in Drive went.

    Attributes:
        looked_at: UTC, when one went well in this run.
        offline: why Drive cannot be reached now; empty where it can, or was not asked yet.
        waiting: the files whose change has no end yet, because Drive could not be asked.
    """

    looked_at: datetime | None = None
    offline: str = ""
    waiting: tuple[str, ...] = ()


class Drive(Protocol):
    """Google Drive, looked at. Files are named ``drive:FILE_ID``; changes go through the workspace.

    Every method raises ``DriveSignedOutError``, ``DriveOfflineError`` and other ``FileError``.
    """

    async def search(
        self,
        *,
        words: str | None = None,
        folder: str | None = None,
        mime_type: str | None = None,
        modified_after: datetime | None = None,
        page: str | None = None,
    ) -> DrivePage:
        """Files of every account that is signed in, those changed last first; none in the trash.

        Args:
            words: in the name or in the text.
            folder: directly in this one, ``drive:FOLDER_ID``.
            mime_type: of this kind.
            modified_after: UTC.
            page: ``DrivePage.next_page`` of the page before.
        """
        ...

    async def file(self, path: str) -> DriveFile:
        """What Drive says of a file or folder."""
        ...

    async def export(self, path: str, mime_type: str) -> bytes:
        """A Workspace file (Doc, Sheet, Slides) in another format."""
        ...


class DriveError(FileError):
    """Google Drive did not do what was asked."""

    kind = "drive_error"


class DriveSignedOutError(DriveError):
    """The sign-in has expired or was revoked; or nobody signed in yet."""

    kind = "drive_signed_out"


class DriveOfflineError(DriveError):
    """Drive cannot be reached, or is out of order: what was asked may have happened."""

    kind = "drive_offline"


class DriveBusyError(DriveOfflineError):
    """Too many requests in too short a time, also after waiting."""

    kind = "drive_busy"


class DriveFullError(DriveError):
    """The account's storage is full."""

    kind = "drive_full"


class DriveForbiddenError(DriveError):
    """The account, or the access that was given, does not allow it."""

    kind = "drive_forbidden"


class DriveMissingError(DriveError):
    """No such file, or none that this account may see."""

    kind = "drive_missing"


class DriveExistsError(DriveError):
    """A file with this id is there already."""

    kind = "drive_exists"


class DriveStaleError(DriveError):
    """The file is no longer as it was when it was looked at."""

    kind = "drive_stale"


class DriveLossyError(DriveError):
    """The change would take away what Steward cannot bring back in place (a table, a picture)."""

    kind = "drive_lossy"
