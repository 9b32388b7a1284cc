"""One conversation as the transcript shows it: rows made of stored messages and live events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from PySide6.QtCore import Signal

from app.domain.attachments import Attachment
from app.domain.branches import Fork
from app.domain.drive import DriveTransfer
from app.domain.events import (
    Answer,
    Approval,
    Delta,
    ErrorEvent,
    Event,
    FileVersionEvent,
    Phase,
    Reasoning,
    Summarised,
    ToolCallEvent,
    ToolResultEvent,
    TurnFinished,
    TurnStarted,
    Waiting,
)
from app.domain.messages import ConversationMessage
from app.domain.tool_calls import ToolStatus
from app.domain.turns import SummaryRecord, TurnRecord, TurnState
from app.files.drive_places import PREFIX
from app.ui import words
from app.ui.chat.endings import ending, way_on
from app.ui.chat.row_list import RowList
from app.ui.chat.rows import (
    ActsRow,
    AnswerRow,
    CallRow,
    CardRow,
    DayRow,
    EarlierRow,
    FoldRow,
    ForkRow,
    NoticeRow,
    SuggestionsRow,
    UserRow,
    WaitRow,
)
from app.ui.chat.stored import NO_FORKS, day_of, first_line, stored_rows, summarised, thought
from app.ui.file_names import drive_id, without_ids
from app.ui.remedies import explained_turn
from app.ui.translation import translate


@dataclass(slots=True)
class _Turn:
    """The turn under way."""

    turn_id: str
    changed: int = 0
    calls: dict[str, Mapping[str, object]] = field(default_factory=dict)
    waiting: Waiting | None = None
    thinking_since: datetime | None = None
    thought_until: datetime | None = None


class ConversationModel(RowList):
    """Owns the rows of one conversation; the view only reads them."""

    turn_ended = Signal(object)

    def __init__(
        self,
        now: Callable[[], datetime],
        transfers: Callable[[], Sequence[DriveTransfer]] = tuple,
    ) -> None:
        super().__init__()
        self._now = now
        self._transfers = transfers
        self._turn: _Turn | None = None
        self._queued: list[str] = []

    # -- reading -----------------------------------------------------------------------------

    def said(self) -> list[str]:
        """What the person wrote, oldest first."""
        return [row.text for row in self._rows if isinstance(row, UserRow) and row.text]

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""
        return self._turn is not None

    @property
    def asking(self) -> bool:
        """Whether a decision of the person is waited for."""
        return any(isinstance(row, CardRow) for row in self._rows[-8:])

    # -- stored messages ---------------------------------------------------------------------

    def load(
        self,
        messages: Iterable[ConversationMessage],
        turns: Sequence[TurnRecord] = (),
        summaries: Sequence[SummaryRecord] = (),
        *,
        forks: Mapping[str, Fork] = NO_FORKS,
        earlier: bool = False,
    ) -> None:
        """Show what is stored, in place of what is shown; ``earlier``: there is more above."""
        rows = stored_rows(messages, turns, summaries, forks=forks, now=self._now())
        self._show([EarlierRow(), *rows] if earlier else rows)

    def load_earlier(
        self,
        messages: Iterable[ConversationMessage],
        turns: Sequence[TurnRecord] = (),
        summaries: Sequence[SummaryRecord] = (),
        *,
        forks: Mapping[str, Fork] = NO_FORKS,
        earlier: bool = False,
    ) -> None:
        """Show stored messages above what is shown; ``earlier``: there is more above them."""
        if self._rows and isinstance(self._rows[0], EarlierRow):
            self._remove(0)
        rows = stored_rows(messages, turns, summaries, forks=forks, now=self._now(), newest=False)
        days = [row.day for row in rows if isinstance(row, DayRow)]
        first = self._rows[0] if self._rows else None
        if days and isinstance(first, DayRow) and first.day == days[-1]:
            self._remove(0)  # the day began further up
        self._prepend([EarlierRow(), *rows] if earlier else rows)

    def show_forks(self, forks: Mapping[str, Fork]) -> None:
        """Messages that are shown were sent in more than one way, now."""
        for i in reversed(range(len(self._rows))):
            row = self._rows[i]
            if not isinstance(row, UserRow) or (fork := forks.get(row.turn_id)) is None:
                continue
            known = self._rows[i + 1] if i + 1 < len(self._rows) else None
            if isinstance(known, ForkRow):
                if known.fork == fork:
                    continue
                self._remove(i + 1)
            self._insert(i + 1, ForkRow(row.turn_id, fork))

    def asked(self, turn_id: str) -> UserRow | None:
        """What the person said in a turn that is shown."""
        for row in reversed(self._rows):
            if isinstance(row, UserRow) and row.turn_id == turn_id:
                return row
        return None

    def turns(self) -> list[str]:
        """The turn of each message of the person that is stored, oldest first."""
        return [row.turn_id for row in self._rows if isinstance(row, UserRow) and row.turn_id]

    @property
    def newest_turn(self) -> str:
        """The turn that is shown last; empty where none is."""
        shown = (UserRow, AnswerRow, CallRow)
        return next(
            (row.turn_id for row in reversed(self._rows) if isinstance(row, shown) and row.turn_id),
            "",
        )

    def answer_text(self, turn_id: str) -> str:
        """All that was answered in a turn, as Markdown."""
        rows = (row for row in self._rows if isinstance(row, AnswerRow) and row.turn_id == turn_id)
        return "\n\n".join(row.text for row in rows)

    def set_duration(self, call_id: str, turn_id: str, milliseconds: int) -> None:
        """How long a stored call took."""
        for i, row in enumerate(self._rows):
            if isinstance(row, CallRow) and (row.call_id, row.turn_id) == (call_id, turn_id):
                self._replace(i, replace(row, duration_ms=milliseconds))

    def toggle(self, index: int) -> None:
        """Open or fold a row that can be."""
        row = self._rows[index]
        if isinstance(row, FoldRow):
            self._replace(index, replace(row, open=not row.open))

    # -- what happens now ----------------------------------------------------------------------

    def queue(
        self,
        text: str,
        at: datetime,
        attachments: tuple[Attachment, ...] = (),
        *,
        held_back: bool = False,
    ) -> None:
        """The person sent a message; its turn has not begun, and will not while ``held_back``."""
        self._queued.append(text)
        self._drop(SuggestionsRow)
        self._drop(ActsRow)
        self._begin_day(at)
        self._append(UserRow(text, at, queued=self.busy or held_back, attachments=attachments))

    def _begin_day(self, at: datetime) -> None:
        said = next((row.at for row in reversed(self._rows) if isinstance(row, UserRow)), None)
        if said is not None and (day := day_of(at)) != day_of(said):
            self._append(DayRow(day, words.whole_day(at, self._now())))

    def unqueue(self, text: str) -> None:
        """A message that was sent will not get its turn."""
        if text in self._queued:
            self._queued.remove(text)
        for i in reversed(range(len(self._rows))):
            row = self._rows[i]
            if isinstance(row, UserRow) and not row.turn_id and row.text == text:
                self._remove(i)
                return

    def take(self, event: Event) -> None:
        """Show an event of this conversation."""
        match event:
            case TurnStarted():
                self._start(event)
            case Waiting():
                self._wait(event)
            case Delta():
                self._finish_thought()
                self._add_text(event)
            case Reasoning():
                self._add_thought(event)
            case Summarised():
                self._append(FoldRow(summarised(), event.text, event.turn_id or ""))
            case ToolCallEvent():
                self._finish_thought()
                self._finish_text()
                if self._turn is not None:
                    self._turn.calls[event.id] = event.arguments
                gist = words.gist(event.arguments)
                self._append(CallRow(event.id, event.name, gist, event.turn_id or ""))
            case Approval():
                self._decide(event)
            case FileVersionEvent():
                if self._turn is not None:
                    self._turn.changed += 1
            case ToolResultEvent():
                self._finish_call(event)
            case Answer():
                self._answer(event)
            case ErrorEvent():
                self._finish_text()
                said = without_ids(explained_turn(event.message, event.kind, event.settings))
                self._append(NoticeRow("trouble", said, event.turn_id or ""))
            case TurnFinished():
                self._finish(event)

    def tick(self) -> None:
        """A second has passed: say again how long the turn has waited."""
        if self._turn is not None and self._turn.waiting is not None:
            self._show_wait(self._turn, self._turn.waiting)

    # -- inside --------------------------------------------------------------------------------

    def _start(self, event: TurnStarted) -> None:
        self._turn = _Turn(event.turn_id or "")
        self._drop(SuggestionsRow)
        self._drop(ActsRow)
        if event.text in self._queued:
            self._queued.remove(event.text)
        for i, row in enumerate(self._rows):
            if isinstance(row, UserRow) and not row.turn_id and row.text == event.text:
                self._replace(i, replace(row, turn_id=event.turn_id or "", queued=False))
                return
        self._begin_day(event.at)  # another face said it
        self._append(
            UserRow(
                event.text,
                event.at,
                event.turn_id or "",
                attachments=event.attachments,
                channel=event.channel,
            )
        )

    def _wait(self, event: Waiting) -> None:
        if self._turn is not None:
            self._turn.waiting = event
            self._show_wait(self._turn, event)

    def _show_wait(self, turn: _Turn, event: Waiting) -> None:
        said = words.wait(event, self._now(), turn.changed, self._transfer(turn, event))
        row = WaitRow(said, event.phase is Phase.APPROVAL)
        at = self._find(WaitRow)
        if at is None:
            self._append(row)
        elif row != self._rows[at]:
            self._replace(at, row)

    def _transfer(self, turn: _Turn, event: Waiting) -> DriveTransfer | None:
        """Bytes that a call of this turn waits for: of a file it names, where any names one."""
        if event.phase is not Phase.SKILL:
            return None
        named = " ".join(map(str, turn.calls.values()))
        return next(
            (
                one
                for one in self._transfers()
                if drive_id(one.locator) in named or PREFIX not in named
            ),
            None,
        )

    def _add_text(self, event: Delta) -> None:
        self._no_wait()
        at = self._live()
        if at is None:
            self._append(AnswerRow(event.text, event.turn_id or "", live=True))
            return
        row = self._rows[at]
        assert isinstance(row, AnswerRow)
        self._replace(at, replace(row, text=row.text + event.text))

    def _add_thought(self, event: Reasoning) -> None:
        self._no_wait()
        if self._turn is None:
            return
        self._turn.thinking_since = self._turn.thinking_since or event.at
        self._turn.thought_until = event.at
        at = self._find(FoldRow)
        row = self._rows[at] if at is not None else None
        if at is not None and isinstance(row, FoldRow) and row.live:
            self._replace(at, replace(row, text=row.text + event.text))
        else:
            self._finish_text()
            self._append(
                FoldRow(
                    translate("Transcript", "Thinking …"),
                    event.text,
                    event.turn_id or "",
                    live=True,
                )
            )

    def _finish_thought(self) -> None:
        turn = self._turn
        if turn is None or turn.thinking_since is None or turn.thought_until is None:
            return
        spent = (turn.thought_until - turn.thinking_since).total_seconds() * 1000
        turn.thinking_since = turn.thought_until = None
        at = self._find(FoldRow)
        row = self._rows[at] if at is not None else None
        if at is not None and isinstance(row, FoldRow) and row.live:
            self._replace(at, replace(row, title=thought(spent), live=False))

    def _finish_text(self) -> None:
        at = self._live()
        if at is not None:
            row = self._rows[at]
            assert isinstance(row, AnswerRow)
            self._replace(at, replace(row, live=False))

    def _answer(self, event: Answer) -> None:
        self._no_wait()
        at = self._live()
        turn_id = event.turn_id or ""
        if at is not None:
            self._replace(at, AnswerRow(event.text, turn_id))
        elif event.text:
            self._append(AnswerRow(event.text, turn_id))
        if event.suggestions:
            self._append(SuggestionsRow(event.suggestions))

    def _decide(self, event: Approval) -> None:
        if event.decision is None:
            at = self._call(event.call_id or "", event.turn_id or "")
            if at is not None:
                self._replace(at, replace(self._call_row(at), asks=True))
            self._append(CardRow(event))
            return
        for i in reversed(range(len(self._rows))):
            row = self._rows[i]
            if isinstance(row, CardRow) and row.approval.id == event.id:
                self._remove(i)
        self._no_wait()
        at = self._call(event.call_id or "", event.turn_id or "")
        if at is not None:
            allowed = (
                translate("Transcript", "you allowed it")
                if event.by == "you"
                else translate("Transcript", "allowed by {by}").format(by=event.by)
            )
            note = allowed if event.decision == "allowed" else ""
            self._replace(at, replace(self._call_row(at), asks=False, note=note))

    def _finish_call(self, event: ToolResultEvent) -> None:
        if self._turn is not None:
            self._turn.calls.pop(event.id, None)
        self._no_wait()
        at = self._call(event.id, event.turn_id or "")
        if at is not None:
            row = self._call_row(at)
            note = row.note if event.status is ToolStatus.OK else first_line(event.content)
            done = replace(
                row,
                status=event.status,
                duration_ms=event.duration_ms,
                note=note,
                asks=False,
            )
            self._replace(at, done)

    def _finish(self, event: TurnFinished) -> None:
        self._no_wait()
        self._finish_thought()
        self._finish_text()
        self._drop(CardRow)
        for i, row in enumerate(self._rows):
            if isinstance(row, CallRow) and row.turn_id == event.turn_id and row.status is None:
                self._replace(i, replace(row, status=ToolStatus.INTERRUPTED, asks=False))
        turn_id = event.turn_id or ""
        state = TurnState(event.status.value)
        failed = state is TurnState.FAILED
        if not failed:  # its error was told
            for row in ending(state, turn_id, event.reason):
                self._append(row)
        if not self._queued:
            self._offer(ActsRow(turn_id, failed=failed))
            if self._find(SuggestionsRow) is None:
                for row in way_on(state, event.reason):
                    self._append(row)
        self._turn = None
        self.turn_ended.emit(event)

    def _offer(self, acts: ActsRow) -> None:
        """Below the answer, above what may be said next."""
        below = self._find(SuggestionsRow)
        self._insert(len(self._rows) if below is None else below, acts)

    def _no_wait(self) -> None:
        if self._turn is not None:
            self._turn.waiting = None
        self._drop(WaitRow)

    def _live(self) -> int | None:
        for i in range(len(self._rows) - 1, max(-1, len(self._rows) - 6), -1):
            row = self._rows[i]
            if isinstance(row, AnswerRow):
                return i if row.live else None
        return None

    def _call(self, call_id: str, turn_id: str) -> int | None:
        for i in reversed(range(len(self._rows))):
            row = self._rows[i]
            if isinstance(row, CallRow) and (row.call_id, row.turn_id) == (call_id, turn_id):
                return i
        return None

    def _call_row(self, index: int) -> CallRow:
        row = self._rows[index]
        assert isinstance(row, CallRow)
        return row
