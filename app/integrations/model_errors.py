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
    ModelBudgetBusyError,
    ModelCredentialsError,
    ModelError,
    ModelMissingError,
    ModelModeratedError,
    ModelPaymentError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
    ModelUnreachableError,
)
from app.domain.unicode_text import whole
from app.integrations.error_body import ErrorFacts, read_error
from app.integrations.error_kinds import Trouble, trouble_of
from app.integrations.http import FailureReason, HttpFailureError, is_loopback
from app.redaction import Secret

MAX_WORDS: Final = 300
"""Characters of a server's own words that we pass on."""

_SHORTEST_KEY: Final = 8
_KEY_LIKE: Final = re.compile(r"\bsk-[\w-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_LATER: Final = "Ask again in a while, or choose another model."
_OTHERWISE: Final = "Word it differently, or choose another model."

_WORDS: Final[Mapping[Trouble, tuple[type[ModelError], str, str]]] = {
    Trouble.BUDGET_BUSY: (
        ModelBudgetBusyError,
        " has too many requests of this account under way",
        "Ask again in a while.",
    ),
    Trouble.PAYMENT: (
        ModelPaymentError,
        " refuses for lack of credit",
        "Add credit or raise the key's limit with the provider, or choose another model.",
    ),
    Trouble.CONTEXT: (
        ContextTooLongError,
        ": the conversation is too long for this model",
        "Start a new conversation, or choose a model with a larger context.",
    ),
    Trouble.MODERATED: (ModelModeratedError, " held this back", _OTHERWISE),
    Trouble.MISSING: (ModelMissingError, " does not know what was asked for", ""),
    Trouble.REFUSED: (ModelRefusedError, " refused the request", _OTHERWISE),
    Trouble.TIMEOUT: (
        ModelTimeoutError,
        " gave up waiting for the model",
        "Ask again, or choose another model.",
    ),
    Trouble.RATE: (ModelRateLimitedError, " gets more requests than it allows", _LATER),
    Trouble.UNAVAILABLE: (ModelUnavailableError, " is overloaded or not ready", _LATER),
    Trouble.FAILED: (ModelError, " failed", _LATER),
    Trouble.FAILED_FOR_GOOD: (ModelError, " failed", "Choose another model, or another server."),
}
_PASSING: Final = frozenset(
    {Trouble.BUDGET_BUSY, Trouble.TIMEOUT, Trouble.RATE, Trouble.UNAVAILABLE, Trouble.FAILED}
)


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
                hint="One looks like http://127.0.0.1:11434/v1.",
                details={**details, "settings": ["llm_base_url"]},
            )
        case FailureReason.ENVIRONMENT:
            return ModelUnreachableError(
                "The proxy or certificate settings of this computer cannot be used "
                f"({details['cause']}).",
                hint="Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and "
                "SSL_CERT_DIR in the environment.",
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
    """The key was refused, or is missing; the details name the setting."""
    hint = "Check the key."
    if not peer.key:
        words, hint = f"{peer.label} asks for a key.", "Give it one."
    return ModelCredentialsError(
        words, hint=hint, details={**details, "settings": [_field(peer.key_setting)]}
    )


def _typed(peer: Peer, facts: ErrorFacts) -> ModelError:
    trouble = trouble_of(facts)
    who = f"{peer.label}" + (f" ({facts.status})" if facts.status else "")
    said = f": {facts.words}" if facts.words else ""
    said += "" if said.endswith((".", "!", "?", "…")) else "."
    details = _details(facts, trouble)
    if trouble is Trouble.CREDENTIALS:
        return credentials_error(peer, f"{who} refused the key{said}", details=details)
    kind, words, hint = _WORDS[trouble]
    if trouble is Trouble.MISSING:
        hint, details["settings"] = _address_hint(peer)
    elif facts.fallback_models:
        hint = f"{hint} It offers {', '.join(facts.fallback_models)}."
    return kind(f"{who}{words}{said}", hint=hint, details=details, retryable=trouble in _PASSING)


def _details(facts: ErrorFacts, trouble: Trouble) -> dict[str, object]:
    found: dict[str, object] = {"status": facts.status, "error_types": sorted(facts.types)}
    more: dict[str, object] = {
        "retry_after": facts.retry_after,
        "provider_name": facts.provider_name,
        "fallback_models": list(facts.fallback_models),
        "reasons": list(facts.reasons),
        "fields": sorted(facts.fields),
        "context_length": facts.context_length if trouble is Trouble.CONTEXT else None,
    }
    return found | {name: value for name, value in more.items() if value not in (None, "", [])}


def _address_hint(peer: Peer) -> tuple[str, list[str]]:
    if peer.key_setting == "OPENROUTER_API_KEY":
        return "Check the model's name.", ["model"]
    return (
        "Check the model's name and the server's address, which usually ends in /v1.",
        ["model", "llm_base_url"],
    )


def _field(setting: str) -> str:
    return setting.removeprefix("STEWARD_").lower()
