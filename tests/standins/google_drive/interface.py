"""Which requests there are, with which parameters and fields: read off Google's own description.

What the description does not know is refused, as the real service does it, so that a client cannot
ask here for what does not exist there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from tests.standins.google_drive.requests import DriveFault, Request, bad_request

Tree = dict[str, "Tree"]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the interface: ``drive.files.get`` of version ``v3``."""

    version: str
    name: str
    pattern: re.Pattern[str]
    description: Mapping[str, Any]

    @property
    def answers(self) -> str | None:
        """The name of what it answers with."""
        found = self.description.get("response", {}).get("$ref")
        return str(found) if found else None


@lru_cache(maxsize=2)
def document(version: str) -> dict[str, Any]:
    """Google's description of a version."""
    from googleapiclient.discovery_cache import get_static_doc

    found: dict[str, Any] = json.loads(get_static_doc("drive", version))
    return found


@lru_cache(maxsize=2)
def _methods(version: str) -> list[Method]:
    found = []
    for resource in document(version)["resources"].values():
        for description in resource.get("methods", {}).values():
            path = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", description["path"])
            name = description["id"].removeprefix("drive.")
            found.append(Method(version, name, re.compile(path), description))
    # ``files/generateIds`` before ``files/{fileId}``.
    return sorted(found, key=lambda one: one.pattern.groups)


def method_of(request: Request) -> tuple[Method, dict[str, str], bool]:
    """The method asked for, what its path names, and whether its body is an upload."""
    said = re.fullmatch(r"/(upload/)?drive/(v[23])/(.*)", request.path)
    if said is None:
        raise DriveFault(404, "notFound", "Not Found")
    uploads, version, path = said.groups()
    asked = request.headers.get("x-http-method-override", request.method)
    for method in _methods(version):
        found = method.pattern.fullmatch(path)
        if found and method.description["httpMethod"] == asked:
            if uploads and "mediaUpload" not in method.description:
                break
            names = {key: unquote(value) for key, value in found.groupdict().items()}
            return method, names, bool(uploads)
    raise DriveFault(404, "notFound", "Not Found")


def check_parameters(method: Method, query: Mapping[str, str]) -> None:
    """Refuse a parameter that the method does not have."""
    known = {*method.description.get("parameters", {}), *document(method.version)["parameters"]}
    for name, value in query.items():
        if name not in {*known, "upload_id"}:
            raise bad_request(f"Unknown parameter: {name}", reason="invalidParameter")
        kind = method.description.get("parameters", {}).get(name, {}).get("type")
        if kind == "boolean" and value not in ("true", "false"):
            raise bad_request(f"Invalid value for {name}", reason="invalidParameter")
        if kind == "integer" and not value.isdigit():
            raise bad_request(f"Invalid value for {name}", reason="invalidParameter")


# -- parts of an answer (guide fields-parameter) --------------------------------------------------


def parse_fields(text: str) -> Tree:
    """``a,b(c,d),e/f`` as a tree."""
    tokens = re.findall(r"[\w*]+|[(),/]", text)
    if "".join(tokens) != text.replace(" ", ""):
        raise _bad_fields(text)
    tree, rest = _parse(tokens)
    if rest:
        raise _bad_fields(text)
    return tree


def _parse(tokens: list[str]) -> tuple[Tree, list[str]]:
    tree: Tree = {}
    while tokens:
        name, tokens = tokens[0], tokens[1:]
        if not re.fullmatch(r"[\w*]+", name):
            raise _bad_fields(name)
        branch = tree.setdefault(name, {})
        while tokens[:1] == ["/"]:
            branch = branch.setdefault(tokens[1], {})
            tokens = tokens[2:]
        if tokens[:1] == ["("]:
            inner, tokens = _parse(tokens[1:])
            if tokens[:1] != [")"]:
                raise _bad_fields(name)
            branch.update(inner)
            tokens = tokens[1:]
        if tokens[:1] != [","]:
            break
        tokens = tokens[1:]
    return tree, tokens


def selected(value: Any, tree: Tree, schema: Mapping[str, Any], version: str) -> Any:
    """Only what was asked for. A field that does not exist is refused, here as there."""
    if "$ref" in schema:
        schema = document(version)["schemas"][schema["$ref"]]
    if schema.get("type") == "array":
        inner = schema["items"]
        kept = [selected(one, tree, inner, version) for one in value or []]
        return None if value is None else kept
    if not tree or "*" in tree:
        return value
    known = schema.get("properties")
    found = {}
    for name, branch in tree.items():
        if known is None:  # a free mapping, as appProperties
            inner = {}
        elif name not in known:
            raise _bad_fields(name)
        else:
            inner = known[name]
        given = value.get(name) if isinstance(value, dict) else None
        kept = selected(given, branch, inner, version)
        if given is not None:
            found[name] = kept
    return found if value is not None else None


def _bad_fields(text: str) -> DriveFault:
    return bad_request(f"Invalid field selection {text}", reason="invalidParameter")
