"""What the window shows when Steward could not start: what happened, what is safe, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import (
    ConfigurationError,
    DatabaseCorruptError,
    NewerSchemaError,
    StewardError,
    StorageError,
)
from app.ui.controls import Button, Label
from app.ui.remedies import hint_of
from app.ui.translation import translate

_WIDEST: Final = 84
"""Characters in a line."""


class TroublePage(QWidget):
    """``retry`` when the person wants another try; ``offline`` to do it without a model."""

    retry = Signal()
    offline = Signal()

    def __init__(self, error: StewardError, home: Path) -> None:
        super().__init__()
        self.setAccessibleName(translate("Trouble", "Steward could not start"))
        page = QVBoxLayout()
        page.setSpacing(8)
        page.addWidget(Label(_title(error), kind="title", wrap=True))
        for heading, text in (
            (translate("Trouble", "What happened"), error.message),
            (translate("Trouble", "What is safe"), _safe(error)),
            (
                translate("Trouble", "What to do"),
                hint_of(error)
                or translate("Trouble", "Try again; the log in the data folder says more."),
            ),
        ):
            if text:
                page.addSpacing(8)
                page.addWidget(Label(heading, kind="section"))
                body = Label(text, wrap=True)
                body.setTextInteractionFlags(
                    Qt.TextInteractionFlag.TextSelectableByMouse
                    | Qt.TextInteractionFlag.TextSelectableByKeyboard
                )
                body.setAccessibleName(f"{heading}: {text}")
                page.addWidget(body)
        self.again = Button(translate("Trouble", "&Try again"), kind="primary")
        self.again.clicked.connect(self.retry)
        folder = Button(translate("Trouble", "Open the data &folder"))
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(home))))
        line = QHBoxLayout()
        line.addWidget(self.again)
        self.without_model = Button(translate("Trouble", "Start with &offline commands"))
        self.without_model.setToolTip(
            translate("Trouble", "For this time only; the settings can connect a model")
        )
        self.without_model.clicked.connect(self.offline)
        self.without_model.setVisible(isinstance(error, ConfigurationError))
        line.addWidget(self.without_model)
        line.addWidget(folder)
        line.addStretch(1)
        page.addSpacing(16)
        page.addLayout(line)
        inner = QWidget()
        inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDEST)
        inner.setLayout(page)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner, 100)
        across.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 24)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)


def _title(error: StewardError) -> str:
    match error:
        case DatabaseCorruptError():
            return translate("Trouble", "Steward's database is damaged")
        case NewerSchemaError():
            return translate("Trouble", "This data belongs to a newer Steward")
        case ConfigurationError():
            return translate("Trouble", "A setting has to be mended first")
        case StorageError():
            return translate("Trouble", "Steward cannot use its data folder")
    return translate("Trouble", "Steward could not start")


def _safe(error: StewardError) -> str:
    if isinstance(error, NewerSchemaError):
        return translate(
            "Trouble", "Nothing was touched: your files, your conversations and every version."
        )
    if isinstance(error, DatabaseCorruptError):
        backup = error.details.get("backup")
        kept = (
            translate("Trouble", " The newest backup of the database is {backup}.").format(
                backup=backup
            )
            if backup
            else ""
        )
        return translate(
            "Trouble", "Your own files, and the content of every version in the vault.{kept}"
        ).format(kept=kept)
    return translate("Trouble", "Your own files; nothing was changed.")
