"""How a turn ended, as rows: what is said about it, and the button that goes on from there."""

from __future__ import annotations

from typing import Final

from app.domain.turns import TurnState
from app.ui.chat.rows import NoticeRow, Row, SuggestionsRow
from app.ui.remedies import explained_turn
from app.ui.translation import translate

_LIMIT_OF_LENGTH: Final = "length limit"


def stopped() -> str:
    """Under what the person stopped."""
    return translate("Endings", "Stopped. What was done before stays, and every version of it.")


def broken() -> str:
    """Under an answer that failed on its way."""
    return translate("Endings", "The answer broke off here.")


def ending(state: TurnState, turn_id: str, reason: str, message: str = "") -> list[Row]:
    """A notice, if there is something to say. ``reason`` and ``message`` as in ``TurnRecord``."""
    match state:
        case TurnState.CANCELLED:
            return [NoticeRow("attention", stopped(), turn_id)]
        case TurnState.INTERRUPTED:
            text = translate(
                "Endings",
                "Interrupted: Steward ended before this answer did. What is above was kept, and "
                "so was every change.",
            )
            return [NoticeRow("attention", text, turn_id)]
        case TurnState.FAILED:
            return [NoticeRow("trouble", explained_turn(message or broken(), reason), turn_id)]
        case TurnState.LIMIT:
            limit = reason or translate("Endings", "A limit was reached.")
            text = translate("Endings", "{limit} The answer above sums up what was done.").format(
                limit=limit
            )
            return [NoticeRow("attention", text, turn_id)]
        case TurnState.OK if reason:
            return [NoticeRow("attention", reason, turn_id)]
        case _:
            return []


def resume_message() -> str:
    """What asks a model to go on with an answer that Steward's own end cut off."""
    return translate("Endings", "You were interrupted. Go on from where your answer stopped.")


def way_on(state: TurnState, reason: str) -> list[Row]:
    """The button that goes on from how the newest turn ended, if that makes sense."""
    match state:
        case TurnState.INTERRUPTED:
            label = translate("Endings", "Resume")
            message = resume_message()
        case TurnState.CANCELLED:
            label = translate("Endings", "Continue")
            message = translate("Endings", "Go on from where I stopped you.")
        case TurnState.LIMIT:
            label = translate("Endings", "Go on")
            message = translate("Endings", "Go on.")
        case TurnState.OK if _LIMIT_OF_LENGTH in reason:
            label = translate("Endings", "Continue")
            message = translate("Endings", "Continue exactly where your answer was cut off.")
        case _:
            return []
    return [SuggestionsRow((message,), labels=(label,))]
