"""The settings: pages behind a list, a search over all of them; each thing is kept by itself."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.controls import Button, ElidedLabel, offer_to_clear, rule
from app.ui.session import Session
from app.ui.settings.catalogue import page_title, words_of
from app.ui.settings.channels_page import ChannelsPage
from app.ui.settings.drive_page import DrivePage
from app.ui.settings.folders_page import FoldersPage
from app.ui.settings.model_page import ModelPage
from app.ui.settings.notifications_page import NotificationsPage
from app.ui.settings.page import Page, limits_page
from app.ui.settings.rules_page import RulesPage
from app.ui.settings.search_page import SearchPage
from app.ui.settings.setting_row import SettingRow, Undo
from app.ui.settings.you_page import YouPage
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate

_LIST_WIDTH: Final = 176
_WIDTH, _HEIGHT = 820, 600


class SettingsDialog(QDialog):
    """Shown with ``open()``; nothing has to be confirmed at the end.

    ``set_up_wanted``: the person wants to be led through the first steps again.
    """

    set_up_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Settings", "Steward settings"))
        self.setAccessibleName(translate("Settings", "Settings"))
        self._work = WorkGroup(session.tasks)
        self._undo: Undo | None = None
        self._warned: set[str] = set()
        self.model = ModelPage(page_title("model"), theme, session, self._work)
        self.folders = FoldersPage(page_title("folders"), session)
        self.drive = DrivePage(page_title("drive"), theme, session)
        self.channels = ChannelsPage(page_title("channels"), theme, session, self._work)
        self.rules = RulesPage(page_title("approvals"), session, self._work)
        self.limits = limits_page(page_title("limits"), session)
        self.notifications = NotificationsPage(page_title("notifications"), session)
        self.you = YouPage(page_title("you"), theme, session)
        self.pages: dict[str, Page] = {
            "model": self.model,
            "folders": self.folders,
            "drive": self.drive,
            "channels": self.channels,
            "approvals": self.rules,
            "limits": self.limits,
            "notifications": self.notifications,
            "you": self.you,
        }
        self.search = _Search(self)
        self.found = SearchPage(theme)
        self.list = QListWidget()
        self.stack = QStackedWidget()
        self.notice = ElidedLabel(kind="muted")
        self.undo_button = Button(translate("Settings", "&Undo"), kind="quiet")
        self._build()
        self._wire()
        self._theme = theme
        self._above = parent
        theme.changed.connect(self._fit)
        self._fit()
        self.show_page("model")

    def _build(self) -> None:
        self.list.setAccessibleName(translate("Settings", "Settings pages"))
        self.list.setProperty("kind", "pages")
        for page in self.pages.values():
            page.changed.connect(self._changed)
            page.told.connect(self._tell)
            page.filled.connect(self._fit_rows)
            item = QListWidgetItem(page.title)
            self.list.addItem(item)
            self.stack.addWidget(page)
        self.stack.addWidget(self.found)
        left = self._left = QWidget()
        left.setProperty("kind", "panel")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left)
        column.setContentsMargins(10, 12, 10, 12)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.undo_button.hide()
        self.close_button = Button(translate("Settings", "&Close"))
        below = QHBoxLayout()
        below.setContentsMargins(20, 10, 16, 12)
        below.setSpacing(8)
        below.addWidget(self.notice, 1)
        below.addWidget(self.undo_button)
        below.addWidget(self.close_button)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(rule())
        right.addLayout(below)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(left)
        across.addWidget(rule(vertical=True))
        across.addLayout(right, 1)

    def _wire(self) -> None:
        self.list.currentRowChanged.connect(self._show_row)
        self.list.itemClicked.connect(lambda _: self.search.clear())
        self.search.textChanged.connect(self._look)
        self.found.chosen.connect(self.show_setting)
        self.undo_button.clicked.connect(self._take_back)
        self.close_button.clicked.connect(self.accept)
        self.you.set_up_wanted.connect(self._set_up)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._focus_search)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self._take_back)  # a field keeps the key for what is typed in it

    def _fit(self) -> None:
        """Take the room that text of this size needs, and that there is."""
        px, room = self._theme.px, self._above.window().size()
        width = min(px(_WIDTH), max(room.width() - 40, 420))
        self.resize(width, min(px(_HEIGHT), max(room.height() - 40, 400)))
        self._left.setFixedWidth(min(px(_LIST_WIDTH), width // 3))
        for row in range(self.list.count()):
            # Said, not styled: the list measures its items before the style sheet reaches it.
            high = QFontMetrics(self._theme.font).height() + 14
            self.list.item(row).setSizeHint(QSize(0, high))
        self._fit_rows()

    def _fit_rows(self) -> None:
        for one in self.rows.values():
            one.fit(self._theme)

    # -- where the person is -----------------------------------------------------------------------

    @property
    def page(self) -> str:
        """Which of ``PAGES`` is shown, or would be without the search."""
        return list(self.pages)[max(self.list.currentRow(), 0)]

    @property
    def rows(self) -> dict[str, SettingRow]:
        """Every setting that is a row, by its name, on the pages that are filled."""
        return {name: row for page in self.pages.values() for name, row in page.rows.items()}

    @property
    def controls(self) -> dict[str, QWidget]:
        """What each setting is changed with, by its name."""
        for page in self.pages.values():
            page.fill()
        return {name: one for page in self.pages.values() for name, one in page.controls.items()}

    def show_page(self, name: str) -> None:
        """Show one of ``PAGES``."""
        if name in self.pages:
            self.search.clear()
            self.list.setCurrentRow(list(self.pages).index(name))

    def show_setting(self, name: str) -> None:
        """Show a setting on its page, and put the person there."""
        page = self.pages[words_of(name).page]
        page.fill()
        self.show_page(words_of(name).page)
        if page is self.model:
            self.model.show_key_of(name)
        control = page.controls[name]
        for row in page.rows.values():
            row.mark(marked=row.name == name)
        control.setFocus(Qt.FocusReason.ShortcutFocusReason)
        page.ensureWidgetVisible(page.rows.get(name, control))

    def _set_up(self) -> None:
        self.accept()
        if not self.isVisible():  # it stays where something in a field is not kept
            self.set_up_wanted.emit()

    def _show_row(self, row: int) -> None:
        if row >= 0 and not self.search.text():
            self._show_filled()
            for one in self.rows.values():
                one.mark(marked=False)

    def _look(self, text: str) -> None:
        if text.strip():
            self.found.look_for(text)
            self.stack.setCurrentWidget(self.found)
        else:
            self._show_filled()

    def _show_filled(self) -> None:
        self.pages[self.page].fill()
        self.stack.setCurrentIndex(self.list.currentRow())

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # -- what became of a change -------------------------------------------------------------------

    def _changed(self, _name: str) -> None:
        self._say(translate("Settings", "Saved."))

    def _tell(self, words: str, undo: Undo) -> None:
        self._say(words, undo)

    def _say(self, words: str, undo: Undo | None = None) -> None:
        self.notice.setText(words)
        self._undo = undo
        self.undo_button.setVisible(undo is not None)

    def _take_back(self) -> None:
        undo = self._undo
        if undo is not None:
            self._say(translate("Settings", "Taken back."))
            undo()
            self.stack.setFocus()

    # -- the end -----------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        """Keep what is still in the fields, then close.

        Where something there cannot be used it is shown first, once: closing again leaves it.
        """
        left = {name: said for page in self.pages.values() for name, said in page.commit().items()}
        if left and left.keys() != self._warned:
            self._warned = set(left)
            name, said = next(iter(left.items()))
            self.show_setting(name)
            self._say(
                translate("Settings", "{said} Close again to leave it as it was.").format(said=said)
            )
            return
        self.model.cancel()
        self.drive.cancel()
        self.channels.cancel()
        self._work.cancel()  # what is under way must not come back to pages that are gone
        super().done(result)


class _Search(QLineEdit):
    """The search field. Escape empties it, or closes; Down and Enter go to what was found."""

    def __init__(self, dialog: SettingsDialog) -> None:
        super().__init__()
        self._dialog = dialog
        self.setPlaceholderText(translate("Settings", "Search  Ctrl+F"))
        self.setAccessibleName(translate("Settings", "Search the settings"))
        offer_to_clear(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As said above."""
        found = self._dialog.found
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Down if self.text():
                found.list.move_by(1)
            case Qt.Key.Key_Up if self.text():
                found.list.move_by(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self.text().strip():
                    found.choose_current()
            case _:
                super().keyPressEvent(event)
