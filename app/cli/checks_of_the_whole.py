"""The checks of ``steward doctor`` that open the whole program: database, vault and model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from app.cli.checks import ATTENTION, OK, TROUBLE, Check, within
from app.cli.counting import counted
from app.cli.output import size_in_words
from app.domain.errors import SkillError, StewardError

if TYPE_CHECKING:
    from app.assembly import Assembly

# Seconds; one after the other they must leave room in the 15 that all may take.
_OPEN: Final = 4.0
_DATABASE: Final = 1.0
_VAULT: Final = 2.0
_MODEL: Final = 6.0


async def checks_of_the_whole() -> AsyncIterator[Check]:
    """Database, vault and model, of a whole Steward that is opened for it."""
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
        yield await within("database", _DATABASE, check_database(assembly))
        yield await within("vault", _VAULT, check_vault(assembly))
    finally:
        await assembly.close()
    yield await within("model", _MODEL, check_model())


async def check_database(assembly: Assembly) -> Check:
    """It opened, so it is whole and of this schema; a real query too."""
    count = len(await assembly.conversations.list(limit=100_000))
    if assembly.recovery.did_something:
        done = "; ".join(str(one) for one in assembly.recovery.operations)
        return Check("database", ATTENTION, f"A start after a crash: {done}", "")
    return Check("database", OK, f"{counted(count, 'conversation')}.")


async def check_vault(assembly: Assembly) -> Check:
    """Every version's bytes, as far as the time goes."""
    gone = assembly.recovery.missing_vault
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


async def check_model() -> Check:
    """A real call to the model's server, or to the offline commands."""
    from app.assembly import Assembly

    assembly = await Assembly.open()
    try:
        if assembly.llm.provider == "guided":
            return await _check_guide(assembly)
        return await _check_server(assembly)
    finally:
        await assembly.close()


async def _check_guide(assembly: Assembly) -> Check:
    from app.domain.messages import ConversationMessage, Role
    from app.orchestrator.llm_client import Completed, ModelRequest

    question = ConversationMessage(
        conversation_id="doctor",
        turn_id="doctor",
        role=Role.USER,
        text="/help",
        created_at=assembly.clock.now(),
    )
    answers = [
        event
        async for event in assembly.llm.stream(ModelRequest(system="", messages=[question]))
        if isinstance(event, Completed)
    ]
    if not answers or not answers[0].text:
        return Check("model", TROUBLE, "The offline commands do not answer.", "Install it again.")
    if assembly.settings.provider == "guided":
        return Check("model", OK, f"{assembly.llm.label}, as the settings say.")
    return Check(
        "model",
        ATTENTION,
        "No model is connected; the offline commands answer.",
        "Set OPENROUTER_API_KEY, or STEWARD_LLM_BASE_URL for a server of your own.",
    )


async def _check_server(assembly: Assembly) -> Check:
    models = [model.id for model in await assembly.llm.models()]
    label, wanted = assembly.llm.label, assembly.settings.model
    if not models:
        return Check("model", ATTENTION, f"{label} offers no model.", "Load one on the server.")
    if wanted and wanted not in models and assembly.llm.provider == "openai-compatible":
        near = ", ".join(models[:5])
        return Check(
            "model",
            ATTENTION,
            f"{label} answers, but does not list {wanted}.",
            f"Set STEWARD_MODEL to one it has: {near}.",
        )
    return Check("model", OK, f"{label} answers; {len(models)} models.")
