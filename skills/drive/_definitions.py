"""What the definitions of the Drive skills have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.drive import DOCUMENT_TYPE, FOLDER_TYPE, SHEET_TYPE, SLIDES_TYPE, DriveFile
from app.domain.skills import ToolDefinition
from skills.files._definitions import DRIVE_TIMEOUT
from skills.files._definitions import definition as of_domain

DOMAIN: Final = "drive"
TIMEOUT: Final = DRIVE_TIMEOUT

FILE: Final = {
    "type": "string",
    "pattern": "^drive:[A-Za-z0-9_-]+",
    "description": "A file in Drive, as drive.search gives it: drive:FILE_ID.",
}
FOLDER: Final = {
    "type": "string",
    "pattern": "^drive:[A-Za-z0-9_-]+$",
    "description": "A folder in Drive: drive:FOLDER_ID; drive:root is My Drive.",
}

KINDS: Final = {
    "folder": FOLDER_TYPE,
    "document": DOCUMENT_TYPE,
    "sheet": SHEET_TYPE,
    "slides": SLIDES_TYPE,
    "pdf": "application/pdf",
    "text": "text/plain",
    "markdown": "text/markdown",
}
"""Words for the kinds of files that people ask for."""


def definition(
    action: str,
    description: str,
    properties: Mapping[str, Mapping[str, object]],
    required: Sequence[str] = (),
) -> ToolDefinition:
    """The definition of ``drive.<action>``; other arguments than ``properties`` are refused."""
    return of_domain(action, description, properties, required, domain=DOMAIN)


def kind_of(file: DriveFile) -> str:
    """A word for what a file is."""
    for word, mime_type in KINDS.items():
        if file.mime_type == mime_type:
            return word
    if file.shortcut_to is not None:
        return f"shortcut to drive:{file.shortcut_to}"
    return file.mime_type
