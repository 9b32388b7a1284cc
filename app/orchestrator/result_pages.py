"""``results.read``: the next page of a tool's result that was too long for one request.

Results are stored whole; a request carries the first page of a long one (``history.paged``).
This skill gives the others. It reads results of its own conversation only, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from app.domain.errors import InvalidArgumentsError, NotFoundError
from app.domain.skills import ReadSkill, SkillContext, SkillResult, ToolDefinition
from app.orchestrator.history import RESULT_READER, rest_of

PAGE: Final = 8_000
MAX_PAGE: Final = 60_000


class Results(Protocol):
    """Where results are kept (``storage.conversations``)."""

    async def tool_result(self, conversation_id: str, call_id: str) -> str | None:
        """The whole text of the newest result with this call id, if there is one."""
        ...


class ResultReader(ReadSkill):
    """Reads on in a long result."""

    domain = RESULT_READER.partition(".")[0]
    tool_definition = ToolDefinition(
        RESULT_READER,
        "Read on in a tool's result of this conversation that was given in part. The line in "
        "square brackets at the end of such a part says which call_id and offset to use.",
        {
            "type": "object",
            "properties": {
                "call_id": {"type": "string", "description": "The id of the call it answers."},
                "offset": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Characters to pass over.",
                },
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_PAGE,
                    "description": f"Characters at most; {PAGE:,} unless given.",
                },
            },
            "required": ["call_id"],
            "additionalProperties": False,
        },
    )

    def __init__(self, results: Results) -> None:
        self._results = results

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Read a page. Raises ``NotFoundError``, ``InvalidArgumentsError``."""
        call_id = str(params["call_id"])
        start, limit = _number(params, "offset", 0), _number(params, "limit", PAGE)
        text = await self._results.tool_result(context.conversation_id, call_id)
        if text is None:
            raise NotFoundError(
                f"This conversation has no result of a call {call_id!r}.",
                hint="Use the call_id that stands at the end of the part you were given.",
            )
        if start >= max(1, len(text)):
            raise InvalidArgumentsError(
                f"The result has {len(text):,} characters; there is nothing at {start:,}.",
                hint="Begin at a smaller offset.",
            )
        end = min(len(text), start + limit)
        rest = rest_of(call_id, end, len(text), limit) if end < len(text) else ""
        return SkillResult.ok(
            text[start:end] + rest,
            metadata={
                "call_id": call_id,
                "offset": start,
                "total_characters": len(text),
                "next_offset": end if rest else None,
            },
        )


def _number(params: Mapping[str, object], name: str, default: int) -> int:
    value = params.get(name, default)
    assert isinstance(value, int | float)
    return int(value)
