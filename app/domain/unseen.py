"""Characters that take no room on a screen: inside a word, nobody sees them. Pure."""

from __future__ import annotations

from typing import Final

UNSEEN: Final = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""For a character class of ``re``: soft hyphen, joiners, marks of direction, selectors, tags."""
