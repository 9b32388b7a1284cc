"""A conversation as a JSON object that can be carried elsewhere and read again.

Reading is strict: only the fields listed in ``_SCHEMA`` can be set from outside, and only with
values that fit. Ids of conversations and turns are never taken over, so that what is read can
not pass for something that happened here.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from app.domain.attachments import (
    MAX_COUNT,
    MAX_FILE,
    Attachment,
    attachment_form,
    clean_name,
)
from app.domain.branches import MAIN, BranchStart, path_of, reach_of
from app.domain.errors import InvalidFieldError
from app.domain.messages import (
    Channel,
    ConversationMessage,
    ConversationSummary,
    MessageStatus,
    Role,
)
from app.domain.tool_calls import ToolStatus
from app.storage.rows import calls_from, calls_to

FORMAT: Final = "steward-conversation"
VERSION: Final = 1
MAX_TEXT: Final = 8_000_000
MAX_MESSAGES: Final = 100_000
MAX_BRANCHES: Final = 10_000
MAX_DEPTH: Final = 500
"""So many branches may have left one another in a row: each costs every look at a message."""

_NAME: Final = {"type": "string", "maxLength": 200}
_OPTIONAL_NAME: Final = {"type": ["string", "null"], "maxLength": 200}
_MOMENT: Final = {"type": "string", "maxLength": 40}
_TEXT: Final = {"type": "string", "maxLength": MAX_TEXT}
_CALL: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "name"],
    "properties": {
        "id": _NAME,
        "name": _NAME,
        "arguments": {"type": "object"},
        "parse_error": {"type": ["string", "null"], "maxLength": 10_000},
        "raw_arguments": _TEXT,
    },
}
_SIZE: Final = {"type": "integer", "minimum": 0}
_ATTACHMENT: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "size"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 300},
        "media_type": _NAME,
        "size": _SIZE,
        "hash": _NAME,
        "readable": _NAME,
        "readable_size": _SIZE,
        "characters": _SIZE,
        "width": _SIZE,
        "height": _SIZE,
        "data": {"type": "string", "maxLength": 2 * MAX_FILE},
    },
}
_MESSAGE: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["role", "text", "created_at"],
    "properties": {
        "turn_id": _NAME,
        "role": {"enum": [role.value for role in Role]},
        "text": _TEXT,
        "tool_calls": {"type": "array", "maxItems": 1000, "items": _CALL},
        "tool_call_id": _OPTIONAL_NAME,
        "tool_name": _OPTIONAL_NAME,
        "tool_status": {"enum": [None, *(status.value for status in ToolStatus)]},
        "status": {"enum": [status.value for status in MessageStatus]},
        "channel": {"enum": [channel.value for channel in Channel]},
        "metadata": {"type": "object"},
        "created_at": _MOMENT,
        "attachments": {"type": "array", "maxItems": MAX_COUNT, "items": _ATTACHMENT},
        "branch": _SIZE,
    },
    # A result answers a call.
    "if": {"properties": {"role": {"const": "tool"}}},
    "then": {
        "required": ["tool_call_id"],
        "properties": {"tool_call_id": {"type": "string", "minLength": 1}},
    },
}
_BRANCH: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "parent", "fork"],
    "properties": {"id": {"type": "integer", "minimum": 1}, "parent": _SIZE, "fork": _SIZE},
}
_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["format", "version", "messages"],
    "properties": {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "exported_at": _MOMENT,
        "id": _NAME,
        "title": {"type": "string", "maxLength": 1000},
        "model": _OPTIONAL_NAME,
        "created_at": _MOMENT,
        "messages": {"type": "array", "maxItems": MAX_MESSAGES, "items": _MESSAGE},
        "branches": {"type": "array", "maxItems": MAX_BRANCHES, "items": _BRANCH},
        "shown_branch": _SIZE,
    },
}


@dataclass(frozen=True, slots=True)
class Tree:
    """Every message of a conversation, in the order they came, and which branch each is of.

    ``starts`` are its branches but the first one. What ``fork`` names depends on who holds it: the
    id of a message in a database, its place in ``messages`` in what was imported.
    """

    messages: tuple[ConversationMessage, ...]
    branch_of: tuple[int, ...]
    starts: tuple[BranchStart, ...] = ()
    shown: int = MAIN


@dataclass(frozen=True, slots=True)
class Imported:
    """A conversation that came from outside, checked, with ids of its own."""

    title: str
    model: str | None
    created_at: datetime
    tree: Tree


def to_json(summary: ConversationSummary, tree: Tree, now: datetime) -> dict[str, object]:
    """The conversation as a JSON object. Branches are told where there is more than one."""
    messages = [_message_to_json(message) for message in tree.messages]
    exported: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now.isoformat(),
        "id": summary.id,
        "title": summary.title,
        "model": summary.model,
        "created_at": summary.created_at.isoformat(),
        "messages": messages,
    }
    if tree.starts:
        places = {message.id: place for place, message in enumerate(tree.messages)}
        exported["branches"] = [
            {"id": one.id, "parent": one.parent, "fork": places[one.fork]} for one in tree.starts
        ]
        exported["shown_branch"] = tree.shown
        for message, branch in zip(messages, tree.branch_of, strict=True):
            message["branch"] = branch
    return exported


def shown_messages(exported: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Of an exported conversation the messages of the branch that was shown."""
    starts = {one["id"]: BranchStart(**one) for one in exported.get("branches", ())}
    reach = reach_of(path_of(exported.get("shown_branch", MAIN), starts))
    return [
        one
        for place, one in enumerate(exported["messages"])
        if place < reach.get(one.get("branch", MAIN), 0)
    ]


