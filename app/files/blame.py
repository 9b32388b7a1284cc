"""Says for each line of a version which version brought it in. Touches nothing.

Lines are compared by their text, without their ends: a change of encoding or of line ends alone
does not make a line anyone's. A restore brings the lines back as they were attributed in the
version restored, and a line that outlasts a removal of the file stays whose it was. Lines of
a version whose bytes are not here (pruned, damaged) count as the next version's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.domain.diff import common_end, common_start
from app.domain.errors import (
    BlobDamagedError,
    FileError,
    FileTooLargeError,
    NotFoundError,
    PrunedError,
)
from app.domain.files import BlameLine, FileVersion, OperationType
from app.domain.text import TextFile, decode, printable, with_newlines
from app.files.line_matching import matching_blocks

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest version whose lines are looked at."""
ASKED_LENGTH: Final = 120
"""Characters of the person's message that are shown."""

Progress = Callable[[int, int], None]
"""Told how many versions are done, of how many. May raise, to stop the work."""


def blame(
    versions: Sequence[FileVersion],
    number: int | None,
    content: Callable[[str], bytes],
    asked: Callable[[Sequence[str]], Mapping[str, str]],
    progress: Progress = lambda _, __: None,
) -> list[BlameLine]:
    """The lines of version ``number`` (default: the newest that has content).

    Args:
        versions: the file's history, oldest first.
        number: which of them.
        content: bytes by their hash.
        asked: the person's message of each of these turns.
        progress: see ``Progress``.

    Raises ``NotFoundError``, ``NotTextError``, ``FileTooLargeError``, ``BlobDamagedError``,
    ``PrunedError``.
    """
    wanted = _wanted(versions, number)
    walk = _Walk(versions[: versions.index(wanted) + 1], content)
    text, owners = walk.run(progress)
    by_number = {version.version: version for version in versions}
    turns = {by_number[owner].turn_id for owner in owners}
    words = asked(sorted(turn for turn in turns if turn is not None))
    lines = printable(text).split("\n")
    return [
        _line(place, line, by_number[owner], words)
        for place, (line, owner) in enumerate(zip(lines, owners, strict=False), start=1)
    ]


class _Walk:
    """Goes through the versions, oldest first, and keeps whose each line is."""

    def __init__(self, versions: Sequence[FileVersion], content: Callable[[str], bytes]) -> None:
        self._versions = versions
        self._content = content
        self._encoding = "utf-8"
        self._text = ""
        self._owners: list[int] = []
        restored = {_restored(version) for version in versions}
        self._awaited = restored - {None}
        self._kept: dict[int, tuple[str | None, list[int]]] = {}

    def run(self, progress: Progress) -> tuple[str, list[int]]:
        """The text of the last version, and the version each of its lines is from."""
        digest: str | None = None
        last = len(self._versions) - 1
        for done, version in enumerate(self._versions):
            progress(done, last + 1)
            if version.hash_after is not None and version.hash_after != digest:
                try:
                    text = self._decoded(version.hash_after, version)
                except FileError as error:
                    if done == last:
                        raise
                    if isinstance(error, BlobDamagedError | PrunedError):
                        continue  # bytes are not here: its lines count as the next version's
                    text = ""
                self._step(version, text)
                digest = version.hash_after
            if version.version in self._awaited:
                self._kept[version.version] = (digest, list(self._owners))
        progress(last + 1, last + 1)
        return self._text, self._owners

    def _step(self, version: FileVersion, text: str) -> None:
        digest, owners = self._kept.get(_restored(version) or 0, (None, []))
        if digest == version.hash_after:
            self._owners = list(owners)
        else:
            self._splice(text, version.version)
        self._text = text

    def _splice(self, text: str, number: int) -> None:
        """Lines that ``text`` shares with the text before keep their owner."""
        skipped, old, new = _differing(self._text, text)
        owners: list[int] = []
        there = self._owners[skipped : skipped + len(old)]
        at = 0
        for i, j, count in matching_blocks(old, new):
            owners += [number] * (j - at)
            owners += there[i : i + count]
            at = j + count
        self._owners[skipped : skipped + len(old)] = owners

    def _decoded(self, digest: str, version: FileVersion) -> str:
        if (version.size or 0) > MAX_BYTES:
            raise FileTooLargeError(
                f"Version {version.version} has {version.size:,} bytes, too many to go through "
                f"its lines; the limit is {MAX_BYTES:,}.",
                details={"size": version.size, "limit": MAX_BYTES},
            )
        data = self._content(digest)
        found = self._as_before(data) or decode(data, f"Version {version.version}")
        self._encoding = found.encoding
        return with_newlines(found.text, "\n") if "\r" in found.text else found.text

    def _as_before(self, data: bytes) -> TextFile | None:
        """In the encoding of the version before, where that had to be guessed."""
        if self._encoding.startswith("utf"):
            return None
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            try:
                return TextFile(data.decode(self._encoding), self._encoding)
            except UnicodeDecodeError:
                return None
        return None


def _wanted(versions: Sequence[FileVersion], number: int | None) -> FileVersion:
    for version in reversed(versions):
        if number is None and version.hash_after is not None:
            return version
        if version.version == number:
            if version.hash_after is None:
                raise FileError(
                    f"Version {number} of {version.path} is its removal: it has no lines.",
                    hint="Choose a version before it.",
                    details={"path": version.path, "version": number},
                )
            return version
    newest = versions[-1].version if versions else 0
    raise NotFoundError(
        f"There is no version {number} of this file."
        if number and newest
        else "This file has no versions yet: Steward never changed it.",
        hint=f"Its versions are 1 to {newest}." if newest else "",
        details={"version": number, "newest": newest},
    )


def _restored(version: FileVersion) -> int | None:
    number = version.metadata.get("restored_from")
    is_restore = version.operation is OperationType.RESTORE
    return number if is_restore and isinstance(number, int) else None


def _differing(old: str, new: str) -> tuple[int, list[str], list[str]]:
    """How many lines both begin with, and the lines of each that are not equal at both ends.

    Comparing slices of text is a memory comparison: a small change costs next to nothing.
    """
    start = old.rfind("\n", 0, common_start(old, new)) + 1
    same = common_end(old, new, min(len(old), len(new)) - start)
    # The equal end begins behind a line end that both have.
    line_end = old.find("\n", len(old) - same) if same else -1
    end = len(old) - line_end - 1 if line_end >= 0 else 0
    skipped = old.count("\n", 0, start)
    return skipped, _split(old[start : len(old) - end]), _split(new[start : len(new) - end])


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _line(number: int, text: str, version: FileVersion, asked: Mapping[str, str]) -> BlameLine:
    approved_by = version.metadata.get("approved_by")
    return BlameLine(
        number=number,
        text=text,
        version=version.version,
        at=version.at,
        by=version.by,
        skill=version.skill,
        turn_id=version.turn_id,
        conversation_id=version.conversation_id,
        asked=_shortened(asked.get(version.turn_id or "", "")),
        approved_by=approved_by if isinstance(approved_by, str) else None,
    )


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= ASKED_LENGTH else f"{line[: ASKED_LENGTH - 1]}…"
