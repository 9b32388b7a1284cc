"""What has room in the window: the conversations, the one shown, the details beside it.

Below 1,000 pixels (at the system's size of text) the details are a drawer for the moment, below 700
the list of conversations is.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from app.ui.dock import Dock
from app.ui.theme import Theme

_DOCK_FOLDS: Final = 1_000
_RAIL_FOLDS: Final = 700
_CENTRE_NEEDS: Final = 420
"""So wide the conversation is beside an open drawer, or the list makes room for it."""
_CENTRE_LEAST: Final = 220
"""With less beside it a drawer takes the place of the conversation."""


class Folding:
    """Remembers what the person wants to see, and shows what there is room for.

    Args:
        theme: says how large text is.
        rail, edge: the list of conversations, and the line beside it.
        centre: all that is not in the dock.
        dock_wanted, rail_wanted: as the last run left them.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        rail: QWidget,
        edge: QWidget,
        centre: QWidget,
        dock: Dock,
        dock_wanted: bool,
        rail_wanted: bool,
    ) -> None:
        self._theme = theme
        self._rail = rail
        self._edge = edge
        self._centre = centre
        self._dock = dock
        self._width = 0
        self._dock_width = 0  # beside the conversation, before it took its place
        self._drawer_open = False
        self._rail_open = False
        self.dock_wanted = dock_wanted
        self.rail_wanted = rail_wanted

    def toggle_dock(self) -> None:
        """Show or hide the dock; where there is no room for it, it is a drawer."""
        if self._width < self._theme.px(_DOCK_FOLDS) and not self._dock.isFloating():
            self._drawer_open = not self._drawer_open
        else:
            self.dock_wanted = not self._dock.isVisible()
        self.fold(self._width)

    def toggle_rail(self) -> None:
        """Show or hide the conversations."""
        if self._width < self._theme.px(_RAIL_FOLDS) or self._drawer_open:
            self._rail_open = not self._rail.isVisible()
            self._drawer_open = self._drawer_open and not self._rail_open
        else:
            self.rail_wanted = not self._rail.isVisible()
        self.fold(self._width)

    def uncover(self) -> None:
        """Put a drawer away that stands in the place of the conversation."""
        if self._centre.isHidden():
            self._drawer_open = self.dock_wanted = False
            self.fold(self._width)

    def fold(self, width: int) -> None:
        """The window is ``width`` pixels wide: show what has room."""
        self._width = width
        dock_folds, rail_folds = self._theme.px(_DOCK_FOLDS), self._theme.px(_RAIL_FOLDS)
        if width >= dock_folds:
            self._drawer_open = False
        if width >= rail_folds:
            self._rail_open = self._rail_open and self._drawer_open
        as_wanted = width >= dock_folds or self._dock.isFloating()
        dock = self.dock_wanted if as_wanted else self._drawer_open
        rail = self.rail_wanted if width >= rail_folds else self._rail_open
        beside = width - self._dock.pages.minimumWidth()
        if self._drawer_open and beside - self._rail.width() < self._theme.px(_CENTRE_NEEDS):
            rail = False
        # A drawer that leaves next to nothing takes the place of the conversation.
        docked = dock and not self._dock.isFloating()
        covered = docked and beside < self._theme.px(_CENTRE_LEAST)
        focused = QApplication.focusWidget()
        if covered and focused is not None and self._centre.isAncestorOf(focused):
            self._dock.tabs.setFocus()
        uncovered = docked and not covered and self._centre.isHidden()
        if covered and not self._centre.isHidden():
            self._dock_width = self._dock.width()
        self._centre.setVisible(not covered)
        self._dock.setVisible(dock)
        self._rail.setVisible(rail)
        self._edge.setVisible(rail)
        if uncovered and self._dock_width:  # else it keeps the whole width that it had alone
            narrow = max(self._dock_width, self._dock.pages.minimumWidth())
            window = self._dock.parentWidget()
            assert isinstance(window, QMainWindow)
            window.resizeDocks([self._dock], [narrow], Qt.Orientation.Horizontal)
