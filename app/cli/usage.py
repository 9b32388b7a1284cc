"""``steward usage``: what the model calls of each day took, and what the limits leave."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from app.cli.counting import counted
from app.cli.options import json_option
from app.cli.output import Output
from app.cli.run import DONE, Run, opened

if TYPE_CHECKING:
    from app.domain.turns import UsageTotal


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 366), default=7, show_default=True, help="So many days back."
)
@click.option("--conversation", metavar="ID", help="One conversation, from its beginning, instead.")
@json_option
@click.pass_obj
def usage(run: Run, *, days: int, conversation: str | None, as_json: bool) -> int:
    """What model calls took: tokens, and US dollars as servers say or as their prices make it.

    Today comes first. Days on which no model was asked are left out. What one turn took is shown
    by `steward conversations show ID --json`.
    """
    if conversation is not None:
        return run.until_done(_of_conversation(run.output, conversation))
    return run.until_done(_by_day(run.output, days))


async def _of_conversation(output: Output, conversation: str) -> int:
    async with opened(offline=True) as assembly:
        found = await assembly.conversations.get(conversation)
        total = await assembly.usage.of_conversation(found.id)
    if output.json_lines:
        output.record({"conversation_id": found.id, **_facts(total)})
    else:
        output.line(_words(total))
    return DONE


async def _by_day(output: Output, days: int) -> int:
    async with opened(offline=True) as assembly:
        today = assembly.clock.now().astimezone().date()
        limit = assembly.settings.max_day_cost
        for back in range(days):
            day = today - timedelta(days=back)
            # Noon: a day may have 23 or 25 hours.
            total = await assembly.usage.of_day(datetime.combine(day, time(12)).astimezone())
            if total.calls or not back:
                _tell_day(output, day, total, None if back else limit)
    return DONE


def _tell_day(output: Output, day: date, total: UsageTotal, limit: float | None) -> None:
    left = None if limit is None else max(0.0, limit - (total.cost or 0.0))
    if output.json_lines:
        output.record({"day": day.isoformat(), **_facts(total), "cost_left": left})
        return
    more = "" if left is None else f", ${left:.2f} left of ${limit:g} for today"
    output.line(f"{day}  {_words(total)}{more}")


def _words(total: UsageTotal) -> str:
    if not total.calls:
        return "no model was asked"
    cost = "" if total.cost is None else f", ${total.cost:.4f}"
    return f"{counted(total.tokens, 'token')} in {counted(total.calls, 'model call')}{cost}"


def _facts(total: UsageTotal) -> dict[str, object]:
    return {
        "calls": total.calls,
        "prompt_tokens": total.prompt_tokens,
        "completion_tokens": total.completion_tokens,
        "cached_tokens": total.cached_tokens,
        "cost": total.cost,
    }
