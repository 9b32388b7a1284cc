"""Below the newest answer: copy it, have it answered again, say the message differently."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from app.ui.controls import Button
from app.ui.flow_layout import FlowLayout
from app.ui.translation import translate


class AnswerActs(QWidget):
    """What can be done with an answer. ``failed``: it is none, or broke off."""

    copy_wanted = Signal()
    again_wanted = Signal()
    edit_wanted = Signal()

    def __init__(self, *, failed: bool) -> None:
        super().__init__()
        self.setAccessibleName(translate("Branches", "What can be done with this answer"))
        again = (
            translate("Branches", "Try again") if failed else translate("Branches", "Answer again")
        )
        again_tip = translate("Branches", "The answer there is stays beside the new one")
        edit = translate("Branches", "Edit your message")
        edit_tip = translate("Branches", "Send it differently; what followed it stays too")
        line = FlowLayout(self, spacing=4)
        if not failed:
            copy = translate("Branches", "Copy")
            copy_tip = translate("Branches", "Copy this answer as Markdown")
            self._add(line, copy, copy_tip, "Ctrl+Shift+C", self.copy_wanted)
        self._add(line, again, again_tip, "Ctrl+R", self.again_wanted)
        self._add(line, edit, edit_tip, "Ctrl+Shift+M", self.edit_wanted)

    def _add(
        self, line: FlowLayout, text: str, tip: str, keys: str, wanted: SignalInstance
    ) -> None:
        button = Button(text, kind="act", tip=f"{tip} ({keys})")
        button.setShortcut(keys)
        button.clicked.connect(wanted)
        line.addWidget(button)
