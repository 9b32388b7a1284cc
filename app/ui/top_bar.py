"""The line at the top: which conversation, which model, which folders, what it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.controls import (
    Button,
    ElidedLabel,
    IconButton,
    Label,
    spacer,
    state_icon,
    state_icon_size,
)
from app.ui.direction import window_is_rtl
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.session import Session

_HEIGHT: Final = 46
_NARROW: Final = 820
_TIGHT: Final = 520


class TopBar(QWidget):
    """Emits what is wanted: ``settings_wanted(page)``, ``rail_wanted``, ``dock_wanted``,
    ``model_wanted`` where there are models to choose from.
    """

    settings_wanted = Signal(str)
    rail_wanted = Signal()
    dock_wanted = Signal()
    model_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._session: Session | None = None
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        near, far = ("left", "right") if not window_is_rtl() else ("right", "left")
        self.rail_button = IconButton(
            theme, f"panel-{near}", translate("Top bar", "Show or hide the conversations"), "F8"
        )
        self.dock_button = IconButton(
            theme, f"panel-{far}", translate("Top bar", "Show or hide the details"), "F9"
        )
        self.title = ElidedLabel("Steward", kind="heading")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._theme = theme
        self.provider = Button(
            translate("Top bar", "Starting …"),
            kind="chip",
            name=translate("Top bar", "Model: starting"),
        )
        self.folders = Button("", kind="chip", name=translate("Top bar", "Folders"))
        self.folders.hide()
        self.usage = Label(kind="small")
        self.settings = Button(translate("Top bar", "S&ettings"), tip="Ctrl+,")
        self.settings.setShortcut("Ctrl+,")
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 12, 0)
        line.setSpacing(10)
        for widget in (
            self.rail_button, self.title, self.provider, self.folders, spacer(),
            self.usage, self.settings, self.dock_button,
        ):  # fmt: skip
            line.addWidget(widget)
        self.rail_button.clicked.connect(self.rail_wanted)
        theme.changed.connect(self._fit)
        self._fit()
        self.dock_button.clicked.connect(self.dock_wanted)
        self.settings.clicked.connect(lambda: self.settings_wanted.emit("model"))
        self.provider.clicked.connect(self._choose_model)
        self.provider.setShortcut("Ctrl+M")
        self.folders.clicked.connect(lambda: self.settings_wanted.emit("folders"))
        self.folders.setShortcut("Ctrl+Shift+F")

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.px(_HEIGHT))
        self.provider.setIconSize(state_icon_size(self._theme))

    def attach(self, session: Session) -> None:
        """Show what ``session`` shows."""
        self._session = session
        self._theme.changed.connect(self._show)
        for signal in (
            session.current_changed,
            session.conversations_changed,
            session.state_changed,
            session.provider_changed,
            session.files_changed,
        ):
            signal.connect(self._show)
        self._show()

    def show_trouble(self, words_: str) -> None:
        """Steward could not start."""
        self.provider.setText(words_)
        self.provider.setEnabled(False)
        self.settings.setEnabled(False)
        self.provider.setIcon(state_icon("trouble", self._theme))

    def fold(self, width: int) -> None:
        """Leave out what there is no room for."""
        self.folders.setVisible(self._session is not None and width >= self._theme.px(_TIGHT))
        self.usage.setVisible(bool(self.usage.text()) and width >= self._theme.px(_NARROW))

    def _choose_model(self) -> None:
        if self._session is None or self._session.desk.llm.provider == "guided":
            self.settings_wanted.emit("model")
        else:
            self.model_wanted.emit()

    def _show(self) -> None:
        from app.ui import words

        session = self._session
        if session is None:
            return
        self.title.setText(session.title)
        llm = session.desk.llm
        model = session.model or llm.default_model or ""
        guided = llm.provider == "guided"
        label = words.provider(llm.provider, llm.label)
        text = label if guided or not model else f"{label} · {model}"
        self.provider.setText(text.replace("&", "&&"))
        self.provider.setAccessibleName(translate("Top bar", "Model: {text}").format(text=text))
        whose = (
            translate("Top bar", "chosen for this conversation")
            if session.model
            else translate("Top bar", "the default model")
        )
        tip = (
            translate("Top bar", "Connect a model (Ctrl+M)")
            if guided
            else translate("Top bar", "{text}, {whose}\nChoose another (Ctrl+M)").format(
                text=text, whose=whose
            )
        )
        self.provider.setToolTip(tip)
        self.provider.setShortcut("Ctrl+M")  # a new text has taken the old one away
        self.provider.setIcon(state_icon("ok", self._theme))
        folders = session.desk.folders.folders
        self.folders.setText(
            words.count(len(folders), "folder")
            if folders
            else translate("Top bar", "No folder yet")
        )
        self.folders.setAccessibleName(
            translate("Top bar", "Folders: {text}").format(text=self.folders.text())
        )
        shown = "\n".join(str(folder) for folder in folders)
        self.folders.setToolTip(
            translate("Top bar", "{shown}\nAdd or remove folders (Ctrl+Shift+F)")
            .format(shown=shown)
            .strip()
        )
        current = session.current
        parts = [words.count(current.tokens, "token")] if current.tokens else []
        if current.cost:
            parts.append(f"${current.cost:.3f}")
        self.usage.setText(" · ".join(parts))
        today = f"{words.count(session.today.tokens, 'token')}"
        if session.today.cost:
            today += f", ${session.today.cost:.3f}"
        self.usage.setToolTip(
            translate("Top bar", "What this conversation has used. All of today: {today}.").format(
                today=today
            )
        )
        self.fold(self.width())
