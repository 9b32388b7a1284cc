"""Makes the steps of an undo. Blocking."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from app.domain.errors import StewardError
from app.domain.files import FileVersion, OperationType, Origin
from app.files.change_runner import ChangeRunner
from app.files.folder_move import FolderMove, FolderMover
from app.files.gate import Gate
from app.files.plans import Plans
from app.files.request import Bound, Ended
from app.files.store import ChangeKind
from app.files.undo_steps import UndoStep


class Undoer:
    """Takes changes back by making others."""

    def __init__(self, runner: ChangeRunner, plans: Plans, folder_mover: FolderMover) -> None:
        self._runner = runner
        self._plans = plans
        self._folder_mover = folder_mover

    def run(
        self, steps: Sequence[UndoStep], undone: Mapping[str, object], origin: Origin, gate: Gate
    ) -> Ended:
        """Make the steps, each with ``undone`` in its metadata, up to the first that fails."""
        versions: list[FileVersion] = []
        for step in steps:
            try:
                ended = self._step(step, undone, origin, gate)
            except StewardError as error:
                return Ended(tuple(versions), error)
            versions.extend(ended.versions)
            if ended.error is not None:
                return Ended(tuple(versions), ended.error)
        return Ended(tuple(versions))

    def _step(
        self, step: UndoStep, undone: Mapping[str, object], origin: Origin, gate: Gate
    ) -> Ended:
        if step.kind is not ChangeKind.MOVE_FOLDER:
            return self._runner.run(self._plans.undo_request(step, undone, origin), gate)
        assert step.target is not None
        move = FolderMove(
            step.path,
            step.target,
            origin,
            operation=OperationType.RESTORE,
            metadata=undone,
            bound=Bound(step.now),
        )
        return self._folder_mover.run(move, gate)


def in_a_turn(origin: Origin) -> Origin:
    """An undo outside a turn gets a turn of its own, so that it can be undone too."""
    if origin.turn_id is not None:
        return origin
    return dataclasses.replace(origin, turn_id=f"undo-{uuid.uuid4().hex}")
