"""Works out how to take back what a turn did to files; touches nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Final

from app.domain.errors import FileChangedError, FileError, NotAFileError, NotFoundError
from app.domain.files import FileVersion
from app.files.drive_places import is_drive
from app.files.store import ChangeKind, FileStore
from app.files.undo_steps import (
    FolderMoved,
    Move,
    State,
    UndoStep,
    are_apart,
    steps_back,
    steps_with_folders,
)
from app.storage.file_history import FileHistory


class UndoPlanner:
    """Reads the history to find the way back."""

    def __init__(self, history: FileHistory, store: FileStore) -> None:
        self._history = history
        self._store = store

    def newest_turn(self, conversation_id: str | None) -> str:
        """The newest turn that changed files and is not undone. Raises ``NotFoundError``.

        Turns that only undid something are passed over: undo goes further back each time.
        """
        for turn_id in self._history.changing_turns(conversation_id):
            if not (
                self.is_undone(turn_id)
                or self._is_undone_singly(turn_id)
                or self._changed_nothing(turn_id)
            ):
                return turn_id
        raise NotFoundError(
            "There is nothing to undo here.",
            hint="Changes of other conversations are under Versions in the window; in the "
            "terminal, steward files undo takes the newest back.",
        )

    def is_undone(self, turn_id: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether an undo of the turn stands, that is, was not undone itself."""
        seen |= {turn_id}
        return any(
            other == turn_id or (other not in seen and not self.is_undone(other, seen))
            for other in self._history.undone_by(turn_id)
        )

    def plan(self, turn_id: str) -> list[UndoStep]:
        """The steps that take a turn back, in order; blocking.

        Raises ``NotFoundError`` for a turn that changed nothing, ``FileChangedError`` where a
        file is no longer as the turn left it, ``FileError`` where the turn is undone already.
        """
        moves = [self._back(change) for change in self._history.turn_changes(turn_id)]
        if not moves:
            raise NotFoundError(f"The turn {turn_id} changed no files.")
        times = Counter(move.file_id for move in moves)
        moves = [self._as_it_is(move) if times[move.file_id] == 1 else move for move in moves]
        whole = [self._where_it_is(self._whole(group)) for group in _by_file(moves)]
        standing = [move for move in whole if not self._is_back(move)]
        if not standing:
            raise FileError(
                "These changes are undone already.", details={"turn_id": turn_id, "undone": True}
            )
        if len(standing) < len(whole):
            ids = {move.file_id for move in standing}
            moves = [move for move in moves if move.file_id in ids]
        for move in standing:
            self._require_as_left(move)
        # A chain of names (a → b, c → a) goes back only in the order it was made, reversed.
        if any(move.folder for move in moves):
            steps = steps_with_folders(moves, self._files_below)
        else:
            steps = steps_back(standing if are_apart(standing) else moves)
        self._require_free_targets(steps, standing)
        return steps

    # -- inside ----------------------------------------------------------------------------

    def _changed_nothing(self, turn_id: str) -> bool:
        """Whether the turn left every file as it found it."""
        moves = [self._back(change) for change in self._history.turn_changes(turn_id)]
        return all(
            _is_nowhere(group) or _same(group[0].now, group[-1].then) for group in _by_file(moves)
        )

    def _is_undone_singly(self, turn_id: str) -> bool:
        """Whether every change of the turn was taken back, one by one."""
        undone: dict[str, set[int]] = {}
        for change in self._history.turn_changes(turn_id):
            if change.file_id not in undone:
                undone[change.file_id] = _undone_singly(self._history.versions(change.file_id))
            if change.version not in undone[change.file_id]:
                return False
        return True

    def _back(self, change: FileVersion) -> Move:
        after = State(change.path, change.hash_after, change.version)
        if change.version == 1:
            return Move(change.file_id, after, State(change.path, None), {change.path})
        last = self._history.version(change.file_id, change.version - 1)
        before = State(last.path, last.hash_after, last.version)
        return Move(change.file_id, after, before, {change.path, last.path}, _folder(change))

    def _as_it_is(self, move: Move) -> Move:
        """The same with what the file holds now, where all that the turn did was move its folder.

        That goes back whatever was saved in the file since.
        """
        if move.folder is None or self._newest(move).path != move.now.path:
            return move
        found = self._now(move.now.path)
        if found in (None, _NOT_A_FILE):
            return move
        now, then = replace(move.now, hash=found), replace(move.then, hash=found)
        return replace(move, now=now, then=then, edits_stay=True)

    def _where_it_is(self, move: Move) -> Move:
        """The same where the file is now, if someone else only gave it another name in Drive.

        It is one file wherever it is, and its name is not what the turn changed.
        """
        now, newest = move.now, self._newest(move)
        only_renamed = is_drive(now.path) and now.path == move.then.path != newest.path
        if not only_renamed or newest.hash != now.hash or newest.hash is None:
            return move
        here = replace(now, path=newest.path), replace(move.then, path=newest.path)
        return replace(move, now=here[0], then=here[1], paths={newest.path})

    def _files_below(self, folder: str) -> tuple[str, ...]:
        try:
            return self._store.look_into(folder).files
        except OSError:  # gone, or closed to us: then its files go back one by one, or not at all
            return ()

    def _whole(self, moves: list[Move]) -> Move:
        """All that the turn did to one file, as one way back."""
        for newer, older in pairwise(moves):
            if newer.then.version != older.now.version:
                raise _changed(older.now.path)
        paths = set().union(*(move.paths for move in moves))
        only = len(moves) == 1 and moves[0].edits_stay
        return Move(moves[0].file_id, moves[0].now, moves[-1].then, paths, edits_stay=only)

    def _newest(self, move: Move) -> State:
        newest = self._history.newest(move.file_id)
        assert newest is not None
        return State(newest.path, newest.hash_after)

    def _is_back(self, move: Move) -> bool:
        newest = self._newest(move)
        if move.then.hash is None:
            return newest.hash is None and move.now.hash is not None
        return _same(newest, move.then) and self._now(move.then.path) == move.then.hash

    def _require_as_left(self, move: Move) -> None:
        newest = self._newest(move)
        if move.now.hash is None:
            if newest.hash is not None:
                raise _changed(newest.path)
            return
        if move.edits_stay:
            return
        if not _same(newest, move.now) or self._now(move.now.path) != move.now.hash:
            raise _changed(move.now.path)

    def _require_free_targets(self, steps: list[UndoStep], moves: list[Move]) -> None:
        """Go through the steps in mind: each new name must be free when its turn comes."""
        there: dict[str, str | None] = {
            move.now.path: move.now.hash for move in moves if move.now.hash is not None
        }
        for step in steps:
            if step.kind is ChangeKind.MOVE_FOLDER:
                continue  # was looked at when it was planned
            goal = step.path if step.kind is ChangeKind.CREATE else step.target
            if goal is not None:
                taken = there[goal] if goal in there else self._now(goal)
                respelled = step.target is not None and self._is_respelled(step.path, goal)
                if taken is not None and not respelled:
                    raise _changed(goal)
            if step.kind in (ChangeKind.MOVE, ChangeKind.REMOVE):
                there[step.path] = None
            if step.kind is not ChangeKind.REMOVE:
                there[step.target or step.path] = step.then

    def _is_respelled(self, path: str, goal: str) -> bool:
        try:
            return self._store.is_respelled(path, goal)
        except OSError:
            return False

    def _now(self, path: str) -> str | None:
        try:
            return self._store.probe(path)
        except NotAFileError:
            return _NOT_A_FILE
        except OSError as error:
            raise _changed(path) from error


