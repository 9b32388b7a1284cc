"""The second step: which model answers. Four ways, each tried before it is kept."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from app.ui.attempt import Attempt
from app.ui.connecting import GUIDED, connect, sign_in
from app.ui.controls import Button, Label
from app.ui.onboarding.due import model_chosen
from app.ui.onboarding.heading import StepHeading
from app.ui.onboarding.key_way import KeyWay
from app.ui.onboarding.server_way import ServerWay
from app.ui.session import Session
from app.ui.settings.setting_row import environment_words
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate

_INDENT: Final = 24
_CONNECTING: Final = ("provider", "openrouter_api_key", "llm_base_url", "llm_api_key", "model")


class ModelStep(QWidget):
    """One way is open at a time, and one try under way."""

    def __init__(self, theme: Theme, session: Session, work: WorkGroup) -> None:
        super().__init__()
        self._session = session
        self.heading = StepHeading(theme, translate("SetUp", "2. A model"))
        self.attempt = Attempt(theme, session.tasks)
        self.attempt.setContentsMargins(_INDENT, 0, 0, 4)
        self.sign_in = _Way(
            translate(
                "SetUp",
                "Your browser opens OpenRouter, and comes back here with a key of your own. Many "
                "models, one account; your messages go to OpenRouter.",
            ),
            Button(
                translate("SetUp", "Sign &in …"), name=translate("SetUp", "Sign in with OpenRouter")
            ),
        )
        self.key = KeyWay(session, self.attempt)
        self.server = ServerWay(session, self.attempt, work)
        self.without = _Way(
            translate(
                "SetUp",
                "Offline commands answer: they list, read, find and change your files, and nothing "
                "leaves this computer. Type / to see them.",
            ),
            Button(translate("SetUp", "Continue &without a model")),
        )
        self._choices = QButtonGroup(self)
        self._ways: dict[QRadioButton, QWidget] = {}
        self._fixed = Label(kind="attention", wrap=True)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addWidget(self.heading)
        page.addWidget(self._fixed)
        for text, way in (
            (translate("SetUp", "Sign in with &OpenRouter"), self.sign_in),
            (translate("SetUp", "&Paste a key of OpenRouter"), self.key),
            (translate("SetUp", "A server on this &computer"), self.server),
            (translate("SetUp", "No model for &now"), self.without),
        ):
            page.addWidget(self._radio(text, way))
            page.addWidget(way)
        self._page = page
        self.sign_in.button.clicked.connect(self._sign_in)
        self.without.button.clicked.connect(self._do_without)
        self.attempt.running_changed.connect(self._show_running)
        self._choices.buttonClicked.connect(self._show_way)
        self._choices.buttons()[0].setChecked(True)
        self._lock()
        self._show_way()
        self.refresh()

    @property
    def done(self) -> bool:
        """Whether a model is connected, or none is wanted."""
        return model_chosen(self._session.desk)

    @property
    def radios(self) -> tuple[QRadioButton, ...]:
        """The ways, in their order."""
        return tuple(self._ways)

    def refresh(self) -> None:
        """Say what answers now."""
        if self.done:
            self.heading.show_state("ok", self._session.desk.llm.label)
        else:
            self.heading.show_state("idle", translate("SetUp", "not chosen yet"))

    def set_next(self, is_next: bool) -> None:
        """Whether this is what is to be done next: then its button stands out."""
        for button in (
            self.sign_in.button, self.key.button, self.server.look, self.without.button,
        ):  # fmt: skip
            button.become("primary" if is_next else "plain")

    def cancel(self) -> None:
        """End what is under way."""
        self.attempt.cancel()

    # -- inside ----------------------------------------------------------------------------

    def _radio(self, text: str, way: QWidget) -> QRadioButton:
        radio = QRadioButton(text)
        radio.setAccessibleName(text.replace("&", ""))
        self._choices.addButton(radio)
        self._ways[radio] = way
        return radio

    def _lock(self) -> None:
        source = self._session.desk.running_settings.source
        fixed = [name for name in _CONNECTING if source(name) == "environment"]
        self._fixed.setText(" ".join(environment_words(name) for name in fixed))
        self._fixed.setVisible(bool(fixed))
        if fixed:
            for part in (*self._ways, *self._ways.values()):
                part.setEnabled(False)

    def _show_way(self) -> None:
        for radio, way in self._ways.items():
            way.setVisible(radio.isChecked())
            if radio.isChecked():
                # What comes of it stands below it, and is the next thing for Tab.
                self._page.removeWidget(self.attempt)
                self._page.insertWidget(self._page.indexOf(way) + 1, self.attempt)
                self.setTabOrder(way, self.attempt)
        self.attempt.clear()

    def _show_running(self, running: bool) -> None:
        for part in (*self._ways, *self._ways.values()):
            part.setEnabled(not running)
        if running:
            self.attempt.cancel_button.setFocus()
        else:
            self._lock()

    def _sign_in(self) -> None:
        session, attempt = self._session, self.attempt
        attempt.run(lambda: sign_in(session, attempt), translate("Connect", "Opening your browser"))

    def _do_without(self) -> None:
        session = self._session
        self.attempt.run(
            lambda: connect(session, GUIDED), translate("Connect", "Taking the offline commands")
        )


class _Way(QWidget):
    """Words, and the one button that does it."""

    def __init__(self, words: str, button: Button) -> None:
        super().__init__()
        self.button = button
        page = QVBoxLayout(self)
        page.setContentsMargins(_INDENT, 0, 0, 4)
        page.setSpacing(8)
        page.addWidget(Label(words, kind="small", wrap=True))
        line = QHBoxLayout()
        line.addWidget(button)
        line.addStretch(1)
        page.addLayout(line)
