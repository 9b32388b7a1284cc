"""The rows of a conversation as it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.domain.branches import Fork
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import SummaryRecord, TurnRecord, TurnState
from app.ui import words
from app.ui.chat.endings import broken, ending, stopped, way_on
from app.ui.chat.rows import (
    ActsRow,
    AnswerRow,
    CallRow,
    DayRow,
    FoldRow,
    ForkRow,
    NoticeRow,
    Row,
    SuggestionsRow,
    UserRow,
)
from app.ui.translation import translate

NO_FORKS: Final[Mapping[str, Fork]] = {}


def stored_rows(
    messages: Iterable[ConversationMessage],
    turns: Sequence[TurnRecord] = (),
    summaries: Sequence[SummaryRecord] = (),
    *,
    forks: Mapping[str, Fork] = NO_FORKS,
    now: datetime,
    newest: bool = True,
) -> list[Row]:
    """The rows, top to bottom; below the ``newest`` answer what the person may do next.

    ``now``: a conversation that began today needs no heading that says so.
    """
    rows: list[Row] = []
    calls: dict[tuple[str, str], int] = {}
    known = {turn.id for turn in turns}
    suggestions: tuple[str, ...] = ()
    for message in messages:
        suggestions = ()
        match message.role:
            case Role.USER:
                rows.append(
                    UserRow(
                        message.text,
                        message.created_at,
                        message.turn_id,
                        message_id=message.id,
                        attachments=message.attachments,
                        channel=message.channel,
                    )
                )
            case Role.ASSISTANT:
                rows.extend(_answer_rows(message, tell_end=message.turn_id not in known))
                for call in message.tool_calls:
                    calls[message.turn_id, call.id] = len(rows)
                    row = CallRow(call.id, call.name, words.gist(call.arguments), message.turn_id)
                    rows.append(row)
                suggestions = _suggestions(message)
            case Role.TOOL:
                at = calls.get((message.turn_id, message.tool_call_id or ""))
                if at is not None:
                    rows[at] = _with_result(rows[at], message)
    rows = _with_turns([_settled(row) for row in rows], turns, summaries)
    rows = _with_days(_with_forks(rows, forks), now)
    if not newest:
        return rows
    rows.extend(acts_below(rows, turns))
    if suggestions:
        rows.append(SuggestionsRow(suggestions))
    elif turns and rows and turn_of(rows[-1]) == turns[-1].id:
        rows.extend(way_on(turns[-1].state, turns[-1].reason))
    return rows


def summarised() -> str:
    """The title of what stands for earlier messages."""
    return translate("Transcript", "Earlier messages were summarised for the model")


def first_line(text: str, limit: int = 160) -> str:
    """The first line of a result, shortened."""
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= limit else line[: limit - 1] + "…"


def thought(milliseconds: object) -> str:
    """``Thought for 4 s``."""
    if not isinstance(milliseconds, int | float) or milliseconds < 1000:
        return translate("Transcript", "Thought for a moment")
    return translate("Transcript", "Thought for {time}").format(
        time=words.duration(round(milliseconds, -3)).replace(".0 s", " s")
    )


def _answer_rows(message: ConversationMessage, *, tell_end: bool) -> list[Row]:
    rows: list[Row] = []
    if reasoning := message.metadata.get("reasoning"):
        title = thought(message.metadata.get("reasoning_ms"))
        rows.append(FoldRow(title, str(reasoning), message.turn_id))
    if message.text:
        rows.append(AnswerRow(message.text, message.turn_id, message_id=message.id))
    if not tell_end:
        return rows
    if message.status is MessageStatus.INTERRUPTED:
        rows.append(NoticeRow("attention", stopped(), message.turn_id))
    elif message.status is MessageStatus.FAILED:
        rows.append(NoticeRow("trouble", broken(), message.turn_id))
    return rows


def _with_turns(
    rows: list[Row], turns: Sequence[TurnRecord], summaries: Sequence[SummaryRecord]
) -> list[Row]:
    """How each turn ended, below its rows, and what it summarised, below its message."""
    endings = {turn.id: ending(turn.state, turn.id, turn.reason, turn.message) for turn in turns}
    last = {turn_of(row): at for at, row in enumerate(rows)}
    out: list[Row] = []
    for at, row in enumerate(rows):
        out.append(row)
        turn_id = turn_of(row)
        if isinstance(row, UserRow):
            out.extend(
                FoldRow(summarised(), one.text, turn_id)
                for one in summaries
                if one.turn_id == turn_id
            )
        if last[turn_id] == at:
            out.extend(endings.get(turn_id, ()))
    return out


def _with_forks(rows: list[Row], forks: Mapping[str, Fork]) -> list[Row]:
    """Below each message that was sent in more than one way, where to find the others."""
    if not forks:
        return rows
    out: list[Row] = []
    for row in rows:
        out.append(row)
        if isinstance(row, UserRow) and (fork := forks.get(row.turn_id)) is not None:
            out.append(ForkRow(row.turn_id, fork))
    return out


def acts_below(rows: Sequence[Row], turns: Sequence[TurnRecord]) -> list[Row]:
    """What can be done with the newest answer, if its turn is over."""
    turn_id = turn_of(rows[-1]) if rows else ""
    state = turns[-1].state if turns and turns[-1].id == turn_id else TurnState.OK
    if not turn_id or state is TurnState.RUNNING:
        return []
    return [ActsRow(turn_id, failed=state is TurnState.FAILED)]


def day_of(at: datetime) -> date:
    """The day on the person's own calendar."""
    return at.astimezone().date()


def _with_days(rows: list[Row], now: datetime) -> list[Row]:
    """A heading above the first message of each day."""
    out: list[Row] = []
    day = day_of(now)
    for row in rows:
        if isinstance(row, UserRow) and (today := day_of(row.at)) != day:
            day = today
            out.append(DayRow(day, words.whole_day(row.at, now)))
        out.append(row)
    return out


def turn_of(row: Row) -> str:
    """The turn a row belongs to, if it does."""
    return getattr(row, "turn_id", "")


def _suggestions(message: ConversationMessage) -> tuple[str, ...]:
    found = message.metadata.get("suggestions", ())
    return tuple(str(s) for s in found) if isinstance(found, list | tuple) else ()


def _with_result(row: Row, message: ConversationMessage) -> Row:
    assert isinstance(row, CallRow)
    status = message.tool_status or ToolStatus.OK
    note = "" if status is ToolStatus.OK else first_line(message.text)
    return replace(row, status=status, note=note)


def _settled(row: Row) -> Row:
    """A stored call without a result is over all the same."""
    if isinstance(row, CallRow) and row.status is None:
        return replace(row, status=ToolStatus.INTERRUPTED)
    return row
