"""Whether the first steps are shown by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.ui.ports import Desk
    from app.ui.window_state import WindowState

_SEEN: Final = "set_up_seen"


def is_due(desk: Desk, state: WindowState) -> bool:
    """Nothing was set up yet, and the person has not been asked before."""
    nothing = not desk.folders.folders and not model_chosen(desk)
    return nothing and not state.flag(_SEEN, False)


def remember_seen(state: WindowState) -> None:
    """They were done, or skipped: they do not come by themselves again."""
    state.save(**{_SEEN: True})


def model_chosen(desk: Desk) -> bool:
    """Whether a model is connected, or the person chose to do without."""
    return desk.settings.provider is not None or desk.llm.provider != "guided"