_NOT_A_FILE: Final = "not a file"


def _folder(change: FileVersion) -> FolderMoved | None:
    """The move of a whole folder that the version is part of."""
    names = ("folder_move", "folder_from", "folder_to")
    op_id, source, target = (change.metadata.get(name) for name in names)
    if isinstance(op_id, str) and isinstance(source, str) and isinstance(target, str):
        return FolderMoved(op_id, source, target)
    return None


def _by_file(moves: list[Move]) -> list[list[Move]]:
    order = list(dict.fromkeys(move.file_id for move in moves))
    ranked = sorted(moves, key=lambda move: order.index(move.file_id))
    return [list(group) for _, group in groupby(ranked, key=lambda move: move.file_id)]


def _undone_singly(versions: list[FileVersion]) -> set[int]:
    """The versions whose own undo stands, that is, was not undone itself."""
    undone: set[int] = set()
    for version in reversed(versions):
        taken_back = version.metadata.get("undo_of_version")
        if isinstance(taken_back, int) and version.version not in undone:
            undone.add(taken_back)
    return undone


def _is_nowhere(moves: list[Move]) -> bool:
    return moves[0].now.hash is None and moves[-1].then.hash is None


def _same(one: State, other: State) -> bool:
    return (one.path, one.hash) == (other.path, other.hash)


def _changed(path: str) -> FileChangedError:
    return FileChangedError(
        f"{path} was changed since; nothing was undone.",
        hint="Look at its versions and restore the one you want.",
        details={"path": path},
    )
