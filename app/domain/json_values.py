"""JSON from outside made safe to keep: valid as text, finite, and of a depth that can be walked."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Final

from app.domain.unicode_text import whole

MAX_DEPTH: Final = 100
"""Levels of nesting. Deeper values would end a recursive walk of ours, and no tool takes them."""

# The closing quote may be missing: a search for it from every quote would never end.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)


def sound_json(raw: str) -> object:
    """The JSON value in ``raw``.

    Raises:
        ValueError: it is none, or only Python would take it, or it is nested too deeply.
    """
    _require_shallow(raw)
    try:
        value = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite)
        # Half a surrogate pair is valid JSON and no valid text.
        return json.loads(whole(json.dumps(value, ensure_ascii=False)))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def sound_object(value: Mapping[str, object]) -> dict[str, object]:
    """A JSON object made sound, and a copy. Raises ``ValueError``; ``TypeError`` for no JSON."""
    sound = sound_value(dict(value)) if value else {}
    assert isinstance(sound, dict)
    return sound


def sound_value(value: object) -> object:
    """A decoded value made sound. Raises ``ValueError`` as ``sound_json`` does."""
    try:
        raw = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _require_shallow(raw)
    return json.loads(whole(raw))


def _require_shallow(raw: str) -> None:
    # Counted first: most values have fewer brackets than levels are allowed.
    if raw.count("[") + raw.count("{") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:
        raise ValueError("nested too deeply")


def _depth(raw: str) -> int:
    depth = deepest = 0
    for found in _TOKEN.finditer(raw):
        if found[0][0] != '"':
            depth += 1 if found[0] in "[{" else -1
            deepest = max(deepest, depth)
    return deepest


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:20]} is too large a number")
    return value
