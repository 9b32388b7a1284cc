"""A look around in Google Drive, to choose a file to write about or a folder to watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.drive import DriveError, DriveFile, DrivePage, DriveSignedOutError, DriveSpot
from app.domain.names import shown
from app.ui.controls import Button, ElidedLabel, IconButton, Label
from app.ui.drive_list import DriveList, DriveSearch
from app.ui.drive_look import DriveLook
from app.ui.drive_rows import top_lines
from app.ui.file_names import without_ids
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_SIZE: Final = QSize(620, 540)
_DELAY_MS: Final = 300
_STEP: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


class DriveDialog(QDialog):
    """``file_chosen(DriveFile)``, ``folder_chosen(DriveFile)``, or ``settings_wanted``."""

    file_chosen = Signal(object)
    folder_chosen = Signal(object)
    settings_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._look = DriveLook(session, self)
        self._look.asking.connect(self._asking)
        self._look.tops_found.connect(self._show_tops)
        self._look.page_found.connect(self._show_page)
        self._look.failed.connect(self._show_failure)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("DriveBrowser", "Google Drive"))
        self.list = DriveList(theme)
        self.list.opened.connect(self._open)
        self.list.more_wanted.connect(self._look.more)
        self.list.up_wanted.connect(self.go_up)
        self.list.currentItemChanged.connect(lambda *_: self._show_buttons())
        self.search = DriveSearch(self.list)
        self.search.textChanged.connect(self._typed)
        self.up = IconButton(theme, "up", translate("DriveBrowser", "One folder up"), "Alt+Up")
        self.up.clicked.connect(self.go_up)
        self.place = ElidedLabel(kind="section")
        self.state = Label(kind="small", wrap=True)
        self.retry = Button(translate("DriveBrowser", "&Try again"))
        self.retry.clicked.connect(self._look.ask)
        self.settings = Button(translate("DriveBrowser", "Open the &settings …"))
        self.settings.clicked.connect(self._to_settings)
        self.watch = Button(
            translate("DriveBrowser", "&Watch this folder"),
            tip=translate(
                "DriveBrowser",
                "Each change of the files directly in it is kept as a version from now on",
            ),
        )
        self.watch.clicked.connect(self._watch)
        self.take = Button("", kind="primary")
        self.take.clicked.connect(self.list.open_chosen)
        self.cancel = Button(translate("DriveBrowser", "&Close"))
        self.cancel.clicked.connect(self.reject)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_DELAY_MS)
        self._delay.timeout.connect(self._search)
        self._arrange()
        self.resize(theme.px(_SIZE.width()), theme.px(_SIZE.height()))

    def _arrange(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(6)
        where.addWidget(self.up)
        where.addWidget(self.place, 1)
        told = QHBoxLayout()
        told.setSpacing(8)
        told.addWidget(self.state, 1)
        told.addWidget(self.retry)
        told.addWidget(self.settings)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.watch)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.take)
        page = QVBoxLayout(self)
        page.setContentsMargins(16, 16, 16, 14)
        page.setSpacing(10)
        page.addWidget(self.search)
        page.addLayout(where)
        page.addWidget(self.list, 1)
        page.addLayout(told)
        page.addLayout(buttons)
        for button in self.findChildren(Button):
            button.setAutoDefault(False)  # Enter is the list's

    def open(self) -> None:
        """Show it within the window it stands on, and ask Drive."""
        parent = self.parentWidget()
        if parent is not None:
            self.resize(self.size().boundedTo(parent.window().size() - QSize(32, 32)))
        super().open()
        self.search.setFocus()
        self._look.ask()

    def done(self, result: int) -> None:
        """Close it; an answer on its way is not waited for."""
        self._delay.stop()
        self._look.stop()
        super().done(result)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def names(self) -> Sequence[str]:
        """The lines of the list."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    @property
    def busy(self) -> bool:
        """Whether Drive is being asked, or about to be."""
        return self._look.busy or self._delay.isActive()

    def _asking(self, first: bool) -> None:
        if first:
            self._delay.stop()
            self.list.clear()
            self.list.mark(self._look.words)
            if self.search.text().strip() != self._look.words:
                self.search.blockSignals(True)
                self.search.setText(self._look.words)
                self.search.blockSignals(False)
        self._say(translate("DriveBrowser", "Asking Google Drive …"))
        self._show_place()

    def _show_tops(self, tops: Sequence[DriveSpot]) -> None:
        self.list.add_tops(tops)
        self._say("")
        self._show_buttons()

    def _show_page(self, page: DrivePage) -> None:
        self.list.add_page(page, self._session.desk.clock.now())
        said = []
        if not self.list.count():
            said.append(
                translate("DriveBrowser", "Nothing was found.")
                if self._look.words
                else translate("DriveBrowser", "Nothing is in this folder.")
            )
        if page.incomplete:
            said.append(translate("DriveBrowser", "Drive did not look everywhere."))
        self._say(" ".join(said))
        self._show_buttons()

    def _show_failure(self, error: DriveError) -> None:
        signed_out = isinstance(error, DriveSignedOutError)
        self._say(without_ids(str(error)), trouble=True)
        self.retry.setVisible(not signed_out)
        self.settings.setVisible(signed_out)
        self._show_buttons()

    def _say(self, text: str, *, trouble: bool = False) -> None:
        self.state.setText(text)
        self.state.become("trouble" if trouble else "small")
        self.retry.hide()
        self.settings.hide()

    def _show_place(self) -> None:
        self.up.setEnabled(self._look.can_go_up)
        if self._look.words:
            text = translate("DriveBrowser", "Found in Google Drive")
        else:
            names = [shown(spot.name) or top_lines(spot)[0] for spot in self._look.where]
            text = _STEP.join(names) or translate("DriveBrowser", "Your drives")
        self.place.setText(text)
        self._show_buttons()

    def _show_buttons(self) -> None:
        chosen = self.list.chosen
        is_file = isinstance(chosen, DriveFile) and not chosen.is_folder
        self.take.setText(
            translate("DriveBrowser", "&Put into the message")
            if is_file
            else translate("DriveBrowser", "&Open")
        )
        self.take.setEnabled(self.list.currentRow() >= 0)
        folder = self._folder()
        watched = folder is not None and folder.file_id in self._session.drive.watched
        self.watch.setEnabled(folder is not None and not watched)
        self.watch.setText(
            translate("DriveBrowser", "Watched already")
            if watched
            else translate("DriveBrowser", "&Watch this folder")
        )
        name = f": {shown(folder.name)}" if folder is not None else ""
        self.watch.setAccessibleName(self.watch.text().replace("&", "") + name)

    def _folder(self) -> DriveFile | None:
        """The folder that is chosen, else the one that is looked into."""
        chosen = self.list.chosen
        if isinstance(chosen, DriveFile) and chosen.is_folder:
            return chosen
        return self._look.folder

    # -- what the person does ------------------------------------------------------------------

    def go_up(self) -> None:
        """To the folder above; out of a search, back to where it began."""
        self._look.words = self.search.text().strip()
        self._look.go_up()

    def _typed(self) -> None:
        self._delay.start()

    def _search(self) -> None:
        self._look.words = self.search.text().strip()
        self._look.ask()

    def _open(self, chosen: DriveFile | DriveSpot) -> None:
        if isinstance(chosen, DriveSpot) or chosen.is_folder:
            self._look.go(chosen)
        else:
            self.file_chosen.emit(chosen)
            self.accept()

    def _watch(self) -> None:
        folder = self._folder()
        if folder is not None:
            self.folder_chosen.emit(folder)
            self.accept()

    def _to_settings(self) -> None:
        self.reject()
        self.settings_wanted.emit()
