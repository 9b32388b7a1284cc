"""Which optional field of a request a server does not know, read off its refusal.

Only a refusal that says so counts: a word such as ``usage`` stands in many another sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import ModelError, ModelMissingError, ModelModeratedError

OPTIONAL_FIELDS: Final = (
    "stream_options", "usage", "session_id", "reasoning", "reasoning_effort", "max_tokens",
    "max_completion_tokens",
)  # fmt: skip
"""Fields that a server may refuse to know; without them there is an answer all the same."""

CHOSEN_FIELDS: Final = frozenset({"reasoning", "reasoning_effort"})
"""Those that the person set: leaving one out is told."""

_UNKNOWN: Final = re.compile(
    r"\b(un(?:recogni[sz]ed|known|expected|supported)|extra|additional propert\w+|invalid"
    r"|not (?:allowed|permitted|supported|recogni[sz]ed|valid)|(?:does|do) not support)\b",
    re.IGNORECASE,
)
# llama.cpp refuses with 500 what its model cannot see, OpenRouter with 404.
_REFUSALS: Final = (400, 404, 415, 422, 500, 501)
_PICTURE_WORD: Final = re.compile(
    r"\bimages?\b|image_url|\bvision\b|multi-?modal|\bmodalit|mmproj|content type", re.IGNORECASE
)
_FIELD_WORD: Final = r"(?:argument|field|input|key|keyword|option|param(?:eter)?|propert(?:y|ies))"
_NO_ENDPOINT: Final = "requested parameters"


def refused_field(error: ModelError, body: Mapping[str, object]) -> str | None:
    """The optional field in ``body`` that this refusal is about, if it is about one."""
    sent = [name for name in OPTIONAL_FIELDS if name in body]
    if isinstance(error, ModelMissingError):
        # OpenRouter, where no provider takes all that was asked for (`require_parameters`).
        told = _NO_ENDPOINT in error.message
        return next((name for name in sent if told and name in CHOSEN_FIELDS), None)
    if isinstance(error, ModelModeratedError) or error.details.get("status") not in (400, 422):
        return None
    fields = error.details.get("fields")
    named = fields if isinstance(fields, Sequence) and not isinstance(fields, str) else ()
    for name in sent:
        if any(str(one).split(".")[0] == name for one in named):
            return name
    if not _UNKNOWN.search(error.message):
        return None
    return next((name for name in sent if _names(error.message, name)), None)


def refused_pictures(error: ModelError) -> bool:
    """Whether this refusal is about the pictures of a request."""
    if isinstance(error, ModelModeratedError):
        return False  # it has looked at them
    return error.details.get("status") in _REFUSALS and bool(_PICTURE_WORD.search(error.message))


def _names(message: str, name: str) -> bool:
    """Whether ``message`` speaks of the field: in quotes or brackets, or as a field by its word.

    A name with an underscore is no word of any language and needs neither.
    """
    alone = rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
    if "_" in name:
        return re.search(alone, message) is not None
    quoted = rf"[\"'`\[(]{re.escape(name)}[\"'`\])]"
    labelled = rf"\b{_FIELD_WORD}s?(?: supplied| name)?:? ?{alone}|{alone} {_FIELD_WORD}\b"
    leading = rf"{alone}: (?:extra|unknown|unexpected|unsupported)"
    return re.search(f"{quoted}|{labelled}|{leading}", message, re.IGNORECASE) is not None
