"""Writes versions into one archive that needs no Steward to be read, and reads it back.

The archive is a ZIP: the bytes of each version in a folder named after its file, each content
once; ``history.jsonl`` says what every version was; ``README.txt`` explains. It gets its name
only when all of it has been read back and is right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from app.domain.errors import BlobDamagedError, FileError
from app.domain.files import FileVersion
from app.files.archive_names import ArchiveNames, version_name
from app.files.blobs import CHUNK, BlobStore
from app.files.fs_ops import FsOps
from app.files.gate import Gate
from app.files.new_file import NewFile, Source, new_file
from app.files.work import WorkFolders
from app.storage.file_contents import PRUNED
from app.storage.file_history import FileHistory

HISTORY: Final = "history.jsonl"
ROOT: Final = "files"

Progress = Callable[[int, int, str], None]
"""Told how many bytes are done, of how many, and that they are ``bytes``."""

_README: Final = """\
Versions of files, as kept by Steward. Nothing but a program that opens ZIP archives is needed.

To get a version back by hand: look in files/ for the folder that is named like your file, take
the version you want out of it (its date is when that version was made), and rename it.

files/           a folder for each file, named after where it stands (or stood last); in it the
                 bytes of its versions: v0001, v0002 ... Equal bytes are there only once.
history.jsonl    one line of JSON for each version of each file, oldest first: when it was made,
                 by whom, what was done, and in "content" the name of its bytes in this archive.
                 "content" is null where the version took the file away ("hash" is null too),
                 where its bytes were pruned before ("pruned" names the archive they went to),
                 where they could not be read whole ("damaged"), and where they were left out.
                 "hash" is the SHA-256 of the bytes.
"""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        path: the archive.
        files, versions: how many it tells of.
        contents, content_bytes: how many different contents are in it, and their length.
        damaged: versions whose bytes could not be read whole; they are not in it.
        hashes: every content that is in it.
    """

    path: str
    files: int
    versions: int
    contents: int
    content_bytes: int
    damaged: tuple[str, ...] = ()
    hashes: frozenset[str] = field(default_factory=frozenset, repr=False)


