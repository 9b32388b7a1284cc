"""What the person set for every request: how hard to think, and whom a router may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Choices that go with each request to a model.

    Attributes:
        reasoning_effort: ``none``, ``minimal``, ``low``, ``medium`` or ``high``; ``None`` leaves
            it to the model.
        fallback_models: OpenRouter asks these in turn where the first one fails.
        provider_routing: OpenRouter's own choice of providers, in its own words.
    """

    reasoning_effort: str | None = None
    fallback_models: tuple[str, ...] = ()
    provider_routing: Mapping[str, object] = field(default_factory=dict)
