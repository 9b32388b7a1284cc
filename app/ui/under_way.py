"""What turns under way have told so far, of conversations that are not open in this window.

A turn may begin on a phone. Who opens its conversation meanwhile sees it from its beginning, with
the question it asks; what is stored of it is not the whole of it yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from app.domain.events import Approval, Delta, Event, Reasoning, TurnFinished, TurnStarted


class UnderWay:
    """Events by conversation, from a turn's beginning to its end."""

    def __init__(self) -> None:
        self._told: dict[str, list[Event]] = {}

    def __bool__(self) -> bool:
        return bool(self._told)

    def take(self, event: Event) -> None:
        """Note an event of a conversation that is not open."""
        conversation_id = event.conversation_id or ""
        if isinstance(event, TurnStarted):
            self._told[conversation_id] = []
        told = self._told.get(conversation_id)
        if told is None:
            return
        told.append(event)  # also the end: somebody may be about to show it
        if isinstance(event, TurnFinished):
            self.forget(conversation_id)

    def told(self, conversation_id: str) -> Sequence[Event] | None:
        """All that was told of the turn under way, growing to its end; ``None``: none is."""
        return self._told.get(conversation_id)

    def asks(self, conversation_id: str) -> bool:
        """Whether a decision is waited for."""
        told = self._told.get(conversation_id, ())
        open_ = [one.id for one in told if isinstance(one, Approval) and one.decision is None]
        decided = {one.id for one in told if isinstance(one, Approval) and one.decision}
        return not decided.issuperset(open_)

    def forget(self, conversation_id: str) -> None:
        """The conversation is open from now on, or its turn has ended."""
        self._told.pop(conversation_id, None)


def joined(events: Sequence[Event]) -> Iterator[Event]:
    """The same events, words that follow each other as one."""
    held: Delta | Reasoning | None = None
    pieces: list[str] = []
    for event in (*events, None):
        if held is not None and type(event) is type(held):
            assert isinstance(event, Delta | Reasoning)
            pieces.append(event.text)
            continue
        if held is not None:
            yield dataclasses.replace(held, text="".join(pieces))
            held = None
        if isinstance(event, Delta | Reasoning):
            held, pieces = event, [event.text]
        elif event is not None:
            yield event
