"""Reads an error's facts out of whatever a model's server sent.

``error_type``, ``metadata`` and ``availability`` as OpenRouter documents them; ``type`` and
``code`` as OpenAI, llama.cpp, vLLM, FastAPI and Ollama send them; or plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from app.resilience.retry import retry_after_seconds

_MOST_NAMES: Final = 20
_LONGEST_WAIT: Final = 10.0**9
"""Seconds; a server that asks for more has said nothing."""
_LARGEST_CONTEXT: Final = 100_000_000
_CONTEXT: Final = re.compile(
    r"(?:maximum context length|context window|context size|context length)"
    r"(?: is| of|:)?[^\d\n]{0,12}(\d[\d,]{2,10})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """What an error says, wherever it says it.

    Attributes:
        status: HTTP status, or the code inside a stream of status 200; ``None`` if unsaid.
        types: every machine name it gives, in lower case, the most telling first.
        words: for a person, cleaned and bounded.
        retryable: what the server says of it, if it does.
        retry_after: seconds until another try is welcome, if said.
        limit_source: which limit was reached (OpenRouter).
        flagged: whether moderation stopped the request.
        reasons: what moderation found.
        provider_name: who failed behind a router.
        fallback_models: ids that could answer instead.
        fields: parts of the request that the error is about.
        context_length: the model's window in tokens.
    """

    status: int | None
    types: tuple[str, ...]
    words: str
    retryable: bool | None
    retry_after: float | None
    limit_source: str
    flagged: bool
    reasons: tuple[str, ...] = ()
    provider_name: str = ""
    fallback_models: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    context_length: int | None = None


def read_error(
    body: object,
    *,
    status: int | None,
    headers: Mapping[str, str],
    now: datetime,
    clean: Callable[[str], str],
) -> ErrorFacts:
    """Facts of an error body, decoded JSON or text. Header names are in lower case."""
    error = _error_object(body)
    metadata = _mapping(error.get("metadata"))
    availability = _mapping(error.get("availability"))
    kinds = (
        metadata.get("error_type"), error.get("error_type"), error.get("type"),
        error.get("code"), availability.get("code"),
    )  # fmt: skip
    code = _status_of(error.get("code"), error.get("http_status"), error.get("status"))
    retryable = availability.get("retryable")
    if headers.get("x-should-retry") in ("true", "false"):
        retryable = headers["x-should-retry"] == "true"
    return ErrorFacts(
        status=status if status is not None and status >= 300 else code,
        # Bounded, as everything that is shown or stored is.
        types=tuple(
            dict.fromkeys(clean(kind.lower()) for kind in kinds if isinstance(kind, str) and kind)
        ),
        words=clean(_words_of(error, metadata, body)) or _phrase(status),
        retryable=retryable if isinstance(retryable, bool) else None,
        retry_after=_retry_after(headers, error, metadata, availability, now),
        limit_source=_text(metadata.get("limit_source")),
        flagged=bool(metadata.get("reasons") or metadata.get("flagged_input")),
        reasons=_texts(metadata.get("reasons"), clean),
        provider_name=clean(_text(metadata.get("provider_name"))),
        fallback_models=_texts(availability.get("fallback_models"), clean),
        fields=frozenset(clean(name) for name in _fields_of(error)[:_MOST_NAMES]),
        context_length=_context_length(error, body),
    )


def _error_object(body: object) -> Mapping[str, object]:
    outer = _mapping(body)
    error = outer.get("error")
    if isinstance(error, str):  # Ollama
        return {**outer, "message": error}
    if isinstance(error, Mapping):
        return error
    return outer  # vLLM and FastAPI: the fields stand at the top


def _texts(value: object, clean: Callable[[str], str]) -> tuple[str, ...]:
    found = value if isinstance(value, list) else ()
    return tuple(clean(one) for one in found[:_MOST_NAMES] if isinstance(one, str) and one)


def _fields_of(error: Mapping[str, object]) -> list[str]:
    # OpenAI's `param`, and FastAPI's `loc`: `body`, the field, what stands inside it.
    found = [_text(error.get("param"))]
    entries = error.get("detail")
    for entry in entries if isinstance(entries, list) else ():
        place = _mapping(entry).get("loc")
        found += [_text(part) for part in place[:2]] if isinstance(place, list) else []
    return [name for name in dict.fromkeys(found) if name not in ("", "body")]


def _context_length(error: Mapping[str, object], body: object) -> int | None:
    size = error.get("n_ctx")  # llama.cpp
    if isinstance(size, int) and not isinstance(size, bool) and 0 < size < _LARGEST_CONTEXT:
        return size
    said = _CONTEXT.search(_words_of(error, _mapping(error.get("metadata")), body))
    return int(said[1].replace(",", "")) if said else None


def _words_of(error: Mapping[str, object], metadata: Mapping[str, object], body: object) -> str:
    for name in ("message", "detail"):
        value = error.get(name)
        # FastAPI lists what is wrong, with the field's name in each entry.
        if words := json.dumps(value) if isinstance(value, list | dict) else _text(value):
            # OpenRouter's own words are often "Provider returned error": the cause is in `raw`.
            cause = _words_of_raw(_text(metadata.get("raw")))
            return f"{words} ({cause})" if cause else words
    return _short_text(body) if isinstance(body, str) else ""


def _words_of_raw(raw: str) -> str:
    try:
        inner = _error_object(json.loads(raw))
    except (ValueError, RecursionError):
        return _short_text(raw)
    return _text(inner.get("message"))


def _short_text(text: str) -> str:
    # A page of HTML says nothing to a person; a short plain text may.
    return "" if text.lstrip().startswith("<") else text


def _retry_after(
    headers: Mapping[str, str],
    error: Mapping[str, object],
    metadata: Mapping[str, object],
    availability: Mapping[str, object],
    now: datetime,
) -> float | None:
    inner = {str(k).lower(): str(v) for k, v in _mapping(metadata.get("headers")).items()}
    for found in (headers, inner):
        asked = retry_after_seconds(found, now)
        if asked is not None:
            return asked
    for place in (availability, metadata, error):
        value = place.get("retry_after")
        # Bounded on both sides: JSON has whole numbers that no float can hold, and infinity.
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value <= _LONGEST_WAIT
        ):
            return float(value)
    # A limit that resets at a moment, in milliseconds since 1970 (OpenRouter's free models).
    reset = headers.get("x-ratelimit-reset") or inner.get("x-ratelimit-reset") or ""
    if reset.isdecimal() and len(reset) == 13:
        return max(0.0, int(reset) / 1000 - now.timestamp())
    return None


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def _status_of(*values: object) -> int | None:
    for value in values:
        if isinstance(value, str) and value.isdecimal():
            value = int(value[:4])
        if isinstance(value, int) and not isinstance(value, bool) and 300 <= value <= 599:
            return value
    return None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
