"""The small parts of OTLP's JSON: ids in hex, 64-bit numbers as texts. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from app.domain.message_forms import Form


def event(name: str, at: datetime, attributes: Mapping[str, object]) -> Form:
    """Something that happened within a span."""
    return {"name": name, "timeUnixNano": nanoseconds(at), "attributes": attributes_of(attributes)}


def attributes_of(values: Mapping[str, object]) -> list[Form]:
    """Named values; those that are ``None`` are left out."""
    return [
        {"key": key, "value": value_of(value)} for key, value in values.items() if value is not None
    ]


def value_of(value: object) -> Form:
    """A value with its kind."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list() | tuple():
            return {"arrayValue": {"values": [value_of(one) for one in value]}}
    return {"stringValue": str(value)}


def json_text(value: object) -> str:
    """JSON as a text, as the conventions want what was said."""
    return json.dumps(value, ensure_ascii=False, default=str)


def nanoseconds(moment: datetime) -> str:
    """A moment in nanoseconds since 1970."""
    whole = int(moment.replace(microsecond=0).timestamp())
    return str(whole * 1_000_000_000 + moment.microsecond * 1000)


def id_of(name: str, length: int) -> str:
    """The id of what has this name: so many hex digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:length]
