"""The messages of a model request: what fits, every call with its one result. Pure.

Turns are taken whole where they fit, newest first; a tool call and its results are never torn
apart. What was chosen for a turn's first request stays as it is in the next ones, so that a
provider's cached prefix holds.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.orchestrator.tokens import CHARACTERS_PER_TOKEN, attachment_tokens, message_tokens

DEFAULT_WINDOW: Final = 128_000
"""Tokens a model takes, where nobody says."""
COMPACTION_SHARE: Final = 0.8
"""A request that needs more of the window has its older messages summarised first."""
SHRUNK_SHARE: Final = 0.5
"""A request that was still too long when it was made shorter is halved then."""
KEPT_SHARE: Final = 0.3
"""So much of the window the newest messages keep then."""
ATTACHED_SHARE: Final = 0.25
"""So much of the window the attachments of a message may take, and those of all before it."""
_PAGE_SHARE: Final = 8
_SMALLEST_PAGE: Final = 2_000
_LARGEST_PAGE: Final = 60_000
_SLACK: Final = 400
"""A result that is longer than a page by less is not cut: the words about it would be as long."""

RESULT_READER: Final = "results.read"
"""The tool that gives the next page of a long result."""


def page_size(window: int) -> int:
    """Characters of one result that a request carries: an eighth of the window, within reason."""
    wanted = window * CHARACTERS_PER_TOKEN // _PAGE_SHARE
    return max(_SMALLEST_PAGE, min(_LARGEST_PAGE, wanted))


def paged(message: ConversationMessage, page: int) -> ConversationMessage:
    """A tool's result as a request carries it: where it is too long, its first page."""
    if message.role is not Role.TOOL or len(message.text) <= page + _SLACK:
        return message
    rest = rest_of(message.tool_call_id or "", page, len(message.text), page)
    text = message.text[:page] + rest
    return dataclasses.replace(message, text=text)


def rest_of(call_id: str, end: int, length: int, page: int) -> str:
    """The line after a page that says how to get the next."""
    return (
        f"\n[That was up to character {end:,} of {length:,}. For more call results_read with "
        f'call_id "{call_id}", offset {end} and limit {page}.]'
    )


def giving(
    rows: Iterable[ConversationMessage], page: int, tokens: int
) -> list[ConversationMessage]:
    """``rows`` with as much of their attachments as a request carries.

    The newest are given first: a text up to a page, a picture whole, until ``tokens`` are used up.
    The rest is only named, and can be read with ``RESULT_READER``. Those of the newest message
    that has any share what there is, so that each of them is seen.
    """
    out = list(rows)
    left, newest = tokens, True
    for at in reversed(range(len(out))):
        if not out[at].attachments:
            continue
        whole = tuple(_given(one, page) for one in out[at].attachments)
        cost = sum(map(attachment_tokens, whole))
        if cost > left:
            whole = _shared(whole, left) if newest else tuple(_given(one, 0) for one in whole)
            cost = sum(map(attachment_tokens, whole))
        left -= cost
        newest = False
        out[at] = dataclasses.replace(out[at], attachments=whole)
    return out


def _given(attachment: Attachment, page: int) -> Attachment:
    if attachment.kind is AttachmentKind.PICTURE:
        return dataclasses.replace(attachment, given=1 if page else 0)
    fits = page and attachment.characters <= page + _SLACK
    return dataclasses.replace(
        attachment, given=attachment.characters if fits else min(attachment.characters, page)
    )


