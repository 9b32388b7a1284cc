"""The menu of a file in a list: by the right button, or by the menu key for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QMenu

from app.ui.file_names import is_drive
from app.ui.session import Session
from app.ui.translation import translate


class FileMenu(QObject):
    """Stands on ``view``.

    Args:
        view: the list.
        session: whose files they are.
        path_at: the file of a line; empty where there is none.
        show: what "Show versions" does with a line, where that is offered.
        version_at: the version of a line, where it is one.
    """

    def __init__(
        self,
        view: QAbstractItemView,
        session: Session,
        path_at: Callable[[QModelIndex], str],
        *,
        show: Callable[[QModelIndex], object] | None = None,
        version_at: Callable[[QModelIndex], int] = lambda _: 0,
    ) -> None:
        super().__init__(view)
        self._view = view
        self._session = session
        self._path_at = path_at
        self._show = show
        self._version_at = version_at
        self.shown: QMenu | None = None
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open)

    def _open(self, at: QPoint) -> None:
        index = self._view.indexAt(at)
        if not index.isValid():  # the menu key, with the pointer elsewhere
            index = self._view.currentIndex()
            at = self._view.visualRect(index).bottomLeft()
        path = self._path_at(index)
        if not path:
            return
        menu = self.shown = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if (show := self._show) is not None:
            self._entry(translate("Files", "Show &versions"), lambda: show(index))
        add_places(menu, self._session, lambda: path, lambda: self._version_at(index))
        menu.popup(self._view.viewport().mapToGlobal(at))

    def _entry(self, text: str, act: Callable[[], object]) -> None:
        assert self.shown is not None
        self.shown.addAction(text).triggered.connect(lambda _checked=False: act())


def add_places(
    menu: QMenu, session: Session, path: Callable[[], str], version: Callable[[], int]
) -> None:
    """Add what leads to a file itself; the path and the version are asked for when one is taken.

    A version of 0 is none: then no copy of one is offered.
    """
    places = session.places

    def entry(text: str, tip: str, act: Callable[[], object]) -> QAction:
        action = menu.addAction(text)
        action.setToolTip(tip)
        action.triggered.connect(lambda _checked=False: act())
        return action

    in_browser = entry(
        translate("Files", "Open in &browser …"),
        translate("Files", "As Google Drive shows it"),
        lambda: places.open_in_browser(path()),
    )
    here = entry(
        translate("Files", "&Open the file"),
        translate("Files", "As it is today, in its usual program"),
        lambda: places.open(path()),
    )
    copy = entry(
        translate("Files", "Open a copy of this &version"),
        translate("Files", "Only for reading; changes to it are not kept"),
        lambda: places.open_version(path(), version()),
    )
    in_folder = entry(
        translate("Files", "Show in &folder"),
        translate("Files", "In your file manager"),
        lambda: places.show_in_folder(path()),
    )
    entry(translate("Files", "&Copy path"), "", lambda: places.copy_path(path()))

    def fit() -> None:
        there = is_drive(path())
        in_browser.setVisible(there)
        here.setVisible(not there)
        in_folder.setVisible(not there)
        copy.setVisible(version() > 0)

    menu.aboutToShow.connect(fit)
