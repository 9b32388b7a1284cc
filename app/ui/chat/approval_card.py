"""The card that asks before anything is changed: what, how it differs, how long it waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.domain.events import Approval
from app.orchestrator.approvals import Decision
from app.ui import words
from app.ui.chat.arguments_form import ArgumentsForm
from app.ui.controls import Button, Label, rule
from app.ui.diff.view import DiffView
from app.ui.file_names import without_ids
from app.ui.flow_layout import FlowLayout
from app.ui.skill_words import asked
from app.ui.theme import Theme
from app.ui.translation import translate

_SOON: Final = 60
"""Seconds before the end from which the time left stands out."""
_ORDER: Final = (
    Decision.ALLOW_ONCE,
    Decision.ALLOW_CONVERSATION,
    Decision.ALLOW_FOLDER,
    Decision.ALLOW_ALWAYS,
    Decision.DENY,
)


class ApprovalCard(QFrame):
    """Shows one pending approval; ``decided(id, decision)`` is emitted at most once.

    ``edited(id, arguments)``: the person wants other arguments. They are not allowed by that: a
    new card shows what they would do, or ``show_problem`` says why they cannot be taken.

    The card itself takes the focus when it appears, no button does: a key meant for the composer
    decides nothing. Escape leaves the card (``left``) and decides nothing either.

    Letters with Alt press its buttons as long as ``take_keys`` says so.
    """

    decided = Signal(str, object)
    edited = Signal(str, object)
    left = Signal()

    def __init__(self, theme: Theme, approval: Approval, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._approval = approval
        self._now = now
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(
            translate("Approvals", "Steward asks: {summary}").format(summary=asked(approval))
        )
        page = QVBoxLayout(self)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        page.addLayout(self._heading())
        if approval.note:
            note = Label(approval.note, kind="attention", wrap=True)
            note.setContentsMargins(14, 0, 14, 10)
            page.addWidget(note)
        if approval.diff:
            page.addWidget(rule())
            diff = DiffView(
                theme,
                name=translate("Approvals", "What would change: {summary}").format(
                    summary=asked(approval)
                ),
            )
            diff.show_diff(approval.diff)
            page.addWidget(diff)
        page.addWidget(rule())
        self._takes_keys = True
        self._choices = self._buttons()
        page.addWidget(self._choices)
        self.form: ArgumentsForm | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._count_down)
        self._timer.start()
        self._count_down()

    @property
    def approval(self) -> Approval:
        """What is asked."""
        return self._approval

    @property
    def choices(self) -> QWidget:
        """What must be in view for a key to decide: the buttons, or the fields in their place."""
        return self.form or self._choices

    def mnemonics(self) -> list[QKeySequence]:
        """The keys that press its buttons while it takes them."""
        return [QKeySequence.mnemonic(text) for text in self._texts.values()]

    def take_keys(self, wanted: bool, *, one_of_several: bool = False) -> None:
        """Whether letters with Alt mean this card; said on it where there are others."""
        told = one_of_several and wanted
        self._keys_here.setVisible(told)
        if bool(self.property("keys")) is not told:
            self.setProperty("keys", told)
            self.style().unpolish(self)
            self.style().polish(self)
        if wanted is self._takes_keys:
            return
        self._takes_keys = wanted
        for button, text in self._texts.items():
            button.setText(text if wanted else text.replace("&", ""))

    def _heading(self) -> QLayout:
        line = QHBoxLayout()
        line.setContentsMargins(14, 10, 14, 10)
        line.setSpacing(12)
        summary = asked(self._approval).rstrip(".?")
        title = Label(f"{summary}?", kind="heading", wrap=True)
        if without_ids(self._approval.summary) != self._approval.summary:
            title.setToolTip(self._approval.summary)  # which of two with one name
        line.addWidget(title, 1)
        self._keys_here = Label(translate("Approval", "Keys answer this one"), kind="found")
        self._keys_here.setObjectName("keys")
        self._keys_here.hide()
        line.addWidget(self._keys_here, 0, Qt.AlignmentFlag.AlignTop)
        self._left = Label(kind="small")
        line.addWidget(self._left, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _buttons(self) -> QWidget:
        name = self._approval.name
        folder = self._approval.folder
        self._decide_buttons = {
            Decision.ALLOW_ONCE: Button(translate("Approvals", "&Allow once"), kind="primary"),
            Decision.ALLOW_CONVERSATION: Button(
                translate("Approvals", "This &conversation"),
                name=translate("Approvals", "Allow {name} in this conversation").format(name=name),
                tip=translate(
                    "Approvals", "Allow {name} without asking for the rest of this conversation"
                ).format(name=name),
            ),
            Decision.ALLOW_ALWAYS: Button(
                translate("Approvals", "A&lways for {name}").format(name=name),
                name=translate("Approvals", "Always allow {name}").format(name=name),
                tip=translate(
                    "Approvals", "Never ask again for {name}; the settings can take it back"
                ).format(name=name),
            ),
            Decision.DENY: Button(
                translate("Approvals", "&Deny"),
                tip=translate("Approvals", "Do not change anything"),
            ),
        }
        if folder is not None:
            self._decide_buttons[Decision.ALLOW_FOLDER] = Button(
                translate("Approvals", "&In this folder"),
                name=translate("Approvals", "Always allow {name} in {folder}").format(
                    name=name, folder=folder
                ),
                tip=translate(
                    "Approvals", "Never ask again for {name} of files in {folder}"
                ).format(name=name, folder=folder),
            )
        self.edit_button = Button(
            translate("Approvals", "Edit ar&guments …"),
            tip=translate("Approvals", "Ask for something else; it is shown first"),
        )
        self.edit_button.clicked.connect(self._edit)
        buttons = [*self._decide_buttons.values()]
        if self._approval.arguments:
            buttons.append(self.edit_button)
        self._texts = {button: button.text() for button in buttons}
        holder = QWidget()
        self.edit_button.setParent(holder)
        self.edit_button.setVisible(bool(self._approval.arguments))
        line = FlowLayout(holder, margin=(14, 10, 14, 10), last_to_the_right=True)
        for decision in _ORDER:
            if decision in self._decide_buttons:
                button = self._decide_buttons[decision]
                button.clicked.connect(lambda _checked=False, d=decision: self._decide(d))
                line.addWidget(button)
            if decision is Decision.ALLOW_ONCE and self._approval.arguments:
                line.addWidget(self.edit_button)
        return holder

    def button(self, decision: Decision) -> Button:
        """The button that decides so."""
        return self._decide_buttons[decision]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves without deciding."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_problem(self, text: str) -> None:
        """Say, in the form, why what the person wrote cannot be taken."""
        if self.form is not None:
            self.form.show_problem(text)

    def _edit(self) -> None:
        """Fields instead of the buttons; the change is decided on a card of its own."""
        page = self.layout()
        if self.form is not None or page is None:
            return
        self.form = ArgumentsForm(self._approval.arguments or {})
        self.form.wanted.connect(lambda wanted: self.edited.emit(self._approval.id, wanted))
        self.form.left.connect(self._leave_form)
        page.addWidget(self.form)
        self.form.show()
        self._choices.hide()
        next(iter(self.form.fields.values())).setFocus()

    def _leave_form(self) -> None:
        form, page = self.form, self.layout()
        if form is None or page is None:
            return
        self.form = None
        self._choices.show()
        self.edit_button.setFocus()
        page.removeWidget(form)
        form.hide()
        form.deleteLater()

    def _decide(self, decision: Decision) -> None:
        for button in self._decide_buttons.values():
            button.setEnabled(False)
        self.decided.emit(self._approval.id, decision)

    def _count_down(self) -> None:
        expires = self._approval.expires_at
        if expires is None:
            self._left.setText("")
            return
        seconds = (expires - self._now()).total_seconds()
        self._left.setText(
            translate("Approval", "expires in {time}").format(time=words.countdown(seconds))
        )
        self._left.become("attention" if seconds <= _SOON else "small")
        self._left.setToolTip(
            translate("Approvals", "Without a decision by then it counts as a no.")
        )
