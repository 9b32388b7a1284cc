"""The panes of the dock, each made when it is first seen: most people open two of the four."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.domain.events import Event, FileVersionEvent
from app.domain.files import OperationType

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.dock import Dock
    from app.ui.panes.circuits import CircuitsPane
    from app.ui.panes.files import FilesPane
    from app.ui.panes.trace import TracePane
    from app.ui.panes.versions import VersionsPane
    from app.ui.session import Session
    from app.ui.theme import Theme
    from app.ui.window_state import WindowState

OURS: Final = (OperationType.SKILL_EDIT, OperationType.RESTORE)
"""What Steward did, not what it only saw."""


class Panes(QObject):
    """Gives the dock its panes; what is asked for here is made if it was not seen yet.

    What happens before a pane is made is in it then: the steps of the turns are kept for it, and so
    is which file was changed last; everything else it reads where it is kept anyway.
    """

    ask_wanted = Signal()
    versions_wanted = Signal(str)
    mention_wanted = Signal(str)
    settings_wanted = Signal(str)

    def __init__(self, theme: Theme, session: Session, state: WindowState, dock: Dock) -> None:
        from app.ui.panes.conflict_news import ConflictNews
        from app.ui.panes.trace_models import TraceModels

        super().__init__(dock)
        self._theme = theme
        self._session = session
        self._state = state
        self._dock = dock
        self._trace_models = TraceModels(session, self)
        self._changed_last = ""
        ConflictNews(session, self)
        self._trace: TracePane | None = None
        self._circuits: CircuitsPane | None = None
        self._versions: VersionsPane | None = None
        self._files: FilesPane | None = None
        session.happened.connect(self._follow)
        makers: dict[str, Callable[[], QWidget]] = {
            "Trace": lambda: self.trace,
            "Circuits": lambda: self.circuits,
            "Versions": lambda: self.versions,
            "Files": lambda: self.files,
        }
        dock.offer(makers)

    @property
    def trace(self) -> TracePane:
        """What was asked of which skill."""
        if self._trace is None:
            from app.ui.panes.trace import TracePane

            self._trace = TracePane(self._theme, self._session, self._trace_models)
            self._trace.ask_wanted.connect(self.ask_wanted)
            self._dock.fill("Trace", self._trace)
        return self._trace

    @property
    def circuits(self) -> CircuitsPane:
        """Which skill or service works."""
        if self._circuits is None:
            from app.ui.panes.circuits import CircuitsPane

            self._circuits = CircuitsPane(self._theme, self._session)
            self._dock.fill("Circuits", self._circuits)
        return self._circuits

    @property
    def versions(self) -> VersionsPane:
        """Every version of a file."""
        if self._versions is None:
            from app.ui.panes.versions import VersionsPane

            pane = self._versions = VersionsPane(
                self._theme,
                self._session,
                self._changed_last,
                side_by_side=self._state.flag("side_by_side", False),
            )
            pane.ask_wanted.connect(self.ask_wanted)
            pane.side_by_side_chosen.connect(lambda wanted: self._state.save(side_by_side=wanted))
            self._dock.fill("Versions", pane)
        return self._versions

    @property
    def files(self) -> FilesPane:
        """The folders Steward may work in."""
        if self._files is None:
            from app.ui.panes.files import FilesPane

            self._files = FilesPane(self._theme, self._session)
            self._files.versions_wanted.connect(self.versions_wanted)
            self._files.mention_wanted.connect(self.mention_wanted)
            self._files.settings_wanted.connect(lambda: self.settings_wanted.emit("drive"))
            self._dock.fill("Files", self._files)
        return self._files

    def _follow(self, event: Event) -> None:
        if isinstance(event, FileVersionEvent) and event.operation in OURS:
            self._changed_last = event.file
