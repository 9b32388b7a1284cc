"""One calm page for the first start: your files, a model, and on. Nothing happens unasked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.controls import Button, Label, rule
from app.ui.onboarding.folder_step import FolderStep
from app.ui.onboarding.model_step import ModelStep
from app.ui.session import Session
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate

_WIDTH: Final = 560


class SetUpPanel(QScrollArea):
    """``finished`` when the person is done or has skipped it: with Escape, too, at any moment."""

    finished = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._work = WorkGroup(session.tasks)
        self.folder = FolderStep(theme, session, self._work)
        self.model = ModelStep(theme, session, self._work)
        self.end = Button("")
        self.setAccessibleName(translate("SetUp", "Set up Steward"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._build()
        self.end.clicked.connect(self.finish)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.finish)
        session.files_changed.connect(self._refresh)
        session.provider_changed.connect(self._refresh)
        self.model.attempt.said.connect(self._bring_into_view)
        self.model.attempt.succeeded.connect(self._go_on)
        self._refresh()

    def _build(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        page = QVBoxLayout(inner)
        page.setContentsMargins(20, 20, 20, 20)
        page.setSpacing(12)
        page.addWidget(Label(translate("SetUp", "Set up Steward"), kind="title"))
        page.addWidget(
            Label(
                translate(
                    "SetUp",
                    "Two steps, and you may leave out either. Nothing is downloaded, and nobody is "
                    "asked for anything, before you press a button.",
                ),
                kind="muted",
                wrap=True,
            )
        )
        page.addWidget(rule())
        page.addWidget(self.folder)
        page.addWidget(rule())
        page.addWidget(self.model)
        page.addWidget(rule())
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(
            Label(
                translate("SetUp", "All of this can be changed later in the settings."),
                kind="small",
                wrap=True,
            ),
            1,
        )
        below.addWidget(self.end)
        page.addLayout(below)
        ground = QWidget()
        ground.setProperty("kind", "panel")
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(inner, 100)
        across.addStretch(1)
        whole = QVBoxLayout(ground)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addStretch(2)
        whole.addLayout(across)
        whole.addStretch(3)
        self.setWidget(ground)

    def begin(self) -> None:
        """Put the person at the first step."""
        self.folder.choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """End it; what is under way is ended, too."""
        self.cancel()
        self.finished.emit()

    def cancel(self) -> None:
        """End what is under way."""
        self.model.cancel()
        self._work.cancel()

    def _bring_into_view(self) -> None:
        # Once it has its place.
        QTimer.singleShot(0, self.model.attempt, self._show_attempt)

    def _show_attempt(self) -> None:
        self.ensureWidgetVisible(self.model.attempt, 0, 12)

    def _go_on(self) -> None:
        if self.folder.done:
            self.end.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        self.folder.refresh()
        self.model.refresh()
        done = self.folder.done and self.model.done
        text = translate("SetUp", "Star&t") if done else translate("SetUp", "Skip")
        name = (
            translate("SetUp", "Start working")
            if done
            else translate("SetUp", "Skip setting up; it can be done later in the settings")
        )
        self.end.setText(text)
        self.end.setAccessibleName(name)
        self.end.setToolTip(translate("SetUp", "{name} (Escape)").format(name=name))
        # One thing at a time is the next one to do.
        self.folder.choose.become("plain" if self.folder.done else "primary")
        self.model.set_next(self.folder.done and not self.model.done)
        self.end.become("primary" if done else "plain")
