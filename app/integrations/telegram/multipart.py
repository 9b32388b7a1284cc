"""A form with one file, as ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form: the field's name, its own name, its bytes."""

    field: str
    name: str
    data: bytes


def encoded(fields: Mapping[str, str], upload: Upload) -> tuple[str, bytes]:
    """The content type and the body."""
    boundary = secrets.token_hex(16)
    pieces = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    pieces.append(
        f"--{boundary}\r\nContent-Disposition: form-data; "
        f'name="{upload.field}"; filename="{_escaped(upload.name)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    head = "".join(pieces).encode("utf-8", "replace")
    body = b"".join((head, upload.data, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body


def _escaped(name: str) -> str:
    """As a quoted text that every server reads alike: the ways to escape in one differ."""
    return name.replace('"', "'").replace("\\", "_").replace("\r", " ").replace("\n", " ")
