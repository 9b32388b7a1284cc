"""How the folders of the files pane are named there, and what is to be known of each."""

from __future__ import annotations

import os
from pathlib import Path

from app.domain.names import shown
from app.files.drive_places import PREFIX
from app.ui.file_names import told_of
from app.ui.panes.folder_tree import Root
from app.ui.translation import translate


def drive_root(folder_id: str, name: str) -> Root:
    """How a watched folder of Drive stands there."""
    note = translate("Drive", "Google Drive")
    path = f"{PREFIX}{folder_id}"
    tip = translate("Drive", "What others change in the files directly in it is kept as a version.")
    called = shown(name) or path
    return Root(path, called, note, f"{called}\n{told_of(folder_id)}\n{tip}")


def folder_root(folder: Path) -> Root:
    """How a granted folder stands. Blocking."""
    name = folder.name or str(folder)
    if not folder.is_dir():
        note = translate("Files", "not there")
        tip = translate("Files", "It is not there now. Is its disk connected?")
    elif not os.access(folder, os.W_OK | os.X_OK):
        note = translate("Files", "read only")
        tip = translate("Files", "Steward can read it and change nothing: the system says so.")
    else:
        note, tip = "", translate("Files", "Steward can read and change what is in it.")
    return Root(str(folder), name, note, f"{folder}\n{tip}")
