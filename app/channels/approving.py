"""Approvals on a chat: a card with the change and buttons, which says at last what came of it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath
from typing import Final

from app.channels.shift import OwnTurn, Shift
from app.channels.words import block, plain, shortened
from app.domain.approvals import bound_hash
from app.domain.attachments import clean_name
from app.domain.channels import ButtonPress, Chat, Document, Outgoing
from app.domain.errors import StewardError
from app.domain.events import Approval
from app.orchestrator.approvals import Decision

_Work = Callable[[OwnTurn, Approval], Awaitable[None]]

CARD: Final = "approval:"
MOST_DIFF: Final = 3_000
"""Characters of a difference that a message shows; a longer one is sent as a document."""
_HEAD: Final = 1_200
_MOST_SUMMARY: Final = 500
_BUTTONS: Final = {
    "Allow once": Decision.ALLOW_ONCE,
    "Allow for this conversation": Decision.ALLOW_CONVERSATION,
    "Deny": Decision.DENY,
}
_CUT: Final = re.compile(r"^\\ ([0-9,]+) more lines of this diff are not shown$", re.MULTILINE)
"""What ``unified_diff`` ends with where it was too long."""
_OVER: Final = "This is over. Nothing was changed by it."
_PRESSED: Final = {
    Decision.ALLOW_ONCE: "Allowed.",
    Decision.ALLOW_CONVERSATION: "Allowed for this conversation.",
    Decision.DENY: "Denied.",
}


class Approving:
    """The approval cards of one run of a desk."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._cards: dict[str, Outgoing] = {}
        """What the open cards say, by the approval's id."""
        self._chosen: dict[str, Decision] = {}
        """What was pressed here, by the approval's id."""

    def event(self, turn: OwnTurn, event: Approval) -> None:
        """An approval of a turn of this desk is asked for, or was decided, wherever."""
        line = CARD + event.id
        if event.decision is None:
            if event.diff:
                turn.shown.append(f"{event.summary}\n{event.diff}")
            self._shift.lines.add(line, lambda: self._guarded(turn, event, self._ask))
        elif self._shift.lines.length(line) or event.id in self._cards:
            self._shift.lines.add(line, lambda: self._guarded(turn, event, self._end))

    def decide(self, press: ButtonPress, action: Mapping[str, object]) -> str:
        """A button of a card was pressed; what came of it in a few words."""
        approvals, name = self._shift.parts.approvals, str(action.get("approval"))
        asked = next((one for one in approvals.pending() if one.id == name), None)
        if asked is None or _bound(asked) != action.get("bound"):
            return "This is over."
        decision = Decision(str(action.get("decision")))
        if not approvals.decide(name, decision, by=self._shift.by):
            return "This is over."
        self._chosen[name] = decision
        return _PRESSED[decision]

    async def end_what_was_left(self) -> None:
        """At a start no card is open any more. Raises ``StorageError``."""
        buttons = self._shift.parts.buttons
        for card in await buttons.open(self._shift.channel, CARD):
            chat = Chat(self._shift.channel, card.chat_id)
            title = plain(str(card.action.get("title", "")))
            await self._shift.say(chat, card.name, f"**{title}**\n\n{_OVER}", quiet=True)
            await buttons.void(card.name)

    # -- inside ----------------------------------------------------------------------------

    async def _guarded(self, turn: OwnTurn, event: Approval, work: _Work) -> None:
        try:
            await work(turn, event)
        except StewardError as error:  # not asked: it expires, and nothing is changed
            await self._shift.failed(turn.chat, f"failed:{CARD}{event.id}", error)

    async def _ask(self, turn: OwnTurn, event: Approval) -> None:
        asked = {
            "do": "approve",
            "approval": event.id,
            "bound": _bound(event),
            "title": shortened(event.summary, _MOST_SUMMARY),
        }
        actions = {label: {**asked, "decision": one.value} for label, one in _BUTTONS.items()}
        once, always, deny = await self._shift.offer(
            turn.chat, turn.user_id, CARD + event.id, actions, expires_at=event.expires_at
        )
        card = _card(event)
        self._cards[event.id] = card
        shown = dataclasses.replace(card, buttons=((once, deny), (always,)))
        await self._shift.show(turn.chat, CARD + event.id, shown)

    async def _end(self, turn: OwnTurn, event: Approval) -> None:
        card = self._cards.pop(event.id, None)
        if card is None:  # it was not shown
            return
        await self._shift.parts.buttons.void(CARD + event.id)
        text = f"{card.text}\n\n{self._outcome(event)}"
        await self._shift.show(turn.chat, CARD + event.id, dataclasses.replace(card, text=text))

    def _outcome(self, event: Approval) -> str:
        chosen = self._chosen.pop(event.id, None)
        if chosen is not None and event.by == self._shift.by:
            return f"{'✗' if chosen is Decision.DENY else '✓'} {_PRESSED[chosen]}"
        where = {"you": " in the window", "terminal": " at the terminal"}.get(event.by or "", "")
        match event.decision:
            case "allowed":
                return f"✓ Allowed{where}."
            case "expired":
                return "✗ Nobody decided in time: nothing was changed."
            case "edited":
                return f"✎ Changed{where}: there is a new question."
            case _ if event.by == "cancelled":
                return "✗ Stopped: nothing was changed."
            case _:
                return f"✗ Denied{where}."


def _bound(event: Approval) -> str:
    return bound_hash(event.name, event.arguments or {}, {})


def _card(event: Approval) -> Outgoing:
    parts = [f"**{plain(shortened(event.summary, _MOST_SUMMARY))}**"]
    if event.note:
        parts.append(f"⚠ {plain(event.note)}")
    document = None
    if len(event.diff) > MOST_DIFF:
        parts.append(block(_whole_lines(event.diff, _HEAD), "diff"))
        cut = _CUT.search(event.diff)
        parts.append(f"{'More of it' if cut else 'The whole difference'} is in the file below.")
        if cut:
            parts.append(f"⚠ It is too long even there: {cut[1]} lines of it are shown nowhere.")
        document = Document(f"{_file_name(event)}.diff", event.diff.encode("utf-8", "replace"))
    elif event.diff:
        parts.append(block(event.diff, "diff"))
    else:
        text = json.dumps(event.arguments or {}, ensure_ascii=False, indent=2, default=str)
        if len(text) > MOST_DIFF:  # nothing that is allowed may hide behind what is shown
            parts.append(block(_whole_lines(text, _HEAD), "json"))
            parts.append("All of it is in the file below.")
            document = Document(f"{event.name}.json", text.encode("utf-8", "replace"))
        else:
            parts.append(block(text, "json"))
    return Outgoing("\n\n".join(parts), document=document)


def _whole_lines(text: str, length: int) -> str:
    cut = text[:length]
    return cut[: cut.rfind("\n")] if "\n" in cut else cut


def _file_name(event: Approval) -> str:
    path = (event.arguments or {}).get("path")
    return clean_name(PurePath(path).name) if isinstance(path, str) else event.name
