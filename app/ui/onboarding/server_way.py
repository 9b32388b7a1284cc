"""A model server on this computer: looked for when the person asks, taken when they say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.attempt import Attempt
from app.ui.connecting import SERVER, connect
from app.ui.controls import Button, ElidedLabel, Label
from app.ui.model_port import FoundServer
from app.ui.session import Session
from app.ui.tasks import WorkGroup
from app.ui.translation import translate


class ServerWay(QWidget):
    """``offers`` are the servers that answered when they were looked for last."""

    def __init__(self, session: Session, attempt: Attempt, work: WorkGroup) -> None:
        super().__init__()
        self._session = session
        self._attempt = attempt
        self._work = work
        self._looking = False
        self.offers: list[ServerOffer] = []
        self.look = Button(translate("SetUp", "&Look for servers"))
        self.look.clicked.connect(self._look)
        self.state = Label(kind="muted", wrap=True)
        self.state.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 0, 0, 4)
        page.setSpacing(8)
        page.addWidget(
            Label(
                translate(
                    "SetUp",
                    "Ollama, LM Studio, llama.cpp or vLLM, where you have started one. Steward "
                    "asks the usual ports of this computer for their models, once.",
                ),
                kind="small",
                wrap=True,
            )
        )
        line = QHBoxLayout()
        line.addWidget(self.look)
        line.addStretch(1)
        page.addLayout(line)
        self._found = QVBoxLayout()
        self._found.setSpacing(8)
        page.addLayout(self._found)
        page.addWidget(self.state)

    def _look(self) -> None:
        if self._looking:
            return
        self._looking = True
        self._say(translate("SetUp", "Looking …"))
        self._work.start(self._ask(), name="look for model servers")

    async def _ask(self) -> None:
        try:
            servers = await self._session.desk.model.find_local_servers()
        finally:
            self._looking = False
        self._show(servers)

    def _show(self, servers: Sequence[FoundServer]) -> None:
        for offer in self.offers:
            self._found.removeWidget(offer)
            offer.hide()
            offer.deleteLater()
        self.offers = [ServerOffer(server, self._use) for server in servers]
        for offer in self.offers:
            self._found.addWidget(offer)
            offer.show()
        if servers:
            # Any program may own a port: said, and never taken by itself.
            self._say(translate("SetUp", "The names are those that usually have these ports."))
            self.offers[0].use.setFocus()
        else:
            self._say(
                translate(
                    "SetUp",
                    "None answered. Start one, for instance with “ollama serve”, and look again. "
                    "One with another address: Settings, Model.",
                )
            )

    def _use(self, server: FoundServer, model: str) -> None:
        session = self._session
        self._attempt.run(
            lambda: connect(session, SERVER, base_url=server.base_url, model=model),
            translate("Connect", "Asking {name}").format(name=server.name),
        )

    def _say(self, words: str) -> None:
        self.state.setText(words)
        self.state.show()


class ServerOffer(QWidget):
    """One server: its name and address, its models, and the button that takes it."""

    def __init__(self, server: FoundServer, use: Callable[[FoundServer, str], object]) -> None:
        super().__init__()
        self.models = QComboBox()
        self.models.addItems(list(server.models))
        self.models.setAccessibleName(
            translate("SetUp", "Model of {name}").format(name=server.name)
        )
        self.models.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.models.setMinimumContentsLength(12)
        self.use = Button(
            translate("SetUp", "Use"),
            name=translate("SetUp", "Use {name} at {address}").format(
                name=server.name, address=server.base_url
            ),
            tip=translate("SetUp", "Try it, and let it answer (Space)"),
        )
        self.use.clicked.connect(lambda: use(server, self.models.currentText()))
        words = ElidedLabel(
            translate("SetUp", "{name}, port {number}").format(
                name=server.name, number=urlsplit(server.base_url).port
            )
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(words, 2)
        line.addWidget(self.models, 3)
        line.addWidget(self.use, 0, Qt.AlignmentFlag.AlignRight)
