"""Which model the settings choose, and the adapter that speaks to it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from app.config import Settings
from app.domain.errors import ConfigurationError, UsageError
from app.domain.skills import Clock
from app.integrations.guided.client import GuidedClient
from app.integrations.request_options import RequestOptions
from app.origins import origin_of
from app.redaction import Secret
from app.setting_fields import field_named
from app.settings_store import SettingsStore

if TYPE_CHECKING:
    from app.orchestrator.llm_client import LLMClient


KEY_OF: Final = {"openrouter_api_key": "openrouter", "llm_api_key": "openai-compatible"}
"""The provider each key belongs to."""


def chosen(
    settings: Settings,
    provider: str,
    base_url: str | None,
    api_key: Secret | None,
    model: str | None,
) -> tuple[Settings, str | None]:
    """The settings with this choice, and the name of the setting its key belongs to."""
    wanted = dataclasses.replace(settings, provider=provider, model=model)
    key_name = None
    if provider == "openrouter":
        key_name = "openrouter_api_key"
        wanted = dataclasses.replace(
            wanted, openrouter_api_key=api_key or wanted.openrouter_api_key
        )
    elif provider == "openai-compatible":
        key_name = "llm_api_key"
        # A key belongs to the server it was given for: another server has its own, or none.
        keys = dict(wanted.kept_keys)
        if wanted.llm_api_key and (before := origin_of(wanted.llm_base_url)):
            keys[before] = wanted.llm_api_key
        url = base_url or wanted.llm_base_url
        kept = keys.pop(origin_of(url) or "", None)
        wanted = dataclasses.replace(
            wanted, llm_base_url=url, llm_api_key=api_key or kept, kept_keys=keys
        )
    return wanted, key_name


def keep_choice(
    store: SettingsStore, wanted: Settings, key_name: str | None, api_key: Secret | None
) -> bool:
    """Save a choice that has answered; blocking. ``False``: no keyring kept the key."""
    store.save("provider", wanted.provider)
    store.save("model", wanted.model)
    if wanted.provider == "openai-compatible":
        store.save("llm_base_url", wanted.llm_base_url)
    if api_key is not None and key_name is not None:
        return store.store_secret(key_name, api_key, url=wanted.llm_base_url)
    return True


def read_address(typed: str | None) -> str | None:
    """A server's address as the setting takes it. Raises ``UsageError`` where it does not."""
    f = field_named("llm_base_url")
    try:
        read = f.read(typed or "")
    except ValueError as error:
        raise UsageError(f"The address cannot be used: {error}.") from error
    return None if read is None else str(read)


def without_key(settings: Settings, name: str) -> Settings:
    """The settings without a key; OpenRouter, which needs its own, is then not chosen either."""
    if name == "openrouter_api_key":
        provider = None if settings.provider == "openrouter" else settings.provider
        return dataclasses.replace(settings, openrouter_api_key=None, provider=provider)
    if name == "llm_api_key":
        return dataclasses.replace(settings, llm_api_key=None, kept_keys={})
    other: dict[str, Any] = {name: None}
    return dataclasses.replace(settings, **other)


def client_for(settings: Settings, clock: Clock) -> LLMClient:
    """The adapter these settings ask for. Raises ``ConfigurationError``."""
    match settings.effective_provider:
        case "openrouter":
            if not settings.openrouter_api_key:
                raise ConfigurationError(
                    "OpenRouter is chosen but has no key.",
                    hint="Give it one.",
                    details={"settings": ["openrouter_api_key"]},
                )
            from app.integrations.openrouter import openrouter_client

            return openrouter_client(
                settings.openrouter_api_key,
                settings.model,
                clock=clock,
                options=request_options(settings),
            )
        case "openai-compatible":
            if not settings.llm_base_url:
                raise ConfigurationError(
                    "An OpenAI-compatible server is chosen but has no address.",
                    hint="Give it one, for instance http://127.0.0.1:11434/v1.",
                    details={"settings": ["llm_base_url"]},
                )
            from app.integrations.openrouter import OpenAICompatibleClient

            return OpenAICompatibleClient(
                base_url=settings.llm_base_url,
                api_key=settings.llm_api_key,
                provider="openai-compatible",
                default_model=settings.model,
                clock=clock,
                options=request_options(settings),
            )
        case _:
            return GuidedClient()


def request_options(settings: Settings) -> RequestOptions:
    """What the settings say of every request."""
    return RequestOptions(
        reasoning_effort=settings.reasoning_effort,
        fallback_models=settings.fallback_models,
        provider_routing=settings.provider_routing,
    )


def renew_options(client: LLMClient, settings: Settings) -> None:
    """Let a client that is in use ask as the settings say from its next request on."""
    from app.integrations.openrouter import OpenAICompatibleClient

    if isinstance(client, OpenAICompatibleClient):
        client.options = request_options(settings)
