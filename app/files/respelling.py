"""Another spelling of the same name (``a.md`` → ``A.md``), on a disk that takes both for one.

There the new name is not free, and yet nothing else stands under it: the file is taken aside
first and comes back under the new spelling. Only the list of the folder tells which one it has.
"""

from __future__ import annotations

from pathlib import Path

from app.domain.files import OperationState
from app.files.folder_settle import settle_move
from app.files.fs_ops import FsOps
from app.files.spot import Spot, spot
from app.files.store import Archive, Change, Outcome


def is_respelled(fs: FsOps, locator: str, target: str) -> bool:
    """Whether both are names of one file, of which the folder lists only the first."""
    old, new = Path(locator), Path(target)
    if old.parent != new.parent or old.name == new.name:
        return False
    with spot(fs, locator, "") as place:
        try:
            one, other = fs.stat(place.folder, old.name), fs.stat(place.folder, new.name)
        except FileNotFoundError:
            return False
    if (one.st_dev, one.st_ino) != (other.st_dev, other.st_ino):
        return False
    return new.name not in {entry.name for entry in fs.scan(old.parent)}


def respell(place: Spot, target: Spot) -> None:
    """Aside, and back under the new spelling; what comes between is put back by ``settle``."""
    place.put_aside()
    place.sync()
    target.put_from(place.folder, place.aside)
    target.sync()


def settle_respelled(
    fs: FsOps, place: Spot, target: Spot, change: Change, archive: Archive
) -> Outcome:
    """Which spelling the folder lists now."""
    if not place.see(place.aside).is_nothing:
        return settle_move(place, target, change, archive)
    names = {entry.name for entry in fs.scan(Path(change.locator).parent)}
    if target.name in names:
        target.sync()
        return Outcome(OperationState.DONE)
    return Outcome(OperationState.ABORTED)
