"""What went wrong with a model's server, as one of our typed errors with words for a person.

A message never holds a key or a whole body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.domain.errors import (
    ContextTooLongError,
    ModelCredentialsError,
    ModelError,
    ModelPaymentError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnreachableError,
)
from app.integrations.error_body import ErrorFacts, read_error
from app.integrations.http import FailureReason, HttpFailureError, is_loopback
from app.integrations.unicode_text import whole
from app.redaction import Secret

MAX_WORDS: Final = 300
"""Characters of a server's own words that we pass on."""

_SHORTEST_KEY: Final = 8
_KEY_LIKE: Final = re.compile(r"\bsk-[\w-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_IN_FLIGHT: Final = "openrouter_in_flight_budget"

_CREDENTIALS: Final = frozenset(
    {"authentication", "authentication_error", "invalid_api_key", "invalid_token", "unauthorized"}
)
_PAYMENT: Final = frozenset(
    {"billing_error", "insufficient_credits", "insufficient_quota", "payment_required"}
)
_CONTEXT: Final = frozenset(
    {
        "context_length_exceeded", "context_window_exceeded", "exceed_context_size_error",
        "token_limit_exceeded",
    }
)  # fmt: skip
_REFUSED: Final = frozenset(
    {
        "content_filter", "content_policy_violation", "invalid_prompt", "moderation", "refusal",
        "model_not_found", "permission", "permission_error",
    }
)  # fmt: skip
_TIMEOUT: Final = frozenset({"timeout", "timeout_error"})
_PASSING: Final = frozenset(
    {
        "overloaded", "overloaded_error", "provider_overloaded", "provider_unavailable",
        "rate_limit_error", "rate_limit_exceeded", "server", "server_error", "unavailable_error",
    }
)  # fmt: skip
_TOO_LONG: Final = re.compile(
    r"context (length|window|size)|maximum context|prompt is too long|too many tokens",
    re.IGNORECASE,
)
_KEY_WORDS: Final = re.compile(r"\b(api.?key|auth\w*|credentials?|token)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom we talk to, for words and hints.

    Attributes:
        label: its name for a person.
        base_url: its address.
        key_setting: the setting that holds its key.
        key: the key, to be kept out of messages.
    """

    label: str
    base_url: str
    key_setting: str
    key: Secret | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    def clean(self, words: str) -> str:
        """A server's words on one line, without anything like a key, bounded."""
        # A shorter one ("none", for a server that wants any key) stands in ordinary words.
        if self.key and len(self.key.reveal()) >= _SHORTEST_KEY:
            words = words.replace(self.key.reveal(), "***")
        words = _KEY_LIKE.sub("***", whole(words))
        words = " ".join("".join(c if c.isprintable() else " " for c in words).split())
        return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def error_from_body(
    peer: Peer,
    body: object,
    *,
    now: datetime,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> ModelError:
    """The typed error for an answer with a status, or for an error inside a stream.

    Args:
        peer: who answered.
        body: decoded JSON, or text.
        now: for a ``Retry-After`` that is a date.
        status: HTTP status; ``None`` inside a stream of status 200, where the body says it.
        headers: the answer's headers, names in lower case.
    """
    facts = read_error(body, status=status, headers=headers or {}, now=now, clean=peer.clean)
    error = _typed(peer, facts)
    if facts.retryable is not None:
        error.retryable = facts.retryable
    error.retry_after = facts.retry_after
    return error


def error_from_failure(peer: Peer, failure: HttpFailureError, *, idle: float) -> ModelError:
    """The typed error for an answer that never came; ``idle`` in seconds."""
    details = {"reason": failure.reason.value, "cause": peer.clean(failure.message)}
    match failure.reason:
        case FailureReason.SILENT:
            return ModelTimeoutError(
                f"{peer.label} said nothing for {idle:g} seconds.",
                hint="It may be overloaded, or still loading the model. Ask again in a while.",
                details=details,
            )
        case FailureReason.UNTRUSTED:
            return ModelUnreachableError(
                f"The certificate of {peer.host} is not to be trusted.",
                hint="Check the address, the computer's clock, and any proxy in between.",
                details=details,
            )
        case FailureReason.INVALID:
            return ModelUnreachableError(
                f"{peer.host or 'This'} is not an address that can be asked.",
                hint="Check STEWARD_LLM_BASE_URL, for instance http://127.0.0.1:11434/v1.",
                details=details,
            )
        case FailureReason.BROKEN:
            return ModelUnreachableError(
                f"{peer.label} closed the connection without an answer.",
                hint="Ask again; if it stays so, look at the server.",
                details=details,
                retryable=True,
            )
    local = is_loopback(urlsplit(peer.base_url).hostname or "")
    return ModelUnreachableError(
        f"{peer.label} cannot be reached.",
        hint="Is the server running, and is the address right?"
        if local
        else "Check the network connection and the address.",
        details=details,
        retryable=True,
    )


def credentials_error(peer: Peer, words: str, *, details: Mapping[str, object]) -> ModelError:
    """The key was refused, or is missing; the hint names the setting."""
    setting = peer.key_setting
    if peer.key:
        hint = f"Check {setting}"
    else:
        words, hint = f"{peer.label} asks for a key.", f"Set {setting}"
    return ModelCredentialsError(
        words,
        hint=f"{hint} in the environment, or run `steward config set {_field(setting)} -`.",
        details=details,
    )


def _typed(peer: Peer, facts: ErrorFacts) -> ModelError:
    status, types = facts.status, facts.types
    details: dict[str, object] = {"status": status, "error_types": sorted(types)}
    who = f"{peer.label}" + (f" ({status})" if status else "")
    said = f": {facts.words}" if facts.words else ""
    said += "" if said.endswith((".", "!", "?", "…")) else "."

    if types & _PAYMENT or status == 402 or facts.limit_source:
        if facts.limit_source == _IN_FLIGHT:
            return ModelError(
                f"{who} has too many requests of this account under way{said}",
                hint="Ask again in a while.",
                details=details,
                retryable=True,
            )
        return ModelPaymentError(
            f"{who} refuses for lack of credit{said}",
            hint="Add credit or raise the key's limit with the provider, or choose another model.",
            details=details,
        )
    too_long = status in {400, 422, 500} and _TOO_LONG.search(facts.words)
    if types & _CONTEXT or status == 413 or too_long:
        return ContextTooLongError(
            f"{who}: the conversation is too long for this model{said}",
            hint="Start a new conversation, or choose a model with a larger context.",
            details=details,
        )
    if status == 401 or types & _CREDENTIALS or (status == 403 and _about_the_key(facts)):
        return credentials_error(peer, f"{who} refused the key{said}", details=details)
    if types & _REFUSED or status in {400, 403, 404, 405, 422} or 300 <= (status or 0) < 400:
        return ModelRefusedError(
            f"{who} refused the request{said}", hint=_refusal_hint(peer, status), details=details
        )
    if types & _TIMEOUT or status in {408, 504}:
        return ModelTimeoutError(
            f"{who} gave up waiting for the model{said}",
            hint="Ask again, or choose another model.",
            details=details,
            retryable=True,
        )
    passing = bool(types & _PASSING) or status in {409, 425, 429} or (status or 500) >= 500
    return ModelError(
        f"{who} {_trouble(status, types)}{said}",
        hint="Ask again in a while, or choose another model.",
        details=details,
        retryable=passing and status not in {501, 505},
    )


def _trouble(status: int | None, types: frozenset[str]) -> str:
    if status == 429 or types & {"rate_limit_exceeded", "rate_limit_error"}:
        return "gets more requests than it allows"
    if status in {503, 529} or types & {"provider_overloaded", "overloaded_error"}:
        return "is overloaded or not ready"
    return "failed"


def _refusal_hint(peer: Peer, status: int | None) -> str:
    if status in {404, 405} or 300 <= (status or 0) < 400:
        if peer.key_setting == "OPENROUTER_API_KEY":
            return "Check the model's name (STEWARD_MODEL)."
        return (
            "Check the model's name (STEWARD_MODEL) and the server's address "
            "(STEWARD_LLM_BASE_URL; it usually ends in /v1)."
        )
    return "Word it differently, or choose another model."


def _about_the_key(facts: ErrorFacts) -> bool:
    if facts.flagged:
        return False
    # A bare 403 comes from what stands guard before a server.
    return facts.words in ("", "Forbidden") or bool(_KEY_WORDS.search(facts.words))


def _field(setting: str) -> str:
    return setting.removeprefix("STEWARD_").lower()
