"""Makes attachments of what came with a message: its files, and words that are not the sender's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.shift import Shift
from app.channels.words import explained
from app.domain.attachments import (
    MAX_COUNT,
    MAX_FILE,
    Attachment,
    check_together,
    clean_name,
    too_large,
)
from app.domain.channels import ChannelError, IncomingMessage, RemoteFile
from app.domain.errors import FileError, StewardError


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says: the sender's own words, what came with them, and what was not taken.

    ``problems`` are Markdown.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    problems: tuple[str, ...] = ()


class Attaching:
    """Keeps what a message carries in the vault."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift

    async def said_in(self, message: IncomingMessage, text: str) -> Said:
        """``text`` of ``message`` and its attachments. Raises ``StorageError`` and kin.

        What somebody else wrote (it was passed on, or is quoted) is an attachment, and so is
        given to a model as data: it can ask for something, but it is not the person who asks.
        """
        kept: list[Attachment] = []
        problems: list[str] = []
        if message.forwarded_from is not None and text:
            words = f"Forwarded from {message.forwarded_from or 'somebody'}:\n\n{text}\n"
            kept.append(await self._keep("forwarded.txt", words.encode("utf-8", "replace")))
            text = ""
        if message.quoted:
            kept.append(await self._keep("quoted.txt", message.quoted.encode("utf-8", "replace")))
        for file in message.files[: MAX_COUNT - len(kept)]:
            try:
                kept.append(await self._fetched(file))
                check_together(kept)
            except (ChannelError, FileError) as error:
                kept = _without_last(kept, error)
                problems.append(explained(error))
        if len(message.files) > MAX_COUNT:
            problems.append(f"A message can carry {MAX_COUNT} files; the others were not taken.")
        return Said(text, tuple(kept), tuple(problems))

    async def _fetched(self, file: RemoteFile) -> Attachment:
        name = clean_name(file.name)
        if file.size is not None and file.size > MAX_FILE:
            raise too_large(name, file.size)
        return await self._keep(name, await self._shift.adapter.fetch(file))

    async def _keep(self, name: str, data: bytes) -> Attachment:
        kept = await self._shift.parts.versions.attachments.keep(name, data)
        task = asyncio.current_task()
        # What is kept is kept to the end, whoever is told to stop meanwhile.
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        return kept


def _without_last(kept: Sequence[Attachment], error: StewardError) -> list[Attachment]:
    """Without the one that was too much together with the others, if that was the trouble."""
    try:
        check_together(kept)
    except FileError:
        return list(kept[:-1])
    return list(kept)
