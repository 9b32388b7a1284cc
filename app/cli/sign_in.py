"""``steward sign-in``: get a key by signing in in the browser, try it, and keep it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from app.cli.browser_wait import Browser, tell_address, waited_for
from app.cli.counting import counted
from app.cli.options import json_option
from app.cli.output import Output
from app.cli.run import DONE, NOT_CONFIGURED, Run
from app.domain.errors import KeyringError, ModelError

if TYPE_CHECKING:
    from app.config import Settings
    from app.redaction import Secret
    from app.settings_store import SettingsStore

_KEY: Final = "openrouter_api_key"
_KEY_ENV: Final = "OPENROUTER_API_KEY"
_KEPT_NOTHING: Final = "Nothing was kept; what was set up before still holds."


@click.group(name="sign-in", short_help="Connect a model by signing in in the browser.")
def sign_in() -> None:
    """Connect a model by signing in in the browser. The key goes to the system's keyring."""


@sign_in.command()
@click.option("--no-browser", is_flag=True, help="Only print the address, to be opened by you.")
@json_option
@click.pass_obj
def openrouter(run: Run, *, no_browser: bool, as_json: bool) -> int:
    """Sign in with OpenRouter, on this computer's browser.

    The key it gives is tried with a live call, then kept in the system's keyring, and OpenRouter is
    chosen as the provider. Ctrl+C cancels; what was set up before holds until then.
    """
    return run.until_done(_sign_in(run.output, open_browser=not no_browser))


async def _sign_in(output: Output, *, open_browser: bool) -> int:
    import asyncio

    from app.integrations.openrouter_sign_in import openrouter_sign_in
    from app.settings_store import SettingsStore

    store = SettingsStore()
    settings = await asyncio.to_thread(store.load)
    try:
        # First of all: a key that nobody can keep is not asked for.
        await asyncio.to_thread(store.check_keyring)
    except KeyringError as error:
        return _not_kept(output, error)
    try:
        async with openrouter_sign_in() as attempt:
            tell_address(output, "OpenRouter", attempt.address, attempt.seconds)
            browser = Browser(attempt.address) if open_browser else None
            key = await waited_for(output, attempt.key(), attempt.seconds, browser)
        return await _tried_and_kept(output, store, settings, key)
    except asyncio.CancelledError:
        output.passing("")
        output.note(f"Cancelled. {_KEPT_NOTHING}")
        raise
    except ModelError:
        output.passing("")
        output.note(_KEPT_NOTHING)
        raise


async def _tried_and_kept(
    output: Output, store: SettingsStore, settings: Settings, key: Secret
) -> int:
    import asyncio

    from app.clock import SystemClock
    from app.providers import chosen, client_for, keep_choice

    again = settings.effective_provider == "openrouter"
    wanted, _ = chosen(settings, "openrouter", None, key, settings.model if again else None)
    output.passing("Trying the key …")
    client = client_for(wanted, SystemClock())
    try:
        models = len(await client.models())
    finally:
        await client.aclose()
    output.passing("")
    if not await asyncio.to_thread(store.store_secret, _KEY, key):
        return _not_kept(output, KeyringError("The system's keyring did not take the key."))
    await asyncio.to_thread(keep_choice, store, wanted, None, None)
    if output.json_lines:
        output.record({"provider": "openrouter", "connected": True, "models": models})
    else:
        offered = counted(models, "model")
        output.line(f"OpenRouter is connected and offers {offered}. Its key is in the keyring.")
    for name in (_KEY_ENV, "STEWARD_PROVIDER"):
        if os.environ.get(name):
            output.note(f"But {name} is set in the environment and beats it.", "yellow")
    return DONE


def _not_kept(output: Output, error: KeyringError) -> int:
    output.error(error)
    output.note(_KEPT_NOTHING)
    return NOT_CONFIGURED
