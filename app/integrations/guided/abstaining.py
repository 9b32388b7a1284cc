"""What the guide says to a message it does nothing for: not understood, unclear, wrongly written.

Each answer says what can be done here. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.integrations.guided.commands import COMMANDS, find_command
from app.integrations.guided.intents import (
    Ambiguous,
    BadUsage,
    Doubt,
    Intent,
    Reason,
    ReplaceText,
    Unknown,
)
from app.integrations.guided.markdown import bullets, code
from app.integrations.guided.spelling import as_command
from app.integrations.guided.steps import Reply

UNCHANGED: Final = "Nothing was changed."

CONNECT: Final = (
    "To ask in your own words, connect a model: in the window **Settings → Model**; for "
    "the terminal set `OPENROUTER_API_KEY` or `STEWARD_LLM_BASE_URL`."
)

_GENERAL: Final = ("/files", "/help")


def offers(*intents: Intent) -> tuple[str, ...]:
    """The commands for ``intents``, to be offered as buttons; each once."""
    commands = (as_command(intent) for intent in intents)
    return tuple(dict.fromkeys(command for command in commands if command is not None))


def can_do() -> str:
    """The commands, as a list."""
    return "I can do these offline:\n\n" + bullets(
        [f"{code(command.usage)} {_lower(command.summary)}" for command in COMMANDS]
    )


def can_do_briefly() -> str:
    """The commands' names, on one line."""
    names = ", ".join(code(f"/{command.name}") for command in COMMANDS)
    return f"I can do these offline: {names}. `/help` explains them."


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


_REASONS: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN: "I did not understand that.",
    Reason.NO_SUCH_COMMAND: "I did not understand that: there is no such command.",
    Reason.NEGATED: "I did not understand that: it reads like something not to do.",
    Reason.QUESTION: (
        "I did not understand that: it reads like a question, and without a model I cannot "
        "answer it. If it is something to do, say it as a request."
    ),
    Reason.SEVERAL: (
        "I did not understand that: it reads like more than one request, and I take one at a time."
    ),
    Reason.QUOTES: "I did not understand that: the quotation marks do not work out.",
}


def not_understood(unknown: Unknown) -> Reply:
    """Abstain: nothing was done, what can be done, and how to connect a model."""
    opening = _REASONS[unknown.reason]
    if unknown.near:
        opening += f" Did you mean {' or '.join(code('/' + name) for name in unknown.near)}?"
    text = f"{opening} {UNCHANGED}\n\n{can_do_briefly()}\n\n{CONNECT}"
    return Reply(text, (*offers(*unknown.readings), *_GENERAL))


_DOUBTS: Final[Mapping[Doubt, str]] = {
    Doubt.EXACT_TEXT: (
        "I take text exactly as it stands, so put it in quotes: "
        "`replace 'draft' with 'final' in report.md`."
    ),
    Doubt.WHICH_FILE: "Which file? Say it with its full name, for instance `report.md`.",
    Doubt.WHICH_VERSION: ("Which version? Say it by its number: `restore version 1 of report.md`."),
    Doubt.ONE_VERSION: (
        "I cannot show a single version here. I can list and compare versions; in the terminal, "
        "`steward files show PATH@N` prints one."
    ),
    Doubt.WHERE_TO_PUT: "Where should the text go?",
    Doubt.TEXT_TO_REMOVE: "Text is removed from a file by replacing it with nothing.",
    Doubt.NEW_NAME: "I am not sure which new place you mean.",
    Doubt.TWO_READINGS: "That can mean more than one thing.",
}


def unclear(ambiguous: Ambiguous) -> Reply:
    """Ask back: offer what may be meant, do nothing."""
    commands = offers(*ambiguous.readings)
    text = f"{_DOUBTS[ambiguous.doubt]} {UNCHANGED}"
    if commands:
        opening = "Did you mean this?" if len(commands) == 1 else "Did you mean one of these?"
        text += f"\n\n{opening}\n\n{bullets([code(command) for command in commands])}"
    return Reply(text, (*commands, *_GENERAL))


def wrong_usage(bad: BadUsage) -> Reply:
    """Say how the command is written."""
    command = find_command(bad.command)
    assert command is not None, "the parser names only commands of the table"
    text = (
        f"{bad.problem} {UNCHANGED}\n\n"
        f"It is written {code(command.usage)}, for instance {code(command.example)}."
    )
    commands = offers(*bad.readings)
    if commands:
        text += f" Did you mean {' or '.join(code(command) for command in commands)}?"
    return Reply(text, (*commands, f"/help {command.name}"))


def wrong_order(intent: ReplaceText, meant: ReplaceText) -> Reply:
    """The same, where a replacement has a file in the place of a text."""
    problem = (
        f"There is no file {code(intent.path)} in the folders you granted, but there is "
        f"{code(meant.path)}."
    )
    return wrong_usage(BadUsage("replace", problem, (meant,)))
