"""The versions pane: every file Steward changed, its timeline, its differences, the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import PurePath

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.domain.files import FileAction, FileVersion, OperationType, TrackedFile
from app.ui import words
from app.ui.controls import Button, ElidedLabel, Label, rule
from app.ui.diff.view import DiffView
from app.ui.flow_layout import FlowLayout
from app.ui.panes.nothing import Nothing
from app.ui.panes.versions_model import (
    VersionDelegate,
    VersionRole,
    VersionsModel,
    line_height,
)
from app.ui.session import Session
from app.ui.theme import Theme


class VersionsPane(QWidget):
    """Follows the file that changed last, unless another one is chosen."""

    ask_wanted = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = VersionsModel()
        self._model.setParent(self)
        self._tracked: list[TrackedFile] = []
        self._path = ""
        self._reading: asyncio.Task[None] | None = None
        self._diffing: asyncio.Task[None] | None = None
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("File")
        self.chooser.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.chooser.activated.connect(self._chosen)
        self._heading = ElidedLabel(kind="section")
        self.timeline = QListView()
        self.timeline.setModel(self._model)
        self.timeline.setItemDelegate(VersionDelegate(theme, self.timeline))
        self.timeline.setAccessibleName("Versions")
        self.timeline.setMouseTracking(True)
        self.timeline.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.timeline.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.timeline.selectionModel().currentChanged.connect(self._show_version)
        theme.changed.connect(self.timeline.viewport().update)
        shown = QWidget()
        page = QVBoxLayout(shown)
        page.setContentsMargins(12, 12, 12, 10)
        page.setSpacing(8)
        page.addWidget(self.chooser)
        page.addWidget(self._heading)
        page.addWidget(self.timeline)
        page.addWidget(self._card(theme))
        page.addStretch(1)
        nothing = Nothing(
            "Every version of every file Steward changes will stand here, with the difference and "
            "a button that brings it back. Nothing has been changed yet.",
            "As&k for a change",
        )
        nothing.pressed.connect(self.ask_wanted)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(shown)
        session.files_changed.connect(self.refresh)
        self.refresh()

    def _card(self, theme: Theme) -> QWidget:
        card = QFrame()
        card.setProperty("kind", "card")
        self._card_title = Label(kind="heading")
        self.side_by_side = Button(
            "Side &by side", kind="quiet", tip="Show both texts beside each other"
        )
        self.side_by_side.setCheckable(True)
        self.diff = DiffView(theme, name="What this version changed", tallest=4000)
        self.side_by_side.toggled.connect(self.diff.show_side_by_side)
        self.side_by_side.toggled.connect(
            lambda on: self.side_by_side.setText("In&line" if on else "Side &by side")
        )
        self.restore = Button("&Restore", kind="primary")
        self.restore.clicked.connect(self._restore)
        self.undo = Button("&Undo this answer", kind="quiet")
        self.undo.setToolTip("Take back every change of the answer that made this version")
        self.undo.clicked.connect(self._undo)
        heading = QHBoxLayout()
        heading.setContentsMargins(14, 6, 6, 6)
        heading.addWidget(self._card_title, 1)
        heading.addWidget(self.side_by_side)
        buttons = QWidget()
        line = FlowLayout(buttons, margin=(14, 10, 14, 10), spacing=8)
        line.addWidget(self.restore)
        line.addWidget(self.undo)
        page = QVBoxLayout(card)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        page.addLayout(heading)
        page.addWidget(rule())
        page.addWidget(self.diff)
        page.addWidget(rule())
        page.addWidget(buttons)
        return card

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The file shown; empty where there is none."""
        return self._path

    @property
    def versions(self) -> tuple[FileVersion, ...]:
        """The versions shown, newest first."""
        return tuple(self._model.versions)

    def show_file(self, path: str) -> None:
        """Show the history of a file."""
        self._path = path
        self._read()

    def refresh(self) -> None:
        """Something has changed: read again."""
        self._read()

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._read_all(), name="read versions")

    async def _read_all(self) -> None:
        workspace = self._session.workspace()
        before = {one.path: one.changed_at for one in self._tracked}
        first = not self._tracked
        self._tracked = list(await workspace.tracked())
        fresh = [one for one in self._tracked if before.get(one.path) != one.changed_at]
        known = {one.path for one in self._tracked}
        if fresh and not first:
            self._path = fresh[0].path  # what has just changed is what the person wants to see
        elif self._path not in known and self._tracked and not self._path:
            self._path = self._tracked[0].path
        versions = await workspace.versions(self._path) if self._path else []
        self._fill_chooser(known)
        self._stack.setCurrentIndex(1 if self._path else 0)
        name = PurePath(self._path).name
        if versions:
            count = words.count(len(versions), "version")
            self._heading.setText(f"{count}, every one restorable")
        else:
            self._heading.setText(f"{name} — not changed by Steward yet")
        self._model.show(versions, self._session.desk.clock.now())
        self._fit_timeline()
        if versions:
            self.timeline.setCurrentIndex(self._model.index(0, 0))
        else:
            self._show_nothing("No version yet")

    def _fill_chooser(self, known: set[str]) -> None:
        workspace = self._session.workspace()
        self.chooser.clear()
        if self._path and self._path not in known:
            self.chooser.addItem(workspace.display(self._path), self._path)
        for one in self._tracked:
            name = workspace.display(one.path)
            self.chooser.addItem(name if one.present else f"{name} (removed)", one.path)
        self.chooser.setCurrentIndex(max(0, self.chooser.findData(self._path)))

    def _chosen(self, index: int) -> None:
        self._path = str(self.chooser.itemData(index))
        self._read()

    def _fit_timeline(self) -> None:
        """As high as its versions, up to two fifths of the pane."""
        line = line_height(self.timeline.fontMetrics().height())
        room = max(2 * line, round(self.height() * 0.4))
        self.timeline.setFixedHeight(min(len(self._model.versions) * line + 2, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The timeline takes its part."""
        super().resizeEvent(event)
        self._fit_timeline()

    # -- one version ---------------------------------------------------------------------------

    def _show_nothing(self, title: str) -> None:
        self._card_title.setText(title)
        self.diff.show_diff("")
        self.restore.setEnabled(False)
        self.restore.setText("&Restore")
        self.undo.hide()

    def _show_version(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        version = index.data(VersionRole.VERSION) if index.isValid() else None
        if not isinstance(version, FileVersion):
            return
        older = self._model.before(version)
        title = f"{older.version} → {version.version}" if older else f"Version {version.version}"
        self._card_title.setText(title)
        target = self._model.to_restore(version)
        self.restore.setEnabled(target is not None)
        self.restore.setText(f"&Restore version {target.version}" if target else "&Restore")
        self.restore.setAccessibleName(self.restore.text().replace("&", ""))
        self.undo.setVisible(
            version.turn_id is not None and version.operation is OperationType.SKILL_EDIT
        )
        if self._diffing is not None:
            self._diffing.cancel()
        self._diffing = self._session.tasks.run(self._show_diff(older, version), name="diff")

    async def _show_diff(self, older: FileVersion | None, version: FileVersion) -> None:
        if older is None and version.action is FileAction.SEEN:
            size = f" ({words.size(version.size)})" if version.size is not None else ""
            self.diff.show_diff(f"The file as Steward first saw it{size}.")
            return
        from app.domain.diff import unified_diff

        before = await self._content(older)
        after = await self._content(version)
        if before == after and older is not None and older.path != version.path:
            self.diff.show_diff(f"Renamed from {older.filename} to {version.filename}.")
            return
        text = await asyncio.to_thread(unified_diff, before, after, version.filename)
        self.diff.show_diff(text)

    async def _content(self, version: FileVersion | None) -> bytes | None:
        if version is None or version.hash_after is None:
            return None
        return await self._session.workspace().version_content(self._path, version.version)

    def _selected(self) -> FileVersion | None:
        version = self.timeline.currentIndex().data(VersionRole.VERSION)
        return version if isinstance(version, FileVersion) else None

    def _restore(self) -> None:
        version = self._selected()
        target = self._model.to_restore(version) if version is not None else None
        if target is not None:
            self.restore.setEnabled(False)
            work = self._do(self._session.restore(self._path, target.version))
            self._session.tasks.start(work, name="restore")

    def _undo(self) -> None:
        version = self._selected()
        if version is not None and version.turn_id is not None:
            self.undo.setEnabled(False)
            work = self._do(self._session.undo(version.turn_id))
            self._session.tasks.start(work, name="undo")

    async def _do(self, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            self.restore.setEnabled(True)
            self.undo.setEnabled(True)
