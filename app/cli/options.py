"""Options that several commands take, each with one meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

APPROVE_MODES: Final = ("ask", "reversible", "always", "never")


def json_option(command: _Command) -> _Command:
    """``--json``. Without a parameter: ``Output`` knows from the start."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="One JSON object a line on stdout."
    )
    return option(command)


def folder_option(command: _Command) -> _Command:
    """``--folder``, repeatable: ``folders`` as absolute paths."""
    option = click.option(
        "--folder",
        "folders",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=_absolute,
        help="A folder to work in, for this run, instead of those in the settings; repeatable.",
    )
    return option(command)


def approve_option(command: _Command) -> _Command:
    """``--approve``."""
    option = click.option(
        "--approve",
        type=click.Choice(APPROVE_MODES),
        help="Whether changes are asked about; else the setting approval_mode says it. reversible: "
        "not those of files, each archived first. Where nobody can be asked, ask refuses.",
    )
    return option(command)


def conversation_option(command: _Command) -> _Command:
    """``--conversation``."""
    option = click.option(
        "--conversation",
        metavar="ID",
        help="Go on with this conversation; the first characters of its id will do.",
    )
    return option(command)


def model_option(command: _Command) -> _Command:
    """``--model``."""
    option = click.option(
        "--model",
        metavar="NAME",
        help="The model that answers in this conversation from now on; '' takes the default again.",
    )
    return option(command)


def attach_option(command: _Command) -> _Command:
    """``--attach``, repeatable: ``attach`` as paths, looked at when the message is sent."""
    option = click.option(
        "--attach",
        "attach",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=_absolute,
        help="A file to send along, from anywhere; repeatable.",
    )
    return option(command)


def _absolute(_: click.Context, __: click.Parameter, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(Path.cwd() / folder for folder in folders)
