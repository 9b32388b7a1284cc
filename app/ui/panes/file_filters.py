"""What narrows the list of files down: a time in words, and what, who, where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.date_words import span_of
from app.domain.file_search import ANY_FILE, ChangedBy, FileKind, FileQuery
from app.ui.controls import Button, Label, MenuButton, offer_to_clear
from app.ui.translation import translate


class Order(StrEnum):
    """How the files that were found are put together."""

    NEWEST = "newest"
    FOLDER = "folder"
    CONVERSATION = "conversation"


class FileFilters(QWidget):
    """``changed`` when another query is meant, or another order; ``typing`` before that."""

    changed = Signal()
    typing = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._query = ANY_FILE
        self._order = Order.NEWEST
        self.when = QLineEdit()
        self.when.setAccessibleName(translate("Versions", "When it was changed"))
        self.when.setPlaceholderText(translate("Versions", "When: last week, 2026-11"))
        self.when.setToolTip(
            translate(
                "Versions",
                "For example: yesterday, last 7 days, November, 28 Nov, 2026-11, "
                "1 March to 5 March, since last week",
            )
        )
        offer_to_clear(self.when)
        self.when.textChanged.connect(self._typed)
        self.problem = Label(kind="trouble", wrap=True)
        self.problem.hide()
        self.menu = MenuButton(translate("Versions", "Fi&lter"), kind="quiet")
        self._fill_menu()
        upper = QHBoxLayout()
        upper.setSpacing(6)
        upper.addWidget(self.when, 1)
        upper.addWidget(self.menu)
        lower = QHBoxLayout()
        lower.setSpacing(6)
        self._orders = QButtonGroup(self)
        self.orders: dict[Order, Button] = {}
        for order, text, tip in (
            (Order.NEWEST, translate("Versions", "&Newest first"), ""),
            (Order.FOLDER, translate("Versions", "By &folder"), ""),
            (
                Order.CONVERSATION,
                translate("Versions", "By con&versation"),
                translate("Versions", "What each conversation has changed"),
            ),
        ):
            button = Button(text, kind="chip", tip=tip)
            button.setCheckable(True)
            button.setChecked(order is self._order)
            button.clicked.connect(lambda _checked=False, one=order: self._put_in(one))
            self._orders.addButton(button)
            self.orders[order] = button
            lower.addWidget(button)
        lower.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addLayout(upper)
        page.addWidget(self.problem)
        page.addLayout(lower)

    @property
    def order(self) -> Order:
        """How the files are put together."""
        return self._order

    @property
    def query(self) -> FileQuery | None:
        """What is asked for; ``None`` while the words of a time are none."""
        text = self.when.text().strip()
        if not text:
            return self._query
        span = span_of(text, self._today())
        if span is None:
            return None
        since, until = span.moments()
        return replace(self._query, since=since, until=until)

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list down."""
        return bool(self.when.text().strip()) or self._query != ANY_FILE

    def clear(self) -> None:
        """Nothing is asked for any more."""
        self._query = ANY_FILE
        for group in self._groups:
            group.actions()[0].setChecked(True)
        self.when.clear()
        self._say()
        self.changed.emit()

    def tell_problem(self) -> None:
        """Say that the words of a time are none."""
        wrong = self.query is None
        self.when.setProperty("wrong", wrong)
        self.when.style().unpolish(self.when)
        self.when.style().polish(self.when)
        self.problem.setText(
            translate("Versions", "No such time. Try today, last week, 28 Nov or 2026-11.")
        )
        self.problem.setVisible(wrong)

    # -- inside --------------------------------------------------------------------------------

    def _typed(self) -> None:
        if self.query is not None and not self.problem.isHidden():
            self.tell_problem()
        self.typing.emit()

    def _put_in(self, order: Order) -> None:
        if order is not self._order:
            self._order = order
            self.changed.emit()

    def _narrow(self, query: FileQuery) -> None:
        self._query = query
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        count = self._query.conditions
        text = translate("Versions", "Fi&lter")
        self.menu.setText(f"{text} ({count}) ▾" if count else f"{text} ▾")
        self.menu.setAccessibleName(
            translate("Versions", "Filter, {count} set").format(count=count)
            if count
            else translate("Versions", "Filter")
        )

    def _fill_menu(self) -> None:
        self._groups: list[QActionGroup] = []
        self._group(
            translate("Versions", "What it is"),
            {
                translate("Versions", "Any kind"): lambda q: replace(q, kind=None),
                translate("Versions", "Texts"): lambda q: replace(q, kind=FileKind.TEXT),
                translate("Versions", "Pictures"): lambda q: replace(q, kind=FileKind.PICTURE),
                translate("Versions", "Documents"): lambda q: replace(q, kind=FileKind.DOCUMENT),
                translate("Versions", "Other files"): lambda q: replace(q, kind=FileKind.OTHER),
            },
        )
        self._group(
            translate("Versions", "Who changed it"),
            {
                translate("Versions", "Anyone"): lambda q: replace(q, by=None),
                translate("Versions", "Steward"): lambda q: replace(q, by=ChangedBy.STEWARD),
                translate("Versions", "You, here"): lambda q: replace(q, by=ChangedBy.PERSON),
                translate("Versions", "Outside Steward"): lambda q: replace(
                    q, by=ChangedBy.OUTSIDE
                ),
            },
        )
        self._group(
            translate("Versions", "Where it stands"),
            {
                translate("Versions", "There or removed"): lambda q: replace(q, present=None),
                translate("Versions", "There now"): lambda q: replace(q, present=True),
                translate("Versions", "Removed"): lambda q: replace(q, present=False),
            },
        )
        self.menu.menu_shown.addSeparator()
        self.menu.entry(translate("Versions", "Clear all filters"), "", self.clear)

    def _group(self, title: str, choices: dict[str, Callable[[FileQuery], FileQuery]]) -> None:
        menu = self.menu.menu_shown
        menu.addSection(title)
        heading = QAction(title, menu)  # not every style shows the title of a section
        heading.setEnabled(False)
        menu.addAction(heading)
        group = QActionGroup(self)
        for text, change in choices.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(not group.actions())
            action.triggered.connect(
                lambda _checked=False, narrower=change: self._narrow(narrower(self._query))
            )
            group.addAction(action)
        self._groups.append(group)
