"""Which of several models a router should ask first, and which of them answered. Pure.

What a model thought is signed by it: another one refuses the request that holds it, and its own
maker may refuse one that holds it no more. So who has begun to call tools in a turn, in place of
another model, is asked first until the turn's end.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.messages import ConversationMessage, Role


def in_order(
    messages: Sequence[ConversationMessage], asked: str, others: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Whom to ask first, and then whom."""
    begun = _who_began(messages)
    if begun is None or begun == asked or begun not in others:
        return asked, tuple(other for other in others if other != asked)
    return begun, (asked, *(other for other in others if other not in (asked, begun)))


def who_answered(said: str | None, asked: str, others: Sequence[str]) -> str:
    """The one of those that could answer that did; ``said`` is the name in the answer."""
    if said is None or _is_one(said, asked):
        return asked
    return next((other for other in others if _is_one(said, other)), asked)


def _who_began(messages: Sequence[ConversationMessage]) -> str | None:
    for message in reversed(messages):
        if message.role is Role.USER:
            return None
        if message.tool_calls:
            model = message.metadata.get("asked_model")
            return model if isinstance(model, str) else None
    return None


def _is_one(said: str, model: str) -> bool:
    """Whether an answer's model is this one: routers add a date, and leave ``:free`` out."""
    plain, base = said.partition(":")[0], model.partition(":")[0]
    return plain == base or plain.startswith(f"{base}-")
