"""The menu of a conversation in the rail, and the dialogs that ask where a file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.ui.conversation_acts import ExportForm, file_name
from app.ui.conversation_line import Entry
from app.ui.translation import translate


def _forms() -> Mapping[ExportForm, tuple[str, str]]:
    """The entry of each form, and the filter of the dialog that follows."""
    return {
        ExportForm.MARKDOWN: (
            translate("Conversations", "&Markdown …"),
            translate("Conversations", "Markdown (*.md)"),
        ),
        ExportForm.HTML: (
            translate("Conversations", "&Web page …"),
            translate("Conversations", "Web page (*.html)"),
        ),
        ExportForm.JSON: (
            translate("Conversations", "&JSON, to import again …"),
            translate("Conversations", "JSON (*.json)"),
        ),
    }


class ListActs(Protocol):
    """What the menu leads to."""

    def open_entry(self, entry: Entry) -> None:
        """Show it."""
        ...

    def edit_title(self, entry: Entry) -> None:
        """Let its title be written."""
        ...

    def pin(self, entry: Entry, *, pinned: bool) -> None:
        """Let it stand first, or no longer."""
        ...

    def archive(self, entry: Entry, *, archived: bool) -> None:
        """Take it out of the list, or bring it back."""
        ...

    def ask_where_to_export(self, entry: Entry, form: ExportForm) -> None:
        """Let a place for the file be chosen."""
        ...

    def ask_what_to_import(self) -> None:
        """Let a file be chosen."""
        ...


def conversation_menu(parent: QWidget, entry: Entry | None, acts: ListActs) -> QMenu:
    """The menu, to be shown; for no conversation only what needs none."""
    menu = QMenu(parent)

    def add(to: QMenu, text: str, act: Callable[[], None], keys: str = "") -> None:
        action = to.addAction(f"{text}\t{keys}" if keys else text)
        action.triggered.connect(lambda _checked=False: act())

    if entry is not None:
        add(menu, translate("Conversations", "&Open"), lambda: acts.open_entry(entry))
        if not entry.message_id:
            add(menu, translate("Conversations", "&Rename"), lambda: acts.edit_title(entry), "F2")
            if not entry.archived:
                text = (
                    translate("Conversations", "Un&pin")
                    if entry.pinned
                    else translate("Conversations", "&Pin to the top")
                )
                add(menu, text, lambda: acts.pin(entry, pinned=not entry.pinned))
        export = menu.addMenu(translate("Conversations", "&Export as"))
        for form, (text, _) in _forms().items():
            add(export, text, lambda form=form: acts.ask_where_to_export(entry, form))  # type: ignore[misc]
        if entry.archived:
            add(
                menu,
                translate("Conversations", "&Bring back to the list"),
                lambda: acts.archive(entry, archived=False),
            )
        else:
            add(
                menu,
                translate("Conversations", "Remove from the &list"),
                lambda: acts.archive(entry, archived=True),
                "Del",
            )
        menu.addSeparator()
    add(menu, translate("Conversations", "&Import a conversation …"), acts.ask_what_to_import)
    return menu


def ask_where(
    parent: QWidget, title: str, form: ExportForm, chosen: Callable[[Path], None]
) -> QFileDialog:
    """Ask for a new file. One that is there is never written over, so nothing is asked about it."""
    dialog = QFileDialog(parent, translate("Conversations", "Export the conversation"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.setNameFilter(_forms()[form][1])
    dialog.setDefaultSuffix(form.value)
    dialog.selectFile(file_name(title, form))
    return _open(dialog, chosen)


def ask_which(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for an exported conversation."""
    dialog = QFileDialog(parent, translate("Conversations", "Import a conversation"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(translate("Conversations", "JSON (*.json)"))
    return _open(dialog, chosen)


def _open(dialog: QFileDialog, chosen: Callable[[Path], None]) -> QFileDialog:
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
