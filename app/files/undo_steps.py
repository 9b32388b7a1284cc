"""The steps of an undo, in order: single files, and whole folders where they were moved so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from app.files.folder_rename import fingerprint
from app.files.store import ChangeKind


@dataclass(frozen=True, slots=True)
class State:
    """Where a file stands and its bytes; ``hash`` is ``None`` where there is no file."""

    path: str
    hash: str | None
    version: int = 0


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One change on the way back.

    Attributes:
        kind, path, target: what is done to which file.
        file_id: whose history it joins.
        now, then: hash before and after the step.
        restored_from: the version it goes back to; 0 for "not there yet".
        content: the bytes after the step, where no version has them: an older version joined
            with what ``kept`` changed.
        kept: later versions of the file whose changes stay.
        files: of a whole folder: paths of the files in it, relative; ``now`` is their
            ``fingerprint`` then.
    """

    kind: ChangeKind
    path: str
    target: str | None
    file_id: str
    now: str | None
    then: str | None
    restored_from: int
    content: bytes | None = None
    kept: tuple[int, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """The way of one file back.

    Attributes:
        file_id: the file.
        now, then: from where to where.
        paths: all that the turn took it along.
        folder: the move of a whole folder that it was part of.
        edits_stay: whether it goes back with whatever was saved in it since.
    """

    file_id: str
    now: State
    then: State
    paths: set[str]
    folder: FolderMoved | None = None
    edits_stay: bool = False


@dataclass(frozen=True, slots=True)
class FolderMoved:
    """The move of a whole folder, as the versions of its files tell of it."""

    op_id: str
    source: str
    target: str


def are_apart(whole: Sequence[Move]) -> bool:
    """Whether no two files of the turn shared a path: then each may go back in one step."""
    paths = [path for move in whole for path in move.paths]
    return len(paths) == len(set(paths))


def steps_back(moves: Iterable[Move]) -> list[UndoStep]:
    """A step or two for each move, in the order given."""
    steps = []
    for move in moves:
        now, then = move.now, move.then
        path = now.path
        if now.hash is not None and then.hash is not None and now.path != then.path:
            steps.append(_step(ChangeKind.MOVE, move, path, then.path, now.hash))
            path = then.path
        if then.hash == now.hash:
            continue
        if now.hash is None:
            steps.append(_step(ChangeKind.CREATE, move, then.path, None, then.hash))
        elif then.hash is None:
            steps.append(_step(ChangeKind.REMOVE, move, path, None, None))
        else:
            steps.append(_step(ChangeKind.REPLACE, move, path, None, then.hash))
    return steps


def _step(
    kind: ChangeKind, move: Move, path: str, target: str | None, then: str | None
) -> UndoStep:
    return UndoStep(kind, path, target, move.file_id, move.now.hash, then, move.then.version)


def steps_with_folders(
    moves: Sequence[Move], look_into: Callable[[str], Iterable[str]]
) -> list[UndoStep]:
    """``steps_back``, with one step for a folder that was moved as a whole.

    A folder goes back as one where its old place is free and the same files are in it; else each
    file goes back by itself. ``look_into`` gives the files below a folder, none where it is gone.
    """
    there: set[str] = set()  # the files of those folders, as they will be when a step is made
    for place in {move.folder.target for move in moves if move.folder is not None}:
        there.update(look_into(place))
    left: set[str] = set()  # folders that an earlier step has moved away
    steps: list[UndoStep] = []
    for _, group in groupby(moves, key=lambda move: move.folder or id(move)):
        some = list(group)
        folder = some[0].folder
        if folder is not None:
            step = _folder_step(folder, some, there, left)
            if step is not None:
                steps.append(step)
                there = {_moved(path, folder.target, folder.source) for path in there}
                left.add(folder.target)
                left.discard(folder.source)
                continue
        for single in steps_back(some):
            steps.append(single)
            if single.kind in (ChangeKind.MOVE, ChangeKind.REMOVE):
                there.discard(single.path)
            if single.kind is not ChangeKind.REMOVE:
                there.add(single.target or single.path)
    return steps


def _folder_step(
    folder: FolderMoved, moves: Sequence[Move], there: set[str], left: set[str]
) -> UndoStep | None:
    inside = {path for path in there if Path(path).is_relative_to(folder.target)}
    if inside != {move.now.path for move in moves}:
        return None
    if os.path.lexists(folder.source) and folder.source not in left:
        return None
    names = tuple(sorted(str(Path(path).relative_to(folder.target)) for path in inside))
    bound = fingerprint(names)
    return UndoStep(
        ChangeKind.MOVE_FOLDER,
        folder.target,
        folder.source,
        moves[0].file_id,
        bound,
        bound,
        0,
        files=names,
    )


def _moved(path: str, folder: str, target: str) -> str:
    return target + path[len(folder) :] if Path(path).is_relative_to(folder) else path
