"""An approval as a notification of the desktop: what it says, and what may be pressed there.

"Allow once" is offered only where the notification tells the whole of what is allowed. Anything
longer, and anything a service would not show, is decided in the window.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from app.domain.events import Approval
from app.domain.unseen import UNSEEN
from app.ui.notification_service import Note
from app.ui.skill_words import asked
from app.ui.translation import translate

ALLOW: Final = "allow"
DENY: Final = "deny"
OPEN: Final = "open"

_MOST_LINES: Final = 6
_MOST_LETTERS: Final = 240
"""More than this a service may cut, and says nothing about it."""
_HIDDEN: Final = re.compile(f"[{UNSEEN}\x00-\x08\x0b-\x1f\x7f]")
_HEADS: Final = ("--- ", "+++ ")


def approval_note(approval: Approval, can: Collection[str], mark: str) -> Note:
    """The note; ``can`` is what the service can do, ``mark`` tells its buttons from others'."""
    told, is_whole = _told(approval)
    decide = [(f"{DENY}:{mark}", translate("Approvals", "Deny"))]
    if is_whole and "body" in can:
        decide.insert(0, (f"{ALLOW}:{mark}", translate("Approvals", "Allow once")))
    elif told:
        told += "\n" + translate("Approvals", "Open Steward to see all of it.")
    return Note(
        title=translate("Approvals", "Steward asks: {summary}?").format(
            summary=_one_line(asked(approval)).rstrip(".?")
        ),
        body=told,
        actions=(
            ("default", translate("Approvals", "Open")),
            *decide,
            (f"{OPEN}:{mark}", translate("Approvals", "Open")),
        ),
        stays=True,
    )


def _told(approval: Approval) -> tuple[str, bool]:
    """What the body says, and whether nothing is left out."""
    if approval.diff:
        what, is_told = _without_heads(approval.diff.splitlines())
    else:
        what = [f"{name}: {value}" for name, value in (approval.arguments or {}).items()]
        is_told = bool(what)
    lines = [approval.note, *what] if approval.note else what
    text = "\n".join(lines)
    # What shows as something else than it is, or as nothing, has not been told.
    plain = not _HIDDEN.search(text) and not _HIDDEN.search(approval.summary)
    text = _HIDDEN.sub("\ufffd", text)
    fits = len(lines) <= _MOST_LINES and len(text) + len(approval.summary) <= _MOST_LETTERS
    if not fits:
        text = "\n".join(text.splitlines()[: _MOST_LINES - 1])[: _MOST_LETTERS - 1] + "…"
    return text, plain and fits and is_told


def _without_heads(lines: list[str]) -> tuple[list[str], bool]:
    """A diff without the file's name, which the title has; whether it shows what changes.

    Only above the first hunk: below it, such a line is one of the file's. What has no hunk is no
    text, and only its size is told.
    """
    first = next((at for at, line in enumerate(lines) if line.startswith("@@")), len(lines))
    above = [line for line in lines[:first] if not line.startswith(_HEADS)]
    return above + lines[first:], first < len(lines)


def _one_line(text: str) -> str:
    return _HIDDEN.sub("\ufffd", " ".join(text.split()))
