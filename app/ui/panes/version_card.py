"""One version: what it changed or who wrote each line, and the ways back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.files import FileAction, FileVersion, OperationType
from app.ui.controls import Button, ElidedLabel, IconButton, Label, MenuButton, rule
from app.ui.direction import isolated_path
from app.ui.file_names import name_of
from app.ui.flow_layout import FlowLayout
from app.ui.panes.blame_view import BlameView
from app.ui.panes.large_view import LargeView
from app.ui.panes.version_content import VersionContent
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate


class VersionCard(QFrame):
    """Shows a version as ``show_version`` is told.

    ``side_by_side_chosen(bool)``: the person wants both texts beside each other, or not any more.
    """

    side_by_side_chosen = Signal(bool)

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._path = ""
        self._version: FileVersion | None = None
        self._target: FileVersion | None = None
        self._finding: asyncio.Task[None] | None = None
        self.setProperty("kind", "card")
        self._title = ElidedLabel(kind="heading")
        self.side_by_side = Button(
            translate("Versions", "Side &by side"),
            kind="quiet",
            tip=translate("Versions", "Show both texts beside each other"),
        )
        self.side_by_side.setCheckable(True)
        self.content = VersionContent(theme, session)
        self.diff = self.content.diff
        self.side_by_side.toggled.connect(self._show_side_by_side)
        self.enlarge = IconButton(
            theme, "enlarge", translate("Versions", "Show the change large"), "Ctrl+Shift+L"
        )
        self.enlarge.clicked.connect(self.show_large)
        self._why = Label(kind="small", wrap=True)
        self._why.setContentsMargins(14, 0, 14, 8)
        self.lines = Button(
            translate("Versions", "&Who wrote it?"),
            kind="quiet",
            tip=translate("Versions", "Show for each line which version brought it in"),
        )
        self.lines.setCheckable(True)
        self.lines.toggled.connect(self._show_lines)
        self.blame = BlameView(theme, session)
        self.blame.hide()
        self.restore = Button(translate("Versions", "&Restore"), kind="primary")
        self.restore.clicked.connect(self._restore)
        self.undo = MenuButton(translate("Versions", "&Undo"), kind="quiet")
        self.undo_version = self.undo.entry(
            translate("Versions", "Undo this &change"),
            translate("Versions", "Take back what this version did; later changes stay"),
            self._undo_version,
        )
        self.undo_answer = self.undo.entry(
            translate("Versions", "Undo the whole &answer"),
            translate("Versions", "Take back every change of the answer that made this version"),
            self._undo_answer,
        )
        heading = QHBoxLayout()
        heading.setContentsMargins(14, 6, 6, 6)
        heading.setSpacing(0)
        heading.addWidget(self._title, 1)
        heading.addWidget(self.side_by_side)
        heading.addWidget(self.lines)
        heading.addWidget(self.enlarge)
        self._buttons = QWidget()
        line = FlowLayout(self._buttons, margin=(14, 10, 14, 10), spacing=8)
        line.addWidget(self.restore)
        line.addWidget(self.undo)
        page = QVBoxLayout(self)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        page.addLayout(heading)
        page.addWidget(self._why)
        page.addWidget(rule())
        page.addWidget(self.content)
        page.addWidget(self.blame)
        page.addWidget(rule())
        page.addWidget(self._buttons)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def version(self) -> FileVersion | None:
        """The version shown."""
        return self._version

    @property
    def why(self) -> str:
        """What the person had asked for; empty where nobody did."""
        return "" if self._why.isHidden() else self._why.text()

    def show_nothing(self, title: str) -> None:
        """There is no version to show."""
        self._version = self._target = None
        self._title.setText(title)
        self.diff.show_diff("")
        self._why.hide()
        self.lines.hide()
        self.enlarge.hide()
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
        self._title.setText(
            both if number > 1 else translate("Versions", "Version {number}").format(number=number)
        )
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
        self.enlarge.show()
        self._session.tasks.start(self._say_why(version), name="why a version")
        self._finding = self.content.show_version(path, older, version)
        self._finding.add_done_callback(lambda _: self._fit_buttons())

    def _say_restore(self) -> None:
        target = self._target
        self.restore.setText(
            translate("Versions", "&Restore version {version}").format(version=target.version)
            if target
            else translate("Versions", "&Restore")
        )
        self.restore.setAccessibleName(self.restore.text().replace("&", ""))

    async def _say_why(self, version: FileVersion) -> None:
        """What the person had asked for, where the version came of that."""
        asked = ""
        if version.turn_id is not None:
            asked = await self._session.asked(version.turn_id)
        if version is self._version:
            self._why.setText(translate("Versions", "Asked for: “{words}”").format(words=asked))
            self._why.setVisible(bool(asked))

    # -- how it is shown -----------------------------------------------------------------------

    def show_side_by_side(self, wanted: bool) -> None:
        """Both texts beside each other, or one below the other."""
        self.side_by_side.setChecked(wanted)

    def show_large(self) -> None:
        """Show what the version changed in a window of its own, as large as this one."""
        if self._version is None:
            return
        if self._finding is not None and not self._finding.done():
            # What is shown is still what the version before it changed.
            self._finding.add_done_callback(self._show_large_soon)
            return
        title = f"{name_of(self._version.path)}   {self._title.whole}"
        large = LargeView(
            self._theme, self._session, title, self.content.shown, self.side_by_side.isChecked()
        )
        large.side_by_side.toggled.connect(self.side_by_side.setChecked)
        large.setParent(self.window(), large.windowFlags())
        large.open_over(self.window())

    def _show_large_soon(self, found: asyncio.Task[None]) -> None:
        if not found.cancelled():  # else another version is looked at by now
            self.show_large()

    def _show_side_by_side(self, wanted: bool) -> None:
        self.diff.show_side_by_side(wanted)
        self.side_by_side.setText(
            translate("Versions", "In&line") if wanted else translate("Versions", "Side &by side")
        )
        self.side_by_side.setAccessibleName(self.side_by_side.text().replace("&", ""))
        self.side_by_side_chosen.emit(wanted)

    def _show_lines(self, wanted: bool) -> None:
        self.lines.setText(
            translate("Versions", "&What changed")
            if wanted
            else translate("Versions", "&Who wrote it?")
        )
        self.lines.setAccessibleName(self.lines.text().replace("&", ""))
        self.blame.setVisible(wanted)
        self.content.setVisible(not wanted)
        self._fit_buttons()
        if wanted and self._version is not None:
            self.blame.show_version(self._path, self._version.version)

    def _fit_buttons(self) -> None:
        """What is said of lines is offered for lines only."""
        if not self.content.is_text and not self.lines.isHidden():
            self.lines.setChecked(False)
            self.lines.hide()
        self.side_by_side.setVisible(not self.lines.isChecked() and self.content.is_text)

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
