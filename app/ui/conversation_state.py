"""How a conversation stands, in the words of the list."""

from __future__ import annotations

from app.domain.messages import ConversationSummary, MessageStatus
from app.ui import words
from app.ui.open_conversation import OpenConversation
from app.ui.translation import translate


def state_line(
    summary: ConversationSummary, known: OpenConversation | None, *, paused: bool
) -> tuple[str, str]:
    """A state (see ``controls.Dot``) and words. ``known``: the conversation, if it is open here."""
    if known is not None and known.model.asking:
        return "attention", translate("Conversations", "Waiting for your approval")
    if known is not None and known.turns:
        if paused and not known.model.busy:
            return "idle", translate("Conversations", "Paused")
        return "idle", translate("Conversations", "Working …")
    if known is not None and known.outcome:
        return "", known.outcome
    if summary.last_status is MessageStatus.INTERRUPTED:
        return "", translate("Conversations", "Stopped")
    if summary.last_status is MessageStatus.FAILED:
        return "trouble", translate("Conversations", "The last answer failed")
    return "", words.count(summary.message_count, "message")
