"""Which requests there are, with which parameters and fields: read off Google's own descriptions.

What they do not know is refused, as the real services do it, so that a client cannot ask here for
what does not exist there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from tests.standins.google_chat.faults import ChatFault
from tests.standins.google_drive.requests import Request

DOCUMENTS = (("chat", "v1"), ("pubsub", "v1"))
_TYPES: dict[str, type[Any]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
}


@dataclass(frozen=True, slots=True)
class Method:
    """A method: ``chat.spaces.messages.create``."""

    service: str
    id: str
    pattern: re.Pattern[str]
    description: Mapping[str, Any]


@lru_cache(maxsize=2)
def document(service: str) -> dict[str, Any]:
    """Google's description of a service."""
    from googleapiclient.discovery_cache import get_static_doc

    found: dict[str, Any] = json.loads(get_static_doc(service, dict(DOCUMENTS)[service]))
    return found


@lru_cache(maxsize=1)
def _methods() -> list[Method]:
    return [
        Method(service, one["id"], _pattern(one), one)
        for service, _ in DOCUMENTS
        for one in _all_of(document(service))
    ]


def _all_of(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _all_of(inner)


def _pattern(method: Mapping[str, Any]) -> re.Pattern[str]:
    """``v1/{+parent}/messages`` with what ``parent`` must look like."""

    def named(found: re.Match[str]) -> str:
        name = found[1]
        inner = method["parameters"][name].get("pattern", "^[^/]+$").strip("^$")
        return f"(?P<{name}>{inner})"

    return re.compile("/" + re.sub(r"\{\+?(\w+)\}", named, method["path"]))


def method_of(request: Request) -> tuple[Method, dict[str, str]]:
    """The method asked for, and what its path names."""
    path = unquote(request.path)
    for method in _methods():
        found = method.pattern.fullmatch(path)
        if found and method.description["httpMethod"] == request.method:
            return method, found.groupdict()
    raise ChatFault(404, "NOT_FOUND", "Not Found")


def check(method: Method, request: Request) -> None:
    """Refuse parameters and fields that the method does not have."""
    own = method.description.get("parameters", {})
    known = {**document(method.service)["parameters"], **own}
    for name, value in request.query.items():
        if name not in known:
            raise _invalid(f'Unknown name "{name}": Cannot bind query parameter.')
        if value not in known[name].get("enum", [value]):
            raise _invalid(f"Invalid value at '{name}'")
    for name, description in own.items():
        needed = description.get("required") and description["location"] == "query"
        if needed and name not in request.query:
            raise _invalid(f"Missing {name}")
    body = method.description.get("request")
    if body is not None:
        _check_value(request.json, body, document(method.service)["schemas"], "")


def _check_value(value: Any, kind: Mapping[str, Any], schemas: Mapping[str, Any], at: str) -> None:
    if "$ref" in kind:
        kind = schemas[kind["$ref"]]
    if not isinstance(value, _TYPES[kind["type"]]):
        raise _invalid(f"Invalid value at '{at}'")
    if kind["type"] == "array":
        for one in value:
            _check_value(one, kind["items"], schemas, at)
    elif kind["type"] == "string" and value not in kind.get("enum", [value]):
        raise _invalid(f"Invalid value at '{at}'")
    elif kind["type"] == "object" and "properties" in kind:
        for name, one in value.items():
            if name not in kind["properties"]:
                raise _invalid(f"Unknown name \"{name}\" at '{at}': Cannot find field.")
            if kind["properties"][name].get("readOnly"):
                continue
            _check_value(one, kind["properties"][name], schemas, f"{at}.{name}")


def _invalid(message: str) -> ChatFault:
    return ChatFault(400, "INVALID_ARGUMENT", f"Invalid JSON payload received. {message}")