def _shared(attachments: Sequence[Attachment], tokens: int) -> tuple[Attachment, ...]:
    """As many of the pictures as fit, and an equal part for each of the texts."""
    made, left = list(attachments), tokens
    # The smallest first: what they leave is for the others.
    in_order = sorted(range(len(made)), key=lambda at: attachment_tokens(made[at]))
    for done, at in enumerate(in_order):
        share = max(0, left // (len(made) - done))
        cost = attachment_tokens(made[at])
        if cost > share:
            is_picture = made[at].kind is AttachmentKind.PICTURE
            part = 0 if is_picture else made[at].given * share // cost
            made[at] = dataclasses.replace(made[at], given=part)
        left -= attachment_tokens(made[at])
    return tuple(made)


def size(messages: Iterable[ConversationMessage]) -> int:
    """About how many tokens they are."""
    return sum(map(message_tokens, messages))


def fitting(rows: Sequence[ConversationMessage], tokens: int) -> list[ConversationMessage]:
    """The newest turns that fit into ``tokens``.

    A turn that is too long for what is left keeps the person's words and the answers.
    """
    kept: list[ConversationMessage] = []
    for turn in reversed(turns_of(rows)):
        form = turn if size(turn) <= tokens else _words(turn)
        tokens -= size(form)
        if tokens < 0:
            break
        kept[:0] = form
    return kept


def shortened(turn: Sequence[ConversationMessage], tokens: int) -> list[ConversationMessage]:
    """A turn without the oldest of its steps, so that it fits.

    The person's message stays, and so does the newest step, whether it fits or not: who is not
    shown what came of a call can only make it again.
    """
    asked, *steps = units(turn)
    left = tokens - size(asked)
    kept: list[ConversationMessage] = []
    for step in reversed(steps):
        left -= size(step)
        if left < 0 and kept:
            break
        kept[:0] = step
    return [*asked, *kept]


def turns_of(rows: Iterable[ConversationMessage]) -> list[list[ConversationMessage]]:
    """Rows by turn, in the order the turns began: two processes may have written in between.

    A turn whose beginning is not there is left out.
    """
    turns: dict[str, list[ConversationMessage]] = {}
    for row in rows:
        turns.setdefault(row.turn_id, []).append(row)
    return [turn for turn in turns.values() if turn[0].role is Role.USER]


def units(rows: Iterable[ConversationMessage]) -> list[list[ConversationMessage]]:
    """What must stay together: a message, or an answer's calls with their results."""
    made: list[list[ConversationMessage]] = []
    for row in rows:
        if row.role is Role.TOOL and made and made[-1][0].role is not Role.USER:
            made[-1].append(row)
        else:
            made.append([row])
    return made


def _words(rows: Sequence[ConversationMessage]) -> list[ConversationMessage]:
    return [row for row in rows if row.role is not Role.TOOL and not row.tool_calls]


def repaired(messages: Iterable[ConversationMessage]) -> list[ConversationMessage]:
    """``messages`` with exactly one result after each tool call, in the calls' order.

    A call without a result (a crash, a kill) gets an interrupted one; a result without a call,
    and an assistant message with neither words nor calls, are left out. Calls of one message
    that share an id are told apart: results go to them in order, under new ids.
    """
    out: list[ConversationMessage] = []
    asked: ConversationMessage | None = None
    results: dict[str, deque[ConversationMessage]] = {}

    def close() -> None:
        nonlocal asked
        if asked is not None:
            out.extend(_answered(asked, results))
        asked = None
        results.clear()

    for message in messages:
        if message.role is Role.TOOL:
            if asked is not None:
                results.setdefault(message.tool_call_id or "", deque()).append(message)
            continue
        close()
        if message.role is Role.ASSISTANT and message.tool_calls:
            asked = message
        elif message.role is not Role.ASSISTANT or message.text:
            out.append(message)
    close()
    return out


def _answered(
    asked: ConversationMessage, results: dict[str, deque[ConversationMessage]]
) -> list[ConversationMessage]:
    calls = _told_apart(asked.tool_calls)
    out = [asked if calls == asked.tool_calls else dataclasses.replace(asked, tool_calls=calls)]
    for original, call in zip(asked.tool_calls, calls, strict=True):
        waiting = results.get(original.id)
        found = waiting.popleft() if waiting else _missing_result(asked, call)
        if found.tool_call_id != call.id:
            found = dataclasses.replace(found, tool_call_id=call.id)
        out.append(found)
    return out


def _told_apart(calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """``calls`` with an id for each; an imported conversation may repeat one."""
    taken = {call.id for call in calls}
    if len(taken) == len(calls):
        return calls
    seen: set[str] = set()
    out = []
    for call in calls:
        if call.id in seen:
            number = 2
            while f"{call.id}~{number}" in taken:
                number += 1
            call = dataclasses.replace(call, id=f"{call.id}~{number}")
            taken.add(call.id)
        seen.add(call.id)
        out.append(call)
    return tuple(out)


def _missing_result(owner: ConversationMessage, call: ToolCall) -> ConversationMessage:
    return ConversationMessage(
        conversation_id=owner.conversation_id,
        turn_id=owner.turn_id,
        role=Role.TOOL,
        text="The call was interrupted before it gave a result.",
        created_at=owner.created_at,
        tool_call_id=call.id,
        tool_name=call.name,
        tool_status=ToolStatus.INTERRUPTED,
        status=MessageStatus.INTERRUPTED,
        channel=owner.channel,
        metadata={"type": "interrupted"},
    )
