"""Results that are no skill's own: refused, denied, paused; and what is added to others. Pure."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.skills import Effect
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.orchestrator.approval_request import Verdict
from app.resilience.circuit_breaker import Outcome

# What a skill says about the request (bad path, no match, no permission…) is an answer, not a
# sign that the skill is broken; only crashes, time-outs and a failing system count.
_FAILURE_TYPES: Final = frozenset({"crash", "disk_full", "blob_damaged", "storage"})


def outcome_of(result: ToolResult) -> tuple[Outcome, str]:
    """What a result says about the skill's health, and why."""
    match result.status:
        case ToolStatus.OK:
            return Outcome.SUCCESS, ""
        case ToolStatus.TIMEOUT:
            return Outcome.FAILURE, result.content
        case ToolStatus.ERROR if result.metadata.get("type") in _FAILURE_TYPES:
            return Outcome.FAILURE, result.content
        case _:
            return Outcome.NEUTRAL, ""


def not_as_shown(call: ToolCall) -> ToolResult:
    """What was about to run is not what the approval was given for."""
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.DENIED,
        "The arguments are not those that were approved, so this was not done. "
        "Nothing was changed.",
        metadata={"type": "arguments_changed"},
    )


def with_changes(
    result: ToolResult, effect: Effect, changed: Sequence[tuple[str, int]] | None
) -> ToolResult:
    """``result`` of a call that did not end well, with what it had changed until then.

    ``changed``: paths and their new versions; ``None`` where that could not be found out.
    """
    cut = result.status in (ToolStatus.TIMEOUT, ToolStatus.INTERRUPTED)
    said = []
    if changed:
        files = ", ".join(f"{path} (now version {version})" for path, version in changed)
        said.append(f"It had already changed {files}.")
    elif cut:
        unknown = "Look at the file's versions to see whether anything was changed."
        said.append(unknown if changed is None else "It had changed no file.")
    if cut and effect is Effect.EXTERNAL:
        said.append("Whether it did anything outside is not known.")
    if result.metadata.get("abandoned"):
        said.append("It has not ended yet; a change that it had begun will be told.")
    metadata = dict(result.metadata)
    if changed:
        metadata["changed"] = [{"path": path, "version": version} for path, version in changed]
    return dataclasses.replace(result, content=" ".join([result.content, *said]), metadata=metadata)


def with_edit(result: ToolResult, arguments: Mapping[str, object]) -> ToolResult:
    """``result`` of a call whose arguments the person changed before they allowed it."""
    shown = json.dumps(arguments, ensure_ascii=False, sort_keys=True)
    return dataclasses.replace(
        result,
        content=f"The person changed the arguments before allowing this, to {shown}. "
        f"{result.content}",
        metadata={**result.metadata, "arguments_of_person": dict(arguments)},
    )


def denied(call: ToolCall, verdict: Verdict) -> ToolResult:
    """The person, their rule, or nobody in time, said no."""
    if verdict.expired:
        text = "Nobody decided in time, so this was not done. Nothing was changed."
    elif verdict.by == "nobody to ask":
        text = "This needs the person's approval and nobody can be asked here. Nothing was changed."
    elif verdict.by == "--approve never":
        text = "Changes are switched off for this run. Nothing was changed."
    else:
        text = "The person said no to this change. Nothing was changed. Do not ask for it again."
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.DENIED,
        text,
        metadata={"type": "expired" if verdict.expired else "denied", "by": verdict.by},
    )


def unavailable(call: ToolCall, retry_at: object, reason: str) -> ToolResult:
    """The skill's breaker is open. ``retry_at``: a time, or ``None``."""
    when = f" It may be tried again at {retry_at:%H:%M:%S} UTC." if retry_at else ""
    return ToolResult(
        call.id,
        call.name,
        ToolStatus.UNAVAILABLE,
        f"{call.name} has failed too often and is paused.{when} Do something else meanwhile.",
        metadata={"type": "unavailable", "reason": reason, "retry_at": str(retry_at or "")},
    )
