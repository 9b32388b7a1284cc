"""One calm card when the last run ended without being closed: what was cut off, and the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.events import Notification, Severity
from app.ui import words
from app.ui.chat.endings import resume_message
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.last_run import EndedRun
    from app.ui.main_window import MainWindow
    from app.ui.notification_card import NotificationCard
    from app.ui.notifications import Act
    from app.ui.session import Session

_MOST_CONVERSATIONS: Final = 3
_MOST_CHANGES: Final = 2


async def tell_of_last_run(window: MainWindow, session: Session, ended: EndedRun) -> None:
    """Show the card. Raises ``StorageError`` where it cannot be known what was cut off."""
    desk = session.desk
    unfinished = [
        turn.conversation_id for turn in await desk.turns.left_unfinished(ended.started_at)
    ]
    titles = {
        one: (await desk.conversations.get(one)).title
        for one in {*unfinished, *desk.start_report.unsent}
    }
    offers = [
        _offer(window, session, one, titles[one], is_unfinished=one in unfinished)
        for one in dict.fromkeys([*unfinished, *desk.start_report.unsent])
    ]
    _show(window, session, offers[:_MOST_CONVERSATIONS])


def _show(
    window: MainWindow, session: Session, offers: list[tuple[str, list[Act]]]
) -> NotificationCard:
    desk = session.desk
    lines = [str(one) for one in desk.start_report.recovery.operations]
    more = len(lines) - _MOST_CHANGES
    lines = lines[:_MOST_CHANGES]
    if more > 0:
        lines.append(
            translate("LastRun", "And {number} more: the Versions pane has them.").format(
                number=words.number(more)
            )
        )
    lines.append(
        translate("LastRun", "Nothing was lost: your messages and every version are here.")
    )
    notice = Notification(
        at=desk.clock.now(),
        severity=Severity.WARNING,
        source=translate("LastRun", "last run"),
        message=translate("LastRun", "Steward ended without being closed."),
        context={"hint": "\n".join(lines)},
    )
    return window.cards.add(notice, offers)


def _offer(
    window: MainWindow, session: Session, conversation_id: str, title: str, *, is_unfinished: bool
) -> tuple[str, list[Act]]:
    def go_on() -> None:
        session.tasks.start(_go_on(session, conversation_id), name="go on after a crash")

    parts = []
    if is_unfinished:
        parts.append(translate("LastRun", "“{title}” was being answered.").format(title=title))
    if unsent := session.desk.start_report.unsent.get(conversation_id, 0):
        messages = words.count(unsent, "message")
        form = (
            translate("LastRun", "{messages} behind it: see its message field.")
            if is_unfinished
            else translate("LastRun", "“{title}”: {messages} not sent, see its message field.")
        )
        parts.append(form.format(title=title, messages=messages))
    acts: list[Act] = [
        (translate("LastRun", "Open it"), lambda: window.open_conversation(conversation_id))
    ]
    if is_unfinished:
        acts.append((translate("LastRun", "Go on"), go_on))
    return " ".join(parts), acts


async def _go_on(session: Session, conversation_id: str) -> None:
    await session.show(conversation_id)
    session.send(resume_message())
