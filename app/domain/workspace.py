"""The person's files as skills see them: confined for reading, versioned for writing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, TypeVar

from app.domain.drive import Drive
from app.domain.file_search import ANY_FILE, ConversationFiles, FileQuery, FoundFile
from app.domain.files import (
    BlameLine,
    ConflictChoice,
    FileConflict,
    FileVersion,
    TrackedFile,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One thing in a folder.

    Attributes:
        path: absolute path text.
        display: path relative to its granted folder (``/`` separators), for people and models.
        is_dir: whether it is a folder.
        size: bytes (0 for folders, and for what has none).
        modified_at: UTC.
        kind: what it is, where it has no bytes of its own: a Google Doc, a shortcut.
    """

    path: str
    display: str
    is_dir: bool
    size: int
    modified_at: datetime
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """What a folder that is to be moved takes along.

    Attributes:
        files: the files that get a version, relative to the folder.
        others: how many further things go along as they are: links, pipes, what belongs to git.
    """

    files: tuple[str, ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a change would do, computed without doing it.

    Attributes:
        path, display: the file, see ``FileEntry``.
        before, after: whole contents; ``None`` where no file stands, and both where either is
            too large to be shown.
        hash_before: SHA-256 hex of what stands there; ``None`` where nothing does.
        target: where a move leads.
        size_before, size_after: bytes, also of what is too large; ``None`` where no file stands.
        too_large: whether ``before`` and ``after`` are left out for their size.
        folder: where a whole folder is moved, what is in it. Then ``before`` and ``after`` are
            ``None``, and ``hash_before`` stands for the names of the files.
    """

    path: str
    display: str
    before: bytes | None
    after: bytes | None
    hash_before: str | None
    target: str | None = None
    size_before: int | None = None
    size_after: int | None = None
    too_large: bool = False
    folder: PlannedFolder | None = None


class Workspace(Protocol):
    """Files in granted folders, and in Google Drive. Path arguments are what a person or model
    wrote: absolute, or relative to the first granted folder that has them (for new files: the
    first folder); in Drive ``drive:FILE_ID`` (for new files: ``drive:FOLDER_ID/NAME``).

    Every method that resolves a path raises ``PathOutsideError`` where it leaves all granted
    folders (links resolved), ``NoFolderError`` where none is granted, ``FileMissingError``,
    ``NotAFileError`` and other ``FileError`` as they apply. Each writer does PULL → MANIPULATE →
    ARCHIVE → REPLACE, records the version before it acts, and returns it. A writer raises
    ``FileChangedError`` where the bytes are not those the approval was given for.

    Messages name files as ``display`` does; the details keep absolute paths.
    """

    @property
    def folders(self) -> Sequence[str]:
        """Granted folders, absolute, as the person named them."""
        ...

    @property
    def roots(self) -> Sequence[str]:
        """Where the granted folders really are, in the same order: links resolved."""
        ...

    @property
    def drive(self) -> Drive:
        """Google Drive. Raises ``DriveSignedOutError`` where it is not connected."""
        ...

    def display(self, path: str) -> str:
        """Short form of an absolute path for people and models."""
        ...

    async def entry(self, path: str) -> FileEntry:
        """The file or folder at ``path``."""
        ...

    async def list(self, path: str | None = None) -> Sequence[FileEntry]:
        """Entries of a folder (all granted folders when ``None``), folders first, then by name."""
        ...

    async def walk(
        self, path: str | None = None, *, include_ignored: bool = False, limit: int = 50_000
    ) -> Sequence[FileEntry]:
        """Files below a folder, skipping ``.git`` and what ``.gitignore`` names unless asked."""
        ...

    async def read(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Whole content. Raises ``FileTooLargeError`` above ``max_bytes`` (default 64 MiB)."""
        ...

    async def read_with(self, path: str, look: Callable[[BinaryIO], T]) -> T:
        """What ``look`` says of a file of any size; it runs in a worker thread and may seek."""
        ...

    async def plan_create(self, path: str, content: bytes) -> PlannedChange:
        """What ``create`` would do. Raises ``FileExistsAlreadyError``."""
        ...

    async def plan_edit(self, path: str, change: Callable[[bytes], bytes]) -> PlannedChange:
        """What ``edit`` would do; ``change`` may raise ``FileError``."""
        ...

    async def plan_rewrite(
        self, path: str, change: Callable[[BinaryIO, BinaryIO], None]
    ) -> PlannedChange:
        """What ``rewrite`` would do; ``change`` may raise ``FileError``."""
        ...

    async def plan_move(self, path: str, target: str) -> PlannedChange:
        """What ``move`` would do."""
        ...

    async def plan_move_folder(self, path: str, target: str) -> PlannedChange:
        """What ``move_folder`` would do."""
        ...

    async def plan_remove(self, path: str) -> PlannedChange:
        """What ``remove`` would do."""
        ...

    async def plan_restore(self, path: str, version: int) -> PlannedChange:
        """What ``restore`` would do."""
        ...

    async def plan_undo(self, turn_id: str | None = None) -> Sequence[PlannedChange]:
        """What ``undo`` would do, in order."""
        ...

    async def plan_undo_version(self, path: str, version: int) -> Sequence[PlannedChange]:
        """What ``undo_version`` would do."""
        ...

    async def plan_resolve(self, op_id: str, choice: ConflictChoice) -> PlannedChange:
        """What ``resolve`` would do; ``before`` equals ``after`` where it leaves the bytes."""
        ...

    async def create(self, path: str, content: bytes) -> FileVersion:
        """Make a new file; missing parent folders inside the granted folder are made."""
        ...

    async def edit(self, path: str, change: Callable[[bytes], bytes]) -> FileVersion:
        """Replace the content by ``change(content)``.

        Raises ``FileTooLargeError`` above 64 MiB: then ``rewrite`` does it.
        """
        ...

    async def rewrite(self, path: str, change: Callable[[BinaryIO, BinaryIO], None]) -> FileVersion:
        """Replace the content, of any size, by what ``change(old, new)`` writes to ``new``.

        ``change`` runs in a worker thread, perhaps more than once. ``old`` can be sought in;
        ``new`` is written once, from its start to its end.
        """
        ...

    async def move(self, path: str, target: str) -> FileVersion:
        """Move or rename; the target must not exist. The history goes along."""
        ...

    async def move_folder(self, path: str, target: str) -> Sequence[FileVersion]:
        """Move or rename a folder with all that is in it; the target must not exist.

        One step, whole or not at all. Each file in it gets a version, and its history goes along;
        files never seen before are archived first. Raises ``FileError`` for another disk, for a
        granted folder itself, and for too many files.
        """
        ...

    async def remove(self, path: str) -> FileVersion:
        """Archive the bytes, then move the file out of the folder; restorable."""
        ...

    async def restore(self, path: str, version: int) -> FileVersion:
        """Make the content that of an earlier version; itself a new version."""
        ...

    async def undo(self, turn_id: str | None = None) -> Sequence[FileVersion]:
        """Take back every change of a turn (default: the newest turn of this conversation
        that changed files and is not undone), newest first; each is a new version.
        """
        ...

    async def undo_version(self, path: str, version: int) -> Sequence[FileVersion]:
        """Take back what one version did to its file, and that alone; itself a new version.

        What later versions changed stays: text is merged line by line (then the new version's
        metadata says ``merged`` and ``kept_versions``). Raises ``FileChangedError`` where that
        cannot be done, with ``details["in_the_way"]``, the later version; ``FileError`` where
        there is nothing to take back, with ``details["undone"]`` where it is undone already.
        """
        ...

    async def resolve(self, op_id: str, choice: ConflictChoice) -> FileVersion | None:
        """End a conflict as the person chose.

        ``THEIRS`` leaves the file and records the decision: returns the version that holds
        their bytes, ``None`` where there is none. The others are a new version. Raises
        ``NotFoundError`` for no open conflict, ``FileChangedError`` where the file is no longer
        as they left it, ``UncleanMergeError`` and ``NotTextError`` where there is no clean merge.
        """
        ...

    async def conflicts(self) -> Sequence[FileConflict]:
        """Conflicts in the granted folders that nobody has decided yet, newest first."""
        ...

    async def blame(
        self,
        path: str,
        version: int | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Sequence[BlameLine]:
        """For each line of a version (default: the newest) where it comes from.

        ``progress`` is told in a worker thread how many versions are done, of how many.
        Raises ``NotFoundError``, ``NotTextError``, ``FileError`` for a version without content.
        """
        ...

    async def versions(
        self, path: str, *, limit: int | None = None, before: int | None = None
    ) -> Sequence[FileVersion]:
        """History of a file, oldest first; works for removed files. May be empty.

        Args:
            path: the file.
            limit: only the newest so many.
            before: only versions below this number.
        """
        ...

    async def version_content(self, path: str, version: int) -> bytes:
        """Exact bytes of a version. Raises ``NotFoundError``, ``BlobDamagedError``,
        ``FileTooLargeError`` above 64 MiB: then ``version_chunks`` gives them.
        """
        ...

    def version_chunks(self, path: str, version: int) -> AsyncIterator[bytes]:
        """``version_content`` of any size, in pieces, after all of it has been checked once."""
        ...

    async def tracked(
        self, folder: str | None = None, *, limit: int | None = None
    ) -> Sequence[TrackedFile]:
        """Every file with a history inside the granted folders, newest change first.

        ``folder``: only those below it; it may be gone itself. ``limit``: at most so many.
        """
        ...

    async def find_tracked(
        self, text: str = "", *, limit: int = 200, query: FileQuery = ANY_FILE
    ) -> Sequence[FoundFile]:
        """Files of ``tracked``, at most ``limit``, by words: each of ``text`` is in the path below
        the granted folder, in any case. Where ``query`` asks for a time or a maker, the version
        that answers is given with each.
        """
        ...

    async def find_by_conversation(
        self, text: str = "", *, limit: int = 200, query: FileQuery = ANY_FILE
    ) -> Sequence[ConversationFiles]:
        """As ``find_tracked``, by the conversations that changed them, the newest first; of each
        file the newest version of that conversation.
        """
        ...