def from_json(
    data: Mapping[str, object],
    conversation_id: str,
    now: datetime,
    attached: Mapping[str, Attachment] | None = None,
) -> Imported:
    """Check an exported conversation and give it ``conversation_id``.

    ``attached``: the attachments that came along, by the hash of each; of the others only the
    name is known here.
    Times after ``now`` become ``now``; a message that was still streaming is interrupted.
    Raises ``InvalidFieldError``, whose ``details["field"]`` says where.
    """
    _check(data)
    fields: Mapping[str, Any] = data
    turns: dict[str, str] = {}
    messages = tuple(
        _message_from_json(one, f"messages[{index}]", conversation_id, turns, now, attached or {})
        for index, one in enumerate(fields["messages"])
    )
    created_at = fields.get("created_at")
    return Imported(
        title=fields.get("title", ""),
        model=fields.get("model"),
        created_at=now if created_at is None else _moment(created_at, "created_at", now),
        tree=_tree(fields, messages),
    )


def _tree(fields: Mapping[str, Any], messages: tuple[ConversationMessage, ...]) -> Tree:
    """Checks that every branch left another one before it, and that no turn is on two."""
    branch_of = tuple(one.get("branch", MAIN) for one in fields["messages"])
    first_of: dict[int, int] = {}
    branch_of_turn: dict[str, int] = {}
    for place, (branch, message) in enumerate(zip(branch_of, messages, strict=True)):
        first_of.setdefault(branch, place)
        if branch_of_turn.setdefault(message.turn_id, branch) != branch:
            raise _invalid(f"messages[{place}]", "its turn is on another branch")
    starts: dict[int, BranchStart] = {}
    for index, one in enumerate(fields.get("branches", ())):
        start, where = BranchStart(**one), f"branches[{index}]"
        if start.id in starts:
            raise _invalid(where, "the branch is there twice")
        if start.id not in first_of:
            raise _invalid(where, "the branch has no message")
        if start.fork >= first_of[start.id] or branch_of[start.fork] != start.parent:
            raise _invalid(where, "it does not begin beside a message that came before")
        starts[start.id] = start
    for branch in (*branch_of, fields.get("shown_branch", MAIN)):
        if branch != MAIN and branch not in starts:
            raise _invalid("branches", f"there is no branch {branch}")
    depth = {MAIN: 0}
    for start in sorted(starts.values(), key=lambda one: first_of[one.id]):
        depth[start.id] = depth[start.parent] + 1
        if depth[start.id] > MAX_DEPTH:
            raise _invalid("branches", f"more than {MAX_DEPTH} left one another in a row")
    return Tree(messages, branch_of, tuple(starts.values()), fields.get("shown_branch", MAIN))


