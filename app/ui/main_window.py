"""The main window: what stands where, what folds when there is no room, what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
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
from app.ui.dock import TABS, Dock
from app.ui.look import look_of
from app.ui.notifications import CardStack
from app.ui.rail import WIDTH as RAIL_WIDTH
from app.ui.rail import Rail
from app.ui.status_line import StatusLine
from app.ui.theme import Theme
from app.ui.top_bar import TopBar
from app.ui.window_state import WindowState

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from app.domain.errors import StewardError
    from app.last_run import EndedRun
    from app.ui.model_picker import ModelPicker
    from app.ui.outside import Outside
    from app.ui.panes.circuits import CircuitsPane
    from app.ui.panes.files import FilesPane
    from app.ui.panes.trace import TracePane
    from app.ui.panes.versions import VersionsPane
    from app.ui.ports import Desk
    from app.ui.quick_ask import QuickAsk
    from app.ui.session import Session
    from app.ui.settings.dialog import SettingsDialog

_DOCK_FOLDS: Final = 1_000
_RAIL_FOLDS: Final = 700
_DOCK_WIDTH: Final = 408
_CENTRE_NEEDS: Final = 420


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
        self._drawer_open = False
        self._rail_open = False
        self._dock_wanted = state.flag("dock", True)
        self._rail_wanted = state.flag("rail", True)
        self._trouble: QWidget | None = None
        self._settings: SettingsDialog | None = None
        self._naming: asyncio.Task[None] | None = None
        self._names_stale = False
        self._quitting = False
        self.session: Session | None = None
        self.outside: Outside | None = None
        self.quick: QuickAsk | None = None
        self.trace: TracePane | None = None
        self.circuits: CircuitsPane | None = None
        self.versions: VersionsPane | None = None
        self.files: FilesPane | None = None
        self.setWindowTitle("Steward")
        self.setMinimumSize(420, 420)
        self.top_bar = TopBar(theme)
        self.rail = Rail(theme)
        self.chat = ChatPage(theme)
        self.dock = Dock(theme)
        self.status_line = StatusLine(theme)
        self.cards = CardStack(theme, self.chat)
        self._sinks = ExitStack()
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
        self._rail_edge = rule(vertical=True)
        across.addWidget(self.rail)
        across.addWidget(self._rail_edge)
        across.addWidget(self.chat, 1)
        self.setCentralWidget(self._centre)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.status_line, 1)
        bar.setStyleSheet("QStatusBar::item { border: none; }")

    def _wire(self) -> None:
        self.top_bar.rail_wanted.connect(self.toggle_rail)
        self.top_bar.dock_wanted.connect(self.toggle_dock)
        self.top_bar.settings_wanted.connect(self.show_settings)
        self.top_bar.model_wanted.connect(self.choose_model)
        self.dock.hide_wanted.connect(self.toggle_dock)
        self.chat.call_clicked.connect(self._show_call)
        self.chat.undo_wanted.connect(self._ask_to_undo)
        self.cards.left.connect(self.chat.composer.editor.setFocus)
        self._shortcut("Ctrl+Shift+N", self.cards.take_focus)
        self._shortcut("Ctrl+F", self.chat.open_search)
        self._shortcut("Ctrl+L", self.chat.composer.editor.setFocus)
        self._shortcut("Ctrl+Q", self.quit)

    def _restyle(self) -> None:
        self.setAnimated(not self.theme.reduced_motion)

    def _shortcut(self, keys: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(act)

    # -- life --------------------------------------------------------------------------------------

    def attach(self, desk: Desk, ended: EndedRun | None = None) -> None:
        """Show what ``desk`` has, from now on. Needs the running event loop.

        ``ended``: the last run, where it was not closed.
        """
        from app.ui.panes.circuits import CircuitsPane
        from app.ui.panes.files import FilesPane
        from app.ui.panes.trace import TracePane
        from app.ui.panes.versions import VersionsPane
        from app.ui.session import Session
        from app.ui.tasks import Tasks

        self.theme.adopt(look_of(desk.settings))
        session = self.session = Session(desk, Tasks(self), self)
        self.chat.attach(session)
        self.rail.attach(session)
        self.top_bar.attach(session)
        self.status_line.attach(session)
        self.trace = TracePane(self.theme, session)
        self.circuits = CircuitsPane(self.theme, session)
        self.versions = VersionsPane(self.theme, session)
        self.files = FilesPane(self.theme, session)
        for name, pane in zip(
            TABS, (self.trace, self.circuits, self.versions, self.files), strict=True
        ):
            self.dock.fill(name, pane)
        self.trace.ask_wanted.connect(self.chat.composer.editor.setFocus)
        self.versions.ask_wanted.connect(self.chat.composer.editor.setFocus)
        self.files.versions_wanted.connect(self._show_versions)
        self.chat.composer.files_wanted.connect(self._offer_files)
        session.files_changed.connect(self._offer_files)
        session.provider_changed.connect(self._offer_commands)
        session.current_changed.connect(self._show_title)
        session.conversations_changed.connect(self._show_title)
        self._offer_commands()
        self._offer_files()
        self._show_notifications(desk, session)
        if self.quick is not None:
            self.quick.attach(session)
        session.tasks.start(session.refresh(), name="read conversations")
        if (mended := desk.recovery.operations) and ended is None:
            self.status_line.say("attention", f"The last run was cut off. {mended[0]}")
        if ended is not None:
            from app.ui.last_run_notice import tell_of_last_run

            session.tasks.start(tell_of_last_run(self, session, ended), name="tell of a crash")

    async def warm_up(self) -> None:
        """Import what the first answer shown needs, off the loop; called when it is idle."""
        import asyncio

        from app.ui.chat import markdown

        await asyncio.to_thread(markdown.warm_up)

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
        self.top_bar.show_trouble("Could not start")
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

    # -- what shows where --------------------------------------------------------------------------

    def toggle_dock(self) -> None:
        """Show or hide the dock; below 1,000 px it is a drawer for the moment."""
        if self.width() < _DOCK_FOLDS and not self.dock.isFloating():
            self._drawer_open = not self._drawer_open
        else:
            self._dock_wanted = not self.dock.isVisible()
        self._fold()

    def toggle_rail(self) -> None:
        """Show or hide the conversations."""
        if self.width() < _RAIL_FOLDS or self._drawer_open:
            self._rail_open = not self.rail.isVisible()
            self._drawer_open = self._drawer_open and not self._rail_open
        else:
            self._rail_wanted = not self.rail.isVisible()
        self._fold()

    def show_pane(self, name: str) -> None:
        """Show the dock with one of its panes."""
        self.dock.show_tab(name)
        if not self.dock.isVisible():
            self.toggle_dock()

    def _fold(self) -> None:
        if self._trouble is not None:
            return
        width = self.width()
        if width >= _DOCK_FOLDS:
            self._drawer_open = False
        if width >= _RAIL_FOLDS:
            self._rail_open = self._rail_open and self._drawer_open
        as_wanted = width >= _DOCK_FOLDS or self.dock.isFloating()
        dock = self._dock_wanted if as_wanted else self._drawer_open
        rail = self._rail_wanted if width >= _RAIL_FOLDS else self._rail_open
        if self._drawer_open and width - RAIL_WIDTH - self.dock.minimumWidth() < _CENTRE_NEEDS:
            rail = False
        self.dock.setVisible(dock)
        self.rail.setVisible(rail)
        self._rail_edge.setVisible(rail)
        self.top_bar.fold(width)

    def _show_title(self) -> None:
        if self.session is not None:
            self.setWindowTitle(f"{self.session.title} — Steward")

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
        self._settings.show_page(page)
        self._settings.open()

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
        default = session.desk.llm.default_model or "the server's first model"
        picker.open_below(self.top_bar.provider, session.model, default)
        return picker

    def _settings_closed(self) -> None:
        if self._settings is not None:
            self._settings.deleteLater()
            self._settings = None

    def _offer_commands(self) -> None:
        from app.ui.chat.completion import Command

        if self.session is not None:
            found = self.session.desk.completions()
            self.chat.composer.set_commands([Command(one.text, one.summary) for one in found])

    def _offer_files(self) -> None:
        self._names_stale = True
        if self.session is not None and (self._naming is None or self._naming.done()):
            self._naming = self.session.tasks.run(self._read_file_names(), name="list files")

    async def _read_file_names(self) -> None:
        # Never two walks at a time: what changed during one is seen by the next.
        while self._names_stale:
            self._names_stale = False
            await self._walk()

    async def _walk(self) -> None:
        if self.session is None or not self.session.desk.folders.folders:
            return
        entries = await self.session.workspace().walk(limit=5_000)
        self.chat.composer.set_files([one.display for one in entries if not one.is_dir])

    def _ask_to_undo(self) -> None:
        from PySide6.QtWidgets import QMessageBox

        session = self.session
        if session is None:
            return
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("Undo?")
        box.setText("Take back what the last answer changed in your files?")
        box.setInformativeText("Nothing is lost: what stands there now stays as a version.")
        yes = box.addButton("&Undo", QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(lambda: session.tasks.start(session.files.undo(None), name="undo"))
        box.addButton("&Cancel", QMessageBox.ButtonRole.RejectRole)
        box.open()

    # -- what is remembered ------------------------------------------------------------------------

    def _recall(self) -> None:
        self.resize(1360, 860)
        geometry, state = self._state.bytes_of("geometry"), self._state.bytes_of("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
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
            dock=self._dock_wanted,
            rail=self._rail_wanted,
            tab=self.dock.tab,
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
        elif event.type() == QEvent.Type.ActivationChange and self.outside is not None:
            self.outside.look()

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
