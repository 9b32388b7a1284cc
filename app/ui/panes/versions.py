"""The versions pane: every file Steward changed, its timeline, its differences, the way back."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.domain.events import Event, FileVersionEvent
from app.domain.files import FileVersion
from app.ui import words
from app.ui.controls import ChoiceButton, Label, MenuButton, rule
from app.ui.panes.all_panes import OURS
from app.ui.panes.conflict_card import ConflictCard
from app.ui.panes.file_chooser import FileChooser
from app.ui.panes.file_menu import FileMenu, add_places
from app.ui.panes.nothing import Nothing
from app.ui.panes.vault_line import VaultLine
from app.ui.panes.version_card import VersionCard
from app.ui.panes.version_rows import Timeline
from app.ui.panes.versions_model import PAGE, VersionRole, VersionsModel, is_pruned
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.vault_dialog import VaultDialog

_NOTHING: Final = 0
_HISTORY: Final = 1
_FILES: Final = 2
_TIMELINE_PART: Final = 0.4
_BETWEEN: Final = 56
_SIDES: Final = 24
"""Margins and spaces of the page."""
_LOW: Final = 560
"""Below this height a conflict is told in one line."""


class VersionsPane(QWidget):
    """Follows the file that Steward changed last, unless another one is chosen.

    What changes outside Steward comes into the timeline, and takes nobody away from what they
    look at. ``path``: a file that was changed before anybody looked.
    """

    ask_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, path: str = "") -> None:
        super().__init__()
        self._session = session
        self._model = VersionsModel()
        self._model.setParent(self)
        self._model.page_wanted.connect(self._want)
        self._path = path
        self._reading: asyncio.Task[None] | None = None
        self._paging: asyncio.Task[None] | None = None
        self._wanted: list[int] = []
        self.chooser = ChoiceButton(translate("Versions", "File"), "Ctrl+P", listens=False)
        self.chooser.clicked.connect(self._choose)
        self.places = MenuButton(translate("Versions", "&Open"), kind="quiet")
        add_places(
            self.places.menu_shown,
            session,
            lambda: self._path,
            lambda: self.card.version.version if self.card.version is not None else 0,
        )
        self.files = FileChooser(theme, session)
        self.files.chosen.connect(self.show_file)
        self._wanted_version = 0
        self.files.left.connect(self._leave_files)
        self._heading = Label(kind="section", wrap=True)
        self.timeline = Timeline(theme, self._model)
        self.timeline.selectionModel().currentChanged.connect(self._show_version)
        self.menu = FileMenu(
            self.timeline, session, lambda _: self._path, version_at=self._number_at
        )
        self.card = VersionCard(theme, session)
        self.card.blame.told.connect(self._fit_timeline)
        self.conflict = ConflictCard(theme, session)
        self.conflict.opened.connect(self._make_room)
        self.conflict.changed.connect(self._fit_timeline)
        self.vault = VaultLine(theme, session)
        self.vault.check_wanted.connect(lambda: self._vault_dialog().check())
        self.vault.recover_wanted.connect(lambda: self._vault_dialog().recover())
        shown = QWidget()
        page = QVBoxLayout(shown)
        page.setContentsMargins(12, 12, 12, 10)
        page.setSpacing(8)
        page.addWidget(self.conflict)
        which = QWidget()
        file_line = QHBoxLayout(which)
        file_line.setContentsMargins(0, 0, 0, 0)
        file_line.setSpacing(4)
        file_line.addWidget(self.chooser, 1)
        file_line.addWidget(self.places)
        self._history: list[QWidget] = [which, self._heading, self.timeline, self.card]
        for part in self._history:
            page.addWidget(part)
        page.addStretch(1)
        nothing = Nothing(
            translate(
                "Versions",
                "Every version of every file Steward changes will stand here, "
                "with the difference and a button that brings it back. Nothing "
                "has been changed yet.",
            ),
            translate("Versions", "As&k for a change"),
        )
        nothing.pressed.connect(self.ask_wanted)
        self._stack = QStackedWidget()
        for one in (nothing, shown, self.files):
            self._stack.addWidget(one)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stack, 1)
        whole.addWidget(rule())
        whole.addWidget(self.vault)
        self._theme = theme
        session.happened.connect(self._follow)
        session.files_changed.connect(self.refresh)
        self.refresh()

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The file shown; empty where there is none."""
        return self._path

    @property
    def heading(self) -> str:
        """What is said about the file."""
        return self._heading.text()

    @property
    def versions(self) -> tuple[FileVersion, ...]:
        """The versions shown that are read, newest first."""
        return tuple(self._model.versions)

    def show_file(self, path: str, version: int = 0) -> None:
        """Show the history of a file, at one of its versions."""
        self._path, self._wanted_version = path, version
        self._stack.setCurrentIndex(_HISTORY)
        self._read()

    def refresh(self) -> None:
        """Something has changed: read again."""
        if self._stack.currentIndex() == _FILES:
            self.files.refresh()
        self._read()

    def _follow(self, event: Event) -> None:
        """What Steward has just changed is what the person wants to see."""
        if isinstance(event, FileVersionEvent) and event.operation in OURS:
            self._path = event.file

    def find_file(self) -> None:
        """Let the person find a file, where any has versions."""
        if self._path:
            self._choose()

    def _choose(self) -> None:
        self._stack.setCurrentIndex(_FILES)
        self.files.start()

    def _leave_files(self) -> None:
        self._stack.setCurrentIndex(_HISTORY if self._path else _NOTHING)
        self.chooser.setFocus()

    def _make_room(self, wanted: bool) -> None:
        """The choices of a conflict need the whole pane."""
        for part in self._history:
            part.setVisible(not wanted)

    def _vault_dialog(self) -> VaultDialog:
        dialog = VaultDialog(self._theme, self._session, self.window())
        dialog.open()
        return dialog

    # -- reading ---------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._read_newest(), name="read versions")

    async def _read_newest(self) -> None:
        workspace = self._session.workspace()
        if not self._path:
            newest = await workspace.find_tracked(limit=1)
            if newest:
                self._path = newest[0].file.path
        path = self._path
        name = await asyncio.to_thread(workspace.display, path) if path else ""
        trouble = ""
        versions: list[FileVersion] = []
        if path:
            try:
                versions = list(await workspace.versions(path, limit=PAGE))
                if versions and versions[0].version > 1:  # says whether old ones were pruned
                    versions[:0] = await workspace.versions(path, limit=1, before=2)
            except StewardError as error:  # taken away with its folder, for instance
                trouble = str(error)
        self._show(name, versions, trouble)

    def _show(self, name: str, versions: list[FileVersion], trouble: str) -> None:
        follows = self.timeline.currentIndex().row() <= 0
        before = self._model.newest
        self._model.show(versions, self._session.desk.clock.now())
        newest = self._model.newest
        wanted, self._wanted_version = self._wanted_version, 0
        self.chooser.show_choice(
            translate("Versions", "{name} (removed)").format(name=name)
            if _is_gone(newest)
            else name
        )
        self._heading.setText(trouble or _summary(newest, self._model.oldest_known))
        self._heading.become("attention" if trouble or _is_gone(newest) else "section")
        self._fit_timeline()
        if self._stack.currentIndex() != _FILES:
            self._stack.setCurrentIndex(_HISTORY if self._path else _NOTHING)
        if newest is None:
            self.card.show_nothing(translate("Versions", "No version yet"))
        elif 0 < wanted <= newest.version:
            index = self._model.index(self._model.row_of(wanted), 0)
            self.timeline.setCurrentIndex(index)
            self.timeline.scrollTo(index, Timeline.ScrollHint.PositionAtCenter)
        elif before is None or before.file_id != newest.file_id or follows:
            first = self._model.index(0, 0)
            if self.timeline.currentIndex() == first:
                self._show_version(first)
            self.timeline.setCurrentIndex(first)
            self.timeline.scrollToTop()

    def _want(self, before: int) -> None:
        """A page came into view. The one asked for last is read first: that is where they are."""
        self._wanted.append(before)
        if self._paging is None or self._paging.done():
            self._paging = self._session.tasks.run(self._read_pages(), "read versions")

    async def _read_pages(self) -> None:
        while self._wanted:
            before = self._wanted.pop()
            workspace = self._session.workspace()
            try:
                page = await workspace.versions(self._path, limit=PAGE, before=before)
            except StewardError:
                self._model.forget(before)
                raise
            self._model.add(page)
            if self.card.version is None or self._selected() != self.card.version:
                self._show_version(self.timeline.currentIndex())  # it had not been read before

    def _fit_timeline(self) -> None:
        """As high as its versions, up to two fifths of the pane and to what the card leaves."""
        below = self.card.minimumSizeHint().height()
        # Asked of hints: before the first layout no part has its own height yet.
        heading = self._heading.heightForWidth(self.width() - _SIDES)
        above = self.chooser.sizeHint().height() + heading + _BETWEEN
        if not self.conflict.isHidden():
            above += self.conflict.sizeHint().height()
        left = self.height() - self.vault.sizeHint().height() - 1 - above - below
        self.timeline.fit(min(round(self.height() * _TIMELINE_PART), left))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The timeline takes its part."""
        super().resizeEvent(event)
        self.conflict.be_brief(self.height() < _LOW)
        self._fit_timeline()

    # -- one version ---------------------------------------------------------------------------

    def _selected(self) -> FileVersion | None:
        version = self.timeline.currentIndex().data(VersionRole.VERSION)
        return version if isinstance(version, FileVersion) else None

    def _number_at(self, index: QModelIndex) -> int:
        version = index.data(VersionRole.VERSION)
        return version.version if isinstance(version, FileVersion) else 0

    def _show_version(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        version = index.data(VersionRole.VERSION) if index.isValid() else None
        if isinstance(version, FileVersion):
            older, target = self._model.before(version), self._model.to_restore(version)
            self.card.show_version(self._path, version, older, target)


def _is_gone(newest: FileVersion | None) -> bool:
    return newest is not None and newest.hash_after is None


def _summary(newest: FileVersion | None, oldest: FileVersion | None) -> str:
    if newest is None:
        return translate("Versions", "Not changed by Steward yet")
    count = words.count(newest.version, "version")
    if _is_gone(newest):
        return translate(
            "Versions", "Removed. Its {count} are kept here: restoring one puts the file back."
        ).format(count=count)
    if oldest is not None and is_pruned(oldest):  # the oldest go first
        return translate("Versions", "{count}; the content of old ones is in an archive").format(
            count=count
        )
    return translate("Versions", "{count}, every one restorable").format(count=count)
