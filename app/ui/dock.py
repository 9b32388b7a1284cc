"""The dock on the right: Trace, Circuits, Versions and Files behind one row of tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QWidget,
)

from app.ui.controls import IconButton, Label
from app.ui.theme import Theme
from app.ui.translation import translate

TABS: Final = ("Trace", "Circuits", "Versions", "Files")
"""What the panes are called in code, and in what is remembered."""
_NARROWEST: Final = 336


class Dock(QDockWidget):
    """Its title is the row of tabs: drag it to move the dock or to tear it off."""

    hide_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(translate("Details", "Details"))
        self.setObjectName("details")
        self.setAccessibleName(translate("Details", "Details"))
        self.setAllowedAreas(
            Qt.DockWidgetArea.RightDockWidgetArea | Qt.DockWidgetArea.LeftDockWidgetArea
        )
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(translate("Details", "Details"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.pages = QStackedWidget()
        self._makers: dict[str, Callable[[], QWidget]] = {}
        theme.changed.connect(self._fit)
        self._theme = theme
        self._fit()
        self.pages.setProperty("kind", "ground")
        for number, name in enumerate(TABS):
            self.tabs.addTab(_titles()[name])
            self.tabs.setTabToolTip(number, f"Alt+{number + 1}")
            waiting = Label("", kind="muted")
            self.pages.addWidget(waiting)
        self.tabs.currentChanged.connect(self._show_page)
        floating = IconButton(
            theme, "float", translate("Details", "Tear off or put back the details"), "Ctrl+Shift+D"
        )
        floating.clicked.connect(lambda: self.setFloating(not self.isFloating()))
        hiding = IconButton(theme, "close", translate("Details", "Hide the details (F9)"))
        hiding.clicked.connect(self.hide_wanted)
        bar = QWidget()
        bar.setObjectName("dock-title")
        line = QHBoxLayout(bar)
        line.setContentsMargins(6, 4, 6, 0)
        line.setSpacing(2)
        line.addWidget(self.tabs, 1)
        line.addWidget(floating, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(hiding, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setTitleBarWidget(bar)
        self.setWidget(self.pages)

    def _fit(self) -> None:
        self.pages.setMinimumWidth(self._theme.px(_NARROWEST))

    def offer(self, makers: Mapping[str, Callable[[], QWidget]]) -> None:
        """Have panes made when they are first seen; each of ``makers`` ends in ``fill``."""
        self._makers.update(makers)
        self._show_page()

    def showEvent(self, event: QShowEvent) -> None:
        """The pane that is seen now has to be there."""
        super().showEvent(event)
        self._show_page()

    def _show_page(self) -> None:
        maker = self._makers.get(self.tab)
        if maker is not None and self.isVisible():
            maker()
        self.pages.setCurrentIndex(self.tabs.currentIndex())

    def fill(self, name: str, page: QWidget) -> None:
        """Put a pane behind its tab."""
        self._makers.pop(name, None)
        at = TABS.index(name)
        old = self.pages.widget(at)
        # Large text may need more height than there is: then the pane is scrolled as a whole.
        room = QScrollArea()
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setWidgetResizable(True)
        room.setAccessibleName(name)
        room.setWidget(page)
        page.setAutoFillBackground(False)
        room.viewport().setAutoFillBackground(False)
        self.pages.insertWidget(at, room)
        if old is not None:
            self.pages.removeWidget(old)
            old.deleteLater()
        self.pages.setCurrentIndex(self.tabs.currentIndex())

    def show_tab(self, name: str) -> None:
        """Show a pane."""
        self.tabs.setCurrentIndex(TABS.index(name))

    @property
    def tab(self) -> str:
        """The pane shown."""
        return TABS[self.tabs.currentIndex()]


def _titles() -> Mapping[str, str]:
    """What stands on the tabs."""
    return {
        "Trace": translate("Details", "Trace"),
        "Circuits": translate("Details", "Circuits"),
        "Versions": translate("Details", "Versions"),
        "Files": translate("Details", "Files"),
    }
