"""Notifications at the window: cards, the keyboard, the tray, and where the person sends them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.assembly import Assembly
from app.domain.events import Event, Notification, Severity, TurnStarted
from app.ui.chat.rows import AnswerRow
from app.ui.main_window import MainWindow
from app.ui.notification_card import NotificationCard
from app.ui.notifications import KEPT
from app.ui.settings.notifications_page import NotificationsPage
from tests.ui.conftest import settled
from tests.ui.cutting import cut_labels
from tests.ui.driving import Person, click, press, type_text, until
from tests.ui.settling import still
from tests.ui.walking import nameless, without_keys


def shown(window: MainWindow) -> list[NotificationCard]:
    return [card for card in window.cards.cards if card.isVisible()]


def texts(window: MainWindow) -> list[str]:
    return [card.notification.message for card in shown(window)]


async def test_a_thousand_identical_errors_are_one_card_that_says_so(
    window: MainWindow, desk: Assembly
) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("a mistake in another face")

    desk.bus.subscribe(broken)
    for _ in range(1_000):
        desk.bus.publish(TurnStarted(at=desk.clock.now(), text="hello"))

    card = await until(
        lambda: next((c for c in shown(window) if "1,000 times" in c.text), None), "the count"
    )
    assert len(window.cards.cards) == 1
    assert "Something in Steward went wrong (events)." in card.text
    assert "the log says more" in card.text
    assert card.accessibleName().startswith("Error: Something in Steward went wrong")


async def test_a_card_put_away_is_seen(window: MainWindow, desk: Assembly) -> None:
    desk.router.notify(Severity.WARNING, "files", "Low on space.", context={"hint": "Make room."})
    (card,) = shown(window)
    assert card.text.startswith("Low on space.\nMake room.\nfiles · ")
    await desk.database.write_async(lambda: None)
    assert await desk.notifications.unseen() == 1

    click(card.close_button)

    assert not window.cards.isVisible()
    await desk.database.write_async(lambda: None)
    assert await desk.notifications.unseen() == 0


async def test_the_keyboard_reaches_the_cards_and_comes_back(
    window: MainWindow, desk: Assembly
) -> None:
    editor = window.chat.composer.editor
    editor.setFocus()
    desk.router.notify(Severity.ERROR, "a", "First.")
    desk.router.notify(Severity.ERROR, "b", "Second.")
    assert editor.hasFocus(), "a card takes no focus by itself"

    QTest.keyClick(
        editor,
        Qt.Key.Key_N,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    first = shown(window)[0]
    await until(first.hasFocus, "the focus on the newest card")
    assert first.notification.message == "Second."
    press(first, Qt.Key.Key_Escape)
    (left,) = shown(window)
    await until(left.hasFocus, "the focus on the other card")
    press(left, Qt.Key.Key_Tab)
    assert left.close_button.hasFocus()
    press(left.close_button, Qt.Key.Key_Space)

    await until(editor.hasFocus, "the focus back where the person writes")
    assert shown(window) == []


async def test_all_cards_can_be_put_away_by_keyboard(window: MainWindow, desk: Assembly) -> None:
    for number in range(4):
        desk.router.notify(Severity.ERROR, f"source {number}", f"Number {number}.")
    assert nameless(window) == []
    assert without_keys(window) == []
    window.cards.take_focus()
    first = shown(window)[0]
    await until(first.hasFocus, "the focus")
    press(first, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    assert window.cards.cards == []


@pytest.mark.parametrize("size", [(900, 600), (1360, 860), (420, 420)])
async def test_cards_cover_nothing_that_is_read(
    window: MainWindow, desk: Assembly, person: Person, size: tuple[int, int]
) -> None:
    window.resize(*size)
    await person.ask("/files")
    transcript, cards = window.chat.transcript, window.cards
    assert transcript is not None
    row = next(i for i, one in enumerate(person.rows) if isinstance(one, AnswerRow))
    hint = "Make room on the disk; nothing is lost while Steward runs, and it goes on by itself."
    for number in range(5):
        desk.router.notify(
            Severity.ERROR, f"source {number}", f"Number {number}.", context={"hint": hint}
        )
    room = window.chat.height()
    await until(lambda: 0 < cards.height() <= 0.45 * room, "no more than there is room for")
    await until(lambda: transcript.geometry().top() > cards.geometry().bottom(), "their place")

    assert transcript.viewport().height() >= 0.2 * room, "there is something to be read"
    assert all(cards.rect().contains(card.geometry()) for card in shown(window))
    assert {"1": "4 more", "2": "3 more", "3": "2 more"}[str(len(shown(window)))] in {
        label.text() for label in cards.findChildren(QLabel) if label.isVisible()
    }
    transcript.show_row(row)
    top = transcript.arrangement.rect(row).top()
    assert top >= 0, "the first line of the answer can be read"


async def test_three_cards_show_and_the_others_wait(window: MainWindow, desk: Assembly) -> None:
    for number in range(5):
        desk.router.notify(Severity.ERROR, f"source {number}", f"Number {number}.")

    assert texts(window) == ["Number 4.", "Number 3.", "Number 2."]
    click(shown(window)[0].close_button)
    assert texts(window) == ["Number 3.", "Number 2.", "Number 1."]
    click(window.cards.dismiss_all)
    assert window.cards.cards == []
    await desk.database.write_async(lambda: None)
    assert await desk.notifications.unseen() == 0


async def test_an_error_stands_before_newer_warnings(window: MainWindow, desk: Assembly) -> None:
    desk.router.notify(Severity.ERROR, "a", "An error.")
    desk.router.notify(Severity.INFO, "b", "Good to know.")
    for number in range(2):
        desk.router.notify(Severity.WARNING, "c", f"Warning {number}.")
    assert texts(window) == ["An error.", "Warning 1.", "Warning 0."]


async def test_however_many_come_the_stack_is_bounded(window: MainWindow, desk: Assembly) -> None:
    for number in range(KEPT + 20):
        desk.router.notify(Severity.ERROR, f"source {number}", f"Number {number}.")
    assert len(window.cards.cards) == KEPT
    assert texts(window)[0] == f"Number {KEPT + 19}."


async def test_information_goes_by_itself_and_a_warning_stays(
    window: MainWindow, desk: Assembly
) -> None:
    desk.router.notify(Severity.WARNING, "a", "Stays.")
    desk.router.notify(Severity.INFO, "b", "Goes.")
    stays, goes = shown(window)
    assert stays._timer.isActive() is False
    goes._timer.start(0)
    await until(lambda: texts(window) == ["Stays."], "the information to go")


async def test_the_cards_stay_within_the_conversation(window: MainWindow, desk: Assembly) -> None:
    desk.router.notify(Severity.ERROR, "files", "A long message. " * 12)
    for width in (1300, 760, 480):
        window.resize(width, 700)
        await until(lambda w=width: window.width() == w, "the size")  # type: ignore[misc]
        stack, host = window.cards.geometry(), window.chat.rect()
        assert host.contains(stack), (width, stack, host)
        (card,) = shown(window)
        assert card.heightForWidth(card.width()) <= card.height(), "nothing is cut off"


async def test_a_card_that_has_no_room_in_large_text_is_scrolled_and_not_cut(
    window: MainWindow, desk: Assembly
) -> None:
    window.resize(900, 600)
    window.theme.adopt(window.theme.look._replace(font_size="200"))
    notice = Notification(
        at=desk.clock.now(), severity=Severity.WARNING, source="a", message="Words. " * 30
    )
    offers = [("An offer of as many words as there are. " * 3, [("Do it", lambda: None)])] * 2
    card = window.cards.add(notice, offers)
    await still(window)

    assert not cut_labels(window)
    last = card.acts[-1]
    assert last.visibleRegion().isEmpty(), "there is less room than it needs"
    window.cards.take_focus()
    while not last.hasFocus():
        reached = QApplication.focusWidget()
        assert reached is not None
        assert window.cards.isAncestorOf(reached), "Tab reaches it"
        press(reached, Qt.Key.Key_Tab)
    await still(window)
    assert last.visibleRegion().boundingRect() == last.rect()

    window.resize(900, 1400)
    await still(window)
    assert not window.cards.verticalScrollBar().isVisible(), "with room it stands whole"


async def test_a_bug_in_a_task_of_the_window_is_a_card(window: MainWindow, desk: Assembly) -> None:
    async def buggy() -> None:
        raise KeyError("internal")

    assert window.session is not None
    window.session.tasks.start(buggy(), name="buggy")
    await until(lambda: shown(window), "the card")
    (card,) = shown(window)
    assert card.notification.error_type == "KeyError"
    assert "internal" not in card.text


async def test_after_the_window_is_gone_the_router_has_one_place_less(
    window: MainWindow, desk: Assembly
) -> None:
    await window.detach()
    desk.router.notify(Severity.ERROR, "x", "Nobody sees this.")
    assert window.cards.cards == []


# --- where they go --------------------------------------------------------------------------------


@pytest.fixture
async def page(window: MainWindow) -> NotificationsPage:
    window.show_settings("notifications")
    assert window._settings is not None
    await settled(window)
    return window._settings.notifications


async def test_a_tick_sends_a_kind_somewhere_else_at_once(
    page: NotificationsPage, window: MainWindow, desk: Assembly
) -> None:
    tick = page.ticks[Severity.INFO, "window"]
    assert tick.isChecked()
    assert not page.ticks[Severity.WARNING, "tray"].isChecked()
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton)

    assert desk.settings.notification_rules == "info=log"
    desk.router.notify(Severity.INFO, "x", "Only for the log.")
    assert shown(window) == []
    assert window._settings is not None
    window._settings.reject()


async def test_a_source_can_be_silenced_and_a_mistake_is_explained(
    page: NotificationsPage, window: MainWindow, desk: Assembly
) -> None:
    type_text(page.sources, "any/watch=nowhere")
    press(page.sources, Qt.Key.Key_Return)
    assert "'nowhere' is no place" in page.outcome.text()
    assert desk.settings.notification_rules == ""

    page.sources.clear()
    type_text(page.sources, "any/watch=none")
    press(page.sources, Qt.Key.Key_Return)
    assert page.outcome.text() == ""
    desk.router.notify(Severity.ERROR, "watch", "Silenced.")
    desk.router.notify(Severity.ERROR, "files", "Told.")
    assert texts(window) == ["Told."]
    assert window._settings is not None
    window._settings.reject()


async def test_a_card_says_how_often_and_since_when(window: MainWindow, desk: Assembly) -> None:
    at = desk.clock.now()
    for count in (1, 2_345):
        window.cards.deliver(
            Notification(
                at=at, severity=Severity.ERROR, source="files", message="Full.", id="1", count=count
            )
        )
    (card,) = shown(window)
    assert "files · 2,345 times · since " in card.text
