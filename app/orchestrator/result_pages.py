"""``results.read``: the next page of a result, or an attachment, too long for one request.

Both are stored whole; a request carries the first page of a long one (``history.paged``,
``history.giving``). This skill gives the others. It reads what belongs to its own conversation
only, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from app.domain.attachments import HANDLE
from app.domain.errors import InvalidArgumentsError, NotFoundError
from app.domain.skills import ReadSkill, SkillContext, SkillResult, ToolDefinition
from app.orchestrator.history import RESULT_READER, rest_of

PAGE: Final = 8_000
MAX_PAGE: Final = 60_000


class Results(Protocol):
    """Where results are kept (``storage.conversations``)."""

    async def tool_result(self, conversation_id: str, turn_id: str, call_id: str) -> str | None:
        """The whole text of the newest result with this call id on a turn's branch, if any."""
        ...


class Attached(Protocol):
    """Where the texts of attachments are (``orchestrator.attached``)."""

    async def text(self, conversation_id: str, handle: str) -> str | None:
        """The whole text of an attachment of this conversation, if there is one."""
        ...


class ResultReader(ReadSkill):
    """Reads on in a long result."""

    domain = RESULT_READER.partition(".")[0]
    tool_definition = ToolDefinition(
        RESULT_READER,
        "Read on in a tool's result, or in a file that the person attached, of which a part was "
        "given or none. The line in square brackets there says which call_id and offset to use.",
        {
            "type": "object",
            "properties": {
                "call_id": {
                    "type": "string",
                    "description": "The id of the call it answers, or of the file.",
                },
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

    def __init__(self, results: Results, attached: Attached) -> None:
        self._results = results
        self._attached = attached

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Read a page. Raises ``NotFoundError``, ``InvalidArgumentsError``."""
        call_id = str(params["call_id"])
        start, limit = _number(params, "offset", 0), _number(params, "limit", PAGE)
        here = context.conversation_id
        if call_id.startswith(HANDLE):
            text = await self._attached.text(here, call_id)
        else:
            text = await self._results.tool_result(here, context.turn_id, call_id)
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
