"""The contents of attachments in an exported conversation, and out of it again.

Put in only where the person asks for it, and only what holds no known secret. Read from outside,
an attachment is what its bytes are: nothing that the file says of it is believed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from app.domain.attachments import Attachment, attachment_from
from app.domain.errors import FileError
from app.redaction import Redactor


class Vault(Protocol):
    """Where contents are kept (``files.attachments``). Every method raises ``FileError``."""

    async def keep(self, name: str, data: bytes) -> Attachment:
        """Keep bytes under a name."""
        ...

    async def content(self, attachment: Attachment) -> bytes:
        """The bytes that were attached."""
        ...

    async def readable(self, attachment: Attachment) -> bytes | None:
        """What a model is given of it."""
        ...


async def put_contents(exported: Mapping[str, Any], vault: Vault, redactor: Redactor) -> list[str]:
    """Add the bytes to each attachment of an export; the names of those that stay without."""
    left_out = []
    for form in _forms(exported):
        attachment = attachment_from(form)
        try:
            data, readable = await vault.content(attachment), await vault.readable(attachment)
        except FileError:
            left_out.append(attachment.name)
            continue
        # The text, too: what is packed in a document shows no secret in its bytes.
        if any(one is not redactor.value(one) for one in (data, readable or b"")):
            left_out.append(attachment.name)
            continue
        form["data"] = base64.b64encode(data).decode()
    return left_out


async def take_contents(exported: Mapping[str, Any], vault: Vault) -> dict[str, Attachment]:
    """Keep the contents that an export holds: by the hash of each. Raises ``FileError``."""
    kept: dict[str, Attachment] = {}
    for form in _forms(exported):
        data = form.get("data")
        if not isinstance(data, str) or not isinstance(form.get("name"), str):
            continue
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise FileError(
                f"The attachment {form['name']} is damaged; nothing was added.",
                hint="Export the conversation again.",
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        if digest not in kept:
            kept[digest] = await vault.keep(form["name"], content)
    return kept


def _forms(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    messages = exported.get("messages")
    for message in messages if isinstance(messages, list) else ():
        found = message.get("attachments") if isinstance(message, dict) else None
        for form in found if isinstance(found, list) else ():
            if isinstance(form, dict):
                yield form
