"""``steward google``: sign in with Google for Drive, see the accounts, sign out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.browser_wait import Browser, tell_address, waited_for
from app.cli.google_accounts import access_words, accounts_of, storage_words
from app.cli.options import json_option
from app.cli.output import Colour, Output, in_utc, local
from app.cli.run import DONE, NOT_CONFIGURED, Run
from app.domain.errors import KeyringError, NotFoundError, StewardError, UsageError
from app.domain.google_accounts import AccountSource, AccountState, DriveAccess

if TYPE_CHECKING:
    from app.domain.drive import DriveAccount
    from app.domain.google_accounts import GoogleAccount, SignedIn
    from app.integrations.google.accounts import GoogleAccounts

_KEPT_NOTHING: Final = "Nothing was kept; what was set up before still holds."
_CLIENT_FILE: Final = "google_oauth_client_file"
_ASKED: Final = {
    DriveAccess.FILE: "Asked for: the files that Steward makes in your Drive, and no others. "
    "`--scope all` asks for all of them.",
    DriveAccess.ALL: "Asked for: every file of your Drive, to read and to change. Steward archives "
    "a file before it changes it. `--scope file` asks for less.",
}


@click.group(short_help="Google Drive: sign in, see the accounts, sign out.")
def google() -> None:
    """Google Drive: sign in, see the accounts, sign out. Several accounts may be signed in."""


@google.command("sign-in")
@click.option(
    "--scope",
    type=click.Choice([one.value for one in DriveAccess]),
    help="file: only files that Steward makes in your Drive. all: every file of it. Else the "
    "setting google_access says it.",
)
@click.option(
    "--client-file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Your OAuth client file from Google's console; it is remembered.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address, to be opened by you.")
@json_option
@click.pass_obj
def sign_in(
    run: Run, *, scope: str | None, client_file: Path | None, no_browser: bool, as_json: bool
) -> int:
    """Sign in with Google, on this computer's browser.

    It needs an OAuth client file of your own; docs/google-drive.md says how to make one. What the
    sign-in gives is tried with a live call, then kept in the system's keyring. Ctrl+C cancels;
    what was set up before holds until then.
    """
    path = Path.cwd() / client_file if client_file is not None else None
    access = DriveAccess(scope) if scope else None
    return run.until_done(_sign_in(run.output, access, path, open_browser=not no_browser))


@google.command("accounts")
@json_option
@click.pass_obj
def accounts_command(run: Run, *, as_json: bool) -> int:
    """List the accounts: what Steward may see there, how they stand, how full they are.

    Asks Google about each once. The first one is where new files go.
    """
    return run.until_done(_list(run.output))


@google.command("sign-out")
@click.argument("email", required=False)
@json_option
@click.pass_obj
def sign_out(run: Run, email: str | None, *, as_json: bool) -> int:
    """Sign out: forget the token of EMAIL, and tell Google that it is over.

    Google then ends what this OAuth client may do for the account everywhere, on other computers
    too. Versions of files stay. EMAIL may be left out where there is one account.
    """
    return run.until_done(_sign_out(run.output, email))


# -- signing in --------------------------------------------------------------------------------


async def _sign_in(
    output: Output, access: DriveAccess | None, path: Path | None, *, open_browser: bool
) -> int:
    import asyncio
    import dataclasses

    from app.settings_store import SettingsStore

    store = SettingsStore()
    settings = await asyncio.to_thread(store.load)
    if path is not None:
        settings = dataclasses.replace(settings, google_oauth_client_file=path)
    accounts = accounts_of(store, settings, output)
    asked = access or DriveAccess(settings.google_access)
    await asyncio.to_thread(accounts.oauth_client)  # a wrong file is said before all else
    try:
        # What nobody can keep is not asked for.
        await asyncio.to_thread(store.check_keyring)
    except KeyringError as error:
        output.error(error)
        output.note(_KEPT_NOTHING)
        return NOT_CONFIGURED
    try:
        async with accounts.sign_in(asked) as attempt:
            output.note(_ASKED[asked])
            tell_address(output, "Google", attempt.address, attempt.seconds)
            browser = Browser(attempt.address) if open_browser else None
            done = await waited_for(output, attempt.account(), attempt.seconds, browser)
    except asyncio.CancelledError:
        output.passing("")
        output.note(f"Cancelled. {_KEPT_NOTHING}")
        raise
    if not done.account.lasting:
        output.error(KeyringError("The system's keyring did not take the sign-in."))
        output.note(_KEPT_NOTHING)
        return NOT_CONFIGURED
    if path is not None:
        await asyncio.to_thread(store.save, _CLIENT_FILE, path)
    _tell_signed_in(output, done)
    return DONE


def _tell_signed_in(output: Output, done: SignedIn) -> None:
    account = done.account
    if output.json_lines:
        output.record({**_facts(account), "asked": done.asked.value, "signed_in": True})
    else:
        words = access_words(account.access)
        output.line(f"{account.email} is signed in ({words}). Its token is in the keyring.")
    if account.access is not done.asked:
        given = access_words(account.access)
        output.note(f"You asked for {access_words(done.asked)}; Google gave {given}.", "yellow")


# -- the accounts ------------------------------------------------------------------------------


async def _list(output: Output) -> int:
    import asyncio

    from app.settings_store import SettingsStore

    store = SettingsStore()
    settings = await asyncio.to_thread(store.load)
    accounts = accounts_of(store, settings, output)
    listed = await asyncio.to_thread(accounts.all)
    looks = [asyncio.to_thread(_looked_at, accounts, account) for account in listed]
    for account, (state, drive, error) in zip(listed, await asyncio.gather(*looks), strict=True):
        if output.json_lines:
            output.record(_row(account, state, drive, error))
            continue
        name = drive.email if drive is not None else account.email
        detail = storage_words(drive) if drive is not None else str(error or "")
        colour: Colour = "green" if state == AccountState.READY else "yellow"
        output.line(f"{name}  {access_words(account.access)}  {state.replace('_', ' ')}", colour)
        if account.signed_in_at is not None:
            detail = f"signed in {local(account.signed_in_at)}; {detail}"
        output.line(f"    {detail}")
    if not listed:
        output.note("Nobody is signed in with Google: `steward google sign-in`.")
    return DONE


def _looked_at(
    accounts: GoogleAccounts, account: GoogleAccount
) -> tuple[str, DriveAccount | None, StewardError | None]:
    from app.domain.drive import DriveError, DriveOfflineError, DriveSignedOutError

    unread = account.state is AccountState.UNREADABLE
    again = account.state if unread else AccountState.SIGN_IN_AGAIN
    try:
        return AccountState.READY.value, accounts.look(account), None
    except DriveSignedOutError as error:
        return again.value, None, error
    except DriveOfflineError as error:
        return "unreachable", None, error
    except DriveError as error:
        return "refused", None, error


def _row(
    account: GoogleAccount, state: str, drive: DriveAccount | None, error: StewardError | None
) -> dict[str, object]:
    row: dict[str, object] = {**_facts(account), "state": state}
    if drive is not None:
        row |= {"email": drive.email, "name": drive.name, "used": drive.used, "limit": drive.limit}
    if error is not None:
        row["problem"] = str(error)
    return row


def _facts(account: GoogleAccount) -> dict[str, object]:
    at = account.signed_in_at
    return {
        "email": account.email,
        "access": account.access.value if account.access else None,
        "source": account.source.value,
        "signed_in_at": in_utc(at) if at else None,
    }


# -- signing out -------------------------------------------------------------------------------


async def _sign_out(output: Output, email: str | None) -> int:
    import asyncio

    from app.settings_store import SettingsStore

    store = SettingsStore()
    settings = await asyncio.to_thread(store.load)
    accounts = accounts_of(store, settings, output)
    account = _meant(await asyncio.to_thread(accounts.all), email)
    try:
        done = await asyncio.to_thread(accounts.sign_out, account)
    except KeyringError as error:
        output.error(error)
        output.note(f"{account.email} is not used any more, but its token is in the keyring yet.")
        return NOT_CONFIGURED
    if output.json_lines:
        told = {"google_told": not done.problem, "problem": done.problem}
        output.record({"email": done.email, "signed_out": True, **told})
    else:
        output.line(f"{done.email} is signed out. Versions of its files stay.")
    if done.problem:
        output.note(done.problem, "yellow")
    return DONE


def _meant(listed: tuple[GoogleAccount, ...], email: str | None) -> GoogleAccount:
    own = [one for one in listed if one.source is AccountSource.SIGN_IN]
    if email is None and len(own) == 1:
        return own[0]
    if email is None and own:
        names = ", ".join(one.email for one in own)
        raise UsageError("Several accounts are signed in.", hint=f"Name one of {names}.")
    for one in listed:
        if email is not None and one.email.casefold() == email.casefold():
            if one.source is not AccountSource.SIGN_IN:
                raise UsageError(
                    f"{one.email} comes from a file that is set, not from a sign-in.",
                    hint=f"Take {_setting_of(one)} out of the environment or the settings.",
                )
            return one
    raise NotFoundError(
        f"{email} is not signed in with Google." if email else "Nobody is signed in with Google.",
        hint="`steward google accounts` lists who is.",
    )


def _setting_of(account: GoogleAccount) -> str:
    names = {
        AccountSource.SERVICE_ACCOUNT: "GOOGLE_APPLICATION_CREDENTIALS",
        AccountSource.TOKEN_FILE: "STEWARD_GOOGLE_TOKEN_FILE",
    }
    name = names[account.source]
    return name if os.environ.get(name) else f"{name} (a setting)"
