"""Reads the one setting that is an object: which providers OpenRouter may use, in its own words.

Only what is known here is let through: a misspelt ``data_collection`` would otherwise be dropped
on the way, and what the person wanted to forbid would happen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Final

_MOST_NAMES: Final = 50
_PRICES: Final = ("prompt", "completion", "request", "image")


def read_routing(value: object) -> dict[str, object]:
    """The setting as an object, from JSON or decoded. Raises ``ValueError``, which says what."""
    if isinstance(value, str) and not value.strip():
        return {}
    found = _object(value)
    if found is None:
        raise ValueError('use a JSON object, for instance {"order": ["anthropic"]}')
    read: dict[str, object] = {}
    for name, one in found.items():
        reader = _READERS.get(str(name))
        if reader is None:
            raise ValueError(f"{name} is none of {', '.join(_READERS)}")
        try:
            read[str(name)] = reader(one)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return read


def _object(value: object) -> Mapping[object, object] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _names(value: object) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not 0 < len(names) <= _MOST_NAMES:
        raise ValueError("use a list of names")
    if not all(isinstance(name, str) and name.strip() and name.isprintable() for name in names):
        raise ValueError("use a list of names")
    return [name.strip() for name in names]


def _yes_or_no(value: object) -> bool:
    if value is not True and value is not False:
        raise ValueError("use true or false")
    return value


def _one_of(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"use one of {', '.join(allowed)}")
        return str(value)

    return read


def _prices(value: object) -> dict[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError('use US dollars for a million tokens, for instance {"prompt": 1}')
    for name, price in value.items():
        if name not in _PRICES:
            raise ValueError(f"{name} is none of {', '.join(_PRICES)}")
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if not number or not math.isfinite(price) or price < 0:
            raise ValueError(f"{name} needs a price in US dollars")
    return {str(name): price for name, price in value.items()}


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "order": _names,
    "only": _names,
    "ignore": _names,
    "allow_fallbacks": _yes_or_no,
    "require_parameters": _yes_or_no,
    "data_collection": _one_of("allow", "deny"),
    "zdr": _yes_or_no,
    "sort": _one_of("price", "throughput", "latency"),
    "max_price": _prices,
    "quantizations": _names,
}
