"""One version: what it changed or who wrote each line, and the ways back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.domain.files import FileAction, FileVersion, OperationType
from app.ui import words
from app.ui.controls import Button, ElidedLabel, MenuButton, rule
from app.ui.diff.lines import DiffLine, note, parse
from app.ui.diff.view import DiffView
from app.ui.direction import isolated_path
from app.ui.flow_layout import FlowLayout
from app.ui.panes.blame_view import BlameView
from app.ui.session import Session
from app.ui.theme import Theme

_MOST_BYTES = 16_000_000
"""Larger contents are not compared here: they would have to be read whole."""


class VersionCard(QFrame):
    """Shows a version as ``show_version`` is told."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._path = ""
        self._version: FileVersion | None = None
        self._target: FileVersion | None = None
        self._reading: asyncio.Task[None] | None = None
        self.setProperty("kind", "card")
        self._title = ElidedLabel(kind="heading")
        self.side_by_side = Button(
            "Side &by side", kind="quiet", tip="Show both texts beside each other"
        )
        self.side_by_side.setCheckable(True)
        self.diff = DiffView(theme, name="What this version changed", tallest=4000)
        self.side_by_side.toggled.connect(self.diff.show_side_by_side)
        self.side_by_side.toggled.connect(
            lambda on: self.side_by_side.setText("In&line" if on else "Side &by side")
        )
        self.lines = Button(
            "&Who wrote it?", kind="quiet", tip="Show for each line which version brought it in"
        )
        self.lines.setCheckable(True)
        self.lines.toggled.connect(self._show_lines)
        self.blame = BlameView(theme, session)
        self.blame.hide()
        self.restore = Button("&Restore", kind="primary")
        self.restore.clicked.connect(self._restore)
        self.undo = MenuButton("&Undo", kind="quiet")
        self.undo_version = self.undo.entry(
            "Undo this &change",
            "Take back what this version did; later changes stay",
            self._undo_version,
        )
        self.undo_answer = self.undo.entry(
            "Undo the whole &answer",
            "Take back every change of the answer that made this version",
            self._undo_answer,
        )
        heading = QHBoxLayout()
        heading.setContentsMargins(14, 6, 6, 6)
        heading.setSpacing(0)
        heading.addWidget(self._title, 1)
        heading.addWidget(self.side_by_side)
        heading.addWidget(self.lines)
        self._buttons = QWidget()
        line = FlowLayout(self._buttons, margin=(14, 10, 14, 10), spacing=8)
        line.addWidget(self.restore)
        line.addWidget(self.undo)
        page = QVBoxLayout(self)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        page.addLayout(heading)
        page.addWidget(rule())
        page.addWidget(self.diff)
        page.addWidget(self.blame)
        page.addWidget(rule())
        page.addWidget(self._buttons)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def version(self) -> FileVersion | None:
        """The version shown."""
        return self._version

    def show_nothing(self, title: str) -> None:
        """There is no version to show."""
        self._version = self._target = None
        self._title.setText(title)
        self.diff.show_diff("")
        self.lines.hide()
        self.restore.setEnabled(False)
        self._say_restore()
        self.undo.hide()

    def show_version(
        self,
        path: str,
        version: FileVersion,
        older: FileVersion | None,
        target: FileVersion | None,
    ) -> None:
        """Show a version of the file at ``path``.

        Args:
            path: the file.
            version: of it.
            older: the version before, if it is known yet; else it is read.
            target: what "Restore" brings back.
        """
        self._path, self._version, self._target = path, version, target
        number = version.version
        both = isolated_path(f"{number - 1} → {number}")
        self._title.setText(both if number > 1 else f"Version {number}")
        self.restore.setEnabled(target is not None)
        self._say_restore()
        self.undo.setVisible(version.action is not FileAction.SEEN)
        self.undo_answer.setVisible(
            version.turn_id is not None and version.operation is OperationType.SKILL_EDIT
        )
        has_content = version.hash_after is not None
        self.lines.setVisible(has_content)
        if not has_content:
            self.lines.setChecked(False)
        if self.lines.isChecked():
            self.blame.show_version(path, number)
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._show_diff(older, version), name="diff")

    def _say_restore(self) -> None:
        target = self._target
        self.restore.setText(f"&Restore version {target.version}" if target else "&Restore")
        self.restore.setAccessibleName(self.restore.text().replace("&", ""))

    def _show_lines(self, wanted: bool) -> None:
        self.lines.setText("&What changed" if wanted else "&Who wrote it?")
        self.lines.setAccessibleName(self.lines.text().replace("&", ""))
        self.blame.setVisible(wanted)
        self.diff.setVisible(not wanted)
        self.side_by_side.setVisible(not wanted)
        if wanted and self._version is not None:
            self.blame.show_version(self._path, self._version.version)

    async def _show_diff(self, older: FileVersion | None, version: FileVersion) -> None:
        if older is None and version.version > 1:
            page = await self._session.workspace().versions(
                self._path, limit=1, before=version.version
            )
            older = page[-1] if page else None
        try:
            lines = await self._difference(older, version)
        except StewardError as error:  # pruned, or damaged: the timeline stands all the same
            lines = [note(str(error))]
        self.diff.show_lines(lines)

    async def _difference(self, older: FileVersion | None, version: FileVersion) -> list[DiffLine]:
        if older is None and version.action is FileAction.SEEN:
            size = f" ({words.size(version.size)})" if version.size is not None else ""
            return [note(f"The file as Steward first saw it{size}.")]
        moved = older is not None and older.path != version.path
        if older is not None and moved and older.hash_after == version.hash_after:
            return [note(f"Renamed from {older.filename} to {version.filename}.")]
        sizes = [one.size or 0 for one in (older, version) if one is not None]
        if max(sizes) > _MOST_BYTES:
            told = " → ".join(words.size(size) for size in sizes)
            return [note(f"Too large to compare here ({told}). Every version can be restored.")]
        from app.domain.diff import unified_diff

        before, after = await self._content(older), await self._content(version)

        def compare() -> list[DiffLine]:
            return parse(unified_diff(before, after, version.filename))

        return await asyncio.to_thread(compare)

    async def _content(self, version: FileVersion | None) -> bytes | None:
        if version is None or version.hash_after is None:
            return None
        return await self._session.workspace().version_content(self._path, version.version)

    # -- ways back -----------------------------------------------------------------------------

    def _restore(self) -> None:
        if self._target is not None:
            number = self._target.version
            self._do(lambda: self._session.files.restore(self._path, number), "restore")

    def _undo_version(self) -> None:
        if self._version is not None:
            number = self._version.version
            self._do(lambda: self._session.files.undo_version(self._path, number), "undo version")

    def _undo_answer(self) -> None:
        if self._version is not None and self._version.turn_id is not None:
            turn = self._version.turn_id
            self._do(lambda: self._session.files.undo(turn), "undo")

    def _do(self, way: Callable[[], Awaitable[None]], name: str) -> None:
        self._buttons.setEnabled(False)
        self._session.tasks.start(self._await(way()), name=name)

    async def _await(self, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            self._buttons.setEnabled(True)
