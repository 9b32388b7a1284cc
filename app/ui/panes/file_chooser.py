"""Choosing whose versions are shown: a list that finds any file by name, time, maker and place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from app.domain.file_search import FileQuery
from app.ui import words
from app.ui.controls import Label, offer_to_clear
from app.ui.panes.file_filters import FileFilters, Order
from app.ui.panes.file_lines import (
    FileDelegate,
    FileLine,
    FileRole,
    FilesModel,
    by_folder,
    line_of,
)
from app.ui.panes.file_menu import FileMenu
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_MOST: Final = 200
"""Files listed at once; words narrow them down."""
_DELAY_MS: Final = 120
_SLOW_MS: Final = 300
"""A search that takes longer is told of."""


class FileChooser(QWidget):
    """A line to type in and the files it finds.

    ``chosen(path, version)`` when one is taken, version 0 where none was looked for; ``left`` when
    the person wants none (Escape).
    """

    chosen = Signal(str, int)
    left = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self._model = FilesModel()
        self._model.setParent(self)
        self.filter = QLineEdit()
        self.filter.setAccessibleName(translate("Versions", "Find a file by words of its path"))
        self.filter.setPlaceholderText(translate("Versions", "Find a file by words of its path"))
        offer_to_clear(self.filter)
        self.filters = FileFilters(lambda: session.desk.clock.now().astimezone().date())
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(FileDelegate(theme, self.list))
        self.list.setAccessibleName(translate("Versions", "Files with versions"))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._take)
        self.list.activated.connect(self._take)
        self.menu = FileMenu(self.list, session, self._path_at, show=self._take)
        theme.changed.connect(self.list.viewport().update)
        self._said = Label(kind="small", wrap=True)
        self._delay = self._timer(_DELAY_MS)
        self._delay.timeout.connect(self.refresh)
        self._slow = self._timer(_SLOW_MS)
        self._slow.timeout.connect(
            lambda: self._said.setText(translate("Versions", "Looking through the history …"))
        )
        for line in (self.filter, self.filters.when):
            line.installEventFilter(self)
        self.filter.textChanged.connect(lambda _text: self._delay.start())
        self.filters.typing.connect(self._delay.start)
        self.filters.changed.connect(self.refresh)
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 12, 12, 10)
        page.setSpacing(8)
        page.addWidget(self.filter)
        page.addWidget(self.filters)
        page.addWidget(self._said)
        page.addWidget(self.list, 1)

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    @property
    def files(self) -> Sequence[FileLine]:
        """The files listed, without headings."""
        return [line for line in self._model.lines if line.path]

    @property
    def headings(self) -> Sequence[str]:
        """What stands above them."""
        return [line.name for line in self._model.lines if not line.path]

    @property
    def words(self) -> str:
        """What is said above the list."""
        return self._said.text()

    def start(self) -> None:
        """The person wants to choose: everything again, the cursor in the line."""
        self.filter.clear()
        self._model.show(())  # what was chosen the last time is not what is meant now
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self.filters.clear()
        self._delay.stop()

    def refresh(self) -> None:
        """Read what the words find."""
        self._delay.stop()
        if self._reading is not None:
            self._reading.cancel()
        query = self.filters.query
        self.filters.tell_problem()
        if query is None:
            return
        self._slow.start()
        self._reading = self._session.tasks.run(self._find(self.filter.text(), query), "find files")

    async def _find(self, text: str, query: FileQuery) -> None:
        if self.filters.order is Order.CONVERSATION:
            shown, count, more = await self._of_conversations(text, query)
        else:
            shown, count, more = await self._of_files(text, query)
        self._slow.stop()
        self._show(shown)
        self._say(count, more=more, narrowed=bool(text.strip()) or self.filters.is_set)

    async def _of_files(self, text: str, query: FileQuery) -> tuple[list[FileLine], int, bool]:
        workspace = self._session.workspace()
        found = await workspace.find_tracked(text, limit=_MOST + 1, query=query)
        now, folders = self._session.desk.clock.now(), dict(self._session.drive.folder_names)
        one_version = query.asks_for_versions

        def lines() -> list[FileLine]:  # the short form of a path may have to look at the disk
            return [
                line_of(
                    one,
                    workspace.display(one.file.path),
                    now,
                    one_version=one_version,
                    folders=folders,
                )
                for one in found[:_MOST]
            ]

        shown = await asyncio.to_thread(lines)
        if self.filters.order is Order.FOLDER:
            shown = list(by_folder(shown))
        return shown, min(len(found), _MOST), len(found) > _MOST

    async def _of_conversations(
        self, text: str, query: FileQuery
    ) -> tuple[list[FileLine], int, bool]:
        workspace = self._session.workspace()
        found = await workspace.find_by_conversation(text, limit=_MOST, query=query)
        now, folders = self._session.desk.clock.now(), dict(self._session.drive.folder_names)

        def lines() -> list[FileLine]:
            made: list[FileLine] = []
            for group in found:
                title = group.title or translate("Versions", "Conversation without a title")
                made.append(FileLine("", title))
                made += [
                    line_of(
                        one,
                        workspace.display(one.file.path),
                        now,
                        one_version=True,
                        folders=folders,
                    )
                    for one in group.files
                ]
            return made

        count = sum(len(group.files) for group in found)
        return await asyncio.to_thread(lines), count, count >= _MOST

    def _show(self, lines: list[FileLine]) -> None:
        chosen = self.list.currentIndex().data(FileRole.LINE)
        self._model.show(lines)
        paths = [line.path for line in lines]
        before = chosen.path if isinstance(chosen, FileLine) else ""
        first = next((row for row, path in enumerate(paths) if path), -1)
        row = paths.index(before) if before and before in paths else first
        if row >= 0:
            self.list.setCurrentIndex(self._model.index(row, 0))

    def _say(self, count: int, *, more: bool, narrowed: bool) -> None:
        files = words.count(count, "file")
        if more:
            text = translate(
                "Versions", "The {count} changed last; type to find the others."
            ).format(count=count)
        elif narrowed and count:
            text = translate("Versions", "{files} found").format(files=files)
        elif narrowed:
            text = translate("Versions", "No file with versions is like that.")
        else:
            text = translate("Versions", "{files} with versions").format(files=files)
        self._said.setText(text)

    # -- the keyboard --------------------------------------------------------------------------

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """In the lines: up and down move in the list, Enter takes, Escape leaves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Down:
                    self._go(1)
                case Qt.Key.Key_Up:
                    self._go(-1)
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._take(self.list.currentIndex())
                case _:
                    return False
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _go(self, step: int) -> None:
        row = self.list.currentIndex().row() + step
        while 0 <= row < len(self._model.lines) and not self._model.lines[row].path:
            row += step  # a heading is passed over
        if 0 <= row < len(self._model.lines):
            self.list.setCurrentIndex(self._model.index(row, 0))

    def _path_at(self, index: QModelIndex) -> str:
        line = index.data(FileRole.LINE) if index.isValid() else None
        return line.path if isinstance(line, FileLine) else ""

    def _take(self, index: QModelIndex) -> None:
        line = index.data(FileRole.LINE) if index.isValid() else None
        if isinstance(line, FileLine) and line.path:
            meant = self.filters.order is Order.CONVERSATION or (
                (query := self.filters.query) is not None and query.asks_for_versions
            )
            self.chosen.emit(line.path, line.version if meant else 0)
