"""Chooses a model: a list below the button that was pressed, searched by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.errors import StewardError
from app.ui.controls import Button, Label, offer_to_clear
from app.ui.direction import window_is_rtl
from app.ui.known_models import KnownModels, model_words
from app.ui.remedies import explained
from app.ui.tasks import Tasks, WorkGroup
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.two_lines import Part, TwoLineList

if TYPE_CHECKING:
    from app.orchestrator.llm_client import ModelInfo

_SIZE: Final = QSize(520, 420)
_STEPS: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 6,
    Qt.Key.Key_PageUp: -6,
}


class ModelPicker(QFrame):
    """``chosen(model)`` with a model's id, ``None`` for the default; ``connect_wanted``.

    A name that is not in the list can be typed: servers answer to more than they list.
    """

    chosen = Signal(object)
    connect_wanted = Signal()

    def __init__(self, theme: Theme, models: KnownModels, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._models = models
        self._work = WorkGroup(tasks)
        self._current: str | None = None
        self._default = ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "card")
        self.setWindowTitle(translate("Models", "Choose a model"))
        self.setAccessibleName(translate("Models", "Choose a model"))
        self.search = _Search(self)
        self.search.textEdited.connect(self._fill)
        self.list = TwoLineList(theme, translate("Models", "Models"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._choose)
        self.state = Label(kind="small", wrap=True)
        self.connect_button = Button(translate("Models", "Connect &another …"), kind="quiet")
        self.connect_button.clicked.connect(self._connect)
        page = QVBoxLayout(self)
        page.setContentsMargins(10, 10, 10, 8)
        page.setSpacing(8)
        page.addWidget(self.search)
        page.addWidget(self.list, 1)
        page.addWidget(self.state)
        page.addWidget(self.connect_button, 0, Qt.AlignmentFlag.AlignLeft)

    def open_below(self, button: QWidget, current: str | None, default: str) -> None:
        """Show it; ``current`` is chosen now, ``default`` says what answers where nothing is."""
        self._current, self._default = current, default
        self._fill()
        self._state(
            translate("Models", "Asking for the models …") if not self._models.known else ""
        )
        self._work.start(self._read(), name="read models")
        px, screen = self._theme.px, button.screen().availableGeometry()
        size = QSize(px(_SIZE.width()), px(_SIZE.height())).boundedTo(screen.size())
        across = button.width() - size.width() if window_is_rtl() else 0
        place = button.mapToGlobal(QPoint(across, button.height() + 4))
        place.setX(max(screen.left(), min(place.x(), screen.right() - size.width())))
        place.setY(max(screen.top(), min(place.y(), screen.bottom() - size.height())))
        self.setFixedSize(size)
        self.move(place)
        self.show()
        self.search.setFocus()

    def done(self) -> None:
        """Close it; a list on its way is not waited for."""
        self._work.cancel()
        self.close()

    async def _read(self) -> None:
        try:
            await self._models.read()
        except StewardError as error:
            self._state(explained(error), trouble=True)
            return
        self._state("")
        self._fill()

    def _state(self, words: str, *, trouble: bool = False) -> None:
        self.state.setText(words)
        self.state.become("trouble" if trouble else "small")
        self.state.setVisible(bool(words))

    def _fill(self) -> None:
        typed = self.search.text().strip()
        wanted = typed.casefold().split()
        found = [one for one in self._models.known if _fits(one, wanted)]
        row = self.list.currentRow()
        kept = self.list.item(row).data(Part.VALUE) if row >= 0 else self._current
        self.list.clear()
        self.list.mark(typed)
        if not wanted:
            self.list.add(translate("Models", "The default"), self._default, None)
            if self._current and self._current not in [one.id for one in self._models.known]:
                self.list.add(self._current, translate("Models", "chosen now"), self._current)
        for model in found:
            words = model_words(model)
            if model.id == self._current:
                words = (
                    translate("Models", "chosen now · {words}").format(words=words)
                    if words
                    else translate("Models", "chosen now")
                )
            self.list.add(model.id, words, model.id)
        if typed and typed not in [one.id for one in found]:
            self.list.add(
                translate("Models", "Use “{typed}”").format(typed=typed),
                translate("Models", "a name that is not in the list"),
                typed,
            )
        self._select(kept if not wanted else None, found)

    def _select(self, value: object, found: Sequence[ModelInfo]) -> None:
        for row in range(self.list.count()):
            if value is not None and self.list.item(row).data(Part.VALUE) == value:
                self.list.setCurrentRow(row)
                return
        self.list.setCurrentRow(0)

    def choose_current(self) -> None:
        """Take the line that is selected."""
        row = self.list.currentRow()
        if row >= 0:
            self._choose(self.list.item(row))

    def _choose(self, item: QListWidgetItem) -> None:
        value = item.data(Part.VALUE)
        self.done()
        self.chosen.emit(value)

    def _connect(self) -> None:
        self.done()
        self.connect_wanted.emit()


class _Search(QLineEdit):
    """Keeps the focus; Up and Down move in the list, Enter takes its line."""

    def __init__(self, picker: ModelPicker) -> None:
        super().__init__()
        self._picker = picker
        self.setPlaceholderText(translate("Models", "Search the models, or write a name"))
        self.setAccessibleName(translate("Models", "Search the models"))
        offer_to_clear(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As said above; Escape closes."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._picker.list.move_by(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._picker.choose_current()
        elif key == Qt.Key.Key_Escape:
            self._picker.done()
        else:
            super().keyPressEvent(event)


def _fits(model: ModelInfo, wanted: Sequence[str]) -> bool:
    text = f"{model.id} {model.name}".casefold()
    return all(word in text for word in wanted)
