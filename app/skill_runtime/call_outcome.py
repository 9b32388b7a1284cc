"""What a call came to, as the one result that is told of it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import Final

from app.domain.errors import MayNotWriteError, StewardError
from app.domain.json_values import sound_object
from app.domain.skills import SideEffect, SkillResult
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.unicode_text import whole

logger = logging.getLogger(__name__)

MOST_CHARACTERS: Final = 20_000_000
"""A result with more is no answer; no database and no model would take it."""


class NotBegunError(Exception):
    """The call was stopped before its skill began."""


def outcome(
    task: asyncio.Task[ToolResult], call: ToolCall, stopped: ToolResult | None
) -> ToolResult:
    """What a finished task came to; ``stopped`` where it only ended because it was told to."""
    if task.cancelled():
        if stopped is None:
            logger.error("skill cancelled itself", extra={"skill": call.name, "call_id": call.id})
        return stopped or crashed(call)
    error = task.exception()
    match error:
        case None:
            return task.result()
        case MayNotWriteError():
            return stopped or failed(call, error)
        case NotBegunError():
            return interrupted(call)
    logger.error("skill crashed", extra={"skill": call.name, "call_id": call.id}, exc_info=error)
    return stopped or crashed(call)


def from_skill(call: ToolCall, result: object) -> ToolResult:
    """A skill's result as plain data. Whatever is raised here is the skill's mistake.

    Raises ``TypeError`` or ``ValueError`` for what is no result, or no JSON.
    """
    if not isinstance(result, SkillResult):
        raise TypeError(f"the result is a {type(result).__name__}")
    if result.status not in ("ok", "error"):
        raise ValueError(f"the status is {result.status!r}")
    metadata = dict(result.metadata)
    if result.files_produced:
        metadata.setdefault("files_produced", list(result.files_produced))
    if result.side_effects:
        metadata.setdefault("side_effects", [_facts(one) for one in result.side_effects])
    return ToolResult(
        call.id,
        call.name,
        ToolStatus(result.status),
        _text(result.content),
        metadata=sound_object(metadata),
    )


def _facts(effect: SideEffect) -> dict[str, object]:
    return {"kind": effect.kind, "target": effect.target, "details": dict(effect.details)}


def _text(content: object) -> str:
    if not isinstance(content, str):
        raise TypeError(f"the content is a {type(content).__name__}")
    if len(content) > MOST_CHARACTERS:
        raise ValueError(f"the content has {len(content):,} characters")
    return whole(content)


def failed(call: ToolCall, error: StewardError) -> ToolResult:
    """The call did not fit, cannot be done as asked, or the skill does not exist."""
    try:
        details = sound_object(error.details)
    except (TypeError, ValueError):
        details = {}
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.ERROR,
        str(error),
        metadata={**details, "type": error.kind},
    )


def crashed(call: ToolCall) -> ToolResult:
    """A mistake inside; the model is told in general words."""
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.ERROR,
        f"{call.name} failed inside. Do not repeat the same call; the log has the details.",
        metadata={"type": "crash"},
    )


def timed_out(call: ToolCall, seconds: float) -> ToolResult:
    """Stopped at its deadline."""
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.TIMEOUT,
        f"{call.name} took longer than {seconds:g} seconds and was stopped.",
        metadata={"type": "timeout", "seconds": seconds},
    )


def interrupted(call: ToolCall) -> ToolResult:
    """Stopped before it gave a result."""
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.INTERRUPTED,
        "The call was interrupted before it gave a result.",
        metadata={"type": "interrupted"},
    )


def abandoned(result: ToolResult) -> ToolResult:
    """``result`` of a call that did not end when it was told to."""
    return dataclasses.replace(result, metadata={**result.metadata, "abandoned": True})
