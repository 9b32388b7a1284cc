"""The doctor's call to the model: a real question, ended at the first word of its answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from app.cli.checks import ATTENTION, OK, TROUBLE, Check
from app.cli.counting import counted

if TYPE_CHECKING:
    from app.config import Settings
    from app.orchestrator.llm_client import LLMClient, ModelRequest

LIST_SECONDS: Final = 4.0
ANSWER_SECONDS: Final = 5.0
"""How long the first word may take. A server that just loads a large model takes longer."""


async def check_model(settings: Settings) -> Check:
    """A real call to the model's server, or to the offline commands.

    Raises ``ConfigurationError``, ``ModelError``.
    """
    from app.clock import SystemClock
    from app.providers import client_for

    client = client_for(settings, SystemClock())
    try:
        if client.provider == "guided":
            return await _check_guide(client, settings)
        return await _check_server(client, settings)
    finally:
        await client.aclose()


async def _check_guide(client: LLMClient, settings: Settings) -> Check:
    if not await _answers(client, "/help"):
        return Check("model", TROUBLE, "The offline commands do not answer.", "Install it again.")
    if settings.provider == "guided":
        return Check("model", OK, f"{client.label}, as the settings say.")
    return Check(
        "model",
        ATTENTION,
        "No model is connected; the offline commands answer.",
        "Set OPENROUTER_API_KEY, or STEWARD_LLM_BASE_URL for a server of your own.",
    )


async def _check_server(client: LLMClient, settings: Settings) -> Check:
    label, wanted = client.label, settings.model
    try:
        async with asyncio.timeout(LIST_SECONDS):
            models = [model.id for model in await client.models()]
    except TimeoutError:
        told = f"{label} does not answer: no list of its models in {LIST_SECONDS:g} seconds."
        return Check("model", TROUBLE, told, "See whether the server works, and try again later.")
    if not models:
        return Check("model", ATTENTION, f"{label} offers no model.", "Load one on the server.")
    if wanted and wanted not in models and client.provider == "openai-compatible":
        near = ", ".join(models[:5])
        return Check(
            "model",
            ATTENTION,
            f"{label} answers, but does not list {wanted}.",
            f"Set STEWARD_MODEL to one it has: {near}.",
        )
    listed = counted(len(models), "model")
    began = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            said = await _answers(client, "Answer with the one word: ready")
    except TimeoutError:
        return Check(
            "model",
            ATTENTION,
            f"{label} lists {listed}, but said no word in {ANSWER_SECONDS:g} seconds.",
            "It may still load the model: ask something and wait, then look again.",
        )
    if not said:
        hint = "Choose another model: STEWARD_MODEL, or Settings → Model."
        return Check("model", TROUBLE, f"{label} gives an empty answer.", hint)
    took = round((time.monotonic() - began) * 1000)
    return Check("model", OK, f"{label} answers, its first word after {took:,} ms; {listed}.")


async def _answers(client: LLMClient, question: str) -> bool:
    """Whether anything is said; the rest of it is not waited for, nor paid for."""
    from app.orchestrator.llm_client import Completed, ReasoningDelta, TextDelta

    async with aclosing(client.stream(_request(question))) as events:  # type: ignore[type-var]
        async for event in events:
            match event:
                case TextDelta(text) | ReasoningDelta(text) if text.strip():
                    return True
                case Completed():
                    return bool(event.text.strip())
    return False


def _request(question: str) -> ModelRequest:
    from app.clock import SystemClock
    from app.domain.messages import ConversationMessage, Role
    from app.orchestrator.llm_client import ModelRequest

    asked = ConversationMessage(
        conversation_id="doctor",
        turn_id="doctor",
        role=Role.USER,
        text=question,
        created_at=SystemClock().now(),
    )
    return ModelRequest(system="", messages=[asked])
