"""``steward doctor``: every part checked with a real call, and how to mend what is not well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final

import click

from app.cli.options import json_option
from app.cli.output import Colour, Output, visible_line
from app.cli.run import DONE, FAILED, Run

if TYPE_CHECKING:
    from app.cli.checks import Check

_COLOURS: Final[Mapping[str, Colour]] = {"ok": "green", "attention": "yellow", "trouble": "red"}
# Seconds. What takes longest goes on beside the others.
_LOOK: Final = 2.0
_SKILLS: Final = 8.0
_WINDOW: Final = 10.0
_MODEL: Final = 10.0
_GOOGLE: Final = 10.0
_TELEGRAM: Final = 10.0
_KEYRING: Final = 4.0
_WATCHING: Final = 4.0
_TIME_TO_CLOSE: Final = 0.5


@click.command(short_help="Check every part and say how to mend what is not well.")
@json_option
@click.pass_obj
def doctor(run: Run, *, as_json: bool) -> int:
    """Check every part of Steward with a real call. Exit code 1: there is trouble.

    Ends within 15 seconds, also without a network. Changes nothing.
    """
    return run.until_done(_doctor(run))


async def _doctor(run: Run) -> int:
    from app.cli.checks import TROUBLE

    in_trouble = False
    async for check in _all_checks():
        in_trouble = in_trouble or check.status == TROUBLE
        _show(run.output, check.name, check.status, check.message, check.hint)
    code = FAILED if in_trouble else DONE
    # A part that hung may still hold a thread, and would keep this process from its end.
    run.cut_soon(code, _TIME_TO_CLOSE)
    return code


async def _all_checks() -> AsyncIterator[Check]:
    """Every check, in an order for reading, each as soon as it is known."""
    from app.cli.check_google import check_google, check_google_chat
    from app.cli.check_model import check_model
    from app.cli.check_telegram import check_telegram
    from app.cli.checks import (
        check_disk,
        check_folders,
        check_home,
        check_keyring,
        check_last_run,
        check_python,
        check_servers,
        check_skills,
        check_window,
        load_settings,
        within,
    )
    from app.cli.checks_of_parts import check_watching
    from app.cli.checks_of_the_whole import checks_of_the_whole
    from app.settings_store import SettingsStore

    yield check_python()
    store = SettingsStore()
    skills = asyncio.create_task(within("skills", _SKILLS, asyncio.to_thread(check_skills)))
    window = asyncio.create_task(within("window", _WINDOW, check_window()))
    keyring = asyncio.create_task(within("keyring", _KEYRING, asyncio.to_thread(check_keyring)))
    servers = asyncio.create_task(within("servers", _LOOK, check_servers()))
    yield await within("data", _LOOK, asyncio.to_thread(check_home, store.home))
    yield await within("disk", _LOOK, asyncio.to_thread(check_disk, store.home))
    yield await within("last run", _LOOK, asyncio.to_thread(check_last_run, store.home))
    settings, settings_check = load_settings(store)
    yield settings_check
    model = watching = google = telegram = google_chat = None
    if settings is not None:
        model = asyncio.create_task(within("model", _MODEL, check_model(settings)))
        google = asyncio.create_task(within("google", _GOOGLE, check_google(store, settings)))
        telegram = asyncio.create_task(within("telegram", _TELEGRAM, check_telegram(settings)))
        google_chat = asyncio.create_task(
            within("google chat", _GOOGLE, check_google_chat(settings))
        )
        watch = asyncio.to_thread(check_watching, settings.home, switched_on=settings.watch_folders)
        watching = asyncio.create_task(within("watching", _WATCHING, watch))
        folders = asyncio.to_thread(check_folders, settings.folders)
        yield await within("folders", _LOOK, folders)
    yield await skills
    async for check in checks_of_the_whole():
        yield check
    for task in (watching, model, google, telegram, google_chat):
        if task is not None:
            yield await task
    yield await servers
    yield await keyring
    yield await window


def _show(output: Output, name: str, status: str, message: str, hint: str) -> None:
    if output.json_lines:
        output.record({"check": name, "status": status, "message": message, "hint": hint})
        return
    output.line(f"{status:<10} {name:<11} {visible_line(message)}", _COLOURS[status])
    if hint:
        output.line(f"{'':<22} → {visible_line(hint)}")
