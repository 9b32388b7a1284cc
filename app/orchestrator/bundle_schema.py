"""What a file with a recorded turn must look like to be read: types only, nothing of what was said.

Checked before anything is made of it, for such a file comes from somebody else.
"""

from __future__ import annotations

from typing import Any, Final

from app.domain.messages import Channel, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import TurnState
from app.orchestrator.approval_request import ApprovalMode

_Schema = dict[str, Any]

MOST_ITEMS: Final = 100_000
_MOST_SECONDS: Final = 1e9

_TEXT: Final[_Schema] = {"type": "string"}
_MAYBE_TEXT: Final[_Schema] = {"type": ["string", "null"]}
_OBJECT: Final[_Schema] = {"type": "object"}
# With its time zone: the others could not be compared.
_MOMENT: Final[_Schema] = {
    "type": "string",
    "pattern": r"^(19|20|21)\d\d-\d\d-\d\dT[\d:.]{8,15}(Z|[+-]\d\d:\d\d)$",
}
_MAYBE_MOMENT: Final[_Schema] = {"anyOf": [_MOMENT, {"type": "null"}]}
_COUNT: Final[_Schema] = {"type": "integer", "minimum": 0, "maximum": 10**15}
_AMOUNT: Final[_Schema] = {"type": "number", "minimum": 0, "maximum": _MOST_SECONDS}
_MAYBE_COUNT: Final[_Schema] = {"anyOf": [_COUNT, {"type": "null"}]}
_MAYBE_AMOUNT: Final[_Schema] = {"anyOf": [_AMOUNT, {"type": "null"}]}


def _object(required: _Schema, optional: _Schema | None = None) -> _Schema:
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
    }


def _list(item: _Schema, **more: object) -> _Schema:
    return {"type": "array", "items": item, "maxItems": MOST_ITEMS, **more}


def _one_of(values: Any) -> _Schema:
    return {"enum": [one.value for one in values]}


_CALL: Final = _object(
    {"id": _TEXT, "name": _TEXT},
    {"arguments": _OBJECT, "parse_error": _MAYBE_TEXT, "raw_arguments": _TEXT},
)
_ATTACHMENTS: Final = _list(
    _object({"name": _TEXT, "media_type": _TEXT, "size": _COUNT, "hash": _TEXT})
)
_MESSAGE: Final = _object(
    {"role": _one_of(Role), "text": _TEXT},
    {
        "calls": _list(_CALL),
        "call_id": _MAYBE_TEXT,
        "name": _MAYBE_TEXT,
        "result": _one_of(ToolStatus),
        "status": _one_of(MessageStatus),
        "metadata": _OBJECT,
        "attachments": _ATTACHMENTS,
    },
)
_PRICE: Final = _object(
    {"prompt": _AMOUNT, "completion": _AMOUNT},
    {"cache_read": _MAYBE_AMOUNT, "cache_write": _MAYBE_AMOUNT, "request": _AMOUNT},
)
_TOOL: Final = _object({"name": _TEXT, "description": _TEXT, "parameters": _OBJECT})
_USAGE: Final = {
    **_object(
        {"prompt_tokens": _COUNT, "completion_tokens": _COUNT},
        {
            "cost": _MAYBE_AMOUNT,
            "cached_tokens": _COUNT,
            "cache_write_tokens": _COUNT,
            "reasoning_tokens": _COUNT,
        },
    ),
    "additionalProperties": False,
}
_RESPONSE: Final = _object(
    {},
    {
        "text": _TEXT,
        "reasoning": _TEXT,
        "progress": _list(_object({"detail": _TEXT, "retry_in": _MAYBE_AMOUNT}, {"at_ms": _COUNT})),
        "usage": _list(_USAGE),
        "completed": _object(
            {
                "calls": _list(_CALL),
                "finish_reason": _TEXT,
                "model": _MAYBE_TEXT,
                "metadata": _OBJECT,
            },
            {"text": _TEXT},
        ),
        "error": _object(
            {"kind": _TEXT, "message": _TEXT, "hint": _TEXT, "details": _OBJECT},
            {"retryable": {"type": "boolean"}, "retry_after": _MAYBE_AMOUNT},
        ),
    },
)
_RECORDED_CALL: Final = _object(
    {
        "number": _COUNT,
        "request": {
            **_object(
                {
                    "system": _TEXT,
                    "tools": _list(_TOOL),
                    "messages": _list(_MESSAGE),
                    "options": _OBJECT,
                }
            ),
            "additionalProperties": False,
        },
        "response": _RESPONSE,
        "status": _TEXT,
        "started_at": _MOMENT,
        "duration_ms": _COUNT,
    }
)
_SUMMARY: Final = {
    **_object(
        {
            "conversation_id": _TEXT,
            "turn_id": _TEXT,
            "upto_message_id": _COUNT,
            "text": _TEXT,
            "created_at": _MOMENT,
            "tokens": _COUNT,
        }
    ),
    "additionalProperties": False,
}
_DECISION: Final = {
    **_object(
        {
            "call_id": _TEXT,
            "skill": _TEXT,
            "summary": _TEXT,
            "arguments": _OBJECT,
            "targets": {"type": "object", "additionalProperties": _MAYBE_TEXT},
            "decision": _MAYBE_TEXT,
            "by": _MAYBE_TEXT,
            "asked_at": _MOMENT,
            "decided_at": _MAYBE_MOMENT,
        }
    ),
    "additionalProperties": False,
}

SCHEMA: Final = _object(
    {
        "turn": _object(
            {
                "id": _TEXT,
                "conversation_id": _TEXT,
                "channel": _one_of(Channel),
                "mode": _one_of(ApprovalMode),
                "started_at": _MOMENT,
                "state": _one_of(TurnState),
                "reason": _TEXT,
                "message": _TEXT,
                "iterations": _COUNT,
                "finished_at": _MAYBE_MOMENT,
            }
        ),
        "text": _TEXT,
        "prompt": _object(
            {},
            {
                "folders": _list(_TEXT),
                "instructions": _TEXT,
                "trusted": _list(_list(_TEXT, minItems=2, maxItems=2)),
            },
        ),
        "limits": _object(
            {},
            {
                "iterations": _COUNT,
                "tool_calls": _COUNT,
                "seconds": _AMOUNT,
                "tokens": _MAYBE_COUNT,
                "cost": _MAYBE_AMOUNT,
                "day_cost": _MAYBE_AMOUNT,
            },
        ),
        "context_tokens": _MAYBE_COUNT,
        "window": _MAYBE_COUNT,
        "provider": _TEXT,
        "earlier": _object(
            {
                "model": _MAYBE_TEXT,
                "summary": {"anyOf": [{"type": "null"}, _SUMMARY]},
                "messages": _list(
                    _object(
                        {
                            "id": _COUNT,
                            "turn_id": _TEXT,
                            "at": _MOMENT,
                            "channel": _one_of(Channel),
                            "message": _MESSAGE,
                        }
                    )
                ),
            }
        ),
        "calls": _list(_RECORDED_CALL),
        "results": _list(
            _object(
                {
                    "call_id": _TEXT,
                    "name": _TEXT,
                    "status": _one_of(ToolStatus),
                    "content": _TEXT,
                    "duration_ms": _COUNT,
                    "metadata": _OBJECT,
                }
            )
        ),
    },
    {
        "price": {"anyOf": [{"type": "null"}, _PRICE]},
        "decisions": _list(_DECISION),
        "day_cost": _AMOUNT,
        "marking": _TEXT,
        "attachments": _ATTACHMENTS,
    },
)
