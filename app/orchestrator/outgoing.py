"""The boundary to the outside: what leaves for a model or with a skill holds no known secret.

Every request goes through ``Outgoing``, whichever adapter answers and whatever became known as
a secret since the messages were stored.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Final

from app.domain.errors import SecretLeavesError
from app.domain.tool_calls import ToolCall
from app.orchestrator.attached import AttachedReader, with_attachments
from app.orchestrator.llm_client import (
    LLMClient,
    ModelEvent,
    ModelInfo,
    ModelPrice,
    ModelRequest,
    Patience,
)
from app.orchestrator.untrusted import RULE, Fence
from app.redaction import Redactor

logger = logging.getLogger(__name__)

_NEEDS_NO_FENCE: Final = "guided"  # it takes text apart by rules and obeys none of it


class Outgoing:
    """A model behind the boundary; keeps ``LLMClient``.

    Args:
        inner: the adapter that speaks to the model.
        redactor: knows the secrets of this moment.
        fence: marks what comes from outside as data.
        attached: reads what is given of attachments, where there may be any.
    """

    def __init__(
        self,
        inner: LLMClient,
        redactor: Redactor,
        fence: Fence,
        attached: AttachedReader | None = None,
    ) -> None:
        self._inner = inner
        self._redactor = redactor
        self._fence = fence
        self._attached = attached

    @property
    def provider(self) -> str:
        """The adapter's."""
        return self._inner.provider

    @property
    def label(self) -> str:
        """The adapter's."""
        return self._inner.label

    @property
    def default_model(self) -> str | None:
        """The adapter's."""
        return self._inner.default_model

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Ask the adapter, with a request that may leave."""
        if self._attached is None or not any(one.attachments for one in request.messages):
            return self._inner.stream(self.safe(request))
        return self._stream_attached(request, self._attached)

    async def _stream_attached(
        self, request: ModelRequest, reader: AttachedReader
    ) -> AsyncIterator[ModelEvent]:
        attached = await reader.given(request.messages)
        safe = self.safe(request)  # which looks for secrets in texts; the reader has done so
        safe = dataclasses.replace(safe, attached=attached)
        if self.provider != _NEEDS_NO_FENCE:
            mark = self._fence.mark(safe.session_id or "")
            safe = dataclasses.replace(
                safe, messages=[with_attachments(one, attached, mark) for one in safe.messages]
            )
        async with aclosing(self._inner.stream(safe)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    def safe(self, request: ModelRequest) -> ModelRequest:
        """``request`` without secrets; for a real model its data is fenced off."""
        hidden = without_secrets(request, self._redactor)
        if self.provider == _NEEDS_NO_FENCE:
            return hidden
        messages = self._fence.around(hidden.messages, hidden.session_id or "")
        return dataclasses.replace(
            hidden, system=f"{hidden.system}\n\n{RULE}".strip(), messages=messages
        )

    @property
    def patience(self) -> Patience | None:
        """As the client's."""
        return self._inner.patience

    def context_length(self, model: str | None = None) -> int | None:
        """The adapter's."""
        return self._inner.context_length(model)

    def price(self, model: str | None = None) -> ModelPrice | None:
        """The adapter's."""
        return self._inner.price(model)

    async def models(self) -> list[ModelInfo]:
        """The adapter's."""
        return await self._inner.models()

    async def aclose(self) -> None:
        """Close the adapter's connections."""
        await self._inner.aclose()


def without_secrets(request: ModelRequest, redactor: Redactor) -> ModelRequest:
    """``request`` with a placeholder for each known secret, wherever it stands in it."""
    safe = redactor.record(request)
    if safe is request:
        return request
    messages = [
        dataclasses.replace(after, metadata=_unsigned(after.metadata))
        if after.metadata.get("reasoning_details") != before.metadata.get("reasoning_details")
        else after
        for before, after in zip(request.messages, safe.messages, strict=True)
    ]
    return dataclasses.replace(safe, messages=messages)


def _unsigned(metadata: Mapping[str, object]) -> dict[str, object]:
    # What the provider has signed and we have changed, it would refuse.
    return {name: fact for name, fact in metadata.items() if name != "reasoning_details"}


def leak_in(call: ToolCall, redactor: Redactor) -> SecretLeavesError | None:
    """Why an external call may not go out: its arguments hold a secret. Said in the log, too.

    Found is also one that is encoded, split over several arguments, or a placeholder already.
    """
    if not (redactor.holds_secret(call.arguments) or redactor.has_placeholder(call.arguments)):
        return None
    logger.warning("an external call held a secret", extra={"skill": call.name})
    return SecretLeavesError(
        f"The arguments of {call.name} hold a secret; nothing was sent.",
        hint="Secrets of the person never leave this computer with a call. Leave it out.",
        details={"skill": call.name},
    )
