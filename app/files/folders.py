"""Which files Steward may touch: paths are resolved, links included, and kept inside."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import (
    FileError,
    FileMissingError,
    NoFolderError,
    PathOutsideError,
    UsageError,
)
from app.domain.names import meant, shown
from app.files.drive_places import display_of, is_drive
from app.files.failures import explained
from app.files.lookalikes import lookalike, other_case

SAMPLE: Final = "Sample"
"""The one folder inside Steward's own data that may be granted: the files of the first run."""

_NAME_BYTES: Final = 255
_PATH_BYTES: Final = 4095


@dataclass(frozen=True, slots=True)
class _Granted:
    """A granted folder as the person named it, and where it really is."""

    named: Path
    real: Path

    @property
    def is_there(self) -> bool:
        return self.real.is_dir()


class GrantedFolders:
    """The granted folders. Changed on the loop's thread; any thread may resolve.

    Where a folder's own path has links, they are resolved once, when it is granted: what it
    leads to later is not what the person agreed to.

    Args:
        folders: absolute paths, or with ``~``; one that is gone stays listed.
        private: folders of Steward itself, never reached even from inside a granted one.
    """

    def __init__(self, folders: Iterable[Path], *, private: Iterable[Path] = ()) -> None:
        self._private = tuple(Path(os.path.realpath(_whole(folder))) for folder in private)
        granted: dict[Path, _Granted] = {}
        for folder in folders:
            one = self._granted_form(folder)
            granted.setdefault(one.real, one)
        self._granted = tuple(granted.values())

    @property
    def folders(self) -> tuple[Path, ...]:
        """Granted folders as the person named them, absolute, in order."""
        return tuple(one.named for one in self._granted)

    @property
    def roots(self) -> tuple[Path, ...]:
        """Where the granted folders really are, in the same order."""
        return tuple(one.real for one in self._granted)

    def grant(self, folder: Path) -> None:
        """Add a folder. Raises ``UsageError`` when it is none, or is Steward's own."""
        one = self._granted_form(folder)
        if not one.is_there:
            raise UsageError(f"{folder} is not a folder.", hint="Name a folder that exists.")
        if self._is_private(one.real, one.real):
            raise UsageError(
                f"{folder} belongs to Steward itself and cannot be granted.",
                hint="Choose a folder with your own files.",
            )
        if one.real not in self.roots:
            self._granted = (*self._granted, one)

    def revoke(self, folder: Path) -> None:
        """Take a folder back. Raises ``UsageError`` when it is not granted."""
        one = self._granted_form(folder)
        kept = tuple(g for g in self._granted if g.real != one.real and g.named != one.named)
        if len(kept) == len(self._granted):
            raise UsageError(f"{folder} is not a granted folder.")
        self._granted = kept

    def resolve(self, path: str, *, for_new: bool = False, near: Path | None = None) -> Path:
        """Where ``path`` leads: absolute, links resolved, inside a granted folder. Blocking.

        A relative path is looked for in each folder in order, beginning with the one that holds
        ``near``; then as a name that looks the same (``app.domain.names``). ``for_new``: nothing
        need stand there, and a relative path that no folder has is taken in the first.

        Raises ``PathOutsideError``, ``NoFolderError``, ``FileMissingError``, ``FileError``.
        """
        outside: PathOutsideError | None = None
        led_out = False
        first: Path | None = None
        for place in self._places(path, near):
            try:
                found = self.confine(place)
            except PathOutsideError as error:
                outside = outside or error
                led_out = led_out or self.holds(Path(os.path.normpath(place)))
                continue
            if os.path.lexists(found):
                return found
            first = first or found
        if first is None or led_out:  # a link that leads out is not passed over for another place
            assert outside is not None
            raise outside
        _require_seen(first)
        alike = self._lookalike(path, near, for_new=for_new)
        if alike is not None:
            return alike
        _check_parts(path)
        root = self._root_of(first)
        if root is not None and not root.is_there:
            raise _gone(root.named)
        if for_new:
            return first
        similar = other_case(first)
        raise FileMissingError(
            f"There is no file {shown(path)}.",
            hint=f"There is {shown(similar)}: capital letters count."
            if similar is not None
            else "List the folder to see what is there.",
            details={"path": path, **({} if similar is None else {"similar": similar})},
        )

    def candidates(self, path: str) -> list[Path]:
        """Every place inside the granted folders that ``path`` may mean, there or not.

        First as it is written, then with its escapes as what they stand for.
        """
        found = []
        outside: PathOutsideError | None = None
        for words in dict.fromkeys((path, meant(path))):
            for place in self._places(words):
                try:
                    found.append(self.confine(place))
                except PathOutsideError as error:
                    outside = outside or error
        if not found:
            assert outside is not None
            raise outside
        return list(dict.fromkeys(found))

    def confine(self, path: Path) -> Path:
        """An absolute path with its links resolved. Raises ``PathOutsideError``, ``FileError``."""
        _check_length(path)
        try:
            real = Path(os.path.realpath(path))
        except OSError as error:  # a loop of links, or a name no file system takes
            raise FileError(
                f"{path} cannot be followed: {error.strerror or error}.",
                details={"path": str(path)},
            ) from error
        if self._is_loop(real):
            raise FileError(
                f"{path} cannot be followed: its links lead in a circle.",
                details={"path": str(path)},
            )
        if not self.holds(real):
            raise PathOutsideError(
                f"{shown(str(path))} is outside the folders Steward may work in.",
                hint="Grant its folder first, or name a file inside a granted folder.",
                details={"path": str(path)},
            )
        return real

    def holds(self, real: Path) -> bool:
        """Whether a resolved path is inside a granted folder and not Steward's own."""
        root = self._root_of(real)
        return root is not None and not self._is_private(real, root.real)

    def require_movable(self, folder: Path) -> None:
        """Raises ``FileError`` for a granted folder itself, and one that holds another or ours."""
        for one in self._granted:
            if one.real.is_relative_to(folder):
                raise FileError(
                    f"{folder} {'is' if one.real == folder else 'holds'} a folder you granted, "
                    "which cannot be moved here.",
                    hint="Take it out of the granted folders first, or move what is in it.",
                    details={"path": str(folder), "granted": str(one.named)},
                )
        if any(own.is_relative_to(folder) for own in self._private):
            raise FileError(
                f"{folder} holds Steward's own files and cannot be moved.",
                details={"path": str(folder)},
            )

    def display(self, path: Path | str) -> str:
        """``path`` as people and models name it: relative to its granted folder, with ``/``.

        Absolute where the short form would mean a file of another granted folder. Characters
        that would not show are written as escapes; ``resolve`` takes them so. Blocking where
        there are several folders. A file of Google Drive by its id and name.
        """
        if is_drive(str(path)):
            return shown(display_of(str(path)))
        path = Path(path)
        root = self._root_of(path)
        if root is None:
            return shown(str(path))
        short = path.relative_to(root.real)
        for other in self._granted:
            if other == root:
                return shown(short.as_posix())
            if os.path.lexists(other.real / short):
                break
        return shown(str(path))

    # -- inside ----------------------------------------------------------------------------

    def _lookalike(self, path: str, near: Path | None, *, for_new: bool) -> Path | None:
        for place in self._places(path, near):
            root = self._root_of(Path(os.path.normpath(place)))
            found = None if root is None else lookalike(place, root.real, for_new=for_new)
            if found is not None:
                return self.confine(found)
        return None

    def _places(self, path: str, near: Path | None = None) -> Iterator[Path]:
        """What the words of ``path`` may mean, before links are resolved."""
        home = None if near is None else self._root_of(near)
        granted = sorted(self._granted, key=lambda one: one is not home)
        if not granted:
            raise NoFolderError(
                "No folder has been granted yet.",
                hint="Grant Steward a folder first; it touches nothing outside.",
            )
        _check_name(path)
        if path == "~" or path.startswith("~/"):
            path = os.path.expanduser(path)  # noqa: PTH111 - a string, so that its form is kept
        if Path(path).is_absolute():
            yield Path(path)
            return
        for one in granted:
            yield one.real / path

    def _root_of(self, real: Path) -> _Granted | None:
        """The granted folder that holds ``real``; the innermost where one holds another."""
        holding = [one for one in self._granted if real.is_relative_to(one.real)]
        return max(holding, key=lambda one: len(one.real.parts), default=None)

    def _is_private(self, real: Path, root: Path) -> bool:
        for own in self._private:
            if not real.is_relative_to(own):
                continue
            if not root.is_relative_to(own / SAMPLE):
                return True
        return False

    def _granted_form(self, folder: Path) -> _Granted:
        named = _whole(folder)
        return _Granted(named, Path(os.path.realpath(named)))

    def _is_loop(self, real: Path) -> bool:
        # ``realpath`` gives back what it could not follow.
        try:
            real.stat()
        except OSError as error:
            return error.errno == errno.ELOOP
        return False


