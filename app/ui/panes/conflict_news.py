"""Tells of a new conflict in the status line, whether anybody looks at the versions or not."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from app.domain.events import Event, TurnFinished
from app.ui.file_names import name_of
from app.ui.session import Session
from app.ui.translation import translate


class ConflictNews(QObject):
    """What is there when it begins is no news."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._known: set[str] | None = None
        self._reading: asyncio.Task[None] | None = None
        session.happened.connect(self._take)
        session.files_changed.connect(self._look)
        self._look()

    def _take(self, event: Event) -> None:
        if isinstance(event, TurnFinished):  # a file taken away makes no version that tells of it
            self._look()

    def _look(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._read(), name="look for conflicts")

    async def _read(self) -> None:
        conflicts = {one.op_id: one.path for one in await self._session.workspace().conflicts()}
        fresh = set(conflicts) - self._known if self._known is not None else set()
        self._known = set(conflicts)
        if fresh:
            named = name_of(conflicts[fresh.pop()])
            self._session.said.emit(
                "attention",
                translate(
                    "Conflicts",
                    "Someone else changed {named} at the same moment. Nothing was "
                    "overwritten: Versions shows both.",
                ).format(named=named),
            )
