"""The origin of a server: what a key is given for, and the only place it is sent to."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"http": 80, "https": 443}


def origin_of(url: str | None) -> str | None:
    """Scheme, host and port of ``url`` in one form; ``None`` where it names no host."""
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host:
        return None
    host = f"[{host}]" if ":" in host else host.rstrip(".")
    return f"{parts.scheme}://{host}:{port or _PORTS.get(parts.scheme, 0)}"


def password_in(url: str) -> str:
    """The password that stands in an address before the host; empty where there is none."""
    try:
        return unquote(urlsplit(url if "//" in url else f"//{url}").password or "")
    except ValueError:
        return ""


def same_origin(one: str | None, other: str | None) -> bool:
    """Whether two addresses belong to one server."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)
