"""What stands in the transcript, row by row, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.attachments import Attachment, names_of
from app.domain.branches import Fork
from app.domain.events import Approval
from app.domain.messages import Channel
from app.domain.tool_calls import ToolStatus
from app.ui import words
from app.ui.channel_words import came_over
from app.ui.skill_words import asked, skill_label
from app.ui.translation import translate


@dataclass(frozen=True, slots=True)
class UserRow:
    """What the person said. ``queued``: it waits for the turn before it.

    ``channel``: the face it came through.
    """

    text: str
    at: datetime
    turn_id: str = ""
    queued: bool = False
    message_id: int = 0
    attachments: tuple[Attachment, ...] = ()
    channel: Channel = Channel.WINDOW


@dataclass(frozen=True, slots=True)
class DayRow:
    """Above the first message of a day; ``text`` names it."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """Stands at the top while the conversation has messages that are not read yet."""

    @property
    def text(self) -> str:
        """What stands there."""
        return translate("Transcript", "Reading earlier messages …")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What the model said, in Markdown. ``live``: more is coming."""

    text: str
    turn_id: str = ""
    live: bool = False
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call of a skill. ``status`` is ``None`` while it runs, or ``asks`` the person."""

    call_id: str
    name: str
    gist: str
    turn_id: str = ""
    status: ToolStatus | None = None
    duration_ms: int | None = None
    note: str = ""
    asks: bool = False

    @property
    def state(self) -> str:
        """As in ``controls.Dot``."""
        return "attention" if self.asks else words.call_state(self.status)[0]

    @property
    def outcome(self) -> str:
        """``49 ms · done · you allowed it``."""
        word = (
            translate("Transcript", "asks you first")
            if self.asks
            else words.call_state(self.status)[1]
        )
        time = ""
        if self.duration_ms is not None and self.status is ToolStatus.OK:
            time = words.duration(self.duration_ms)
        return " · ".join(part for part in (time, word, self.note) if part)

    @property
    def words(self) -> str:
        """The row as one line of text."""
        return " · ".join(
            part for part in (skill_label(self.name), self.gist, self.outcome) if part
        )


@dataclass(frozen=True, slots=True)
class WaitRow:
    """What the turn waits for, since when, and what has happened so far."""

    text: str
    for_person: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something about the turn. ``state`` as in ``controls.Dot``."""

    state: str
    text: str
    turn_id: str = ""


@dataclass(frozen=True, slots=True)
class FoldRow:
    """Something to read that is folded away: thoughts, a summary. ``live``: more is coming."""

    title: str
    text: str
    turn_id: str = ""
    open: bool = False
    live: bool = False


@dataclass(frozen=True, slots=True)
class CardRow:
    """A change that waits for a decision; the view puts a real widget in its place."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class ForkRow:
    """Below a message that was sent in more than one way; a widget with which to switch."""

    turn_id: str
    fork: Fork


@dataclass(frozen=True, slots=True)
class ActsRow:
    """Below the newest answer: what can be done with it. A widget too.

    ``failed``: there is no whole answer, so that asking again is the way on.
    """

    turn_id: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class SuggestionsRow:
    """Messages the person may send with one click; a real widget too.

    ``labels``: what stands on the buttons, where that is not the message itself.
    """

    suggestions: tuple[str, ...]
    labels: tuple[str, ...] = ()


Row = (
    UserRow
    | DayRow
    | EarlierRow
    | AnswerRow
    | CallRow
    | WaitRow
    | NoticeRow
    | FoldRow
    | CardRow
    | ForkRow
    | ActsRow
    | SuggestionsRow
)
WIDGET_ROWS = (CardRow, ForkRow, ActsRow, SuggestionsRow)
"""Rows in whose place the view puts a real widget."""


def spoken(row: Row) -> str:
    """The row for a screen reader."""
    match row:
        case UserRow():
            attached = (
                translate("Transcript", " Attached: {names}.").format(
                    names=names_of(row.attachments)
                )
                if row.attachments
                else ""
            )
            said = translate("Transcript", "You: {text}{attached}").format(
                text=row.text, attached=attached
            ) + (translate("Transcript", " (waits its turn)") if row.queued else "")
            over = came_over(row.channel)
            return f"{said} ({over})" if over else said
        case AnswerRow():
            return translate("Transcript", "Steward: {text}").format(text=row.text)
        case CallRow():
            return translate("Transcript", "Skill {words}").format(words=row.words)
        case WaitRow() | NoticeRow() | DayRow() | EarlierRow():
            return row.text
        case FoldRow():
            return (
                f"{row.title}: {row.text}"
                if row.open
                else translate("Transcript", "{title}. Enter opens it.").format(title=row.title)
            )
        case CardRow():
            return translate("Transcript", "Waits for your decision: {summary}").format(
                summary=asked(row.approval)
            )
        case ForkRow():
            return translate("Transcript", "Version {number} of {count} of this message").format(
                number=row.fork.shown + 1, count=len(row.fork.messages)
            )
        case ActsRow():
            return translate("Transcript", "What can be done with this answer")
        case SuggestionsRow():
            return translate("Transcript", "Suggestions: {messages}").format(
                messages=", ".join(row.labels or row.suggestions)
            )