def _message_to_json(message: ConversationMessage) -> dict[str, object]:
    return {
        "turn_id": message.turn_id,
        "role": message.role.value,
        "text": message.text,
        "tool_calls": calls_to(message.tool_calls),
        "tool_call_id": message.tool_call_id,
        "tool_name": message.tool_name,
        "tool_status": message.tool_status.value if message.tool_status else None,
        "status": message.status.value,
        "channel": message.channel.value,
        "metadata": dict(message.metadata),
        "created_at": message.created_at.isoformat(),
        "attachments": [attachment_form(one) for one in message.attachments],
    }


def _message_from_json(
    fields: Mapping[str, Any],
    where: str,
    conversation_id: str,
    turns: dict[str, str],
    now: datetime,
    attached: Mapping[str, Attachment],
) -> ConversationMessage:
    status = MessageStatus(fields.get("status", MessageStatus.DONE))
    tool_status = fields.get("tool_status")
    return ConversationMessage(
        conversation_id=conversation_id,
        # What belonged together still does, under an id that names no turn of this house.
        turn_id=turns.setdefault(fields.get("turn_id", where), uuid.uuid4().hex),
        role=Role(fields["role"]),
        text=fields["text"],
        tool_calls=calls_from(fields.get("tool_calls", ())),
        tool_call_id=fields.get("tool_call_id"),
        tool_name=fields.get("tool_name"),
        tool_status=ToolStatus(tool_status) if tool_status else None,
        status=MessageStatus.INTERRUPTED if status is MessageStatus.STREAMING else status,
        channel=Channel(fields.get("channel", Channel.TERMINAL)),
        metadata=fields.get("metadata", {}),
        created_at=_moment(fields["created_at"], f"{where}.created_at", now),
        attachments=tuple(_attachment(one, attached) for one in fields.get("attachments", ())),
    )


def _attachment(fields: Mapping[str, Any], attached: Mapping[str, Attachment]) -> Attachment:
    """What is kept here under this hash because it came along, else its name only.

    A hash that is merely named must not open what else the vault has.
    """
    name = clean_name(fields["name"])
    if (known := attached.get(fields.get("hash", ""))) is not None:
        return dataclasses.replace(known, name=name)
    return Attachment(name, fields.get("media_type", ""), fields["size"], hash="")


def _check(data: Mapping[str, object]) -> None:
    import jsonschema
    from jsonschema.exceptions import best_match

    plain = jsonschema.Draft202012Validator
    # JSON Schema takes 2.0 for an integer; no list has a place 2.0.
    whole = plain.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        plain, type_checker=whole
    )
    error = best_match(strict(_SCHEMA).iter_errors(data))
    if error is not None:
        where = error.json_path.removeprefix("$").removeprefix(".") or "the whole"
        raise _invalid(where, _reason(error.message))


def _moment(text: str, where: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _invalid(where, f"{text!r} is not a time: {error}") from error
    if moment.tzinfo is None:
        raise _invalid(where, f"{text!r} has no time zone")
    return min(in_utc, now)


def _reason(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:100]} … {message[-90:]}"


def _invalid(where: str, reason: str) -> InvalidFieldError:
    return InvalidFieldError(
        f"The conversation cannot be imported: {where}: {reason}",
        hint="Nothing was added. Give a file that `steward conversations export` wrote.",
        details={"field": where},
    )
