"""Which model answers: connect one (tested with a live call before it is kept), and choose it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.redaction import Secret
from app.ui.controls import Button, Dot, Label
from app.ui.flow_layout import FlowLayout
from app.ui.ports import FoundServer
from app.ui.session import Session
from app.ui.settings.model_choices import ModelChoices
from app.ui.tasks import WorkGroup
from app.ui.theme import Theme

_PROVIDERS: Final = (
    ("guided", "&Offline commands, no AI", "Nothing leaves this computer."),
    ("openrouter", "Open&Router", "Many models, one key. Your messages go to OpenRouter."),
    (
        "openai-compatible",
        "A &server with OpenAI's interface",
        "Ollama, LM Studio, llama.cpp, vLLM … Your messages go to the address below.",
    ),
)


class ModelPage(QWidget):
    """Nothing is changed before "Connect" has had an answer."""

    def __init__(self, theme: Theme, session: Session, work: WorkGroup) -> None:
        super().__init__()
        self._session = session
        self._work = work
        self._choices = QButtonGroup(self)
        self._radios: dict[str, QRadioButton] = {}
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 12)
        page.setSpacing(6)
        page.addWidget(Label("Connect a model", kind="heading"))
        for name, text, below in _PROVIDERS:
            radio = QRadioButton(text)
            radio.setAccessibleName(f"{text.replace('&', '')}. {below}")
            self._radios[name] = radio
            self._choices.addButton(radio)
            page.addWidget(radio)
            line = Label(below, kind="small", wrap=True)
            line.setContentsMargins(24, 0, 0, 4)
            page.addWidget(line)
        page.addLayout(self._fields())
        self._found = QWidget()
        self._found_line = FlowLayout(self._found, spacing=8)
        self._found.hide()
        page.addWidget(self._found)
        page.addLayout(self._connecting(theme))
        page.addSpacing(10)
        page.addWidget(Label("Model", kind="heading"))
        page.addLayout(self._models())
        self.choices = ModelChoices(session)
        page.addWidget(self.choices)
        page.addStretch(1)
        self._choices.buttonClicked.connect(self._show_fields)
        self._radios[session.desk.llm.provider].setChecked(True)
        self._show_fields()
        work.start(self._look_around(), name="look for local servers")
        work.start(self._read_models(), name="read models")

    def _fields(self) -> QFormLayout:
        settings = self._session.desk.settings
        self.address = QLineEdit(settings.llm_base_url or "")
        self.address.setPlaceholderText("http://127.0.0.1:11434/v1")
        self.address.setAccessibleName("Address of the server")
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setAccessibleName("Key")
        self._address_label = Label("A&ddress")
        self._address_label.setBuddy(self.address)
        self._key_label = Label("&Key")
        self._key_label.setBuddy(self.key)
        form = QFormLayout()
        form.setContentsMargins(24, 4, 0, 4)
        form.setSpacing(8)
        form.addRow(self._address_label, self.address)
        form.addRow(self._key_label, self.key)
        return form

    def _connecting(self, theme: Theme) -> QHBoxLayout:
        self.connect_button = Button("Co&nnect", kind="primary")
        self.connect_button.clicked.connect(self._connect)
        self._dot = Dot(theme)
        self.outcome = Label(kind="muted", wrap=True)
        self._dot.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 8, 0, 0)
        line.setSpacing(10)
        line.addWidget(self.connect_button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._dot)
        line.addWidget(self.outcome, 1)
        return line

    def _models(self) -> QVBoxLayout:
        self.models = QComboBox()
        self.models.setEditable(True)
        self.models.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.models.setAccessibleName("Model")
        self.models.setMinimumContentsLength(30)
        self.use_here = Button("For &this conversation")
        self.use_here.clicked.connect(self._use_here)
        self.use_always = Button("For &every conversation")
        self.use_always.clicked.connect(self._use_always)
        buttons = QHBoxLayout()
        buttons.addWidget(self.use_always)
        buttons.addWidget(self.use_here)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.models)
        column.addLayout(buttons)
        return column

    # -- connecting ----------------------------------------------------------------------------

    @property
    def provider(self) -> str:
        """What is chosen."""
        return next(name for name, radio in self._radios.items() if radio.isChecked())

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
        settings = self._session.desk.settings
        kept = settings.openrouter_api_key if provider == "openrouter" else settings.llm_api_key
        self.key.setPlaceholderText(
            "kept already; write here to replace it"
            if kept
            else "sk-or-…" if provider == "openrouter" else "only if the server wants one"
        )  # fmt: skip

    async def _look_around(self) -> None:
        servers = await self._session.desk.find_local_servers()
        self._show_servers(servers)

    def _show_servers(self, servers: Sequence[FoundServer]) -> None:
        for server in servers:
            # Offered, never taken by itself: any program may own a port.
            button = Button(f"Use {server.name} at {server.base_url}", kind="suggestion")
            button.clicked.connect(lambda _checked=False, u=server.base_url: self._take_server(u))
            self._found_line.addWidget(button)
        self._found.setVisible(bool(servers))

    def _take_server(self, address: str) -> None:
        self.choose("openai-compatible")
        self.address.setText(address)
        self._connect()

    def _connect(self) -> None:
        self.connect_button.setEnabled(False)
        self._say("idle", "Asking for its models …")
        self._work.start(self._try(), name="connect")

    async def _try(self) -> None:
        provider, key = self.provider, self.key.text().strip()
        try:
            kept = await self._session.desk.connect(
                provider,
                base_url=self.address.text().strip() or None
                if provider == "openai-compatible"
                else None,
                api_key=Secret(key) if key else None,
            )
        except StewardError as error:
            self._say("trouble", str(error))
            return
        finally:
            self.connect_button.setEnabled(True)
        self.key.clear()
        label = self._session.desk.llm.label
        note = "" if kept else " No keyring works here, so the key holds until you close Steward."
        self._say("ok", f"Connected: {label} answers from now on.{note}")
        self._session.provider_changed.emit()
        await self._read_models()

    def _say(self, state: str, text: str) -> None:
        self._dot.show()
        self._dot.show_state(state)
        self.outcome.setText(text)
        self.outcome.become("trouble" if state == "trouble" else "muted")

    # -- choosing a model ------------------------------------------------------------------------

    async def _read_models(self) -> None:
        self.choices.show_for(self._session.desk.llm.provider)
        guided = self._session.desk.llm.provider == "guided"
        for widget in (self.models, self.use_here, self.use_always):
            widget.setEnabled(not guided)
        self.models.clear()
        if guided:
            self.models.setEditText("none: offline commands need no model")
            return
        try:
            found = await self._session.desk.llm.models()
        except StewardError as error:
            self._say("trouble", str(error))
            return
        for model in found:
            self.models.addItem(model.id)
            if model.name != model.id:
                at = self.models.count() - 1
                self.models.setItemData(at, model.name, Qt.ItemDataRole.ToolTipRole)
        current = self._session.desk.llm.default_model or ""
        for summary in self._session.summaries:
            if summary.id == self._session.current.id and summary.model:
                current = summary.model
        self.models.setEditText(current)
        self.use_here.setEnabled(self._session.current.id is not None)

    def _use_here(self) -> None:
        conversation = self._session.current.id
        if conversation is not None:
            self._work.start(
                self._set_model(conversation, self.models.currentText().strip() or None),
                name="choose model",
            )

    async def _set_model(self, conversation: str, model: str | None) -> None:
        await self._session.desk.conversations.set_model(conversation, model)
        await self._session.refresh()
        self._say("ok", f"This conversation uses {model or 'the default'} from now on.")

    def _use_always(self) -> None:
        model = self.models.currentText().strip() or None
        self._work.start(self._set_default(model), name="choose model")

    async def _set_default(self, model: str | None) -> None:
        desk = self._session.desk
        try:
            await desk.connect(desk.llm.provider, model=model)
        except StewardError as error:
            self._say("trouble", str(error))
            return
        self._session.provider_changed.emit()
        self._say("ok", f"{model or 'The default model'} answers from now on.")
