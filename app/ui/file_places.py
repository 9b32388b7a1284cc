"""Leads from a pane to the file itself: the person's own programs, their file manager, clipboard.

Nothing is ever run by this: what may be a program is shown in its folder instead. A past version
is opened as a copy to read, for the vault's own bytes are never lent. A file of Google Drive is
shown by the browser, and the person is asked first.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.errors import FileError, FileMissingError
from app.ui.file_manager import show_items
from app.ui.file_names import copied, is_drive, name_of
from app.ui.programs import may_be_run
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.workspace import Workspace
    from app.ui.tasks import Tasks

_RUNS: Final = 0o111
_STEM_BYTES: Final = 160
_ENDING_BYTES: Final = 40


class FilePlaces:
    """Copies it hands out last as long as ``window``, over which questions are asked."""

    def __init__(
        self,
        workspace: Callable[[], Workspace],
        tasks: Tasks,
        say: Callable[[str, str], object],
        window: QObject | None = None,
    ) -> None:
        self._workspace = workspace
        self._tasks = tasks
        self._say = say
        self._window = window
        self._folder: QTemporaryDir | None = None

    def open(self, path: str) -> None:
        """Open the file as it is today, in its usual program; one of Drive in the browser."""
        if is_drive(path):
            self.open_in_browser(path)
            return
        self._tasks.start(self._open(Path(path)), name="open a file")

    def show_in_folder(self, path: str) -> None:
        """Show the file in the file manager, chosen where that can be asked for."""
        if is_drive(path):
            self.open_in_browser(path)
            return
        self._tasks.start(self._show(Path(path)), name="show a file in its folder")

    def open_in_browser(self, path: str) -> None:
        """Show a file of Drive where Drive does, once the person has seen the address."""
        self._tasks.start(self._open_in_browser(path), name="open a file of Drive")

    def open_version(self, path: str, version: int) -> None:
        """Open a copy of what the file was in a version."""
        self._tasks.start(self._open_version(path, version), name="open a version")

    def copy_path(self, path: str) -> None:
        """Put the whole path on the clipboard."""
        text = copied(path)
        QGuiApplication.clipboard().setText(text)
        self._say("ok", translate("Files", "Copied: {path}").format(path=text))

    def close(self) -> None:
        """Let go of the copies."""
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    # -- inside --------------------------------------------------------------------------------

    async def _open(self, path: Path) -> None:
        if await asyncio.to_thread(_is_program, path):
            await self._show(path)
            self._say(
                "attention",
                translate(
                    "Files", "{name} may be a program: Steward shows it and never runs it."
                ).format(name=path.name),
            )
            return
        _open_with_desktop(path)

    async def _show(self, path: Path) -> None:
        there, is_folder = await asyncio.to_thread(_nearest, path)
        if there == path and not is_folder:
            if not await show_items(path):
                _open_with_desktop(path.parent)
            return
        _open_with_desktop(there)
        if there != path:
            self._say(
                "attention",
                translate("Files", "{name} is not there now; this is where it stood.").format(
                    name=path.name
                ),
            )

    async def _open_in_browser(self, path: str) -> None:
        from app.ui.chat.links import ask_to_open

        file = await self._workspace().drive.file(path)
        if not file.link:
            raise FileError(
                translate("Drive", "Google Drive gives no address for {name}.").format(
                    name=name_of(path)
                ),
                details={"path": path},
            )
        if isinstance(self._window, QWidget):
            ask_to_open(self._window, file.link)

    async def _open_version(self, path: str, version: int) -> None:
        if self._folder is None:
            self._folder = QTemporaryDir()
        name = name_of(path).replace("/", "_")  # Drive lets a name have one
        place = Path(self._folder.path()) / _of_its_own(path) / _copy_name(name, version)
        await self._copy(path, version, place)
        if may_be_run(place.name):
            _open_with_desktop(place.parent)
            said = translate(
                "Files", "A copy of version {number} of {name} is shown: it may be a program."
            )
        else:
            _open_with_desktop(place)
            said = translate(
                "Files", "Opened a copy of version {number} of {name}. It is only for reading."
            )
        self._say("ok", said.format(number=version, name=name))

    async def _copy(self, path: str, version: int, place: Path) -> None:
        part = place.with_name(f".{version}.part")
        try:
            if await asyncio.to_thread(_is_there, place):
                return
            with part.open("wb") as out:
                async for chunk in self._workspace().version_chunks(path, version):
                    await asyncio.to_thread(out.write, chunk)
            part.chmod(0o400)  # what is changed in a copy would be lost
            part.rename(place)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise FileError(
                translate(
                    "Versions", "No copy of version {version} could be made to open: {reason}."
                ).format(version=version, reason=error.strerror or error)
            ) from error


def _of_its_own(path: str) -> str:
    """The name of the folder for copies of a file: another file may be called the same."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _is_there(place: Path) -> bool:
    """Whether the copy was made before; else its folder is made. Raises ``OSError``. Blocking."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    return place.exists()


def _copy_name(name: str, version: int) -> str:
    """What the copy of a version is called; as short as every disk takes it."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    label = translate("Files", "version {number}").format(number=version)
    return f"{_cut(stem, _STEM_BYTES)} ({label}){_cut(ending, _ENDING_BYTES)}"


def _cut(name: str, longest: int) -> str:
    return os.fsencode(name)[:longest].decode("utf-8", "ignore")


def _is_program(path: Path) -> bool:
    """Whether opening it may run it. Raises ``FileMissingError``. Blocking."""
    real = Path(os.path.realpath(path))
    try:
        mode = real.stat().st_mode
    except OSError as error:
        raise FileMissingError(
            translate("Versions", "{name} cannot be opened: {reason}.").format(
                name=path.name, reason=error.strerror or error
            ),
            hint=translate("Versions", "Restore one of its versions, or open a copy of one."),
            details={"path": str(path)},
        ) from error
    if real.is_dir():
        return False
    return bool(mode & _RUNS) or may_be_run(path.name) or may_be_run(real.name)


def _nearest(path: Path) -> tuple[Path, bool]:
    """``path``, or the lowest folder above it that is there; whether it is a folder. Blocking."""
    there = next(one for one in (path, *path.parents) if one.exists() or one == one.parent)
    return there, there.is_dir()


def _open_with_desktop(path: Path) -> None:
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        raise FileError(
            translate("Versions", "No program was found here that opens {name}.").format(
                name=path.name
            ),
            hint=translate(
                "Versions",
                "Choose one in your desktop's settings, or copy the path and open it yourself.",
            ),
            details={"path": str(path)},
        )
