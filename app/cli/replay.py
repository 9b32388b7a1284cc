"""``steward replay``: a recorded turn run again, and the first thing that is different now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.counting import counted
from app.cli.options import json_option
from app.cli.output import Output, diff_colour, visible_line
from app.cli.run import DONE, FAILED, Run, opened
from app.domain.errors import FileError, InvalidFieldError

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.orchestrator.recorded_turn import RecordedTurn
    from app.orchestrator.replay import Replay


_LARGEST: Final = 250_000_000


@click.command(short_help="Run a recorded turn again; show the first difference.")
@click.argument("turn", metavar="TURN")
@json_option
@click.pass_obj
def replay(run: Run, *, turn: str, as_json: bool) -> int:
    """Run a recorded turn again and show the first difference.

    TURN is the id of a turn, the start of it, or `last`; or a file that `steward traces export
    --bundle` wrote, here or elsewhere. The model says what it said and the skills come to what
    they came to: nothing is asked of a server, and no file is touched. Exit code 1: there is a
    difference.
    """
    path = Path(turn)
    # An id is hexadecimal: what has a dot is meant as a file, also where there is none.
    given = _read(path) if path.suffix or path.is_file() else turn
    return run.until_done(_replay(run.output, given))


async def _replay(output: Output, turn: str | dict[str, object]) -> int:
    from app.orchestrator.replay import replay as run_again

    async with opened(offline=True) as assembly:
        recording = await _recording(assembly, turn)
        found = await run_again(recording, assembly.skills_now())
    _show(output, recording.turn.id, found)
    return DONE if found.difference is None else FAILED


async def _recording(assembly: Assembly, turn: str | dict[str, object]) -> RecordedTurn:
    from app.orchestrator.recorded_turn import from_bundle, recorded

    return await recorded(assembly.traces, turn) if isinstance(turn, str) else from_bundle(turn)


def _read(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidFieldError(f"{path} is too large for a recorded turn.")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidFieldError(f"{path} is not JSON; nothing was replayed.") from error
    if not isinstance(data, dict):
        raise InvalidFieldError(f"{path} holds no recorded turn; nothing was replayed.")
    return data


def _show(output: Output, turn_id: str, found: Replay) -> None:
    difference = found.difference
    if output.json_lines:
        told = None
        if difference is not None:
            facts = {"recorded": difference.recorded, "now": difference.now}
            told = {"where": difference.where, **facts, "diff": difference.diff()}
        output.record(
            {
                "turn_id": turn_id,
                "requests": found.requests,
                "status": found.state,
                "difference": told,
            }
        )
        return
    if difference is None:
        requests = counted(found.requests, "request")
        output.line(f"No difference: {requests}, and the turn ended as it did ({found.state}).")
        return
    output.line(f"The first difference: {visible_line(difference.where)}", "bold")
    for line in difference.diff().splitlines():
        output.line(line, diff_colour(line))
