"""The main window: what stands where, what folds when there is no room, what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from app.ui.chat.page import ChatPage
from app.ui.controls import rule
from app.ui.direction import window_is_rtl
from app.ui.dock import TABS, Dock
from app.ui.focus_ring import FocusRing
from app.ui.folding import Folding
from app.ui.look import look_of, next_size
from app.ui.notifications import CardStack
from app.ui.rail import Rail
from app.ui.status_line import StatusLine
from app.ui.theme import Theme
from app.ui.top_bar import TopBar
from app.ui.translation import translate
from app.ui.window_state import WindowState

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.errors import StewardError
    from app.last_run import EndedRun
    from app.ui.model_picker import ModelPicker
    from app.ui.onboarding.panel import SetUpPanel
    from app.ui.outside import Outside
    from app.ui.panes.all_panes import Panes
    from app.ui.panes.circuits import CircuitsPane
    from app.ui.panes.files import FilesPane
    from app.ui.panes.trace import TracePane
    from app.ui.panes.versions import VersionsPane
    from app.ui.ports import Desk
    from app.ui.quick_ask import QuickAsk
    from app.ui.session import Session
    from app.ui.settings.dialog import SettingsDialog

_DOCK_WIDTH: Final = 408


class MainWindow(QMainWindow):
    """Light until ``attach``: it can be shown before anything heavy is imported.

    ``painted`` is emitted once, after the first paint; ``retry_wanted(offline)`` from the page that
    says why Steward could not start: with the offline commands, or as it is set; ``quit_wanted``
    when the program should end, whether the window is visible or not.
    """

    painted = Signal()
    retry_wanted = Signal(bool)
    quit_wanted = Signal()

    def __init__(self, theme: Theme, state: WindowState) -> None:
        super().__init__()
        self.theme = theme
        self._state = state
        self._was_painted = False
        self._trouble: QWidget | None = None
        self._settings: SettingsDialog | None = None
        self.set_up: SetUpPanel | None = None
        """The first steps, while they are shown."""
        self._quitting = False
        self.session: Session | None = None
        self.outside: Outside | None = None
        self.quick: QuickAsk | None = None
        self.panes: Panes | None = None
        self.setWindowTitle("Steward")
        self.setMinimumSize(420, 420)
        self.top_bar = TopBar(theme)
        self.rail = Rail(theme)
        self.chat = ChatPage(theme)
        self.dock = Dock(theme)
        self.status_line = StatusLine(theme)
        self.cards = CardStack(theme, self.chat)
        self.chat.put_above(self.cards)
        self._sinks = ExitStack()
        self._ring = FocusRing(theme, self)
        self._build()
        self._wire()
        self._recall()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.chat.composer.let_focus_wait()
        self.chat.setFocus()  # the person can type at once

    def _build(self) -> None:
        top = QWidget()
        lines = QVBoxLayout(top)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.top_bar)
        lines.addWidget(rule())
        self.setMenuWidget(top)
        self._centre = QWidget()
        across = QHBoxLayout(self._centre)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        edge = rule(vertical=True)
        across.addWidget(self.rail)
        across.addWidget(edge)
        across.addWidget(self.chat, 1)
        self.setCentralWidget(self._centre)
        self._folding = Folding(
            self.theme,
            rail=self.rail,
            edge=edge,
            centre=self._centre,
            dock=self.dock,
            dock_wanted=self._state.flag("dock", True),
            rail_wanted=self._state.flag("rail", True),
        )
        right, left = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.LeftDockWidgetArea
        self.addDockWidget(left if window_is_rtl() else right, self.dock)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.status_line, 1)
        bar.setStyleSheet("QStatusBar::item { border: none; }")

    def _wire(self) -> None:
        self.top_bar.rail_wanted.connect(self.toggle_rail)
        self.top_bar.dock_wanted.connect(self.toggle_dock)
        self.top_bar.settings_wanted.connect(self.show_settings)
        self.top_bar.model_wanted.connect(self.choose_model)
        self.status_line.settings_wanted.connect(self.show_settings)
        self.dock.hide_wanted.connect(self.toggle_dock)
        self.chat.call_clicked.connect(self._show_call)
        self.chat.undo_wanted.connect(self._ask_to_undo)
        self.chat.set_up_wanted.connect(self.set_up_again)
        self.cards.left.connect(self.chat.composer.editor.setFocus)
        self._shortcut("Ctrl+Shift+N", self.cards.take_focus)
        self._shortcut("Ctrl+F", self._search)
        self._shortcut("Ctrl+L", self._write)
        self._shortcut("Ctrl+P", self._find_file)
        for number, name in enumerate(TABS, start=1):
            self._shortcut(f"Alt+{number}", partial(self.show_pane, name))
        self._shortcut("Ctrl+Q", self.quit)
        for keys in ("Ctrl++", "Ctrl+="):
            self._shortcut(keys, lambda: self.resize_text(1))
        self._shortcut("Ctrl+-", lambda: self.resize_text(-1))
        self._shortcut("Ctrl+0", lambda: self.resize_text(0))

    def _restyle(self) -> None:
        self.setAnimated(not self.theme.reduced_motion)
        self._fold()

    def _shortcut(self, keys: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(act)

    # -- life --------------------------------------------------------------------------------------

    def attach(self, desk: Desk, ended: EndedRun | None = None) -> None:
        """Show what ``desk`` has, from now on. Needs the running event loop.

        ``ended``: the last run, where it was not closed.
        """
        from app.ui.offers import ComposerOffers
        from app.ui.panes.all_panes import Panes
        from app.ui.session import Session
        from app.ui.tasks import Tasks

        self.theme.adopt(look_of(desk.settings))
        session = self.session = Session(desk, Tasks(self), self)
        self.chat.attach(session)
        self.rail.attach(session)
        self.top_bar.attach(session)
        self.status_line.attach(session)
        self.panes = Panes(self.theme, session, self._state, self.dock)
        self.panes.ask_wanted.connect(self._write)
        self.panes.versions_wanted.connect(self._show_versions)
        self.panes.mention_wanted.connect(self._mention)
        self.panes.settings_wanted.connect(self.show_settings)
        session.current_changed.connect(self._show_title)
        session.conversations_changed.connect(self._show_title)
        ComposerOffers(self.chat.composer, session)
        self._show_notifications(desk, session)
        if self.quick is not None:
            self.quick.attach(session)
        self._set_up_if_due(desk)
        session.tasks.start(session.refresh(), name="read conversations")
        session.tasks.start(desk.watch_drive(), name="watch Google Drive")
        session.tasks.start(desk.channels.start(), name="listen to channels")
        session.drive.refresh()
        if ended is not None:
            self._tell_of_last_run(session, ended)
        elif mended := desk.start_report.recovery.operations:
            self.status_line.say(
                "attention",
                translate("Window", "The last run was cut off. {mended}").format(mended=mended[0]),
            )

    def _tell_of_last_run(self, session: Session, ended: EndedRun) -> None:
        from app.ui.last_run_notice import tell_of_last_run

        session.tasks.start(tell_of_last_run(self, session, ended), name="tell of a crash")

    def _set_up_if_due(self, desk: Desk) -> None:
        from app.ui.onboarding.due import is_due

        if is_due(desk, self._state):
            self._show_set_up()
            if not self.chat.composer.text:
                self._begin_set_up()

    def _show_notifications(self, desk: Desk, session: Session) -> None:
        from app.ui.outside import Outside

        self._sinks.callback(desk.router.add_sink("window", self.cards))
        self.cards.dismissed.connect(desk.router.dismiss)
        session.tasks.raised.connect(lambda error: desk.router.notify_error("window", error))
        self.outside = Outside(self, session)
        self._sinks.callback(desk.router.add_sink("tray", self.outside.notices))
        self._sinks.callback(self.outside.close)

    async def detach(self) -> None:
        """End everything the window started; the assembly may be closed afterwards."""
        self._quitting = True
        self._sinks.close()
        if self.quick is not None:
            self.quick.detach()
            self.quick.deleteLater()
            self.quick = None
        if self.session is not None:
            await self.chat.keep_draft()
            self.session.close()
            await self.session.tasks.stop()
            if self.outside is not None:
                await self.outside.leave()
            self.chat.detach()

    def show_trouble(self, error: StewardError, home: Path) -> None:
        """Steward could not start: say why, in place of everything else."""
        from app.ui.trouble_page import TroublePage

        page = TroublePage(error, home)
        page.retry.connect(lambda: self.retry_wanted.emit(False))
        page.offline.connect(lambda: self.retry_wanted.emit(True))
        self._centre.setParent(None)
        self._trouble = page
        self.setCentralWidget(page)
        self.dock.hide()
        self.top_bar.show_trouble(translate("Window", "Could not start"))
        self.status_line.show_error(error)
        page.again.setFocus()

    def clear_trouble(self) -> None:
        """Try again: show the window as it was."""
        if self._trouble is not None:
            self._trouble = None
            self.setCentralWidget(self._centre)  # Qt deletes the page
            self._fold()

    def come_to_front(self, token: str = "") -> None:
        """Be what the person sees. ``token``: the desktop's leave to take the focus."""
        from app.ui.activation import activate

        activate(self, token)

    def open_conversation(self, conversation_id: str, token: str = "") -> None:
        """Come to the front with a conversation."""
        self.come_to_front(token)
        if self.session is not None:
            self.session.tasks.start(self.session.show(conversation_id), name="open conversation")

    @property
    def is_shown(self) -> bool:
        """Whether this window, or the small one for a question, is on the screen."""
        return self.isVisible() or (self.quick is not None and self.quick.isVisible())

    def is_seen(self, conversation_id: str | None) -> bool:
        """Whether the person has a conversation before their eyes; ``None``: anything here."""
        active = QApplication.activeWindow()
        while active is not None and active is not self:  # a dialog of ours counts
            active = active.parentWidget()
        if active is None or not self.isVisible() or self.isMinimized():
            return False
        session = self.session
        return conversation_id is None or (
            session is not None and session.current.id == conversation_id
        )

    def ask_quickly(self, text: str = "", token: str = "") -> QuickAsk:
        """Open the small window for one question; ``text`` is asked at once."""
        from app.ui.quick_ask import QuickAsk

        if self.quick is None:
            self.quick = QuickAsk(self.theme)
            self.quick.open_wanted.connect(self.open_conversation)
            self.quick.left.connect(self._quick_left)
            if self.session is not None:
                self.quick.attach(self.session)
        self.quick.come(token)
        self.quick.ask(text)
        return self.quick

    def _quick_left(self) -> None:
        """Nothing of Steward is seen any more: it ends, unless the person would miss something."""
        if self.isVisible() or (self.outside is not None and self.outside.keeps_running):
            return
        if self.session is None or not self.session.any_busy:
            self.quit()
        elif self.quick is not None and self.quick.conversation_id is not None:
            self.open_conversation(self.quick.conversation_id)
        else:
            self.come_to_front()

    def quit(self) -> None:
        """End the program, also where closing the window would leave it in the tray."""
        self._quitting = True
        self.quit_wanted.emit()
        self.close()

    def resize_text(self, step: int) -> None:
        """Make text larger (1) or smaller (-1) by a step, or as large as the system's (0)."""
        size = next_size(round(self.theme.look.scale * 100), step)
        self.theme.adopt(self.theme.look._replace(font_size=str(size)))
        if self.session is None:
            return
        # What the environment says holds again at the next start.
        if self.session.desk.running_settings.source("font_size") != "environment":
            self.session.desk.running_settings.change(
                "font_size", None if size == 100 else str(size)
            )
        said = translate("Window", "Size of text: {percent} %").format(percent=size)
        self.status_line.say("ok", said)

    # -- the panes: made when they are first seen or asked for ---------------------------------

    @property
    def trace(self) -> TracePane | None:
        """What was asked of which skill; ``None`` before ``attach``."""
        return self.panes.trace if self.panes is not None else None

    @property
    def circuits(self) -> CircuitsPane | None:
        """Which skill or service works; ``None`` before ``attach``."""
        return self.panes.circuits if self.panes is not None else None

    @property
    def versions(self) -> VersionsPane | None:
        """Every version of a file; ``None`` before ``attach``."""
        return self.panes.versions if self.panes is not None else None

    @property
    def files(self) -> FilesPane | None:
        """The folders Steward may work in; ``None`` before ``attach``."""
        return self.panes.files if self.panes is not None else None

    # -- what shows where --------------------------------------------------------------------------

    def toggle_dock(self) -> None:
        """Show or hide the dock; below 1,000 px it is a drawer for the moment."""
        if self._trouble is None:
            self._folding.toggle_dock()

    def toggle_rail(self) -> None:
        """Show or hide the conversations."""
        if self._trouble is None:
            self._folding.toggle_rail()

    def show_pane(self, name: str) -> None:
        """Show the dock with one of its panes."""
        self.dock.show_tab(name)
        if not self.dock.isVisible():
            self.toggle_dock()

    def _find_file(self) -> None:
        if self.versions is not None:
            self.show_pane("Versions")
            self.versions.find_file()

    def _fold(self) -> None:
        if self._trouble is None:
            self._folding.fold(self.width())
            self.top_bar.fold(self.width())

    def _uncover(self) -> None:
        """Put a drawer away that stands in the place of the conversation."""
        if self._trouble is None:
            self._folding.uncover()

    def _write(self) -> None:
        self._uncover()
        self.chat.composer.editor.setFocus()

    def _mention(self, path: str) -> None:
        self._uncover()
        self.chat.composer.mention(path)

    def _search(self) -> None:
        self._uncover()
        self.chat.open_search()

    def _show_title(self) -> None:
        if self.session is not None:
            self.setWindowTitle(
                translate("Window", "{title} — Steward").format(title=self.session.title)
            )

    def _show_call(self, call_id: str, turn_id: str) -> None:
        self.show_pane("Trace")
        if self.trace is not None:
            self.trace.show_call(call_id, turn_id)

    def _show_versions(self, path: str) -> None:
        self.show_pane("Versions")
        if self.versions is not None:
            self.versions.show_file(path)

    def show_settings(self, page: str = "model") -> None:
        """Open the settings at one of their pages."""
        if self.session is None:
            return
        from app.ui.settings.dialog import SettingsDialog

        if self._settings is None:
            self._settings = SettingsDialog(self.theme, self.session, self)
            self._settings.finished.connect(self._settings_closed)
            self._settings.set_up_wanted.connect(self.set_up_again)
        self._settings.show_page(page)
        self._settings.open()

    def set_up_again(self) -> None:
        """Lead through the first steps once more, in an empty conversation."""
        if self.session is None:
            return
        self.session.start_new()
        self._show_set_up()
        self._begin_set_up()

    def _show_set_up(self) -> None:
        from app.ui.onboarding.panel import SetUpPanel

        if self.session is None or self.set_up is not None:
            return
        self.set_up = SetUpPanel(self.theme, self.session)
        self.set_up.finished.connect(self._set_up_ended)
        self.chat.show_set_up(self.set_up)

    def _begin_set_up(self) -> None:
        if self.set_up is not None and self.set_up.isVisibleTo(self):
            self.set_up.begin()

    def _set_up_ended(self) -> None:
        from app.ui.onboarding.due import remember_seen

        remember_seen(self._state)
        self.set_up = None
        self.chat.show_set_up(None)
        self.chat.composer.editor.setFocus()

    def choose_model(self) -> ModelPicker | None:
        """Offer the models for the conversation shown."""
        session = self.session
        if session is None:
            return None
        from app.ui.model_picker import ModelPicker

        picker = ModelPicker(self.theme, session.known_models, session.tasks, self)
        picker.chosen.connect(
            lambda model: session.tasks.start(session.choose_model(model), name="choose model")
        )
        picker.connect_wanted.connect(self.show_settings)
        default = session.desk.llm.default_model or translate("Window", "the server's first model")
        picker.open_below(self.top_bar.provider, session.model, default)
        return picker

    def _settings_closed(self) -> None:
        if self._settings is not None:
            self._settings.deleteLater()
            self._settings = None
            if self.session is not None:  # an account may come from a file that was named
                self.session.drive.refresh()

    def _ask_to_undo(self) -> None:
        from PySide6.QtWidgets import QMessageBox

        session = self.session
        if session is None:
            return
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(translate("Window", "Undo?"))
        box.setText(translate("Window", "Take back what the last answer changed in your files?"))
        box.setInformativeText(
            translate("Window", "Nothing is lost: what stands there now stays as a version.")
        )
        yes = box.addButton(translate("Window", "&Undo"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(lambda: session.tasks.start(session.files.undo(None), name="undo"))
        box.addButton(translate("Window", "&Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.open()

    # -- what is remembered ------------------------------------------------------------------------

    def _recall(self) -> None:
        self.resize(1360, 860)
        geometry, state = self._state.bytes_of("geometry"), self._state.bytes_of("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None and self._state.flag("rtl", False) == window_is_rtl():
            self.restoreState(state)
        else:
            self.resizeDocks([self.dock], [_DOCK_WIDTH], Qt.Orientation.Horizontal)
        tab = self._state.text("tab", "Versions")
        self.dock.show_tab(tab if tab in TABS else "Versions")
        self.dock.pages.setCurrentIndex(self.dock.tabs.currentIndex())
        self._fold()

    def remember(self) -> None:
        """Keep size and panes for the next start."""
        self._state.save(
            geometry=self.saveGeometry(),
            state=self.saveState(),
            dock=self._folding.dock_wanted,
            rail=self._folding.rail_wanted,
            tab=self.dock.tab,
            rtl=window_is_rtl(),
        )

    # -- Qt's events -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what has no room."""
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        """The system's theme is another."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange:
            self.theme.system_changed()
        elif event.type() == QEvent.Type.ActivationChange:
            if self.outside is not None:
                self.outside.look()
            if self.session is not None and self.isActiveWindow() and not self._quitting:
                self.session.elsewhere.returned()

    def showEvent(self, event: QShowEvent) -> None:
        """What is seen now need not be told outside."""
        super().showEvent(event)
        if self.outside is not None:
            self.outside.look()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first paint."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._tell_painted)

    def _tell_painted(self) -> None:
        self.painted.emit()
        QTimer.singleShot(0, self.chat.composer.follow_focus)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember, and go; into the tray, where the person wants that and there is one."""
        self.remember()
        if not self._quitting and self.outside is not None and self.outside.keeps_running:
            event.ignore()
            self.hide()
            return
        super().closeEvent(event)
