"""What the person should know about this start, gathered while there is nobody to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.events import Severity

if TYPE_CHECKING:
    from app.files.version_manager import RecoveryReport
    from app.notifications.router import Router
    from app.storage.conversations import Conversations
    from app.storage.waiting import WaitingMessages


class StartReport:
    """One start. Owned by the loop's thread that opens the assembly.

    Attributes:
        notices: what there is to know, besides ``recovery``.
        recovery: what was mended of the last run's changes; there once they were looked at.
        unsent: how many messages each conversation has that the last run did not send.
    """

    recovery: RecoveryReport

    def __init__(self, notices: tuple[str, ...]) -> None:
        self.notices = notices
        self.unsent: dict[str, int] = {}
        self._of_unsent: tuple[str, ...] = ()

    def note(self, words: str) -> None:
        """Say this, too; from any thread, for it is before anybody reads it."""
        self.notices += (words,)

    async def learn_unsent(self, waiting: WaitingMessages, conversations: Conversations) -> None:
        """Look for messages that the last run did not send. Raises ``StorageError``."""
        self.unsent = await waiting.left_behind()
        for conversation_id, count in self.unsent.items():
            title = (await conversations.get(conversation_id)).title
            what = "A message was" if count == 1 else f"{count} messages were"
            words = (
                f"{what} not sent before Steward ended. Open “{title}”: what you wrote stands in "
                "its message field."
            )
            self.note(words)
            self._of_unsent += (words,)

    def announce(self, router: Router, *, crash_is_told: bool = False) -> None:
        """Tell what happened, once a face listens: notices and recovered changes.

        ``crash_is_told``: the face tells itself what the crash of the last run has left.
        """
        if self.recovery.missing_vault is not None:
            router.notify(Severity.ERROR, "vault", str(self.recovery.missing_vault))
        told = [*self.notices, *map(str, self.recovery.operations)]
        if crash_is_told:
            told = [words for words in self.notices if words not in self._of_unsent]
        for words in told:
            router.notify(Severity.WARNING, "start", words)
