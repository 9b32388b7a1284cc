"""Works out how to take back what one version did to its file; touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import FileChangedError, FileError, NotAFileError
from app.domain.files import FileAction, FileVersion
from app.files.blobs import hash_of
from app.files.failures import exists
from app.files.merging import MERGE_BYTES, merged_if_clean
from app.files.store import ChangeKind, FileStore
from app.files.undo_steps import UndoStep
from app.storage.file_history import FileHistory
from app.storage.file_records import FileRecord

_MOST_ASKED: Final = 100
"""Later versions that are tried, one by one, to name the first that stands in the way."""


class VersionUndoPlanner:
    """Reads one file's history to find the way back from one version.

    Args:
        content: bytes by their hash.
        now: bytes of the file as it stands.
    """

    def __init__(
        self,
        history: FileHistory,
        store: FileStore,
        content: Callable[[str | None], bytes],
        now: Callable[[str], bytes],
    ) -> None:
        self._history = history
        self._store = store
        self._content = content
        self._now = now

    def plan(self, record: FileRecord, number: int) -> UndoStep:
        """The step that takes version ``number`` back, and it alone; blocking.

        What later versions changed stays as it is. Raises ``NotFoundError`` for a version there
        never was, ``FileChangedError`` where a later version stands in the way, ``FileError``
        where there is nothing to take back.
        """
        wanted = self._history.version(record.file_id, number)
        if wanted.action is FileAction.SEEN:
            raise FileError(
                f"Version {number} of {wanted.path} is how Steward first saw it: there is "
                "nothing to take back.",
                hint="Choose a later version.",
                details={"path": wanted.path, "version": number},
            )
        before = self._history.version(record.file_id, number - 1) if number > 1 else None
        later = [one for one in self._history.versions(record.file_id) if one.version > number]
        way = _Way(wanted, before, later[-1] if later else wanted, later)
        found = self._probe(way.newest.path)
        if wanted.hash_after is None:
            return self._bring_back(way, found)
        if found is None:
            removal = way.newest if way.newest.hash_after is None else None
            raise self._in_the_way(way, removal, "removed it")
        if before is None or before.hash_after is None:
            return self._take_out(way, found)
        if wanted.path != before.path:
            return self._move_back(way, before, found)
        return self._change_back(way, before, found)

    # -- inside ----------------------------------------------------------------------------

    def _bring_back(self, way: _Way, found: str | None) -> UndoStep:
        if way.newest.hash_after is not None:
            raise _already(way)
        if found is not None:
            raise exists(way.newest.path)
        assert way.before is not None
        return way.step(ChangeKind.CREATE, None, way.before.hash_after)

    def _take_out(self, way: _Way, found: str) -> UndoStep:
        if found != way.wanted.hash_after:
            edit = next((one for one in way.later if one.hash_after != one.hash_before), None)
            raise self._in_the_way(way, edit, "changed it", _INSTEAD_OF_CREATE)
        return way.step(ChangeKind.REMOVE, found, None)

    def _move_back(self, way: _Way, before: FileVersion, found: str) -> UndoStep:
        if way.newest.path == before.path:
            raise _already(way)
        if way.newest.path != way.wanted.path:
            moved = next(one for one in way.later if one.path != way.wanted.path)
            raise self._in_the_way(way, moved, "moved it on")
        respelled = self._store.is_respelled(way.newest.path, before.path)
        if self._probe(before.path) is not None and not respelled:
            raise exists(before.path)
        return way.step(ChangeKind.MOVE, found, found, target=before.path)

    def _change_back(self, way: _Way, before: FileVersion, found: str) -> UndoStep:
        if found == way.wanted.hash_after:
            return way.step(ChangeKind.REPLACE, found, before.hash_after)
        if found == before.hash_after:
            raise _already(way)
        if any((one.size or 0) > MERGE_BYTES for one in (before, way.wanted, *way.later)):
            raise self._in_the_way(way, way.later[0] if way.later else None, "changed it")
        base, ours = self._content(way.wanted.hash_after), self._content(before.hash_after)
        now = self._now(way.newest.path)
        joined = merged_if_clean(base, ours, now, way.newest.path)
        if joined is None:
            raise self._in_the_way(way, self._first_against(way, base, ours), _SAME_LINES)
        if joined == now:
            raise _already(way)
        return way.step(ChangeKind.REPLACE, hash_of(now), hash_of(joined), content=joined)

    def _first_against(self, way: _Way, base: bytes, ours: bytes) -> FileVersion | None:
        """The first later version that the way back cannot be joined with."""
        contents = [one for one in way.later if one.hash_after not in (None, one.hash_before)]
        for version in contents[:_MOST_ASKED]:
            content = self._content(version.hash_after)
            if merged_if_clean(base, ours, content, version.path) is None:
                return version
        return contents[-1] if len(contents) > _MOST_ASKED else None

    def _in_the_way(
        self, way: _Way, later: FileVersion | None, did: str, hint: str = ""
    ) -> FileChangedError:
        wanted = way.wanted
        details: dict[str, object] = {"path": way.newest.path, "version": wanted.version}
        if later is None:
            who = f"Someone outside Steward {did} since"
        else:
            who = f"Version {later.version} {did} since"
            details["in_the_way"] = later.version
            hint = hint or f"Undo version {later.version} first, or restore the version you want."
        return FileChangedError(
            f"Version {wanted.version} of {way.newest.path} cannot be taken back alone: {who}. "
            "Nothing was changed.",
            hint=hint or "Look at its versions and restore the one you want.",
            details=details,
        )

    def _probe(self, path: str) -> str | None:
        try:
            return self._store.probe(path)
        except NotAFileError as error:
            raise exists(path) from error
        except FileNotFoundError:
            return None


_SAME_LINES: Final = "changed the same place"
_INSTEAD_OF_CREATE: Final = "Remove the file if you do not want it; its versions are kept."


@dataclass(frozen=True, slots=True)
class _Way:
    """A version, what was before it and what came after."""

    wanted: FileVersion
    before: FileVersion | None
    newest: FileVersion
    later: Sequence[FileVersion]

    def step(
        self,
        kind: ChangeKind,
        now: str | None,
        then: str | None,
        *,
        target: str | None = None,
        content: bytes | None = None,
    ) -> UndoStep:
        """The one step of the way back."""
        return UndoStep(
            kind,
            self.newest.path,
            target,
            self.wanted.file_id,
            now,
            then,
            self.wanted.version - 1,
            content,
            tuple(one.version for one in self.later) if content is not None else (),
        )


def _already(way: _Way) -> FileError:
    return FileError(
        f"What version {way.wanted.version} of {way.newest.path} did is undone already.",
        details={"path": way.newest.path, "version": way.wanted.version, "undone": True},
    )
