"""What the desktop is told while the person does not look: approvals, ends of turns, trouble.

An approval can be decided there. A button acts on its own approval of this run and on nothing
else; where it comes too late, nothing is done, and that is said.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject

from app.domain.events import (
    Answer,
    Approval,
    Event,
    Notification,
    Severity,
    TurnFinished,
    TurnStatus,
)
from app.orchestrator.approvals import Decision
from app.ui import words
from app.ui.approval_note import ALLOW, DENY, OPEN, approval_note
from app.ui.channel_words import channel_named
from app.ui.file_names import without_ids
from app.ui.notification_service import Note, NotificationService, Urgency
from app.ui.remedies import hint_in
from app.ui.screen_lock import is_locked
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.session import Session
    from app.ui.session_bus import SessionBus

logger = logging.getLogger(__name__)

LONG_TURN_MS: Final = 20_000
"""Who waited for less is still there."""
_ANSWER_LENGTH: Final = 200
_CHANNEL: Final = "channel_"
"""So begin the error types of "deaf" and "back"."""


class Place(Protocol):
    """Where the person is led to."""

    def is_seen(self, conversation_id: str | None) -> bool:
        """Whether they have it before their eyes; ``None``: anything of Steward."""
        ...

    def come_to_front(self, token: str = "") -> None:
        """Come before them; ``token`` is the desktop's leave to."""
        ...

    def open_conversation(self, conversation_id: str, token: str = "") -> None:
        """Come before them with a conversation."""
        ...


