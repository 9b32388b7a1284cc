"""``steward traces``: what was recorded of each turn, shown and exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.new_file import write_document
from app.cli.options import json_option
from app.cli.output import Output, in_utc, local, shortened, visible_line
from app.cli.run import DONE, Run, opened
from app.domain.errors import UsageError

if TYPE_CHECKING:
    from app.domain.turns import TurnRecord
    from app.storage.traces import TurnTrace


@click.group(short_help="What each turn did: list, show, export.")
def traces() -> None:
    """What was recorded of each turn. TURN is its id, the start of it, or `last`."""


@traces.command(name="list")
@click.option("--conversation", metavar="ID", help="Only of this conversation.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, metavar="N"
)
@json_option
@click.pass_obj
def list_command(run: Run, *, conversation: str | None, limit: int, as_json: bool) -> int:
    """The newest turns first."""
    return run.until_done(_list(run.output, conversation, limit))


@traces.command()
@click.argument("turn", metavar="TURN")
@json_option
@click.pass_obj
def show(run: Run, *, turn: str, as_json: bool) -> int:
    """Each step of a turn, when it began and how long it took."""
    return run.until_done(_show(run.output, turn))


@traces.command()
@click.argument("turn", metavar="TURN")
@click.option(
    "--out", "target", type=click.Path(dir_okay=False, path_type=Path), help="A new file."
)
@click.option("--content", is_flag=True, help="Also what was said, asked and answered.")
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file with all that `steward replay` needs, what was said included.",
)
@click.pass_obj
def export(run: Run, *, turn: str, target: Path | None, content: bool, bundle: Path | None) -> int:
    """Write a turn as OpenTelemetry spans (OTLP/JSON).

    To stdout, or to a new file. With --bundle, write a file that can be replayed elsewhere
    instead: a bug report. No known secret is in either.
    """
    if bundle is not None and (target is not None or content):
        raise UsageError(
            "--bundle stands alone: it is another kind of file, with everything in it."
        )
    return run.until_done(_export(run.output, turn, bundle or target, content, bundle is not None))


# -- what they do --------------------------------------------------------------------------


async def _list(output: Output, conversation: str | None, limit: int) -> int:
    async with opened(offline=True) as assembly:
        if conversation is not None:
            conversation = (await assembly.conversations.get(conversation)).id
        for turn in await assembly.traces.list(conversation_id=conversation, limit=limit):
            if output.json_lines:
                output.record(_turn(turn))
            else:
                took = "" if turn.finished_at is None else f"{_milliseconds(turn):>9,} ms"
                why = f" ({turn.reason})" if turn.reason else ""
                state = visible_line(f"{turn.state.value}{why}")
                output.line(f"{turn.id}  {local(turn.started_at)} {took:>12}  {state}")
    return DONE


async def _show(output: Output, turn_id: str) -> int:
    from app.orchestrator.otlp import spans_of

    async with opened(offline=True) as assembly:
        trace = await assembly.traces.trace(turn_id)
        (resource,) = spans_of(trace)["resourceSpans"]
        spans = resource["scopeSpans"][0]["spans"]
        if output.json_lines:
            for span in spans:
                output.record(span)
            return DONE
        _show_spans(output, trace, spans)
    return DONE


def _show_spans(output: Output, trace: TurnTrace, spans: list[dict[str, object]]) -> None:
    turn = trace.turn
    output.line(f"{turn.id}  {local(turn.started_at)}  {turn.state.value}", "bold")
    if turn.message:
        output.line(f"  {shortened(turn.message)}", "yellow")
    began = int(str(spans[0]["startTimeUnixNano"]))
    for span in spans:
        start, end = (int(str(span[name])) for name in ("startTimeUnixNano", "endTimeUnixNano"))
        after, took = (start - began) / 1e6, (end - start) / 1e6
        status = span["status"]
        failed = isinstance(status, dict) and status.get("code") == 2
        name = visible_line(str(span["name"]))
        line = f"{after:>10,.0f} ms  {took:>10,.0f} ms  {name}"
        output.line(line, "red" if failed else None)
        events = span.get("events")
        for event in events if isinstance(events, list) else ():
            output.line(f"{'':>29}· {visible_line(event['name'])}", "dim")


async def _export(
    output: Output, turn_id: str, target: Path | None, content: bool, as_bundle: bool
) -> int:
    from app.orchestrator.otlp import spans_of
    from app.orchestrator.recorded_turn import recorded, to_bundle

    async with opened(offline=True) as assembly:
        if as_bundle:
            data = to_bundle(await recorded(assembly.traces, turn_id))
        else:
            trace = await assembly.traces.trace(turn_id)
            requests = None
            if content:
                requests = [
                    call.request for call in (await recorded(assembly.traces, trace.turn.id)).calls
                ]
            data = spans_of(trace, requests)
        # Once more: a secret may have become known only after the turn was recorded.
        data = assembly.redactor.mapping(data)
    write_document(output, data, target)
    return DONE


def _turn(turn: TurnRecord) -> dict[str, object]:
    return {
        "id": turn.id,
        "conversation_id": turn.conversation_id,
        "channel": turn.channel.value,
        "mode": turn.mode,
        "status": turn.state.value,
        "reason": turn.reason,
        "message": turn.message,
        "iterations": turn.iterations,
        "started_at": in_utc(turn.started_at),
        "finished_at": turn.finished_at and in_utc(turn.finished_at),
    }


def _milliseconds(turn: TurnRecord) -> int:
    assert turn.finished_at is not None
    return round((turn.finished_at - turn.started_at).total_seconds() * 1000)
