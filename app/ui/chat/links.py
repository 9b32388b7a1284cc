"""Links in what was said: never opened unasked, and never by what is no browser or mail program."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from app.ui.translation import translate

_SAFE_SCHEMES: Final = ("http", "https", "mailto")


def ask_to_open(parent: QWidget, address: str) -> None:
    """Show where a link leads, and open it if the person wants that."""
    url = QUrl(address)
    safe = url.isValid() and url.scheme().lower() in _SAFE_SCHEMES
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(translate("Transcript", "Open a link?"))
    box.setText(
        translate("Transcript", "Open this address in your browser?")
        if safe
        else translate("Transcript", "This is no web address.")
    )
    box.setInformativeText(address)
    if safe:
        opening = box.addButton(translate("Transcript", "&Open"), QMessageBox.ButtonRole.AcceptRole)
        opening.clicked.connect(lambda: QDesktopServices.openUrl(url))
    box.addButton(translate("Transcript", "&Close"), QMessageBox.ButtonRole.RejectRole)
    box.open()
