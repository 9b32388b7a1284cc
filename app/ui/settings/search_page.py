"""What a search over all settings found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.ui.controls import Label
from app.ui.settings.catalogue import page_title, search
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.two_lines import Part, TwoLineList


class SearchPage(QWidget):
    """A line a setting, the best first; ``chosen(name)`` when one is clicked or entered."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.list = TwoLineList(theme, translate("Settings", "Settings found"))
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.nothing: QLabel = Label(kind="muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        around = QVBoxLayout(self)
        around.setContentsMargins(12, 12, 12, 12)
        around.addWidget(self._pages)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.nothing)

    def look_for(self, text: str) -> None:
        """Show what has all words of ``text``."""
        hits = search(text)
        self.list.clear()
        self.list.mark(text)
        for hit in hits:
            self.list.add(
                hit.words.title, f"{page_title(hit.words.page)} · {hit.words.says}", hit.name
            )
        self.nothing.setText(
            translate(
                "Settings",
                "Nothing found for “{words}”.\nTry one word, such as cost, folder or key.",
            ).format(words=text.strip())
        )
        self._pages.setCurrentIndex(0 if hits else 1)
        self.list.setCurrentRow(0 if hits else -1)

    def choose_current(self) -> None:
        """Go to the line that is selected."""
        row = self.list.currentRow()
        if row >= 0:
            self._choose(self.list.item(row))

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Part.VALUE)))
