"""What a change of a file in a folder must not do, seen beforehand."""

from __future__ import annotations

from app.domain.errors import FileError
from app.files.fs_ops import FsOps
from app.files.store import ChangeKind


def require_allowed(fs: FsOps, handle: int, kind: ChangeKind, locator: str) -> None:
    """Raises ``FileError`` where the open file may not be changed in this way.

    A new content comes in a new file that takes the name. A file with further names (hard links)
    would keep its old content under those, unseen; so it is refused. Its one name may be moved
    or removed.
    """
    flag = fs.locked_by(handle)
    if flag is not None:
        raise FileError(
            f"{locator} is marked {flag} on this disk; nothing was changed.",
            hint="Take the mark away first, if you mean to change it.",
            details={"path": locator, "flag": flag},
        )
    if kind is not ChangeKind.REPLACE:
        return
    facts = fs.stat_open(handle)
    if facts.st_nlink > 1:
        raise FileError(
            f"{locator} is one of {facts.st_nlink} names of the same file (hard links); a change "
            "would part it from the others. Nothing was changed.",
            hint="Copy it to a new file and change that, or remove the other names first.",
            details={"path": locator, "links": facts.st_nlink},
        )
    if not facts.st_mode & 0o222:
        raise FileError(
            f"{locator} is read-only.",
            hint="Allow writing to it first, if you mean to change it.",
            details={"path": locator, "read_only": True},
        )
