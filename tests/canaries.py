"""Keys that are planted everywhere, and the search for them in everything that was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from app.secret_forms import forms_of
from tests.standins.model_server import ModelServer

CANARIES: Final[Mapping[str, str]] = {
    "OPENROUTER_API_KEY": "sk-or-v1-canary7f83b1657ff1fc53b92dc18148a1d65d",
    "STEWARD_LLM_API_KEY": "sk-llm-canary+/e4da3b7fbbce2345d7772b0674a318d5",
    "TELEGRAM_BOT_TOKEN": "7401236985:AAcanaryH1679091c5a880faf6fb5e6087eb",
    "STEWARD_WEBHOOK_SECRET": "canary-hook-8f14e45fceea167a5a36dedd4bea2543",
}
"""One for each secret setting; different ones, so that a find says which door is open."""

GOOGLE: Final[Mapping[str, str]] = {
    "GOOGLE_REFRESH_TOKEN": "1//canaryR-c9f0f895fb98ab9159f51fd0297e236d",
    "GOOGLE_CLIENT_SECRET": "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fc51c7c6ad26",
    "GOOGLE_ACCESS_TOKEN": "ya29.canaryA-d3d9446802a44259755d38e6d163e820",
    "GOOGLE_SERVICE_KEY": "canaryK/6512bd43d9caa6e02c990b0a82652dca+c20ad4d76fe97759aa27",
}
"""What a sign-in with Google is made of: no settings, but in files, the keyring and answers.

The third is how every such token begins, and the last stands in a private key.
"""

_FORMS: Final = {
    name: [form.encode() for form in forms_of(value)]
    for name, value in {**CANARIES, **GOOGLE}.items()
}

ALL: Final = " and ".join(CANARIES.values())


def canaries_in(data: bytes) -> list[str]:
    """Which keys stand in ``data``, in any form."""
    return [name for name in _FORMS if any(form in data for form in _FORMS[name])]


def found_below(folder: Path, *, but: Iterable[str]) -> dict[str, list[str]]:
    """Files below ``folder`` with a key in content or name; ``but``: names that are passed over."""
    passed = set(but)
    return {
        str(path.relative_to(folder)): found
        for path in folder.rglob("*")
        if not passed & set(path.relative_to(folder).parts)
        and (
            found := canaries_in(
                path.name.encode() + (path.read_bytes() if path.is_file() else b"")
            )
        )
    }


def found_at(server: ModelServer) -> list[str]:
    """Which keys a server has received, apart from its own in the header made for it."""
    own = f"Bearer {CANARIES['STEWARD_LLM_API_KEY']}"
    received = []
    for request in (*server.requests, *server.lookups):
        headers = {name: value for name, value in request.headers.items() if value != own}
        received.append(f"{request.method} {request.path} {headers}".encode() + request.body)
    return canaries_in(b"\n".join(received))
