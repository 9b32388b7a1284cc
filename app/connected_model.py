"""The model that answers, as the settings say: connected, and exchanged while Steward runs."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.config import Settings
from app.domain.errors import ModelError
from app.domain.events import Severity
from app.domain.skills import Clock
from app.integrations.discovery import LocalServer, find_local_servers
from app.notifications.router import Router
from app.orchestrator.guarded_model import guarded, unguarded
from app.providers import chosen, client_for, keep_choice, read_address, renew_options
from app.redaction import Redactor, Secret
from app.resilience.breakers import Breakers
from app.running_settings import RunningSettings
from app.setting_fields import field_named

if TYPE_CHECKING:
    from app.integrations.openrouter_sign_in import OpenRouterSignIn
    from app.orchestrator.llm_client import LLMClient

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Completion:
    """Something the composer can complete: a command and what it does."""

    text: str
    summary: str


class ConnectedModel:
    """What answers. Owned by the loop's thread.

    Attributes:
        llm: answers now; guarded by its circuit.
    """

    def __init__(
        self, settings: RunningSettings, redactor: Redactor, breakers: Breakers, clock: Clock
    ) -> None:
        self._settings = settings
        self._redactor = redactor
        self._breakers = breakers
        self._clock = clock
        self.llm: LLMClient = self._client_for(settings.now)

    async def connect(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        api_key: Secret | None = None,
        model: str | None = None,
    ) -> bool:
        """Use another provider, after a live call has shown that it answers.

        Saves the choice; the key goes to the keyring. Returns ``False`` where no keyring
        works and the key holds for this run only. Raises ``ModelError``, ``UsageError`` or
        ``ConfigurationError``, with everything as it was.
        """
        address = read_address(base_url)
        wanted, key_name = chosen(self._settings.now, provider, address, api_key, model)
        if api_key is not None and key_name is not None:
            self._redactor.add(field_named(key_name).env, api_key)
        client = self._client_for(wanted)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(client.aclose)
            await client.models()
            undo.pop_all()
        old, self.llm = self.llm, client
        self._settings.use(wanted)
        await old.aclose()
        return await asyncio.to_thread(keep_choice, self._settings.store, wanted, key_name, api_key)

    async def renew(self) -> None:
        """Let what the settings say by now answer. Raises ``ConfigurationError``."""
        old, self.llm = self.llm, self._client_for(self._settings.now)
        await old.aclose()

    def renew_options(self) -> None:
        """Ask as the settings say by now, from the next request on."""
        renew_options(unguarded(self.llm), self._settings.now)

    def sign_in(self) -> AbstractAsyncContextManager[OpenRouterSignIn]:
        """OpenRouter's sign-in in the browser; the key it ends in is then to be connected."""
        from app.integrations.openrouter_sign_in import openrouter_sign_in

        return openrouter_sign_in()

    async def find_local_servers(self) -> list[LocalServer]:
        """Model servers that answer on loopback now: to be offered, never taken silently."""
        return await find_local_servers()

    async def offer_local_servers(self, router: Router) -> None:
        """Tell of model servers on this machine, where nothing was chosen; adopts none."""
        if self._settings.now.provider is not None or self.llm.provider != "guided":
            return
        for server in await self.find_local_servers():
            router.notify(
                Severity.INFO,
                "model",
                f"A model server, {server.name} by its port, answers on this computer "
                f"({server.base_url}). "
                "Settings → Model connects it.",
            )

    async def learn_models(self) -> None:
        """Ask the model's server what its models take; a face that stays calls it when it is idle.

        So that a conversation is summarised in time from its first turn on. A server that does
        not answer says so when it is asked something.
        """
        try:
            await self.llm.models()
        except ModelError as error:
            logger.info("the list of models was not read", extra={"kind": error.kind})

    def completions(self) -> tuple[Completion, ...]:
        """Commands the composer completes after ``/``; empty unless the guide answers."""
        if self.llm.provider != "guided":
            return ()
        from app.integrations.guided.commands import COMMANDS

        return tuple(Completion(command.usage, command.summary) for command in COMMANDS)

    async def close(self) -> None:
        """Let go of what answers."""
        await self.llm.aclose()

    def _client_for(self, settings: Settings) -> LLMClient:
        client = client_for(settings, self._clock)
        own = settings.effective_provider == "openai-compatible" and settings.llm_base_url
        return guarded(client, own or client.label, self._breakers, self._clock)
