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


def command_in(text: str, me: str = "") -> tuple[str, str] | None:
    """A command's name, and what stands behind it; ``None`` for what is none.

    ``me``: what the service calls us, with or without ``@``: ``/help@steward_bot`` is one, too.
    """
    if not text.startswith("/"):
        return None
    first, *rest = text.split(None, 1)
    name, at, whose = first[1:].partition("@")
    if at and me and whose.casefold() != me.removeprefix("@").casefold():
        return None
    return name.casefold(), "".join(rest).strip()


def spoken(text: str, me: str = "") -> str:
    """``text`` as the engine is to have it: without a leading mention, or one in a command."""
    text = text.strip()
    name = me.removeprefix("@")
    if not name:
        return text
    if text.casefold().startswith(f"@{name}".casefold()):
        rest = text[len(name) + 1 :]
        text = rest.lstrip(" ,:") if not rest[:1].isalnum() and rest[:1] != "_" else text
    first, space, rest = text.partition(" ")
    if first.startswith("/") and first.casefold().endswith(f"@{name}".casefold()):
        first = first[: -len(name) - 1]
    return f"{first}{space}{rest}"
