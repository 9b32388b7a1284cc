"""An earlier message in the composer, to be sent differently; the draft waits meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.controls import Button, Label
from app.ui.open_conversation import SetAside
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.attachments import Attachment
    from app.ui.chat.composer import Composer
    from app.ui.chat.rows import UserRow
    from app.ui.open_conversation import OpenConversation
    from app.ui.session import Session


class EditBanner(QWidget):
    """Says above the composer what is being edited; ``cancelled``."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(translate("Branches", "Editing a message"))
        text = translate(
            "Branches",
            "You are editing an earlier message. What followed it stays, and so does every change "
            "to your files.",
        )
        self.label = Label(text, kind="small", wrap=True)
        cancel = Button(
            translate("Branches", "Cancel"), kind="quiet", tip=translate("Keys", "Escape")
        )
        cancel.setAccessibleName(translate("Branches", "Stop editing"))
        cancel.clicked.connect(self.cancelled)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.label, 1)
        line.addWidget(cancel)


class Editing(QObject):
    """Which message is edited, and the draft that stood in the composer before."""

    def __init__(self, session: Session, composer: Composer) -> None:
        super().__init__(composer)
        self._session = session
        self._composer = composer
        self._conversation: OpenConversation | None = None
        self._turn = ""
        composer.escaped.connect(self.cancel)

    @property
    def turn(self) -> str:
        """The turn whose message is edited; empty where none is."""
        return self._turn

    def begin(self, asked: UserRow) -> None:
        """Put a message into the composer, with what was attached to it."""
        self.cancel()
        conversation = self._conversation = self._session.current
        self._turn = asked.turn_id
        conversation.set_aside = SetAside(
            self._composer.text, list(conversation.attached), edited=asked.text
        )
        self._put(asked.text, list(asked.attachments))
        banner = EditBanner()
        banner.cancelled.connect(self.cancel)
        self._composer.show_banner(banner)
        self._composer.editor.setFocus()

    def cancel(self) -> None:
        """Leave the message as it is; the draft comes back."""
        if self._turn:
            draft, attached = self._end()
            self._put(draft, attached)
            self._composer.editor.setFocus()

    def take(self) -> str:
        """It was sent: the turn it stands beside. The draft comes back."""
        turn = self._turn
        draft, attached = self._end()
        self._put(draft, attached)
        return turn

    def add_to_draft(self, text: str) -> None:
        """A message came back that was not sent: it waits with the draft."""
        assert self._conversation is not None
        aside = self._conversation.set_aside
        assert aside is not None
        aside.text = f"{text}\n{aside.text}" if aside.text else text

    def _end(self) -> tuple[str, list[Attachment]]:
        assert self._conversation is not None
        aside = self._conversation.set_aside
        assert aside is not None
        self._turn, self._conversation.set_aside = "", None
        self._composer.show_banner(None)
        return aside.text, aside.attached

    def _put(self, text: str, attached: list[Attachment]) -> None:
        assert self._conversation is not None
        self._composer.set_text(text)
        self._conversation.attached[:] = attached
        self._session.attaching.changed.emit()
