"""Files and folders of Google Drive in words."""

from __future__ import annotations

from datetime import datetime

from app.domain.drive import (
    DOCUMENT_TYPE,
    SHEET_TYPE,
    SHORTCUT_TYPE,
    SLIDES_TYPE,
    DriveFile,
    DriveSpot,
)
from app.domain.names import shown
from app.files.drive_places import DrivePlace
from app.ui import words
from app.ui.file_names import copied
from app.ui.translation import translate


def top_lines(top: DriveSpot) -> tuple[str, str]:
    """Where one can begin to look: its name, and whose it is."""
    if top.folder_id is None:
        name = translate("DriveBrowser", "Files that Steward may see")
    else:
        name = shown(top.name)
    if top.shared:
        return name, translate("DriveBrowser", "Shared drive · {account}").format(
            account=top.account
        )
    return name, top.account


def below(file: DriveFile, now: datetime) -> str:
    """What is known of a file: ``12 KB · 14:05 · Anna``."""
    parts = [_kind(file)]
    if file.size is not None and not file.is_folder:
        parts.append(words.size(file.size))
    if file.modified_at is not None:
        parts.append(words.short_time(file.modified_at, now))
    parts.append(shown(file.modified_by))
    return " · ".join(part for part in parts if part)


def mention(file: DriveFile) -> str:
    """How a message names a file: so that Steward finds it, and people see which it is."""
    file_id = file.shortcut_to or file.file_id
    return copied(DrivePlace(file_id, None, file.name).locator)


def _kind(file: DriveFile) -> str:
    if file.is_folder:
        return translate("DriveBrowser", "Folder")
    match file.mime_type:
        case kind if kind == DOCUMENT_TYPE:
            return translate("DriveBrowser", "Google Doc")
        case kind if kind == SHEET_TYPE:
            return translate("DriveBrowser", "Google Sheet")
        case kind if kind == SLIDES_TYPE:
            return translate("DriveBrowser", "Google Slides")
        case kind if kind == SHORTCUT_TYPE:
            return translate("DriveBrowser", "Shortcut")
    return ""