def _whole(folder: Path) -> Path:
    # Not ``resolve``: the person's own name for a folder that is a link is kept.
    return Path(os.path.abspath(Path(folder).expanduser()))  # noqa: PTH100


def _check_name(path: str) -> None:
    if not path.strip():
        raise FileError("The path is empty.", hint="Name a file.")
    if "\0" in path:
        raise FileError("A path cannot hold a NUL character.", details={"path": path})
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise FileError(
            "The path holds characters that no file name can have.",
            details={"path": path.encode("utf-8", "replace").decode()},
        ) from error


def _require_seen(path: Path) -> None:
    # What a closed folder holds may well be there.
    try:
        path.lstat()
    except PermissionError as error:
        raise explained(error, str(path)) from error
    except OSError:
        return


def _check_parts(path: str) -> None:
    # Not before it was looked for: with its escapes a name is longer than it is on the disk.
    if any(len(part) > _NAME_BYTES for part in os.fsencode(meant(path)).split(b"/")):
        raise _too_long(path)


def _check_length(path: Path) -> None:
    if len(os.fsencode(path)) > _PATH_BYTES:
        raise _too_long(str(path))


def _too_long(path: str) -> FileError:
    return FileError(
        f"The path {shown(path[:60])}… is too long.",
        hint="A name may have 255 bytes, a whole path 4,095.",
        details={"path": path[:200]},
    )


def _gone(folder: Path) -> FileError:
    return FileError(
        f"The granted folder {folder} is not there any more.",
        hint="Put it back (is its disk connected?), or take it out of the granted folders.",
        details={"folder": str(folder)},
    )
