"""How a conversation stands, in the words of the list."""

from __future__ import annotations

from app.domain.messages import ConversationSummary, MessageStatus
from app.ui import words
from app.ui.channel_words import came_over
from app.ui.open_conversation import OpenConversation
from app.ui.translation import translate


def state_line(
    summary: ConversationSummary,
    known: OpenConversation | None,
    *,
    paused: bool,
    under_way: bool = False,
    asking: bool = False,
) -> tuple[str, str]:
    """A state (see ``controls.Dot``) and words. ``known``: the conversation, if it is open here.

    ``under_way``: a turn of it runs, whichever face began it; ``asking``: it waits for a decision.
    """
    state, line = _state(summary, known, paused=paused, under_way=under_way, asking=asking)
    over = came_over(summary.channel)
    return state, f"{line} · {over}" if over else line


def _state(
    summary: ConversationSummary,
    known: OpenConversation | None,
    *,
    paused: bool,
    under_way: bool,
    asking: bool,
) -> tuple[str, str]:
    if asking or (known is not None and known.model.asking):
        return "attention", translate("Conversations", "Waiting for your approval")
    if under_way or (known is not None and known.turns):
        if known is not None and paused and not known.model.busy:
            return "idle", translate("Conversations", "Paused")
        return "idle", translate("Conversations", "Working …")
    if known is not None and known.outcome:
        return "", known.outcome
    if summary.last_status is MessageStatus.INTERRUPTED:
        return "", translate("Conversations", "Stopped")
    if summary.last_status is MessageStatus.FAILED:
        return "trouble", translate("Conversations", "The last answer failed")
    return "", words.count(summary.message_count, "message")
