"""One message that shows an answer while it is made: changed now and then, at last the answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Final

from app.channels.shift import Row, Shift
from app.channels.words import code, explained, explained_turn, plain, shortened
from app.domain.channels import Chat
from app.domain.errors import StewardError
from app.domain.events import (
    Answer,
    Approval,
    Delta,
    ErrorEvent,
    Event,
    Phase,
    ToolCallEvent,
    ToolResultEvent,
    TurnStatus,
    Waiting,
)
from app.domain.tool_calls import ToolStatus
from app.orchestrator.turn import TurnOutcome

logger = logging.getLogger(__name__)

INTERVAL: Final = 1.5
"""Seconds between two changes of a message: Telegram takes about one a second."""
PATIENCE: Final = 0.7
"""An answer that takes less long, in seconds, is shown as a whole only."""
STOPPED: Final = "Stopped."
_GO_ON: Final = "Go on"
_BUSY: Final = "_Waiting for what is being done in this conversation…_"
_PAUSED: Final = "_Steward is paused: this waits until it goes on, in its window._"
_MOST_SUGGESTIONS: Final = 6
_LABEL: Final = 40
_SHOWN_ARGUMENTS: Final = ("path", "query", "text")
"""Arguments that say best what a call is about; the first one there is shown."""


def key_of(turn_id: str) -> str:
    """The key of the message that shows a turn's answer."""
    return f"answer:{turn_id}"


class TurnView:
    """Shows one turn in a chat. ``event`` is called for each of its events, ``finish`` once."""

    def __init__(self, shift: Shift, chat: Chat, user_id: str, turn_id: str) -> None:
        self._shift = shift
        self._chat = chat
        self._user_id = user_id
        self._turn_id = turn_id
        self._text = ""
        self._line = ""
        self._error = ""
        self._suggestions: tuple[str, ...] = ()
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._showing = shift.group.create_task(self._show_now_and_then(), name="answer view")

    def waits(self, *, paused: bool = False) -> None:
        """Another turn of the conversation is under way, or none may begin."""
        self._set_line(_PAUSED if paused else _BUSY)

    def event(self, event: Event) -> None:
        """Take in what happened in the turn."""
        match event:
            case Delta(text=text):
                self._text += text
                self._set_line("")
            case ToolCallEvent():
                self._set_line(f"→ {_call(event.name, event.arguments)}")
            case ToolResultEvent(status=ToolStatus.OK):
                self._text = ""  # the answer is what is said from here on
                self._set_line(f"✓ {code(event.name)}")
            case ToolResultEvent():
                self._text = ""
                self._set_line(f"✗ {code(event.name)}: {plain(shortened(event.content, 120))}")
            case Waiting(phase=Phase.RETRY | Phase.COMPACTION):
                self._set_line(f"_{plain(shortened(event.detail, 200))}_")
            case Approval():
                # Nobody is kept waiting but by the person.
                self._shift.adapter.working(self._chat, on=event.decision is not None)
            case ErrorEvent():
                self._error = explained_turn(event.message, event.settings)
            case Answer(suggestions=suggestions):
                self._suggestions = suggestions
            case _:
                pass

    async def finish(self, outcome: TurnOutcome | None) -> None:
        """Show how the turn ended; ``None``: by a bug. Raises ``StorageError``."""
        self.close()
        await asyncio.wait([self._showing])
        text, suggestions = self._end(outcome)
        buttons = await self._buttons(suggestions)
        await self._shift.say(self._chat, key_of(self._turn_id), text, buttons, anew=True)

    def close(self) -> None:
        """Show nothing more; after ``finish``, or where the turn was left."""
        self._over.set()
        self._changed.set()

    # -- inside ----------------------------------------------------------------------------

    def _end(self, outcome: TurnOutcome | None) -> tuple[str, tuple[str, ...]]:
        if outcome is not None and outcome.status in (TurnStatus.OK, TurnStatus.LIMIT):
            return ended_well(outcome.text, outcome.reason), (
                (_GO_ON,) if outcome.status is TurnStatus.LIMIT else self._suggestions
            )
        if outcome is not None and outcome.status is TurnStatus.CANCELLED:
            words = STOPPED
        elif outcome is not None and outcome.error is not None:
            words = f"⚠ {explained(outcome.error)}"
        else:
            words = f"⚠ {self._error or 'Something in Steward went wrong. The log says more.'}"
        return "\n\n".join(part for part in (self._text.strip(), words) if part), ()

    async def _buttons(self, suggestions: tuple[str, ...]) -> list[Row]:
        texts = suggestions[:_MOST_SUGGESTIONS]
        if not texts:
            return []
        said = {shortened(text, _LABEL): {"do": "say", "text": text} for text in texts}
        made = await self._shift.offer(self._chat, self._user_id, key_of(self._turn_id), said)
        return [(one,) for one in made]

    def _set_line(self, line: str) -> None:
        self._line = line
        self._changed.set()

    async def _show_now_and_then(self) -> None:
        wait = PATIENCE
        while True:
            await self._changed.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._over.wait()
            if self._over.is_set():
                return
            self._changed.clear()
            wait = INTERVAL
            try:
                await self._shift.say(
                    self._chat, key_of(self._turn_id), self._so_far(), growing=True
                )
            except StewardError as error:  # the end of the answer will meet it, too
                logger.warning("an answer under way was not shown", extra={"kind": error.kind})

    def _so_far(self) -> str:
        text = self._text.strip()
        if text and not self._line:
            return f"{text} …"
        return "\n\n".join(part for part in (text, self._line) if part) or "…"


def ended_well(text: str, reason: str) -> str:
    """An answer, and what cut it short, if anything did."""
    answer = text if text.strip() else "_There are no words in the answer._"
    return f"{answer}\n\n_{plain(reason)}_" if reason else answer


def _call(name: str, arguments: Mapping[str, object]) -> str:
    said = next((arguments[one] for one in _SHOWN_ARGUMENTS if arguments.get(one)), None)
    about = f" {code(shortened(str(said), 60))}" if said is not None else ""
    return f"{code(name)}{about}"
