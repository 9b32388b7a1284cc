"""The versions pane: every file Steward changed, its timeline, its differences, the way back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.domain.events import Event, FileVersionEvent
from app.domain.files import FileVersion
from app.ui.controls import rule
from app.ui.file_names import drive, is_drive, name_of, without_ids
from app.ui.panes.all_panes import OURS
from app.ui.panes.nothing import Nothing
from app.ui.panes.vault_line import VaultLine
from app.ui.panes.versions_model import PAGE, VersionRole, VersionsModel
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.controls import ChoiceButton, MenuButton
    from app.ui.panes.conflict_card import ConflictCard
    from app.ui.panes.file_chooser import FileChooser
    from app.ui.panes.file_history import FileHistory
    from app.ui.panes.file_menu import FileMenu
    from app.ui.panes.version_card import VersionCard
    from app.ui.panes.version_rows import Timeline
    from app.ui.vault_dialog import VaultDialog


class VersionsPane(QWidget):
    """Follows the file that Steward changed last, unless another one is chosen.

    What changes outside Steward comes into the timeline, and takes nobody away from what they
    look at. ``path``: a file that was changed before anybody looked.
    """

    ask_wanted = Signal()
    side_by_side_chosen = Signal(bool)

    def __init__(
        self, theme: Theme, session: Session, path: str = "", *, side_by_side: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._side_by_side = side_by_side
        self._model = VersionsModel()
        self._model.setParent(self)
        self._model.page_wanted.connect(self._want)
        self._path = path
        self._reading: asyncio.Task[None] | None = None
        self._paging: asyncio.Task[None] | None = None
        self._wanted: list[int] = []
        self._wanted_version = 0
        self._history: FileHistory | None = None
        self._files: FileChooser | None = None
        self.vault = VaultLine(theme, session)
        self.vault.check_wanted.connect(lambda: self._vault_dialog().check())
        self.vault.recover_wanted.connect(lambda: self._vault_dialog().recover())
        self._nothing = Nothing(
            translate(
                "Versions",
                "Every version of every file Steward changes will stand here, "
                "with the difference and a button that brings it back. Nothing "
                "has been changed yet.",
            ),
            translate("Versions", "As&k for a change"),
        )
        self._nothing.pressed.connect(self.ask_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stack, 1)
        whole.addWidget(rule())
        whole.addWidget(self.vault)
        session.happened.connect(self._follow)
        session.files_changed.connect(self.refresh)
        self.refresh()

    # -- the parts: each is made when there is something to show in it -------------------------

    @property
    def history(self) -> FileHistory:
        """The history of a file; empty while there is none."""
        if self._history is None:
            from app.ui.panes.file_history import FileHistory

            made = self._history = FileHistory(
                self._theme, self._session, self._model, lambda: self._path
            )
            made.chooser.clicked.connect(self._choose)
            made.timeline.selectionModel().currentChanged.connect(self._show_version)
            made.card.show_side_by_side(self._side_by_side)
            made.card.side_by_side_chosen.connect(self.side_by_side_chosen)
            made.resized_within.connect(self._fit_timeline)
            made.be_brief(self.height())
            self._stack.addWidget(made)
        return self._history

    @property
    def files(self) -> FileChooser:
        """Where another file is found."""
        if self._files is None:
            from app.ui.panes.file_chooser import FileChooser

            self._files = FileChooser(self._theme, self._session)
            self._files.chosen.connect(self.show_file)
            self._files.left.connect(self._leave_files)
            self._stack.addWidget(self._files)
        return self._files

    @property
    def chooser(self) -> ChoiceButton:
        """Says which file is shown."""
        return self.history.chooser

    @property
    def places(self) -> MenuButton:
        """Opens the file elsewhere."""
        return self.history.places

    @property
    def timeline(self) -> Timeline:
        """Its versions."""
        return self.history.timeline

    @property
    def menu(self) -> FileMenu:
        """What can be done with one of them."""
        return self.history.menu

    @property
    def card(self) -> VersionCard:
        """The version chosen."""
        return self.history.card

    @property
    def conflict(self) -> ConflictCard:
        """What two have changed at once."""
        return self.history.conflict

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The file shown; empty where there is none."""
        return self._path

    @property
    def heading(self) -> str:
        """What is said about the file."""
        return self._history.heading.text() if self._history is not None else ""

    @property
    def versions(self) -> tuple[FileVersion, ...]:
        """The versions shown that are read, newest first."""
        return tuple(self._model.versions)

    def show_file(self, path: str, version: int = 0) -> None:
        """Show the history of a file, at one of its versions."""
        self._path, self._wanted_version = path, version
        self._stack.setCurrentWidget(self.history)
        self._read()

    def refresh(self) -> None:
        """Something has changed: read again."""
        if self._choosing:
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

    @property
    def _choosing(self) -> bool:
        return self._files is not None and self._stack.currentWidget() is self._files

    def _choose(self) -> None:
        self._stack.setCurrentWidget(self.files)
        self.files.start()

    def _leave_files(self) -> None:
        self._stack.setCurrentWidget(self.history if self._path else self._nothing)
        self.chooser.setFocus()

    def _vault_dialog(self) -> VaultDialog:
        from app.ui.vault_dialog import VaultDialog

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
        if is_drive(path):
            name = f"{name_of(path)} · {drive()}"
        else:
            name = await asyncio.to_thread(workspace.display, path) if path else ""
        trouble = ""
        versions: list[FileVersion] = []
        if path:
            try:
                versions = list(await workspace.versions(path, limit=PAGE))
                if versions and versions[0].version > 1:  # says whether old ones were pruned
                    versions[:0] = await workspace.versions(path, limit=1, before=2)
            except StewardError as error:  # taken away with its folder, for instance
                trouble = without_ids(str(error))
        self._show(name, versions, trouble)

    def _show(self, name: str, versions: list[FileVersion], trouble: str) -> None:
        if self._history is None and not self._path:
            return  # nothing was changed yet
        follows = self.timeline.currentIndex().row() <= 0
        before = self._model.newest
        self._model.show(versions, self._session.desk.clock.now())
        newest = self._model.newest
        wanted, self._wanted_version = self._wanted_version, 0
        self.history.tell(name, newest, self._model.oldest_known, trouble)
        self._fit_timeline()
        if not self._choosing:
            self._stack.setCurrentWidget(self.history if self._path else self._nothing)
        if newest is None:
            self.card.show_nothing(translate("Versions", "No version yet"))
        elif 0 < wanted <= newest.version:
            index = self._model.index(self._model.row_of(wanted), 0)
            self.timeline.setCurrentIndex(index)
            self.timeline.scrollTo(index, self.timeline.ScrollHint.PositionAtCenter)
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
            if self.card.version is None or self.history.selected != self.card.version:
                self._show_version(self.timeline.currentIndex())  # it had not been read before

    def _fit_timeline(self) -> None:
        if self._history is not None:
            self._history.fit(self.size(), self.vault.sizeHint().height() + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The timeline takes its part."""
        super().resizeEvent(event)
        if self._history is not None:
            self._history.be_brief(self.height())
        self._fit_timeline()

    # -- one version ---------------------------------------------------------------------------

    def _show_version(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        version = index.data(VersionRole.VERSION) if index.isValid() else None
        if isinstance(version, FileVersion):
            older, target = self._model.before(version), self._model.to_restore(version)
            self.card.show_version(self._path, version, older, target)
