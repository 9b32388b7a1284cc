"""``steward autostart``: whether Steward's window opens when the person logs in."""

from __future__ import annotations

import click

from app.autostart import Autostart
from app.cli.options import json_option
from app.cli.run import DONE, Run


@click.command()
@click.argument("state", required=False, type=click.Choice(["on", "off"]))
@json_option
@click.pass_obj
def autostart(run: Run, *, state: str | None, as_json: bool) -> int:
    """Open the window when you log in: on or off. Without either, say which it is."""
    entry = Autostart()
    if state is not None:
        entry.switch(state == "on")
    is_on = entry.is_on
    if run.output.json_lines:
        run.output.record({"autostart": is_on})
    else:
        run.output.line("on" if is_on else "off")
    return DONE
