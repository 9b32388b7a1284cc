"""The first step: a folder to work in, the person's own or one with sample files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Button, Label
from app.ui.flow_layout import FlowLayout
from app.ui.onboarding.heading import StepHeading
from app.ui.session import Session
from app.ui.settings.setting_row import environment_words
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate


class FolderStep(QWidget):
    """More than one folder may be added."""

    def __init__(self, theme: Theme, session: Session, work: WorkGroup) -> None:
        super().__init__()
        self._session = session
        self._work = work
        self.heading = StepHeading(theme, translate("SetUp", "1. Your files"))
        self.choose = Button(translate("SetUp", "Choose a &folder …"), kind="primary")
        self.sample = Button(
            translate("SetUp", "Use sa&mple files"),
            tip=translate("SetUp", "A small folder to try things on, in Steward's data folder"),
        )
        self.outcome = Label(kind="trouble", wrap=True)
        self.outcome.hide()
        self.dialog: QFileDialog | None = None
        buttons = QWidget()
        line = FlowLayout(buttons, spacing=8)
        line.addWidget(self.choose)
        line.addWidget(self.sample)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addWidget(self.heading)
        page.addWidget(
            Label(
                translate(
                    "SetUp",
                    "Steward works only in folders you give it. Before it changes a file it asks, "
                    "and every earlier version can be brought back.",
                ),
                kind="small",
                wrap=True,
            )
        )
        page.addWidget(buttons)
        page.addWidget(self.outcome)
        self.choose.clicked.connect(self._ask)
        self.sample.clicked.connect(self._use_sample)
        if session.desk.running_settings.source("folders") == "environment":
            self._say("attention", environment_words("folders"))
            self.choose.setEnabled(False)
            self.sample.setEnabled(False)
        self.refresh()

    @property
    def done(self) -> bool:
        """Whether there is a folder."""
        return bool(self._session.desk.folders.folders)

    def refresh(self) -> None:
        """Say which folders there are."""
        names = [folder.name or str(folder) for folder in self._session.desk.folders.folders]
        if names:
            self.heading.show_state("ok", ", ".join(names))
        else:
            self.heading.show_state("idle", translate("SetUp", "none yet"))

    def grant(self, folder: Path) -> None:
        """Add a folder."""
        try:
            self._session.desk.grants.grant(folder)
        except StewardError as error:
            self._say("trouble", str(error))
            return
        self._granted()

    # -- inside ----------------------------------------------------------------------------

    def _ask(self) -> None:
        dialog = QFileDialog(self, translate("SetUp", "Let Steward work in this folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.grant(Path(chosen)))
        dialog.finished.connect(self._asked)
        self.dialog = dialog
        dialog.open()

    def _asked(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _use_sample(self) -> None:
        self._work.start(self._make_sample(), name="make the sample folder")

    async def _make_sample(self) -> None:
        try:
            await self._session.desk.grants.grant_sample()
        except StewardError as error:
            self._say("trouble", str(error))
            return
        self._granted()

    def _granted(self) -> None:
        self._say("trouble", "")
        self._session.files_changed.emit()

    def _say(self, kind: str, words: str) -> None:
        self.outcome.become(kind)
        self.outcome.setText(words)
        self.outcome.setVisible(bool(words))
