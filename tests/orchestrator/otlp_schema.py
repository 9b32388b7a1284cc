"""What OTLP/JSON allows, as far as Steward uses it, by the rules of protobuf's JSON mapping.

Field names are in lowerCamelCase; ids are hex, against the mapping's base64; 64-bit integers are
decimal texts; enumerations are numbers.
"""

from __future__ import annotations

from typing import Any

NANOSECONDS = {"type": "string", "pattern": "^[1-9][0-9]{17,19}$"}
VALUE: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        "stringValue": {"type": "string"},
        "boolValue": {"type": "boolean"},
        "intValue": {"type": "string", "pattern": "^-?[0-9]{1,19}$"},
        "doubleValue": {"type": "number"},
        "arrayValue": {
            "type": "object",
            "required": ["values"],
            "additionalProperties": False,
            "properties": {"values": {"type": "array", "items": {"$ref": "#/$defs/value"}}},
        },
    },
}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


ATTRIBUTES = {
    "type": "array",
    "items": _object(
        ["key", "value"],
        key={"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$"},
        value={"$ref": "#/$defs/value"},
    ),
}
EVENT = _object(
    ["timeUnixNano", "name"],
    timeUnixNano=NANOSECONDS,
    name={"type": "string", "minLength": 1},
    attributes=ATTRIBUTES,
)
SPAN = _object(
    ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"],
    traceId={"type": "string", "pattern": "^(?!0{32})[0-9a-f]{32}$"},
    spanId={"type": "string", "pattern": "^(?!0{16})[0-9a-f]{16}$"},
    parentSpanId={"type": "string", "pattern": "^[0-9a-f]{16}$"},
    name={"type": "string", "minLength": 1},
    kind={"type": "integer", "minimum": 1, "maximum": 5},
    startTimeUnixNano=NANOSECONDS,
    endTimeUnixNano=NANOSECONDS,
    attributes=ATTRIBUTES,
    events={"type": "array", "items": EVENT},
    status=_object(
        [], code={"type": "integer", "minimum": 0, "maximum": 2}, message={"type": "string"}
    ),
)
SCOPE = _object(["name"], name={"type": "string"}, version={"type": "string"})
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"value": VALUE},
    **_object(
        ["resourceSpans"],
        resourceSpans={
            "type": "array",
            "items": _object(
                ["resource", "scopeSpans"],
                resource=_object(["attributes"], attributes=ATTRIBUTES),
                scopeSpans={
                    "type": "array",
                    "items": _object(
                        ["scope", "spans"], scope=SCOPE, spans={"type": "array", "items": SPAN}
                    ),
                },
            ),
        },
    ),
}
