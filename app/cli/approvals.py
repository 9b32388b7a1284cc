"""``steward approvals``: what was decided about each change, by whom, and on what."""

from __future__ import annotations

import click

from app.cli.options import json_option
from app.cli.output import Output, in_utc, local, shortened, visible_line
from app.cli.run import DONE, Run, opened
from app.domain.approvals import ApprovalRecord


@click.group(short_help="What was decided about each change.")
def approvals() -> None:
    """Every decision about a change: asked, allowed, denied, expired, by a rule or a mode."""


@approvals.command(name="list")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--turn", metavar="ID", help="Only those of this turn.")
@json_option
@click.pass_obj
def list_command(run: Run, *, limit: int, turn: str | None, as_json: bool) -> int:
    """The newest decisions first; with --json also the arguments, their hash and the diff."""
    return run.until_done(_list(run.output, limit, turn))


async def _list(output: Output, limit: int, turn: str | None) -> int:
    async with opened(offline=True) as assembly:
        for one in await assembly.decisions.list(limit=limit, turn_id=turn):
            if output.json_lines:
                output.record(_facts(one))
            else:
                word = one.decision.value if one.decision else "waiting"
                by = f" ({visible_line(one.by)})" if one.by else ""
                summary = shortened(one.summary, 60)
                output.line(f"{local(one.asked_at)}  {one.skill:<14} {word}{by}: {summary}")
    return DONE


def _facts(one: ApprovalRecord) -> dict[str, object]:
    return {
        "id": one.id,
        "conversation_id": one.conversation_id,
        "turn_id": one.turn_id,
        "execution_id": one.execution_id,
        "call_id": one.call_id,
        "skill": one.skill,
        "arguments": dict(one.arguments),
        "arguments_hash": one.arguments_hash,
        "targets": dict(one.targets),
        "summary": one.summary,
        "diff": one.diff,
        "decision": None if one.decision is None else one.decision.value,
        "by": one.by,
        "asked_at": in_utc(one.asked_at),
        "decided_at": None if one.decided_at is None else in_utc(one.decided_at),
    }
