"""The menu of the transcript: what can be copied and opened where it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.attachments import Attachment
from app.ui.chat.rows import AnswerRow, Row, UserRow
from app.ui.translation import translate


@dataclass(frozen=True, slots=True)
class MenuPlace:
    """Where the menu was asked for.

    Attributes:
        row: under the pointer, if there is one.
        code: the piece of code under the pointer.
        selected, selected_markdown: what is selected, as it reads and as Markdown.
    """

    row: Row | None
    code: str
    selected: Callable[[], str]
    selected_markdown: Callable[[], str]
    is_selected: bool


def transcript_menu(
    parent: QWidget,
    place: MenuPlace,
    *,
    select_all: Callable[[], None],
    open_attachment: Callable[[Attachment], None],
    show_attachment: Callable[[Attachment], None],
    edit: Callable[[str], None],
    again: Callable[[str], None],
) -> QMenu:
    """The menu, to be shown; it deletes itself."""
    menu = QMenu(parent)

    def entry(text: str, act: Callable[[], None], *, enabled: bool = True) -> None:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _checked=False: act())

    entry(
        translate("Transcript", "&Copy"), lambda: _copy(place.selected()), enabled=place.is_selected
    )
    entry(
        translate("Transcript", "Copy as &Markdown"),
        lambda: _copy(place.selected_markdown()),
        enabled=place.is_selected,
    )
    row = place.row
    if place.code:
        entry(translate("Transcript", "Copy this c&ode"), lambda: _copy(place.code))
    if isinstance(row, AnswerRow | UserRow):
        text = row.text
        entry(translate("Transcript", "Copy this m&essage as Markdown"), lambda: _copy(text))
        if row.turn_id:
            turn = row.turn_id
            entry(translate("Branches", "Ed&it and send again"), lambda: edit(turn))
            entry(translate("Branches", "Answer a&gain"), lambda: again(turn))
    for one in row.attachments if isinstance(row, UserRow) else ():
        name = one.name.replace("&", "&&")
        entry(
            translate("Transcript", "Open {name}").format(name=name), partial(open_attachment, one)
        )
        entry(
            translate("Transcript", "Show a copy of {name} in its folder").format(name=name),
            partial(show_attachment, one),
        )
    entry(translate("Transcript", "Select &all"), select_all)
    return menu


def _copy(text: str) -> None:
    if text:
        QGuiApplication.clipboard().setText(text)
