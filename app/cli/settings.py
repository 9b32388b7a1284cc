"""``steward config``: read and change settings. A secret is taken in and never given out."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import suppress
from typing import Final

import click

from app.cli.options import json_option
from app.cli.output import Output, visible_line
from app.cli.run import DONE, NOT_CONFIGURED, Run
from app.config import Settings
from app.domain.errors import ConfigurationError, UsageError
from app.redaction import Secret
from app.setting_fields import FIELDS, Field, field_named
from app.settings_store import SettingsStore

_HOME: Final = ("home", "STEWARD_HOME")
_WHERE: Final = {
    "environment": "environment",
    "keyring": "in the keyring",
    "file": "settings file",
    "run": "for this run",
    "default": "default",
}


def _known_settings() -> str:
    lines = ["\b", "Settings:"]
    lines += ["  home  STEWARD_HOME", "    Data directory; set it in the environment."]
    for f in FIELDS:
        lines += [f"  {f.name}  {f.env}", f"    {f.help}"]
    return "\n".join(lines)


@click.group(
    short_help="Read and change settings.",
    help="Read and change settings. The environment beats the settings file. NAME is a "
    "setting's own name or its environment variable's; a secret is never printed.",
    epilog=_known_settings(),
)
def config() -> None:
    """See ``help`` above."""


@config.command()
@click.argument("name", required=False)
@json_option
@click.pass_obj
def get(run: Run, *, name: str | None, as_json: bool) -> int:
    """Print one setting, or all."""
    store = SettingsStore()
    wanted = None if name is None or name in _HOME else field_named(name)
    settings = store.load()
    if name is None or name in _HOME:
        _print_home(run.output, store, alone=name is not None)
    if name is None or wanted is not None:
        for f in (wanted,) if wanted is not None else FIELDS:
            _print(run.output, store, settings, f, alone=wanted is not None)
        for notice in settings.notices:
            run.output.note(notice, "yellow")
    return DONE


@config.command(name="set")
@click.argument("name")
@click.argument("values", nargs=-1, metavar="VALUE...")
@click.pass_obj
def set_command(run: Run, *, name: str, values: tuple[str, ...]) -> int:
    """Save a setting.

    An empty VALUE takes it out. Several folders are several VALUEs.

    A secret's VALUE is -: it is read from stdin, or asked for without showing it, and goes to
    the system's keyring.
    """
    if name in _HOME:
        raise UsageError(
            "The data directory is not a setting of its own.",
            hint="Set STEWARD_HOME in the environment.",
        )
    f = field_named(name)
    store = SettingsStore()
    code = _set_secret(run.output, store, f, values) if f.secret else _set(store, f, values)
    if code == DONE and os.environ.get(f.env):
        run.output.note(f"Saved, but {f.env} is set in the environment and beats it.", "yellow")
    return code


@config.command()
@click.pass_obj
def path(run: Run) -> int:
    """Print where the settings file is."""
    run.output.line(str(SettingsStore().path))
    return DONE


# -- what they do --------------------------------------------------------------------------


def _print_home(output: Output, store: SettingsStore, *, alone: bool) -> None:
    source = "environment" if os.environ.get("STEWARD_HOME") else "default"
    home = str(store.home)
    if output.json_lines:
        output.record({"name": "home", "value": home, "set": True, "source": source})
    else:
        _print_line(output, "home", home, source, alone=alone)


def _print(
    output: Output, store: SettingsStore, settings: Settings, f: Field, *, alone: bool
) -> None:
    value = getattr(settings, f.name)
    source = store.source(f.name)
    if output.json_lines:
        shown = None if f.secret else _plain(value)
        output.record({"name": f.name, "value": shown, "set": bool(value), "source": source})
    elif f.secret:
        text = f"set ({_WHERE[source]})" if value else "not set"
        _print_line(output, f.name, text, "", alone=alone)
    else:
        _print_line(output, f.name, f.kind.write(value), source, alone=alone)


def _plain(value: object) -> object:
    return [str(one) for one in value] if isinstance(value, tuple) else value


def _print_line(output: Output, name: str, text: str, source: str, *, alone: bool) -> None:
    if alone:
        output.line(text)
    else:
        where = f"  ({_WHERE[source]})" if source else ""
        output.line(f"{name} = {visible_line(text)}{where}")


def _set(store: SettingsStore, f: Field, values: tuple[str, ...]) -> int:
    is_list = isinstance(getattr(Settings(home=store.home), f.name), tuple)
    if not values:
        raise UsageError(f"{f.name} needs a value.", hint="An empty one takes it out: ''.")
    if len(values) > 1 and not is_list:
        raise UsageError(f"{f.name} takes one value.", hint="Put it in quotes.")
    with suppress(ConfigurationError):  # what is broken may be what this mends
        store.load()  # the store then knows the secrets that must not stand in the file
    store.save(f.name, list(values) if len(values) > 1 else values[0])
    return DONE


def _set_secret(output: Output, store: SettingsStore, f: Field, values: tuple[str, ...]) -> int:
    if values == ("",):
        store.store_secret(f.name, None)
        return DONE
    if values != ("-",):
        raise UsageError(
            f"{f.name} is a secret and must not stand on the command line.",
            hint=f"Run `steward config set {f.name} -` and type or pipe it in.",
        )
    secret = read_secret(f)
    if store.store_secret(f.name, secret):
        output.note(f"{f.name} is kept in the keyring.")
        return DONE
    output.problem(
        f"This system has no keyring that works, so {f.name} could not be kept. "
        f"Set {f.env} in the environment instead."
    )
    return NOT_CONFIGURED


def read_secret(f: Field) -> Secret:
    """A secret, typed without being shown, or from stdin. Blocking. Raises ``UsageError``."""
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            typed = getpass.getpass(f"{f.name} (not shown): ", stream=sys.stderr)
        except EOFError:
            typed = ""
    else:
        raw = sys.stdin.buffer.read() if sys.stdin is not None else b""
        typed = raw.decode("utf-8", "replace")
    typed = typed.strip()
    if not typed:
        raise UsageError(f"No {f.name} was given; nothing was changed.")
    return Secret(typed)