class Exporter:
    """Writes archives. Blocking; for one export."""

    def __init__(
        self,
        *,
        history: FileHistory,
        blobs: BlobStore,
        fs: FsOps,
        work: WorkFolders,
        gate: Gate,
        now: datetime,
        progress: Progress | None = None,
    ) -> None:
        self._history = history
        self._blobs = blobs
        self._fs = fs
        self._work = work
        self._gate = gate
        self._now = now
        self._progress = progress
        self._done = self._total = 0
        self._names: dict[str, str] = {}  # hash → its name in the archive
        self._sizes: dict[str, int] = {}
        self._damaged: dict[str, str] = {}  # hash → a version that has it

    def run(
        self, path: Path, file_ids: Sequence[str], wanted: Callable[[FileVersion], bool]
    ) -> ExportReport:
        """Write ``path``, whose folder must be there.

        Args:
            path: the archive, absolute and with links resolved.
            file_ids: the files whose histories go into it.
            wanted: whether the bytes of a version go into it too.

        Raises ``FileExistsAlreadyError``, ``FileError`` where what was written is not right,
        ``StoppedError``, ``OSError``; then nothing is left of it.
        """
        newest = {file_id: self._newest(file_id) for file_id in file_ids}
        self._total = 2 * self._size(newest, wanted)
        versions = 0
        with new_file(self._fs, path, self._work) as file:
            with file.written() as sink, ZipFile(sink, "w", ZIP_DEFLATED) as archive:
                archive.writestr(_entry("README.txt", self._now), _README)
                self._write_contents(archive, newest, wanted)
                with archive.open(_entry(HISTORY, self._now), "w", force_zip64=True) as out:
                    for version in self._versions(newest):
                        out.write(self._line(version, wanted))
                        versions += 1
            self._read_back(file, versions)
        sound = {
            digest: name for digest, name in self._names.items() if digest not in self._damaged
        }
        return ExportReport(
            path=str(path),
            files=len(newest),
            versions=versions,
            contents=len(sound),
            content_bytes=sum(self._sizes[digest] for digest in sound),
            damaged=tuple(sorted(self._damaged.values())),
            hashes=frozenset(sound),
        )

    # -- what goes into it -----------------------------------------------------------------

    def _newest(self, file_id: str) -> int:
        last = self._history.newest(file_id)
        return 0 if last is None else last.version

    def _versions(self, newest: dict[str, int]) -> Iterator[FileVersion]:
        """All versions of the files, up to those that were there at the start."""
        for file_id, last in newest.items():
            self._gate.check()
            yield from self._history.versions(file_id, before=last + 1)

    def _size(self, newest: dict[str, int], wanted: Callable[[FileVersion], bool]) -> int:
        sizes = {
            version.hash_after: version.size or 0
            for version in self._versions(newest)
            if wanted(version)
        }
        return sum(sizes.values())

    def _write_contents(
        self, archive: ZipFile, newest: dict[str, int], wanted: Callable[[FileVersion], bool]
    ) -> None:
        names = ArchiveNames(ROOT)
        folder, of_file = "", ""
        for version in self._versions(newest):
            if version.file_id != of_file:
                of_file = version.file_id
                folder = names.folder(self._history.record(of_file).locator, of_file)
            digest = version.hash_after
            if digest is None or digest in self._names or not wanted(version):
                continue
            if PRUNED in version.metadata and not self._blobs.is_whole(digest):
                continue
            name = version_name(folder, version.version, version.filename)
            self._names[digest], self._sizes[digest] = name, 0
            self._write(archive, name, version, digest)

    def _write(self, archive: ZipFile, name: str, version: FileVersion, digest: str) -> None:
        with archive.open(_entry(name, version.at), "w", force_zip64=True) as out:
            try:
                for chunk in self._blobs.chunks(digest):
                    out.write(chunk)
                    self._sizes[digest] += len(chunk)
                    self._step(len(chunk))
            except BlobDamagedError:
                self._damaged[digest] = f"{version.path}, version {version.version}"

    def _line(self, version: FileVersion, wanted: Callable[[FileVersion], bool]) -> bytes:
        digest = version.hash_after
        is_damaged = digest in self._damaged
        content = self._names.get(digest or "") if wanted(version) and not is_damaged else None
        facts = {
            "file_id": version.file_id,
            "path": version.path,
            "version": version.version,
            "operation": version.operation.value,
            "action": version.action.value,
            "at": version.at.isoformat(),
            "by": version.by,
            "skill": version.skill,
            "turn_id": version.turn_id,
            "conversation_id": version.conversation_id,
            "hash": digest,
            "hash_before": version.hash_before,
            "size": version.size,
            "metadata": dict(version.metadata),
            "content": content,
            "damaged": is_damaged,
            "pruned": version.metadata.get(PRUNED),
        }
        return json.dumps(facts, default=str).encode("ascii") + b"\n"

    # -- whether it is right ---------------------------------------------------------------

    def _read_back(self, file: NewFile, versions: int) -> None:
        try:
            with file.read() as source, ZipFile(_seekable(source)) as archive:
                for digest, name in self._names.items():
                    if digest not in self._damaged and self._hash(archive, name) != digest:
                        raise _not_right(name)
                with archive.open(HISTORY) as lines:
                    if sum(1 for _ in lines) != versions:
                        raise _not_right(HISTORY)
        except BadZipFile as error:
            raise _not_right(str(error)) from error

    def _hash(self, archive: ZipFile, name: str) -> str:
        check = hashlib.sha256()
        with archive.open(name) as content:
            while chunk := content.read(CHUNK):
                check.update(chunk)
                self._step(len(chunk))
        return check.hexdigest()

    def _step(self, size: int) -> None:
        self._gate.check()
        self._done += size
        if self._progress is not None:
            self._progress(self._done, max(self._done, self._total), "bytes")


def _entry(name: str, at: datetime) -> ZipInfo:
    """An entry with its time, which a ZIP keeps as local time between 1980 and 2107."""
    local = at.astimezone()
    year = min(max(local.year, 1980), 2107)
    moment = (year, local.month, local.day, local.hour, local.minute, local.second)
    entry = ZipInfo(name, moment)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _seekable(source: Source) -> IO[bytes]:
    import io

    return io.BufferedReader(source, CHUNK)


def _not_right(what: str) -> FileError:
    return FileError(
        f"The archive could not be written whole ({what}); it was taken away again.",
        hint="Check the disk, or choose another place. Nothing in the vault was touched.",
    )
