"""Tells a screen reader what comes in the conversation shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from app.domain.events import Answer, Approval, ErrorEvent, Event
from app.ui.remedies import explained_turn
from app.ui.skill_words import asked
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.chat.transcript import Transcript
    from app.ui.session import Session


class Announcer(QObject):
    """Belongs to the transcript, in whose name it speaks."""

    def __init__(self, session: Session, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._session = session
        self._transcript = transcript

    def tell(self, event: Event) -> None:
        """Say what a person at the screen would see now."""
        if event.conversation_id != self._session.current.id:
            return
        words = _words(event)
        if words and QAccessible.isActive():
            told = QAccessibleAnnouncementEvent(self._transcript, words)
            QAccessible.updateAccessibility(told)


def _words(event: Event) -> str:
    match event:
        case Answer(text=text) if text:
            return translate("Transcript", "Steward: {text}").format(text=text)
        case Approval(decision=None):
            return translate("Transcript", "Steward asks: {summary}").format(summary=asked(event))
        case ErrorEvent():
            return explained_turn(event.message, event.kind, event.settings)
        case _:
            return ""
