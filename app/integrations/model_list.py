"""Reads ``GET /models`` as OpenRouter, llama.cpp, vLLM, LM Studio and Ollama answer it."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import ModelRefusedError
from app.domain.unicode_text import whole
from app.orchestrator.llm_client import ModelInfo, ModelPrice

_CONTEXT_FIELDS = ("context_length", "max_model_len", "max_context_length", "context_window")
_MOST_DOLLARS = 1_000.0
"""A token that costs more is a mistake; so is one that is no number."""


def read_models(body: object, label: str) -> list[ModelInfo]:
    """The models in a list, in its order; entries without an id are passed over.

    Raises:
        ModelRefusedError: this is no list of models.
    """
    data = body.get("data") if isinstance(body, Mapping) else None
    # Ollama without a model sends `null`.
    if not isinstance(body, Mapping) or "data" not in body or not isinstance(data, list | None):
        raise ModelRefusedError(
            f"{label} does not answer like an OpenAI-compatible server.",
            hint="Check the server's address; it usually ends in /v1.",
            details={"settings": ["llm_base_url"]},
        )
    found: dict[str, ModelInfo] = {}
    for entry in data or ():
        if isinstance(entry, Mapping) and (info := _info(entry)) is not None:
            found.setdefault(info.id, info)
    return list(found.values())


def _info(entry: Mapping[str, object]) -> ModelInfo | None:
    model_id = entry.get("id")
    if not isinstance(model_id, str) or not model_id:
        return None
    name = entry.get("name")
    parameters = entry.get("supported_parameters")
    return ModelInfo(
        id=whole(model_id),
        name=whole(name) if isinstance(name, str) and name else whole(model_id),
        context_length=_context_length(entry),
        supports_tools="tools" in parameters if isinstance(parameters, list) else None,
        takes_pictures=_takes_pictures(entry),
        price=_price(entry.get("pricing")),
        longest_answer=_longest_answer(entry.get("top_provider")),
    )


def _takes_pictures(entry: Mapping[str, object]) -> bool | None:
    architecture = entry.get("architecture")  # OpenRouter
    kinds = architecture.get("input_modalities") if isinstance(architecture, Mapping) else None
    return "image" in kinds if isinstance(kinds, list) and kinds else None


def _price(pricing: object) -> ModelPrice | None:
    """As OpenRouter says it: dollars a token, as text. Its router has -1: it depends."""
    if not isinstance(pricing, Mapping):
        return None
    prompt, completion = _dollars(pricing.get("prompt")), _dollars(pricing.get("completion"))
    if prompt is None or completion is None:
        return None
    return ModelPrice(
        prompt,
        completion,
        cache_read=_dollars(pricing.get("input_cache_read")),
        cache_write=_dollars(pricing.get("input_cache_write")),
        request=_dollars(pricing.get("request")) or 0.0,
    )


def _longest_answer(provider: object) -> int | None:
    value = provider.get("max_completion_tokens") if isinstance(provider, Mapping) else None
    is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_count else None


def _dollars(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if 0 <= amount < _MOST_DOLLARS else None


def _context_length(entry: Mapping[str, object]) -> int | None:
    meta = entry.get("meta")  # llama.cpp
    training = meta.get("n_ctx_train") if isinstance(meta, Mapping) else None
    for value in (*(entry.get(field) for field in _CONTEXT_FIELDS), training):
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
