"""Turns and their steps as the trace shows them, made from events or from what was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.events import TurnStatus
from app.domain.files import OperationType
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import TurnState
from app.ui import words
from app.ui.skill_words import skill_label
from app.ui.translation import translate


def turn_state(status: TurnStatus | TurnState) -> tuple[str, str]:
    """How a turn stands, as a state (see ``controls.Dot``) and a word."""
    match status.value:
        case "ok":
            return "ok", translate("Trace", "done")
        case "failed":
            return "trouble", translate("Trace", "failed")
        case "cancelled":
            return "attention", translate("Trace", "stopped")
        case "limit":
            return "attention", translate("Trace", "at its limit")
        case "running":
            return "idle", translate("Trace", "working")
        case _:
            return "attention", translate("Trace", "interrupted")


def decided(decision: str, by: str | None) -> str:
    """A decision about a call, and whose it was: ``allowed by you``."""
    word = decision_word(decision)[1]
    if not by:
        return word
    whose = translate("Trace", "you") if by == "you" else by
    return translate("Trace", "{decision} by {who}").format(decision=word, who=whose)


def decision_word(decision: str) -> tuple[str, str]:
    """A decision as a state and a word; empty: nobody has decided."""
    match decision:
        case "allowed":
            return "ok", translate("Trace", "allowed")
        case "denied":
            return "attention", translate("Trace", "denied")
        case "expired":
            return "attention", translate("Trace", "expired")
        case "edited":
            return "idle", translate("Trace", "edited")
        case "":
            return "attention", translate("Trace", "not decided")
        case _:
            return "attention", decision


@dataclass(slots=True)
class Node:
    """A turn or a step of one. ``state`` as in ``controls.Dot``; ``arguments`` of a call.

    ``begins``: milliseconds after the turn did, where it is known; ``started``: when a turn did.
    ``facts``: more to be said.
    """

    kind: str
    title: str
    state: str = "idle"
    word: str = ""
    milliseconds: int | None = None
    id: str = ""
    name: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    result: str = ""
    decided: str = ""
    begins: int | None = None
    started: datetime | None = None
    facts: tuple[str, ...] = ()
    parent: Node | None = None
    steps: list[Node] = field(default_factory=list)

    @property
    def row(self) -> int:
        """Where it stands under its parent (turns: see the model)."""
        if self.parent is None:
            return -1
        return next(i for i, node in enumerate(self.parent.steps) if node is self)

    @property
    def turn(self) -> Node:
        """The turn it belongs to, or itself."""
        return self.parent or self

    @property
    def span(self) -> int:
        """Milliseconds a turn took; while it runs, those until the end of what has ended."""
        ends = [(step.begins or 0) + (step.milliseconds or 0) for step in self.steps]
        return self.milliseconds or max(ends, default=0)

    def since_start(self, moment: datetime) -> int | None:
        """Milliseconds from the beginning of a turn until ``moment``."""
        return None if self.started is None else after(self.started, moment)

    def matches(self, words: list[str]) -> bool:
        """Whether all words, in small letters, are in what is shown of it."""
        told = f"{self.kind} {self.title} {self.name} {self.word} {self.decided}".lower()
        return all(word in told for word in words)

    def details(self) -> str:
        """Everything known of it, as text."""
        parts = [self.name or self.title]
        state = " · ".join(
            p for p in (self.word, self.decided, words.duration(self.milliseconds or 0)
                        if self.milliseconds is not None else "") if p
        )  # fmt: skip
        if state:
            parts.append(state)
        parts += self.facts
        if self.arguments:
            shown = json.dumps(self.arguments, indent=2, ensure_ascii=False, default=str)
            parts += ["", translate("Trace", "Arguments"), shown]
        if self.result:
            parts += ["", translate("Trace", "Result"), self.result]
        return "\n".join(parts)

    def whole(self) -> str:
        """The same of a turn and of all its steps."""
        return "\n\n".join([self.details(), *(step.details() for step in self.steps)])


# -- from messages -----------------------------------------------------------------------


def call_node(call_id: str, name: str, arguments: Mapping[str, object]) -> Node:
    """A call that runs."""
    gist = words.gist(arguments, 60)
    label = skill_label(name)
    title = f"{label}  {gist}" if gist else label
    return Node("call", title, *words.call_state(None), id=call_id, name=name, arguments=arguments)


def error_node(kind: str, message: str) -> Node:
    """What ended a turn."""
    state, word = turn_state(TurnStatus.FAILED)
    return Node("error", kind, state, word, result=message)


def operation_word(operation: str) -> str:
    """Why a version came to be, in a word."""
    match operation:
        case OperationType.SKILL_EDIT:
            return translate("Trace", "skill edit")
        case OperationType.RESTORE:
            return translate("Trace", "restore")
        case OperationType.EXTERNAL:
            return translate("Trace", "external")
        case _:
            return operation.replace("_", " ")


def add_stored(turn: Node, message: ConversationMessage) -> None:
    """Add what a stored message tells of its turn."""
    match message.role:
        case Role.USER:
            turn.title = message.text
        case Role.ASSISTANT:
            for call in message.tool_calls:
                node = call_node(call.id, call.name, call.arguments)
                node.state, node.word = words.call_state(ToolStatus.INTERRUPTED)
                node.parent = turn
                turn.steps.append(node)
            if message.status is MessageStatus.FAILED:
                turn.state, turn.word = turn_state(TurnStatus.FAILED)
            elif message.status is MessageStatus.INTERRUPTED:
                turn.state, turn.word = turn_state(TurnStatus.CANCELLED)
        case Role.TOOL:
            for node in turn.steps:
                if node.id == message.tool_call_id:
                    status = message.tool_status or ToolStatus.OK
                    node.state, node.word = words.call_state(status)
                    node.result = message.text


def after(start: datetime, moment: datetime) -> int:
    """Milliseconds from ``start`` to ``moment``, 0 at least."""
    return max(0, round((moment - start).total_seconds() * 1000))
