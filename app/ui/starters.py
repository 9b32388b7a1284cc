"""What a person may say first in an empty conversation: each works as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.ports import Desk


def starters(desk: Desk) -> tuple[str, ...]:
    """First messages for the folders and the model there are."""
    guided = desk.llm.provider == "guided"
    folders = desk.folders.folders
    if not folders:
        return ("/help",) if guided else (translate("Conversations", "What can you do?"),)
    report = (folders[0] / "report.md").is_file() and folders[0].name == "Sample"
    if guided:  # its commands are English
        change = ("replace 'draft' with 'final' in report.md",) if report else ()
        return (*change, "/files", "/help")
    wish = translate("Conversations", "Set the status in report.md to final.")
    return (
        *((wish,) if report else ()),
        translate("Conversations", "What is in my folders?"),
        translate("Conversations", "What can you do?"),
    )
