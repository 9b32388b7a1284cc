"""Keeps what is being written, and what is attached to it, so that a restart loses neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from app.storage.drafts import StoredDraft

if TYPE_CHECKING:
    from app.storage.begun import Begun
    from app.storage.drafts import Drafts
    from app.ui.attaching import Attaching
    from app.ui.chat.composer import Composer
    from app.ui.open_conversation import OpenConversation
    from app.ui.tasks import Tasks

_PAUSE_MS: Final = 500
"""So long after the last letter a draft is stored."""


def with_kept(given_back: str, kept: str) -> str:
    """What stands in the message field: what was not sent last time, and the draft.

    What is given back is given back at every start until the next turn, and may be in the draft.
    """
    if given_back in kept:
        return kept
    return f"{given_back}\n\n{kept}" if kept else given_back


class DraftKeeper(QObject):
    """Stores the composer's draft under the conversation it ``follow``s."""

    def __init__(
        self,
        drafts: Drafts,
        tasks: Tasks,
        composer: Composer,
        attaching: Attaching,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._tasks = tasks
        self._composer = composer
        self._conversation: OpenConversation | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._keep)
        self._attaching = attaching
        composer.editor.textChanged.connect(self._edited)
        attaching.changed.connect(self._edited)

    def leave(self) -> None:
        """Another conversation is about to be shown."""
        if self._pause.isActive():
            self._keep()
        self._conversation = None

    def follow(self, conversation: OpenConversation) -> None:
        """What is written from now on belongs to ``conversation``."""
        self._conversation = conversation

    def restore(self) -> None:
        """Put what was written before the start into a composer that is still empty."""
        self._tasks.start(self._restore(), name="read draft")

    async def close(self) -> None:
        """Store what is not stored yet."""
        if self._conversation is not None and self._pause.isActive():
            self._pause.stop()
            await self._handed_in(self._conversation)
        self._conversation = None

    async def _restore(self) -> None:
        draft = await self._drafts.of(None)
        mine = self._conversation
        if draft == StoredDraft() or mine is None or mine.id is not None or mine.turns:
            return
        if self._composer.text or mine.attached:
            self._pause.start()  # begun meanwhile: that is the draft now
            return
        self._composer.set_text(draft.text)
        mine.attached[:] = draft.attachments
        self._attaching.changed.emit()

    def _edited(self) -> None:
        if self._conversation is None:
            return
        if self._composer.text or self._conversation.attached:
            self._pause.start()
        else:
            # Sent, perhaps: the conversation gets its id in a moment, and must not take this over.
            self._keep()

    def _keep(self) -> None:
        self._pause.stop()
        if self._conversation is not None:
            self._tasks.start(_wait(self._handed_in(self._conversation)), name="keep draft")

    def _handed_in(self, conversation: OpenConversation) -> Begun[None]:
        text, attached = self._composer.text, list(conversation.attached)
        aside = conversation.set_aside
        if aside is not None:  # another start knows of no edit: both stand in the field then
            text = aside.text if text == aside.edited else with_kept(text, aside.text)
            attached = aside.attached + [one for one in attached if one not in aside.attached]
        return self._drafts.keep(conversation.id, text, attached)


async def _wait(begun: Begun[None]) -> None:
    await begun
