"""The commands that a channel has besides what it says to the engine. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    "new": "Begin a new conversation",
    "conversations": "Go on in another conversation",
    "status": "How Steward stands",
    "versions": "Files changed last, or the versions of one: /versions NAME",
    "undo": "Take back the last changes of this conversation",
    "circuits": "What is paused because it kept failing",
    "stop": "Stop what is being done",
    "help": "What you can say here",
}
"""Names, without the slash, and what each does: the service offers them on the phone."""

READ_ONLY: Final = frozenset({"conversations", "status", "versions", "circuits", "help", "start"})
"""Those that change nothing: however late one comes, it is answered."""


def command_in(text: str) -> tuple[str, str] | None:
    """A command's name, and what stands behind it; ``None`` for what is none of ours.

    The adapter has taken our own name out: with ``@`` it is for somebody else.
    """
    first, *rest = text.split(None, 1) or [""]
    if not first.startswith("/") or "@" in first:
        return None
    return first[1:].casefold(), "".join(rest).strip()
