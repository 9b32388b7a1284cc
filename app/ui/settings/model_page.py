"""Which model answers: connect one (tested with a live call before it is kept), and choose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.redaction import Secret
from app.ui.attempt import Attempt
from app.ui.connecting import OPENROUTER, SERVER, connect, explained, sign_in
from app.ui.controls import Button, ChoiceButton, Label
from app.ui.flow_layout import FlowLayout
from app.ui.model_port import FoundServer
from app.ui.session import Session
from app.ui.settings.keys import KeyRow
from app.ui.settings.page import Page
from app.ui.settings.setting_row import environment_words
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.model_picker import ModelPicker

_KEYS: Final = {OPENROUTER: "openrouter_api_key", SERVER: "llm_api_key"}
_CONNECTING: Final = ("provider", "openrouter_api_key", "llm_base_url", "llm_api_key", "model")


def _providers() -> Sequence[tuple[str, str, str]]:
    """Who can answer: the name of the provider, what it is called, and what that means."""
    return (
        (
            "guided",
            translate("Models", "&Offline commands, no AI"),
            translate("Models", "Nothing leaves this computer."),
        ),
        (
            "openrouter",
            translate("Models", "Open&Router"),
            translate("Models", "Many models, one key. Your messages go to OpenRouter."),
        ),
        (
            "openai-compatible",
            translate("Models", "A &server with OpenAI's interface"),
            translate(
                "Models",
                "Ollama, LM Studio, llama.cpp, vLLM … Your messages go to the address below.",
            ),
        ),
    )


class ModelPage(Page):
    """Another service is used only after "Connect" has had an answer from it."""

    def __init__(self, title: str, theme: Theme, session: Session, work: WorkGroup) -> None:
        super().__init__(title, session)
        self._theme = theme
        self._work = work
        self._choices = QButtonGroup(self)
        self._radios: dict[str, QRadioButton] = {}
        self._picker: ModelPicker | None = None
        self._locked = {
            n for n in _CONNECTING if session.desk.running_settings.source(n) == "environment"
        }
        self.column.addWidget(Label(translate("Models", "Connect a model"), kind="heading"))
        self._offer_providers()
        self.column.addLayout(self._fields())
        self._found = QWidget()
        self._found_line = FlowLayout(self._found, spacing=8)
        self._found.hide()
        self.column.addWidget(self._found)
        self.column.addLayout(self._connecting(theme))
        self.column.addSpacing(10)
        self.column.addWidget(
            Label(translate("Models", "Model for every conversation"), kind="heading")
        )
        self.column.addWidget(self._model_choice())
        self.column.addWidget(
            Label(
                translate(
                    "Models",
                    "A conversation can have one of its own: its name stands in "
                    "the line at the top.",
                ),
                kind="small",
                wrap=True,
            )
        )
        self.column.addSpacing(10)
        self.add_section(
            translate("Models", "How it is asked"),
            ("reasoning_effort", "context_tokens", "fallback_models", "provider_routing"),
        )
        self.column.addWidget(Label(translate("Models", "Keys"), kind="heading"))
        self.keys = {name: KeyRow(name, session, work) for name in _KEYS.values()}
        for key in self.keys.values():
            self.column.addWidget(key)
            key.removed.connect(self._show_provider)
        self.column.addStretch(1)
        self.controls |= {
            "provider": self._radios[session.desk.llm.provider],
            "llm_base_url": self.address,
            "llm_api_key": self.key,
            "openrouter_api_key": self.key,
            "model": self.model,
        }
        self._choices.buttonClicked.connect(self._show_fields)
        self._show_provider()
        work.start(self._look_around(), name="look for local servers")

    def _offer_providers(self) -> None:
        for name, text, below in _providers():
            radio = QRadioButton(text)
            radio.setAccessibleName(f"{text.replace('&', '')}. {below}")
            radio.setEnabled("provider" not in self._locked)
            self._radios[name] = radio
            self._choices.addButton(radio)
            self.column.addWidget(radio)
            line = Label(below, kind="small", wrap=True)
            line.setContentsMargins(24, 0, 0, 4)
            self.column.addWidget(line)

    def _fields(self) -> QFormLayout:
        settings = self._session.desk.settings
        self.address = QLineEdit(settings.llm_base_url or "")
        self.address.setPlaceholderText("http://127.0.0.1:11434/v1")
        self.address.setAccessibleName(translate("Models", "Address of the server"))
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setAccessibleName(translate("Models", "Key"))
        self._address_label = Label(translate("Models", "A&ddress"))
        self._address_label.setBuddy(self.address)
        self._key_label = Label(translate("Models", "&Key"))
        self._key_label.setBuddy(self.key)
        form = QFormLayout()
        form.setContentsMargins(24, 4, 0, 4)
        form.setSpacing(8)
        form.addRow(self._address_label, self.address)
        form.addRow(self._key_label, self.key)
        self._origin = Label(kind="attention", wrap=True)
        form.addRow(self._origin)
        return form

    def _connecting(self, theme: Theme) -> QVBoxLayout:
        self.connect_button = Button(translate("Models", "Co&nnect"), kind="primary")
        self.connect_button.clicked.connect(self._connect)
        self.sign_in_button = Button(
            translate("Settings", "Sign &in with OpenRouter …"),
            tip=translate("Settings", "Your browser opens, and comes back with a key of your own"),
        )
        self.sign_in_button.clicked.connect(self._sign_in)
        self.attempt = Attempt(theme, self._session.tasks)
        self.attempt.running_changed.connect(self._show_running)
        self.attempt.succeeded.connect(self._connected)
        self.outcome = self.attempt.words
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.connect_button)
        line.addWidget(self.sign_in_button)
        line.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self.attempt)
        return column

    def _model_choice(self) -> ChoiceButton:
        self.model = ChoiceButton(translate("Models", "Model for every conversation"), "Ctrl+M")
        self.model.setEnabled("model" not in self._locked)
        self.model.clicked.connect(self._pick)
        return self.model

    # -- connecting ----------------------------------------------------------------------------

    @property
    def provider(self) -> str:
        """What is chosen."""
        return next(name for name, radio in self._radios.items() if radio.isChecked())

    def commit(self) -> Mapping[str, str]:
        """What was written for a service is kept by Connect alone, after it has answered."""
        left = dict(super().commit())
        kept = (self._session.desk.settings.llm_base_url or "").rstrip("/")
        if self.provider == SERVER and self.address.text().strip().rstrip("/") != kept:
            left["llm_base_url"] = translate(
                "Models", "The address is kept once Connect has had an answer from it."
            )
        if self.provider in _KEYS and self.key.text().strip():
            left[_KEYS[self.provider]] = translate(
                "Models", "The key is kept once Connect has tried it."
            )
        return left

    def show_key_of(self, name: str) -> None:
        """Bring the field of a key, or of the server's address, into view."""
        for provider, key in _KEYS.items():
            if name == key or (name == "llm_base_url" and provider == SERVER):
                self.choose(provider)

    def choose(self, provider: str) -> None:
        """Choose one of the three."""
        self._radios[provider].setChecked(True)
        self._show_fields()

    def _show_fields(self) -> None:
        provider = self.provider
        for widget in (self.address, self._address_label):
            widget.setVisible(provider == "openai-compatible")
        for widget in (self.key, self._key_label):
            widget.setVisible(provider != "guided")
        self.sign_in_button.setVisible(provider == OPENROUTER)
        key_name = _KEYS.get(provider, "")
        asked = {"provider", key_name, "llm_base_url" if provider == SERVER else ""}
        fixed = [name for name in _CONNECTING if name in self._locked and name in asked]
        self.sign_in_button.setEnabled(not fixed and not self.attempt.running)
        self.key.setReadOnly(key_name in fixed)
        self.address.setReadOnly("llm_base_url" in fixed)
        self._origin.setText(" ".join(environment_words(name) for name in fixed))
        self._origin.setVisible(bool(fixed))
        settings = self._session.desk.settings
        kept = settings.openrouter_api_key if provider == "openrouter" else settings.llm_api_key
        if key_name in fixed:
            hint = translate("Models", "set in the environment")
        elif kept:
            hint = translate("Models", "kept already; write here to replace it")
        elif provider == "openrouter":
            hint = "sk-or-…"
        else:
            hint = translate("Models", "only if the server wants one")
        self.key.setPlaceholderText(hint)

    async def _look_around(self) -> None:
        servers = await self._session.desk.model.find_local_servers()
        self._show_servers(servers)

    def _show_servers(self, servers: Sequence[FoundServer]) -> None:
        for server in servers:
            # Offered, never taken by itself: any program may own a port.
            button = Button(
                translate("Models", "Use {name} at {base_url}").format(
                    name=server.name, base_url=server.base_url
                ),
                kind="suggestion",
            )
            button.clicked.connect(lambda _checked=False, u=server.base_url: self._take_server(u))
            self._found_line.addWidget(button)
        self._found.setVisible(bool(servers))

    def _take_server(self, address: str) -> None:
        self.choose("openai-compatible")
        self.address.setText(address)
        self._connect()

    def _connect(self) -> None:
        provider, key = self.provider, self.key.text().strip()
        address = (self.address.text().strip() or None) if provider == SERVER else None
        self.attempt.run(
            lambda: connect(
                self._session, provider, base_url=address, key=Secret(key) if key else None
            ),
            translate("Connect", "Asking for its models"),
        )

    def _sign_in(self) -> None:
        session, attempt = self._session, self.attempt
        attempt.run(lambda: sign_in(session, attempt), translate("Connect", "Opening your browser"))

    def _show_running(self, running: bool) -> None:
        self.connect_button.setEnabled(not running)
        self.sign_in_button.setEnabled(not running)

    def _connected(self) -> None:
        self.key.clear()
        self._show_provider()

    def cancel(self) -> None:
        """The settings are closed: what is under way ends, and changes nothing."""
        self.attempt.cancel()

    # -- choosing a model ------------------------------------------------------------------------

    def _show_provider(self) -> None:
        """What answers now, and its model."""
        desk = self._session.desk
        self._radios[desk.llm.provider].setChecked(True)
        self._show_fields()
        guided = desk.llm.provider == "guided"
        self.model.setEnabled(not guided and "model" not in self._locked)
        if guided:
            self.model.show_choice(translate("Models", "none: offline commands need no model"))
        else:
            self.model.show_choice(
                desk.llm.default_model or translate("Models", "the server's first")
            )
        for key in self.keys.values():
            key.refresh()

    def _pick(self) -> None:
        from app.ui.model_picker import ModelPicker

        self._picker = ModelPicker(
            self._theme, self._session.known_models, self._session.tasks, self
        )
        self._picker.connect_button.hide()
        self._picker.chosen.connect(self._use_always)
        self._picker.open_below(
            self.model,
            self._session.desk.settings.model,
            translate("Models", "what the service itself takes first"),
        )

    @property
    def picker(self) -> ModelPicker | None:
        """The list of models, once it was opened."""
        return self._picker

    def _use_always(self, model: str | None) -> None:
        self._work.start(self._set_default(model), name="choose model")

    async def _set_default(self, model: str | None) -> None:
        desk = self._session.desk
        try:
            await desk.model.connect(desk.llm.provider, model=model)
        except StewardError as error:
            self.attempt.say("trouble", explained(error))
            return
        self._session.provider_changed.emit()
        self._show_provider()
        self.attempt.say(
            "ok",
            translate("Models", "{model} answers from now on.").format(
                model=model or translate("Models", "The default model")
            ),
        )
