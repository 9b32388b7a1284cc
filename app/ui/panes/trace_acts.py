"""What can be done with a turn of the trace: copy it, export it, run it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QTreeView, QWidget

from app.domain.errors import FileError
from app.ui import words
from app.ui.controls import Button, MenuButton
from app.ui.session import Session
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.orchestrator.replay import Replay
    from app.ui.panes.trace_nodes import Node

_NODE: Final = Qt.ItemDataRole.UserRole + 1
"""``trace_model.NodeRole.NODE``."""


class TraceActs(QWidget):
    """A row of buttons for the turn that ``chosen`` gives. ``show`` is handed what came of it."""

    def __init__(
        self, session: Session, chosen: Callable[[], Node | None], show: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._session = session
        self._chosen = chosen
        self._show = show
        self.replay = Button(
            translate("Trace", "&Replay"),
            kind="quiet",
            name=translate("Trace", "Replay this turn"),
            tip=translate(
                "Trace",
                "Run the turn again with what was recorded, and show the first "
                "difference.\nNothing is asked of a server and no file is "
                "touched.",
            ),
        )
        self.copy = Button(
            translate("Trace", "Cop&y"),
            kind="quiet",
            name=translate("Trace", "Copy this turn"),
            tip=translate("Trace", "All steps, as text"),
        )
        self.export = MenuButton(
            translate("Trace", "&Export"), kind="quiet", name=translate("Trace", "Export this turn")
        )
        self.export.entry(
            translate("Trace", "Bug report …"),
            translate("Trace", "A file that replays this turn elsewhere; what was said is in it"),
            lambda: self._ask_where(bundle=True),
        )
        self.export.entry(
            translate("Trace", "OpenTelemetry spans …"),
            translate("Trace", "OTLP/JSON without what was said"),
            lambda: self._ask_where(bundle=False),
        )
        self.replay.clicked.connect(self._replay)
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 2)
        row.setSpacing(4)
        row.addWidget(self.replay)
        row.addWidget(self.copy)
        row.addWidget(self.export)
        row.addStretch(1)

    def _copy(self) -> None:
        if (turn := self._chosen()) is not None:
            QGuiApplication.clipboard().setText(turn.whole())
            self._session.said.emit("ok", translate("Trace", "The turn was copied."))

    def copy_step(self, node: Node) -> None:
        """Put all that is known of a step on the clipboard."""
        QGuiApplication.clipboard().setText(node.details())
        self._session.said.emit("ok", translate("Trace", "The step was copied."))

    def _replay(self) -> None:
        if (turn := self._chosen()) is not None:
            self._session.tasks.start(self._run_again(turn.id), name="replay")

    async def _run_again(self, turn_id: str) -> None:
        self._show(translate("Trace", "Replaying …"))
        from app.orchestrator.recorded_turn import recorded
        from app.orchestrator.replay import replay

        desk = self._session.desk
        recording = await recorded(desk.traces, turn_id)
        found = await replay(recording, desk.skills_now())
        self._show(_told(found))

    def _ask_where(self, *, bundle: bool) -> None:
        turn = self._chosen()
        if turn is None:
            return
        dialog = QFileDialog(
            self, translate("Trace", "Export this turn"), "", translate("Trace", "JSON (*.json)")
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(f"turn-{turn.id[:8]}.{'bundle' if bundle else 'otlp'}.json")
        dialog.fileSelected.connect(
            lambda path, one=turn.id: self._session.tasks.start(
                self._write(one, Path(path), bundle=bundle), name="export turn"
            )
        )
        dialog.open()

    async def _write(self, turn_id: str, path: Path, *, bundle: bool) -> None:
        import asyncio

        from app.orchestrator.otlp import spans_of
        from app.orchestrator.recorded_turn import recorded, to_bundle

        traces = self._session.desk.traces
        if bundle:
            data = to_bundle(await recorded(traces, turn_id))
        else:
            data = spans_of(await traces.trace(turn_id))
        # Once more: a secret may have become known only after the turn was recorded.
        safe = self._session.desk.redactor.mapping(data)
        text = json.dumps(safe, indent=2, ensure_ascii=False, default=str) + "\n"
        try:
            await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        except OSError as error:
            raise FileError(
                translate("Trace", "{path} cannot be written: {reason}.").format(
                    path=path, reason=error.strerror or error
                )
            ) from error
        self._session.said.emit("ok", translate("Trace", "Written to {path}.").format(path=path))


class TraceMenu(QObject):
    """The menu of the tree: by the right button, or by the menu key for the chosen step."""

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree = tree
        self._acts: TraceActs | None = None
        self.shown: QMenu | None = None
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._open)

    def connect_to(self, acts: TraceActs) -> None:
        """What its entries do."""
        self._acts = acts

    def _open(self, at: QPoint) -> None:
        from app.ui.panes.trace_nodes import Node

        index = self._tree.indexAt(at)
        if index.isValid():
            self._tree.setCurrentIndex(index)
        index = self._tree.currentIndex()
        node, acts = index.data(_NODE), self._acts
        if not isinstance(node, Node) or acts is None:
            return
        menu = self.shown = QMenu(self._tree)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, act in (
            (translate("Trace", "Copy this &step"), lambda: acts.copy_step(node)),
            (translate("Trace", "Copy the whole &turn"), acts.copy.click),
            (translate("Trace", "&Replay the turn"), acts.replay.click),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, do=act: do())
        place = self._tree.visualRect(index).bottomLeft()
        menu.popup(self._tree.viewport().mapToGlobal(place))


def _told(found: Replay) -> str:
    difference = found.difference
    if difference is None:
        return translate(
            "Trace",
            "Replayed: no difference.\n{count} to the model compared; the "
            "turn ended as it did ({state}).",
        ).format(count=words.count(found.requests, "request"), state=found.state)
    return translate("Trace", "Replayed. The first difference: {where}\n\n{diff}").format(
        where=difference.where, diff=difference.diff()
    )