class DesktopNotices(QObject):
    """A sink of the router (``tray``), and a listener of the session. ``place`` is the window."""

    def __init__(
        self, session: Session, place: Place, service: NotificationService, bus: SessionBus
    ) -> None:
        super().__init__(session)
        self._session = session
        self._place = place
        self._service = service
        self._bus = bus
        home = str(session.desk.settings.home)
        self._home = hashlib.sha256(home.encode()).hexdigest()[:12]
        self._run = secrets.token_hex(6)
        self._about: dict[str, str | None] = {}
        """What is shown, and the conversation each is about."""
        self._told: set[str] = set()
        """Approvals that wait and that the desktop was told of."""
        self._answers: dict[str, str] = {}
        session.happened.connect(self._take)
        session.current_changed.connect(self.look)
        service.acted.connect(self._acted)
        service.strange.connect(self._strange)

    def deliver(self, notification: Notification) -> None:
        """Show a notification of the router, unless the person sees it in the window."""
        # Whether a channel hears is told each time it changes; the newest word stands alone.
        of_channel = (notification.error_type or "").startswith(_CHANNEL)
        if (notification.count > 1 and not of_channel) or self._place.is_seen(None):
            return
        hint = hint_in(notification.context)
        note = Note(
            title=f"Steward: {channel_named(notification.source) or notification.source}",
            body=without_ids(f"{notification.message}\n{hint}".strip()),
            urgency=Urgency.LOW if notification.severity is Severity.INFO else Urgency.NORMAL,
            actions=_only_open(),
        )
        key = f"channel:{notification.source}" if of_channel else f"card:{notification.id}"
        self._show(key, notification.conversation_id, note)

    def look(self) -> None:
        """What the person has before their eyes need not be told any longer.

        What they were asked there, and now turn away from, is told once.
        """
        for key, conversation in list(self._about.items()):
            if conversation is not None and self._place.is_seen(conversation):
                self._withdraw(key)
        for approval in self._session.desk.approvals.pending():
            if approval.id not in self._told:
                self._ask(approval)

    # -- what is told ----------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        match event:
            case Approval(decision=None):
                self._ask(event)
            case Approval():
                self._told.discard(event.id)
                self._withdraw(_approval_key(event.id))
            case Answer():
                self._answers[event.turn_id or ""] = event.text
            case TurnFinished():
                self._tell_end(event)

    def _ask(self, approval: Approval) -> None:
        if self._place.is_seen(approval.conversation_id):
            return
        approval = self._redacted(approval)
        key = _approval_key(approval.id)
        mark = f"{self._home}:{self._run}:{approval.id}"
        self._about[key] = approval.conversation_id
        self._told.add(approval.id)
        self._service.show(key, lambda can: approval_note(approval, can, mark))

    def _redacted(self, approval: Approval) -> Approval:
        """What waits is kept as it was asked; what is told anywhere holds no secret."""
        event = self._session.desk.bus.redacted(approval)
        assert isinstance(event, Approval)
        return event

    def _tell_end(self, event: TurnFinished) -> None:
        answer = self._answers.pop(event.turn_id or "", "")
        conversation = event.conversation_id or ""
        failed = event.status is TurnStatus.FAILED
        long = event.duration_ms >= LONG_TURN_MS and event.status is not TurnStatus.CANCELLED
        if not (failed or long) or self._place.is_seen(conversation):
            return
        title = self._session.title_of(conversation)
        if failed:
            what = translate("Notices", "The answer in “{title}” failed").format(title=title)
            body = translate("Notices", "Open it to see why, and to try again.")
        else:
            what = translate("Notices", "Done after {time}: {title}").format(
                time=words.duration(event.duration_ms), title=title
            )
            body = " ".join(answer.split())[:_ANSWER_LENGTH]
        self._show(f"turn:{conversation}", conversation, Note(what, body, actions=_only_open()))

    def _show(self, key: str, conversation: str | None, note: Note) -> None:
        self._about[key] = conversation
        self._service.show(key, partial(_as_it_is, note))

    def _withdraw(self, key: str) -> None:
        if key in self._about:
            del self._about[key]
            self._service.withdraw(key)

    # -- what is pressed -------------------------------------------------------------------

    def _acted(self, key: str, action: str, token: str) -> None:
        if key not in self._about:
            return
        conversation = self._about.pop(key)
        self._service.withdraw(key)
        word, _, _ = action.partition(":")
        if word in (ALLOW, DENY):
            work = self._decide(key, conversation, word, token)
            self._session.tasks.start(work, name="decide from a notification")
        elif word in (OPEN, "default"):
            self._open(conversation, token)

    async def _decide(self, key: str, conversation: str | None, word: str, token: str) -> None:
        approval_id = key.removeprefix(_approval_key(""))
        if word == DENY:
            in_time = self._session.decide(approval_id, Decision.DENY)
        elif await is_locked(self._bus):
            # Somebody is at the screen, but who?
            self._say(translate("Notices", "The screen is locked: open Steward to allow this."))
            return
        else:
            in_time = self._session.decide(approval_id, Decision.ALLOW_ONCE)
        logger.info("decided from a notification", extra={"word": word, "in_time": in_time})
        if not in_time:
            self._too_late()

    def _strange(self, action: str) -> None:
        """A button of a notification that this run does not know: another's, or an older run's."""
        word, _, rest = action.partition(":")
        home, _, rest = rest.partition(":")
        if home != self._home or word not in (ALLOW, DENY, OPEN):
            return
        if word == OPEN:
            self._place.come_to_front()
        elif rest.startswith(f"{self._run}:"):
            self._too_late()
        else:
            self._say(
                translate(
                    "Notices", "That was asked by a Steward that has ended. Nothing was changed."
                )
            )

    def _too_late(self) -> None:
        self._say(translate("Notices", "That was decided already, or had expired."))

    def _say(self, text: str) -> None:
        self._session.said.emit("attention", text)
        if not self._place.is_seen(None):
            self._show("said", None, Note("Steward", text, actions=_only_open()))

    def _open(self, conversation: str | None, token: str) -> None:
        if conversation is None:
            self._place.come_to_front(token)
        else:
            self._place.open_conversation(conversation, token)


def _approval_key(approval_id: str) -> str:
    return f"approval:{approval_id}"


def _only_open() -> tuple[tuple[str, str], ...]:
    word = translate("Notices", "Open")
    return (("default", word), (OPEN, word))


def _as_it_is(note: Note, _can: Collection[str]) -> Note:
    return note
