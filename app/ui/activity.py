"""What Steward is doing as a whole: idle, working, asking, in trouble, or told to wait."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.events import (
    Approval,
    Circuit,
    CircuitState,
    Event,
    TurnFinished,
    TurnStarted,
    TurnStatus,
)
from app.ui import words
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.session import Session


class Standing(StrEnum):
    """How Steward stands, by the word in its icon's name. The first that holds is shown."""

    ASKING = "asking"
    TROUBLE = "trouble"
    WORKING = "working"
    PAUSED = "paused"
    IDLE = "idle"


class Activity(QObject):
    """Reads it off the events. Trouble is an open circuit, or a failed answer until it is seen.

    ``is_seen``: whether the person has a conversation before their eyes at this moment.
    """

    changed = Signal()

    def __init__(self, session: Session, is_seen: Callable[[str], bool]) -> None:
        super().__init__(session)
        self._session = session
        self._is_seen = is_seen
        self._running: dict[str, str] = {}
        self._asking = {one.id for one in session.desk.approvals.pending()}
        self._failed: set[str] = set()
        session.happened.connect(self._take)
        session.current_changed.connect(self.look)
        session.paused_changed.connect(self.changed)

    @property
    def standing(self) -> Standing:
        """What matters most now."""
        if self._asking:
            return Standing.ASKING
        if self._failed or self._open_circuits():
            return Standing.TROUBLE
        if self._running:
            return Standing.WORKING
        return Standing.PAUSED if self._session.paused else Standing.IDLE

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return bool(self._running)

    def lines(self) -> list[str]:
        """All of it in words, what matters most first."""
        said = []
        if self._asking:
            said.append(translate("Tray", "Waiting for your approval"))
        said += [
            translate("Tray", "The answer in “{title}” failed").format(title=self._title(one))
            for one in sorted(self._failed)
        ]
        said += [
            translate("Tray", "{name} keeps failing and is paused").format(name=name)
            for name in self._open_circuits()
        ]
        if (many := len(self._running)) == 1:
            (one,) = self._running.values()
            said.append(translate("Tray", "Working on “{title}”").format(title=self._title(one)))
        elif many:
            number = words.number(many)
            said.append(
                translate("Tray", "Working on {number} conversations").format(number=number)
            )
        if self._session.paused:
            said.append(translate("Tray", "Paused: new messages wait"))
        return said or [translate("Tray", "Idle")]

    def look(self) -> None:
        """The person may see something now that they did not see before."""
        seen = {one for one in self._failed if self._is_seen(one)}
        if seen:
            self._failed -= seen
            self.changed.emit()

    def _take(self, event: Event) -> None:
        conversation_id, turn_id = event.conversation_id or "", event.turn_id or ""
        match event:
            case TurnStarted():
                self._running[turn_id] = conversation_id
                self._failed.discard(conversation_id)
            case TurnFinished():
                self._running.pop(turn_id, None)
                if event.status is TurnStatus.FAILED and not self._is_seen(conversation_id):
                    self._failed.add(conversation_id)
            case Approval(decision=None):
                self._asking.add(event.id)
            case Approval():
                self._asking.discard(event.id)
            case Circuit():
                pass
            case _:
                return
        self.changed.emit()

    def _open_circuits(self) -> list[str]:
        # What the person paused by hand, they know.
        return [
            shot.name
            for shot in self._session.desk.breakers.all()
            if shot.state is CircuitState.OPEN and not shot.by_hand
        ]

    def _title(self, conversation_id: str) -> str:
        return self._session.title_of(conversation_id)
