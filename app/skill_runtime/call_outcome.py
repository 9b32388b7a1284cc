"""What a call came to, as the one result that is told of it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging

from app.domain.errors import StewardError
from app.domain.skills import SideEffect, SkillResult
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus

logger = logging.getLogger(__name__)


class NotBegunError(Exception):
    """The call was stopped before its skill began."""


def outcome(
    task: asyncio.Task[SkillResult], call: ToolCall, stopped: ToolResult | None
) -> ToolResult:
    """What a finished task came to; ``stopped`` where it only ended because it was told to."""
    if task.cancelled():
        if stopped is None:
            logger.error("skill cancelled itself", extra={"skill": call.name, "call_id": call.id})
        return stopped or crashed(call)
    error = task.exception()
    if error is None:
        return _from_skill(call, task.result())
    if isinstance(error, StewardError):
        return failed(call, error)
    if isinstance(error, NotBegunError):
        return interrupted(call)
    logger.error("skill crashed", extra={"skill": call.name, "call_id": call.id}, exc_info=error)
    return stopped or crashed(call)


def _from_skill(call: ToolCall, result: object) -> ToolResult:
    problem = _problem(result)
    if problem is not None:
        logger.error(
            "skill broke the contract",
            extra={"skill": call.name, "call_id": call.id, "problem": problem},
        )
        return crashed(call)
    assert isinstance(result, SkillResult)
    metadata = dict(result.metadata)
    if result.files_produced:
        metadata.setdefault("files_produced", list(result.files_produced))
    if result.side_effects:
        metadata.setdefault("side_effects", [_facts(one) for one in result.side_effects])
    return ToolResult(
        call.id, call.name, ToolStatus(result.status), result.content, metadata=metadata
    )


def _problem(result: object) -> str | None:
    if not isinstance(result, SkillResult):
        return f"the result is a {type(result).__name__}"
    if result.status not in ("ok", "error"):
        return f"the status is {result.status!r}"
    content: object = result.content
    if not isinstance(content, str):
        return f"the content is a {type(content).__name__}"
    if not _is_json([dict(result.metadata), [_facts(one) for one in result.side_effects]]):
        return "the metadata is not JSON"
    return None


def _facts(effect: SideEffect) -> dict[str, object]:
    return {"kind": effect.kind, "target": effect.target, "details": dict(effect.details)}


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def failed(call: ToolCall, error: StewardError) -> ToolResult:
    """The call did not fit, cannot be done as asked, or the skill does not exist."""
    details = dict(error.details) if _is_json(error.details) else {}
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
