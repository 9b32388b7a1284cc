"""How a turn ended, as rows: what is said about it, and the button that goes on from there."""

from __future__ import annotations

from typing import Final

from app.domain.turns import TurnState
from app.ui.chat.rows import NoticeRow, Row, SuggestionsRow

STOPPED: Final = "Stopped. What was done before stays, and every version of it."
BROKEN: Final = "The answer broke off here."
INTERRUPTED: Final = (
    "Interrupted: Steward ended before this answer did. What is above was kept, and so was every "
    "change."
)
_GO_ON: Final = ("Go on", "Go on.")
_CONTINUE: Final = ("Continue", "Continue exactly where your answer was cut off.")
_AFTER_STOP: Final = ("Continue", "Go on from where I stopped you.")
RESUME_TEXT: Final = "You were interrupted. Go on from where your answer stopped."
"""What asks a model to go on with an answer that Steward's own end cut off."""
_RESUME: Final = ("Resume", RESUME_TEXT)


def ending(state: TurnState, turn_id: str, reason: str, message: str = "") -> list[Row]:
    """A notice, if there is something to say. ``reason`` and ``message`` as in ``TurnRecord``."""
    match state:
        case TurnState.CANCELLED:
            return [NoticeRow("attention", STOPPED, turn_id)]
        case TurnState.INTERRUPTED:
            return [NoticeRow("attention", INTERRUPTED, turn_id)]
        case TurnState.FAILED:
            return [NoticeRow("trouble", message or BROKEN, turn_id)]
        case TurnState.LIMIT:
            text = f"{reason or 'A limit was reached.'} The answer above sums up what was done."
            return [NoticeRow("attention", text, turn_id)]
        case TurnState.OK if reason:
            return [NoticeRow("attention", reason, turn_id)]
        case _:
            return []


def way_on(state: TurnState, reason: str) -> list[Row]:
    """The button that goes on from how the newest turn ended, if that makes sense."""
    offer = None
    match state:
        case TurnState.INTERRUPTED:
            offer = _RESUME
        case TurnState.CANCELLED:
            offer = _AFTER_STOP
        case TurnState.LIMIT:
            offer = _GO_ON
        case TurnState.OK if "length limit" in reason:
            offer = _CONTINUE
    return [] if offer is None else [SuggestionsRow((offer[1],), labels=(offer[0],))]
