"""The checks of ``steward doctor`` that open the whole program: database, vault, log, alarms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from app.cli.check_telegram import check_phones
from app.cli.checks import ATTENTION, OK, TROUBLE, Check, within
from app.cli.checks_of_parts import check_circuits, check_log, check_notifications
from app.cli.counting import counted
from app.cli.output import size_in_words
from app.domain.errors import SkillError, StewardError

if TYPE_CHECKING:
    from app.assembly import Assembly

# Seconds. They run beside one another once Steward is open.
_OPEN: Final = 4.0
_DATABASE: Final = 3.0
_VAULT: Final = 3.0
_LOOK: Final = 2.0


async def checks_of_the_whole() -> AsyncIterator[Check]:
    """Log, database, vault, notices, circuits and phones of a Steward that is opened for it."""
    from app.assembly import Assembly

    # Without a model first: a missing key must not hide the state of the history.
    opening = asyncio.create_task(Assembly.open(provider="guided"))
    try:
        assembly = await asyncio.wait_for(opening, _OPEN)
    except TimeoutError:
        hint = "Another Steward may be busy with it; try again later."
        yield Check("database", TROUBLE, f"No answer in {_OPEN:g} seconds.", hint)
        return
    except SkillError:  # told by the check of the skills
        hint = "Mend the skills first, then look again."
        yield Check("database", ATTENTION, "Not looked at: the skills do not load.", hint)
        return
    except StewardError as error:
        yield Check("database", TROUBLE, error.message, error.hint)
        return
    try:
        running = [
            asyncio.create_task(within(name, seconds, check))
            for name, seconds, check in (
                ("log", _LOOK, asyncio.to_thread(check_log, assembly.settings.home)),
                ("database", _DATABASE, check_database(assembly)),
                ("vault", _VAULT, check_vault(assembly)),
                ("notices", _LOOK, check_notifications(assembly)),
                ("circuits", _LOOK, check_circuits(assembly)),
                ("phones", _LOOK, check_phones(assembly)),
            )
        ]
        for check in running:
            yield await check
    finally:
        await assembly.close()


async def check_database(assembly: Assembly) -> Check:
    """It takes, gives back and takes back a row, and is whole from end to end."""
    from app.storage.health import examine

    database = assembly.database
    health = await database.compute_async(lambda: examine(database))
    if not health.wrote:
        hint = "Close other programs that use it, then look again."
        return Check("database", TROUBLE, "What was written could not be read back.", hint)
    if health.problems:
        found = f"{database.path} is damaged: {'; '.join(health.problems)}"
        hint = f"Put the newest copy from {database.path.parent / 'backups'} in its place."
        return Check("database", TROUBLE, found, hint)
    count = len(await assembly.conversations.list(limit=100_000))
    if assembly.start_report.recovery.did_something:
        done = "; ".join(str(one) for one in assembly.start_report.recovery.operations)
        return Check("database", ATTENTION, f"A start after a crash: {done}", "")
    whole = "whole" if health.checked else "too large to be checked in a moment"
    return Check("database", OK, f"{counted(count, 'conversation')}; written, read, {whole}.")


async def check_vault(assembly: Assembly) -> Check:
    """Every version's bytes, as far as the time goes."""
    gone = assembly.start_report.recovery.missing_vault
    if gone is not None:
        return Check("vault", TROUBLE, gone.message, gone.hint)
    try:
        async with asyncio.timeout(_VAULT - 0.5):
            report = await assembly.versions.verify()
    except TimeoutError:
        size = await assembly.versions.vault_size()
        return Check(
            "vault",
            ATTENTION,
            f"It holds {size_in_words(size.content_bytes)}: too much to be checked in a moment.",
            "Run `steward files verify` when there is time.",
        )
    missing = sum(problem.kind == "blob_missing" for problem in report.problems)
    if missing:
        found = f"The bytes of at least {counted(missing, 'version')} are missing."
        hint = "Put them back from a backup of the vault; `steward files verify` names them."
        return Check("vault", TROUBLE, found, hint)
    if not report.ok:
        found = f"{len(report.problems)} broken: {report.problems[0].message}"
        return Check("vault", TROUBLE, found, "Run `steward files verify` to see all.")
    size_now = size_in_words(report.stored_bytes)
    versions, files = counted(report.versions, "version"), counted(report.files, "file")
    found = f"{versions} of {files}, kept in {size_now}."
    return Check("vault", OK, found)
