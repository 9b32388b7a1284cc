"""What the person does to conversations from the list, and what the status line says of it.

Nothing here deletes anything: what leaves the list is archived, and can be brought back.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import FileError, InvalidFieldError
from app.domain.messages import ConversationSummary
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.ports import Desk

MAX_IMPORT: Final = 200_000_000
"""Bytes of a file that is read to be imported."""
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class ExportForm(StrEnum):
    """What a conversation can be written as; the value ends the file's name."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


class ConversationActs:
    """Each act is done on disk before it shows; errors are left to the caller.

    Args:
        desk: what is behind the window.
        refresh: reads the list again.
        say: the status line: state and words.
    """

    def __init__(
        self,
        desk: Desk,
        refresh: Callable[[], Awaitable[None]],
        say: Callable[[str, str], object],
    ) -> None:
        self._desk = desk
        self._refresh = refresh
        self._say = say

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        await self._desk.conversations.rename(conversation_id, title)
        await self._refresh()

    async def pin(self, conversation_id: str, *, pinned: bool) -> None:
        """Let a conversation stand first, or no longer."""
        await self._desk.conversations.pin(conversation_id, pinned=pinned)
        await self._refresh()

    async def archive(self, conversation_id: str, *, archived: bool) -> None:
        """Take a conversation out of the list, or bring it back."""
        await self._desk.conversations.archive(conversation_id, archived=archived)
        await self._refresh()

    async def export(self, conversation_id: str, form: ExportForm, target: Path) -> None:
        """Write a conversation to a new file: a file that is there already stays."""
        data = await self._desk.conversations.export(conversation_id)
        written = await asyncio.to_thread(_write, data, form, target)
        self._say(
            "ok", translate("Conversations", "Exported to {written}.").format(written=written)
        )

    async def import_file(self, source: Path) -> ConversationSummary:
        """Add a conversation that was exported as JSON. Raises ``FileError`` and its kin."""
        from app.orchestrator.attached_exchange import take_contents

        data = await asyncio.to_thread(_read, source)
        attached = await take_contents(data, self._desk.versions.attachments)
        added = await self._desk.conversations.import_(data, attached)
        await self._refresh()
        self._say(
            "ok",
            translate("Conversations", "Imported “{title}”.").format(
                title=added.title or translate("Conversations", "New conversation")
            ),
        )
        return added


def file_name(title: str, form: ExportForm) -> str:
    """A name for an export that every file system takes."""
    words = " ".join(_NOT_IN_NAMES.sub(" ", title).split()).strip(". ")
    return f"{words or translate('Conversations', 'Conversation')}.{form.value}"


def _write(data: Mapping[str, Any], form: ExportForm, target: Path) -> Path:
    from app.storage.reading_copy import as_html, as_markdown

    makers: Mapping[ExportForm, Callable[[Mapping[str, Any]], str]] = {
        ExportForm.MARKDOWN: as_markdown,
        ExportForm.HTML: as_html,
        ExportForm.JSON: lambda one: json.dumps(one, ensure_ascii=False, indent=2) + "\n",
    }
    content = makers[form](data).encode("utf-8", "replace")
    number = 1
    while True:
        name = target if number == 1 else target.with_stem(f"{target.stem} {number}")
        try:
            with name.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise FileError(
                translate("Conversations", "{name} cannot be written: {reason}.").format(
                    name=name, reason=error.strerror or error
                ),
                hint=translate("Conversations", "Choose another folder."),
            ) from error
        else:
            return name


def _read(source: Path) -> Mapping[str, Any]:
    try:
        with source.open("rb") as file:
            raw = file.read(MAX_IMPORT + 1)
    except OSError as error:
        raise FileError(
            translate("Conversations", "{source} cannot be read: {reason}.").format(
                source=source, reason=error.strerror or error
            )
        ) from error
    if len(raw) > MAX_IMPORT:
        raise InvalidFieldError(
            translate(
                "Conversations", "{name} is too long for a conversation; nothing was added."
            ).format(name=source.name)
        )
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidFieldError(
            translate("Conversations", "{name} is no conversation; nothing was added.").format(
                name=source.name
            ),
            hint=translate("Conversations", "Choose a JSON file that Steward has exported."),
        ) from error
    if not isinstance(data, dict):
        raise InvalidFieldError(
            translate("Conversations", "{name} holds no conversation; nothing was added.").format(
                name=source.name
            )
        )
    return data
