"""Files in folders of this machine: read, made ready beside the file, replaced in one step.

Nothing here overwrites or deletes the person's bytes: a file is exchanged, renamed to a free
name, or taken out to a name of ours whose bytes are in the vault before it goes.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path

from app.domain.files import OperationState
from app.files.atomic_rename import UnsupportedRename
from app.files.contents import Content
from app.files.folder_limits import require_allowed
from app.files.folder_reader import FolderReader
from app.files.folder_rename import identity, rename_folder, settle_rename
from app.files.folder_settle import (
    settle_create,
    settle_exchange,
    settle_move,
    settle_remove,
    settle_replace,
)
from app.files.fs_ops import UnsupportedFile
from app.files.respelling import is_respelled, respell, settle_respelled
from app.files.spot import Spot, spot
from app.files.store import (
    Archive,
    Change,
    ChangeKind,
    Outcome,
    Pulled,
    Ready,
    UnreachableError,
)
from app.files.swap_file import NothingToMake, make_unseen, write_swap


class FolderStore(FolderReader):
    """The ``FileStore`` of granted folders. Locators are absolute paths with links resolved.

    A link that appears in a path later is not followed: ``OSError`` (``ENOTDIR``, ``ELOOP``).
    """

    def name_of(self, locator: str) -> str:
        """All of them are files of this machine."""
        return "folder"

    # -- changing --------------------------------------------------------------------------

    def require_allowed(self, kind: ChangeKind, locator: str) -> None:
        """Refuse what the system would, and what would tear the file from its other names."""
        with spot(self.fs, locator, "") as place, place.reading(place.name) as handle:
            require_allowed(self.fs, handle, kind, locator)

    def require_possible(self, locator: str, after: Content) -> None:
        """A file can hold any bytes."""

    def is_respelled(self, locator: str, target: str) -> bool:
        """Whether the disk takes both for one name of one file."""
        return is_respelled(self.fs, locator, target)

    def prepare(self, change: Change) -> Change:
        """Note which parent folders have to be made, and which file is to be moved."""
        facts = dict(change.facts)
        if change.kind in (ChangeKind.CREATE, ChangeKind.MOVE, ChangeKind.MOVE_FOLDER):
            parents = Path(change.target or change.locator).parents
            facts["parents"] = list(takewhile(lambda p: not self._exists(p), map(str, parents)))
        if change.kind in (ChangeKind.MOVE, ChangeKind.MOVE_FOLDER):
            with self._place(change.locator, change) as place:
                found = self.fs.stat(place.folder, place.name)
                facts["file"] = [found.st_dev, found.st_ino]
            if change.kind is ChangeKind.MOVE:
                facts["respelled"] = is_respelled(self.fs, change.locator, str(change.target))
        return dataclasses.replace(change, facts=facts)

    def stage_unseen(self, change: Change, content: Content | None) -> Ready | None:
        """Write the new bytes to a file that has no name, and sync it."""
        if _parents(change):
            return None
        if content is None:
            return NothingToMake()
        try:
            return make_unseen(
                self.fs,
                lambda: self._place(change.locator, change),
                content.chunks(),
                replaces=change.kind is ChangeKind.REPLACE,
                mode=change.mode,
            )
        except UnsupportedFile:
            return None

    def stage(self, change: Change, content: Content | None) -> None:
        """Write the new bytes to a swap file beside the target, and sync it."""
        for parent in reversed(_parents(change)):
            self._make_parent(parent)
        if content is None:
            return
        if change.kind is ChangeKind.REPLACE:
            with self._place(change.locator, change) as place, place.reading(place.name) as old:
                write_swap(self.fs, place, content.chunks(), like=old)
        elif change.kind is ChangeKind.CREATE:
            with self._place(change.locator, change) as place:
                write_swap(self.fs, place, content.chunks(), mode=change.mode)

    def act(self, change: Change, archive: Archive, pulled: Pulled | None) -> Outcome:
        """Exchange, place, move or take out; then see what came of it."""
        with self._place(change.locator, change) as place:
            match change.kind:
                case ChangeKind.CREATE:
                    place.put(place.swap)
                    place.sync()
                case ChangeKind.MOVE_FOLDER:
                    if identity(self.fs, place) == change.facts["file"]:
                        with self._place(str(change.target), change) as target:
                            rename_folder(self.fs, place, target)
                case _ if pulled is None or not place.holds(pulled):
                    pass  # someone else was here: ``settle`` says what that means
                case ChangeKind.REPLACE:
                    ours = place.identity(place.swap)
                    place.exchange_with_swap()
                    # Most often nothing came in between, and that is soon seen.
                    if settle_exchange(place, ours, change, archive):
                        return Outcome(OperationState.DONE)
                    place.sync()
                case ChangeKind.REMOVE:
                    place.put_aside_as_swap()
                    place.sync()
                case ChangeKind.MOVE:
                    change = self._move(place, change, archive)
        return self.settle(change, OperationState.REPLACING, archive)

    def settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        """Read off what happened, take away what is ours, and say how it ended."""
        outcome = self._settle(change, reached, archive)
        if outcome.state is not OperationState.DONE:
            for parent in _parents(change):
                self._drop_parent(parent)
        return outcome

    def _settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        acted = reached is OperationState.REPLACING
        with self._found(change.locator, change) as place:
            if change.target is not None:
                with self._found(change.target, change) as target:
                    if acted and change.kind is ChangeKind.MOVE_FOLDER:
                        return settle_rename(self.fs, place, target, change)
                    if acted and change.facts.get("respelled") is True:
                        return settle_respelled(self.fs, place, target, change, archive)
                    if acted:
                        return settle_move(place, target, change, archive)
                    return Outcome(OperationState.ABORTED)
            if not acted:
                # The swap file may be torn, and the file has not been touched.
                if not place.see(place.swap).is_nothing:
                    place.drop(place.swap)
                return Outcome(OperationState.ABORTED)
            match change.kind:
                case ChangeKind.CREATE:
                    return settle_create(place, change, archive)
                case ChangeKind.REMOVE:
                    return settle_remove(place, change, archive)
                case _:
                    return settle_replace(place, change, archive)

    # -- inside ----------------------------------------------------------------------------

    def _move(self, place: Spot, change: Change, archive: Archive) -> Change:
        assert change.target is not None
        with self._place(change.target, change) as target:
            try:
                try:
                    if change.facts.get("respelled") is True:
                        respell(place, target)
                        return change
                    self.fs.rename_no_replace(place.folder, place.name, target.folder, target.name)
                except UnsupportedRename:
                    # Never by a link from the person's own name: the unlink after it could hit
                    # what someone saved under that name meanwhile.
                    place.put_aside()
                    place.sync()  # else a power cut could keep both places, or neither
                    target.put_from(place.folder, place.aside)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                return self._move_across(place, target, change, archive)
            target.sync()
        place.sync()
        return change

    def _move_across(self, place: Spot, target: Spot, change: Change, archive: Archive) -> Change:
        """To another file system: a whole copy takes its name first, then the original goes."""
        if place.see(place.name).is_nothing:
            place.put(place.aside)
        change = dataclasses.replace(change, facts={**change.facts, "across": True})
        archive.amend(change)
        with place.reading(place.name) as old:
            write_swap(self.fs, target, place.chunks(place.name), like=old, moved=True)
        if target.see(target.swap).hash == change.hash_before:
            target.put(target.swap)
            target.sync()
            place.put_aside()
            place.sync()
        return change

    def _exists(self, folder: str) -> bool:
        try:
            self.fs.close(self.fs.open_folder(folder))
        except FileNotFoundError:
            return False
        return True

    def _make_parent(self, parent: str) -> None:
        with spot(self.fs, parent, "") as place:
            try:
                self.fs.make_folder(place.folder, place.name)
            except FileExistsError:
                return
            place.sync()

    def _drop_parent(self, parent: str) -> None:
        try:
            with spot(self.fs, parent, "") as place:
                self.fs.remove_empty_folder(place.folder, place.name)
                place.sync()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise

    @contextmanager
    def _place(self, locator: str, change: Change) -> Iterator[Spot]:
        with spot(self.fs, locator, change.op_id) as place:
            yield place

    @contextmanager
    def _found(self, locator: str, change: Change) -> Iterator[Spot]:
        """Like ``_place``, where a folder that was still to be made may be missing."""
        may_be_new = str(Path(locator).parent) in _parents(change)
        with ExitStack() as stack:
            try:
                place = stack.enter_context(
                    spot(self.fs, locator, change.op_id, may_be_new=may_be_new)
                )
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                    raise
                raise UnreachableError(
                    f"The folder of {locator} cannot be reached.",
                    hint="Steward finishes what it began there when the folder is back.",
                    details={"path": locator},
                ) from error
            yield place
            place.sync_dropped()


def _parents(change: Change) -> list[str]:
    """The folders that had to be made for the change, innermost first."""
    parents = change.facts.get("parents")
    return [str(parent) for parent in parents] if isinstance(parents, list) else []
