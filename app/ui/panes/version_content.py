"""What one version changed: lines of a text, pictures before and after, or a word on the rest."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from app.domain.errors import StewardError
from app.domain.file_search import FileKind, kind_of
from app.domain.files import FileAction, FileVersion
from app.ui import words
from app.ui.diff.lines import DiffLine, note, parse
from app.ui.diff.view import DiffView
from app.ui.file_names import name_of
from app.ui.panes.picture_view import LARGEST, PictureView, Side
from app.ui.pictures import unpacked
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_MOST_BYTES: Final = 16_000_000
"""Larger contents are not compared here: they would have to be read whole."""
_MOST_OF_A_PICTURE: Final = 64_000_000
_BINARY: Final = 8_192
"""A NUL among so many first bytes: it is no text."""
_NARROW: Final = 460
"""Pixels; below that two pictures stand one below the other."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is shown of a version; ``pictures`` in place of ``lines`` where it is one."""

    lines: tuple[DiffLine, ...] = ()
    pictures: tuple[Side, ...] = ()


class VersionContent(QWidget):
    """Shows the difference that ``show_version`` is told of."""

    def __init__(self, theme: Theme, session: Session, *, tallest: int = 4000) -> None:
        super().__init__()
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self.shown = Difference()
        self.diff = DiffView(
            theme, name=translate("Versions", "What this version changed"), tallest=tallest
        )
        self.pictures = PictureView(theme)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.diff)
        self._stack.addWidget(self.pictures)

    @property
    def is_text(self) -> bool:
        """Whether lines are shown."""
        return not self.shown.pictures

    def show_difference(self, shown: Difference) -> None:
        """Show what was found out already."""
        self.shown = shown
        self.diff.show_lines(shown.lines)
        self.pictures.show_sides(shown.pictures)
        self._stack.setCurrentWidget(self.pictures if shown.pictures else self.diff)
        self.updateGeometry()

    def show_version(
        self, path: str, older: FileVersion | None, version: FileVersion
    ) -> asyncio.Task[None]:
        """Find out what a version changed, and show it."""
        if self._reading is not None:
            self._reading.cancel()
        work = self._show(path, older, version)
        self._reading = self._session.tasks.run(work, name="diff")
        return self._reading

    async def _show(self, path: str, older: FileVersion | None, version: FileVersion) -> None:
        if older is None and version.version > 1:
            workspace = self._session.workspace()
            page = await workspace.versions(path, limit=1, before=version.version)
            older = page[-1] if page else None
        try:
            found = await self._difference(path, older, version)
        except StewardError as error:  # pruned, or damaged: the timeline stands all the same
            found = Difference((note(str(error)),))
        self.show_difference(found)

    async def _difference(
        self, path: str, older: FileVersion | None, version: FileVersion
    ) -> Difference:
        is_picture = kind_of(version.filename) is FileKind.PICTURE
        first = older is None and version.action is FileAction.SEEN
        if first and not is_picture:
            size = f" ({words.size(version.size)})" if version.size is not None else ""
            return Difference(
                (
                    note(
                        translate("Versions", "The file as Steward first saw it{size}.").format(
                            size=size
                        )
                    ),
                )
            )
        moved = older is not None and older.path != version.path
        if older is not None and moved and older.hash_after == version.hash_after:
            old, new = name_of(older.path), name_of(version.path)
            moved_to = translate("Versions", "Renamed from {old} to {new}.")
            if old == new:
                moved_to = translate("Versions", "Moved to another folder.")
            return Difference((note(moved_to.format(old=old, new=new)),))
        sizes = [one.size or 0 for one in (older, version) if one is not None]
        if max(sizes) > (_MOST_OF_A_PICTURE if is_picture else _MOST_BYTES):
            told = " → ".join(words.size(size) for size in sizes)
            return Difference(
                (
                    note(
                        translate(
                            "Versions",
                            "Too large to compare here ({told}). Every version can be restored.",
                        ).format(told=told)
                    ),
                )
            )
        before, after = await self._content(path, older), await self._content(path, version)
        return await asyncio.to_thread(_compare, before, after, older, version)

    async def _content(self, path: str, version: FileVersion | None) -> bytes | None:
        if version is None or version.hash_after is None:
            return None
        return await self._session.workspace().version_content(path, version.version)

    # -- its size --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Pictures stand as there is room."""
        self.pictures.stack(self.width() < _NARROW)
        super().resizeEvent(event)

    def hasHeightForWidth(self) -> bool:
        """Text wraps."""
        return self.is_text

    def heightForWidth(self, width: int) -> int:
        """What is shown decides."""
        return self.diff.heightForWidth(width) if self.is_text else -1

    def sizeHint(self) -> QSize:
        """That of what is shown."""
        return self.diff.sizeHint() if self.is_text else self.pictures.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """That of what is shown."""
        return self.diff.minimumSizeHint() if self.is_text else self.pictures.minimumSizeHint()


def _compare(
    before: bytes | None, after: bytes | None, older: FileVersion | None, version: FileVersion
) -> Difference:
    """Blocking."""
    from app.domain.diff import unified_diff

    contents = [
        (one, data) for one, data in ((older, before), (version, after)) if data is not None
    ]
    if any(b"\0" in data[:_BINARY] or _is_picture(one) for one, data in contents):
        sides = tuple(
            Side(
                translate("Versions", "Version {number}").format(number=one.version),
                len(data),
                unpacked(data, LARGEST),
            )
            for one, data in contents
            if one is not None
        )
        if any(side.picture is not None for side in sides):
            return Difference(pictures=sides)
    lines = parse(unified_diff(before, after, name_of(version.path)))
    if lines and lines[0].text.startswith("Binary file"):
        lines.append(
            note(
                translate("Versions", "It is no text: open it, or a copy of a version, to see it.")
            )
        )
    return Difference(tuple(lines))


def _is_picture(version: FileVersion | None) -> bool:
    return version is not None and kind_of(version.filename) is FileKind.PICTURE
