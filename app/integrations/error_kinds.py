"""Which kind of trouble an error's facts tell of: its name first, then its limit, words, status."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from app.integrations.error_body import ErrorFacts


class Trouble(Enum):
    """What went wrong, as far as it decides what can be done."""

    BUDGET_BUSY = auto()
    CONTEXT = auto()
    CREDENTIALS = auto()
    FAILED = auto()
    FAILED_FOR_GOOD = auto()
    MISSING = auto()
    MODERATED = auto()
    PAYMENT = auto()
    RATE = auto()
    REFUSED = auto()
    TIMEOUT = auto()
    UNAVAILABLE = auto()


_IN_FLIGHT: Final = "openrouter_in_flight_budget"

_NAMES: Final = {
    Trouble.CONTEXT: "context_length_exceeded context_window_exceeded exceed_context_size_error "
    "string_too_long token_limit_exceeded",
    Trouble.CREDENTIALS: "authentication authentication_error invalid_api_key invalid_token "
    "unauthorized",
    Trouble.MISSING: "model_not_found",
    Trouble.MODERATED: "content_filter content_policy_violation moderation refusal",
    Trouble.PAYMENT: "billing_error insufficient_credits insufficient_quota payment_required",
    Trouble.RATE: "rate_limit_error rate_limit_exceeded too_many_requests",
    Trouble.REFUSED: "invalid_prompt max_tokens_exceeded permission permission_error",
    Trouble.TIMEOUT: "timeout timeout_error",
    Trouble.UNAVAILABLE: "overloaded overloaded_error provider_overloaded provider_unavailable "
    "service_unavailable unavailable_error",
}
_BY_NAME: Final = {name: kind for kind, names in _NAMES.items() for name in names.split()}

_VAGUE: Final = {
    "api_error": Trouble.FAILED,
    "invalid_request": Trouble.REFUSED,
    "invalid_request_error": Trouble.REFUSED,
    "not_found": Trouble.MISSING,
    "not_found_error": Trouble.MISSING,
    "server": Trouble.FAILED,
    "server_error": Trouble.FAILED,
}
"""Names that stand beside a better cause: they count where no status is said."""

_BY_STATUS: Final = {
    400: Trouble.REFUSED, 401: Trouble.CREDENTIALS, 402: Trouble.PAYMENT, 403: Trouble.REFUSED,
    404: Trouble.MISSING, 405: Trouble.MISSING, 408: Trouble.TIMEOUT, 409: Trouble.FAILED,
    413: Trouble.CONTEXT, 422: Trouble.REFUSED, 425: Trouble.FAILED, 429: Trouble.RATE,
    501: Trouble.FAILED_FOR_GOOD, 503: Trouble.UNAVAILABLE, 504: Trouble.TIMEOUT,
    505: Trouble.FAILED_FOR_GOOD, 529: Trouble.UNAVAILABLE,
}  # fmt: skip

_TOO_LONG: Final = re.compile(
    r"context (length|window|size)|maximum context|prompt is too long|too many tokens",
    re.IGNORECASE,
)
_KEY_WORDS: Final = re.compile(r"\b(api.?key|auth\w*|credentials?|token)\b", re.IGNORECASE)


def trouble_of(facts: ErrorFacts) -> Trouble:
    """The kind of trouble. A limit's name says more than a status, and less than a type."""
    named = next((_BY_NAME[name] for name in facts.types if name in _BY_NAME), None)
    if facts.limit_source == _IN_FLIGHT and named in (None, Trouble.PAYMENT, Trouble.RATE):
        return Trouble.BUDGET_BUSY
    if named is not None:
        return named
    status = facts.status
    if facts.limit_source and status in (None, 403):
        return Trouble.PAYMENT
    if status in (400, 422, 500) and _TOO_LONG.search(facts.words):
        return Trouble.CONTEXT
    if facts.flagged:
        return Trouble.MODERATED
    if status == 403 and _about_the_key(facts.words):
        return Trouble.CREDENTIALS
    if status is None:
        return next((_VAGUE[name] for name in facts.types if name in _VAGUE), Trouble.FAILED)
    return _BY_STATUS.get(status) or _of_status(status)


def _of_status(status: int) -> Trouble:
    if status >= 500:
        return Trouble.FAILED
    return Trouble.FAILED_FOR_GOOD if status >= 400 else Trouble.MISSING


def _about_the_key(words: str) -> bool:
    # A bare 403 comes from what stands guard before a server.
    return words in ("", "Forbidden") or bool(_KEY_WORDS.search(words))
